// SPDX-License-Identifier: Apache-2.0
//
// Small arrays to scalars around and inside loops, the loops kept: what scalarize does where points are too many to be
// written out. An element that does not depend on an input is then seen not to, and its derivative costs nothing.
#pragma once

#include <vector>

#include "wengert/ir/program.h"

namespace wengert {

struct ScalarLoopLimits {
  int64_t elements = 256;  ///< of an array that is taken apart
  size_t lines = 20'000;   ///< of the new Program, and of each body
};

/// `p` with its small arrays as scalars, those that maps share and those inside their bodies too. A map stays a map
/// over the same arrays; what it shares is handed to its body one scalar a time. Calls are inlined.
///
/// split  : one flag an input; a flagged one becomes one scalar input an element, row-major, in its place
/// keeps  : arrays, where there are more elements than the limit; every operation whose derivative is a rule of its own
///          (composite, custom, scan), since derivatives at its kinks would be those of the steps
/// returns: the same values, up to what simplify.h states; outputs are arrays as before, or with `split_outputs` one scalar
///          an element, row-major, in their places
/// throws : UsageError W751 for a wrong number of flags; ResourceError W450 beyond the limit of lines, before the memory
///          is used
Program scalar_loops(const Program& p, const std::vector<bool>& split, const ScalarLoopLimits& limits = {}, bool split_outputs = false);

}  // namespace wengert
