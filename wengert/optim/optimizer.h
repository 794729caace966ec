// SPDX-License-Identifier: Apache-2.0
//
// An optimizer is functions, written in Expr, so that a training step with its update is one Program: how the state
// starts (at zero), what is done to all gradients together (nothing, as a rule), and how a gradient becomes a step and a
// new state. Transformations that make an optimizer of another are in transforms.h.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "wengert/ir/expr.h"

namespace wengert {

struct Optimizer {
  /// What an update gets.
  struct Given {
    Expr gradient, parameter;     ///< of one shape and dtype
    std::span<const Expr> state;  ///< `slots` arrays of that shape
    Expr rate;                    ///< the learning rate, a scalar
    Expr count;                   ///< number of this step, 1, 2, ..., a float scalar (exact up to 2^24 in f32)
    bool decays = true;           ///< whether weight decay applies: to weights, not to biases
    std::string name = {};        ///< "layer1.weight"
    bool frozen = false;          ///< it does not move, and its gradient counts nowhere
  };
  /// step  : to be added to the parameter;  state : what the next update gets
  struct Update {
    Expr step;
    std::vector<Expr> state;
  };

  std::string name;  ///< a word: "adam"
  size_t slots = 0;  ///< arrays of state a parameter, each shaped like it, all starting at zero
  std::function<Update(const Given& given)> update;
  double usual_rate = 0.1;  ///< of its source, where it names one
  std::string text = name;  ///< canonical: "adam beta1=0.95"
  /// What happens to what all parameters are given before the first update; empty: nothing.
  std::function<void(std::span<Given> all)> prepare = {};
  bool averages = false;  ///< the last slot is the average of the parameters, which is for testing and use
};

/// One update of all parameters.
struct Updated {
  std::vector<Expr> parameters;           ///< in the order given
  std::vector<std::vector<Expr>> states;  ///< the same, `slots` arrays each
};
/// prepare, then update, then the steps: what a training step calls.
Updated update_all(const Optimizer& optimizer, std::vector<Optimizer::Given> given);

/// "gradient_descent", "sgd momentum=0.9", "rumelhart momentum=0.9", "nesterov momentum=0.9", "adagrad", "rmsprop
/// decay=0.9", "adam beta1=0.9 beta2=0.999 epsilon=1e-8", "adamw decay=0.01": all of first_order.h. throws : UsageError
/// W814 for an unknown one, W815 and W811 for its numbers
Optimizer parse_optimizer(std::string_view text);

}  // namespace wengert
