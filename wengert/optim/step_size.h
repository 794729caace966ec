// SPDX-License-Identifier: Apache-2.0
//
// Schedules of the learning rate: a factor on it for each step. Time t is counted in epochs, with fractions: step k
// (1, 2, ...) of a training of E steps an epoch is at t = (k - 1) / E. After a warm-up of w epochs, in which the factor
// rises linearly from near 0 to 1 (that of step k being k / (w E)), t starts at 0 again.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace wengert {

/// Where a training is: step k of `steps`.
struct TrainingTime {
  int64_t step = 1, steps = 1, steps_per_epoch = 1;
};

struct Schedule {
  std::string text = "constant";  ///< canonical
  double warmup = 0;              ///< epochs
  /// (t, T) -> factor at t of T epochs, both after the warm-up
  std::function<double(double t, double total)> decay = [](double, double) { return 1.0; };
  bool looks_ahead = false;  ///< the factor depends on T: more epochs make it another training from the start

  /// The factor on the rate, in [0, 1] for the schedules of this file.
  double factor(const TrainingTime& time) const;
};

/// Every one takes warmup=EPOCHS:
///
///   constant             1
///   step F every N       F^floor(t / N)         F in (0, 1]
///   exponential F        F^t                    F in (0, 1]
///   inverse_time K       1 / (1 + K t)          source : Robbins, Monro 1951
///   cosine [floor=M]     M + (1 - M) (1 + cos(pi t / T)) / 2      source : LH17, eq. (5), without restarts
///   linear [floor=M]     1 - (1 - M) t / T
///
/// throws : UsageError W814 for an unknown one, W815 and W811 for its numbers
Schedule parse_schedule(std::string_view text);

}  // namespace wengert
