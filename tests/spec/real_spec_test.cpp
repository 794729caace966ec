// SPDX-License-Identifier: Apache-2.0
//
// The traps of recorded scalars: each gives the right derivative, or an error that names it; never a silent wrong one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "wengert/api/function.h"
#include "wengert/api/gradient.h"

namespace wengert {
namespace {

using testing::ElementsAre;

constexpr double infinity = std::numeric_limits<double>::infinity();

template <class F> std::string id_of(F f) {
  try {
    f();
  } catch (const Error& error) {
    return error.id();
  }
  return "no Error";
}

TEST(Trap, a_const_variable_is_differentiated_through) {
  const auto f = [](const Real x) {
    const Real y = x * x;
    const Real& z = y;
    return z * x;
  };
  EXPECT_EQ(derivative(f, 2).derivative, 12);
}

TEST(Trap, an_auto_variable_is_a_value_and_dangles_from_nothing) {
  const auto f = [](std::span<const Real> x) {
    auto y = x[0] + x[1];
    auto z = y * y;
    y = 0;
    return z + (x[0] * x[0] + x[1]) * 2;
  };
  EXPECT_THAT(gradient(f, {1, 2}).gradient, ElementsAre(6 + 4, 6 + 2));
}

TEST(Trap, a_variable_may_be_assigned_from_itself) {
  const auto f = [](Real x) {
    x = x * x;
    x = x * x;
    x += x;
    x *= x;
    return x / x + x - x + x;
  };
  EXPECT_EQ(derivative(f, 1.5).derivative, 4 * 8 * std::pow(1.5, 7));
}

TEST(Trap, an_array_may_be_updated_in_place) {
  const auto f = [](std::vector<Real>& x) {
    for (size_t k = 1; k < x.size(); ++k) x[k] += x[k - 1] * x[k];
    std::swap(x[0], x[2]);
    x[1] = x[0];
    return x[1];
  };
  EXPECT_THAT(gradient(f, {2, 3, 5}).gradient, ElementsAre(15, 5 * 3, 10));
}

TEST(Trap, changing_an_input_does_not_change_which_derivative_is_meant) {
  const auto f = [](std::vector<Real>& x) {
    const Real y = x[0] * x[0];
    x[0] = 100;
    return y;
  };
  EXPECT_THAT(gradient(f, {3}).gradient, ElementsAre(6));
}

TEST(Trap, a_branch_taken_differently_is_recorded_anew_or_an_error) {
  const auto f = [](std::span<const Real> x) { return x[0] < 1 ? 2 * x[0] : x[0] * x[0]; };
  RealList list = record_list(f, std::vector<double>{3});
  EXPECT_EQ(id_of([&] { replay(list, std::vector<double>{0.5}); }), "W701");
  const Function function(f);
  EXPECT_THAT(function.gradient({3}).gradient, ElementsAre(6));
  EXPECT_THAT(function.gradient({0.5}).gradient, ElementsAre(2));
}

TEST(Trap, a_value_of_another_recording_is_an_error) {
  Real kept;
  derivative([&](Real x) { return kept = x; }, 1);
  EXPECT_EQ(id_of([&] { derivative([&](Real x) { return x * kept; }, 2); }), "W103");
  EXPECT_EQ(id_of([&] { derivative([&](Real) { return kept; }, 2); }), "W103");
}

TEST(Trap, pow_at_zero_has_its_derivative) {
  EXPECT_EQ(derivative([](auto x) { return pow(x, 2); }, 0).derivative, 0);
  EXPECT_EQ(derivative([](auto x) { return pow(x, 2.0); }, 0).derivative, 0);
  EXPECT_EQ(derivative([](auto x) { return pow(x, 1); }, 0).derivative, 1);
  EXPECT_EQ(derivative([](auto x) { return pow(x, 0); }, 0).derivative, 0);
  EXPECT_THAT(gradient([](auto x, auto y) { return pow(x, y); }, {0, 2}).gradient, ElementsAre(0, 0));
  EXPECT_EQ(derivative([](auto x) { return pow(x, 0.5); }, 0).derivative, infinity);
}

TEST(Trap, an_unbounded_derivative_is_infinite_and_not_zero) {
  EXPECT_EQ(derivative([](auto x) { return sqrt(x); }, 0).derivative, infinity);
  EXPECT_EQ(derivative([](auto x) { return cbrt(x); }, 0).derivative, infinity);
  EXPECT_EQ(derivative([](auto x) { return log(x); }, 0).derivative, infinity);
}

TEST(Trap, a_root_computed_but_not_used_harms_nothing) {
  const auto f = [](std::span<const Real> x) {
    const Real length = sqrt(x[0] * x[0] + x[1] * x[1]);
    return length > 1 ? length : 3 * x[0];
  };
  EXPECT_THAT(gradient(f, {0, 0}).gradient, ElementsAre(3, 0));
}

TEST(Trap, hypot_at_zero_has_the_least_norm_subgradient) {
  EXPECT_THAT(gradient([](auto x, auto y) { return hypot(x, y); }, {0, 0}).gradient, ElementsAre(0, 0));
}

TEST(Trap, ties_of_max_and_min_share_and_kinks_of_abs_and_relu_are_flat) {
  EXPECT_THAT(gradient([](auto x, auto y) { return max(x, y); }, {2, 2}).gradient, ElementsAre(0.5, 0.5));
  EXPECT_THAT(gradient([](auto x, auto y) { return min(x, y); }, {2, 2}).gradient, ElementsAre(0.5, 0.5));
  EXPECT_EQ(derivative([](auto x) { return max(x, x); }, 2).derivative, 1);
  EXPECT_EQ(derivative([](auto x) { return abs(x); }, 0).derivative, 0);
  EXPECT_EQ(derivative([](auto x) { return relu(x); }, 0).derivative, 0);
}

TEST(Trap, a_nan_on_the_side_not_taken_stays_there) {
  const auto f = [](std::span<const Real> x) {
    const Real bad = log(x[0] - 5);  // NaN
    return isnan(bad) ? x[0] * 2 : bad;
  };
  EXPECT_THAT(gradient(f, {1}).gradient, ElementsAre(2));
}

TEST(Trap, a_result_made_of_numbers_taken_out_is_an_error) {
  const auto f = [](std::span<const Real> x) { return Real(std::erf(static_cast<double>(x[0]))); };
  EXPECT_EQ(id_of([&] { gradient(f, {0.5}); }), "W151");
}

TEST(Trap, a_program_with_a_number_taken_out_is_held_to_it) {
  const auto f = [](std::span<const Real> x) { return x[0] * static_cast<double>(x[0]); };
  RealList list = record_list(f, std::vector<double>{3});
  EXPECT_EQ(id_of([&] { replay(list, std::vector<double>{4}); }), "W701");
  EXPECT_THAT(Function(f)({4}), ElementsAre(16));
}

TEST(Trap, an_index_computed_from_a_value_is_a_guard) {
  const double table[] = {10, 20, 30};
  const Function f([&](std::span<const Real> x) { return x[0] * table[static_cast<size_t>(x[0])]; });
  EXPECT_THAT(f.gradient({0.5}).gradient, ElementsAre(10));
  EXPECT_THAT(f.gradient({1.5}).gradient, ElementsAre(20));
  EXPECT_THAT(f.gradient({1.75}).gradient, ElementsAre(20));
  EXPECT_EQ(f.statistics().records, 2u);
}

TEST(Trap, a_chain_of_ten_million_operations_overflows_no_stack) {
  const auto f = [](Real x) {
    Real y = 0;
    for (int k = 0; k < 10'000'000; ++k) y = y + x;
    return y;
  };
  EXPECT_EQ(derivative(f, 1).derivative, 1e7);
  free_recording_memory();
}

}  // namespace
}  // namespace wengert
