// SPDX-License-Identifier: Apache-2.0
//
// The adaptor: a Program with its gradient as the function that L-BFGS minimizes.
#include "wengert/ad/derivatives.h"
#include "wengert/api/tiered.h"
#include "wengert/optim/lbfgs.h"

namespace wengert {
namespace {

/// The elements of the arrays in `wrt`, one after the other.
std::vector<double> flatten(std::span<const Array> inputs, const std::vector<size_t>& wrt) {
  std::vector<double> x;
  for (const size_t k : wrt)
    for (int64_t i = 0; i < inputs[k].elements(); ++i) x.push_back(inputs[k][i]);
  return x;
}

/// The reverse.
void unflatten(std::span<const double> x, std::vector<Array>& inputs, const std::vector<size_t>& wrt) {
  for (const size_t k : wrt) {
    const auto count = static_cast<size_t>(inputs[k].elements());
    const auto part = x.first(count);
    x = x.subspan(count);
    inputs[k] = Array::of<double>(inputs[k].shape(), part).as(inputs[k].dtype());
  }
}

}  // namespace

ProgramMinimum minimize(const Program& p, std::vector<Array> inputs, const std::vector<size_t>& wrt,
                        const LbfgsOptions& options) {
  const std::vector<size_t> varying = varying_inputs(p, wrt);
  const Tiered run(value_and_grad(p, varying));
  run.run(inputs);  // the inputs fit, or this says why not
  const Objective f = [&](std::span<const double> x, std::span<double> gradient) {
    unflatten(x, inputs, varying);
    const std::vector<Array> results = run.run(inputs);
    size_t at = 0;
    for (size_t k = 1; k < results.size(); ++k)
      for (int64_t i = 0; i < results[k].elements(); ++i) gradient[at++] = results[k][i];
    return results[0].item();
  };
  Minimum minimum = lbfgs(f, flatten(inputs, varying), options);
  unflatten(minimum.x, inputs, varying);
  return {std::move(inputs), minimum.report};
}

}  // namespace wengert
