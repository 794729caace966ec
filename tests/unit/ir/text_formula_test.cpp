// SPDX-License-Identifier: Apache-2.0
//
// What the reader takes beyond the printed form: infix formulas, calls, broadcasting, functions of several operations.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numbers>

#include "wengert/ir/primitive.h"
#include "wengert/ir/text.h"
#include "wengert/ir/verify.h"
#include "wengert/trace/trace.h"

namespace wengert {
namespace {

/// The lines of the program between its braces, as printed.
std::string body(const Program& p) {
  const std::string text = print(p);
  const size_t begin = text.find("{\n") + 2;
  verify(p);
  EXPECT_EQ(print(parse(text)), text);
  return text.substr(begin, text.rfind('}') - begin);
}

std::string formula_body(std::string_view formula, const std::vector<FormulaInput>& inputs = {}) {
  return body(parse_formula(formula, inputs));
}

const FormulaInput x3{"x", f64({3})}, y3{"y", f64({3})}, m23{"m", f64({2, 3})};

TEST(Formula, is_read_with_the_usual_precedence) {
  EXPECT_EQ(formula_body("a + b*c"), "  %3 = mul b c\n  %4 = add a %3\n  return %4\n");
  EXPECT_EQ(formula_body("(a + b)*c"), "  %3 = add a b\n  %4 = mul %3 c\n  return %4\n");
  EXPECT_EQ(formula_body("a - b - c"), "  %3 = sub a b\n  %4 = sub %3 c\n  return %4\n");
  EXPECT_EQ(formula_body("a / b * c"), "  %3 = div a b\n  %4 = mul %3 c\n  return %4\n");
  EXPECT_EQ(formula_body("a ^ b ^ c"), "  %3 = pow b c\n  %4 = pow a %3\n  return %4\n");
  EXPECT_EQ(formula_body("-a^2"), "  %2 = pow a 2\n  %3 = neg %2\n  return %3\n");
  EXPECT_EQ(formula_body("a^-b"), "  %2 = neg b\n  %3 = pow a %2\n  return %3\n");
  EXPECT_EQ(formula_body("-a*b"), "  %2 = neg a\n  %3 = mul %2 b\n  return %3\n");
  EXPECT_EQ(formula_body("a - -b"), "  %2 = neg b\n  %3 = sub a %2\n  return %3\n");
  EXPECT_EQ(formula_body("+a"), "  return a\n");
}

TEST(Formula, takes_a_sign_before_a_number_as_part_of_it) {
  EXPECT_EQ(formula_body("-2*a + -3"), "  %2 = mul -2 a\n  %4 = add %2 -3\n  return %4\n");
  EXPECT_EQ(formula_body("a^-2"), "  %2 = pow a -2\n  return %2\n");
  EXPECT_EQ(formula_body("a - -0"), "  %2 = sub a -0\n  return %2\n");
}

TEST(Formula, compares) {
  EXPECT_EQ(formula_body("select(a < b, a, 0)"), "  %2 = less a b\n  %4 = select %2 a 0\n  return %4\n");
  EXPECT_EQ(formula_body("a + 1 >= b"), "  %3 = add a 1\n  %4 = less_equal b %3\n  return %4\n");
  EXPECT_EQ(formula_body("a > b, a <= b, a == b"),
            "  %2 = less b a\n  %3 = less_equal a b\n  %4 = equal a b\n  return %2, %3, %4\n");
}

TEST(Formula, has_its_free_variables_as_inputs_in_order_of_appearance) {
  EXPECT_THAT(print(parse_formula("x*sin(y)")), testing::StartsWith("program f(x: f64[], y: f64[])"));
  EXPECT_THAT(print(parse_formula("r = b + a; r*c", {}, "g")),
              testing::StartsWith("program g(b: f64[], a: f64[], c: f64[])"));
  EXPECT_THAT(print(parse_formula("`a b` * c")), testing::StartsWith("program f(`a b`: f64[], c: f64[])"));
}

TEST(Formula, has_given_inputs_first) {
  EXPECT_THAT(print(parse_formula("x*sin(y)", {{"y", f32()}, {"unused", i64({2})}, {"x", f32()}})),
              testing::StartsWith("program f(y: f32[], unused: i64[2], x: f32[])"));
  EXPECT_THAT(print(parse_formula("z + max", {{"max", f64()}})),
              testing::StartsWith("program f(`max`: f64[], z: f64[])"));
}

TEST(Formula, knows_pi_and_e_unless_they_are_bound) {
  EXPECT_EQ(parse_formula("pi").literal(ValueId{0}), std::numbers::pi);
  EXPECT_EQ(parse_formula("x + e").literal(ValueId{1}), std::numbers::e);
  EXPECT_EQ(formula_body("e*pi", {{"e", f64()}, {"pi", f64()}}), "  %2 = mul e pi\n  return %2\n");
}

TEST(Formula, may_have_several_definitions_and_results) {
  EXPECT_EQ(formula_body("r = x^2 + y^2, sqrt(r), 1/r"),
            "  %3 = pow x 2\n  %4 = pow y 2\n  r = add %3 %4\n  %6 = sqrt r\n  %8 = div 1 r\n  return %6, %8\n");
  EXPECT_EQ(formula_body("a = x*x\nb = a*a"), "  a = mul x x\n  b = mul a a\n  return b\n");
  EXPECT_EQ(formula_body("x +\n y # a comment\n"), "  %2 = add x y\n  return %2\n");
  EXPECT_EQ(formula_body("sin(x\n + y)"), "  %2 = add x y\n  %3 = sin %2\n  return %3\n");
}

TEST(Formula, shows_the_example_of_the_design) {
  const Program p = parse("program f(x1, x2) {\n  v1 = x1 * x2\n  v3 = v1 * sin(v1)\n  return cos(v3), exp(v3)\n}\n");
  EXPECT_EQ(print(p),
            "program f(x1: f64[], x2: f64[]) {\n  v1 = mul x1 x2\n  %3 = sin v1\n  v3 = mul v1 %3\n  %5 = cos v3\n  %6 "
            "= exp v3\n"
            "  return %5, %6\n}\n");
}

TEST(Formula, broadcasts_elementwise_operands) {
  EXPECT_EQ(formula_body("x + 2", {x3}), "  %2 = broadcast{shape=[3]} 2\n  %3 = add x %2\n  return %3\n");
  EXPECT_EQ(formula_body("x * m", {x3, m23}), "  %2 = broadcast{shape=[2, 3]} x\n  %3 = mul %2 m\n  return %3\n");
  EXPECT_EQ(formula_body("x < 0", {x3}), "  %2 = broadcast{shape=[3]} 0\n  %3 = less x %2\n  return %3\n");
}

TEST(Formula, gives_numbers_the_dtype_of_what_they_meet) {
  EXPECT_EQ(formula_body("x / 3", {{"x", f32()}}), "  %2 = div x 3f32\n  return %2\n");
  EXPECT_EQ(formula_body("n == 3", {{"n", i64()}}), "  %1 = constant i64[] 3\n  %2 = equal n %1\n  return %2\n");
  EXPECT_EQ(formula_body("select(c, x, 1)", {{"c", boolean()}, {"x", f32()}}), "  %3 = select c x 1f32\n  return %3\n");
}

TEST(Formula, takes_attributes_among_the_arguments_or_before_them) {
  const std::string expected = "  %1 = sum{axes=[0]} m\n  return %1\n";
  EXPECT_EQ(formula_body("sum(m, axes=[0])", {m23}), expected);
  EXPECT_EQ(formula_body("sum{axes=[0]}(m)", {m23}), expected);
  EXPECT_EQ(formula_body("sum(m, axes=[-2])", {m23}), expected);
  EXPECT_EQ(body(parse("program f(m: f64[2,3]) { y = sum{axes=[0]}(m) * 2; return y }")),
            "  %1 = sum{axes=[0]} m\n  %3 = broadcast{shape=[3]} 2\n  y = mul %1 %3\n  return y\n");
}

/// The formula and the C++ function record the same lines.
template <class F> void expect_like(std::string_view formula, F f, const std::vector<FormulaInput>& inputs) {
  std::vector<Type> types;
  for (const FormulaInput& input : inputs) types.push_back(input.type);
  const Program p = parse_formula(formula, inputs);
  EXPECT_EQ(p, trace(f, types)) << formula << "\n" << print(p) << print(trace(f, types));
  verify(p);
}

TEST(Formula, has_the_reductions_of_the_library_over_all_axes) {
  const std::vector<FormulaInput> m{m23};
  expect_like(
      "sum(m)", [](Expr x) { return sum(x); }, m);
  expect_like(
      "mean(m)", [](Expr x) { return mean(x); }, m);
  expect_like(
      "max_reduce(m)", [](Expr x) { return max_reduce(x); }, m);
  expect_like(
      "norm(m)", [](Expr x) { return norm(x); }, m);
  expect_like(
      "logsumexp(m, axes=[-1])", [](Expr x) { return logsumexp(x, {1}); }, m);
  expect_like(
      "softmax(m)", [](Expr x) { return softmax(x); }, m);
  expect_like(
      "cumulative_sum(m, axis=-2)", [](Expr x) { return cumulative_sum(x, 0); }, m);
  expect_like(
      "argmax(m)", [](Expr x) { return argmax(x); }, m);
}

TEST(Formula, has_the_functions_of_the_library_with_their_defaults) {
  const std::vector<FormulaInput> m{m23}, xy{x3, y3}, n{{"n", i64({2})}};
  expect_like(
      "transpose(m)", [](Expr x) { return transpose(x); }, m);
  expect_like(
      "reshape(m, shape=[6])", [](Expr x) { return reshape(x, {6}); }, m);
  expect_like(
      "leaky_relu(m)", [](Expr x) { return leaky_relu(x); }, m);
  expect_like(
      "elu(m)", [](Expr x) { return elu(x); }, m);
  expect_like(
      "digamma(m)", [](Expr x) { return digamma(x); }, m);
  expect_like(
      "convert(m, dtype=f32)", [](Expr x) { return convert(x, DType::f32); }, m);
  expect_like(
      "convert(m, dtype=i64)", [](Expr x) { return convert(x, DType::i64); }, m);
  expect_like(
      "convert(m, dtype=f64)", [](Expr x) { return convert(x, DType::f64); }, m);
  expect_like(
      "greater(x, y)", [](Expr x, Expr y) { return greater(x, y); }, xy);
  expect_like(
      "clamp(x, y, y)", [](Expr x, Expr y) { return clamp(x, y, y); }, xy);
  expect_like(
      "concatenate(x, y)",
      [](Expr x, Expr y) {
        return concatenate({x, y}, 0);
      },
      xy);
  expect_like(
      "one_hot(n, size=4)", [](Expr k) { return one_hot(k, 4); }, n);
  expect_like("gather(x, n)", [](Expr x, Expr k) { return gather(x, k); }, {x3, n[0]});
}

TEST(Formula, has_products_and_solvers_for_vectors) {
  const std::vector<FormulaInput> xy{x3, y3}, square{{"a", f64({3, 3})}, x3};
  expect_like(
      "dot(x, y)", [](Expr x, Expr y) { return dot(x, y); }, xy);
  expect_like(
      "matmul(x, y)", [](Expr x, Expr y) { return matmul(x, y); }, xy);
  expect_like(
      "matmul(a, x)", [](Expr a, Expr x) { return matmul(a, x); }, square);
  expect_like(
      "matmul(x, a, transpose_b=true)", [](Expr a, Expr x) { return matmul(x, a, false, true); }, square);
  expect_like(
      "solve(a, x)", [](Expr a, Expr x) { return solve(a, x); }, square);
  expect_like(
      "triangular_solve(a, x)", [](Expr a, Expr x) { return triangular_solve(a, x); }, square);
}

TEST(Formula, calls_programs_above_by_name) {
  const Program p = parse("program square(x) { return x*x }\nprogram f(a, b) { return square(a) + square(b) }");
  EXPECT_EQ(print(p),
            "program square(x: f64[]) {\n  %1 = mul x x\n  return %1\n}\n\n"
            "program f(a: f64[], b: f64[]) {\n  %2 = call{body=@square} a\n  %3 = call{body=@square} b\n  %4 = add %2 "
            "%3\n  return %4\n}\n");
}

TEST(Formula, loops_over_programs_above) {
  const std::string text =
      "program step(s, x) { return s*x, s + x }\n"
      "program f(s, x: f64[5]) {\n"
      "  last, all = scan(s, x, body=@step)\n"
      "  total = sum_map(x, x, body=@step2)\n"
      "  return last, all, total\n}\n";
  const std::string square = "program step2(x, y) { return x*y }\n";
  const Program step = parse("program step(s, x) { return s*x, s + x }"), product = parse(square);
  EXPECT_EQ(parse(square + text), trace(
                                      [&](Expr s, Expr x) {
                                        auto results = scan(step, std::vector<Expr>{s}, std::vector<Expr>{x});
                                        results.push_back(sum_map(product, std::vector<Expr>{x, x})[0]);
                                        return results;
                                      },
                                      {f64(), f64({5})}));
}

TEST(Statement, on_the_right_side_may_have_the_printed_form_or_a_formula) {
  EXPECT_EQ(body(parse("program f(x, neg) {\n  a = neg{} x\n  b = neg - x\n  c = neg(b)\n  return a, b, c\n}")),
            "  a = neg x\n  b = sub `neg` x\n  c = neg b\n  return a, b, c\n");
}

TEST(Statement, may_give_a_number_or_a_value_another_name) {
  EXPECT_EQ(body(parse("program f(x: f32[]) { c = 2; y = x; return y*c }")), "  %2 = mul x 2f32\n  return %2\n");
}

TEST(Statement, takes_any_number_as_a_label) {
  EXPECT_EQ(body(parse("program f(%7) { %18446744073709551 = sin %7; %3 = cos %18446744073709551; return %3 }")),
            "  %1 = sin %0\n  %2 = cos %1\n  return %2\n");
}

TEST(Statement, in_the_printed_form_converts_nothing) {
  EXPECT_THROW(parse("program f(x: f32[]) { y = mul x 2; return y }"), ShapeError);
  EXPECT_EQ(body(parse("program f(x: f32[]) { y = mul x 2f32; return y }")), "  y = mul x 2f32\n  return y\n");
  EXPECT_EQ(
      body(parse("program f(n: i64[]) { y = equal n -9223372036854775808i64; return y, true }")),
      "  %1 = constant i64[] -9223372036854775808\n  y = equal n %1\n  %3 = constant bool[] true\n  return y, %3\n");
}

}  // namespace
}  // namespace wengert
