// SPDX-License-Identifier: Apache-2.0
//
// The four equations of backpropagation and the algorithm made of them, as printed in Nielsen 2015, chapter 2, with
// delta^l = dC/dz^l the error of layer l. Beside algorithm 6.4 (mlp.h): the same numbers under other names, z for a, a
// for h, and the errors kept.
#pragma once

#include "wengert/teach/mlp.h"

namespace wengert::teach {

/// BP1: delta^L = grad_a C * s'(z^L), elementwise.
Vector output_error(const Vector& cost_by_output, const ScalarFunction& s, const Vector& z);
/// BP2: delta^l = ((w^{l+1})' delta^{l+1}) * s'(z^l). The talk's one line: delta^l = F(delta^{l+1}).
Vector error_before(const Matrix& weight_above, const Vector& error_above, const ScalarFunction& s, const Vector& z);
/// BP3: dC/db^l_j = delta^l_j.
Vector bias_gradient(const Vector& error);
/// BP4: dC/dw^l_jk = a^{l-1}_k delta^l_j.
Matrix weight_gradient(const Vector& activation_below, const Vector& error);

/// Of layers l = 2 .. L in Nielsen's count (the input is his layer 1): z[l - 2], delta[l - 2] and gradient[l - 2];
/// a[0] is the input, a[l - 1] the activation of layer l.
struct FiveSteps {
  std::vector<Vector> z, a, delta;
  std::vector<LayerGradient> gradient;
};

/// The backpropagation algorithm: 1 input, 2 feed forward, 3 output error (BP1), 4 backpropagate the error (BP2),
/// 5 output the gradient (BP3, BP4).
///
/// throws : ShapeError W201, W203 for layers that do not fit x, y or each other
/// source : Nielsen 2015, chapter 2, "The backpropagation algorithm"; talk, section 6
FiveSteps five_steps(const std::vector<Layer>& net, const Vector& x, const Vector& y, const Loss& cost);

}  // namespace wengert::teach
