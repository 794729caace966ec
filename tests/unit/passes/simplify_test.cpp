// SPDX-License-Identifier: Apache-2.0
//
// Simplify: each rule on the smallest Program that shows it, what must stay, and values of random Programs.
#include "wengert/passes/simplify.h"

#include <gtest/gtest.h>

#include <limits>

#include "random_cases.h"
#include "random_program.h"
#include "same_values.h"
#include "wengert/exec/interpreter.h"
#include "wengert/ir/text.h"
#include "wengert/primitives/primitives.h"
#include "wengert/trace/trace.h"

namespace wengert {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();

/// Formulas of x that simplify to the same lines.
testing::AssertionResult become_equal(const std::string& f, const std::string& g, const Type& type) {
  const Program p = simplify(parse_formula(f, {{"x", type}})), q = simplify(parse_formula(g, {{"x", type}}));
  return p == q ? testing::AssertionSuccess() : testing::AssertionFailure() << f << " became\n" << print(p);
}
testing::AssertionResult become_equal(const std::string& f, const std::string& g) {
  const auto scalar = become_equal(f, g, f64());
  return scalar ? become_equal(f, g, f32({2, 3})) : scalar;
}
testing::AssertionResult stays(const std::string& f, const Type& type = f64()) {
  const Program p = parse_formula(f, {{"x", type}}), q = simplify(p);
  return p == q ? testing::AssertionSuccess() : testing::AssertionFailure() << f << " became\n" << print(q);
}

TEST(Simplify, drops_zeros_and_ones) {
  EXPECT_TRUE(become_equal("x + 0", "x"));
  EXPECT_TRUE(become_equal("-0.0 + x", "x"));
  EXPECT_TRUE(become_equal("x - 0", "x"));
  EXPECT_TRUE(become_equal("1 * x", "x"));
  EXPECT_TRUE(become_equal("x / 1", "x"));
  EXPECT_TRUE(become_equal("x ^ 1", "x"));
  EXPECT_TRUE(become_equal("fma(1, x, 0)", "x"));
  EXPECT_TRUE(become_equal("fma(x, 1, sin(x))", "x + sin(x)"));
  EXPECT_TRUE(become_equal("fma(x, sin(x), 0)", "x * sin(x)"));
}

TEST(Simplify, sees_a_number_repeated_in_an_array_constant) {
  const auto f = [](Expr x) { return x * constant(Array::filled(f64({2, 3}), 1)) + zeros(f64({2, 3})); };
  EXPECT_EQ(simplify(trace(f, {f64({2, 3})})).size(), 1u);
}

TEST(Simplify, gathers_signs) {
  EXPECT_TRUE(become_equal("-(-(-x))", "-x"));
  EXPECT_TRUE(become_equal("x * -1", "-x"));
  EXPECT_TRUE(become_equal("x / -1", "-x"));
  EXPECT_TRUE(become_equal("0 - x", "-x"));
  EXPECT_TRUE(become_equal("(-x) * 3", "x * -3"));
  EXPECT_TRUE(become_equal("-(x * 3)", "x * -3"));
  EXPECT_TRUE(become_equal("(-x) * (-sin(x))", "x * sin(x)"));
  EXPECT_TRUE(become_equal("(-x) / (-sin(x))", "x / sin(x)"));
  EXPECT_TRUE(become_equal("sin(x) + (-x)", "sin(x) - x"));
  EXPECT_TRUE(become_equal("s = sin(x), (-x) + s", "sin(x) - x"));
  EXPECT_TRUE(become_equal("sin(x) - (-x)", "sin(x) + x"));
  EXPECT_TRUE(become_equal("s = sin(x), -(s - x)", "s = sin(x), x - s"));
  EXPECT_TRUE(become_equal("abs(-x)", "abs(abs(x))"));
}

TEST(Simplify, writes_small_powers_and_divisions_by_powers_of_two_as_products) {
  EXPECT_TRUE(become_equal("x ^ 2", "x * x"));
  EXPECT_TRUE(become_equal("x ^ (-1)", "1 / x"));
  EXPECT_TRUE(become_equal("x ^ 0", "1", f64()));
  EXPECT_TRUE(become_equal("x / 8", "x * 0.125"));
  EXPECT_TRUE(stays("x / 3"));
  EXPECT_TRUE(stays("x / 1e300"));
  EXPECT_TRUE(stays("x ^ 0.5"));  // differs from sqrt at -0 and -infinity
  EXPECT_TRUE(stays("x ^ 3"));
}

TEST(Simplify, never_hides_what_is_not_finite) {
  for (const char* formula : {"x * 0", "x - x", "x / x", "0 / x", "log(exp(x))"}) EXPECT_TRUE(stays(formula));
}

TEST(Simplify, changes_nothing_at_the_points_where_arithmetic_is_special) {
  const auto f = [](Expr x) {
    return std::vector<Expr>{
        x * 1,        x / 1,     x * -1,    -(-x),      -x * 3,    x / 8,     x - -x,  -x * -x,
        pow(x, 1),    pow(x, 0), pow(x, 2), pow(x, -1), max(x, x), min(x, x), abs(-x), select(less(x, 1), x, x),
        fma(1, x, x), x - 0,     x + -0.0};
  };
  const Program p = trace(f, {f64()}), q = simplify(p);
  for (double x : {0.0, -0.0, 1.0, -2.0, infinity, -infinity, nan, 1e308, 5e-324})
    EXPECT_TRUE(same_values(evaluate(q, {x}), evaluate(p, {x}), 1)) << "at " << x;
}

TEST(Simplify, division_by_a_power_of_two_is_exact_down_to_the_smallest_numbers) {
  const Program p = trace([](Expr x) { return std::vector<Expr>{x / 0x1p100, x / -0x1p-100, x / 4}; }, {f64()});
  for (double x : {5e-324, 3e-323, 1.7e308, 1.1, -2.3e-300})
    EXPECT_TRUE(same_values(evaluate(simplify(p), {x}), evaluate(p, {x})));
}

TEST(Simplify, chooses_now_where_the_choice_is_known) {
  EXPECT_TRUE(become_equal("select(less(1.0, 2.0), x, sin(x))", "x", f64()));
  EXPECT_TRUE(become_equal("select(x < 0, x, x)", "x"));
  EXPECT_TRUE(become_equal("select(logical_not(x < 0), x, 7)", "select(x < 0, 7, x)"));
  EXPECT_TRUE(become_equal("select(x < 0, select(x < 0, x, 7), 1)", "select(x < 0, x, 1)"));
  EXPECT_TRUE(become_equal("select(x < 0, 1, select(x < 0, 7, x))", "select(x < 0, 1, x)"));
  EXPECT_TRUE(become_equal("max(x, min(x, x))", "x"));
}

TEST(Simplify, knows_what_true_and_false_do) {
  const auto logic = [](Expr b) {
    const Expr t = less(Expr(1), 2), f = less(Expr(2), 1);
    return std::vector<Expr>{logical_and(b, t), logical_and(f, b), logical_or(b, f),           logical_or(t, b),
                             logical_and(b, b), logical_or(b, b),  logical_not(logical_not(b))};
  };
  const Program p = trace(logic, {boolean()}), q = simplify(p);
  EXPECT_EQ(q.size(), 3u);  // the input, true and false
  for (double b : {0, 1})
    EXPECT_TRUE(same_values(evaluate(q, {Array::filled(boolean(), b)}), evaluate(p, {Array::filled(boolean(), b)})));
}

TEST(Simplify, knows_that_a_condition_or_its_negation_holds) {
  const auto logic = [](Expr b) {
    const Expr n = logical_not(b);
    return std::vector<Expr>{logical_or(b, n), logical_or(n, b), logical_and(b, n), logical_and(n, b)};
  };
  for (const Type& type : {boolean(), boolean({2})}) {
    const Program p = trace(logic, {type}), q = simplify(p);
    for (ValueId v : q.outputs()) EXPECT_FALSE(q.is_input(v));
    for (uint32_t v = 0; v < q.size(); ++v)
      EXPECT_FALSE(&q.primitive(ValueId{v}) == &logical_not_p);
    for (double b : {0, 1})
      EXPECT_TRUE(same_values(evaluate(q, {Array::filled(type, b)}), evaluate(p, {Array::filled(type, b)})));
  }
}

TEST(Simplify, moves_elements_once) {
  const Type type = f64({2, 3, 4});
  const auto equal = [&](const char* f, const char* g) { return become_equal(f, g, type); };
  EXPECT_TRUE(equal("transpose(transpose(x, order=[1, 2, 0]), order=[2, 0, 1])", "x"));
  EXPECT_TRUE(equal("transpose(transpose(x, order=[1, 2, 0]), order=[1, 2, 0])", "transpose(x, order=[2, 0, 1])"));
  EXPECT_TRUE(equal("reshape(reshape(x, shape=[6, 4]), shape=[2, 3, 4])", "x"));
  EXPECT_TRUE(equal("reshape(reshape(x, shape=[6, 4]), shape=[24])", "reshape(x, shape=[24])"));
  EXPECT_TRUE(equal("broadcast(x, shape=[2, 3, 4])", "x"));
  EXPECT_TRUE(
      equal("broadcast(broadcast(x, shape=[1, 2, 3, 4]), shape=[5, 2, 3, 4])", "broadcast(x, shape=[5, 2, 3, 4])"));
  EXPECT_TRUE(
      equal("broadcast(reshape(x, shape=[1, 2, 3, 4]), shape=[5, 2, 3, 4])", "broadcast(x, shape=[5, 2, 3, 4])"));
  EXPECT_TRUE(equal("sum(reshape(x, shape=[2, 1, 12]), axes=[1])", "reshape(x, shape=[2, 12])"));
  EXPECT_TRUE(equal("transpose(broadcast(sum(x), shape=[2, 3]), order=[1, 0])", "broadcast(sum(x), shape=[3, 2])"));
  EXPECT_TRUE(equal("reshape(broadcast(sum(x), shape=[2, 3]), shape=[6])", "broadcast(sum(x), shape=[6])"));
  EXPECT_TRUE(stays("sum(x, axes=[1])", type));
  EXPECT_TRUE(stays("broadcast(reshape(x, shape=[2, 3, 1, 4]), shape=[2, 3, 7, 4])", type));
}

TEST(Simplify, folds_constants_by_running_the_kernels) {
  const Program q = simplify(trace([](Expr x) { return x * exp(sin(Expr(2.0) + 1)); }, {f64()}));
  EXPECT_EQ(q.size(), 3u);
  EXPECT_TRUE(same_values(evaluate(q, {1.0}), {Array(std::exp(std::sin(3.0)))}));
  const auto f = [](Expr x) { return x + sum(constant(Array({2, 2}, {1, 2, 3, 4})) * 10, {0}); };
  const auto g = [](Expr x) { return x + constant(Array({2}, {40, 60})); };
  EXPECT_EQ(simplify(trace(f, {f64({2})})), trace(g, {f64({2})}));
}

TEST(Simplify, folds_in_the_dtype_of_the_constant) {
  const Program p = trace([](Expr x) { return x * (Expr(1.0f) / 3); }, {f32()});
  const Array one = Array(1.0).as(DType::f32);
  EXPECT_EQ(simplify(p).size(), 3u);
  EXPECT_TRUE(same_values(evaluate(simplify(p), {one}), evaluate(p, {one})));
}

TEST(Simplify, keeps_one_number_repeated_as_one_number) {
  const Program q = simplify(trace(
      [](Expr x) {
        return x + exp(broadcast_to(Expr(2.0) + 1, {1000, 1000}));
      },
      {f64({1000, 1000})}));
  EXPECT_EQ(print(q).find("exp"), std::string::npos);
  EXPECT_EQ(print(q).find("constant"), std::string::npos);
  EXPECT_NE(print(q).find("broadcast"), std::string::npos);
}

TEST(Simplify, does_not_compute_large_constants) {
  for (const int64_t size : {64, 65}) {
    Array ramp(f64({size}));
    for (int64_t i = 0; i < size; ++i) ramp.mutable_values<double>()[static_cast<size_t>(i)] = static_cast<double>(i);
    const Program p = trace([&](Expr x) { return x + exp(constant(ramp)); }, {f64({size})});
    EXPECT_EQ(simplify(p).size(), size == 64 ? 3u : 4u);
  }
}

TEST(Simplify, the_derivative_of_sigmoid_reuses_its_result) {
  const auto slope = [](Expr x) {
    const Expr y = sigmoid(x);
    return std::vector<Expr>{y, sigmoid_p.partials({&x, 1}, y)[0] * 1};
  };
  const Program q = simplify(trace(slope, {f64()}));
  EXPECT_EQ(q.size(), 5u) << print(q);  // x, sigmoid x, 1, 1 - y, y (1 - y)
}

TEST(Simplify, leaves_guards_and_foreign_names_where_they_are) {
  const Program p = trace(
      [](Expr x) {
        guard(less(x * 1, 1), true);
        return x * 1;
      },
      {f64()}, "f", {"x"});
  const Program q = simplify(p);
  EXPECT_EQ(q.size(), 4u);
  EXPECT_THROW(evaluate(q, {2.0}), UsageError);
  EXPECT_EQ(q.value_name(ValueId{0}), "x");
}

TEST(Simplify, works_inside_bodies) {
  const Program body = trace([](Expr x) { return pow(x * 1, 2) + 0; }, {f64()}, "body");
  const Program q = simplify(trace([&](Expr x) { return map(body, {&x, 1}); }, {f64({4})}));
  EXPECT_EQ(q.attributes(ValueId{1}).program("body"), trace([](Expr x) { return x * x; }, {f64()}));
}

TEST(Simplify, values_of_random_programs_are_the_same_up_to_rounding_and_a_second_time_changes_nothing) {
  for (uint64_t key = 0; key < random_cases(200); ++key) {
    const RandomProgram drawn =
        random_program(2000 + key, {.draws = 25, .dtype = key % 4 == 3 ? DType::f32 : DType::f64});
    const Program q = simplify(drawn.program);
    EXPECT_LE(q.size(), drawn.program.size() + 2) << "key " << key;
    EXPECT_EQ(simplify(q), q) << "key " << key << "\n" << print(q) << print(simplify(q));
    const double relative = key % 4 == 3 ? 1e-3 : 1e-9;
    EXPECT_TRUE(same_values(evaluate(q, drawn.point), evaluate(drawn.program, drawn.point), 1e3, relative))
        << "key " << key;
  }
}

}  // namespace
}  // namespace wengert
