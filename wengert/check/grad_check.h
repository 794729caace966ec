// SPDX-License-Identifier: Apache-2.0
//
// grad_check: are the derivatives of this Program right at this point? Tangents against differences (differences.h),
// cotangents against tangents: <w, J v> = <J' w, v>. A failure is traced to the instruction that causes it. What counts as
// right, wrong, a kink or undecided says judgement.h.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "wengert/ir/program.h"

namespace wengert {

struct GradCheckOptions {
  double tolerance = 1e-6;     ///< relative to 1 + |derivative|, on top of the differences' own error estimate
  int64_t most_columns = 256;  ///< inputs with more elements in all are checked along random directions
  uint64_t key = 1;            ///< of random directions
};

enum class Verdict {
  passed,     ///< something was verified and nothing is wrong
  failed,     ///< a derivative is wrong
  undecided,  ///< nothing is wrong, and nothing could be verified
};
/// "passed", "failed", "undecided".
std::string_view to_string(Verdict verdict);

struct GradCheckReport {
  Verdict verdict = Verdict::undecided;
  bool passed = false;                  ///< verdict == Verdict::passed
  int64_t columns = 0, entries = 0;     ///< looked at; no entry: there is no float input, or no float output
  int64_t verified = 0;                 ///< entries that differences confirm
  double tolerance = 0;                 ///< used: that of the options, or the coarser one of f32
  double worst_error = 0;               ///< |exact - differences| / (1 + |exact|) of the worst entry that was decided
  double transpose_error = 0;           ///< |<w, J v> - <J' w, v>| / (|w| |J v| + |J' w| |v| + |w| |v|)
  std::string worst_entry;              ///< "d y[2] / d x1[0]: exact 3, differences 2.99 (+- 1e-09)"
  std::vector<std::string> kinks;       ///< entries whose one-sided derivatives differ, the exact one lying between
  std::vector<std::string> undecided;   ///< entries that differences cannot tell: not finite near by, or too noisy
  std::optional<ValueId> instruction;   ///< the first whose own derivative is wrong
  std::string where;                    ///< the same with its source line
};

/// p : float inputs are varied, others held fixed.  x : its inputs, f64, or f32 with its coarser tolerance
/// cost: for each input element a JVP and 13 evaluations of p where the first sweep of differences settles every entry,
///       at most 121 where none does
/// throws: ShapeError W207 if x does not fit
GradCheckReport grad_check(const Program& p, std::span<const Array> x, const GradCheckOptions& options = {});

/// The Program of one line alone, its operands as inputs.
Program single_instruction(const Program& p, ValueId line);

}  // namespace wengert
