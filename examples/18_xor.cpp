// SPDX-License-Identifier: Apache-2.0
//
// XOR in C++, as docs/tutorial.md tells it: a net as text, its loss over the four points as a Program, the gradient checked
// against differences, 400 updates by Adam, and what the two hidden units and the output say of each point.
#include <cstdio>

#include "wengert/nn/net_text.h"
#include "wengert/train/loop.h"
#include "wengert/wengert.h"

using namespace wengert;

int main() {
  const Dataset points{.x = Array({4, 2}, {0, 0, 0, 1, 1, 0, 1, 1}),
                       .y = Array::of<int64_t>({4}, std::vector<int64_t>{0, 1, 1, 0}),
                       .classes = 2};
  const Net net = parse_net("2 - 2 tanh - 1 sigmoid"), hidden = parse_net("2 - 2 tanh");
  const LearningTask task{net, parse_loss("logistic", net.link)}, units{hidden, parse_loss("mse", hidden.link)};
  const Optimizer adam = parse_optimizer("adam");
  TrainingState state = initial_state(task, adam, /*key=*/5, DType::f64);

  const Program loss = total_loss(task, points);  // of weights and biases; the points are constants in it
  std::puts(grad_check(loss, state.parameters).passed ? "the gradient is right" : "wrong");  // the gradient is right
  std::printf("loss %.3f, ", evaluate(loss, state.parameters)[0].item());                    // loss 1.072, ...
  train(task, adam, {points, {}}, {.batch = 4, .epochs = 400, .rate = 0.05}, state);
  std::printf("after 400 updates %.3f\n", evaluate(loss, state.parameters)[0].item());      // ... after 400 updates 0.007

  // The first two parameters are the hidden layer's, which is a net of its own.
  std::vector<Array> all = state.parameters, first(all.begin(), all.begin() + 2);
  all.push_back(points.x);
  first.push_back(points.x);
  const Array h = evaluate(prediction(units, 4, DType::f64), first)[0], p = evaluate(prediction(task, 4, DType::f64), all)[0];
  for (int k = 0; k < 4; ++k)
    std::printf("%.0f %.0f: units %5.2f %5.2f, output %.2f\n",  // 0 0: units  1.00  0.96, output 0.01 ...
                points.x.values<double>()[2 * k], points.x.values<double>()[2 * k + 1],
                h.values<double>()[2 * k], h.values<double>()[2 * k + 1], p.values<double>()[k]);
}
