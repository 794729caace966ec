// SPDX-License-Identifier: Apache-2.0
//
// A net made by hand, trained in C++: what `wengert train` does, without the tool. The net multiplies its two halves, which
// no text of layers describes; the data are numbers x with the classes "x1 x2 > 0" and "x1 x2 < 0", as for XOR.
#include <cstdio>

#include "wengert/train/loop.h"
#include "wengert/wengert.h"

using namespace wengert;

Dataset quadrants(int64_t n, uint64_t key) {
  Random random(key);
  std::vector<double> x;
  std::vector<int64_t> labels;
  for (int64_t k = 0; k < n; ++k) {
    x.insert(x.end(), {random.uniform(-1, 1), random.uniform(-1, 1)});
    labels.push_back(x[x.size() - 2] * x.back() > 0);
  }
  return {.x = Array({n, 2}, x).as(DType::f32), .y = Array::of<int64_t>({n}, labels), .classes = 2};
}

int main() {
  // A net is a function of parameters and input, and what its parameters look like.
  Net net{.text = "products", .inputs = 2, .outputs = 1, .link = Link::sigmoid};
  net.parameters = {{"left", {2, 4}, he_normal()}, {"right", {2, 4}, he_normal()}, {"out", {4, 1}, he_normal()}};
  net.apply = [](std::span<const Expr> p, Expr x) { return matmul(matmul(x, p[0]) * matmul(x, p[1]), p[2]); };
  const LearningTask task{net, parse_loss("logistic", net.link), parse_regularizer("l2 1e-5")};

  const Split data{quadrants(500, 1), quadrants(500, 2)};
  const Optimizer adam = parse_optimizer("adam");
  TrainingState state = initial_state(task, adam, /*key=*/1, DType::f32);
  train(task, adam, data, {.batch = 20, .epochs = 30, .rate = 0.02, .schedule = parse_schedule("cosine")}, state);
  std::printf("%lld epochs\n", static_cast<long long>(state.epoch));                               // 30 epochs
  std::puts(state.reports.back().test->score > 0.98 ? "more than 98% right" : "not learned");  // more than 98% right

  // The step itself is a Program like any other: it can be printed, drawn, checked.
  const Program step = training_step(task, adam, batch_type(data.train, 20));
  std::printf("%zu inputs: 3 parameters, 6 of Adam, x, y, rate, count\n", step.inputs());      // 13 inputs: ...
}
