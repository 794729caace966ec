// SPDX-License-Identifier: Apache-2.0
//
// A net with a bottleneck: 200 inputs, 10 inner values, 200 outputs. Everything goes through those 10, so its Jacobian
// is the product of a [200, 10] and a [10, 200] matrix. How to form such a product, and what of it not to write out, is
// the matrix chain problem; it is solved, and the answer is a Program like any other.
#include <algorithm>
#include <cmath>
#include <cstdio>

#include "wengert/plan/chain_plan.h"
#include "wengert/wengert.h"

using namespace wengert;

/// Small numbers without a pattern.
Array matrix(int64_t rows, int64_t columns) {
  std::vector<double> all;
  for (int64_t k = 0; k < rows * columns; ++k) all.push_back(std::sin(static_cast<double>(k * k)) / 10);
  return Array({rows, columns}, all);
}

const char* name(ChainProduct::How how) {
  constexpr const char* names[] = {"forward sweeps", "reverse sweeps", "product", "forward sweeps of columns",
                                   "reverse sweeps of rows"};
  return names[static_cast<size_t>(how)];
}

void show(const ChainProduct& product, int depth = 0) {
  std::printf("%*s%s, segments %zu to %zu\n", 2 * depth, "", name(product.how), product.first + 1, product.last);
  for (const ChainProduct& part : product.parts) show(part, depth + 1);
}

int main() {
  const Program p = trace([](Expr x, Expr v, Expr w) { return sin(matmul(w, tanh(matmul(v, x)))); },
                          {f64({200}), f64({10, 200}), f64({200, 10})}, "net", {"x", "v", "w"});

  // By x, the weights being held fixed.
  const ChainedProgram chained(p, {0});
  const LinearChain& chain = chained.chain();
  for (size_t k = 0; k <= chain.segments(); ++k)
    std::printf("%ld ", static_cast<long>(chain.elements(chain.state(k)[0])));
  std::puts("values lead from x to y");
  // 200 10 10 10 200 200 values lead from x to y

  const ChainPlan plan = plan_chain(chain_costs(chain));
  show(plan.choice);
  std::printf("%ld operations, %s; forward mode %ld, reverse mode %ld\n", static_cast<long>(plan.cost),
              plan.proven ? "proven" : "not proven", static_cast<long>(plan.forward), static_cast<long>(plan.reverse));
  // reverse sweeps of rows, segments 1 to 4
  //   forward sweeps, segments 2 to 4
  // 842100 operations, proven; forward mode 1642000, reverse mode 1642000

  // Nobody has to ask for it: the Jacobian by the fewest operations found is along that chain.
  JacobianChoice choice;
  const Program j = planned_jacobian(p, {0}, {}, &choice);
  std::printf("%s\n", choice.method.c_str());
  // chain of products

  const std::vector<Array> x{matrix(200, 1).reshaped({200}), matrix(10, 200), matrix(200, 10)};
  const auto found = evaluate(j, x)[0], expected = evaluate(jacobian(p, {0}), x)[0];
  double apart = 0;
  for (int64_t k = 0; k < found.elements(); ++k) apart = std::max(apart, std::abs(found[k] - expected[k]));
  std::puts(apart < 1e-13 ? "as by forward mode" : "wrong");
  // as by forward mode
}
