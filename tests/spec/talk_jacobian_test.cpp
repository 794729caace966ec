// SPDX-License-Identifier: Apache-2.0
//
// The talk, section 8: optimal Jacobian accumulation. v1 = v_-1 v_0; v2 = sin v1; v3 = v1 v2; v4 = cos v3; v5 = exp v3.
#include <gtest/gtest.h>

#include "derivative_checks.h"
#include "wengert/ad/accumulate.h"
#include "wengert/ad/derivatives.h"
#include "wengert/ad/linearize.h"
#include "wengert/exec/interpreter.h"
#include "wengert/ir/text.h"
#include "wengert/plan/elimination_order.h"
#include "wengert/teach/paths.h"

namespace wengert {
namespace {

using namespace teach;

/// The function at a point, with the talk's partials: c1, c2 of v1; c3, c4 of v3; c5 of v2; c6, c7 of v4 and v5 by v3.
struct Example {
  const Program f =
      parse_formula("v1 = x*y, v2 = sin(v1), v3 = v1*v2, v4 = cos(v3), v5 = exp(v3), v4, v5");  // x = v_-1
  const double x = 0.5, y = 0.8;
  const std::vector<Array> at{Array(x), Array(y)};
  const double v1 = x * y, v2 = std::sin(v1), v3 = v1 * v2;
  const double c1 = y, c2 = x, c3 = v2, c4 = v1, c5 = std::cos(v1), c6 = -std::sin(v3), c7 = std::exp(v3);
  const PartialGraph graph = partial_graph(f, std::vector{x, y});
};

TEST(TalkJacobian, has_an_entry_for_each_input_and_output_of_two_paths_each) {
  const Example e;
  const auto by_paths = sum_over_paths(e.graph, ValueId{0}, e.f.outputs()[0]);
  EXPECT_EQ(by_paths.paths.size(), 2u);
  EXPECT_DOUBLE_EQ(by_paths.derivative, e.c1 * e.c3 * e.c6 + e.c1 * e.c4 * e.c5 * e.c6);
  EXPECT_EQ(by_paths.multiplications, 2 + 3);
  const auto by_exp = sum_over_paths(e.graph, ValueId{1}, e.f.outputs()[1]);
  EXPECT_DOUBLE_EQ(by_exp.derivative, e.c2 * e.c3 * e.c7 + e.c2 * e.c4 * e.c5 * e.c7);
}

TEST(TalkJacobian, forward_is_one_sweep_an_input) {
  const Example e;
  const auto expected = flat(evaluate(jacobian(e.f, {}, JacobianMode::forward), e.at));
  int64_t multiplications = 0;
  for (uint32_t j : {0u, 1u}) {
    const auto sweep = forward_accumulation(e.graph, ValueId{j});
    multiplications += sweep.multiplications;
    for (size_t i : {0u, 1u}) EXPECT_NEAR(sweep.derivative[index(e.f.outputs()[i])], expected[2 * i + j], 1e-15);
  }
  EXPECT_EQ(multiplications, 10);
}

TEST(TalkJacobian, reverse_is_one_sweep_an_output) {
  const Example e;
  const auto expected = flat(evaluate(jacobian(e.f, {}, JacobianMode::reverse), e.at));
  int64_t multiplications = 0;
  for (size_t i : {0u, 1u}) {
    const auto sweep = reverse_accumulation(e.graph, e.f.outputs()[i]);
    multiplications += sweep.multiplications;
    for (size_t j : {0u, 1u}) EXPECT_NEAR(sweep.derivative[j], expected[2 * i + j], 1e-15);
  }
  EXPECT_EQ(multiplications, 10);
}

TEST(TalkJacobian, by_r_s_t_takes_7_multiplications_and_1_addition) {
  const Example e;
  const double r = e.c3 + e.c5 * e.c4, s = r * e.c1, t = r * e.c2;            // 3 and 1
  const std::vector<double> by_hand{e.c6 * s, e.c6 * t, e.c7 * s, e.c7 * t};  // 4
  EXPECT_TRUE(all_close(by_hand, flat(evaluate(jacobian(e.f), e.at)), 1e-15));
}

TEST(TalkJacobian, by_r_s_t_is_what_the_best_elimination_order_finds) {
  const Example e;
  const auto best = enumerated_order(linearize(e.f).graph);
  const Accumulation accumulated = accumulate(e.f, best.choice);
  const EliminationCost& cost = accumulated.cost;
  EXPECT_EQ(cost.multiplications, 7);
  EXPECT_EQ(cost.additions, 1);
  EXPECT_TRUE(best.proven);  // no order is cheaper
  const double r = e.c3 + e.c5 * e.c4, s = r * e.c1, t = r * e.c2;
  EXPECT_EQ(flat(evaluate(accumulated.program, e.at)), (std::vector{e.c6 * s, e.c6 * t, e.c7 * s, e.c7 * t}));  // to the last bit
}

}  // namespace
}  // namespace wengert
