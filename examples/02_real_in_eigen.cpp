// SPDX-License-Identifier: Apache-2.0
//
// A function written with Eigen for any scalar, run on Real instead of double: the hand of an arm with three joints,
// its Jacobian, and a step towards a target. Rotations, products, norms and factorizations are Eigen's own.
#include <Eigen/Dense>
#include <cstdio>

#include "wengert/api/adaptors/eigen.h"

using namespace wengert;

/// Where the hand is for these angles; the links are 3, 2 and 1 long.
template <class T> Eigen::Matrix<T, 2, 1> hand(const Eigen::Matrix<T, 3, 1>& angles) {
  Eigen::Matrix<T, 2, 1> position(0, 0);
  T direction = 0;
  for (int link = 0; link < 3; ++link) {
    direction += angles[link];
    position += Eigen::Rotation2D<T>(direction) * Eigen::Matrix<T, 2, 1>(3.0 - link, 0.0);
  }
  return position;
}

int main() {
  const Eigen::Vector3d angles(0.5, -0.25, 1.0);
  const auto f = [](const auto& q) { return hand(q); };

  const Eigen::Vector2d plain = hand(angles);               // on doubles: nothing is recorded
  const auto [y, jacobian] = wengert::jacobian(f, angles);  // on Reals: J(i, j) = dy_i / dq_j
  std::printf("hand at (%.4f, %.4f), %s\n", y[0], y[1], y == plain ? "the same as with double" : "different");
  // hand at (4.8859, 2.8821), the same as with double
  for (int i = 0; i < 2; ++i)
    std::printf("dy%d/dq = (%.4f, %.4f, %.4f)\n", i + 1, jacobian(i, 0), jacobian(i, 1), jacobian(i, 2));
  // dy1/dq = (-2.8821, -1.4438, -0.9490)
  // dy2/dq = (4.8859, 2.2531, 0.3153)

  // A gradient: the squared distance to a target, measured in the metric of a matrix that depends on q too.
  const auto distance = [](const auto& q) {
    using T = typename std::decay_t<decltype(q)>::Scalar;
    Eigen::Matrix<T, 2, 2> metric;
    metric << 2.0 + cos(q[0]), 0.5, 0.5, 1.0;
    const Eigen::Matrix<T, 2, 1> off = hand(q) - Eigen::Matrix<T, 2, 1>(4.0, 3.0);
    return T(off.dot(metric.ldlt().solve(off)));
  };
  const auto [d, g] = gradient(distance, angles);
  std::printf("distance %.4f, gradient (%.4f, %.4f, %.4f)\n", d, g[0], g[1], g[2]);
  // distance 0.3537, gradient (-4.9201, -2.3800, -0.8703)
  const double h = 1e-6;
  const Eigen::Vector3d step(0, h, 0);
  const double difference =
      (distance(Eigen::Vector3d(angles + step)) - distance(Eigen::Vector3d(angles - step))) / (2 * h);
  std::printf("by differences, d/dq2 = %.4f\n", difference);  // by differences, d/dq2 = -2.3800
}
