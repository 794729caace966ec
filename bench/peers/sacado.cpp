// SPDX-License-Identifier: Apache-2.0
//
// Forward mode by expression templates with partials of fixed number: Sacado::Fad::SFad.
#include <Sacado_No_Kokkos.hpp>

#include "objectives/bundle_adjustment.h"
#include "objectives/roe_flux.h"
#include "peers/peers.h"

namespace wengert::bench {
namespace {

void roe_sfad(int64_t count, const double* points, double* value, double* jacobian) {
  using Fad = Sacado::Fad::SFad<double, 6>;
  for (int64_t i = 0; i < count; ++i) {
    Fad q[6], flux[3];
    for (int k = 0; k < 6; ++k) q[k] = Fad(6, k, points[6 * i + k]);
    roe_flux(q, flux);
    for (int k = 0; k < 3; ++k) {
      value[3 * i + k] = flux[k].val();
      for (int j = 0; j < 6; ++j) jacobian[18 * i + 6 * k + j] = flux[k].fastAccessDx(j);
    }
  }
}

void reprojection_sfad(int64_t count, const double* points, double* value, double* jacobian) {
  using Fad = Sacado::Fad::SFad<double, 15>;
  for (int64_t i = 0; i < count; ++i) {
    Fad x[15], residual[2];
    for (int k = 0; k < 15; ++k) x[k] = Fad(15, k, points[17 * i + k]);
    reprojection(x, x + 11, x[14], points + 17 * i + 15, residual);
    for (int k = 0; k < 2; ++k) {
      value[2 * i + k] = residual[k].val();
      for (int j = 0; j < 15; ++j) jacobian[30 * i + 15 * k + j] = residual[k].fastAccessDx(j);
    }
  }
}

}  // namespace

Peer sacado_peer() { return {"Sacado SFad", roe_sfad, reprojection_sfad}; }

}  // namespace wengert::bench
