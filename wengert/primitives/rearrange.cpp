// SPDX-License-Identifier: Apache-2.0
#include "wengert/primitives/rearrange.h"

#include <algorithm>
#include <fmt/format.h>

#include "wengert/primitives/axes.h"
#include "wengert/primitives/reduce.h"
#include "wengert/primitives/slice.h"

namespace wengert {
namespace {

Expr sum_to(Expr y, const Shape& shape) {
  const int lead = y.rank() - shape.rank();
  std::vector<int64_t> axes;
  for (int axis = 0; axis < y.rank(); ++axis)
    if (axis < lead || (shape[axis - lead] == 1 && y.shape()[axis] != 1)) axes.push_back(axis);
  return reshape(sum(y, axes), shape);
}

/// What keeps `type` from being joined to `first`.
std::string joint_remedy(const Type& first, const Type& type, int axis) {
  if (type.dtype != first.dtype) return fmt::format("bring {} to {}", to_string(type), to_string(first.dtype));
  if (type.shape.rank() != first.shape.rank())
    return fmt::format("reshape {} to {} axes; stack joins along a new one", to_string(type), first.shape.rank());
  int other = 0;
  while (other == axis || type.shape[other] == first.shape[other]) ++other;
  if (with_extent(type.shape, other, 0) == with_extent(first.shape, other, 0)) return fmt::format("join along axis {}", other);
  return fmt::format("slice or pad one of them: their extents at axis {} are {} and {}", other, first.shape[other], type.shape[other]);
}

Shape concatenated(const Signature& s) {
  if (s.operands.empty() || !is_axis(s.operands[0].shape, s.attributes.integer("axis")))
    s.refuse("one or more operands that have axis " + std::to_string(s.attributes.integer("axis")),
             s.operands.empty() ? "give at least one operand" : "");
  const auto axis = static_cast<int>(s.attributes.integer("axis"));
  const Type& first = s.operands[0];
  int64_t extent = 0;
  for (const Type& type : s.operands) {
    const bool fits = type.dtype == first.dtype && type.shape.rank() == first.shape.rank() &&
                      with_extent(type.shape, axis, 0) == with_extent(first.shape, axis, 0);
    if (!fits) s.refuse("operands of one dtype whose shapes differ only at axis " + std::to_string(axis), joint_remedy(first, type, axis));
    extent += type.shape[axis];
  }
  return with_extent(first.shape, axis, extent);
}

void concatenate_kernel(KernelBuilder& k, const Attributes& attributes) {
  const auto axis = static_cast<size_t>(attributes.integer("axis"));
  int64_t offset = 0;
  for (int part = 0; part < k.operands(); ++part) {
    k.parallel_loop_over(k.operand(part).shape(), [&](std::span<const Integer> index) {
      std::vector<Integer> target(index.begin(), index.end());
      target[axis] = target[axis] + Integer(offset);
      copy_element(k, part, k.result().flat(target), k.operand(part).flat(index));
    });
    offset += k.operand(part).shape()[static_cast<int>(axis)];
  }
}

Tangents concatenate_transpose(const TransposeRule& r) {
  const int64_t axis = r.attributes.integer("axis");
  Tangents parts;
  int64_t offset = 0;
  for (size_t k = 0; k < r.operands.size(); ++k) {
    const Shape& x = r.operand_types[k].shape;
    std::vector<int64_t> start(static_cast<size_t>(x.rank()), 0);
    start[static_cast<size_t>(axis)] = offset;
    parts.emplace_back();
    if (r.linear(static_cast<int>(k))) parts.back() = slice(r.cotangent(), start, to_list(x));
    offset += x[static_cast<int>(axis)];
  }
  return parts;
}

}  // namespace

const Linear broadcast_p{{
    .name = "broadcast",
    .infer = [](const Signature& s) -> std::vector<Type> {
      const Shape shape = s.attributes.shape("shape");
      if (!broadcasts_to(s.operands[0].shape, shape))
        s.refuse("a shape that broadcasts to " + to_string(shape), "extents, from the last back, must be equal or 1; reshape puts ones in");
      return {Type{s.operands[0].dtype, shape}};
    },
    .kernel = [](KernelBuilder& k, const Attributes&) {
      const Shape from = k.operand(0).shape(), to = k.result().shape();
      const int lead = to.rank() - from.rank();
      k.parallel_loop_over(to, [&](std::span<const Integer> index) {
        std::vector<Integer> source;
        for (int axis = 0; axis < from.rank(); ++axis)
          source.push_back(from[axis] == 1 ? Integer(0) : index[static_cast<size_t>(lead + axis)]);
        copy_element(k, 0, k.result().flat(index), k.operand(0).flat(source));
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
      return std::vector<Example>{
          {{Array(2.0)}, {{"shape", std::vector<int64_t>{3}}}, {Array({3}, {2, 2, 2})}},
          {{Array({2, 1}, {1, 2})}, {{"shape", std::vector<int64_t>{1, 2, 3}}}, {Array({1, 2, 3}, {1, 1, 1, 2, 2, 2})}},
          {{Array({2, 1}, {1, 2})}, {{"shape", std::vector<int64_t>{2, 2, 3}}}},
          {{Array({1}, {5})}, {{"shape", std::vector<int64_t>{2, 0}}}, {Array(f64({2, 0}))}}};
    },
    .attributes = {{"shape", AttributeField::Kind::integers, "extents of the result"}},
    .access = Access::rearranges}};

const Linear reshape_p{{
    .name = "reshape",
    .infer = [](const Signature& s) -> std::vector<Type> {
      const Shape shape = s.attributes.shape("shape");
      if (shape.elements() != s.operands[0].elements())
        s.refuse("as many elements as " + to_string(shape) + " has",
                 fmt::format("the extents must have the product {}; {} have {}", s.operands[0].elements(), to_string(shape), shape.elements()));
      return {Type{s.operands[0].dtype, shape}};
    },
    .kernel = [](KernelBuilder& k, const Attributes&) {
      k.parallel_loop(k.result().elements(), [&](Integer i) { copy_element(k, 0, i, i); });
    },
    .transpose = [](const TransposeRule& r) -> Tangents { return {reshape(r.cotangent(), r.operand_types[0].shape)}; },
    .batch = [](const BatchRule& r) -> std::vector<Expr> {
      return {reshape(r.operands[0], r.attributes.shape("shape").with(0, r.size))};
    },
    .examples = [] {
      const Array x({2, 3}, {1, 2, 3, 4, 5, 6});
      return std::vector<Example>{
          {{x}, {{"shape", std::vector<int64_t>{3, 2}}}, {Array({3, 2}, {1, 2, 3, 4, 5, 6})}},
          {{Array(7.0)}, {{"shape", std::vector<int64_t>{1, 1}}}, {Array({1, 1}, {7})}},
          {{Array(f64({0, 2}))}, {{"shape", std::vector<int64_t>{3, 0}}}, {Array(f64({3, 0}))}}};
    },
    .attributes = {{"shape", AttributeField::Kind::integers, "extents of the result"}},
    .access = Access::elementwise}};

const Linear transpose_p{{
    .name = "transpose",
    .infer = [](const Signature& s) -> std::vector<Type> {
      const auto& order = s.attributes.integers("order");
      const Shape& x = s.operands[0].shape;
      std::vector<int64_t> sorted = order, extents;
      std::sort(sorted.begin(), sorted.end());
      bool permutation = static_cast<int>(order.size()) == x.rank();
      for (size_t k = 0; k < sorted.size() && permutation; ++k) permutation = sorted[k] == static_cast<int64_t>(k);
      s.require(permutation, "an order that is a permutation of the operand's axes", "name each axis once, from 0; a matrix is turned by [1, 0]");
      for (int64_t axis : order) extents.push_back(x[static_cast<int>(axis)]);
      return {Type{s.operands[0].dtype, Shape(extents)}};
    },
    .kernel = [](KernelBuilder& k, const Attributes& attributes) {
      const auto& order = attributes.integers("order");
      k.parallel_loop_over(k.result().shape(), [&](std::span<const Integer> index) {
        std::vector<Integer> source(index.begin(), index.end());
        for (size_t axis = 0; axis < order.size(); ++axis) source[static_cast<size_t>(order[axis])] = index[axis];
        copy_element(k, 0, k.result().flat(index), k.operand(0).flat(source));
      });
    },
    .transpose = [](const TransposeRule& r) -> Tangents {
      const auto& order = r.attributes.integers("order");
      std::vector<int64_t> inverse(order.size());
      for (size_t axis = 0; axis < order.size(); ++axis)
        inverse[static_cast<size_t>(order[axis])] = static_cast<int64_t>(axis);
      return {transpose(r.cotangent(), inverse)};
    },
    .batch = [](const BatchRule& r) -> std::vector<Expr> {
      std::vector<int64_t> order{0};
      for (int64_t axis : r.attributes.integers("order")) order.push_back(axis + 1);
      return {transpose(r.operands[0], order)};
    },
    .examples = [] {
      const Array x({2, 3}, {1, 2, 3, 4, 5, 6}), deep({1, 2, 3}, {1, 2, 3, 4, 5, 6});
      return std::vector<Example>{
          {{x}, {{"order", std::vector<int64_t>{1, 0}}}, {Array({3, 2}, {1, 4, 2, 5, 3, 6})}},
          {{deep}, {{"order", std::vector<int64_t>{2, 0, 1}}}, {Array({3, 1, 2}, {1, 4, 2, 5, 3, 6})}},
          {{Array(f64({0, 2}))}, {{"order", std::vector<int64_t>{1, 0}}}, {Array(f64({2, 0}))}}};
    },
    .attributes = {{"order", AttributeField::Kind::integers, "axis k of the result is axis order[k] of the operand", "reversed"}},
    .access = Access::rearranges}};

const Linear reverse_p{{
    .name = "reverse",
    .infer = [](const Signature& s) -> std::vector<Type> {
      for (int64_t axis : s.attributes.integers("axes"))
        if (!is_axis(s.operands[0].shape, axis)) s.refuse("an operand that has axis " + std::to_string(axis));
      s.require(are_axes(s.operands[0].shape, s.attributes.integers("axes")), "each axis once in its axes", "name every axis once");
      return {s.operands[0]};
    },
    .kernel = [](KernelBuilder& k, const Attributes& attributes) {
      const Shape shape = k.operand(0).shape();
      const auto& axes = attributes.integers("axes");
      k.parallel_loop_over(shape, [&](std::span<const Integer> index) {
        std::vector<Integer> source(index.begin(), index.end());
        for (int axis = 0; axis < shape.rank(); ++axis)
          if (std::count(axes.begin(), axes.end(), axis) > 0)
            source[static_cast<size_t>(axis)] = Integer(shape[axis] - 1) - index[static_cast<size_t>(axis)];
        copy_element(k, 0, k.result().flat(index), k.operand(0).flat(source));
      });
    },
    .transpose = [](const TransposeRule& r) -> Tangents {
      return {reverse(r.cotangent(), r.attributes.integers("axes"))};
    },
    .batch = [](const BatchRule& r) -> std::vector<Expr> {
      return {reverse(r.operands[0], shifted(r.attributes.integers("axes")))};
    },
    .examples = [] {
      return std::vector<Example>{
          {{Array({3}, {1, 2, 3})}, {{"axes", std::vector<int64_t>{0}}}, {Array({3}, {3, 2, 1})}},
          {{Array({2, 2}, {1, 2, 3, 4})}, {{"axes", std::vector<int64_t>{1}}}, {Array({2, 2}, {2, 1, 4, 3})}},
          {{Array({2, 1, 2}, {1, 2, 3, 4})}, {{"axes", std::vector<int64_t>{0, 2}}}, {Array({2, 1, 2}, {4, 3, 2, 1})}},
          {{Array(f64({0, 2}))}, {{"axes", std::vector<int64_t>{0}}}, {Array(f64({0, 2}))}}};
    },
    .attributes = {{"axes", AttributeField::Kind::integers, "the axes that run the other way; negative ones count from the end", "all"}},
    .access = Access::rearranges}};

const Linear concatenate_p{{
    .name = "concatenate", .arity = Primitive::any_arity,
    .infer = [](const Signature& s) -> std::vector<Type> {
      const Shape shape = concatenated(s);
      return {Type{s.operands[0].dtype, shape}};
    },
    .kernel = concatenate_kernel,
    .transpose = concatenate_transpose,
    .batch = [](const BatchRule& r) -> std::vector<Expr> {
      return {concatenate(with_leading_axis(r), r.attributes.integer("axis") + 1)};
    },
    .examples = [] {
      const Attributes along_0{{"axis", int64_t{0}}}, along_1{{"axis", int64_t{1}}};
      const Array a({2, 1}, {1, 2}), b({2, 2}, {3, 4, 5, 6});
      return std::vector<Example>{{{Array({2}, {1, 2}), Array({1}, {3})}, along_0, {Array({3}, {1, 2, 3})}},
                                  {{a, b, a}, along_1, {Array({2, 4}, {1, 3, 4, 1, 2, 5, 6, 2})}},
                                  {{Array({1}, {7})}, along_0, {Array({1}, {7})}},
                                  {{Array(f64({0})), Array({1}, {7}), Array(f64({0}))}, along_0, {Array({1}, {7})}}};
    },
    .attributes = {{"axis", AttributeField::Kind::integer, "the axis along which; a negative one counts from the end", "0"}},
    .access = Access::once}};

Expr broadcast_to(Sited x, const Shape& shape) {
  if (x.expr.shape() == shape) return x;
  return broadcast_p(x, {}, {{"shape", to_list(shape)}});
}

Expr reshape(Sited x, const Shape& shape) {
  if (x.expr.shape() == shape) return x;
  return reshape_p(x, {}, {{"shape", to_list(shape)}});
}

Expr transpose(Sited x, std::vector<int64_t> order) {
  if (order.empty())
    for (int axis = x.expr.rank() - 1; axis >= 0; --axis) order.push_back(axis);
  bool identity = static_cast<int>(order.size()) == x.expr.rank();
  for (size_t k = 0; k < order.size() && identity; ++k) identity = order[k] == static_cast<int64_t>(k);
  return identity ? x.expr : transpose_p(x, {}, {{"order", std::move(order)}});
}

Expr reverse(Sited x, std::vector<int64_t> axes) {
  return reverse_p(x, {}, {{"axes", axes_of(x, std::move(axes))}});
}

Expr concatenate(const std::vector<Expr>& parts, int64_t axis, Site site) {
  if (!parts.empty()) axis = axis_of(parts[0], axis);
  return record_all(concatenate_p, parts, {{"axis", axis}}, site)[0];
}

Expr stack(const std::vector<Expr>& parts, int64_t axis, Site site) {
  std::vector<Expr> rows = align(concatenate_p, parts, site);
  if (!rows.empty() && axis < 0) axis += rows[0].rank() + 1;
  for (Expr& row : rows) {
    if (axis < 0 || axis > row.rank())
      throw ShapeError("W209", fmt::format("stack cannot make axis {} of {}; its result has axes 0 to {}", axis,
                                           to_string(row.type()), row.rank()), to_string(site),
                       fmt::format("choose an axis from 0 to {}, or -1 for the last", row.rank()));
    row = reshape({row, site}, row.shape().with(static_cast<int>(axis), 1));
  }
  return concatenate(rows, axis, site);
}

}  // namespace wengert
