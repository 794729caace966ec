// SPDX-License-Identifier: Apache-2.0
//
// An optimizer is two functions, written in Expr, so that a training step with its update is one Program: how the state
// starts, and how a gradient becomes a step and a new state.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "wengert/ir/expr.h"

namespace wengert {

struct Optimizer {
  /// step  : to be added to the parameter;  state : what the next update gets
  struct Update {
    Expr step;
    std::vector<Expr> state;
  };

  std::string name;
  size_t slots;  ///< arrays of state a parameter, each shaped like it, all starting at zero
  std::function<Update(Expr gradient, std::span<const Expr> state, Expr rate)> update;
};

}  // namespace wengert
