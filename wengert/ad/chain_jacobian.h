// SPDX-License-Identifier: Apache-2.0
//
// The Jacobian of a Program as a product along the chain of its waists (linear_chain.h), in the order of a
// ChainProduct. Which order is cheap is plan/'s to say (plan/chain_plan.h).
//
// A sweep is run for all its columns or rows at once: what was matrix times vector for one is a product of matrices for
// all (passes/batch.h). Where that would keep too much at a time it is a loop (map), as sweeps by jacobian(p) are.
#pragma once

#include "wengert/ad/chain_matrix.h"
#include "wengert/ad/derived_recording.h"
#include "wengert/ad/linear_chain.h"
#include "wengert/ad/linearize.h"

namespace wengert {

/// A Program linearized in a recording of its own and cut at its waists: to be looked at for planning, and for the
/// Jacobian to be written behind.
class ChainedProgram {
 public:
  /// throws : as jacobian(p, wrt)
  ChainedProgram(const Program& p, const std::vector<size_t>& wrt, const WaistLimits& limits = {});

  const LinearChain& chain() const { return chain_; }
  /// (x...) -> dy_i/dx_j like jacobian(p, wrt). Ends the recording: to be called once.
  /// throws : UsageError W740 if `product` is not one of all the segments of this chain
  Program jacobian(const ChainProduct& product);
  /// "x", "%7", "y": what a vertex is the tangent of; "%7'" inside the rule of a line.
  std::string name(VertexId v) const;

 private:
  Expr entry(const ChainMatrix& matrix, size_t output, size_t input) const;

  Program program_;  ///< that was linearized
  std::vector<size_t> wrt_;
  DerivedRecording recording_;
  std::vector<Expr> inputs_;
  Linearized linearized_;
  LinearChain chain_;
};

/// The same at once: `product` as planned for p, wrt and limits.
Program chain_jacobian(const Program& p, const std::vector<size_t>& wrt, const ChainProduct& product,
                       const WaistLimits& limits = {});

}  // namespace wengert
