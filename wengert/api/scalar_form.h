// SPDX-License-Identifier: Apache-2.0
//
// ScalarForm: a Program as the scalars that its Jacobian can be eliminated on, and the Jacobian of the Program out of
// that of the scalars.
#pragma once

#include <optional>

#include "wengert/ir/expr.h"
#include "wengert/passes/scalarize.h"
#include "wengert/plan/elimination_order.h"

namespace wengert {

class ScalarForm {
 public:
  /// p : scalars only, or `scalars` are those that it was written out in
  ScalarForm(const Program& p, std::vector<size_t> wrt, std::optional<Scalarized> scalars);

  /// The linear graph that orders are about.
  LinearGraph graph() const;
  /// (x...) -> dy_i/dx_j like jacobian(p, wrt).
  Program jacobian(const EliminationOrder& order) const;

 private:
  std::vector<Expr> blocks(const std::vector<Expr>& entries) const;

  const Program& original_;
  std::vector<size_t> wrt_;
  std::optional<Scalarized> arrays_;
  Program program_;
  std::vector<size_t> program_wrt_;
};

/// Nothing where the derivatives of `p` are not to be taken of scalars: with loops, calls, guards or rules of the
/// user's, and where operations on arrays are other than elementwise or linear on f64, or take too many elements.
///
/// p   : outlives the result
/// wrt : not empty
std::optional<ScalarForm> scalar_form(const Program& p, const std::vector<size_t>& wrt, size_t most_elements);

}  // namespace wengert
