// SPDX-License-Identifier: Apache-2.0
//
// Small problems to train on.
#pragma once

#include <cmath>

#include "wengert/base/random.h"
#include "wengert/train/model_file.h"

namespace wengert {

/// Two half circles that interlock, one a class.
inline Dataset two_moons(int64_t n, DType dtype = DType::f32, uint64_t key = 1) {
  Random random(key);
  std::vector<double> x;
  std::vector<int64_t> labels;
  for (int64_t k = 0; k < n; ++k) {
    const double angle = 3.14159265358979 * random.uniform();
    const bool second = k % 2 == 1;
    x.push_back((second ? 1 - std::cos(angle) : std::cos(angle)) + 0.05 * random.normal());
    x.push_back((second ? 0.5 - std::sin(angle) : std::sin(angle)) + 0.05 * random.normal());
    labels.push_back(second);
  }
  return {.x = Array({n, 2}, x).as(dtype), .y = Array::of<int64_t>({n}, labels), .classes = 2};
}

/// The same with every fifth label wrong, so that learning more of the training set is worse here.
inline Dataset noisy_moons(int64_t n) {
  Dataset data = two_moons(n, DType::f32, 9);
  auto labels = data.y.mutable_values<int64_t>();
  for (size_t k = 0; k < labels.size(); k += 5) labels[k] = 1 - labels[k];
  return data;
}

/// y = 3 x - 1.
inline Dataset line(int64_t n, uint64_t key) {
  Random random(key);
  std::vector<double> x, y;
  for (int64_t k = 0; k < n; ++k) {
    x.push_back(random.uniform(-1, 1));
    y.push_back(3 * x.back() - 1);
  }
  return {.x = Array({n, 1}, x).as(DType::f32), .y = Array({n, 1}, y).as(DType::f32)};
}

inline const LearningTask& small_net() {
  static const LearningTask task = make_task({.input = "2", .layers = {{"16 tanh"}, {"2 softmax"}}}, true);
  return task;
}

}  // namespace wengert
