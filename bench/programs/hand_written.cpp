// SPDX-License-Identifier: Apache-2.0
#include "programs/hand_written.h"

#include "objectives/reprojection_derivative.h"
#include "objectives/roe_derivative.h"
#include "programs/term.h"
#include "wengert/passes/simplify.h"
#include "wengert/trace/trace.h"

namespace wengert::bench {
namespace {

/// derivative(x, store value, store entry) with `values` results.
template <class F> Program record_derivative(F derivative, size_t inputs, size_t values, const char* name) {
  return simplify(trace(
      [&](const std::vector<Expr>& x) {
        const size_t varying = inputs == 17 ? 15 : inputs;
        std::vector<Term> terms(x.begin(), x.end());
        std::vector<Expr> outputs(values * (1 + varying), Expr(0.0));
        derivative(
            terms.data(), [&](int k, const Term& y) { outputs[static_cast<size_t>(k)] = y; },
            [&](int k, const Term& y) { outputs[values + static_cast<size_t>(k)] = y; });
        return outputs;
      },
      std::vector<Type>(inputs, f64()), name));
}

}  // namespace

Program hand_written_roe_jacobian() {
  const auto rule = [](const Term* q, auto store_flux, auto store) { roe::derivative<Term>(q, store_flux, store); };
  return record_derivative(rule, 6, 3, "hand_written_roe_jacobian");
}

Program hand_written_reprojection_jacobian() {
  const auto rule = [](const Term* x, auto store_residual, auto store) {
    reprojection_rule::derivative<Term>(x, store_residual, store);
  };
  return record_derivative(rule, 17, 2, "hand_written_reprojection_jacobian");
}

}  // namespace wengert::bench
