// SPDX-License-Identifier: Apache-2.0
//
// Line searches: along a direction of descent, phi(a) = f(x + a d), a step a that decreases phi enough. Keys: NW06.
//
//   sufficient decrease (Armijo)   phi(a) <= phi(0) + c1 a phi'(0)            NW06, eq. (3.6a)
//   strong curvature               |phi'(a)| <= c2 |phi'(0)|                  NW06, eq. (3.7b)
//
// A trial at which phi or phi' is not finite counts as too far. A search that finds nothing says so and why; it never
// returns a step that does not satisfy its conditions as if it did.
#pragma once

#include <functional>
#include <string>

namespace wengert {

struct LinePoint {
  double step = 0, value = 0, slope = 0;  ///< a, phi(a), phi'(a)
};
using LineFunction = std::function<LinePoint(double step)>;

struct LineSearchOptions {
  double decrease = 1e-4;  ///< c1, in (0, 1/2)
  double curvature = 0.9;  ///< c2, in (c1, 1); 0.9 suits quasi-Newton directions, 0.1 conjugate gradients
  double first_step = 1;   ///< > 0; 1 suits Newton and quasi-Newton directions
  double largest_step = 1e10;
  double shrink = 0.5;  ///< of Armijo backtracking, in (0, 1)
  int most_evaluations = 40;
};

struct LineSearchResult {
  LinePoint point;  ///< that satisfies the conditions; the start if there is none
  bool found = false;
  int evaluations = 0;  ///< of phi, without the start
  std::string reason;   ///< why nothing was found
};

/// The first of first_step, shrink first_step, shrink^2 first_step, ... with sufficient decrease.
///
/// start  : phi at 0
/// throws : UsageError W853 unless phi'(0) < 0; W811 for options out of their ranges
/// source : NW06, algorithm 3.1
LineSearchResult armijo(const LineFunction& phi, const LinePoint& start, const LineSearchOptions& options = {});

/// A step with sufficient decrease and the strong curvature condition: grows the step until an interval must hold one,
/// then closes in on it, by minimizing the cubic through both ends.
///
/// start  : phi at 0
/// throws : UsageError W853 unless phi'(0) < 0; W811 for options out of their ranges
/// source : NW06, algorithms 3.5 and 3.6, interpolation by eq. (3.59)
LineSearchResult strong_wolfe(const LineFunction& phi, const LinePoint& start, const LineSearchOptions& options = {});

}  // namespace wengert
