// SPDX-License-Identifier: Apache-2.0
//
// One net twice: as the layers of wengert/teach, and as a Program of arrays for the engine to differentiate.
#pragma once

#include "wengert/base/random.h"
#include "wengert/primitives/primitives.h"
#include "wengert/teach/mlp.h"
#include "wengert/trace/trace.h"

namespace wengert {

inline teach::Vector normal_vector(size_t length, Random& random) {
  teach::Vector v;
  for (size_t k = 0; k < length; ++k) v.push_back(random.normal());
  return v;
}

/// Layers of these widths, the input's first, all with the activation `f`; normal weights and biases.
inline std::vector<teach::Layer> random_layers(const std::vector<size_t>& widths, const Elementwise<1>& f,
                                               Random& random) {
  std::vector<teach::Layer> net;
  for (size_t k = 1; k < widths.size(); ++k)
    net.push_back({teach::Matrix(widths[k], widths[k - 1], normal_vector(widths[k] * widths[k - 1], random)),
                   normal_vector(widths[k], random), teach::scalar_function(f)});
  return net;
}

inline Array array_of(const teach::Matrix& m) {
  return Array({static_cast<int64_t>(m.rows), static_cast<int64_t>(m.columns)}, m.values);
}

/// Parameters as inputs of the net's Program: weight and bias of each layer, in turn.
inline std::vector<Array> parameters_of(const std::vector<teach::Layer>& net) {
  std::vector<Array> arrays;
  for (const auto& layer : net) {
    arrays.push_back(array_of(layer.weight));
    arrays.push_back(Array(layer.bias));
  }
  return arrays;
}
inline std::vector<Array> parameters_of(const std::vector<teach::LayerGradient>& gradient) {
  std::vector<Array> arrays;
  for (const auto& layer : gradient) {
    arrays.push_back(array_of(layer.weight));
    arrays.push_back(Array(layer.bias));
  }
  return arrays;
}

/// (weight1, bias1, weight2, ...) -> J = |y_hat - y|^2 / 2 + lambda |theta|^2 / 2, all layers with the activation `f`.
inline Program cost_program(const std::vector<teach::Layer>& net, const Elementwise<1>& f, const teach::Vector& x,
                            const teach::Vector& y, double lambda = 0) {
  std::vector<Type> types;
  for (const Array& parameter : parameters_of(net)) types.push_back(parameter.type());
  return trace(
      [&](const std::vector<Expr>& theta) {
        Expr h = constant(Array(x)), omega = 0;
        for (size_t k = 0; k < theta.size(); k += 2) h = f(matmul(theta[k], h) + theta[k + 1]);
        for (const Expr& each : theta) omega = omega + sum(each * each) / 2;
        const Expr e = h - constant(Array(y));
        return dot(e, e) / 2 + lambda * omega;
      },
      types, "cost");
}

}  // namespace wengert
