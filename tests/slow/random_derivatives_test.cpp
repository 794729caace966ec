// SPDX-License-Identifier: Apache-2.0
//
// The long run: 10^5 dot products over random Programs, in which every record occurs at least 100 times.
#include "random_derivatives.h"

#include <gtest/gtest.h>

#include <cstdio>

#include "derivative_cases.h"
#include "mutation.h"
#include "wengert/ir/registry.h"

namespace wengert {
namespace {

TEST(RandomDerivatives, of_many_programs_agree_in_every_mode) {
  const auto report = check_random_derivatives(2040, 50);
  for (const auto& failure : report.failures) ADD_FAILURE() << failure;
  std::printf("%ld dot products of %ld programs with %zu to %zu instructions, %ld eliminated Jacobians; worst: %.3g and %.3g of what is allowed\n",
              report.dot_products, report.programs, report.fewest_instructions, report.most_instructions, report.eliminated_jacobians,
              report.worst_dot, report.worst_entry);
  EXPECT_GE(report.dot_products, 100000);
  EXPECT_LE(report.infinite, 10);
  EXPECT_GT(report.eliminated_jacobians, 300);
  EXPECT_EQ(report.fewest_instructions, 1U);
  EXPECT_GE(report.most_instructions, 400U);
  for (const Primitive* p : primitives()) {
    const bool of_the_list = p->family == Family::structure || dynamic_cast<const Mutant*>(p) != nullptr;
    const bool in_derivatives_only = p->name == "custom_linear";
    if (of_the_list || in_derivatives_only) continue;
    const auto found = report.occurrences.find(p->name);
    EXPECT_GE(found == report.occurrences.end() ? 0 : found->second, 100) << p->name;
  }
}

}  // namespace
}  // namespace wengert
