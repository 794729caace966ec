// SPDX-License-Identifier: Apache-2.0
//
// Regularization: what is added to a loss so that weights stay small, lambda Omega(theta) in Goodfellow, Bengio,
// Courville 2016, chapter 7. On weights only: a bias shifts and does not make a net more complex (there, section 7.1).
#pragma once

#include "wengert/nn/net.h"

namespace wengert {

struct Regularizer {
  std::string text = "none";  ///< canonical
  double l1 = 0, l2 = 0;      ///< l1 sum |w| + l2/2 sum w^2
};

/// "none", "l2 1e-4", "l1 1e-5", "l2 1e-4 l1=1e-5".
/// throws : UsageError W814 for an unknown one, W815 and W811 for its numbers
Regularizer parse_regularizer(std::string_view text);

/// l1 sum |w| + l2/2 sum w^2 over the elements of all parameters of kind weight; the derivative of |w| at 0 is 0. The
/// gradient of the second part is l2 w: descent with rate r shrinks weights by the factor 1 - r l2 a step.
///
/// parameters : as many as specs
Expr penalty(const Regularizer& regularizer, std::span<const ParameterSpec> specs, std::span<const Expr> parameters);

}  // namespace wengert
