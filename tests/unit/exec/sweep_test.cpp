// SPDX-License-Identifier: Apache-2.0
//
// Sweeps of scalar lists against the pullback and the pushforward of the same list as a Program, at edges, and at
// length.
#include "wengert/exec/sweep.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <thread>

#include "random_cases.h"
#include "random_program.h"
#include "same_values.h"
#include "wengert/ad/derivatives.h"
#include "wengert/exec/interpreter.h"
#include "wengert/ir/registry.h"
#include "wengert/trace/record.h"

namespace wengert {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr double infinity = std::numeric_limits<double>::infinity();

template <class F> std::string message_of(F f) {
  try {
    f();
  } catch (const Error& error) {
    return error.what();
  }
  return "no Error";
}

template <class F> RealList listed(F f, std::vector<double> x) { return record_list(f, x, "f"); }

std::vector<double> reverse(const RealList& list, const std::vector<double>& y_bar) {
  std::vector<double> x_bar(list.inputs().size());
  reverse_sweep(list, y_bar, x_bar);
  return x_bar;
}
std::vector<double> forward(const RealList& list, const std::vector<double>& x_dot) {
  std::vector<double> y_dot(list.outputs().size());
  forward_sweep(list, x_dot, y_dot);
  return y_dot;
}

/// A record's operation on Reals: as `sin` and its like record it, or as a value computed by the caller.
enum class Recorded { by_its_function, by_value };
Real recorded(const ElementwisePrimitive& p, const std::vector<Real>& operand, Recorded how) {
  if (how == Recorded::by_its_function) {
    if (operand.size() == 1) return RealAccess::apply(dynamic_cast<const Elementwise<1>&>(p), operand[0]);
    if (operand.size() == 2) return RealAccess::apply(dynamic_cast<const Elementwise<2>&>(p), operand[0], operand[1]);
    return RealAccess::apply(dynamic_cast<const Elementwise<3>&>(p), operand[0], operand[1], operand[2]);
  }
  double x[3];
  for (size_t k = 0; k < operand.size(); ++k) x[k] = RealAccess::value(operand[k]);
  if (operand.size() == 1) return RealAccess::unary(p, p.value(x), operand[0]);
  if (operand.size() == 2) return RealAccess::binary(p, p.value(x), operand[0], operand[1]);
  return RealAccess::ternary(p, p.value(x), operand[0], operand[1], operand[2]);
}

/// A Program of f64 scalars and elementwise records, run on Reals.
std::vector<Real> on_reals(const Program& p, const std::vector<Real>& x, Recorded how) {
  std::vector<Real> value(p.size());
  for (uint32_t i = 0; i < p.size(); ++i) {
    const ValueId v{i};
    if (p.is_input(v))
      value[i] = x[i];
    else if (p.is_constant(v))
      value[i] = p.literal(v);
    else {
      std::vector<Real> operands;
      for (ValueId operand : p.operands(v)) operands.push_back(value[index(operand)]);
      value[i] = recorded(dynamic_cast<const ElementwisePrimitive&>(p.primitive(v)), operands, how);
    }
  }
  std::vector<Real> outputs;
  for (ValueId v : p.outputs()) outputs.push_back(value[index(v)]);
  return outputs;
}

std::vector<const Primitive*> elementwise_records() {
  std::vector<const Primitive*> records;
  for (const Primitive* p : primitives())
    if (p->family == Family::elementwise) records.push_back(p);
  return records;
}

/// Largest difference, relative where numbers are large.
double distance(const std::vector<double>& found, const std::vector<Array>& expected) {
  double largest = 0;
  for (size_t k = 0; k < found.size(); ++k)
    largest = std::max(largest, ulps_between(found[k], expected[k].item()) == 0
                                    ? 0
                                    : std::abs(found[k] - expected[k].item()) / (1 + std::abs(found[k])));
  return largest;
}

TEST(Sweep, equals_pullback_and_pushforward_of_random_programs) {
  for (uint64_t key = 0; key < random_cases(300); ++key) {
    const RandomProgram drawn =
        random_program(key, {.draws = 40, .arrays = false, .nesting = 0, .only = elementwise_records()});
    const Program& p = drawn.program;
    const std::vector<Array>& point = drawn.point;
    std::vector<double> x;
    for (const Array& each : point) x.push_back(each.item());
    const Recorded how = key % 2 == 0 ? Recorded::by_its_function : Recorded::by_value;
    const RealList list = record_list([&](std::vector<Real>& v) { return on_reals(p, v, how); }, x);
    std::vector<Array> with_cotangents = point, with_tangents = point;
    std::vector<double> y_bar, x_dot;
    for (size_t k = 0; k < p.outputs().size(); ++k)
      with_cotangents.emplace_back(y_bar.emplace_back(1.0 / (1.0 + static_cast<double>(k))));
    for (size_t k = 0; k < x.size(); ++k)
      with_tangents.emplace_back(x_dot.emplace_back(1.0 - 0.3 * static_cast<double>(k)));
    const auto pulled = evaluate(vjp(p), with_cotangents), pushed = evaluate(jvp(p), with_tangents);
    const auto m = static_cast<std::ptrdiff_t>(p.outputs().size());
    EXPECT_LT(distance(reverse(list, y_bar), {pulled.begin() + m, pulled.end()}), 1e-9) << key;
    EXPECT_LT(distance(forward(list, x_dot), {pushed.begin() + m, pushed.end()}), 1e-9) << key;
  }
}

void check_every_set_of_active_operands(Recorded how) {
  for (const Primitive* p : elementwise_records()) {
    const auto& record = dynamic_cast<const ElementwisePrimitive&>(*p);
    for (const Example& example : p->examples())
      for (unsigned active = 1; active < 1u << p->arity; ++active) {
        std::vector<double> x, partial(static_cast<size_t>(p->arity)), all;
        for (const Array& operand : example.operands) all.push_back(operand.item());
        for (size_t k = 0; k < all.size(); ++k)
          if ((active >> k & 1) != 0) x.push_back(all[k]);
        RealList list = record_list(
            [&](std::vector<Real>& v) {
              std::vector<Real> operands;
              for (size_t k = 0, next = 0; k < all.size(); ++k)
                operands.push_back((active >> k & 1) != 0 ? v[next++] : Real(all[k]));
              return recorded(record, operands, how);
            },
            x);
        const double y = list.outputs()[0].value;
        record.partials(all.data(), y, partial.data());
        const auto x_bar = reverse(list, {2});
        for (size_t k = 0, next = 0; k < all.size(); ++k)
          if ((active >> k & 1) != 0) {
            EXPECT_EQ(ulps_between(x_bar[next++], 2 * partial[k]), 0) << p->name << " operand " << k;
          }
        replay(list, x);
        EXPECT_EQ(ulps_between(list.outputs()[0].value, y), 0) << p->name;
      }
  }
}

TEST(Sweep, every_elementwise_record_with_every_set_of_active_operands) {
  check_every_set_of_active_operands(Recorded::by_value);
  check_every_set_of_active_operands(Recorded::by_its_function);
}

TEST(Sweep, what_is_computed_together_equals_the_rules_bit_for_bit) {
  std::vector<double> points{0, -0.0, 5e-324, 0x1p-27, 0.5, 3, 1e22, 1e300, infinity, std::nan("")};
  for (int k = 1; k < 20'000; ++k) points.push_back(std::sin(k * k) * std::pow(10, k % 9 - 2));
  size_t rules = 0;
  for (const Primitive* p : elementwise_records()) {
    const auto* const record = dynamic_cast<const Elementwise<1>*>(p);
    if (record == nullptr || record->joint().both == nullptr) continue;
    ++rules;
    for (double x : points)
      for (double signed_x : {x, -x}) {
        const ValueAndPartial both = record->joint().both(signed_x);
        double partial;
        record->partials(&signed_x, both.value, &partial);
        EXPECT_EQ(ulps_between(both.value, record->value(&signed_x)), 0) << p->name << " of " << signed_x;
        EXPECT_EQ(ulps_between(both.partial, partial), 0) << p->name << " of " << signed_x;
      }
  }
  EXPECT_GE(rules, 2u) << "sin and cos";
}

/// A long list of operations that keep their partials and others, of one, two and three operands.
template <class X> auto swings(X& x) {
  auto y = x[0];
  for (int k = 0; k < 5'000; ++k) {
    y = fma(sin(y), x[1], cos(x[0] - y));
    if (k % 3 == 0) y = y + sin(y) * 0.25;
  }
  return y;
}

TEST(Sweep, kept_partials_of_a_long_list_serve_every_sweep) {
  RealList list = listed([](auto& x) { return swings(x); }, {0.3, 0.5});
  const auto row = reverse(list, {1}), along_first = forward(list, {1, 0}), along_second = forward(list, {0, 1});
  EXPECT_NEAR(row[0], along_first[0], 1e-12 * (1 + std::abs(row[0])));
  EXPECT_NEAR(row[1], along_second[0], 1e-12 * (1 + std::abs(row[1])));
  replay(list, std::vector<double>{0.7, 0.4});
  const RealList anew = listed([](auto& x) { return swings(x); }, {0.7, 0.4});
  EXPECT_EQ(list.outputs()[0].value, anew.outputs()[0].value);
  EXPECT_EQ(reverse(list, {1}), reverse(anew, {1}));
  EXPECT_NE(reverse(list, {1}), row);
}

TEST(Sweep, a_kept_partial_that_is_nan_matters_only_where_it_is_used) {
  const auto f = [](auto& x) {
    const Real dead = sin(x[0]), zero = cos(x[0]) * 0;  // NaN, with a partial of NaN
    return std::vector<Real>{x[0] + x[1], zero, dead * x[1]};
  };
  const RealList list = listed(f, {infinity, 1});
  EXPECT_THAT(reverse(list, {1, 0, 0}), ElementsAre(1, 1));
  EXPECT_TRUE(std::isnan(reverse(list, {0, 1, 0})[0]));
  EXPECT_EQ(forward(list, {0, 1})[0], 1);
  EXPECT_EQ(forward(list, {0, 1})[1], 0) << "cos(x0) does not vary";
}

TEST(Sweep, one_operand_used_twice_gets_both_parts) {
  const RealList list = listed([](auto& x) { return x[0] * x[0] + fma(x[0], x[0], x[0]); }, {3});
  EXPECT_THAT(reverse(list, {1}), ElementsAre(13));
  EXPECT_THAT(forward(list, {1}), ElementsAre(13));
}

TEST(Sweep, outputs_may_be_inputs_constants_or_the_same_value_twice) {
  const RealList list = listed(
      [](auto& x) {
        const Real y = x[0] * x[1];
        return std::vector<Real>{x[1], y, 7, y};
      },
      {2, 3});
  EXPECT_THAT(reverse(list, {10, 1, 5, 2}), ElementsAre(9, 16));
  EXPECT_THAT(forward(list, {1, 0}), ElementsAre(0, 3, 0, 3));
  EXPECT_THAT(jacobian_by_sweeps(list), ElementsAre(0, 1, 3, 2, 0, 0, 3, 2));
}

TEST(Sweep, jacobians_by_rows_and_by_columns_agree) {
  const auto wide = [](auto& x) { return std::vector<Real>{x[0] * x[1] * x[2], sin(x[0]) - x[2]}; };
  const auto tall = [](auto& x) { return std::vector<Real>{x[0], sin(x[0]), x[0] * x[0]}; };
  EXPECT_THAT(jacobian_by_sweeps(listed(wide, {2, 3, 5})), ElementsAre(15, 10, 6, std::cos(2.0), 0, -1));
  EXPECT_THAT(jacobian_by_sweeps(listed(tall, {2})), ElementsAre(1, std::cos(2.0), 4));
}

TEST(Sweep, what_no_output_depends_on_contributes_nothing) {
  const auto f = [](auto& x) {
    const Real dead = sqrt(x[0]);  // infinite partial
    return dead * 0 == 0 ? x[0] + 1 : x[0];
  };
  EXPECT_THAT(reverse(listed(f, {0}), {1}), ElementsAre(1));
}

TEST(Sweep, zero_times_an_infinite_partial_is_nan_as_in_the_pullback) {
  const auto f = [](auto& x) { return sqrt(x[0]) * x[1]; };
  const RealList list = listed(f, {0, 0});
  EXPECT_TRUE(std::isnan(reverse(list, {1})[0]));
  const auto pulled = evaluate(vjp(to_program(list)), {0.0, 0.0, 1.0});
  EXPECT_TRUE(std::isnan(pulled[1].item()));
  EXPECT_EQ(reverse(listed(f, {0, 1}), {1})[0], infinity);
}

TEST(Sweep, what_does_not_vary_contributes_nothing_forward) {
  const auto f = [](auto& x) { return sqrt(floor(x[0])) + x[0] + sqrt(x[1]); };
  EXPECT_THAT(forward(listed(f, {0.5, 0}), {1, 0}), ElementsAre(1));
  EXPECT_THAT(forward(listed(f, {0.5, 0}), {0, 1}), ElementsAre(infinity));
}

TEST(Sweep, leaves_nothing_behind_for_the_next) {
  const RealList small = listed([](auto& x) { return x[0] * 3; }, {1});
  const RealList large = listed(
      [](auto& x) {
        for (int k = 0; k < 5000; ++k) x[0] = sin(x[0]) + x[0];
        return x[0];
      },
      {1});
  const auto before = reverse(large, {1});
  forward(large, {1});
  EXPECT_THAT(reverse(small, {1}), ElementsAre(3));
  reverse(large, {std::nan("")});
  EXPECT_EQ(reverse(large, {1}), before);
}

TEST(Sweep, a_chain_of_ten_million_operations_needs_no_stack) {
  const size_t n = 10'000'000;
  RealList list = listed(
      [](auto& x) {
        Real y = x[0];
        for (size_t k = 0; k < n / 2; ++k) {
          y = y * x[1];
          y = y + x[2];
        }
        return y;
      },
      {1, 1, 0});
  EXPECT_EQ(list.operations(), n);
  EXPECT_THAT(reverse(list, {1}), ElementsAre(1, n / 2, n / 2));
  EXPECT_THAT(forward(list, {0, 0, 1}), ElementsAre(n / 2));
  replay(list, std::vector<double>{1, 1, 1});
  EXPECT_EQ(list.outputs()[0].value, 1 + n / 2);
  free_recording_memory();
}

TEST(Sweep, several_threads_may_sweep_one_list) {
  const RealList list = listed(
      [](auto& x) {
        Real y = x[0];
        for (int k = 0; k < 20'000; ++k) y = sin(y) + x[1];
        return y;
      },
      {1, 0.5});
  const auto expected = reverse(list, {1});
  std::vector<std::vector<double>> found(4);
  std::vector<std::thread> threads;
  for (auto& each : found) threads.emplace_back([&] { each = reverse(list, {1}); });
  for (auto& thread : threads) thread.join();
  EXPECT_THAT(found, testing::Each(expected));
}

TEST(Replay, computes_values_and_derivatives_at_another_point) {
  RealList list = listed([](auto& x) { return x[0] < 10 ? x[0] * x[0] * x[1] + floor(x[0]) : x[1]; }, {3, 2});
  replay(list, std::vector<double>{4.5, 1});
  EXPECT_EQ(list.outputs()[0].value, 24.25);
  EXPECT_THAT(reverse(list, {1}), ElementsAre(9, 20.25));
}

TEST(Replay, W701_names_the_comparison_and_leaves_the_list_as_it_was) {
  int line = 0;
  RealList list = listed(
      [&](auto& x) {
        line = __LINE__ + 1;
        return x[0] < x[1] ? x[0] * x[0] : x[1];
      },
      {2, 3});
  const std::string message = message_of([&] { replay(list, std::vector<double>{5, 4}); });
  EXPECT_THAT(message,
              HasSubstr("W701 usage: the comparison 5 < 4 is false here and was true where the list was recorded"));
  EXPECT_THAT(message,
              HasSubstr("at sweep_test.cpp:" + std::to_string(line) + ", recording \"f\"\n  fix: record again"));
  EXPECT_EQ(list.outputs()[0].value, 4);
  EXPECT_THAT(reverse(list, {1}), ElementsAre(4, 0));
}

TEST(Replay, W701_leaves_the_kept_partials_as_they_were) {
  RealList list = listed([](auto& x) { return x[0] < 1 ? sin(x[0]) : x[0]; }, {0.5});
  EXPECT_THAT(message_of([&] { replay(list, std::vector<double>{2}); }), HasSubstr("W701"));
  EXPECT_THAT(reverse(list, {1}), ElementsAre(std::cos(0.5)));
}

TEST(Replay, W701_a_number_taken_out_of_the_recording) {
  RealList list = listed([](auto& x) { return x[0] * value(x[0]); }, {2});
  EXPECT_NO_THROW(replay(list, std::vector<double>{2}));
  EXPECT_THAT(message_of([&] { replay(list, std::vector<double>{3}); }),
              HasSubstr("W701 usage: value() took 2 out of the recording, here that number is 3"));
}

TEST(Sweep, W250_counts_that_do_not_fit) {
  RealList list = listed([](auto& x) { return x[0] + x[1]; }, {1, 2});
  EXPECT_THAT(message_of([&] {
                reverse(list, {1, 2});
              }),
              HasSubstr("W250 shape: recording \"f\" has 1 outputs, 2 numbers were given"));
  EXPECT_THAT(message_of([&] { forward(list, {1}); }),
              HasSubstr("W250 shape: recording \"f\" has 2 inputs, 1 numbers were given"));
  EXPECT_THAT(message_of([&] { replay(list, std::vector<double>{1}); }), HasSubstr("W250"));
}

}  // namespace
}  // namespace wengert
