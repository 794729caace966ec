// SPDX-License-Identifier: Apache-2.0
//
// A derivative through a solver. Kepler's equation E - e sin E = M gives the eccentric anomaly E of a planet by the
// time, M, and the eccentricity, e; Newton's method finds it. The implicit function theorem gives its derivative,
// whatever found it: the equation's own derivative, (1 - e cos E) dE = dM + sin E de. That is told to the library as a
// custom rule.
#include <cmath>
#include <cstdio>

#include "wengert/wengert.h"

using namespace wengert;

/// Lines of p, those of nested Programs not counted, that are the operation `name`.
int count(const Program& p, std::string_view name) {
  int lines = 0;
  for (uint32_t v = 0; v < p.size(); ++v) lines += p.primitive(ValueId{v}).name == name;
  return lines;
}

/// Twelve steps of Newton's method: (M, e) -> E.
Program newtons_method() {
  const Program step = trace([](Expr E, Expr M, Expr e) { return E - (E - e * sin(E) - M) / (1 - e * cos(E)); },
                             {f64(), f64(), f64()}, "newton_step");
  return trace(
      [&](Expr M, Expr e) {
        return scan(step, {{M}}, {{M, e}}, {false, false}, 12);
      },
      {f64(), f64()}, "newton");
}

int main() {
  const Program newton = newtons_method();
  // The rule: operands, results, then a tangent for each operand; returns the tangent of each result.
  const Program theorem =
      trace([](Expr, Expr e, Expr E, Expr M_dot, Expr e_dot) { return (M_dot + sin(E) * e_dot) / (1 - e * cos(E)); },
            {f64(), f64(), f64(), f64(), f64()}, "implicit_function_theorem");
  const Program anomaly = trace(
      [&](Expr M, Expr e) {
        return custom_jvp(newton, theorem, {{M, e}});
      },
      {f64(), f64()}, "anomaly", {"M", "e"});

  const auto E = evaluate(anomaly, {1.0, 0.5})[0].item();
  const auto g = evaluate(grad(anomaly), {1.0, 0.5});
  std::printf("E = %.6f, dE/dM = %.6f, dE/de = %.6f\n", E, g[0].item(), g[1].item());
  // E = 1.498701, dE/dM = 1.037362, dE/de = 1.034667

  // The rule is a Program of known operations, so it has a derivative too: here against the formula.
  const auto h = evaluate(hessian(anomaly), {1.0, 0.5});
  std::printf("d2E/dM2 = %.6f, by hand %.6f\n", h[0].item(), -0.5 * std::sin(E) / std::pow(1 - 0.5 * std::cos(E), 3));
  // d2E/dM2 = -0.556713, by hand -0.556713

  // Differences agree with the rule, and with the rule's derivative.
  std::puts(grad_check(anomaly, {{1.0, 0.5}}).passed ? "first derivatives checked" : "wrong");
  std::puts(grad_check(grad(anomaly), {{1.0, 0.5}}).passed ? "second derivatives checked" : "wrong");
  // first derivatives checked
  // second derivatives checked

  // Without the rule the derivative is the same, but runs the solver's twelve steps backwards.
  const auto unrolled = evaluate(grad(newton), {1.0, 0.5});
  std::printf("through the steps: %.6f, %.6f\n", unrolled[0].item(), unrolled[1].item());
  std::printf("loops: %d with the rule, %d without\n", count(grad(anomaly), "scan"), count(grad(newton), "scan"));
  // through the steps: 1.037362, 1.034667
  // loops: 0 with the rule, 2 without
}
