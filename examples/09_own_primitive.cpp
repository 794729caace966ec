// SPDX-License-Identifier: Apache-2.0
//
// An operation of one's own, in one's own file: a record with its value, its partial, and points to check it at. It
// prints, parses, differentiates (twice, too) and batches like those of the library, which is not touched.
#include <cstdio>

#include "wengert/wengert.h"

using namespace wengert;

// A record is a global. The lambdas are instantiated for numbers, for kernels, and for Expr (derivatives of
// derivatives).
const Elementwise<1> softsign_p{{.name = "softsign",
                                 .kernel = [](auto x) { return x / (1 + abs(x)); },
                                 .partials =
                                     [](auto x, auto) {
                                       const auto d = 1 + abs(x);
                                       return each(1 / (d * d));
                                     },
                                 .known = {{{1}, 0.5}, {{-3}, -0.75}},
                                 .samples = {{-2}, {0.5}, {30}}}};
Expr softsign(Sited x) { return softsign_p(x); }

int main() {
  // In C++ ...
  const Program p = trace([](Expr x) { return sum(softsign(x)); }, {f64({3})}, "total", {"x"});
  const Array x({-1.0, 0.5, 3.0});
  std::printf("%s\n", to_string(evaluate(grad(p), {x})[0]).c_str());  // [0.25, 0.4444444444444444, 0.0625]
  std::puts(grad_check(p, {{x}}).passed ? "checked" : "wrong");       // checked

  // ... and in formulas, by its name.
  const Program q = parse_formula("softsign(a*x)");
  std::puts(print(q).c_str());
  // program f(a: f64[], x: f64[]) {
  //   %2 = mul a x
  //   %3 = softsign %2
  //   return %3
  // }
  std::puts(print(grad(q, {1})).c_str());
  // program f_grad(a: f64[], x: f64[]) {
  //   %2 = mul a x
  //   %3 = abs %2
  //   %5 = add 1 %3
  //   %6 = mul %5 %5
  //   %7 = div 1 %6
  //   %8 = mul %7 a
  //   return %8
  // }

  // Second derivative by x at a = 2, x = 1: -2 a^2 / (1 + 2)^3, checked against differences of the first.
  const Program second = grad(grad(q, {1}), {1});
  std::printf("%.6f, %s\n", evaluate(second, {2.0, 1.0})[0].item(),
              grad_check(grad(q, {1}), {{2.0, 1.0}}).passed ? "checked" : "wrong");
  // -0.296296, checked
}
