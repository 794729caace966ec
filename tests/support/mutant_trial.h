// SPDX-License-Identifier: Apache-2.0
//
// Who checks the checks? A record gets its rules wrong, mechanically, in every way that mutation.h knows, and the checks
// of tests/primitives/each_primitive_test.cpp have to see it.
//
// A mutant whose tangents and cotangents equal the original's at the examples, at stated kinks and at points near by is no
// mutant and is not counted; neither is one that cannot even be recorded (a shape that does not fit, a rule that is not
// linear any more), since nobody could use it.
#pragma once

#include <string>
#include <vector>

#include "wengert/ir/primitive.h"

namespace wengert {

struct MutantTally {
  int caught = 0, equivalent = 0, unusable = 0;
  std::vector<std::string> missed;

  int mutants() const { return caught + static_cast<int>(missed.size()); }
};

/// Records with derivative rules.
std::vector<std::string> differentiable_records();
/// What the checks say of a Mutant with nothing changed: must be nothing.
std::string complaint_about_unchanged(const Primitive& record);
/// Tries all mutants of a record, or `most` of them, evenly chosen.
MutantTally try_mutants(const Primitive& record, size_t most);

}  // namespace wengert
