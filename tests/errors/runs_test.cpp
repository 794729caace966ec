// SPDX-License-Identifier: Apache-2.0
//
// Errors about pictures of runs. Those of the verbs (W851, W852, W854, W855) are commands of the page, and of
// tests/unit/cli/runs_test.cpp.
#include "documented.h"
#include "wengert/draw/bar_chart.h"

namespace wengert {
namespace {

TEST(RunErrors, W857_bars_of_unequal_parts) {
  documented("W857", [] { bar_chart({{"conv", {1, 2}}, {"pool", {1}}}); });
}

}  // namespace
}  // namespace wengert
