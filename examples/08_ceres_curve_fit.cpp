// SPDX-License-Identifier: Apache-2.0
//
// A curve y = exp(m x + c) fitted to measurements by Ceres, with derivatives from Wengert: CeresCost stands where
// ceres::AutoDiffCostFunction would, and may branch; CeresFunctionCost records all residuals once, as one Program.
#include <cmath>
#include <cstdio>

#include "wengert/api/adaptors/ceres.h"

namespace {

struct Point {
  double x, y;
};

/// 20 points of m = 0.3, c = 0.1 with a deviation of known size; the last one is an outlier.
std::vector<Point> measurements() {
  std::vector<Point> points;
  for (int k = 0; k < 20; ++k) points.push_back({0.25 * k, std::exp(0.075 * k + 0.1) + 0.02 * std::sin(7.0 * k)});
  points.back().y += 3;
  return points;
}

/// One residual, linear in the far field so that an outlier pulls less (Huber 1964): a branch on a recorded value.
struct Residual {
  Point point;
  template <class T> bool operator()(const T* const parameters, T* residual) const {
    const T r = exp(parameters[0] * point.x + parameters[1]) - point.y;
    residual[0] = abs(r) < 0.5 ? r : r / sqrt(abs(r) * 2.0);
    return true;
  }
};

void fit(const char* name, ceres::Problem& problem, const double* parameters) {
  ceres::Solver::Summary summary;
  ceres::Solve({}, &problem, &summary);
  std::printf("%-18s m = %.4f, c = %.4f, %s\n", name, parameters[0], parameters[1],
              summary.termination_type == ceres::CONVERGENCE ? "converged" : "not converged");
}

}  // namespace

int main() {
  const std::vector<Point> points = measurements();
  double one_by_one[] = {0, 0}, together[] = {0, 0};

  ceres::Problem residuals;
  for (const Point& point : points)
    residuals.AddResidualBlock(new wengert::CeresCost<Residual, 1, 2>(new Residual{point}), nullptr, one_by_one);
  fit("CeresCost", residuals, one_by_one);

  const auto all = std::make_shared<const wengert::Function>([points](std::span<const wengert::Real> parameters) {
    std::vector<wengert::Real> r(points.size());
    for (size_t k = 0; k < points.size(); ++k) Residual{points[k]}(parameters.data(), &r[k]);
    return r;
  });
  ceres::Problem program;
  program.AddResidualBlock(new wengert::CeresFunctionCost(all, static_cast<int>(points.size()), {2}), nullptr,
                           together);
  fit("CeresFunctionCost", program, together);
}
