// SPDX-License-Identifier: Apache-2.0
#include "wengert/teach/mlp.h"

#include <fmt/format.h>

namespace wengert::teach {

ScalarFunction scalar_function(const Elementwise<1>& record) {
  return {[&record](double x) { return record.value(&x); },
          [&record](double x) {
            double derivative = 0;
            record.partials(&x, record.value(&x), &derivative);
            return derivative;
          }};
}

ScalarFunction identity() {
  return {[](double x) { return x; }, [](double) { return 1.0; }};
}

Vector values(const ScalarFunction& f, const Vector& x) {
  Vector y;
  for (double each : x) y.push_back(f.value(each));
  return y;
}

Vector derivatives(const ScalarFunction& f, const Vector& x) { return values({f.derivative, nullptr}, x); }

Loss squared_error() {
  return {[](const Vector& y_hat, const Vector& y) {
            double total = 0;
            for (double e : difference(y_hat, y)) total += e * e / 2;
            return total;
          },
          difference};
}

Regularizer weight_decay(double lambda) {
  return {lambda, {[](double theta) { return theta * theta / 2; }, [](double theta) { return theta; }}};
}

namespace {

/// Omega(theta).
double omega(const std::vector<Layer>& net, const Regularizer& regularizer) {
  double total = 0;
  for (const Layer& layer : net)
    for (const Vector* parameters : {&layer.weight.values, &layer.bias})
      for (double each : values(regularizer.term, *parameters)) total += each;
  return total;
}

/// gradient + lambda grad Omega(theta).
Vector regularized(const Vector& gradient, const Vector& theta, const Regularizer& regularizer) {
  Vector sum;
  for (double each : derivatives(regularizer.term, theta)) sum.push_back(regularizer.lambda * each);
  return teach::sum(gradient, sum);
}

}  // namespace

ForwardPass forward_propagation(const std::vector<Layer>& net, const Vector& x, const Vector& y, const Loss& loss,
                                const Regularizer& regularizer) {
  ForwardPass pass;
  pass.h.push_back(x);
  for (const Layer& layer : net) {
    pass.a.push_back(sum(layer.bias, product(layer.weight, pass.h.back())));
    pass.h.push_back(values(layer.activation, pass.a.back()));
  }
  pass.cost = loss.value(pass.h.back(), y) + regularizer.lambda * omega(net, regularizer);
  return pass;
}

std::vector<LayerGradient> back_propagation(const std::vector<Layer>& net, const ForwardPass& pass, const Vector& y,
                                            const Loss& loss, const Regularizer& regularizer) {
  if (pass.a.size() != net.size() || pass.h.size() != net.size() + 1)
    throw ShapeError("W203",
                     fmt::format("a forward pass of {} layers does not fit a net of {}", pass.a.size(), net.size()), {},
                     "give what forward_propagation returned for this net");
  std::vector<LayerGradient> gradients(net.size());
  Vector g = loss.gradient(pass.h.back(), y);
  for (size_t k = net.size(); k-- > 0;) {
    g = hadamard(g, derivatives(net[k].activation, pass.a[k]));
    Matrix by_weight = outer_product(g, pass.h[k]);
    by_weight.values = regularized(by_weight.values, net[k].weight.values, regularizer);
    gradients[k] = {regularized(g, net[k].bias, regularizer), by_weight};
    g = transposed_product(net[k].weight, g);
  }
  return gradients;
}

}  // namespace wengert::teach
