// SPDX-License-Identifier: Apache-2.0
//
// The small functions of objectives/ differentiated by other libraries, those that were there when this was compiled.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace wengert::bench {

/// Values and Jacobians of `count` points, one behind the other.
using Jacobians = std::function<void(int64_t count, const double* points, double* value, double* jacobian)>;

struct Peer {
  std::string name;
  Jacobians roe_flux;      ///< [count, 6] -> [count, 3], [count, 3, 6]
  Jacobians reprojection;  ///< [count, 17] -> [count, 2], [count, 2, 15]
};

std::vector<Peer> installed_peers();

// Each in a file of its own, compiled where its library is installed.
Peer ceres_peer();
Peer sacado_peer();
Peer adolc_peer();

}  // namespace wengert::bench
