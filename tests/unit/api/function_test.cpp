// SPDX-License-Identifier: Apache-2.0
//
// Function: recorded when it has to be, never a result of the branch not taken; batches, eviction, threads.
#include "wengert/api/function.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <thread>

#include "wengert/base/random.h"
#include "wengert/exec/interpreter.h"

namespace wengert {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

template <class F> std::string message_of(F f) {
  try {
    f();
  } catch (const Error& error) {
    return error.what();
  }
  return "no Error";
}

/// Branches, a loop whose length depends on the point, two results.
template <class V> auto branchy(const V& x) {
  auto y = x[0] < 0 ? -x[0] * x[1] : x[0] * x[0];
  if (y < 0) y = -y;
  while (y < 4) y = y * 2 + 1;
  using T = std::decay_t<decltype(y)>;
  return std::vector<T>{y, x[1] - y};
}

/// Points drawn from [-3, 3], two numbers a point.
Array random_points(int64_t count) {
  Array points(f64({count, 2}));
  Random random(7);
  for (double& x : points.mutable_values<double>()) x = random.uniform() * 6 - 3;
  return points;
}

const auto recordable = [](std::span<const Real> x) { return branchy(x); };

TEST(Function, records_once_for_points_of_one_outcome) {
  const Function f([](Real a, Real b) { return a * b + sin(a); });
  EXPECT_THAT(f({2, 3}), ElementsAre(6 + std::sin(2.0)));
  EXPECT_THAT(f({4, 5}), ElementsAre(20 + std::sin(4.0)));
  EXPECT_EQ(f.statistics().records, 1u);
  EXPECT_EQ(f.statistics().hits, 1u);
}

TEST(Function, records_the_other_branch_and_keeps_both) {
  const Function f([](std::span<const Real> x) { return x[0] < 0 ? -x[0] : x[0] * x[1]; });
  EXPECT_THAT(f({2, 3}), ElementsAre(6));
  EXPECT_THAT(f({-1, 3}), ElementsAre(1));
  EXPECT_THAT(f({4, 5}), ElementsAre(20));
  EXPECT_THAT(f({-2, 5}), ElementsAre(2));
  EXPECT_EQ(f.statistics().records, 2u);
  EXPECT_EQ(f.statistics().programs, 2u);
}

TEST(Function, derivatives_are_those_of_the_branch_at_the_point) {
  const Function f([](std::span<const Real> x) { return x[0] < 0 ? -x[0] : x[0] * x[1]; });
  for (int pass = 0; pass < 2; ++pass) {
    const auto [y, g] = f.gradient({4, 5});
    EXPECT_EQ(y, 20);
    EXPECT_THAT(g, ElementsAre(5, 4));
    EXPECT_THAT(f.gradient({-4, 5}).gradient, ElementsAre(-1, 0));
  }
  const auto [y, j] = Function(recordable).jacobian({3, 2});
  EXPECT_THAT(y, ElementsAre(9, -7));
  EXPECT_THAT(j, ElementsAre(6, 0, -6, 1));
}

TEST(Function, agrees_with_the_function_on_doubles_at_random_points) {
  const Function f(recordable);
  const Array points = random_points(500);
  for (int64_t k = 0; k < 500; ++k) {
    const std::vector<double> x{points[2 * k], points[2 * k + 1]};
    EXPECT_EQ(f(x), branchy(x));
  }
  EXPECT_LE(f.statistics().programs, 16u);
  EXPECT_GT(f.statistics().records, 2u);
}

TEST(Function, a_batch_is_partitioned_by_outcome) {
  const Function f(recordable);
  const Array points = random_points(777);
  const Array y = f.values(points), j = f.jacobians(points);
  EXPECT_EQ(y.shape(), Shape({777, 2}));
  EXPECT_EQ(j.shape(), Shape({777, 2, 2}));
  for (int64_t k = 0; k < 777; ++k) {
    const std::vector<double> x{points[2 * k], points[2 * k + 1]};
    EXPECT_EQ((std::vector<double>{y[2 * k], y[2 * k + 1]}), branchy(x)) << k;
    const auto expected = jacobian(recordable, x).jacobian;
    for (int64_t i = 0; i < 4; ++i) EXPECT_NEAR(j[4 * k + i], expected[static_cast<size_t>(i)], 1e-12) << k;
  }
  EXPECT_GE(f.statistics().hits, 777u);
}

TEST(Function, an_empty_batch_has_no_results) {
  EXPECT_EQ(Function(recordable).values(Array(f64({0, 2}))).elements(), 0);
}

TEST(Function, keeps_at_most_so_many_programs) {
  const auto steps = [](std::span<const Real> x) { return x[0] * static_cast<int>(x[0]); };
  const Function f(steps, {.programs = 3});
  for (double x : {1.5, 2.5, 3.5, 4.5, 3.25, 1.25}) EXPECT_THAT(f({x}), ElementsAre(x * std::floor(x)));
  const FunctionStatistics s = f.statistics();
  EXPECT_EQ(s.programs, 3u);
  EXPECT_EQ(s.records, 5u) << "1.25 again, since its Program was the one not used for longest";
  EXPECT_EQ(s.evictions, 2u);
  EXPECT_EQ(s.hits, 1u);
}

TEST(Function, a_number_taken_out_is_never_stale) {
  const Function f([](std::span<const Real> x) { return x[0] * value(x[0]); });
  EXPECT_THAT(f({2}), ElementsAre(4));
  EXPECT_THAT(f({3}), ElementsAre(9));
  EXPECT_THAT(f({3}), ElementsAre(9));
  EXPECT_EQ(f.statistics().records, 2u);
}

TEST(Function, the_number_of_inputs_may_change) {
  const Function f([](std::span<const Real> x) {
    Real sum = 0;
    for (const Real& each : x) sum += each;
    return sum;
  });
  EXPECT_THAT(f({1, 2}), ElementsAre(3));
  EXPECT_THAT(f({1, 2, 3}), ElementsAre(6));
  EXPECT_THAT(f({3, 4}), ElementsAre(7));
  EXPECT_EQ(f.statistics().records, 2u);
}

TEST(Function, its_program_has_guards) {
  const Program p = Function(recordable).program({3, 2});
  EXPECT_EQ(evaluate(p, {4.0, 1.0})[0].item(), 16);
  EXPECT_THROW(evaluate(p, {-4.0, 1.0}), UsageError);
}

TEST(Function, several_threads_may_call_one) {
  const Function f(recordable, {.programs = 4, .misses_in_a_row = 0});
  const Array points = random_points(200);
  std::vector<std::thread> threads;
  std::vector<int> wrong(4);
  for (size_t t = 0; t < wrong.size(); ++t)
    threads.emplace_back([&, t] {
      for (int64_t k = 0; k < 200; ++k) {
        const std::vector<double> x{points[2 * k], points[2 * k + 1]};
        wrong[t] += f(x) != branchy(x);
        if (k % 10 == 0) wrong[t] += f.jacobian(x).value != branchy(x);
      }
    });
  for (auto& thread : threads) thread.join();
  EXPECT_THAT(wrong, testing::Each(0));
}

TEST(Function, W151_derivatives_of_a_result_computed_from_numbers) {
  const Function f([](std::span<const Real> x) { return Real(value(x[0]) * 2); });
  EXPECT_THAT(f({3}), ElementsAre(6));
  EXPECT_THAT(message_of([&] { f.gradient({3}); }), HasSubstr("W151 usage: the result depends on no input"));
}

TEST(Function, W702_says_what_diverges) {
  int line = 0;
  const Function f(
      [&](std::span<const Real> x) {
        line = __LINE__ + 1;
        return x[0] * value(x[0]);
      },
      {.name = "price", .misses_in_a_row = 20});
  const std::string message = message_of([&] {
    for (int k = 0; k < 100; ++k) f({1.0 + k});
  });
  EXPECT_THAT(
      message,
      HasSubstr(
          "W702 usage: \"price\" was recorded anew at 21 points in a row; what came out otherwise was 20 of 20 times"));
  EXPECT_THAT(message, HasSubstr("the number taken out of the recording at function_test.cpp:" + std::to_string(line)));
  EXPECT_THAT(message, HasSubstr("fix: write that choice without a branch"));
}

TEST(Function, W702_names_the_comparison) {
  const Function f(
      [](std::span<const Real> x) {
        Real y = x[0];
        int k = 0;
        while (y > 1) {
          y = y - 1;
          ++k;
        }
        return y * k;
      },
      {.programs = 2, .misses_in_a_row = 10});
  EXPECT_THAT(message_of([&] {
                for (int k = 0; k < 50; ++k) f({0.5 + k});
              }),
              HasSubstr("times the comparison at function_test.cpp:"));
}

TEST(Function, W251_points_of_another_shape) {
  const Function f(recordable);
  EXPECT_THAT(message_of([&] { f.values(Array(f64({2}))); }),
              HasSubstr("W251 shape: \"f\" takes points as f64[count, inputs]; found f64[2]\n  fix: reshape"));
  const Function uneven([](std::span<const Real> x) {
    return x[0] < 0 ? std::vector<Real>{x[0]} : std::vector<Real>{x[0], x[0]};
  });
  EXPECT_THAT(message_of([&] {
                uneven.values(Array({2, 1}, {-1, 1}));
              }),
              HasSubstr("W251 shape: \"f\" has 1 results at some"));
}

TEST(Function, W210_the_gradient_of_several_results) {
  EXPECT_THAT(message_of([] { Function(recordable).gradient({3, 2}); }), HasSubstr("W210"));
}

}  // namespace
}  // namespace wengert
