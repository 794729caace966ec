// SPDX-License-Identifier: Apache-2.0
//
// The program of the README: one function, its gradient as numbers, as a Program, and that Program's own derivative.
#include <cstdio>

#include "wengert/wengert.h"

using namespace wengert;

int main() {
  // Numbers at once: write the function for any scalar, ask for its gradient at a point.
  const auto f = [](auto x1, auto x2) { return x1 * x2 + sin(x1); };
  const auto [y, g] = gradient(f, {2.0, 3.0});
  std::printf("f = %.4f, gradient = (%.4f, %.4f)\n", y, g[0], g[1]);  // f = 6.9093, gradient = (2.5839, 2.0000)

  // Or as a Program, the Wengert list, which can be printed, checked, saved, and differentiated again.
  const Program p = trace(f, {f64(), f64()}, "f", {"x1", "x2"});
  std::puts(print(grad(p)).c_str());
  // program f_grad(x1: f64[], x2: f64[]) {
  //   %2 = cos x1
  //   %3 = add x2 %2
  //   return %3, x1
  // }
  const auto h = evaluate(hessian(p), {2.0, 3.0});
  std::printf("d2f/dx1 dx1 = %.4f, d2f/dx1 dx2 = %.0f\n", h[0].item(), h[1].item());  // d2f/dx1 dx1 = -0.9093, d2f/dx1 dx2 = 1
  std::puts(grad_check(p, {{2.0, 3.0}}).passed ? "checked" : "wrong");              // checked
}
