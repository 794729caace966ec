// SPDX-License-Identifier: Apache-2.0
//
// The example function on which the orders of accumulation are compared: v1 = x1 x2, v3 = v1 sin v1, results cos v3 and
// exp v3 (N. van Omme 2018, section "optimal Jacobian accumulation").
#pragma once

#include <string>

#include "wengert/cli/context.h"

namespace wengert::cli {

/// Prints its Wengert list with values and partials, its Jacobian, and the operations that forward mode, reverse mode,
/// Markowitz's order and the best of all orders need for that; the same goes into the context's document.
///
/// returns: the picture of the list at that point, as SVG
std::string explain_talk_example(Context& context);

}  // namespace wengert::cli
