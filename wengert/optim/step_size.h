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
#include <vector>

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
/// Several, one after the other, are joined by commas; every one but the last says for how many epochs it holds, and each
/// may be scaled: "linear floor=0.5 for 10, constant scaled 0.5 for 20, cosine scaled 0.5". See chain.
///
/// throws : UsageError W814 for an unknown one, W815 and W811 for its numbers; W835 for a chain in which a part does not
///          say how long it holds
Schedule parse_schedule(std::string_view text);

/// A part of a chain.
struct SchedulePhase {
  Schedule schedule;
  double epochs = 0;  ///< > 0; that of the last is not used: it holds to the end
  double scale = 1;   ///< factor on its factor, in (0, 1]
};

/// Phase after phase. Each starts anew, with its own time t = 0 and, as T, its own epochs; so cosine after cosine are
/// warm restarts (LH17, section 3), and constants with falling scales are steps at chosen epochs. Only the first may have a
/// warm-up, which comes before its epochs. A training that ends early cuts phases off.
///
/// throws : UsageError W835 for no phase, epochs that are not above 0, or a warm-up of a later phase; W811 for a scale
Schedule chain(std::vector<SchedulePhase> phases);

}  // namespace wengert
