// SPDX-License-Identifier: Apache-2.0
//
// Losses: each a mean over the batch.
#pragma once

#include "wengert/primitives/primitives.h"

namespace wengert {

/// Mean over the batch of -log softmax(logits)[label] = logsumexp(logits) - logits[label]; from the logits, so that
/// nothing overflows.
///
/// logits : float[batch, classes];  labels : i64[batch], each in [0, classes) (others make the loss NaN)
inline Expr softmax_cross_entropy(Sited logits, Expr labels) {
  const Shape& shape = logits.expr.shape();
  const Expr chosen = sum(one_hot(labels, shape[1], logits.expr.type().dtype) * logits.expr, {1});
  return mean(logsumexp(logits, {1}) - chosen);
}

}  // namespace wengert
