// SPDX-License-Identifier: Apache-2.0
//
// Gradients are good for something: the net of Rumelhart, Hinton, Williams 1986 (RHW86, Fig. 1) learns, by nothing but
// its gradient, whether six bits read the same from both ends, and comes to weights that can be read.
// examples/11_symmetry.cpp tells the story; here are its claims.
#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>

#include "wengert/ad/derivatives.h"
#include "wengert/base/random.h"
#include "wengert/exec/interpreter.h"
#include "wengert/passes/simplify.h"
#include "wengert/trace/trace.h"

namespace wengert {
namespace {

/// y - d of all 64 rows: [64, 1].
Expr deviations(const std::vector<Expr>& w) {
  std::vector<double> x, d;
  for (int row = 0; row < 64; ++row) {
    for (int k = 0; k < 6; ++k) x.push_back(row >> k & 1);
    const auto first = x.end() - 6;
    d.push_back(first[0] == first[5] && first[1] == first[4] && first[2] == first[3]);
  }
  const Expr h = sigmoid(matmul(constant(Array({64, 6}, x)), w[0]) + w[1]);
  return sigmoid(matmul(h, w[2]) + w[3]) - constant(Array({64, 1}, d));
}

Expr error(const std::vector<Expr>& w) {
  const Expr e = deviations(w);
  return 0.5 * sum(e * e);
}

/// (w..., dw...) -> (w..., dw..., largest deviation), by eq. (9) with epsilon 0.1 and alpha 0.9.
Program sweep() {
  const std::vector<Type> w{f64({6, 2}), f64({2}), f64({2, 1}), f64({1})};
  const Program gradient = grad(trace(error, w, "error"));
  const auto step = [&](const std::vector<Expr>& in) {
    std::vector<Expr> out = replay(gradient, std::span(in).first(4));
    for (size_t k = 0; k < 4; ++k) out.push_back(-0.1 * out[k] + 0.9 * in[4 + k]);
    for (size_t k = 0; k < 4; ++k) out[k] = in[k] + out[4 + k];
    out.push_back(max_reduce(abs(deviations({in.begin(), in.begin() + 4}))));
    return out;
  };
  return simplify(trace(step, {w[0], w[1], w[2], w[3], w[0], w[1], w[2], w[3]}, "sweep"));
}

struct Learned {
  std::vector<Array> w;
  double largest_deviation;
};

Learned learned(uint64_t key, int sweeps) {
  static const Interpreter step(sweep());
  std::vector<Array> state;
  for (const Type& type : step.program().input_types()) state.emplace_back(type);
  Random random(key);
  for (size_t k = 0; k < 4; ++k)
    for (double& w : state[k].mutable_values<double>()) w = random.uniform(-0.3, 0.3);
  double largest = 1;
  for (int k = 0; k < sweeps; ++k) {
    state = step.run(state);
    largest = state.back().item();
    state.pop_back();
  }
  return {state, largest};
}

TEST(Rumelhart1986, gradient_descent_learns_to_see_symmetry) {
  for (uint64_t key : {9, 12, 14}) EXPECT_LT(learned(key, 800).largest_deviation, 0.2) << "key " << key;
}

TEST(Rumelhart1986, mirrored_places_get_opposite_weights) {
  for (uint64_t key : {9, 12, 14}) {
    const Array w = learned(key, 800).w[0];
    for (int unit = 0; unit < 2; ++unit)
      for (int k = 0; k < 3; ++k) {
        const double left = w[2 * k + unit], right = w[2 * (5 - k) + unit];
        EXPECT_NEAR(left, -right, 0.02 * std::abs(left)) << "key " << key;
      }
  }
}

TEST(Rumelhart1986, no_row_cancels_but_a_symmetric_one) {
  for (uint64_t key : {9, 12, 14}) {
    const Array w = learned(key, 800).w[0];
    for (int row = 1; row < 27; ++row) {  // differences of mirrored bits: -1, 0 or 1 each, not all 0
      const int a = row % 3, b = row / 3 % 3, c = row / 9;
      const double total = w[0] * (a == 2 ? -1 : a) + w[2] * (b == 2 ? -1 : b) + w[4] * (c == 2 ? -1 : c);
      EXPECT_GT(std::abs(total), 1) << "key " << key << ", differences " << row << " in base 3";
    }
  }
}

TEST(Rumelhart1986, the_pairs_are_weighed_one_two_four) {
  const Array w = learned(14, 800).w[0];  // other starts find 2 : 3 : 4, of which no two sums agree either
  double size[] = {std::abs(w[0]), std::abs(w[2]), std::abs(w[4])};
  std::ranges::sort(size);
  EXPECT_NEAR(size[1] / size[0], 2, 0.1);
  EXPECT_NEAR(size[2] / size[0], 4, 0.1);
}

}  // namespace
}  // namespace wengert
