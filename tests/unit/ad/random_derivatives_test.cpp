// SPDX-License-Identifier: Apache-2.0
//
// A few of the random Programs of tests/slow/random_derivatives_test.cpp.
#include "random_derivatives.h"

#include <gtest/gtest.h>

#include "wengert/ir/registry.h"

namespace wengert {
namespace {

TEST(RandomDerivatives, forward_reverse_and_elimination_agree) {
  const auto report = check_random_derivatives(40, 10);
  for (const auto& failure : report.failures) ADD_FAILURE() << failure;
  EXPECT_GE(report.dot_products, 390);
  EXPECT_GT(report.eliminated_jacobians, 0);
}

TEST(RandomDerivatives, the_condition_number_sees_cancellation) {
  const Program p = [] {  // y = (1e6 + 1) x - 1e6 x
    Recording recording("cancels");
    const Expr x = recording.input(f64());
    const auto times = [](Expr e, double factor) { return record_all(*find_primitive("mul"), {{e, constant(Array(factor))}})[0]; };
    const Expr y = record_all(*find_primitive("sub"), {{times(x, 1e6 + 1), times(x, 1e6)}})[0];
    return recording.finish({&y, 1});
  }();
  EXPECT_NEAR(absolute_jacobian(p, {Array(1.0)})[0], 2e6 + 1, 1);
}

}  // namespace
}  // namespace wengert
