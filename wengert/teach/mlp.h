// SPDX-License-Identifier: Apache-2.0
//
// A multilayer perceptron with numbers, forwards and backwards, as printed in GBC16, section 6.5.4: algorithm 6.3
// computes the cost J = L(y_hat, y) + lambda Omega(theta), algorithm 6.4 (the talk's first slide) its gradient by every
// weight and bias. One example at a time, matrices as loops; nn/ and grad() are what to train with.
#pragma once

#include <functional>

#include "wengert/primitives/families.h"
#include "wengert/teach/matrix.h"

namespace wengert::teach {

/// A function of one number with its derivative.
struct ScalarFunction {
  std::function<double(double)> value, derivative;
};
/// That of an elementwise record: sigmoid_p, tanh_p, relu_p, ...
ScalarFunction scalar_function(const Elementwise<1>& record);
/// f(x) = x, for a layer without activation.
ScalarFunction identity();
/// f(x) elementwise, and f'(x).
Vector values(const ScalarFunction& f, const Vector& x);
Vector derivatives(const ScalarFunction& f, const Vector& x);

/// a = b + W h, then f(a): weight [out, in], bias [out]; without activation unless one is given.
struct Layer {
  Matrix weight;
  Vector bias;
  ScalarFunction activation = identity();
};

/// L(y_hat, y) and its gradient by y_hat.
struct Loss {
  std::function<double(const Vector& y_hat, const Vector& y)> value;
  std::function<Vector(const Vector& y_hat, const Vector& y)> gradient;
};
/// |y_hat - y|^2 / 2, Nielsen's quadratic cost of one example.
Loss squared_error();

/// lambda Omega(theta), Omega the sum of `term` over all weights and biases; by default there is none.
struct Regularizer {
  double lambda = 0;
  ScalarFunction term = {[](double) { return 0.0; }, [](double) { return 0.0; }};
};
/// Omega(theta) = |theta|^2 / 2.
Regularizer weight_decay(double lambda);

/// Of layers k = 1 .. l: a[k - 1] and h[k] are the book's a^(k) and h^(k); h[0] = x, h[l] = y_hat.
struct ForwardPass {
  std::vector<Vector> a, h;
  double cost = 0;  ///< J
};

/// Algorithm 6.3: forward propagation and the cost.
///
/// x, y   : one example, as long as the first layer is wide and the last one high
/// throws : ShapeError W201, W203 for layers that do not fit x, y or each other
/// source : GBC16, algorithm 6.3
ForwardPass forward_propagation(const std::vector<Layer>& net, const Vector& x, const Vector& y, const Loss& loss,
                                const Regularizer& regularizer = {});

struct LayerGradient {
  Vector bias;
  Matrix weight;
};

/// Algorithm 6.4: the gradients of J by b^(k) and W^(k), k = 1 .. l, from the last layer to the first:
///
///     g = grad_y_hat L;  for k = l .. 1:  g = g * f'(a^(k));  grad_b = g + lambda grad_b Omega;
///     grad_W = g h^(k-1)' + lambda grad_W Omega;  g = W^(k)' g
///
/// pass   : what forward_propagation returned for this net and example
/// cost   : two multiplications a weight
/// throws : ShapeError W201, W203 if `pass` is of another net
/// source : GBC16, algorithm 6.4; talk, section 1
std::vector<LayerGradient> back_propagation(const std::vector<Layer>& net, const ForwardPass& pass, const Vector& y,
                                            const Loss& loss, const Regularizer& regularizer = {});

}  // namespace wengert::teach
