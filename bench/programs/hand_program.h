// SPDX-License-Identifier: Apache-2.0
//
// The residuals of objectives/hand.h as a Program.
#pragma once

#include <vector>

#include "objectives/hand.h"
#include "wengert/base/array.h"
#include "wengert/ir/program.h"

namespace wengert::bench {

enum class HandForm {
  loop,    ///< map over the points
  arrays,  ///< products of matrices over all points
};

/// (pose[26], base[n, 3], weight[n, 16], seen[n, 3]) -> residual[n, 3]
Program hand_program(const Hand& hand, HandForm form);
std::vector<Array> hand_inputs(const Hand& hand);

}  // namespace wengert::bench
