// SPDX-License-Identifier: Apache-2.0
#include "wengert/teach/nielsen.h"

namespace wengert::teach {

Vector output_error(const Vector& cost_by_output, const ScalarFunction& s, const Vector& z) {
  return hadamard(cost_by_output, derivatives(s, z));
}

Vector error_before(const Matrix& weight_above, const Vector& error_above, const ScalarFunction& s, const Vector& z) {
  return hadamard(transposed_product(weight_above, error_above), derivatives(s, z));
}

Vector bias_gradient(const Vector& error) { return error; }

Matrix weight_gradient(const Vector& activation_below, const Vector& error) {
  return outer_product(error, activation_below);
}

FiveSteps five_steps(const std::vector<Layer>& net, const Vector& x, const Vector& y, const Loss& cost) {
  FiveSteps s;
  s.a.push_back(x);                 // 1
  for (const Layer& layer : net) {  // 2
    s.z.push_back(sum(product(layer.weight, s.a.back()), layer.bias));
    s.a.push_back(values(layer.activation, s.z.back()));
  }
  s.delta.resize(net.size());
  s.gradient.resize(net.size());
  for (size_t l = net.size(); l-- > 0;) {
    const bool last = l + 1 == net.size();
    s.delta[l] = last ? output_error(cost.gradient(s.a.back(), y), net[l].activation, s.z[l])        // 3
                      : error_before(net[l + 1].weight, s.delta[l + 1], net[l].activation, s.z[l]);  // 4
    s.gradient[l] = {bias_gradient(s.delta[l]), weight_gradient(s.a[l], s.delta[l])};                // 5
  }
  return s;
}

}  // namespace wengert::teach
