// SPDX-License-Identifier: Apache-2.0
//
// Well-typed Programs drawn at random over every primitive that has examples, with a point at which all values are
// finite and away from kinks: operands are moved to the examples of the primitive drawn by adding constants. The same
// key draws the same Program.
#pragma once

#include <vector>

#include "wengert/base/random.h"
#include "wengert/ir/primitive.h"

namespace wengert {

struct RandomProgramOptions {
  int draws = 20;                           ///< instructions drawn; the lines around them come on top
  DType dtype = DType::f64;                 ///< of the float inputs
  bool arrays = true;                       ///< or scalars only
  int nesting = 1;                          ///< how deep call, custom, map and scan may be nested; 0: none
  double largest = 1e3;                     ///< magnitude beyond which a value is not used again
  std::vector<const Primitive*> only = {};  ///< draw from these; empty: all
};

struct RandomProgram {
  Program program;
  std::vector<Array> point;  ///< inputs
};

RandomProgram random_program(uint64_t key, const RandomProgramOptions& options = {});

/// A point near by: floats moved by at most `distance` relative to 1 + their size, everything else as it is.
std::vector<Array> near_by(const std::vector<Array>& point, Random& random, double distance);

}  // namespace wengert
