// SPDX-License-Identifier: Apache-2.0
//
// Losses: each a mean over the batch of n examples. `outputs` is what a net computes before its link: where a link
// belongs to a loss (softmax and cross-entropy, sigmoid and logistic) the two are one formula, so that nothing
// overflows and no logarithm of a rounded probability is taken.
//
// targets: float[n, k], a value an output; or class labels i64[n]. Labels are compared as one-hot rows; with a single
// output they are 0 and 1. A label outside makes the loss NaN, never a neighbour's. Other shapes are an error, since
// broadcasting would compare every example with every other.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "wengert/nn/activation.h"

namespace wengert {

/// 1/n sum_i -sum_j t_ij log softmax(z_i)_j; with labels 1/n sum_i (logsumexp(z_i) - z_i,label). Outputs: at least two.
/// throws : ShapeError W817 for outputs and targets that do not fit
Expr softmax_cross_entropy(Expr logits, Expr targets);
/// 1/n sum_i sum_j -(t log a + (1 - t) log(1 - a)), a = sigmoid(z): binary cross-entropy, t between 0 and 1. Computed
/// as t softplus(-z) + (1 - t) softplus(z), whose terms cannot cancel as those of softplus(z) - t z do. throws :
/// ShapeError W817.  source : Nielsen 2015, eq. (63)
Expr logistic_loss(Expr logits, Expr targets);
/// 1/(2n) sum_i |y_i - t_i|^2. throws : ShapeError W817.  source : Nielsen 2015, eq. (6)
Expr squared_error(Expr outputs, Expr targets);
/// 1/(n k) sum_ij (y_ij - t_ij)^2. throws : ShapeError W817
Expr mean_squared_error(Expr outputs, Expr targets);
/// 1/n sum_ij h(y_ij - t_ij), h(r) = r^2/2 for |r| <= delta, delta (|r| - delta/2) beyond.
/// throws : ShapeError W817; UsageError W811 unless delta > 0.  source : Huber 1964
Expr huber_loss(Expr outputs, Expr targets, double delta = 1);

/// The mean of logsumexp(z) - z_label over the tokens where the mask is true: what a model of sequences says of the next
/// token. Its exponential is the perplexity. What stands where the mask is false, labels that are no class too, has no
/// share in value or derivative; where it is nowhere true there is no mean, and it is NaN.
///
/// logits : float[..., k], [time, batch, k] or [batch, time, k] as well; k >= 2
/// labels : i64[...], mask : bool[...], or numbers of which all but 0 are true; none: all tokens count
/// throws : ShapeError W833.  source : GBC16, eq. (6.30), a token an example
Expr sequence_cross_entropy(Expr logits, Expr labels, std::optional<Expr> mask = {});

/// 1/n sum_i max(0, |a_i - p_i|^2 - |a_i - q_i|^2 + margin): an anchor a is to be nearer to a positive p, an example of
/// its own class, than to a negative q, by a margin of squared distances. (PyTorch's TripletMarginLoss compares
/// distances.) The paper has the sum, and embeddings of length 1, which is up to the net. At the kink the derivative is 0.
///
/// operands : float[n, d].  margin : > 0, or UsageError W811
/// throws   : ShapeError W833.  source : SKP15, section 3.1
Expr triplet_loss(Expr anchor, Expr near, Expr far, double margin = 0.2);

/// 1/n sum_i (1 - t_i)/2 D_i^2 + t_i/2 max(0, margin - D_i)^2, D_i = |a_i - b_i|: similar pairs (t = 0) are drawn together,
/// others (t = 1) pushed apart up to the margin. Where a pair coincides its derivative is 0.
///
/// a, b     : float[n, d], different : i64[n], the t_i; another number than 0 and 1 makes it NaN.  margin : > 0, or
/// UsageError W811
/// throws   : ShapeError W833.  source : HCL06, eq. (4), whose Y is t
Expr contrastive_loss(Expr a, Expr b, Expr different, double margin = 1);

/// Targets as float[n, k]: labels as one-hot rows, or 0 and 1 in a column. throws : ShapeError W817
Expr target_values(const Expr& outputs, const Expr& targets);

/// A loss together with what it makes of a net's outputs.
struct Loss {
  std::string text;            ///< canonical: "cross_entropy", "huber delta=2"
  bool classifies = false;     ///< its predictions are probabilities of classes, not values
  Link link = Link::identity;  ///< turns outputs into predictions
  /// (outputs float[n, k] before the link, targets) -> scalar
  std::function<Expr(Expr outputs, Expr targets)> mean;

  /// float[n, k]: what `predict` prints.
  Expr prediction(Expr outputs) const { return apply_link(link, outputs); }
};

/// The loss of that text for a net with that link:
///
///   cross_entropy             softmax_cross_entropy; after a sigmoid link logistic_loss (classes that do not exclude
///   each other) logistic                  logistic_loss squared_error mse huber   of the values after the link
///
/// throws : UsageError W814 for an unknown one, W815 and W811 for its numbers, W819 for logistic after softmax
Loss parse_loss(std::string_view text, Link link = Link::identity);

}  // namespace wengert
