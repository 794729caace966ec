// SPDX-License-Identifier: Apache-2.0
//
// Bundle adjustment as one Program: rows of cameras and points are gathered, then a loop over the observations.
#pragma once

#include <vector>

#include "objectives/bundle_adjustment.h"
#include "wengert/base/array.h"
#include "wengert/ir/program.h"

namespace wengert::bench {

/// (camera[c, 11], point[p, 3], weight[n], feature[n, 2], camera_index[n], point_index[n]) ->
/// residuals[n, 2], 1 - weight^2 [n]; and with `jacobian` the blocks [n, 2, 15] by (camera, point, weight) and
/// -2 weight [n]: one behind the other, these two are the values of bundle_pattern.
Program bundle_program(const BundleAdjustment& b, bool jacobian);
std::vector<Array> bundle_inputs(const BundleAdjustment& b);

}  // namespace wengert::bench
