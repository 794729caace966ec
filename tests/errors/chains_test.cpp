// SPDX-License-Identifier: Apache-2.0
//
// W740: a plan of another chain. W741 is the tool's: its examples are run with the page's commands.
#include "documented.h"
#include "wengert/ad/chain_jacobian.h"
#include "wengert/trace/trace.h"

namespace wengert {
namespace {

TEST(ChainErrors, W740_a_plan_for_another_chain) {
  const Program p = trace([](Expr x) { return sin(x); }, {f64({3})}, "wave");
  documented("W740", [&] { chain_jacobian(p, {}, {.how = ChainProduct::How::forward, .first = 0, .last = 2}); });
  EXPECT_EQ(error_of([&] { chain_jacobian(p, {}, {.how = ChainProduct::How::product, .first = 0, .last = 1}); }).id(),
            "W740");
}

}  // namespace
}  // namespace wengert
