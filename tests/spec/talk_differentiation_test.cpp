// SPDX-License-Identifier: Apache-2.0
//
// The talk, section 7: forward and reverse accumulation, what they cost, and the list that is run backwards.
#include <gtest/gtest.h>

#include <algorithm>

#include "derivative_checks.h"
#include "wengert/ad/derivatives.h"
#include "wengert/exec/interpreter.h"
#include "wengert/ir/text.h"
#include "wengert/teach/paths.h"
#include "wengert/trace/trace.h"

namespace wengert {
namespace {

using namespace teach;

ValueId line(const Program& p, std::string_view name) {
  for (uint32_t v = 0; v < p.size(); ++v)
    if (p.value_name(ValueId{v}) == name) return ValueId{v};
  return no_value;
}

/// cost(f): the operations of a Program, inputs and constants apart.
size_t operations(const Program& p) {
  size_t count = 0;
  for (uint32_t v = 0; v < p.size(); ++v) count += !p.is_input(ValueId{v}) && !p.is_constant(ValueId{v});
  return count;
}

const double x = 0.7;
const double w1 = std::sin(x), w2 = std::exp(w1), y = std::sqrt(w2);
Program chain() { return parse_formula("w1 = sin(x), w2 = exp(w1), y = sqrt(w2)"); }  // y = f(g(h(x)))

TEST(TalkDifferentiation, forward_accumulation_of_f_of_g_of_h_multiplies_from_the_inside) {
  const Program p = chain();
  const double by_x1 = std::cos(x), by_x2 = w2 * by_x1,
               by_x3 = 1 / (2 * y) * by_x2;  // dw_i/dx = dw_i/dw_{i-1} dw_{i-1}/dx
  const auto forward = forward_accumulation(partial_graph(p, {{x}}), ValueId{0});
  EXPECT_TRUE(all_close(forward.derivative, {1, by_x1, by_x2, by_x3}, 1e-15));
  EXPECT_DOUBLE_EQ(evaluate(jvp(p), {Array(x), Array(1.0)})[1].item(), by_x3);
}

TEST(TalkDifferentiation, reverse_accumulation_of_f_of_g_of_h_multiplies_from_the_outside) {
  const Program p = chain();
  const double by_w2 = 1 / (2 * y), by_w1 = by_w2 * w2,
               by_x = by_w1 * std::cos(x);  // dy/dw_i = dy/dw_{i+1} dw_{i+1}/dw_i
  const auto reverse = reverse_accumulation(partial_graph(p, {{x}}), p.outputs()[0]);
  EXPECT_TRUE(all_close(reverse.derivative, {by_x, by_w1, by_w2, 1}, 1e-15));
  EXPECT_DOUBLE_EQ(evaluate(grad(p), {Array(x)})[0].item(), by_x);
}

TEST(TalkDifferentiation, of_z_equals_x_y_plus_sin_x_is_the_talks_table) {
  const Program p = parse_formula("a = x*y, b = sin(x), z = a + b, s = tanh(z)");  // s any function of z
  const std::vector<double> at{0.5, 0.8};
  const auto ds = reverse_accumulation(partial_graph(p, at), line(p, "s")).derivative;
  const auto by = [&](std::string_view name) { return ds[index(line(p, name))]; };
  EXPECT_EQ(by("b"), by("z"));
  EXPECT_EQ(by("a"), by("z"));
  EXPECT_EQ(by("y"), by("a") * at[0]);
  EXPECT_EQ(by("x"), by("a") * at[1] + by("b") * std::cos(at[0]));
  EXPECT_TRUE(all_close({by("x"), by("y")}, flat(evaluate(grad(p), {Array(at[0]), Array(at[1])})), 1e-15));
}

/// y = g(g(...g(x1 x2 ... xn))): n inputs, one output, and `length` steps of two operations each.
Program many_inputs(size_t n, int length) {
  return trace(
      [&](const std::vector<Expr>& inputs) {
        Expr v = inputs[0];
        for (size_t k = 1; k < inputs.size(); ++k) v = v * inputs[k];
        for (int k = 0; k < length; ++k) v = v * sin(v);
        return v;
      },
      std::vector<Type>(n, f64()));
}

/// cost of the Jacobian / cost(f). A step v sin v takes 2 operations, its partials 1 more, and a sweep along its 3
/// edges 4: a product each and one sum. So k sweeps make it 1.5 + 2 k.
double relative_cost(const Program& f, JacobianMode mode) {
  return static_cast<double>(operations(jacobian(f, {}, mode))) / static_cast<double>(operations(f));
}

TEST(TalkDifferentiation, forward_costs_n_times_f_and_reverse_the_same_for_any_n) {
  for (size_t n : {2u, 8u, 32u}) {
    const Program f = many_inputs(n, 200);
    EXPECT_GT(relative_cost(f, JacobianMode::forward), n);
    EXPECT_LT(relative_cost(f, JacobianMode::forward), 1.5 + 2.0 * static_cast<double>(n));
    EXPECT_LT(relative_cost(f, JacobianMode::reverse), 1.5 + 2);
  }
}

/// x -> sin(v), sin(2 v), ..., sin(m v) with v after `length` steps: one input, m outputs.
Program many_outputs(int m, int length) {
  return trace(
      [&](Expr v) {
        for (int k = 0; k < length; ++k) v = v * sin(v);
        std::vector<Expr> outputs;
        for (int k = 1; k <= m; ++k) outputs.push_back(sin(k * v));
        return outputs;
      },
      {f64()});
}

TEST(TalkDifferentiation, reverse_costs_m_times_f_and_forward_the_same_for_any_m) {
  for (int m : {2, 8, 32}) {
    const Program f = many_outputs(m, 200);
    EXPECT_GT(relative_cost(f, JacobianMode::reverse), m);
    EXPECT_LT(relative_cost(f, JacobianMode::reverse), 1.5 + 2 * m);
    EXPECT_LT(relative_cost(f, JacobianMode::forward), 1.5 + 2);
  }
}

/// The most values that wait for a later line at any time while the list runs.
size_t most_kept(const Program& p) {
  std::vector<size_t> last_use(p.size(), 0);
  for (uint32_t v = 0; v < p.size(); ++v)
    for (ValueId operand : p.operands(ValueId{v})) last_use[index(operand)] = v;
  size_t most = 0;
  for (size_t now = 0; now < p.size(); ++now)
    most = std::max<size_t>(most, std::count_if(last_use.begin(), last_use.begin() + static_cast<long>(now),
                                                [&](size_t use) { return use > now; }));
  return most;
}

TEST(TalkDifferentiation, reverse_keeps_the_intermediate_results_of_every_node) {
  for (int length : {50, 100, 200}) {
    EXPECT_LE(most_kept(many_outputs(1, length)), 2u);
    EXPECT_GE(most_kept(grad(many_outputs(1, length))), static_cast<size_t>(length));
  }
}

TEST(TalkDifferentiation, the_function_is_a_wengert_list) {
  const Program p = parse_formula("a = x*y, b = sin(x), z = a + b");
  EXPECT_EQ(print(p),
            "program f(x: f64[], y: f64[]) {\n"
            "  a = mul x y\n"
            "  b = sin x\n"
            "  z = add a b\n"
            "  return z\n"
            "}\n");
}

TEST(TalkDifferentiation, and_its_derivative_is_a_wengert_list_again) {
  EXPECT_EQ(print(vjp(parse_formula("a = x*y, b = sin(x), z = a + b"))),
            "program f_vjp(x: f64[], y: f64[], z_bar: f64[]) {\n"
            "  a = mul x y\n"
            "  b = sin x\n"
            "  %5 = cos x\n"
            "  z = add a b\n"
            "  %7 = mul z_bar %5\n"
            "  %8 = mul z_bar x\n"
            "  %9 = mul z_bar y\n"
            "  %10 = add %7 %9\n"
            "  return z, %10, %8\n"
            "}\n");
}

}  // namespace
}  // namespace wengert
