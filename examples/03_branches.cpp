// SPDX-License-Identifier: Apache-2.0
//
// An `if` on recorded values. A Function records each branch when a point first takes it, keeps both, and parts a batch
// of points by the branch they take; a Program on its own refuses a point of the other branch. Nobody gets the
// derivative of the branch not taken.
#include <cstdio>

#include "wengert/wengert.h"

using namespace wengert;

/// Darcy's friction factor of a smooth pipe by the Reynolds number: laminar, or turbulent (Blasius 1913).
template <class T> T friction(const T& reynolds) {
  if (reynolds < 2300) return 64 / reynolds;
  return 0.3164 / pow(reynolds, 0.25);
}

/// Loss of pressure along one metre of pipe, water at 20 degrees: velocity in m/s, diameter in m -> Pa.
template <class T> T pressure_loss(const T& velocity, const T& diameter) {
  const T reynolds = velocity * diameter / 1.0e-6;
  return friction(reynolds) / diameter * 998 * velocity * velocity / 2;
}

/// One branch as a Program: the comparison is a guard in it.
void show_guard(const Function& loss) {
  const Program laminar = loss.program({0.1, 0.01});
  std::puts(print(laminar).c_str());
  // program loss(%0: f64[], %1: f64[]) {
  //   %2 = mul %0 %1
  //   %4 = div %2 1e-06
  //   %6 = less %4 2300
  //   %7 = guard{expected=true} %6
  //   %9 = div 64 %4
  //   ...
  try {
    evaluate(grad(laminar), {1.0, 0.01});
  } catch (const Error& error) {
    std::puts(error.what());
    // W701 usage: a comparison turns out otherwise than when this Program was recorded, so its result would be that of
    // the wrong branch
    //   at 03_branches.cpp:14, less at %6, in program "loss_grad"
    //   fix: use Function, which records the other branch, or record again at this point
  }
}

int main() {
  const Function loss([](const Real& v, const Real& d) { return pressure_loss(v, d); }, {.name = "loss"});

  const auto slow = loss.gradient({0.1, 0.01}), fast = loss.gradient({1.0, 0.01});
  std::printf("laminar:   %.2f Pa, d/dv = %.1f, d/dd = %.1f\n", slow.value, slow.gradient[0], slow.gradient[1]);
  std::printf("turbulent: %.2f Pa, d/dv = %.1f, d/dd = %.1f\n", fast.value, fast.gradient[0], fast.gradient[1]);
  // laminar:   31.94 Pa, d/dv = 319.4, d/dd = -6387.2
  // turbulent: 1578.84 Pa, d/dv = 2763.0, d/dd = -197354.5

  // Four points at once: two take each branch, two Programs run over two points each, and nothing is recorded anew.
  const Array points({4, 2}, {0.05, 0.01, 2.0, 0.01, 0.1, 0.02, 3.0, 0.02});
  const Array values = loss.values(points), jacobians = loss.jacobians(points);
  for (int64_t k = 0; k < 4; ++k) std::printf("%9.2f Pa, d/dv = %.1f\n", values[k], jacobians[2 * k]);
  //     15.97 Pa, d/dv = 319.4
  //   5310.55 Pa, d/dv = 4646.7
  //      7.98 Pa, d/dv = 79.8
  //   4539.54 Pa, d/dv = 2648.1
  const auto statistics = loss.statistics();
  std::printf("%zu recorded, %zu hits, %zu Programs kept\n", statistics.records, statistics.hits, statistics.programs);
  // 2 recorded, 8 hits, 2 Programs kept
  show_guard(loss);
}
