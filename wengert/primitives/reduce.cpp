// SPDX-License-Identifier: Apache-2.0
#include "wengert/primitives/reduce.h"

#include <algorithm>

#include "wengert/primitives/rearrange.h"

namespace wengert {
namespace {

bool reduced(const Attributes& attributes, int axis) {
  const auto& axes = attributes.integers("axes");
  return std::find(axes.begin(), axes.end(), axis) != axes.end();
}

/// Extents that stay, and the same with 1 for each that goes.
std::pair<Shape, Shape> kept(const Shape& shape, const Attributes& attributes) {
  std::vector<int64_t> stays, ones;
  for (int axis = 0; axis < shape.rank(); ++axis) {
    if (!reduced(attributes, axis)) stays.push_back(shape[axis]);
    ones.push_back(reduced(attributes, axis) ? 1 : shape[axis]);
  }
  return {Shape(stays), Shape(ones)};
}

std::vector<Type> infer_reduction(const Signature& s) {
  s.require(is_float(s.operands[0].dtype), "a float operand");
  for (int64_t axis : s.attributes.integers("axes"))
    s.require(axis >= 0 && axis < s.operands[0].shape.rank(), "axes of the operand");
  return {Type{s.operands[0].dtype, kept(s.operands[0].shape, s.attributes).first}};
}

std::vector<int64_t> shifted(const std::vector<int64_t>& axes) {
  std::vector<int64_t> result;
  for (int64_t axis : axes) result.push_back(axis + 1);
  return result;
}

}  // namespace

const Linear sum_p{{
    .name = "sum",
    .infer = infer_reduction,
    .kernel = [](KernelBuilder& k, const Attributes& attributes) {
      const Shape x = k.operand(0).shape();
      std::vector<int64_t> gone;
      for (int axis = 0; axis < x.rank(); ++axis)
        if (reduced(attributes, axis)) gone.push_back(x[axis]);
      k.loop_over(k.result().shape(), [&](std::span<const Integer> outer) {
        const Scalar total = k.variable(Scalar(0.0));
        k.loop_over(Shape(gone), [&](std::span<const Integer> inner) {
          std::vector<Integer> index;
          size_t in = 0, out = 0;
          for (int axis = 0; axis < x.rank(); ++axis) index.push_back(reduced(attributes, axis) ? inner[in++] : outer[out++]);
          k.assign(total, total + k.operand(0).real(k.operand(0).flat(index)));
        });
        k.result().store(k.result().flat(outer), total);
      });
    },
    .transpose = [](const TransposeRule& r) -> Tangents {
      const Shape& x = r.operand_types[0].shape;
      return {broadcast_to(reshape(r.cotangent(), kept(x, r.attributes).second), x)};
    },
    .batch = [](const BatchRule& r) -> std::vector<Expr> { return {sum(r.operands[0], shifted(r.attributes.integers("axes")))}; },
    .examples = [] {
      return std::vector<Example>{{{Array({2, 3}, {1, 2, 3, 4, 5, 6})}, {{"axes", std::vector<int64_t>{1}}}, {Array({2}, {6, 15})}},
                                  {{Array({2, 3}, {1, 2, 3, 4, 5, 6})}, {{"axes", std::vector<int64_t>{0, 1}}}, {Array(21.0)}}};
    }}};

Expr sum(Sited x) {
  std::vector<int64_t> axes;
  for (int axis = 0; axis < x.expr.rank(); ++axis) axes.push_back(axis);
  return sum(x, axes);
}

Expr sum(Sited x, std::vector<int64_t> axes) {
  if (axes.empty()) return x;
  std::sort(axes.begin(), axes.end());
  return sum_p(x, {}, {{"axes", std::move(axes)}});
}

}  // namespace wengert
