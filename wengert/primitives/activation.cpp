// SPDX-License-Identifier: Apache-2.0
#include "wengert/primitives/activation.h"

#include <cmath>
#include <limits>

#include "wengert/primitives/arithmetic.h"
#include "wengert/primitives/elementary.h"
#include "wengert/primitives/rearrange.h"
#include "wengert/primitives/reduce.h"
#include "wengert/primitives/select.h"

namespace wengert {
namespace {

/// Of e^x and e^-x the one that does not overflow.
template <class T> T logistic(T x) {
  const T small = exp(-abs(x));
  return select(less(x, 0), small, 1) / (1 + small);
}

constexpr double root_half = 0x1.6a09e667f3bcdp-1;              // 1 / sqrt(2)
constexpr double normal_density_at_0 = 0x1.9884533d43651p-2;    // 1 / sqrt(2 pi)
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

}  // namespace

double sigmoid(double x) { return logistic(x); }
Scalar sigmoid(Scalar x) { return logistic(x); }

const Elementwise<1> sigmoid_p{{
    .name = "sigmoid",
    .kernel = [](auto x) { return sigmoid(x); },
    .partials = [](auto, auto y) { return each(y * (1 - y)); },
    .known = {{{0}, 0.5}, {{1}, 0x1.764d4f5d5a2bdp-1}, {{-1}, 0x1.136561454ba86p-2}, {{-800}, 0}},
    .samples = {{-3}, {0.5}, {2}},
    .note = "the derivative y (1 - y) reuses the result: its error is a rounding of 1, not of itself, where y is near 1"}};

const Elementwise<1> softplus_p{{
    .name = "softplus",
    .kernel = [](auto x) { return max(x, 0) + log1p(exp(-abs(x))); },
    .partials = [](auto, auto y) { return each(-expm1(-y)); },  // the sigmoid of x, out of the result
    .known = {{{0}, 0x1.62e42fefa39efp-1}, {{1}, 0x1.5031eafefb049p+0}, {{800}, 800}},
    .samples = {{-30}, {-1}, {0.5}, {30}},
    .source = "DBBNG01"}};

const Elementwise<1> relu_p{{
    .name = "relu",
    .kernel = [](auto x) { return max(x, 0); },
    .partials = [](auto, auto y) { return each(sign(y)); },  // 1, 0, or the NaN that y is
    .known = {{{-2}, 0}, {{3}, 3}},
    .samples = {{-0.7}, {1.5}},
    .edges = {{{0}, {0}}, {{nan}, {nan}}}}};

const Elementwise<2> leaky_relu_p{{
    .name = "leaky_relu",
    .kernel = [](auto x, auto slope) { return select(less(x, 0), slope * x, x); },
    .partials = [](auto x, auto slope, auto) { return each(select(less_equal(x, 0), slope, sign(x)), min(x, 0)); },
    .known = {{{-2, 0.25}, -0.5}, {{3, 0.25}, 3}},
    .samples = {{-0.7, 0.1}, {1.5, 0.1}, {-2, 0.3}},
    .edges = {{{0, 0.1}, {0.1, 0}}, {{nan, 0.1}, {nan, nan}}},
    .source = "MHN13",
    .note = "at 0 the derivative is the slope"}};

const Elementwise<2> elu_p{{
    .name = "elu",
    .kernel = [](auto x, auto alpha) { return select(less(0, x), x, alpha * expm1(min(x, 0))); },
    .partials = [](auto x, auto alpha, auto) {
      const auto below = min(x, 0);  // where x is large, e^x would be infinite on the side not taken
      return each(select(less(0, x), 1, alpha * exp(below)), expm1(below));
    },
    .known = {{{2, 1}, 2}, {{-1, 1}, -0x1.43a54e4e98864p-1}, {{-1, 0.5}, -0x1.43a54e4e98864p-2}, {{-800, 2}, -2}},
    .samples = {{-0.7, 1}, {1.5, 1}, {-2, 0.3}},
    .edges = {{{0, 1}, {1, 0}}, {{0, 0.5}, {0.5, 0}}, {{nan, 1}, {nan, nan}}},
    .source = "CUH16",
    .note = "at 0 the derivative is alpha"}};

const Elementwise<1> gelu_p{{
    .name = "gelu",
    // By erfc, which keeps its digits for x << 0, where 1 + erf has none. Below -40 it is 0; -infinity * 0 would be NaN.
    .kernel = [](auto x) { return 0.5 * max(x, -40) * erfc(-root_half * x); },
    .partials = [](auto x, auto) {
      return each(0.5 * erfc(-root_half * x) + x * (normal_density_at_0 * exp(-0.5 * (x * x))));
    },
    .known = {{{0}, 0}, {{1}, 0x1.aec4bd120d37dp-1}, {{-1}, -0x1.44ed0bb7cb20bp-3}},
    .samples = {{-3}, {-0.5}, {0.5}, {2}},
    .source = "HG16"}};

const Elementwise<1> silu_p{{
    .name = "silu",
    .kernel = [](auto x) { return max(x, -800) * sigmoid(x); },  // 0 from there on; -infinity * 0 would be NaN
    .partials = [](auto x, auto y) {
      const auto s = sigmoid(x);
      return each(s + y * (1 - s));
    },
    .known = {{{0}, 0}, {{1}, 0x1.764d4f5d5a2bdp-1}, {{-1}, -0x1.136561454ba86p-2}},
    .samples = {{-3}, {-0.5}, {0.5}, {2}},
    .source = "EUD18"}};

Expr maxout(const std::vector<Expr>& pieces, Site site) {
  if (pieces.empty()) throw UsageError("W123", "maxout needs at least one piece; found 0", to_string(site), "pass maxout({a, b, ...})");
  if (pieces.size() == 1) return pieces[0];
  if (pieces.size() == 2) return max({pieces[0], site}, pieces[1]);
  return max_reduce({stack(pieces, 0, site), site}, std::vector<int64_t>{0});
}

Expr maxout(Sited x, int64_t axis) { return max_reduce(x, std::vector<int64_t>{axis}); }

}  // namespace wengert
