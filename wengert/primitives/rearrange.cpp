// SPDX-License-Identifier: Apache-2.0
#include "wengert/primitives/rearrange.h"

#include <algorithm>

#include "wengert/primitives/reduce.h"

namespace wengert {
namespace {

std::vector<int64_t> list(const Shape& shape) { return {shape.begin(), shape.end()}; }

/// Copies element `from` of operand 0 to element `to` of the result, whatever the dtype.
void copy_element(KernelBuilder& k, Integer to, Integer from) {
  const Buffer x = k.operand(0), y = k.result();
  if (is_float(x.type().dtype)) y.store(to, x.real(from));
  else if (x.type().dtype == DType::i64) y.store(to, x.integer(from));
  else y.store(to, x.boolean(from));
}

Expr sum_to(Expr y, const Shape& shape) {
  const int lead = y.rank() - shape.rank();
  std::vector<int64_t> axes;
  for (int axis = 0; axis < y.rank(); ++axis)
    if (axis < lead || (shape[axis - lead] == 1 && y.shape()[axis] != 1)) axes.push_back(axis);
  return reshape(sum(y, axes), shape);
}

}  // namespace

const Linear broadcast_p{{
    .name = "broadcast",
    .infer = [](const Signature& s) -> std::vector<Type> {
      const Shape shape = s.attributes.shape("shape");
      s.require(broadcasts_to(s.operands[0].shape, shape), "a shape that broadcasts to " + to_string(shape));
      return {Type{s.operands[0].dtype, shape}};
    },
    .kernel = [](KernelBuilder& k, const Attributes&) {
      const Shape from = k.operand(0).shape(), to = k.result().shape();
      const int lead = to.rank() - from.rank();
      k.loop_over(to, [&](std::span<const Integer> index) {
        std::vector<Integer> source;
        for (int axis = 0; axis < from.rank(); ++axis)
          source.push_back(from[axis] == 1 ? Integer(0) : index[static_cast<size_t>(lead + axis)]);
        copy_element(k, k.result().flat(index), k.operand(0).flat(source));
      });
    },
    .transpose = [](const TransposeRule& r) -> Tangents { return {sum_to(r.cotangent(), r.operand_types[0].shape)}; },
    .batch = [](const BatchRule& r) -> std::vector<Expr> {
      // The axis goes in front of the target; ones fill up between it and the operand's own axes.
      const Shape target = r.attributes.shape("shape"), x = r.operands[0].shape().without(0);
      Shape aligned = x;
      while (aligned.rank() < target.rank()) aligned = aligned.with(0, 1);
      return {broadcast_to(reshape(r.operands[0], aligned.with(0, r.size)), target.with(0, r.size))};
    },
    .examples = [] {
      return std::vector<Example>{{{Array(2.0)}, {{"shape", std::vector<int64_t>{3}}}, {Array({3}, {2, 2, 2})}},
                                  {{Array({2, 1}, {1, 2})}, {{"shape", std::vector<int64_t>{2, 2, 3}}}}};
    }}};

const Linear reshape_p{{
    .name = "reshape",
    .infer = [](const Signature& s) -> std::vector<Type> {
      const Shape shape = s.attributes.shape("shape");
      s.require(shape.elements() == s.operands[0].elements(), "as many elements as " + to_string(shape) + " has");
      return {Type{s.operands[0].dtype, shape}};
    },
    .kernel = [](KernelBuilder& k, const Attributes&) {
      k.loop(k.result().elements(), [&](Integer i) { copy_element(k, i, i); });
    },
    .transpose = [](const TransposeRule& r) -> Tangents { return {reshape(r.cotangent(), r.operand_types[0].shape)}; },
    .batch = [](const BatchRule& r) -> std::vector<Expr> {
      return {reshape(r.operands[0], r.attributes.shape("shape").with(0, r.size))};
    },
    .examples = [] {
      return std::vector<Example>{{{Array({2, 3}, {1, 2, 3, 4, 5, 6})}, {{"shape", std::vector<int64_t>{3, 2}}}, {Array({3, 2}, {1, 2, 3, 4, 5, 6})}}};
    }}};

const Linear transpose_p{{
    .name = "transpose",
    .infer = [](const Signature& s) -> std::vector<Type> {
      const auto& order = s.attributes.integers("order");
      const Shape& x = s.operands[0].shape;
      std::vector<int64_t> sorted = order, extents;
      std::sort(sorted.begin(), sorted.end());
      bool permutation = static_cast<int>(order.size()) == x.rank();
      for (size_t k = 0; k < sorted.size() && permutation; ++k) permutation = sorted[k] == static_cast<int64_t>(k);
      s.require(permutation, "an order that is a permutation of the operand's axes");
      for (int64_t axis : order) extents.push_back(x[static_cast<int>(axis)]);
      return {Type{s.operands[0].dtype, Shape(extents)}};
    },
    .kernel = [](KernelBuilder& k, const Attributes& attributes) {
      const auto& order = attributes.integers("order");
      k.loop_over(k.result().shape(), [&](std::span<const Integer> index) {
        std::vector<Integer> source(index.begin(), index.end());
        for (size_t axis = 0; axis < order.size(); ++axis) source[static_cast<size_t>(order[axis])] = index[axis];
        copy_element(k, k.result().flat(index), k.operand(0).flat(source));
      });
    },
    .transpose = [](const TransposeRule& r) -> Tangents {
      const auto& order = r.attributes.integers("order");
      std::vector<int64_t> inverse(order.size());
      for (size_t axis = 0; axis < order.size(); ++axis) inverse[static_cast<size_t>(order[axis])] = static_cast<int64_t>(axis);
      return {transpose(r.cotangent(), inverse)};
    },
    .batch = [](const BatchRule& r) -> std::vector<Expr> {
      std::vector<int64_t> order{0};
      for (int64_t axis : r.attributes.integers("order")) order.push_back(axis + 1);
      return {transpose(r.operands[0], order)};
    },
    .examples = [] {
      return std::vector<Example>{{{Array({2, 3}, {1, 2, 3, 4, 5, 6})}, {{"order", std::vector<int64_t>{1, 0}}}, {Array({3, 2}, {1, 4, 2, 5, 3, 6})}},
                                  {{Array({1, 2, 3}, {1, 2, 3, 4, 5, 6})}, {{"order", std::vector<int64_t>{2, 0, 1}}}}};
    }}};

Expr broadcast_to(Sited x, const Shape& shape) {
  if (x.expr.shape() == shape) return x;
  return broadcast_p(x, {}, {{"shape", list(shape)}});
}

Expr reshape(Sited x, const Shape& shape) {
  if (x.expr.shape() == shape) return x;
  return reshape_p(x, {}, {{"shape", list(shape)}});
}

Expr transpose(Sited x, std::vector<int64_t> order) {
  if (order.empty())
    for (int axis = x.expr.rank() - 1; axis >= 0; --axis) order.push_back(axis);
  if (std::is_sorted(order.begin(), order.end()) && static_cast<int>(order.size()) == x.expr.rank() && (order.empty() || (order[0] == 0 && order.back() == static_cast<int64_t>(order.size()) - 1))) return x;
  return transpose_p(x, {}, {{"order", std::move(order)}});
}

}  // namespace wengert
