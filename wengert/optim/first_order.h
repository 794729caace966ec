// SPDX-License-Identifier: Apache-2.0
//
// First-order optimizers.
#pragma once

#include "wengert/optim/optimizer.h"

namespace wengert {

/// Stochastic gradient descent with momentum (Polyak 1964): v' = momentum v + g, step = -rate v'.
/// throws : UsageError W811 unless 0 <= momentum < 1
Optimizer sgd(double momentum = 0.9);

}  // namespace wengert
