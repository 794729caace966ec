// SPDX-License-Identifier: Apache-2.0
//
// One residual, many points, machine code: the pinhole camera of bundle adjustment (Agarwal et al. 2010), its residuals
// and both Jacobian blocks at 20000 observations. The body is recorded once; map makes a loop of it, whose iterations
// compiled code runs several at once. Where the compiler is missing, compile() hands back the interpreter.
#include <algorithm>
#include <cmath>
#include <cstdio>

#include "wengert/base/random.h"
#include "wengert/wengert.h"

using namespace wengert;

/// Where a camera sees a point, less where it was seen: two numbers. camera: rotation (axis times angle), translation,
/// focal length, two coefficients of radial distortion.
Expr reprojection(Expr camera, Expr point, Expr pixel) {
  const auto c = [&](int64_t k) { return element(camera, {k}); };
  const auto x = [&](int64_t k) { return element(point, {k}); };
  // R x = x cos a + (w x x) sin a / a + w (w . x) (1 - cos a) / a^2, w of length a (Rodrigues); no camera here has a = 0
  const Expr a2 = c(0) * c(0) + c(1) * c(1) + c(2) * c(2), a = sqrt(a2), along = (c(0) * x(0) + c(1) * x(1) + c(2) * x(2)) * (1 - cos(a)) / a2;
  const auto turned = [&](int k) {
    const int i = (k + 1) % 3, j = (k + 2) % 3;
    return x(k) * cos(a) + (c(i) * x(j) - c(j) * x(i)) * sin(a) / a + c(k) * along + c(3 + k);
  };
  const Expr depth = -turned(2), u = turned(0) / depth, v = turned(1) / depth, r2 = u * u + v * v;
  const Expr scale = c(6) * (1 + r2 * (c(7) + r2 * c(8)));
  return stack({scale * u - element(pixel, {0}), scale * v - element(pixel, {1})});
}

/// (cameras[n,9], points[n,3], pixels[n,2]) -> the results of `body` at each, stacked.
Program at_all(const Program& body, int64_t n) {
  return trace(
      [&](Expr cameras, Expr points, Expr pixels) {
        return map(body, {{cameras, points, pixels}});
      },
      {f64({n, 9}), f64({n, 3}), f64({n, 2})}, "all_" + body.name(), {"cameras", "points", "pixels"});
}

std::vector<Array> observations(int64_t n) {
  Random random(7);
  std::vector<double> cameras, points, pixels;
  for (int64_t k = 0; k < n; ++k) {
    for (int i = 0; i < 3; ++i) cameras.push_back(0.1 + 0.05 * random.normal());
    for (double t : {0.0, 0.0, -8.0}) cameras.push_back(t + 0.1 * random.normal());
    for (double f : {500.0, -0.01, 0.001}) cameras.push_back(f);
    for (int i = 0; i < 3; ++i) points.push_back(random.normal());
    for (int i = 0; i < 2; ++i) pixels.push_back(50 * random.normal());
  }
  return {Array({n, 9}, cameras), Array({n, 3}, points), Array({n, 2}, pixels)};
}

/// The largest difference of two lists of arrays, relative to the largest element.
double difference(const std::vector<Array>& a, const std::vector<Array>& b) {
  double largest = 0, apart = 0;
  for (size_t k = 0; k < a.size(); ++k)
    for (int64_t i = 0; i < a[k].elements(); ++i) {
      largest = std::max(largest, std::abs(a[k][i]));
      apart = std::max(apart, std::abs(a[k][i] - b[k][i]));
    }
  return apart / largest;
}

int main() {
  constexpr int64_t n = 20'000;
  const auto x = observations(n);
  const Program residual = trace(reprojection, {f64({9}), f64({3}), f64({2})}, "residual", {"camera", "point", "pixel"});
  const Array camera({0.1, 0.2, 0.1, 0, 0, -8, 500, -0.01, 0.001}), point({0.5, -1.0, 0.3}), pixel({10.0, 20.0});
  std::puts(grad_check(residual, {{camera, point, pixel}}).passed ? "checked" : "wrong");  // checked

  // Pixels are data: the Jacobian is by camera and point, a block each.
  const Program blocks = at_all(jacobian(residual, {0, 1}), n);
  for (const Type& type : blocks.output_types()) std::printf("%s\n", to_string(type).c_str());
  // f64[20000,2,9]
  // f64[20000,2,3]

  // Ready for a thousand steps of a solver. `choice` would say what was chosen, and why.
  CompileChoice choice;
  const auto run = compile(blocks, {.expected_runs = 1000}, &choice);
  const auto j = run->run(x);
  std::printf("compiled and interpreted %s\n", difference(j, evaluate(blocks, x)) < 1e-13 ? "agree" : "differ");
  // compiled and interpreted agree

  // Half the sum of squares is one number. Its gradient stacks no blocks, and is J'r.
  const Program half_square = trace(
      [](Expr c, Expr p, Expr u) {
        const Expr r = reprojection(c, p, u);
        return sum(r * r) / 2;
      },
      {f64({9}), f64({3}), f64({2})}, "half_square");
  const Program cost = trace([&](Expr c, Expr p, Expr u) { return sum_map(half_square, {{c, p, u}}); }, {f64({n, 9}), f64({n, 3}), f64({n, 2})}, "cost");
  const auto gradient = compile(grad(cost, {0, 1}), {.expected_runs = 1000})->run(x);
  const auto r = evaluate(at_all(residual, n), x)[0];
  const double expected = j[1][0] * r[0] + j[1][3] * r[1];
  std::printf("the gradient by the first point %s J'r\n", std::abs(gradient[1][0] - expected) < 1e-10 * std::abs(expected) ? "is" : "is not");
  // the gradient by the first point is J'r
}
