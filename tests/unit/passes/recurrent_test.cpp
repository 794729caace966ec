// SPDX-License-Identifier: Apache-2.0
//
// Recurrent nets' training steps: what the derivative of a scan shares with the scan is kept, products of all steps are
// one, and no step is run twice (passes/merge_scans.h, keep_steps.h, loop_products.h).
#include <gtest/gtest.h>

#include "derivative_checks.h"
#include "random_cases.h"
#include "random_program.h"
#include "same_values.h"
#include "wengert/ad/derivatives.h"
#include "wengert/exec/interpreter.h"
#include "wengert/nn/recurrent.h"
#include "wengert/passes/keep_steps.h"
#include "wengert/passes/loop_products.h"
#include "wengert/passes/merge_scans.h"
#include "wengert/passes/simplify.h"
#include "wengert/passes/trim_loops.h"
#include "wengert/primitives/primitives.h"
#include "wengert/trace/trace.h"

namespace wengert {
namespace {

constexpr int64_t time_steps = 5, batch_rows = 2, features = 3, width = 4;

/// (input weight, hidden weight, bias, x) -> the sum of an LSTM's squared states.
Program sequence_loss() {
  const auto f = [](Expr input, Expr hidden, Expr bias, Expr x) {
    const Expr states = lstm(x, {input, hidden, bias}).states;
    return sum(states * states);
  };
  return trace(f, {f64({features, 4 * width}), f64({width, 4 * width}), f64({4 * width}), f64({time_steps, batch_rows, features})}, "loss");
}

std::vector<Array> point() {
  Random random(5);
  return random_values(sequence_loss().input_types(), random);
}

/// The scans of `p` in their order.
std::vector<ValueId> scans(const Program& p) {
  std::vector<ValueId> found;
  for (uint32_t v = 0; v < p.size(); ++v)
    if (&p.primitive(ValueId{v}) == &scan_p) found.push_back(ValueId{v});
  return found;
}
const Program& body_of(const Program& p, ValueId scan) { return p.attributes(scan).program("body"); }

size_t count(const Program& p, const Primitive& primitive) {
  size_t lines = 0;
  for (uint32_t v = 0; v < p.size(); ++v) lines += &p.primitive(ValueId{v}) == &primitive;
  return lines;
}

TEST(KeepSteps, the_derivative_of_a_recurrent_net_computes_no_function_again) {
  const Program p = grad(sequence_loss()), q = trim_loops(keep_steps(p));
  ASSERT_EQ(scans(q).size(), 2u);
  const Program& backward = body_of(q, scans(q)[1]);
  EXPECT_EQ(count(body_of(p, scans(p)[1]), sigmoid_p), 3u);
  EXPECT_EQ(count(backward, sigmoid_p) + count(backward, tanh_p), 0u);
  EXPECT_EQ(count(backward, matmul_p), 2u);  // of the hidden weight's gradient and of the state's
  EXPECT_TRUE(same_values(evaluate(q, point()), evaluate(p, point())));
}

TEST(KeepSteps, what_is_as_quickly_computed_is_computed_again) {
  const Program body = trace([](Expr c, Expr x) { return std::vector<Expr>{c * x + 0.5}; }, {f64({8}), f64({8})}, "body");
  const auto f = [&](Expr c, Expr x) { return sum(scan(body, {{c}}, {{x}})[0]); };
  const Program p = grad(trace(f, {f64({8}), f64({3, 8})}, "f"));
  EXPECT_EQ(keep_steps(p), p);
}

TEST(KeepSteps, second_derivatives_are_the_same) {
  const Program p = hvp(sequence_loss());
  Random random(2);
  const auto x = random_values(p.input_types(), random);
  EXPECT_TRUE(same_values(evaluate(trim_loops(keep_steps(p)), x), evaluate(p, x)));
}

TEST(LoopProducts, a_weights_gradient_is_one_product_behind_the_loop) {
  const Program body = trace([](Expr c, Expr x, Expr w) { return std::vector<Expr>{tanh(matmul(c, w) + x)}; },
                             {f64({2, 20}), f64({2, 20}), f64({20, 20})}, "body");
  const auto f = [&](Expr w, Expr c, Expr x) {
    return sum(scan(body, {{c}}, {{x, w}}, {true, false})[0]);
  };
  const Program p = grad(trace(f, {f64({20, 20}), f64({2, 20}), f64({6, 2, 20})}, "f")), q = trim_loops(loop_products(keep_steps(p)));
  ASSERT_EQ(scans(q).size(), 2u);
  EXPECT_EQ(count(body_of(p, scans(p)[1]), matmul_p), 3u);
  EXPECT_EQ(count(body_of(q, scans(q)[1]), matmul_p), 1u);
  EXPECT_EQ(q.attributes(scans(q)[1]).integer("carries"), 1);
  Random random(7);
  const auto x = random_values(p.input_types(), random);
  EXPECT_TRUE(same_values(evaluate(q, x), evaluate(p, x), 0, 1e-12));
  EXPECT_TRUE(same_values(evaluate(trim_loops(loop_products(p)), x), evaluate(p, x), 0, 1e-12));
}

TEST(LoopProducts, products_of_inputs_stand_before_the_loop) {
  const Program body = trace([](Expr c, Expr x, Expr w) { return std::vector<Expr>{tanh(c + matmul(x, w)), c}; },
                             {f64({2, 3}), f64({2, 4}), f64({4, 3})}, "body");
  const auto f = [&](Expr c, Expr x, Expr w) { return scan(body, {{c}}, {{x, w}}, {true, false}, -1, true); };
  const Program p = trace(f, {f64({2, 3}), f64({5, 2, 4}), f64({4, 3})}, "f"), q = trim_loops(loop_products(p));
  EXPECT_EQ(count(body_of(q, scans(q)[0]), matmul_p), 0u);
  EXPECT_EQ(count(q, matmul_p), 1u);
  Random random(7);
  const auto x = random_values(p.input_types(), random);
  EXPECT_TRUE(same_values(evaluate(q, x), evaluate(p, x), 0, 1e-13));
}

TEST(LoopProducts, a_sum_that_is_read_on_its_way_stays) {
  const Program body = trace([](Expr c, Expr a) { return std::vector<Expr>{c + matmul(a, a, true), sum(c)}; }, {f64({9, 9}), f64({2, 9})}, "body");
  const auto f = [&](Expr c, Expr a) { return scan(body, {{c}}, {{a}}); };
  const Program p = trace(f, {f64({9, 9}), f64({5, 2, 9})}, "f");
  EXPECT_EQ(loop_products(p), p);
}

TEST(MergeScans, loops_that_return_other_values_of_the_same_steps_are_one) {
  const auto body = [](bool more) {
    return trace([more](Expr c, Expr x) { return more ? std::vector<Expr>{sin(c) * x, c} : std::vector<Expr>{sin(c) * x}; }, {f64(), f64()}, "body");
  };
  const auto f = [&](Expr c, Expr x) {
    const auto all = scan(body(true), {{c}}, {{x}}), last = scan(body(false), {{c}}, {{x}});
    return std::vector<Expr>{all[0], all[1], last[0]};
  };
  const Program p = trace(f, {f64(), f64({4})}, "f"), q = merge_scans(p);
  EXPECT_EQ(scans(p).size(), 2u);
  EXPECT_EQ(scans(q).size(), 1u);
  const std::vector<Array> x{0.5, Array({4}, {1, 2, 3, 4})};
  EXPECT_TRUE(same_values(evaluate(q, x), evaluate(p, x)));
}

TEST(MergeScans, loops_inside_loops_are_merged_too) {
  const Program inner = trace([](Expr c, Expr x) { return std::vector<Expr>{sin(c) * x}; }, {f64(), f64()}, "inner");
  const Program outer = trace([&](Expr c, Expr xs) {
    const Expr a = scan(inner, {{c}}, {{xs}})[0], b = scan(inner, {{c}}, {{xs}})[0];
    return std::vector<Expr>{a * b, cos(c)};
  }, {f64(), f64({3})}, "outer");
  const Program p = trace([&](Expr c, Expr xs) { return scan(outer, {{c}}, {{xs}}); }, {f64(), f64({2, 3})}, "f"), q = merge_scans(p);
  EXPECT_EQ(scans(body_of(q, scans(q)[0])).size(), 1u);
  const std::vector<Array> x{0.5, Array({2, 3}, {1, 2, 3, 4, 5, 6})};
  EXPECT_TRUE(same_values(evaluate(q, x), evaluate(p, x)));
}

TEST(MergeScans, loops_over_other_values_stay) {
  const Program body = trace([](Expr c, Expr x) { return std::vector<Expr>{sin(c) * x}; }, {f64(), f64()}, "body");
  const auto f = [&](Expr c, Expr x) { return scan(body, {{c}}, {{x}})[0] + scan(body, {{c}}, {{x}}, {true}, -1, true)[0]; };
  const Program p = trace(f, {f64(), f64({4})}, "f");
  EXPECT_EQ(scans(merge_scans(p)).size(), 2u);
}

TEST(LoopPasses, keep_the_values_of_random_programs) {
  for (uint64_t key = 0; key < random_cases(60); ++key) {
    const RandomProgram r = random_program(key);
    const Program g = vjp(r.program);
    Random random(key);
    const auto x = joined(r.point, random_values(r.program.output_types(), random));
    EXPECT_TRUE(same_values(evaluate(trim_loops(merge_scans(keep_steps(g))), x), evaluate(g, x))) << key;
    EXPECT_TRUE(same_values(evaluate(loop_products(g), x), evaluate(g, x), 64, 1e-11)) << key;
  }
}

}  // namespace
}  // namespace wengert
