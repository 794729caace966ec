// SPDX-License-Identifier: Apache-2.0
//
// Nets, described at run time. A layer is a function of parameters and input returning Expr; a Net is such a function
// together with what its parameters look like. There are no classes of layers.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "wengert/base/random.h"
#include "wengert/ir/expr.h"

namespace wengert {

/// What a parameter is and how it starts.
struct ParameterSpec {
  std::string name;   ///< "layer1.weight"
  Shape shape;
  std::function<double(Random&)> initial;  ///< draws one element
};

/// parameters : in the order in which `apply` takes them
/// apply      : (parameters, x[batch, inputs]) -> [batch, outputs]
struct Net {
  std::string text;  ///< its description, as parse_net reads it
  int64_t inputs = 0, outputs = 0;
  std::vector<ParameterSpec> parameters;
  std::function<Expr(std::span<const Expr> parameters, Expr x)> apply;

  /// Starting values: element k of parameter j depends on (key, j, k) alone.
  std::vector<Array> initial_parameters(uint64_t key, DType dtype) const;
  int64_t parameter_count() const;
};

/// x W + b. x : [batch, in], weight : [in, out], bias : [out]
Expr dense(Expr x, Expr weight, Expr bias);

/// A net of dense layers from text: widths joined by `-`, each but the first may be followed by an activation:
/// "784-128 relu-10" is x -> relu(x W1 + b1) W2 + b2. Activations: every elementwise primitive of one operand (relu,
/// sigmoid, tanh, softplus, gelu, silu, ...). Weights start as He normal (He, Zhang, Ren, Sun 2015, eq. (10)), biases at 0.
///
/// throws : UsageError W810 naming the part that is wrong
Net parse_net(const std::string& text);

}  // namespace wengert
