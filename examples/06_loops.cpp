// SPDX-License-Identifier: Apache-2.0
//
// Many points, one small body: the log-likelihood of a mixture over 1000 points is a sum_map, a filter over a series
// is a scan. Both are one instruction, and so are their derivatives: loops that compute the body's values again, not
// lists of 1000 copies. The memory of a gradient is that of its inputs and results (and of a scan's carries).
#include <cmath>
#include <cstdio>

#include "wengert/base/random.h"
#include "wengert/wengert.h"

using namespace wengert;

/// The operations of p: "map" and "scan" are loops; a "result" is one more result of the line before.
void print_operations(const Program& p) {
  std::printf("gradient:");
  for (auto v = static_cast<uint32_t>(p.inputs()); v < p.size(); ++v)
    if (!p.is_constant(ValueId{v})) std::printf(" %s", std::string(p.primitive(ValueId{v}).name).c_str());
  std::printf("\n");
}

/// The log-likelihood of w N(a, 1) + (1 - w) N(b, 1), w = sigmoid(logit), up to a constant.
Program mixture(int64_t points) {
  // log(e^u + e^v) = u + softplus(v - u)
  const Program log_density = trace(
      [](Expr x, Expr a, Expr b, Expr logit) {
        const Expr u = -softplus(-logit) - (x - a) * (x - a) / 2, v = -softplus(logit) - (x - b) * (x - b) / 2;
        return u + softplus(v - u);
      },
      {f64(), f64(), f64(), f64()}, "log_density");
  return trace(
      [&](Expr x, Expr a, Expr b, Expr logit) {
        return sum_map(log_density, {{x, a, b, logit}}, {true, false, false, false});
      },
      {f64({points}), f64(), f64(), f64()}, "mixture", {"x", "a", "b", "logit"});
}

/// The squared one-step errors of a series smoothed with a factor s: level' = level + s (x - level).
Program smoothing(int64_t points) {
  const Program step = trace(
      [](Expr level, Expr x, Expr s) {
        const Expr error = x - level;
        return std::pair(level + s * error, error * error);
      },
      {f64(), f64(), f64()}, "step");
  return trace(
      [&](Expr x, Expr s) {
        return sum(scan(step, {{Expr(0.0)}}, {{x, s}}, {true, false})[1]);
      },
      {f64({points}), f64()}, "smoothing", {"x", "s"});
}

int main() {
  // Two populations, 1/4 at -1 and 3/4 at 2, both with deviation 1.
  Random random(42);
  std::vector<double> sample(1000);
  for (double& x : sample) x = random.normal() + (random.below(4) == 0 ? -1 : 2);
  const Array points(sample);

  // Inputs 1 to 3 vary, the points are held fixed. Steps along the gradient find the maximum.
  const Interpreter gradient(grad(mixture(1000), {1, 2, 3}));
  double a = -0.5, b = 1.0, logit = 0.0;
  for (int iteration = 0; iteration < 100; ++iteration) {
    const auto g = gradient.run({points, a, b, logit});
    a += 1e-3 * g[0].item(), b += 1e-3 * g[1].item(), logit += 5e-3 * g[2].item();
  }
  std::printf("a = %.2f, b = %.2f, w = %.2f\n", a, b, 1 / (1 + std::exp(-logit)));  // a = -0.95, b = 2.10, w = 0.25
  print_operations(gradient.program());                                             // what the points share is before and behind the map
  std::printf("memory for values: %s\n", gradient.workspace_bytes() < 4096 ? "under 4 kB" : "more");
  // memory for values: under 4 kB

  const auto d = evaluate(grad(smoothing(1000), {1}), {points, 0.1});
  std::printf("d errors / ds = %.1f\n", d[0].item());  // d errors / ds = 1256.1
  print_operations(grad(smoothing(1000), {1}));        // gradient: scan result broadcast scan result
  std::puts(grad_check(smoothing(20), {{Array(std::vector(sample.begin(), sample.begin() + 20)), 0.1}}).passed
                ? "checked"
                : "wrong");  // checked
}
