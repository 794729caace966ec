// SPDX-License-Identifier: Apache-2.0
//
// What the benches of training time: a net with a batch, by whichever library.
#pragma once

#include <vector>

namespace wengert::bench {

/// A net that is being trained.
class Trainer {
 public:
  virtual ~Trainer() = default;
  /// Forward, loss, gradient and update on the case's batch.
  virtual void step() = 0;
  /// All parameters in Wengert's order and layout.
  virtual std::vector<float> parameters() = 0;
};

/// What `steps` steps change, which must be the same for all: parameters themselves hardly move.
std::vector<double> change(Trainer& trainer, int steps);

/// Root of the mean square of a - b, over that of b.
double relative_error(const std::vector<double>& a, const std::vector<double>& b);

}  // namespace wengert::bench
