// SPDX-License-Identifier: Apache-2.0
//
// The Jacobian by the fewest operations found: equal to that by sweeps, never more operations, and by sweeps wherever
// there is nothing to plan.
#include "wengert/api/planned_jacobian.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <thread>

#include "derivative_checks.h"
#include "random_program.h"
#include "wengert/ad/derivatives.h"
#include "wengert/api/function.h"
#include "wengert/api/plan_cache.h"
#include "wengert/base/random.h"
#include "wengert/exec/interpreter.h"
#include "wengert/exec/operation_count.h"
#include "wengert/ir/text.h"
#include "wengert/primitives/primitives.h"
#include "wengert/trace/trace.h"

namespace wengert {
namespace {

Program task(const std::string& name) {
  std::stringstream text;
  text << std::ifstream(WENGERT_SOURCE_DIR "/examples/tasks/" + name + ".wl").rdbuf();
  return parse(text.str());
}

/// v1 = x1 x2, v3 = v1 sin v1; y = cos v3, exp v3: 7 multiplications and 1 addition at best, 10 and 2 by sweeps.
Program talks_function() {
  return trace(
      [](Expr x1, Expr x2) {
        const Expr v1 = x1 * x2, v3 = v1 * sin(v1);
        return std::pair(cos(v3), exp(v3));
      },
      {f64(), f64()});
}

double operations(const Program& p) {
  const auto count = operations_of(p).value();
  return count.arithmetic + count.functions + count.memory;
}

std::vector<Array> point(const Program& p, double low = 0.6, double high = 1.4) {
  Random random(7);
  std::vector<Array> x;
  for (const Type& type : p.input_types()) {
    Array array(type);
    for (double& element : array.mutable_values<double>()) element = random.uniform(low, high);
    x.push_back(array);
  }
  return x;
}

std::string method(const Program& p, const std::vector<size_t>& wrt = {}, const JacobianPlanOptions& options = {}) {
  JacobianChoice choice;
  planned_jacobian(p, wrt, options, &choice);
  return choice.method;
}

TEST(PlannedJacobian, is_by_elimination_where_that_takes_fewer_operations) {
  JacobianChoice choice;
  const Program p = talks_function();
  const Program j = planned_jacobian(p, {}, {}, &choice);
  EXPECT_EQ(choice.method, "elimination");
  EXPECT_EQ(choice.operations, operations(j));
  EXPECT_EQ(choice.swept_operations, std::min(operations(jacobian(p, {}, JacobianMode::forward)),
                                              operations(jacobian(p, {}, JacobianMode::reverse))));
  EXPECT_LT(choice.operations, choice.swept_operations);
}

class PlannedTask : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Tasks, PlannedTask, testing::Values("HumanHeartDipole", "PropaneCombustion", "RoeFlux_1d"));

TEST_P(PlannedTask, has_the_jacobian_by_sweeps_with_no_more_operations) {
  const Program p = task(GetParam());
  const Program j = planned_jacobian(p);
  EXPECT_LE(operations(j), operations(jacobian(p)));
  EXPECT_TRUE(all_close(flat(evaluate(j, point(p))), flat(evaluate(jacobian(p), point(p))), 1e-11));
}

TEST(PlannedJacobian, of_the_roe_flux_takes_a_sixth_less_than_sweeps) {
  JacobianChoice choice;
  planned_jacobian(task("RoeFlux_1d"), {}, {}, &choice);
  EXPECT_EQ(choice.method, "elimination");
  EXPECT_LT(choice.operations, choice.swept_operations * 5 / 6);
}

TEST(PlannedJacobian, is_by_the_inputs_in_wrt_in_their_order) {
  const Program p = task("HumanHeartDipole");
  const std::vector<size_t> wrt{5, 1, 2};
  EXPECT_TRUE(
      all_close(flat(evaluate(planned_jacobian(p, wrt), point(p))), flat(evaluate(jacobian(p, wrt), point(p))), 1e-12));
  EXPECT_THROW(planned_jacobian(p, {99}), UsageError);
}

TEST(PlannedJacobian, of_small_arrays_has_their_shapes) {
  const Program p = trace(
      [](Expr x, Expr y) {
        const Expr h = x * y;
        return std::pair(sin(h) * sum(h), reshape(exp(h), {3, 2}));
      },
      {f64({2, 3}), f64({3})});
  const auto planned = planned_jacobian(p, {}, {}), swept = jacobian(p);
  EXPECT_EQ(method(p), "elimination");
  EXPECT_EQ(planned.output_types(), swept.output_types());
  EXPECT_TRUE(all_close(flat(evaluate(planned, point(p))), flat(evaluate(swept, point(p))), 1e-12));
  EXPECT_TRUE(
      all_close(flat(evaluate(planned_jacobian(p, {1}), point(p))), flat(evaluate(jacobian(p, {1}), point(p))), 1e-12));
}

TEST(PlannedJacobian, can_be_differentiated_again) {
  const Program p = talks_function();
  const Program second = jacobian(planned_jacobian(p)), expected = jacobian(jacobian(p));
  EXPECT_TRUE(all_close(flat(evaluate(second, point(p))), flat(evaluate(expected, point(p))), 1e-12));
}

TEST(PlannedJacobian, is_by_sweeps_without_a_search_or_beyond_the_limits) {
  const Program p = talks_function();
  EXPECT_EQ(planned_jacobian(p, {}, {.work = 0}), jacobian(p));
  EXPECT_EQ(planned_jacobian(p, {}, {.most_vertices = 2}), jacobian(p));
  const Program arrays = trace([](Expr x) { return sin(x * sum(x)); }, {f64({30})});
  EXPECT_EQ(planned_jacobian(arrays, {}, {.most_elements = 50}), jacobian(arrays));
}

TEST(PlannedJacobian, is_by_sweeps_where_one_is_enough) {
  EXPECT_EQ(method(trace([](Expr x, Expr y) { return sin(x * y) * y; }, {f64(), f64()})), "reverse sweeps");
  EXPECT_EQ(method(trace([](Expr x) { return std::pair(sin(x), cos(x)); }, {f64()})), "forward sweeps");
}

TEST(PlannedJacobian, keeps_products_of_matrices) {
  const Program p = trace([](Expr w, Expr x) { return tanh(matmul(w, x)); }, {f64({3, 2}), f64({2})});
  EXPECT_EQ(planned_jacobian(p), jacobian(p));
}

TEST(PlannedJacobian, keeps_loops_guards_and_derivatives_chosen_at_kinks) {
  const Program body = trace([](Expr x) { return x * sin(x); }, {f64()});
  const Program loop = trace([&](Expr x) { return map(body, {&x, 1})[0]; }, {f64({4})});
  EXPECT_EQ(planned_jacobian(loop), jacobian(loop));
  const Program norms = trace([](Expr x) { return std::pair(norm(x) * x, norm(x)); }, {f64({2})});
  EXPECT_EQ(planned_jacobian(norms), jacobian(norms));
  EXPECT_EQ(flat(evaluate(planned_jacobian(norms), {Array({2}, {0, 0})})), std::vector<double>(6, 0.0));
}

TEST(PlannedJacobian, of_a_program_with_guards_is_by_sweeps_and_keeps_them) {
  const Program p = parse(
      "program f(x, y) {\n  v = mul(x, y)\n  c = less(v, 0)\n  g = guard(c, expected=false)\n  u = mul(v, sin(v))\n"
      "  return cos(u), exp(u)\n}\n");
  JacobianChoice choice;
  const Program planned = planned_jacobian(p, {}, {}, &choice);
  EXPECT_EQ(planned, jacobian(p));
  EXPECT_THAT(choice.method, testing::EndsWith("sweeps"));
  const Function branches([](std::span<const Real> x) {
    const Real v = x[0] * x[1], u = v < 0 ? -v : v * sin(v);
    return std::vector<Real>{cos(u), exp(u)};
  });
  for (const double x : {0.7, -0.7}) {
    const auto j = branches.jacobian({x, 1.2}).jacobian;
    const double v = x * 1.2, u = v < 0 ? -v : v * std::sin(v), u_dot = v < 0 ? -1 : std::sin(v) + v * std::cos(v);
    const std::vector<double> expected{-std::sin(u) * u_dot * 1.2, -std::sin(u) * u_dot * x, std::exp(u) * u_dot * 1.2, std::exp(u) * u_dot * x};
    EXPECT_TRUE(all_close(j, expected, 1e-12)) << x;
  }
  EXPECT_THROW(evaluate(planned, {-1.0, 1.0}), UsageError);
}

TEST(PlannedJacobian, of_large_arrays_with_a_waist_is_a_chain_of_products) {
  const Program p = trace([](Expr x, Expr v, Expr w) { return sin(matmul(w, tanh(matmul(v, x)))); }, {f64({60}), f64({6, 60}), f64({60, 6})});
  JacobianChoice choice;
  const Program j = planned_jacobian(p, {0}, {}, &choice);
  EXPECT_EQ(choice.method, "chain of products");
  EXPECT_LE(choice.operations, 0.8 * choice.swept_operations);
  EXPECT_TRUE(all_close(flat(evaluate(j, point(p))), flat(evaluate(jacobian(p, {0}), point(p))), 1e-12));
  EXPECT_EQ(planned_jacobian(p, {0}, {}, &choice), j);
  EXPECT_TRUE(choice.from_cache);
  EXPECT_EQ(planned_jacobian(p, {0}, {.chain_share = 0}), jacobian(p, {0}));
  EXPECT_EQ(planned_jacobian(p, {0}, {.work = 0}), jacobian(p, {0}));
}

TEST(PlannedJacobian, is_by_sweeps_where_a_chain_gains_little) {
  const Program residual = trace([](Expr x, Expr w) { return x + tanh(matmul(w, x + tanh(matmul(w, x)))); }, {f64({20}), f64({20, 20})});
  EXPECT_EQ(planned_jacobian(residual, {0}), jacobian(residual, {0}));
  EXPECT_EQ(method(residual, {0}), "forward sweeps");
  const Program few = trace([](Expr x) { return softmax(tanh(sin(x))); }, {f64({40})});  // a third less, but two operations an entry
  EXPECT_EQ(planned_jacobian(few), jacobian(few));
}

TEST(PlannedJacobian, of_a_program_is_the_same_each_time_and_for_several_threads) {
  const Program p = task("PropaneCombustion");
  const JacobianPlanOptions options{.work = 123'456};  // not in the cache yet
  std::vector<Program> found(4);
  std::vector<std::thread> threads;
  for (Program& program : found) threads.emplace_back([&] { program = planned_jacobian(p, {}, options); });
  for (std::thread& thread : threads) thread.join();
  JacobianChoice choice;
  const Program again = planned_jacobian(p, {}, options, &choice);
  EXPECT_TRUE(choice.from_cache);
  for (const Program& program : found) EXPECT_EQ(program, again);
}

TEST(PlanCache, keeps_the_last_plans) {
  PlanCache cache(2);
  for (const char* key : {"a", "b", "a", "c"}) cache.keep(key, {});
  EXPECT_EQ(cache.size(), 2U);
  EXPECT_FALSE(cache.find("a"));
  EXPECT_TRUE(cache.find("b") && cache.find("c"));
}

TEST(PlannedJacobian, of_random_programs_is_that_by_sweeps) {
  int eliminated = 0;
  for (uint64_t key = 0; key < 40; ++key) {
    const auto [p, x] = random_program(key, {.draws = 12, .arrays = key % 2 == 1, .nesting = 0});
    JacobianChoice choice;
    const Program j = planned_jacobian(p, {}, {.work = 20'000}, &choice);
    eliminated += choice.method == "elimination";
    const auto swept = evaluate(jacobian(p), x), found = evaluate(j, x);
    double largest = 1;
    for (const double entry : flat(swept)) largest = std::max(largest, std::abs(entry));
    EXPECT_TRUE(all_close(flat(found), flat(swept), 1e-11 * largest)) << key;
    EXPECT_EQ(j.output_types(), jacobian(p).output_types());
  }
  EXPECT_GT(eliminated, 0);
}

}  // namespace
}  // namespace wengert
