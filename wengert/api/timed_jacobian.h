// SPDX-License-Identifier: Apache-2.0
//
// timed_jacobian: the Jacobian that is fastest here. Below a tenth, counts of operations do not say which of two
// Jacobians is faster; the processor does. The most promising ways to accumulate it are compiled as loops over points
// in lanes, take turns, and the fastest is kept. What it finds holds for this machine, and may differ from run to run
// among ways that are equally fast; planned_jacobian (api/planned_jacobian.h) is the same everywhere.
#pragma once

#include <string>
#include <vector>

#include "wengert/api/compile.h"

namespace wengert {

struct TimedJacobianOptions {
  size_t candidates = 20;    ///< compiled and timed
  int64_t points = 504;      ///< of the loop that is timed
  int repetitions = 15;      ///< of each candidate, in turn; a repetition takes a millisecond or more
  int64_t work = 3'000'000;  ///< eliminations tried by all searches together, some 30 ns each
  MathLibrary math = MathLibrary::fast;
};

/// One way to accumulate the Jacobian. Times are of a point, in seconds of the thread's processor time: the median and
/// the quartiles.
struct TimedWay {
  std::string name;       ///< "forward sweeps", "reverse order", "search 3", ...
  double operations = 0;  ///< of a run (exec/operation_count.h)
  int64_t moved = 0;      ///< values that registers cannot hold (passes/schedule.h)
  double median_s = 0, lower_s = 0, upper_s = 0;
};

struct TimedJacobian {
  Program program;             ///< (x...) -> dy_i/dx_j like jacobian(p, wrt)
  std::vector<TimedWay> ways;  ///< fastest first
  size_t nonfinite = 0;        ///< entries that are infinite or NaN at the point: what was timed there may not hold elsewhere
};

/// at     : an array for each input: all points of the loop are this one
/// cost   : some 0.1 s to compile each candidate, and the timing
/// throws : UsageError W710 or W712 if Programs cannot be compiled; W737 for a Program whose orders cannot be searched
/// for
///          (loops, guards, large arrays: see planned_jacobian); ShapeError W207; DomainError W738 where no value or no
///          entry is finite; what jacobian(p, wrt) does
TimedJacobian timed_jacobian(const Program& p, std::span<const Array> at, const std::vector<size_t>& wrt = {},
                             const TimedJacobianOptions& options = {});

}  // namespace wengert
