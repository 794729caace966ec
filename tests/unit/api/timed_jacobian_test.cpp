// SPDX-License-Identifier: Apache-2.0
#include "wengert/api/timed_jacobian.h"

#include <gtest/gtest.h>

#include "same_values.h"
#include "wengert/ad/derivatives.h"
#include "wengert/exec/interpreter.h"
#include "wengert/primitives/control.h"
#include "wengert/primitives/primitives.h"
#include "wengert/trace/record.h"
#include "wengert/trace/trace.h"

namespace wengert {
namespace {

bool has_compiler() {
  try {
    compile(trace([](Expr x) { return x * x; }, {f64()}), {.engine = Engine::compiled});
    return true;
  } catch (const UsageError&) {
    return false;
  }
}

/// Two angles and two lengths: where an arm's joint and hand are, and how far from the origin.
Program arm() {
  return record(
      [](std::span<const Real> q) {
        const Real x = q[2] * cos(q[0]), y = q[2] * sin(q[0]);
        const Real u = x + q[3] * cos(q[0] + q[1]), v = y + q[3] * sin(q[0] + q[1]);
        return std::vector<Real>{x, y, u, v, sqrt(u * u + v * v)};
      },
      {0.3, 0.4, 1.0, 2.0}, "arm");
}

constexpr TimedJacobianOptions quick{.candidates = 4, .points = 32, .repetitions = 3, .work = 10'000};

TEST(TimedJacobian, is_the_jacobian_and_its_ways_are_sorted) {
  if (!has_compiler()) GTEST_SKIP() << "nothing compiles here";
  const std::vector<Array> at{0.3, 0.4, 1.0, 2.0};
  const TimedJacobian timed = timed_jacobian(arm(), at, {}, quick);
  EXPECT_TRUE(same_values(evaluate(timed.program, at), evaluate(jacobian(arm()), at), 8, 1e-12));
  ASSERT_FALSE(timed.ways.empty());
  EXPECT_LE(timed.ways.size(), 4u);
  for (size_t k = 0; k < timed.ways.size(); ++k) {
    EXPECT_GT(timed.ways[k].median_s, 0);
    EXPECT_GT(timed.ways[k].operations, 0);
    EXPECT_LE(timed.ways[k].lower_s, timed.ways[k].upper_s);
    EXPECT_LE(timed.ways[k == 0 ? 0 : k - 1].median_s, timed.ways[k].median_s);
  }
}

TEST(TimedJacobian, is_by_the_inputs_asked_for_and_of_arrays) {
  if (!has_compiler()) GTEST_SKIP() << "nothing compiles here";
  const Program p = trace([](Expr x, Expr k) { return std::pair(k * x * x, sin(x) * sum(x)); }, {f64({3}), f64()}, "arrays");
  const std::vector<Array> at{Array({3}, {0.1, 0.2, 0.3}), 2.0};
  const TimedJacobian timed = timed_jacobian(p, at, {0}, quick);
  EXPECT_TRUE(same_values(evaluate(timed.program, at), evaluate(jacobian(p, {0}), at), 8, 1e-12));
}

TEST(TimedJacobian, says_what_it_cannot_search) {
  const Program body = trace([](Expr x) { return x * x; }, {f64()});
  const Program loop = trace([&](Expr x) { return map(body, {{x}})[0]; }, {f64({3})}, "loop");
  try {
    timed_jacobian(loop, std::vector<Array>{Array({3}, {1, 2, 3})});
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_EQ(error.id(), "W737");
  }
  EXPECT_THROW(timed_jacobian(arm(), std::vector<Array>{1.0}), ShapeError);
}

TEST(TimedJacobian, is_not_timed_where_nothing_is_finite_and_says_what_is_not) {
  const Program p = trace([](Expr x, Expr y) { return std::pair(sqrt(x) * y, exp(y)); }, {f64(), f64()}, "root");
  const Program roots = trace([](Expr x, Expr y) { return std::pair(sqrt(x), sqrt(x) * y); }, {f64(), f64()}, "roots");
  try {
    timed_jacobian(roots, std::vector<Array>{-1.0, 1.0}, {}, quick);
    FAIL();
  } catch (const DomainError& error) {
    EXPECT_EQ(error.id(), "W738");
  }
  if (!has_compiler()) GTEST_SKIP() << "nothing compiles here";
  EXPECT_EQ(timed_jacobian(p, std::vector<Array>{4.0, 1.0}, {}, quick).nonfinite, 0u);
  EXPECT_EQ(timed_jacobian(p, std::vector<Array>{0.0, 1.0}, {}, quick).nonfinite, 1u);   // y / (2 sqrt(x))
  EXPECT_EQ(timed_jacobian(p, std::vector<Array>{-1.0, 1.0}, {}, quick).nonfinite, 2u);  // and sqrt(x)
}

TEST(TimedJacobian, of_a_program_with_guards_is_left_to_sweeps) {
  const Program guarded = record(
      [](std::span<const Real> x) { return x[0] < x[1] ? std::vector<Real>{x[0] * sin(x[1]), x[1] * x[1]} : std::vector<Real>{x[0], x[1]}; },
      {1.0, 2.0}, "branches");
  try {
    timed_jacobian(guarded, std::vector<Array>{1.0, 2.0}, {}, quick);
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_EQ(error.id(), "W737");
  }
}

}  // namespace
}  // namespace wengert
