// SPDX-License-Identifier: Apache-2.0
//
// 295 multiplications are the optimum for RoeFlux_1d: a bound by clusters proves it.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "wengert/ad/linearize.h"
#include "wengert/ir/text.h"
#include "wengert/plan/elimination_plan.h"

namespace wengert {
namespace {

TEST(RoeFlux, takes_295_multiplications_and_not_fewer) {
  std::ifstream file(WENGERT_SOURCE_DIR "/examples/tasks/RoeFlux_1d.wl");
  std::stringstream text;
  text << file.rdbuf();
  const EliminationPlan plan = plan_elimination(linearize(parse(text.str())).graph, {.rounds = 6});
  EXPECT_EQ(plan.cost, 295);
  EXPECT_TRUE(plan.proven) << plan.lower_bound;
}

}  // namespace
}  // namespace wengert
