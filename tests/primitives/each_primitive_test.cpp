// SPDX-License-Identifier: Apache-2.0
//
// Every record, by its own examples: nothing here knows any operation. A new record is tested by being there.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "derivative_checks.h"
#include "wengert/exec/interpreter.h"
#include "wengert/ir/registry.h"

namespace wengert {
namespace {

class EachPrimitive : public testing::TestWithParam<std::string> {
 protected:
  const Primitive& primitive() const { return *find_primitive(GetParam()); }

  /// `check` on each of these cases.
  template <class Check> void each(const std::vector<Case>& cases, Check check) const {
    for (const Case& c : cases) EXPECT_TRUE(check(c)) << c.name;
  }
};

using Checked = testing::AssertionResult (*)(const Case&);

TEST_P(EachPrimitive, has_the_values_that_are_known) { each(cases_of(primitive()), value_is_known); }

TEST_P(EachPrimitive, native_loops_equal_the_micro_operations) { each(cases_of(primitive()), native_equals_reference); }

/// Their derivative is zero by declaration, whatever differences say.
const std::set<std::string> stops_derivatives{"stop_gradient"};

TEST_P(EachPrimitive, tangents_match_differences) {
  if (stops_derivatives.contains(GetParam())) GTEST_SKIP() << "zero by declaration";
  each(differentiable_cases(primitive()), tangents_match_differences); }

TEST_P(EachPrimitive, pullback_is_the_transpose_of_the_pushforward) { each(differentiable_cases(primitive()), pullback_is_transpose); }

TEST_P(EachPrimitive, forward_and_reverse_give_one_jacobian) { each(differentiable_cases(primitive()), both_modes_give_one_jacobian); }

TEST_P(EachPrimitive, second_derivatives_agree_and_are_symmetric) {
  if (GetParam() == "custom_linear") GTEST_SKIP() << "forward over reverse only, see tests/spec/custom_rule_test.cpp";
  each(differentiable_cases(primitive()), second_order_agrees);
}

TEST_P(EachPrimitive, partials_at_kinks_are_as_stated) {
  if (primitive().edges().empty()) return;  // arrays have no stated points
  const std::vector<Array> scalars(static_cast<size_t>(primitive().arity), Array(0.0));
  EXPECT_TRUE(edges_are_as_stated(alone(primitive(), scalars), primitive().edges()));
}

std::vector<Array> converted(std::vector<Array> arrays, const std::vector<Type>& types) {
  for (size_t k = 0; k < arrays.size(); ++k) arrays[k] = arrays[k].as(types[k].dtype);
  return arrays;
}

TEST_P(EachPrimitive, f32_is_f64_rounded) {
  const auto narrow = cases_in_f32(primitive()), wide = cases_of(primitive());
  for (const Case& c : narrow) {
    const Program& p = std::ranges::find(wide, c.name, &Case::name)->program;
    const auto x = converted(c.x, p.input_types());
    EXPECT_TRUE(all_close(flat(evaluate(c.program, c.x)), flat(evaluate(p, x)), 1e-6)) << c.name;
    const auto floats = float_types(c.program.input_types());
    if (floats.empty() || float_types(p.output_types()).empty() || has_no_partial(primitive(), 0)) continue;
    Random random(6);
    const auto v = random_values(floats, random);
    const auto found = tangents(c.program, c.x, v), expected = tangents(p, x, converted(v, float_types(p.input_types())));
    EXPECT_TRUE(all_close(flat(found), flat(expected), 1e-5)) << c.name;
  }
}

TEST_P(EachPrimitive, batching_equals_looping) {
  if (primitive().is_guard()) GTEST_SKIP() << "a guard must turn out the same at all points";
  each(cases_of(primitive()), Checked(batch_equals_looping));
}

TEST_P(EachPrimitive, prints_and_reads_back) { each(cases_of(primitive()), text_round_trips); }

TEST_P(EachPrimitive, elimination_along_any_order_gives_the_jacobian) {
  const std::set<std::string> not_scalars{"custom", "custom_linear"};  // rules of the user's on arrays
  for (const Case& c : differentiable_cases(primitive())) {
    bool scalarizable = false;
    EXPECT_TRUE(elimination_agrees(c, scalarizable)) << c.name;
    EXPECT_TRUE(scalarizable || not_scalars.contains(GetParam())) << c.name;
  }
}

TEST_P(EachPrimitive, has_examples_that_show_it) {
  const Primitive& p = primitive();
  const auto cases = cases_of(p);
  EXPECT_FALSE(cases.empty());
  if (p.family == Family::control) return;
  EXPECT_TRUE(std::ranges::any_of(cases, [](const Case& c) { return !c.results.empty(); })) << "no known values";
  const auto varies = [](const Case& c) {
    return std::ranges::any_of(c.x, [](const Array& x) { return is_float(x.dtype()); });
  };
  EXPECT_TRUE(p.family == Family::nondifferentiable || std::ranges::any_of(cases, varies)) << "no float operands";
}

std::vector<std::string> names() {
  std::vector<std::string> all;
  for (const Primitive* p : primitives())
    if (p->family != Family::structure) all.emplace_back(p->name);
  return all;
}

INSTANTIATE_TEST_SUITE_P(Record, EachPrimitive, testing::ValuesIn(names()), [](const auto& record) { return record.param; });

}  // namespace
}  // namespace wengert
