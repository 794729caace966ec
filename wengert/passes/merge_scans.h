// SPDX-License-Identifier: Apache-2.0
//
// Loops that do the same made one loop. A derivative keeps the states that a scan goes through, so it runs the scan with
// more results; beside it stands the one for the values.
#pragma once

#include "wengert/ir/program.h"

namespace wengert {

/// `p` with scans of one length and direction, over the same carries and operands, whose bodies have the same lines made
/// one scan that returns what any of them did. Their other results go. In nested bodies too. Results are the same to the
/// last bit.
///
/// cost : lines; scans of one Program that have carries and operands in common are compared with each other
Program merge_scans(const Program& p);

}  // namespace wengert
