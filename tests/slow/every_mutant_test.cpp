// SPDX-License-Identifier: Apache-2.0
//
// Every deliberately wrong rule of every record: at least 99 % of at least five a record are caught.
#include <gtest/gtest.h>

#include <cstdio>

#include "mutant_trial.h"
#include "wengert/ir/registry.h"

namespace wengert {
namespace {

TEST(EveryMutant, is_caught_by_the_generated_checks) {
  MutantTally total;
  for (const auto& name : differentiable_records()) {
    const auto tally = try_mutants(*find_primitive(name), 1000);
    EXPECT_GE(tally.mutants(), 5) << name;
    total.caught += tally.caught;
    total.equivalent += tally.equivalent;
    total.unusable += tally.unusable;
    for (const auto& missed : tally.missed) {
      total.missed.push_back(missed);
      std::printf("missed: %s\n", missed.c_str());
    }
  }
  std::printf("%d of %d mutants caught; besides, %d equivalent to the original, %d that cannot be recorded\n", total.caught, total.mutants(),
              total.equivalent, total.unusable);
  EXPECT_GE(total.caught, 0.99 * total.mutants());
}

}  // namespace
}  // namespace wengert
