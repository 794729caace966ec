// SPDX-License-Identifier: Apache-2.0
//
// planned_jacobian: the Jacobian by the fewest operations found. Forward sweeps, reverse sweeps and an elimination
// order that was searched for are all written down, what each would compute is counted, and the best is returned; of
// larger arrays it is the product of a chain of Jacobians, if few values at a time lead from the inputs to the outputs
// and a way to form that product takes clearly less than sweeps. This is what Function and the command line use; `jacobian` of ad/derivatives.h is by sweeps, without search.
//
//     const auto f = compile(planned_jacobian(p));
#pragma once

#include <string>
#include <vector>

#include "wengert/ir/program.h"

namespace wengert {

struct JacobianPlanOptions {
  /// Most work of the search, in eliminations tried: never the clock, so that a Program has the same Jacobian on every
  /// machine. It ends sooner where it gains nothing. 0: no search, the Jacobian is by sweeps.
  int64_t work = 200'000;
  size_t most_vertices = 300;  ///< intermediates of the linear graph; of a larger one the Jacobian is by sweeps
  size_t most_elements = 500;  ///< of all arrays of the Program together, where it has some; a larger one is not taken apart
  /// A chain of products may have of the better sweeps' work, of which it must save 8 operations for each entry; 0: no chains.
  double chain_share = 0.8;
};

/// What was chosen, and what it would have been without a search.
struct JacobianChoice {
  std::string method;           ///< "forward sweeps", "reverse sweeps", "elimination" or "chain of products"
  double operations = 0;        ///< a run takes, values and partials included (of a chain: not); 0 if they were not counted
  double swept_operations = 0;  ///< of the better of the sweeps
  bool from_cache = false;      ///< the plan was made before, in this process
};

/// (x...) -> dy_i/dx_j, as by jacobian(p, wrt), and equal to it up to rounding.
///
/// plans  : where p has several inputs and several outputs, counted in elements, no loops, calls, guards or rules of
/// the
///          user's, and is within the limits; arrays are taken apart if all their operations are elementwise or linear
///          on f64: products of matrices run faster as such, and others have derivatives of their own at kinks.
///          Of everything else a chain of products is planned (plan/chain_plan.h), in Programs of up to 5000 edges of
///          the linear graph; where none is cheap enough it is by sweeps
/// cost   : at most some 60 ms, most often some 10; once for equal Programs, of which the last 256 are kept
/// throws : what jacobian(p, wrt) does
/// Several threads may call it at once.
Program planned_jacobian(const Program& p, const std::vector<size_t>& wrt = {}, const JacobianPlanOptions& options = {},
                         JacobianChoice* choice = nullptr);

}  // namespace wengert
