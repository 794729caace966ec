// SPDX-License-Identifier: Apache-2.0
//
// A few deliberately wrong rules of every record; all of them are tried in tests/slow/every_mutant_test.cpp.
#include <gtest/gtest.h>

#include "mutant_trial.h"
#include "wengert/ir/registry.h"

namespace wengert {
namespace {

TEST(Mutants, without_a_change_pass_every_check) {
  for (const auto& name : differentiable_records()) EXPECT_EQ(complaint_about_unchanged(*find_primitive(name)), "") << name;
}

TEST(Mutants, are_caught_by_the_generated_checks) {
  for (const auto& name : differentiable_records()) {
    const auto tally = try_mutants(*find_primitive(name), 8);
    EXPECT_GT(tally.caught, 0) << name;
    for (const auto& missed : tally.missed) ADD_FAILURE() << missed;
  }
}

}  // namespace
}  // namespace wengert
