// SPDX-License-Identifier: Apache-2.0
#include "wengert/primitives/reduce.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <limits>

#include "wengert/primitives/arithmetic.h"
#include "wengert/primitives/axes.h"
#include "wengert/primitives/convert.h"
#include "wengert/primitives/rearrange.h"
#include "wengert/primitives/select.h"

namespace wengert {
namespace {

using List = std::vector<int64_t>;

constexpr double infinity = std::numeric_limits<double>::infinity();

std::vector<Type> infer_line(const Signature& s, DType dtype) {
  const int64_t axis = s.attributes.integer("axis");
  s.require(is_float(s.operands[0].dtype), "a float operand", "cast it to f64 or f32 first");
  if (!is_axis(s.operands[0].shape, axis)) s.refuse(fmt::format("a float operand with axis {}", axis));
  return {Type{dtype, s.operands[0].shape}};
}

/// The largest or smallest of each group; `better` propagates NaN.
template <class Better>
void extremum_kernel(KernelBuilder& k, const Attributes& attributes, double worst, Better better) {
  for_each_group(k, attributes.integers("axes"), [&](Integer to, auto each) {
    const Scalar best = k.variable(Scalar(worst));
    each([&](Integer from) { k.assign(best, better(best, k.operand(0).real(from))); });
    k.result().store(to, best);
  });
}

/// y_dot = the mean of x_dot over the elements that equal y; where y is NaN none does, and y_dot is NaN.
Tangents extremum_jvp(const JvpRule& r) {
  const Expr x = r.operands[0];
  const List& axes = r.attributes.integers("axes");
  const Expr y = spread(r.results[0], x.shape(), axes);
  const Expr chosen = convert(equal(x, y), x.type().dtype);
  return {sum(r.tangent(0) * (chosen / spread(sum(chosen, axes), x.shape(), axes)), axes)};
}

/// Examples whose extrema are unique; `sign` turns the maxima into minima.
std::vector<Example> extremum_examples(double sign) {
  const Array x({2, 3}, {sign * 1, sign * 5, sign * 2, sign * 7, sign * -3, sign * 4});
  return {{{x}, {{"axes", List{1}}}, {Array({2}, {sign * 5, sign * 7})}},
          {{x}, {{"axes", List{0}}}, {Array({3}, {sign * 7, sign * 5, sign * 4})}},
          {{x}, {{"axes", List{0, 1}}}, {Array(sign * 7)}},
          {{Array(f64({2, 0}))}, {{"axes", List{1}}}, {Array({2}, {sign * -infinity, sign * -infinity})}}};
}

void argmax_kernel(KernelBuilder& k, const Attributes& attributes) {
  const Buffer x = k.operand(0);
  const int64_t axis = attributes.integer("axis");
  for_each_line(k, x.shape(), axis, [&](Integer line, auto at) {
    const Scalar best = k.variable(x.real(at(0)));
    const Integer place = k.variable(Integer(0));
    k.loop(x.extent(static_cast<int>(axis)), [&](Integer j) {
      const Scalar candidate = x.real(at(j));
      // The first NaN beats every number, and nothing beats it.
      const Boolean number = equal(best, best), nan = logical_not(equal(candidate, candidate));
      const Boolean better = logical_and(number, logical_or(nan, less(best, candidate)));
      k.assign(place, select_integer(better, j, place));
      k.assign(best, select(better, candidate, best));
    });
    k.result().store(line, place);
  });
}

void cumulative_sum_kernel(KernelBuilder& k, const Attributes& attributes) {
  const Buffer x = k.operand(0);
  const int64_t axis = attributes.integer("axis");
  const Integer extent = x.extent(static_cast<int>(axis));
  for_each_line(k, x.shape(), axis, [&](Integer, auto at) {
    const Scalar total = k.variable(Scalar(0.0));
    k.loop(extent, [&](Integer j) {
      const Integer place = at(attributes.flag("reverse") ? extent - 1 - j : j);
      k.assign(total, total + x.real(place));
      k.result().store(place, total);
    });
  });
}

}  // namespace

std::vector<Type> infer_reduction(const Signature& s) {
  s.require(is_float(s.operands[0].dtype), "a float operand", "cast it to f64 or f32 first");
  const List& axes = s.attributes.integers("axes");
  for (int64_t axis : axes)
    if (!is_axis(s.operands[0].shape, axis)) s.refuse(fmt::format("an operand that has axis {}", axis));
  s.require(are_axes(s.operands[0].shape, axes), fmt::format("each axis once in axes=[{}]", fmt::join(axes, ", ")), "name every axis once");
  return {Type{s.operands[0].dtype, reduced_shapes(s.operands[0].shape, axes).stays}};
}

Expr spread(const Expr& y, Shape shape, const std::vector<int64_t>& axes) {
  return broadcast_to(reshape(y, reduced_shapes(shape, axes).ones), shape);
}

const Linear sum_p{{
    .name = "sum",
    .infer = infer_reduction,
    .kernel = [](KernelBuilder& k, const Attributes& attributes) {
      for_each_group(k, attributes.integers("axes"), [&](Integer to, auto each) {
        const Scalar total = k.variable(Scalar(0.0));
        each([&](Integer from) { k.assign(total, total + k.operand(0).real(from)); });
        k.result().store(to, total);
      });
    },
    .transpose = [](const TransposeRule& r) -> Tangents {
      return {spread(r.cotangent(), r.operand_types[0].shape, r.attributes.integers("axes"))};
    },
    .batch = [](const BatchRule& r) -> std::vector<Expr> {
      return {sum(r.operands[0], shifted(r.attributes.integers("axes")))};
    },
    .examples = [] {
      const Array x({2, 3}, {1, 2, 3, 4, 5, 6});
      return std::vector<Example>{{{x}, {{"axes", List{1}}}, {Array({2}, {6, 15})}},
                                  {{x}, {{"axes", List{0}}}, {Array({3}, {5, 7, 9})}},
                                  {{x}, {{"axes", List{0, 1}}}, {Array(21.0)}},
                                  {{Array({2, 1, 2}, {1, 2, 3, 4})}, {{"axes", List{0, 2}}}, {Array({1}, {10})}},
                                  {{Array(f64({2, 0}))}, {{"axes", List{1}}}, {Array({2}, {0, 0})}},
                                  {{Array(f64({2, 0}))}, {{"axes", List{0}}}, {Array(f64({0}))}}};
    },
    .attributes = {reduced_axes},
    .access = Access::once}};

const Composite max_reduce_p{{
    .name = "max_reduce",
    .infer = infer_reduction,
    .kernel = [](KernelBuilder& k, const Attributes& attributes) {
      extremum_kernel(k, attributes, -infinity, [](Scalar a, Scalar b) { return max(a, b); });
    },
    .jvp = extremum_jvp,
    .batch = [](const BatchRule& r) -> std::vector<Expr> {
      return {max_reduce(r.operands[0], shifted(r.attributes.integers("axes")))};
    },
    .examples = [] { return extremum_examples(1); },
    .note = "at a tie equal shares of the derivative; of no elements -infinity",
    .attributes = {reduced_axes},
    .access = Access::once}};

const Composite min_reduce_p{{
    .name = "min_reduce",
    .infer = infer_reduction,
    .kernel = [](KernelBuilder& k, const Attributes& attributes) {
      extremum_kernel(k, attributes, infinity, [](Scalar a, Scalar b) { return min(a, b); });
    },
    .jvp = extremum_jvp,
    .batch = [](const BatchRule& r) -> std::vector<Expr> {
      return {min_reduce(r.operands[0], shifted(r.attributes.integers("axes")))};
    },
    .examples = [] { return extremum_examples(-1); },
    .note = "at a tie equal shares of the derivative; of no elements infinity",
    .attributes = {reduced_axes},
    .access = Access::once}};

const Nondifferentiable argmax_p{{
    .name = "argmax",
    .infer = [](const Signature& s) -> std::vector<Type> {
      const auto axis = static_cast<int>(s.attributes.integer("axis"));
      const Shape shape = infer_line(s, DType::i64)[0].shape;
      s.require(shape[axis] > 0, fmt::format("at least one element along axis {}", axis), "leave the call out where there is nothing to choose from");
      return {Type{DType::i64, shape.without(axis)}};
    },
    .kernel = argmax_kernel,
    .batch = [](const BatchRule& r) -> std::vector<Expr> {
      return {argmax(r.operands[0], r.attributes.integer("axis") + 1)};
    },
    .examples = [] {
      const Array x({2, 3}, {1, 5, 5, 7, -3, 4});
      return std::vector<Example>{{{x}, {{"axis", int64_t{1}}}, {Array({2}, {1, 0}).as(DType::i64)}},
                                  {{x}, {{"axis", int64_t{0}}}, {Array({3}, {1, 0, 0}).as(DType::i64)}},
                                  {{Array({1}, {-infinity})}, {{"axis", int64_t{0}}}, {Array(0.0).as(DType::i64)}},
                                  {{Array(f64({0, 2}))}, {{"axis", int64_t{1}}}, {Array(i64({0}))}}};
    },
    .note = "an index is piecewise constant; the first of equals, and the first NaN before all numbers",
    .attributes = {one_axis}}};

const Linear cumulative_sum_p{{
    .name = "cumulative_sum",
    .infer = [](const Signature& s) {
      (void)s.attributes.flag("reverse");
      return infer_line(s, s.operands[0].dtype);
    },
    .kernel = cumulative_sum_kernel,
    .transpose = [](const TransposeRule& r) -> Tangents {
      return {cumulative_sum(r.cotangent(), r.attributes.integer("axis"), !r.attributes.flag("reverse"))};
    },
    .batch = [](const BatchRule& r) -> std::vector<Expr> {
      return {cumulative_sum(r.operands[0], r.attributes.integer("axis") + 1, r.attributes.flag("reverse"))};
    },
    .examples = [] {
      const Array x({2, 2}, {1, 2, 3, 4});
      const int64_t rows = 0, columns = 1;
      return std::vector<Example>{
          {{Array({3}, {1, 2, 3})}, {{"axis", rows}}, {Array({3}, {1, 3, 6})}},
          {{Array({3}, {1, 2, 3})}, {{"axis", rows}, {"reverse", true}}, {Array({3}, {6, 5, 3})}},
          {{x}, {{"axis", rows}}, {Array({2, 2}, {1, 2, 4, 6})}},
          {{x}, {{"axis", columns}, {"reverse", true}}, {Array({2, 2}, {3, 2, 7, 4})}},
          {{Array(f64({2, 0}))}, {{"axis", columns}}, {Array(f64({2, 0}))}}};
    },
    .attributes = {one_axis,
                   {"reverse", AttributeField::Kind::flag, "sums from the end on", "false"}}}};

Expr sum(Sited x, std::vector<int64_t> axes) {
  return axes.empty() ? x.expr : sum_p(x, {}, {{"axes", axes_of(x, std::move(axes))}});
}

Expr mean(Sited x, std::vector<int64_t> axes) {
  const Expr total = sum(x, axes);
  return div_p({total, x.site}, Expr(reduced_shapes(x.expr.shape(), axes_of(x, std::move(axes))).gone.elements()));
}

Expr max_reduce(Sited x, std::vector<int64_t> axes) {
  return max_reduce_p(x, {}, {{"axes", axes_of(x, std::move(axes))}});
}

Expr min_reduce(Sited x, std::vector<int64_t> axes) {
  return min_reduce_p(x, {}, {{"axes", axes_of(x, std::move(axes))}});
}

Expr sum(Sited x) { return sum(x, all_axes(x)); }
Expr mean(Sited x) { return mean(x, all_axes(x)); }
Expr max_reduce(Sited x) { return max_reduce(x, all_axes(x)); }
Expr min_reduce(Sited x) { return min_reduce(x, all_axes(x)); }

Expr argmax(Sited x, int64_t axis) { return argmax_p(x, {}, {{"axis", axis_of(x, axis)}}); }

Expr cumulative_sum(Sited x, int64_t axis, bool reverse) {
  Attributes attributes{{"axis", axis_of(x, axis)}};
  if (reverse) attributes.set("reverse", true);
  return cumulative_sum_p(x, {}, attributes);
}

}  // namespace wengert
