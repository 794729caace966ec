// SPDX-License-Identifier: Apache-2.0
//
// L-BFGS: minimization by a quasi-Newton direction out of the last few steps and changes of the gradient, and a line
// search with the strong Wolfe conditions. Source: NW06, algorithms 7.4 (two-loop recursion) and 7.5.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "wengert/ir/program.h"
#include "wengert/optim/line_search.h"

namespace wengert {

/// Returns f(x) and writes its gradient.
using Objective = std::function<double(std::span<const double> x, std::span<double> gradient)>;

struct LbfgsOptions {
  size_t memory = 10;                ///< pairs kept, m in NW06; 3 to 20 are usual
  double gradient_tolerance = 1e-8;  ///< stops where max |g_i| <= gradient_tolerance
  double value_tolerance = 0;        ///< stops where a step decreases f by at most this times max(1, |f|); 0: never
  int64_t most_iterations = 1000, most_evaluations = 100000;
  LineSearchOptions line = {};
};

enum class Stop { gradient_is_small, value_stands_still, iterations, evaluations, line_search_failed };
std::string to_string(Stop stop);

/// How a minimization went.
struct MinimizationReport {
  Stop stop = Stop::iterations;
  std::string why;  ///< in words, with numbers
  int64_t iterations = 0, evaluations = 0,
          restarts = 0;                 ///< restarts: from the steepest descent, after a failed search
  double value = 0, gradient_norm = 0;  ///< gradient_norm : max |g_i|

  bool converged() const { return stop == Stop::gradient_is_small || stop == Stop::value_stands_still; }
};

struct Minimum {
  std::vector<double> x, gradient;
  MinimizationReport report;
};

/// A local minimizer of f from x0. Where a line search fails the memory is dropped and the steepest descent tried;
/// where that fails too it stops with Stop::line_search_failed, at the best point so far.
///
/// cost   : an iteration takes about one evaluation of f and 4 memory n multiplications; memory 2 memory n numbers
/// throws : DomainError W850 if f or its gradient is not finite at x0; UsageError W811 for options out of their ranges
Minimum lbfgs(const Objective& f, std::vector<double> x0, const LbfgsOptions& options = {});

struct ProgramMinimum {
  std::vector<Array> inputs;  ///< with those in wrt at the minimum
  MinimizationReport report;
};

/// Minimizes a Program with one scalar float output over the inputs in `wrt` (empty: all of float dtype), from
/// `inputs`. Reports and steps are in f64; a Program in f32 is evaluated in f32, and no gradient_tolerance below its
/// rounding is met.
///
/// throws : ShapeError W210 if p has not exactly one scalar float output, W207 if the inputs do not fit; UsageError
/// W131
///          for a bad wrt; as lbfgs
ProgramMinimum minimize(const Program& p, std::vector<Array> inputs, const std::vector<size_t>& wrt = {},
                        const LbfgsOptions& options = {});

}  // namespace wengert
