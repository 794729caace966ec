// SPDX-License-Identifier: Apache-2.0
//
// Sweeps of a recorded list of scalars: derivatives as numbers at once, without a derivative Program. One pass over the
// entries, downward for J' y_bar and upward for J x_dot, by the steps of primitives/scalar_step.h. No recursion; memory
// is 8 bytes an entry, kept by the thread for the next sweep. Equal to the pullback and the pushforward of the list's
// Program: an entry on which no output asked for depends contributes nothing, even where its partials are infinite.
#pragma once

#include <span>

#include "wengert/trace/real_list.h"

namespace wengert {

/// x_bar = J' y_bar at the recorded point.
///
/// y_bar  : one number an output; an output with 0 is not asked for
/// x_bar  : one number an input, overwritten
/// cost   : 1 to 3 times the recording
/// throws : ShapeError W250 for wrong counts
void reverse_sweep(const RealList& list, std::span<const double> y_bar, std::span<double> x_bar);

/// y_dot = J x_dot at the recorded point; an input with 0 does not vary. throws : ShapeError W250 for wrong counts
void forward_sweep(const RealList& list, std::span<const double> x_dot, std::span<double> y_dot);

/// J, row-major [outputs, inputs]: a reverse sweep an output, or a forward sweep an input if these are fewer.
std::vector<double> jacobian_by_sweeps(const RealList& list);

/// Computes the list again at `x`: the values of entries and outputs are those of the new point.
///
/// throws : UsageError W701 if a comparison turns out otherwise than recorded, the list is unchanged then;
///          ShapeError W250 for a wrong count
void replay(RealList& list, std::span<const double> x);

}  // namespace wengert
