// SPDX-License-Identifier: Apache-2.0
//
// 295 multiplications are the optimum for RoeFlux_1d: a bound by clusters proves it. What is known where fewer count.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "wengert/ad/linearize.h"
#include "wengert/ir/text.h"
#include "wengert/passes/simplify.h"
#include "wengert/plan/elimination_plan.h"

namespace wengert {
namespace {

LinearGraph roe_flux(bool merged) {
  std::ifstream file(WENGERT_SOURCE_DIR "/examples/tasks/RoeFlux_1d.wl");
  std::stringstream text;
  text << file.rdbuf();
  const Program p = parse(text.str());
  return linearize(merged ? simplify(p) : p).graph;
}

TEST(RoeFlux, takes_295_multiplications_and_not_fewer) {
  const EliminationPlan plan = plan_elimination(roe_flux(false), {.rounds = 6});
  EXPECT_EQ(plan.cost, 295);
  EXPECT_TRUE(plan.proven) << plan.lower_bound;
}

// Rounds that take less than a second together.
TEST(RoeFlux, takes_184_where_units_are_free_and_160_where_equal_lines_are_merged) {
  EXPECT_LE(plan_elimination(roe_flux(false), {.counting = Counting::units_free, .rounds = 3}).cost, 184);
  EXPECT_LE(plan_elimination(roe_flux(true), {.counting = Counting::numbers_folded, .rounds = 3}).cost, 160);
  EXPECT_LE(plan_elimination(roe_flux(true), {.rounds = 3}).cost, 272);
}

}  // namespace
}  // namespace wengert
