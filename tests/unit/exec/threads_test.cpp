// SPDX-License-Identifier: Apache-2.0
//
// Loops over points in blocks that threads share: the number of threads changes no bit, and the blocks nothing but the
// order in which sums are added up.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <thread>

#include "same_values.h"
#include "wengert/ad/derivatives.h"
#include "wengert/api/compile.h"
#include "wengert/exec/interpreter.h"
#include "wengert/ir/text.h"
#include "wengert/primitives/guard.h"
#include "wengert/primitives/primitives.h"
#include "wengert/trace/trace.h"

namespace wengert {
namespace {

using testing::HasSubstr;

class Threads : public testing::Test {
 protected:
  void SetUp() override {
    if (std::string reason; !Compiled::is_available(&reason)) GTEST_SKIP() << "the compiler is not there: " << reason;
  }
};

template <class F> Error error_of(F f) {
  try {
    f();
  } catch (const Error& error) {
    return error;
  }
  return InternalError("none", "no error");
}

Array waves(const Type& type, double phase = 0) {
  Array x(Type{DType::f64, type.shape});
  for (int64_t i = 0; i < x.elements(); ++i)
    x.mutable_values<double>()[static_cast<size_t>(i)] = std::sin(phase + 0.7 * static_cast<double>(i));
  return x.as(type.dtype);
}

std::vector<Array> point_of(const Program& p) {
  std::vector<Array> x;
  for (const Type& type : p.input_types()) x.push_back(waves(type, static_cast<double>(x.size())));
  return x;
}

/// The bits of one thread by any number of them, at every level, a few ulps from the reference; cut into blocks.
void expect_same_bits(const Program& p, const std::vector<Array>& x, double near = 1e-11) {
  const auto reference = evaluate(p, x, {.reference = true});
  for (int level : {0, 1, 2}) {
    const Compiled alone(p, {.level = level});
    EXPECT_GT(alone.most_blocks(), 1) << print(p);
    const auto expected = alone.run(x);
    EXPECT_TRUE(same_values(expected, reference, 64, near)) << "level " << level << '\n' << print(p);
    for (int threads : {2, 3, 4})
      EXPECT_EQ(Compiled(p, {.level = level, .threads = threads}).run(x), expected) << threads << " at level " << level;
  }
}
void expect_same_bits(const Program& p) { expect_same_bits(p, point_of(p)); }

/// (x[3], a[3]) -> two scalars, of some sixty operations.
Program body(DType dtype = DType::f64) {
  return trace(
      [](Expr x, Expr a) {
        const Expr y = sin(x * a) + exp(a - x * x);
        return std::array{sum(y * y), logsumexp(y * a)};
      },
      {Type{dtype, {3}}, Type{dtype, {3}}}, "point");
}

/// The body's sums over n points, where `a` is common to all.
Program sums(int64_t n, DType dtype = DType::f64) {
  return trace(
      [&](Expr x, Expr a) {
        const auto y = sum_map(body(dtype), std::array{x, a}, {true, false});
        return y[0] + y[1];
      },
      {Type{dtype, {n, 3}}, Type{dtype, {3}}}, "sums");
}

Program values(int64_t n) {
  return trace(
      [&](Expr x, Expr a) {
        return map(body(), std::array{x, a}, {true, false});
      },
      {f64({n, 3}), f64({3})}, "values");
}

constexpr int64_t many = 20'011;  // prime: lanes and blocks never come out even

TEST_F(Threads, change_no_bit_of_a_map) { expect_same_bits(values(many)); }

TEST_F(Threads, change_no_bit_of_the_jacobian_of_a_map) {
  const Program blocks = trace(
      [&](Expr x, Expr a) {
        return map(jacobian(body()), std::array{x, a}, {true, false});
      },
      {f64({many, 3}), f64({3})});
  expect_same_bits(blocks);
}

TEST_F(Threads, change_no_bit_of_arrays_of_several_axes) {
  const auto elementwise = [](Expr x, Expr y) { return exp(sin(x) * y) + cos(x * y); };
  expect_same_bits(trace(elementwise, {f64({211, 97}), f64({211, 97})}));
  expect_same_bits(trace(elementwise, {f64({31, 7, 97}), f64({7, 97})}));
  expect_same_bits(trace([&](Expr x, Expr y) { return sum(elementwise(x, y), {1}); }, {f64({211, 97}), f64({97})}));
  expect_same_bits(value_and_grad(trace([&](Expr x, Expr y) { return sum(elementwise(x, y)); }, {f64({211, 97}), f64({97})})));
}

TEST_F(Threads, change_no_bit_of_sums_over_points) { expect_same_bits(sums(many)); }

TEST_F(Threads, change_no_bit_of_gradients_by_what_all_points_share) { expect_same_bits(value_and_grad(sums(many))); }

TEST_F(Threads, change_no_bit_of_second_derivatives) { expect_same_bits(hvp(sums(many))); }

TEST_F(Threads, change_no_bit_in_single_precision) {
  const Program p = value_and_grad(sums(many, DType::f32));
  expect_same_bits(p, point_of(p), 2);  // sums of 20011 terms of f32
}

/// log of a sum over components, summed over points: a map in a map, and gradients that all points add to.
Program mixture(int64_t n, int64_t k) {
  const Program component = trace(
      [](Expr factor, Expr mean, Expr x) {
        const Expr y = factor * (x - mean);
        return -0.5 * dot(y, y);
      },
      {f64({2}), f64({2}), f64({2})}, "component");
  const Program point = trace(
      [&](Expr x, Expr factor, Expr mean) {
        return logsumexp(map(component, {{factor, mean, x}}, {true, true, false})[0]);
      },
      {f64({2}), f64({k, 2}), f64({k, 2})}, "point");
  return trace(
      [&](Expr x, Expr factor, Expr mean) {
        return sum_map(point, {{x, factor, mean}}, {true, false, false})[0];
      },
      {f64({n, 2}), f64({k, 2}), f64({k, 2})}, "mixture");
}

TEST_F(Threads, change_no_bit_of_the_gradient_of_a_mixture) {
  expect_same_bits(value_and_grad(mixture(5003, 5), {1, 2}));
}

/// A body too long to be written as scalars: its arrays are scratch of each iteration, which every worker has its own
/// of.
TEST_F(Threads, have_scratch_of_their_own) { expect_same_bits(value_and_grad(mixture(203, 700), {1, 2})); }

TEST_F(Threads, share_bodies_that_call_libraries) {
  const Program product =
      trace([](Expr x, Expr w) { return tanh(matmul(x, w)); }, {f64({16, 16}), f64({16, 16})}, "product");
  const Program p = trace(
      [&](Expr x, Expr w) {
        return map(product, {{x, sin(w)}}, {true, false})[0];
      },
      {f64({301, 16, 16}), f64({16, 16})});
  expect_same_bits(p, {waves(f64({301, 16, 16})), waves(f64({16, 16}), 2)});
}

TEST_F(Threads, change_no_bit_of_arrays_element_by_element) {
  expect_same_bits(value_and_grad(
      trace([](Expr x, Expr y) { return sum(exp(sin(x) * y) / (1.0 + x * x)); }, {f64({300'007}), f64({300'007})})));
}

TEST_F(Threads, change_no_bit_of_long_lists_around_a_loop) {
  const Program p = trace(
      [&](Expr x, Expr a, Expr start) {
        Expr before = start, after = start;
        for (int k = 0; k < 600; ++k) before = sin(before) + 0.5;
        const auto y = sum_map(body(), std::array{x, a * before}, {true, false});
        after = y[0] * 1e-3;
        for (int k = 0; k < 600; ++k) after = sin(after + before) + y[1] * 1e-6;
        return std::array{after, y[0]};
      },
      {f64({many, 3}), f64({3}), f64()});
  expect_same_bits(p);
}

/// Of a body with enough work: every remainder of lanes and blocks.
TEST_F(Threads, count_every_point_once) {
  const Program wave = trace(
      [](Expr x, Expr a) {
        Expr y = x;
        for (int k = 0; k < 40; ++k) y = sin(y * a) + x;
        return std::array{y, y * y};
      },
      {f64(), f64()}, "wave");
  for (int64_t n = 4000; n < 4040; n += 3) {
    const Program p = trace(
        [&](Expr x, Expr a) {
          const auto y = map(wave, std::array{x, a}, {true, false}, {false, true});
          return std::array{y[0], y[1]};
        },
        {f64({n}), f64()});
    const auto x = point_of(p);
    const Compiled f(p, {.threads = 3});
    EXPECT_GT(f.most_blocks(), 1);
    EXPECT_TRUE(same_values(f.run(x), evaluate(p, x, {.reference = true}), 64, 1e-10)) << n;
  }
}

TEST_F(Threads, give_the_bits_of_the_reference_where_that_is_asked_for) {
  const CompiledOptions exactly{.lanes = false, .contract = false, .single = false, .natives = false, .threads = 3};
  const Compiled mapped(values(many), exactly), summed(sums(many), exactly);
  EXPECT_GT(mapped.most_blocks(), 1);
  EXPECT_EQ(summed.most_blocks(), 1);  // sums keep their order
  const auto x = point_of(values(many));
  EXPECT_EQ(mapped.run(x), evaluate(values(many), x, {.reference = true}));
  EXPECT_EQ(summed.run(x), evaluate(sums(many), x, {.reference = true}));
}

TEST_F(Threads, have_no_part_in_small_programs) {
  EXPECT_EQ(Compiled(value_and_grad(sums(100)), {.threads = 4}).most_blocks(), 1);
  EXPECT_EQ(Compiled(body(), {.threads = 4}).most_blocks(), 1);
}

TEST_F(Threads, W701_a_guard_that_fails_in_a_block) {
  const Program checked = trace(
      [](Expr x) {
        guard(less(x, constant(Array(2.0))), true);
        return exp(sin(x)) / (1.0 + x * x);
      },
      {f64()}, "checked");
  const Program p = trace([&](Expr x) { return map(checked, {{x}})[0]; }, {f64({60'000})});
  for (int threads : {1, 2, 4})
    for (int64_t wrong : {0, 31'234, 59'999}) {
      const Compiled f(p, {.threads = threads});
      EXPECT_GT(f.most_blocks(), 1);
      Array x = waves(f64({60'000}));
      EXPECT_NO_THROW(f.run({x}));
      x.mutable_values<double>()[static_cast<size_t>(wrong)] = 3;
      EXPECT_EQ(error_of([&] { f.run({x}); }).id(), "W701") << wrong;
    }
}

TEST_F(Threads, W301_a_nan_that_a_block_makes) {
  const Program p = trace([&](Expr x) { return exp(sqrt(x)) * sin(x); }, {f64({200'000})});
  Array x = Array::filled(f64({200'000}), 0.3);
  const Compiled f(p, {.threads = 2, .trap_nan = true});
  EXPECT_GT(f.most_blocks(), 1);
  EXPECT_NO_THROW(f.run({x}));
  x.mutable_values<double>()[123'456] = -1;
  EXPECT_EQ(error_of([&] { f.run({x}); }).id(), "W301");
}

TEST_F(Threads, serve_several_callers_at_once) {
  const Program p = value_and_grad(sums(many));
  const auto x = point_of(p);
  const Compiled f(p, {.threads = 3});
  const auto expected = f.run(x);
  std::atomic<int> wrong = 0;
  std::vector<std::thread> callers;
  for (int c = 0; c < 4; ++c)
    callers.emplace_back([&] {
      for (int k = 0; k < 10; ++k) wrong += f.run(x) != expected;
    });
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(wrong, 0);
}

TEST_F(Threads, are_told_by_compile) {
  CompileChoice choice;
  const auto f = compile(sums(many), {.engine = Engine::compiled, .threads = 2}, &choice);
  EXPECT_EQ(choice.threads, 2);
  compile(body(), {.engine = Engine::compiled, .threads = 2}, &choice);
  EXPECT_EQ(choice.threads, 1);
  EXPECT_GE(Compiled(body(), {.threads = 0}).threads(), 1);
}

/// LLVM makes several vectors of one that is wider than the processor's, so every width runs here.
TEST_F(Threads, and_lanes_of_any_width_give_the_references_values) {
  for (int bytes : {16, 32, 64}) {
    for (const Program& p : {value_and_grad(sums(many)), value_and_grad(sums(53)), values(61), mixture(101, 5)}) {
      const Compiled f(p, {.threads = 2, .vector_bytes = bytes});
      EXPECT_EQ(f.most_lanes(), bytes / 8);
      EXPECT_TRUE(same_values(f.run(point_of(p)), evaluate(p, point_of(p), {.reference = true}), 64, 1e-11))
          << bytes << '\n'
          << print(p);
    }
    const Program single = sums(61, DType::f32);
    const Compiled f(single, {.vector_bytes = bytes});
    EXPECT_EQ(f.most_lanes(), bytes / 4);
    EXPECT_TRUE(same_values(f.run(point_of(single)), evaluate(single, point_of(single), {.reference = true}), 64, 1e-4))
        << bytes;
  }
}

}  // namespace
}  // namespace wengert
