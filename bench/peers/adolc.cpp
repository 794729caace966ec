// SPDX-License-Identifier: Apache-2.0
//
// Reverse mode by a tape: ADOL-C. The function is recorded at the first point and the tape used at all of them, as long
// as its comparisons come out as recorded; otherwise it is recorded again.
#include <adolc/adolc.h>

#include "objectives/bundle_adjustment.h"
#include "objectives/roe_flux.h"
#include "peers/peers.h"

/// ADOL-C calls it fabs.
adub abs(const badouble& x) { return fabs(x); }

namespace wengert::bench {
namespace {

constexpr short roe_tape = 11, reprojection_tape = 12;

void record_roe(const double* point, double* value) {
  trace_on(roe_tape);
  adouble q[6], flux[3];
  for (int k = 0; k < 6; ++k) q[k] <<= point[k];
  roe_flux(q, flux);
  for (int k = 0; k < 3; ++k) flux[k] >>= value[k];
  trace_off();
}

/// Derivatives by the feature are not wanted, so it is a parameter of the tape.
void record_reprojection(const double* point, double* value) {
  trace_on(reprojection_tape);
  adouble x[15], feature[2], residual[2];
  for (int k = 0; k < 15; ++k) x[k] <<= point[k];
  for (int k = 0; k < 2; ++k) feature[k] = mkparam(0.0);
  const double zero[2] = {0, 0};
  reprojection(x, x + 11, x[14], zero, residual);
  for (int k = 0; k < 2; ++k) {
    residual[k] -= x[14] * feature[k];
    residual[k] >>= value[k];
  }
  trace_off();
}

/// One forward and m reverse sweeps; false if a comparison came out otherwise.
template <int m, int n> bool sweep(short tape, const double* point, double* value, double* jacobian) {
  double weights[m][m] = {}, *weight_rows[m], *rows[m];
  for (int k = 0; k < m; ++k) weights[k][k] = 1, weight_rows[k] = weights[k], rows[k] = jacobian + n * k;
  return zos_forward(tape, m, n, 1, point, value) >= 0 && fov_reverse(tape, m, n, m, weight_rows, rows) >= 0;
}

void roe_taped(int64_t count, const double* points, double* value, double* jacobian) {
  record_roe(points, value);
  for (int64_t i = 0; i < count; ++i) {
    if (sweep<3, 6>(roe_tape, points + 6 * i, value + 3 * i, jacobian + 18 * i)) continue;
    record_roe(points + 6 * i, value + 3 * i);
    sweep<3, 6>(roe_tape, points + 6 * i, value + 3 * i, jacobian + 18 * i);
  }
}

void reprojection_taped(int64_t count, const double* points, double* value, double* jacobian) {
  record_reprojection(points, value);
  for (int64_t i = 0; i < count; ++i) {
    const double* const x = points + 17 * i;
    set_param_vec(reprojection_tape, 2, const_cast<double*>(x + 15));
    if (sweep<2, 15>(reprojection_tape, x, value + 2 * i, jacobian + 30 * i)) continue;
    record_reprojection(x, value + 2 * i);
    set_param_vec(reprojection_tape, 2, const_cast<double*>(x + 15));
    sweep<2, 15>(reprojection_tape, x, value + 2 * i, jacobian + 30 * i);
  }
}

}  // namespace

Peer adolc_peer() { return {"ADOL-C tape", roe_taped, reprojection_taped}; }

}  // namespace wengert::bench
