// SPDX-License-Identifier: Apache-2.0
#include "wengert/optim/first_order.h"

#include <fmt/format.h>

#include "wengert/primitives/arithmetic.h"

namespace wengert {

Optimizer sgd(double momentum) {
  if (!(momentum >= 0 && momentum < 1))
    throw UsageError("W811", fmt::format("momentum must be in [0, 1), found {}", momentum), {}, "0.9 is usual, 0 is plain gradient descent");
  if (momentum == 0) return {"sgd", 0, [](Expr g, std::span<const Expr>, Expr rate) { return Optimizer::Update{-rate * g, {}}; }};
  return {"sgd", 1, [momentum](Expr g, std::span<const Expr> state, Expr rate) {
            const Expr velocity = momentum * state[0] + g;
            return Optimizer::Update{-rate * velocity, {velocity}};
          }};
}

}  // namespace wengert
