// SPDX-License-Identifier: Apache-2.0
#include "wengert/primitives/softmax.h"

#include <fmt/format.h>
#include <limits>

#include "wengert/primitives/arithmetic.h"
#include "wengert/primitives/axes.h"
#include "wengert/primitives/elementary.h"
#include "wengert/primitives/reduce.h"
#include "wengert/primitives/select.h"

namespace wengert {
namespace {

using List = std::vector<int64_t>;

constexpr double infinity = std::numeric_limits<double>::infinity();

/// What to take out of the exponents: the largest, or 0 where it is infinite and a difference would be NaN.
Scalar shift(Scalar largest) { return select(equal(abs(largest), infinity), 0, largest); }

/// exp(t) of t <= 0, and 0 where that is no normal number: beside exp(0) = 1 in the sum it is nothing, and functions of
/// vectors leave such numbers, and -infinity of what is masked, to a slow path.
Scalar weight_of(Scalar t, DType dtype) {
  const double least = dtype == DType::f32 ? -87.3 : -708.3;
  return select(less(t, least), 0, exp(max(t, least)));
}

std::vector<Type> infer_softmax(const Signature& s) {
  const int64_t axis = s.attributes.integer("axis");
  s.require(is_float(s.operands[0].dtype), "a float operand", "cast it to f64 or f32 first");
  if (!is_axis(s.operands[0].shape, axis)) s.refuse(fmt::format("a float operand with axis {}", axis));
  return {s.operands[0]};
}

void logsumexp_kernel(KernelBuilder& k, const Attributes& attributes) {
  const Buffer x = k.operand(0);
  for_each_group(k, attributes.integers("axes"), [&](Integer to, auto each) {
    const Scalar largest = k.variable(Scalar(-infinity)), total = k.variable(Scalar(0.0));
    each([&](Integer from) { k.assign(largest, max(largest, x.real(from))); });
    const Scalar taken = shift(largest);
    each([&](Integer from) { k.assign(total, total + weight_of(x.real(from) - taken, x.type().dtype)); });
    k.result().store(to, taken + log(total));
  });
}

/// Stores value(x_i - shift, sum of the exponentials) for each element.
template <class Value> void softmax_kernel(KernelBuilder& k, const Attributes& attributes, Value value) {
  const Buffer x = k.operand(0);
  const auto axis = static_cast<int>(attributes.integer("axis"));
  for_each_line(k, x.shape(), axis, [&](Integer, auto at) {
    const Scalar largest = k.variable(Scalar(-infinity)), total = k.variable(Scalar(0.0));
    k.parallel_loop(x.extent(axis), [&](Integer j) { k.assign(largest, max(largest, x.real(at(j)))); });
    const Scalar taken = shift(largest);
    k.parallel_loop(x.extent(axis), [&](Integer j) { k.assign(total, total + weight_of(x.real(at(j)) - taken, x.type().dtype)); });
    k.parallel_loop(x.extent(axis), [&](Integer j) {
      const Integer place = at(j);
      k.result().store(place, value(x.real(place) - taken, total));
    });
  });
}

/// The sum of x along the attribute `axis`, stretched back.
Expr sum_along(const Expr& x, const Attributes& attributes) {
  const List axes{attributes.integer("axis")};
  return spread(sum(x, axes), x.shape(), axes);
}

std::vector<Example> softmax_examples(double of_two_equals, double of_one) {
  const Array mixed({2, 3}, {1, -2, 0.5, 100, 101, 99});
  const int64_t rows = 0, columns = 1;
  return {{{Array({2}, {3, 3})}, {{"axis", rows}}, {Array({2}, {of_two_equals, of_two_equals})}},
          {{mixed}, {{"axis", columns}}},
          {{mixed}, {{"axis", rows}}},
          {{Array({1, 1}, {7})}, {{"axis", columns}}, {Array({1, 1}, {of_one})}},
          {{Array(f64({2, 0}))}, {{"axis", columns}}, {Array(f64({2, 0}))}}};
}

}  // namespace

const Composite logsumexp_p{{
    .name = "logsumexp",
    .infer = infer_reduction,
    .kernel = logsumexp_kernel,
    .jvp = [](const JvpRule& r) -> Tangents {
      // y_dot = sum softmax(x) x_dot. At y = -infinity nothing is subtracted: exp(-infinity) = 0, where y - y is NaN.
      const Expr x = r.operands[0], y = r.results[0];
      const List& axes = r.attributes.integers("axes");
      const Expr taken = select(equal(y, -infinity), 0, y);
      return {sum(r.tangent(0) * exp(x - spread(taken, x.shape(), axes)), axes)};
    },
    .batch = [](const BatchRule& r) -> std::vector<Expr> {
      return {logsumexp(r.operands[0], shifted(r.attributes.integers("axes")))};
    },
    .examples = [] {
      const Array mixed({2, 3}, {1, -2, 0.5, 100, 101, 99});
      return std::vector<Example>{{{Array({2}, {0, 0})}, {{"axes", List{0}}}, {Array(0x1.62e42fefa39efp-1)}},
                                  {{Array({2, 1}, {3, -2})}, {{"axes", List{1}}}, {Array({2}, {3, -2})}},
                                  {{mixed}, {{"axes", List{1}}}},
                                  {{mixed}, {{"axes", List{0, 1}}}},
                                  {{Array(f64({2, 0}))}, {{"axes", List{1}}}, {Array({2}, {-infinity, -infinity})}}};
    },
    .note = "-infinity everywhere gives -infinity with derivative 0",
    .attributes = {reduced_axes}}};

const Composite softmax_p{{
    .name = "softmax",
    .infer = infer_softmax,
    .kernel = [](KernelBuilder& k, const Attributes& attributes) {
      const DType dtype = k.operand(0).type().dtype;
      softmax_kernel(k, attributes, [dtype](Scalar x, Scalar total) { return weight_of(x, dtype) / total; });
    },
    .jvp = [](const JvpRule& r) -> Tangents {
      const Expr weighted = r.results[0] * r.tangent(0);
      return {weighted - r.results[0] * sum_along(weighted, r.attributes)};
    },
    .batch = [](const BatchRule& r) -> std::vector<Expr> {
      return {softmax(r.operands[0], r.attributes.integer("axis") + 1)};
    },
    .examples = [] { return softmax_examples(0.5, 1); },
    .note = "0 where exp(x - largest) is below the smallest normal number of the type (some -87 in f32, -708 in f64); NaN where all elements are "
            "-infinity: there are no weights",
    .attributes = {one_axis}}};

const Composite log_softmax_p{{
    .name = "log_softmax",
    .infer = infer_softmax,
    .kernel = [](KernelBuilder& k, const Attributes& attributes) {
      softmax_kernel(k, attributes, [](Scalar x, Scalar total) { return x - log(total); });
    },
    .jvp = [](const JvpRule& r) -> Tangents {
      return {r.tangent(0) - sum_along(exp(r.results[0]) * r.tangent(0), r.attributes)};
    },
    .batch = [](const BatchRule& r) -> std::vector<Expr> {
      return {log_softmax(r.operands[0], r.attributes.integer("axis") + 1)};
    },
    .examples = [] { return softmax_examples(-0x1.62e42fefa39efp-1, 0); },
    .note = "NaN where all elements are -infinity; the error of the derivative is a rounding of the largest tangent",
    .attributes = {one_axis}}};

Expr logsumexp(Sited x, std::vector<int64_t> axes) {
  return logsumexp_p(x, {}, {{"axes", axes_of(x, std::move(axes))}});
}
Expr logsumexp(Sited x) { return logsumexp(x, all_axes(x)); }
Expr softmax(Sited x, int64_t axis) { return softmax_p(x, {}, {{"axis", axis_of(x, axis)}}); }
Expr log_softmax(Sited x, int64_t axis) { return log_softmax_p(x, {}, {{"axis", axis_of(x, axis)}}); }

}  // namespace wengert
