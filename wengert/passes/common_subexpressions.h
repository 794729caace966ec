// SPDX-License-Identifier: Apache-2.0
//
// Common subexpressions: what was computed before is not computed again.
#pragma once

#include "wengert/ir/program.h"

namespace wengert {

/// `p` with equal instructions merged into the first of them, in nested bodies too: same primitive, same operands (in
/// either order where a operation b is b operation a to the last bit), equal attributes. Constants are merged by their
/// bits. Guards are kept, each with its own place. Results are the same to the last bit, but a NaN may be another NaN.
///
/// cost : expected linear in the lines and the constants' elements
Program common_subexpressions(const Program& p);

}  // namespace wengert
