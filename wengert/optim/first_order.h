// SPDX-License-Identifier: Apache-2.0
//
// First-order optimizers. g is the gradient, r the rate, t the number of the step; all operations are elementwise, all
// state starts at zero, a prime is the new state. Each throws UsageError W811 for a setting out of its range, which is
// given after its name.
#pragma once

#include "wengert/optim/optimizer.h"

namespace wengert {

/// step = -r g.
Optimizer gradient_descent();

/// Momentum with the rate outside: v' = m v + g, step = -r v'. A changed rate acts on the whole velocity at once.
/// momentum : [0, 1).  source : Polyak 1964, in the form that frameworks use
Optimizer sgd(double momentum = 0.9);

/// Momentum with the rate inside: s' = m s - r g, step = s'. The same steps as sgd while the rate is constant; after a
/// change of rate, earlier gradients keep the rate they came with, and the change takes 1/(1 - m) steps to act.
/// momentum : [0, 1).  source : Rumelhart, Hinton, Williams 1986, eq. (9): dw(t) = -eps dE/dw(t) + alpha dw(t-1)
Optimizer rumelhart(double momentum = 0.9);

/// v' = m v + g, step = -r (g + m v'): the gradient is that at the parameter itself, which stands for the point ahead.
/// momentum : [0, 1).  source : Nesterov 1983; SMDH13, eqs. (3)-(4), in the variables of BBP13, eq. (7)
Optimizer nesterov(double momentum = 0.9);

/// s' = s + g^2, step = -r g / (sqrt(s') + epsilon). Usual rate 0.01.
/// epsilon : > 0.  source : DHS11, figure 1 (diagonal case)
Optimizer adagrad(double epsilon = 1e-10);

/// s' = d s + (1 - d) g^2, step = -r g / (sqrt(s') + epsilon). Usual rate 0.001.
/// decay : [0, 1), epsilon : > 0.  source : Tieleman, Hinton 2012, lecture 6.5
Optimizer rmsprop(double decay = 0.9, double epsilon = 1e-8);

struct AdamSettings {
  double beta1 = 0.9, beta2 = 0.999;  ///< [0, 1)
  double epsilon = 1e-8;              ///< > 0
};

/// m' = b1 m + (1 - b1) g, v' = b2 v + (1 - b2) g^2, step = -r (m' / (1 - b1^t)) / (sqrt(v' / (1 - b2^t)) + epsilon).
/// Usual rate 0.001. source : KB15, algorithm 1
Optimizer adam(const AdamSettings& settings = {});

/// Adam with step - r decay theta: weights shrink at a pace of their own, which the gradient's scale does not touch.
/// Biases do not shrink (Given::decays). Usual rate 0.001.
/// decay : >= 0, multiplied by the rate.  source : LH19, algorithm 2, whose lambda is r decay (eta_t being in r)
Optimizer adamw(double decay = 0.01, const AdamSettings& settings = {});

}  // namespace wengert
