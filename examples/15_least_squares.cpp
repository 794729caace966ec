// SPDX-License-Identifier: Apache-2.0
//
// Least squares over many points, in one pass: a decay fitted to 200000 measurements by Gauss and Newton's steps. No
// Jacobian is stored: each point adds to J'J and J'r, in a loop that compiled code runs in SIMD lanes and in threads.
// Entries of the Jacobian that are the same number everywhere are not even computed.
#include <algorithm>
#include <cmath>
#include <cstdio>

#include "wengert/ad/normal_equations.h"
#include "wengert/ad/sparse_jacobian.h"
#include "wengert/base/random.h"
#include "wengert/primitives/factorize.h"
#include "wengert/wengert.h"

using namespace wengert;

/// How far a e^(-bt) + c is from what was measured at time t.
Expr decay(Expr x, Expr t, Expr measured) {
  const Expr a = element(x, {0}), b = element(x, {1}), c = element(x, {2});
  return a * exp(-b * t) + c - measured;
}

constexpr int64_t n = 200'000;

/// (x, times, measurements) -> the results of `body` at each, summed or stacked.
Program at_all(const Program& body, bool summed) {
  return trace(
      [&](Expr x, Expr t, Expr y) {
        return map(body, {{x, t, y}}, {false, true, true}, std::vector<bool>(body.outputs().size(), summed));
      },
      {f64({3}), f64({n}), f64({n})}, "all_" + body.name());
}

/// One step: the sums over all points, then a 3 x 3 system.
Program gauss_newton_step(const Program& one) {
  return trace(
      [&](Expr x, Expr t, Expr y) {
        const auto sums = sum_map(one, {{x, t, y}}, {false, true, true});
        return std::pair(x - solve(symmetric(sums[0]), sums[1]), sums[2]);
      },
      {f64({3}), f64({n}), f64({n})}, "step", {"x", "t", "measured"});
}

std::vector<Array> measurements() {
  Random random(3);
  std::vector<double> times, measured;
  for (int64_t k = 0; k < n; ++k) {
    times.push_back(4.0 * static_cast<double>(k) / n);
    measured.push_back(3 * std::exp(-1.5 * times.back()) + 0.5 + 0.1 * random.normal());
  }
  return {Array({1.0, 1.0, 0.0}), Array(times), Array(measured)};
}

/// What a Jacobian would take: of three entries a point two vary, the third is 1 everywhere.
void show_pattern(const SparseJacobian& j) {
  for (size_t k = 0; k < j.pattern.slot.size(); ++k) {
    const long column = static_cast<long>(j.pattern.sparsity.column[k]), slot = static_cast<long>(j.pattern.slot[k]);
    if (slot < 0) std::printf("column %ld: %g at every point\n", column, j.pattern.constant[k]);
    else std::printf("column %ld: value %ld of %ld\n", column, slot, static_cast<long>(j.pattern.slots));
  }
  std::printf("stored they would be %s\n", to_string(at_all(j.values, false).output_types()[0]).c_str());
}

int main() {
  const Program residual = trace(decay, {f64({3}), f64(), f64()}, "residual", {"x", "t", "measured"});
  const SparseJacobian j = sparse_jacobian(residual, {0});
  show_pattern(j);
  // column 0: value 0 of 2
  // column 1: value 1 of 2
  // column 2: 1 at every point
  // stored they would be f64[200000,2]

  const Program one = normal_equations(residual, {0});
  const auto run = compile(gauss_newton_step(one), {.expected_runs = 1000, .threads = 0});
  std::vector<Array> point = measurements();
  for (int k = 0; k < 6; ++k) {
    const auto next = run->run(point);
    std::printf("step %d: half the sum of squares was %.1f\n", k, next[1].item());
    point[0] = next[0];
  }
  // step 0: half the sum of squares was 78832.2
  // step 1: half the sum of squares was 4635.7
  // ...
  // step 5: half the sum of squares was 1000.8
  std::printf("a = %.3f, b = %.3f, c = %.3f\n", point[0][0], point[0][1], point[0][2]);
  // a = 3.002, b = 1.502, c = 0.500

  // The same from the Jacobian, stored and multiplied.
  const Array stored = evaluate(at_all(j.values, false), point)[0], lower = evaluate(at_all(one, true), point)[0];
  double squares = 0, sum = 0;
  for (int64_t k = 0; k < n; ++k) squares += stored[2 * k] * stored[2 * k], sum += stored[2 * k];
  const double apart = std::max(std::abs(lower[0] / squares - 1), std::abs(lower[3] / sum - 1));
  std::printf("J'J %s\n", apart < 1e-10 ? "is that of the stored Jacobian" : "differs");
  // J'J is that of the stored Jacobian
}
