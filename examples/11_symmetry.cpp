// SPDX-License-Identifier: Apache-2.0
//
// The first experiment of Rumelhart, Hinton, Williams 1986 (RHW86): does a row of six bits read the same from both
// ends? No bit says anything by itself, so a net without hidden units cannot tell. Two hidden units can, and learn to,
// and the weights they come to can be read: opposite at mirrored places, so that a symmetric row cancels, and such that
// no other row does. 6-2-1 sigmoid units; E = 1/2 sum (y - d)^2 over the 64 rows; after each sweep over all of them
// dw(t) = -0.1 dE/dw + 0.9 dw(t-1); weights start in [-0.3, 0.3]. Net, gradient and update are one Program, recorded
// once.
#include <algorithm>
#include <cmath>
#include <cstdio>

#include "wengert/base/random.h"
#include "wengert/wengert.h"

using namespace wengert;

namespace {

constexpr int bits = 6, rows = 1 << bits, runs = 20, most_sweeps = 10000;
constexpr double rate = 0.1, momentum = 0.9, start = 0.3;
constexpr double right = 0.5, solved = 0.2;  // every output on its side of 1/2; every output this near its target

/// Of the hidden units and of the output unit: weights and biases.
const std::vector<Type> weight_types{f64({bits, 2}), f64({2}), f64({2, 1}), f64({1})};

/// All rows of bits, f64[64, 6], and whether each is symmetric, f64[64, 1]: 1 for 8 of them, else 0.
std::pair<Array, Array> all_rows() {
  Array x(f64({rows, bits})), d(f64({rows, 1}));
  for (size_t r = 0; r < rows; ++r) {
    const auto row = x.mutable_values<double>().subspan(r * bits, bits);
    for (size_t k = 0; k < bits; ++k) row[k] = static_cast<double>(r >> (bits - 1 - k) & 1);
    d.mutable_values<double>()[r] = std::equal(row.begin(), row.end(), row.rbegin());
  }
  return {x, d};
}

/// y - d of every row: f64[64, 1].
Expr deviations(std::span<const Expr> w) {
  const auto [x, d] = all_rows();
  const Expr h = sigmoid(matmul(constant(x), w[0]) + w[1]);
  const Expr y = sigmoid(matmul(h, w[2]) + w[3]);
  return y - constant(d);
}

/// One sweep: (w..., dw(t-1)...) -> (w + dw(t)..., dw(t)..., E, largest |y - d|), the last two with the old weights.
Program sweep() {
  const size_t n = weight_types.size();
  const auto half_of_squares = [](const std::vector<Expr>& w) {
    const Expr e = deviations(w);
    return 0.5 * sum(e * e);
  };
  const Program error_and_gradient = value_and_grad(trace(half_of_squares, weight_types, "error"));
  const auto step = [&](const std::vector<Expr>& state) {
    const auto w = std::span(state).first(n), dw = std::span(state).last(n);
    const std::vector<Expr> error = replay(error_and_gradient, w);
    std::vector<Expr> results(2 * n, 0);
    for (size_t k = 0; k < n; ++k) {
      results[n + k] = -rate * error[1 + k] + momentum * dw[k];
      results[k] = w[k] + results[n + k];
    }
    results.push_back(error[0]);
    results.push_back(max_reduce(abs(deviations(w))));  // in the gradient already: simplify has them computed once
    return results;
  };
  std::vector<Type> state = weight_types;
  state.insert(state.end(), weight_types.begin(), weight_types.end());
  return simplify(trace(step, state, "sweep"));
}

struct Run {
  int right_after = -1, solved_after = -1;  ///< sweeps, -1 for never
  double error = 0;                         ///< E at the end
  std::vector<Array> w;
};

/// Sweeps from random weights until solved. Two sets of arrays take turns as inputs and outputs, so that no sweep
/// allocates.
Run learn(const Executable& step, uint64_t key) {
  std::vector<Array> state[2];
  Array error(0.0), largest(0.0);
  std::vector<ConstView> in[2];
  std::vector<View> out[2];
  for (size_t turn : {0, 1})
    for (const Type& type : step.program().input_types()) {
      Array& array = state[turn].emplace_back(type);  // zeros: the first dw
      in[turn].push_back(array.view());
      out[1 - turn].push_back(array.mutable_view());
    }
  for (auto& views : out) views.insert(views.end(), {error.mutable_view(), largest.mutable_view()});

  Random random(key);
  for (size_t k = 0; k < weight_types.size(); ++k)
    for (double& w : state[0][k].mutable_values<double>()) w = random.uniform(-start, start);
  Run run;
  for (int sweeps = 0; sweeps <= most_sweeps && run.solved_after < 0; ++sweeps) {
    const int turn = sweeps % 2;
    step.run(in[turn], out[turn]);
    if (largest.item() < right && run.right_after < 0) run.right_after = sweeps;
    if (largest.item() < solved) run = {run.right_after, sweeps, 0, state[turn]};
  }
  run.error = error.item();
  return run;
}

/// Prints a run's line: sweeps, and the sizes of the first hidden unit's weights (pairs averaged) by the smallest.
void report(uint64_t key, const Run& run) {
  if (run.solved_after < 0) {
    std::printf("%4d             never       never  (E stays %.1f)\n", static_cast<int>(key), run.error);
    return;
  }
  double size[bits / 2];
  for (int k = 0; k < bits / 2; ++k) size[k] = std::abs(run.w[0][2 * k] - run.w[0][2 * (bits - 1 - k)]) / 2;
  std::sort(std::begin(size), std::end(size));
  std::printf("%4d  %11d sweeps  %10d  1 : %.1f : %.1f\n", static_cast<int>(key), run.right_after, run.solved_after,
              size[1] / size[0], size[2] / size[0]);
}

void print_weights(const std::vector<Array>& w) {
  for (int unit = 0; unit < 2; ++unit) {
    std::printf("  hidden %d:", unit + 1);
    for (int k = 0; k < bits; ++k) std::printf(" %5.1f", w[0][2 * k + unit]);
    std::printf("   bias %4.1f   to the output %5.1f\n", w[1][unit], w[2][unit]);
  }
  std::printf("  output: bias %.1f\n", w[3].item());
}

}  // namespace

int main() {
  const Interpreter step(sweep());
  std::vector<Run> solutions;
  std::puts("key   right side of 1/2  within 0.2  sizes of weights");
  for (uint64_t key = 1; key <= runs; ++key) {
    const Run run = learn(step, key);
    report(key, run);
    if (run.solved_after >= 0) solutions.push_back(run);
  }
  if (solutions.empty()) return 1;
  std::ranges::sort(solutions, {}, &Run::solved_after);
  std::printf("solved: %zu of %d; median %d sweeps\n", solutions.size(), runs,
              solutions[solutions.size() / 2].solved_after);
  std::puts("the quickest solution:");
  print_weights(solutions[0].w);
}
