// SPDX-License-Identifier: Apache-2.0
//
// Forward mode by dual numbers with a vector of partials: ceres::Jet.
#include <ceres/jet.h>

#include "objectives/bundle_adjustment.h"
#include "objectives/roe_flux.h"
#include "peers/peers.h"

namespace wengert::bench {
namespace {

/// Value and partials of one result, out of a Jet.
template <class Jet> void unpack(const Jet& y, double* value, double* row) {
  *value = y.a;
  for (int k = 0; k < Jet::DIMENSION; ++k) row[k] = y.v[k];
}

void roe_jets(int64_t count, const double* points, double* value, double* jacobian) {
  using Jet = ceres::Jet<double, 6>;
  for (int64_t i = 0; i < count; ++i) {
    Jet q[6], flux[3];
    for (int k = 0; k < 6; ++k) q[k] = Jet(points[6 * i + k], k);
    roe_flux(q, flux);
    for (int k = 0; k < 3; ++k) unpack(flux[k], value + 3 * i + k, jacobian + 18 * i + 6 * k);
  }
}

void reprojection_jets(int64_t count, const double* points, double* value, double* jacobian) {
  using Jet = ceres::Jet<double, 15>;
  for (int64_t i = 0; i < count; ++i) {
    Jet x[15], residual[2];
    for (int k = 0; k < 15; ++k) x[k] = Jet(points[17 * i + k], k);
    reprojection(x, x + 11, x[14], points + 17 * i + 15, residual);
    for (int k = 0; k < 2; ++k) unpack(residual[k], value + 2 * i + k, jacobian + 30 * i + 15 * k);
  }
}

}  // namespace

Peer ceres_peer() { return {"Ceres Jet", roe_jets, reprojection_jets}; }

}  // namespace wengert::bench
