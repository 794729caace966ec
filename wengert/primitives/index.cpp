// SPDX-License-Identifier: Apache-2.0
#include "wengert/primitives/index.h"

#include <fmt/format.h>
#include <limits>

#include "wengert/primitives/axes.h"
#include "wengert/primitives/rearrange.h"

namespace wengert {
namespace {

using List = std::vector<int64_t>;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// Leading axes that x and indices share, each with its own rows and numbers; made by batching.
int64_t shared_axes(const Attributes& attributes) {
  return attributes.has("shared") ? attributes.integer("shared") : 0;
}

/// How x [shared, before, rows, behind], indices [shared, numbers] and the gathered [shared, before, numbers, behind]
/// lie in memory: every group of axes as one.
struct Layout {
  int64_t shared = 1, before = 1, rows = 1, numbers = 1, behind = 1;

  Layout(const Shape& x, const Shape& indices, const Attributes& attributes) {
    const int64_t axis = attributes.integer("axis"), lead = shared_axes(attributes);
    for (int k = 0; k < x.rank(); ++k) (k < lead ? shared : k < axis ? before : k == axis ? rows : behind) *= x[k];
    for (int k = static_cast<int>(lead); k < indices.rank(); ++k) numbers *= indices[k];
  }
  Integer in_x(Integer s, Integer b, Integer row, Integer e) const {
    return ((s * Integer(before) + b) * Integer(rows) + row) * Integer(behind) + e;
  }
  Integer in_rows(Integer s, Integer b, Integer number, Integer e) const {
    return ((s * Integer(before) + b) * Integer(numbers) + number) * Integer(behind) + e;
  }
};

Boolean is_row(Integer row, int64_t rows) {
  return logical_and(logical_not(integer_less(row, 0)), integer_less(row, rows));
}

/// body(s, b, number, e, row) for every gathered element; `row` is what the index says.
template <class Body> void for_each_gathered(KernelBuilder& k, const Layout& l, const Buffer& indices, Body body) {
  k.loop(l.shared, [&](Integer s) {
    k.loop(l.before, [&](Integer b) {
      k.loop(l.numbers, [&](Integer number) {
        const Integer row = indices.integer(s * Integer(l.numbers) + number);
        k.loop(l.behind, [&](Integer e) { body(s, b, number, e, row); });
      });
    });
  });
}

Shape joined(std::initializer_list<std::span<const int64_t>> parts) {
  List extents;
  for (const auto& part : parts) extents.insert(extents.end(), part.begin(), part.end());
  return Shape(extents);
}

/// Whether the first `shared` extents agree, the axis follows them, and the dtypes fit.
bool indexable(const Type& x, const Type& indices, int64_t axis, int64_t shared) {
  if (!is_float(x.dtype) || indices.dtype != DType::i64 || shared < 0 || shared > indices.shape.rank()) return false;
  if (axis < shared || !is_axis(x.shape, axis)) return false;
  for (int k = 0; k < shared; ++k)
    if (x.shape[k] != indices.shape[k]) return false;
  return true;
}

std::vector<Type> infer_gather(const Signature& s) {
  const int64_t axis = s.attributes.integer("axis"), shared = shared_axes(s.attributes);
  const Type &rows = s.operands[0], &indices = s.operands[1];
  const std::string expected = fmt::format("a float operand with axis {} and i64 indices", axis);
  s.require(indices.dtype == DType::i64, expected, "cast the indices to i64");
  s.require(is_float(rows.dtype), expected, "cast what is indexed to f64 or f32");
  s.require(indexable(rows, indices, axis, shared), expected);
  const auto place = static_cast<size_t>(axis);
  const auto x = s.operands[0].shape.extents();
  const auto own = s.operands[1].shape.extents().subspan(static_cast<size_t>(shared));
  return {Type{s.operands[0].dtype, joined({x.first(place), own, x.subspan(place + 1)})}};
}

std::vector<Type> infer_scatter_add(const Signature& s) {
  const int64_t axis = s.attributes.integer("axis"), shared = shared_axes(s.attributes);
  const int64_t size = s.attributes.integer("size");
  const Type &rows = s.operands[0], &indices = s.operands[1];
  const std::string expected = fmt::format(
      "float rows, i64 indices with the rows' axes from {} on, and a size of at least 0 (found {})", axis, size);
  s.require(indices.dtype == DType::i64, expected, "cast the indices to i64");
  s.require(is_float(rows.dtype) && size >= 0, expected, "give float rows, and as size the number of rows of the result");
  s.require(shared >= 0 && axis >= shared, expected);
  s.require(axis <= rows.shape.rank() && shared <= indices.shape.rank(), expected);
  const auto r = rows.shape.extents(), i = indices.shape.extents();
  const auto own = i.subspan(static_cast<size_t>(shared));
  s.require(static_cast<size_t>(axis) + own.size() <= r.size(), expected);
  const auto before = r.first(static_cast<size_t>(axis)), behind = r.subspan(before.size() + own.size());
  s.require(std::equal(own.begin(), own.end(), r.begin() + axis), expected, "give one index for each row");
  s.require(std::equal(i.begin(), i.begin() + shared, r.begin()), expected);
  return {Type{rows.dtype, joined({before, {&size, 1}, behind})}};
}

void gather_kernel(KernelBuilder& k, const Attributes& attributes) {
  const Buffer x = k.operand(0), indices = k.operand(1);
  const Layout l(x.shape(), indices.shape(), attributes);
  for_each_gathered(k, l, indices, [&](Integer s, Integer b, Integer number, Integer e, Integer row) {
    const Integer to = l.in_rows(s, b, number, e);
    if (l.rows == 0) return k.result().store(to, Scalar(nan));
    const Boolean there = is_row(row, l.rows);
    k.result().store(to, select(there, x.real(l.in_x(s, b, select_integer(there, row, 0), e)), nan));
  });
}

void scatter_add_kernel(KernelBuilder& k, const Attributes& attributes) {
  const Buffer rows = k.operand(0), indices = k.operand(1), x = k.result();
  const Layout l(x.shape(), indices.shape(), attributes);
  if (l.rows == 0) return;
  const int64_t elements = l.before * l.rows * l.behind;
  k.loop(l.shared, [&](Integer s) {  // zeros, or NaN where an index is no row
    const Scalar start = k.variable(Scalar(0.0));
    k.loop(l.numbers, [&](Integer number) {
      k.assign(start, select(is_row(indices.integer(s * Integer(l.numbers) + number), l.rows), start, nan));
    });
    k.loop(elements, [&](Integer i) { x.store(s * Integer(elements) + i, start); });
  });
  for_each_gathered(k, l, indices, [&](Integer s, Integer b, Integer number, Integer e, Integer row) {
    const Integer to = l.in_x(s, b, select_integer(is_row(row, l.rows), row, 0), e);
    x.add(to, rows.real(l.in_rows(s, b, number, e)));
  });
}

/// The instruction with one more shared axis in front of both operands.
std::vector<Expr> batch_shared(const Primitive& primitive, const BatchRule& r) {
  Attributes attributes = r.attributes;
  attributes.set("axis", r.attributes.integer("axis") + 1);
  attributes.set("shared", shared_axes(r.attributes) + 1);
  return record_all(primitive, with_leading_axis(r), attributes);
}

std::vector<Expr> batch_index(const Primitive& primitive, const BatchRule& r) {
  if (r.batched[1] || shared_axes(r.attributes) > 0) return batch_shared(primitive, r);
  Attributes attributes = r.attributes;
  attributes.set("axis", r.attributes.integer("axis") + 1);
  return record_all(primitive, r.operands, attributes);
}

Attributes without(const Attributes& attributes, std::string_view name) {
  Attributes result;
  for (const auto& [key, value] : attributes)
    if (key != name) result.set(key, value);
  return result;
}

Array whole(const Shape& shape, const std::vector<int64_t>& values) { return Array::of<int64_t>(shape, values); }

}  // namespace

const Linear gather_p{{
    .name = "gather", .arity = 2,
    .infer = infer_gather,
    .kernel = gather_kernel,
    .transpose = [](const TransposeRule& r) -> Tangents {
      Attributes attributes = r.attributes;
      attributes.set("size", r.operand_types[0].shape[static_cast<int>(r.attributes.integer("axis"))]);
      return {record(scatter_add_p, {r.cotangent(), *r.operands[1]}, attributes), std::nullopt};
    },
    .batch = [](const BatchRule& r) { return batch_index(gather_p, r); },
    .examples = [] {
      const Array x({3, 2}, {1, 2, 3, 4, 5, 6});
      const Attributes rows{{"axis", int64_t{0}}}, columns{{"axis", int64_t{1}}};
      return std::vector<Example>{
          {{x, whole({4}, {2, 0, 2, 1})}, rows, {Array({4, 2}, {5, 6, 1, 2, 5, 6, 3, 4})}},
          {{x, whole({}, {1})}, rows, {Array({2}, {3, 4})}},
          {{x, whole({2, 1}, {1, 0})}, columns, {Array({3, 2, 1}, {2, 1, 4, 3, 6, 5})}},
          {{x, whole({3, 1}, {1, 0, 1})}, {{"axis", int64_t{1}}, {"shared", int64_t{1}}}, {Array({3, 1}, {2, 3, 6})}},
          {{x, whole({0}, {})}, rows, {Array(f64({0, 2}))}}};
    },
    .note = "NaN for a number that is no row; `shared` leading axes of both operands run along with each other",
    .attributes = {{"axis", AttributeField::Kind::integer, "the axis whose places the indices name; a negative one counts from the end", "0"},
                   {"shared", AttributeField::Kind::integer, "leading axes that the operand and the indices have in common", "0"}}}};

const Linear scatter_add_p{{
    .name = "scatter_add", .arity = 2,
    .infer = infer_scatter_add,
    .kernel = scatter_add_kernel,
    .transpose = [](const TransposeRule& r) -> Tangents {
      return {record(gather_p, {r.cotangent(), *r.operands[1]}, without(r.attributes, "size")), std::nullopt};
    },
    .batch = [](const BatchRule& r) { return batch_index(scatter_add_p, r); },
    .examples = [] {
      const Array x({3, 2}, {1, 2, 3, 4, 5, 6});
      const auto at = [](int64_t axis, int64_t size) { return Attributes{{"axis", axis}, {"size", size}}; };
      return std::vector<Example>{
          {{x, whole({3}, {1, 1, 0})}, at(0, 3), {Array({3, 2}, {5, 6, 4, 6, 0, 0})}},
          {{Array({2}, {3, 4}), whole({}, {1})}, at(0, 2), {Array({2, 2}, {0, 0, 3, 4})}},
          {{x, whole({2}, {2, 0})}, at(1, 3), {Array({3, 3}, {2, 0, 1, 4, 0, 3, 6, 0, 5})}},
          {{x, whole({3, 2}, {0, 1, 1, 1, 0, 0})}, at(0, 2), {Array({2}, {12, 9})}},
          {{x, whole({3, 2}, {0, 1, 1, 1, 0, 0})}, {{"axis", int64_t{1}}, {"shared", int64_t{1}}, {"size", int64_t{2}}},
           {Array({3, 2}, {1, 2, 0, 7, 11, 0})}},
          {{Array(f64({0, 2})), whole({0}, {})}, at(0, 1), {Array({1, 2}, {0, 0})}}};
    },
    .note = "one number that is no row makes all of the result NaN; `shared` as in gather",
    .attributes = {{"axis", AttributeField::Kind::integer, "the axis whose places the indices name; a negative one counts from the end", "0"},
                   {"shared", AttributeField::Kind::integer, "leading axes that the rows and the indices have in common", "0"},
                   {"size", AttributeField::Kind::integer, "extent of that axis of the result"}}}};

const Nondifferentiable one_hot_p{{
    .name = "one_hot",
    .infer = [](const Signature& s) -> std::vector<Type> {
      const int64_t size = s.attributes.integer("size");
      const Type& indices = s.operands[0];
      s.require(indices.dtype == DType::i64 && size >= 0 && is_float(s.attributes.dtype("dtype")),
                fmt::format("i64 indices, a float dtype and a size of at least 0 (found {})", size),
                size < 0 ? "give the number of classes as size" : "cast the indices to i64, and ask for f64 or f32");
      return {Type{s.attributes.dtype("dtype"), indices.shape.with(indices.shape.rank(), size)}};
    },
    .kernel = [](KernelBuilder& k, const Attributes& attributes) {
      const int64_t size = attributes.integer("size");
      k.loop(k.operand(0).elements(), [&](Integer i) {
        const Integer place = k.operand(0).integer(i);
        const Scalar elsewhere = select(is_row(place, size), 0, nan);
        k.loop(size, [&](Integer j) {
          k.result().store(i * Integer(size) + j, select(integer_equal(place, j), 1, elsewhere));
        });
      });
    },
    .batch = [](const BatchRule& r) { return record_all(one_hot_p, r.operands, r.attributes); },
    .examples = [] {
      const auto attributes = [](int64_t size, DType dtype) { return Attributes{{"size", size}, {"dtype", dtype}}; };
      return std::vector<Example>{
          {{whole({2}, {2, 0})}, attributes(3, DType::f64), {Array({2, 3}, {0, 0, 1, 1, 0, 0})}},
          {{whole({}, {1})}, attributes(2, DType::f32), {Array({2}, {0, 1}).as(DType::f32)}},
          {{whole({0}, {})}, attributes(2, DType::f64), {Array(f64({0, 2}))}}};
    },
    .note = "an index has no derivative; a row of NaN for an index outside",
    .attributes = {{"size", AttributeField::Kind::integer, "extent of the new last axis"},
                   {"dtype", AttributeField::Kind::dtype, "dtype of the result", "f64"}}}};

Expr gather(Sited x, Expr indices, int64_t axis) { return gather_p(x, {indices}, {{"axis", axis_of(x, axis)}}); }

Expr scatter_add(Sited rows, Expr indices, int64_t size, int64_t axis) {
  // The result has rank(rows) - rank(indices) + 1 axes: that is what a negative axis counts in.
  if (axis < 0) axis += rows.expr.rank() - indices.rank() + 1;
  return scatter_add_p(rows, {indices}, {{"axis", axis}, {"size", size}});
}

Expr one_hot(Sited indices, int64_t size, std::optional<DType> dtype) {
  return one_hot_p(indices, {}, {{"dtype", float_or_default(dtype)}, {"size", size}});
}

}  // namespace wengert
