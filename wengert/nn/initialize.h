// SPDX-License-Identifier: Apache-2.0
//
// How parameters start: functions that draw one element.
#pragma once

#include <cmath>
#include <functional>

#include "wengert/base/random.h"

namespace wengert {

/// Normal with variance 2 / fan_in, for rectifiers (He, Zhang, Ren, Sun 2015, eq. (10)).
inline std::function<double(Random&)> he_normal(int64_t fan_in) {
  const double deviation = std::sqrt(2.0 / static_cast<double>(fan_in));
  return [deviation](Random& random) { return deviation * random.normal(); };
}

inline double zero(Random&) { return 0; }

}  // namespace wengert
