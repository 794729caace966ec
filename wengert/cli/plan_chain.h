// SPDX-License-Identifier: Apache-2.0
//
// wengert plan --chain: the Jacobian of a Program on arrays as a product along the chain of its waists.
#pragma once

#include "wengert/cli/program_source.h"

namespace wengert::cli {

/// Whether the Program is planned so: with --chain, and where its arrays are too large for orders of elimination while
/// it has several elements to differentiate and to differentiate by. throws : UsageError W741 for --wrt without a
/// chain, and for options about orders with one
bool is_planned_as_chain(const Context& context, const Program& p);

/// Prints the chain, the steps of its cheapest product, and what both sweeps take; --emit writes the Program down.
int plan_chain(Context& context, const Point& point);

/// --chain, --wrt
std::vector<Option> chain_options();

}  // namespace wengert::cli
