// SPDX-License-Identifier: Apache-2.0
//
// Activations of neural networks, elementwise: written so that no |x| overflows, and with the choice at each kink stated
// in the record (`edges`).
#pragma once

#include <vector>

#include "wengert/primitives/families.h"

namespace wengert {

extern const Elementwise<1> sigmoid_p, softplus_p, relu_p, gelu_p, silu_p;
extern const Elementwise<2> leaky_relu_p, elu_p;

/// 1 / (1 + e^-x); derivative y (1 - y).
inline Expr sigmoid(Sited x) { return sigmoid_p(x); }
/// log(1 + e^x); its derivative is the sigmoid.
inline Expr softplus(Sited x) { return softplus_p(x); }
/// max(0, x); derivative 0 at 0.
inline Expr relu(Sited x) { return relu_p(x); }
/// x above 0, slope x below; the slope may be a parameter. Equal to max(slope x, x) for slopes up to 1.
inline Expr leaky_relu(Sited x, Expr slope = 0.1) { return leaky_relu_p(x, slope); }
/// x above 0, alpha (e^x - 1) below; alpha may be a parameter.
inline Expr elu(Sited x, Expr alpha = 1) { return elu_p(x, alpha); }
/// x Phi(x), Phi the distribution function of the standard normal (the exact form, not the one by tanh).
inline Expr gelu(Sited x) { return gelu_p(x); }
/// x sigmoid(x).
inline Expr silu(Sited x) { return silu_p(x); }

/// The largest of several pieces, elementwise: max(w1 x + b1, w2 x + b2, ...). Pieces broadcast; those that tie share the
/// derivative equally. throws : UsageError W123 if there are none
Expr maxout(const std::vector<Expr>& pieces, Site site = Site::here());
/// The largest along `axis`, which disappears (-1 is the last). throws : ShapeError W206 if x lacks the axis
Expr maxout(Sited x, int64_t axis);

// The sigmoid in the vocabulary of rules (kernel/functions.h), for numbers and for a kernel's operand.
double sigmoid(double x);
Scalar sigmoid(Scalar x);

}  // namespace wengert
