// SPDX-License-Identifier: Apache-2.0
#include "peers/trainer.h"

#include <cmath>

namespace wengert::bench {

std::vector<double> change(Trainer& trainer, int steps) {
  const std::vector<float> before = trainer.parameters();
  for (int k = 0; k < steps; ++k) trainer.step();
  const std::vector<float> after = trainer.parameters();
  std::vector<double> difference;
  for (size_t k = 0; k < after.size(); ++k) difference.push_back(static_cast<double>(after[k]) - static_cast<double>(before[k]));
  return difference;
}

double relative_error(const std::vector<double>& a, const std::vector<double>& b) {
  double difference = 0, norm = 0;
  for (size_t k = 0; k < b.size() && k < a.size(); ++k) difference += (a[k] - b[k]) * (a[k] - b[k]), norm += b[k] * b[k];
  return a.size() == b.size() ? std::sqrt(difference / norm) : INFINITY;
}

}  // namespace wengert::bench
