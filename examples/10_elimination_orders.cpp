// SPDX-License-Identifier: Apache-2.0
//
// Forward mode, reverse mode and everything between are orders in which the inner vertices of the linear graph are
// eliminated. All give the same Jacobian, at different cost. The function is that of N. van Omme's talk of 2018,
// section 8.
#include <cstdio>

#include "wengert/ad/accumulate.h"
#include "wengert/ad/linearize.h"
#include "wengert/plan/elimination_order.h"
#include "wengert/wengert.h"

using namespace wengert;

/// The Jacobian of p along an order, and what it costs.
Accumulation show(const char* name, const Program& p, const EliminationOrder& order) {
  const auto accumulation = accumulate(p, order);
  std::printf("%-10s eliminates", name);
  for (VertexId v : order) std::printf(" %zu", index(v));
  std::printf(": %2ld multiplications, %ld additions; dy1/dx1 = %.4f\n",
              static_cast<long>(accumulation.cost.multiplications), static_cast<long>(accumulation.cost.additions),
              evaluate(accumulation.program, {0.5, 2.0})[0].item());
  return accumulation;
}

int main() {
  const Program p = trace(
      [](Expr x1, Expr x2) {
        const Expr v1 = x1 * x2, v3 = v1 * sin(v1);
        return std::pair(cos(v3), exp(v3));
      },
      {f64(), f64()}, "f", {"x1", "x2"});
  const LinearGraph graph = linearize(p).graph;
  show("forward", p, forward_order(graph));
  show("reverse", p, reverse_order(graph));
  show("Markowitz", p, markowitz_order(graph));
  const auto best = enumerated_order(graph);
  const auto accumulation = show("best", p, best.choice);
  std::puts(best.proven ? "proven: no order is cheaper" : "not proven");
  // forward    eliminates 2 3 4: 10 multiplications, 2 additions; dy1/dx1 = -2.0606
  // reverse    eliminates 4 3 2: 10 multiplications, 2 additions; dy1/dx1 = -2.0606
  // Markowitz  eliminates 3 2 4:  7 multiplications, 1 additions; dy1/dx1 = -2.0606
  // best       eliminates 3 2 4:  7 multiplications, 1 additions; dy1/dx1 = -2.0606
  // proven: no order is cheaper

  std::puts(print(accumulation.program).c_str());
  // program f_jacobian(x1: f64[], x2: f64[]) {
  //   %2 = mul x1 x2
  //   %3 = sin %2
  //   %4 = cos %2
  //   %5 = mul %2 %3
  //   %6 = exp %5
  //   %7 = sin %5
  //   %8 = neg %7
  //   %9 = mul %2 %4
  //   %10 = add %3 %9
  //   %11 = mul %10 x2
  //   %12 = mul %10 x1
  //   %13 = mul %6 %11
  //   %14 = mul %8 %11
  //   %15 = mul %6 %12
  //   %16 = mul %8 %12
  //   return %14, %16, %13, %15
  // }
}
