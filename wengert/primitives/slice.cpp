// SPDX-License-Identifier: Apache-2.0
#include "wengert/primitives/slice.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "wengert/primitives/axes.h"
#include "wengert/primitives/rearrange.h"

namespace wengert {
namespace {

using List = std::vector<int64_t>;

/// The attribute, or `value` for each axis where it is not given.
List list_or(const Attributes& attributes, std::string_view name, int64_t value, int rank) {
  return attributes.has(name) ? attributes.integers(name) : List(static_cast<size_t>(rank), value);
}

List with_front(List list, int64_t value) {
  list.insert(list.begin(), value);
  return list;
}

/// Attributes for an operand with a leading axis, along which each list has `front`.
List batched(const BatchRule& r, std::string_view name, int64_t front, int64_t missing) {
  return with_front(list_or(r.attributes, name, missing, r.operands[0].rank() - 1), front);
}

bool all_equal(const List& list, int64_t value) {
  for (int64_t x : list)
    if (x != value) return false;
  return true;
}

std::vector<Type> infer_slice(const Signature& s) {
  const Shape& x = s.operands[0].shape;
  const auto rank = static_cast<size_t>(x.rank());
  const List start = s.attributes.integers("start"), size = s.attributes.integers("size");
  const List stride = list_or(s.attributes, "stride", 1, x.rank());
  bool inside = start.size() == rank && size.size() == rank && stride.size() == rank;
  for (size_t k = 0; k < rank && inside; ++k) {
    const int64_t extent = x[static_cast<int>(k)];
    inside = start[k] >= 0 && start[k] <= extent && size[k] >= 0 && size[k] <= extent && stride[k] >= 1;
    // The last element, start + (size - 1) stride, is inside; written so that nothing overflows.
    if (inside && size[k] > 0) inside = start[k] < extent && size[k] - 1 <= (extent - 1 - start[k]) / stride[k];
  }
  if (!inside)
    s.refuse(fmt::format("start [{}], size [{}], stride [{}] within its operand", fmt::join(start, ","), fmt::join(size, ","),
                         fmt::join(stride, ",")),
             fmt::format("for each of the {} axes start + (size - 1) * stride must be below its extent, {}", rank, to_string(x)));
  return {Type{s.operands[0].dtype, Shape(std::span<const int64_t>(size))}};
}

Tangents slice_transpose(const TransposeRule& r) {
  const Shape& x = r.operand_types[0].shape;
  const List start = r.attributes.integers("start"), size = r.attributes.integers("size");
  List interior = list_or(r.attributes, "stride", 1, x.rank()), high;
  for (size_t k = 0; k < start.size(); ++k) {
    const int64_t covered = size[k] == 0 ? 0 : (size[k] - 1) * interior[k] + 1;
    high.push_back(x[static_cast<int>(k)] - start[k] - covered);
    interior[k] = size[k] < 2 ? 0 : interior[k] - 1;
  }
  return {pad(r.cotangent(), start, high, interior)};
}

std::vector<Type> infer_pad(const Signature& s) {
  constexpr int64_t most = int64_t{1} << 48;  // of a Shape: larger counts are refused before they are added
  const Shape& x = s.operands[0].shape;
  const auto rank = static_cast<size_t>(x.rank());
  const List low = s.attributes.integers("low"), high = s.attributes.integers("high");
  const List interior = list_or(s.attributes, "interior", 0, x.rank());
  bool counts = low.size() == rank && high.size() == rank && interior.size() == rank;
  const auto count = [&](int64_t n) { return n >= 0 && n <= most; };
  List extents;
  for (size_t k = 0; k < rank && counts; ++k) {
    const int64_t n = x[static_cast<int>(k)];
    counts = count(low[k]) && count(high[k]) && count(interior[k]) && (n < 2 || interior[k] <= most / (n - 1));
    if (counts) extents.push_back(low[k] + high[k] + (n == 0 ? 0 : n + (n - 1) * interior[k]));
  }
  if (!counts)
    s.refuse(fmt::format("a count of 0 to 2^48 for each axis in low [{}], high [{}], interior [{}]", fmt::join(low, ","),
                         fmt::join(high, ","), fmt::join(interior, ",")),
             fmt::format("give {} counts of 0 or more in each list; to cut elements off, use slice", rank));
  return {Type{s.operands[0].dtype, Shape(std::span<const int64_t>(extents))}};
}

void pad_kernel(KernelBuilder& k, const Attributes& attributes) {
  const Buffer x = k.operand(0), y = k.result();
  const List low = attributes.integers("low"), interior = list_or(attributes, "interior", 0, x.shape().rank());
  k.parallel_loop(y.elements(), [&](Integer i) {
    if (is_float(y.type().dtype)) y.store(i, Scalar(0.0));
    else if (y.type().dtype == DType::i64) y.store(i, Integer(0));
    else y.store(i, Boolean(false));
  });
  k.parallel_loop_over(x.shape(), [&](std::span<const Integer> index) {
    std::vector<Integer> target;
    for (size_t axis = 0; axis < index.size(); ++axis)
      target.push_back(index[axis] * Integer(interior[axis] + 1) + Integer(low[axis]));
    copy_element(k, 0, y.flat(target), x.flat(index));
  });
}

}  // namespace

const Linear slice_p{{
    .name = "slice",
    .infer = infer_slice,
    .kernel = [](KernelBuilder& k, const Attributes& attributes) {
      const Buffer x = k.operand(0);
      const List start = attributes.integers("start"), stride = list_or(attributes, "stride", 1, x.shape().rank());
      k.parallel_loop_over(k.result().shape(), [&](std::span<const Integer> index) {
        std::vector<Integer> source;
        for (size_t axis = 0; axis < index.size(); ++axis)
          source.push_back(index[axis] * Integer(stride[axis]) + Integer(start[axis]));
        copy_element(k, 0, k.result().flat(index), x.flat(source));
      });
    },
    .transpose = slice_transpose,
    .batch = [](const BatchRule& r) -> std::vector<Expr> {
      return {slice(r.operands[0], batched(r, "start", 0, 0), batched(r, "size", r.size, 0),
                    batched(r, "stride", 1, 1))};
    },
    .examples = [] {
      const Array line({5}, {1, 2, 3, 4, 5}), plane({2, 3}, {1, 2, 3, 4, 5, 6});
      return std::vector<Example>{
          {{line}, {{"start", List{1}}, {"size", List{3}}}, {Array({3}, {2, 3, 4})}},
          {{line}, {{"start", List{0}}, {"size", List{2}}, {"stride", List{3}}}, {Array({2}, {1, 4})}},
          {{line}, {{"start", List{5}}, {"size", List{0}}}, {Array(f64({0}))}},
          {{plane}, {{"start", List{0, 1}}, {"size", List{2, 1}}, {"stride", List{1, 2}}}, {Array({2, 1}, {2, 5})}},
          {{Array(4.0)}, {{"start", List{}}, {"size", List{}}}, {Array(4.0)}}};
    },
    .attributes = {{"start", AttributeField::Kind::integers, "the first place along each axis"},
                   {"size", AttributeField::Kind::integers, "how many elements along each axis"},
                   {"stride", AttributeField::Kind::integers, "steps between them along each axis", "1 each"}},
    .access = Access::rearranges}};

const Linear pad_p{{
    .name = "pad",
    .infer = infer_pad,
    .kernel = pad_kernel,
    .transpose = [](const TransposeRule& r) -> Tangents {
      const Shape& x = r.operand_types[0].shape;
      List stride = list_or(r.attributes, "interior", 0, x.rank());
      for (int64_t& step : stride) ++step;
      return {slice(r.cotangent(), r.attributes.integers("low"), to_list(x), stride)};
    },
    .batch = [](const BatchRule& r) -> std::vector<Expr> {
      return {pad(r.operands[0], batched(r, "low", 0, 0), batched(r, "high", 0, 0), batched(r, "interior", 0, 0))};
    },
    .examples = [] {
      const Array line({2}, {1, 2}), plane({2, 1}, {1, 2});
      return std::vector<Example>{
          {{line}, {{"low", List{1}}, {"high", List{2}}}, {Array({5}, {0, 1, 2, 0, 0})}},
          {{line}, {{"low", List{0}}, {"high", List{1}}, {"interior", List{2}}}, {Array({5}, {1, 0, 0, 2, 0})}},
          {{plane}, {{"low", List{0, 1}}, {"high", List{1, 0}}}, {Array({3, 2}, {0, 1, 0, 2, 0, 0})}},
          {{Array(f64({0}))}, {{"low", List{1}}, {"high", List{1}}, {"interior", List{3}}}, {Array({2}, {0, 0})}},
          {{Array(4.0)}, {{"low", List{}}, {"high", List{}}}, {Array(4.0)}}};
    },
    .attributes = {{"low", AttributeField::Kind::integers, "zeros before the operand along each axis"},
                   {"high", AttributeField::Kind::integers, "zeros behind it along each axis"},
                   {"interior", AttributeField::Kind::integers, "zeros between neighbours along each axis", "0 each"}},
    .access = Access::once}};

Expr slice(Sited x, std::vector<int64_t> start, std::vector<int64_t> size, std::vector<int64_t> stride) {
  Attributes attributes{{"start", std::move(start)}, {"size", std::move(size)}};
  if (!all_equal(stride, 1)) attributes.set("stride", std::move(stride));
  return slice_p(x, {}, attributes);
}

Expr pad(Sited x, std::vector<int64_t> low, std::vector<int64_t> high, std::vector<int64_t> interior) {
  Attributes attributes{{"low", std::move(low)}, {"high", std::move(high)}};
  if (!all_equal(interior, 0)) attributes.set("interior", std::move(interior));
  return pad_p(x, {}, attributes);
}

Expr element(Sited x, const std::vector<int64_t>& index) {
  return reshape({slice(x, index, List(index.size(), 1)), x.site}, {});
}

Expr row(Sited x, int64_t i) {
  const Shape shape = x.expr.shape();
  List start(static_cast<size_t>(shape.rank()), 0), size = to_list(shape);
  if (start.empty()) return slice(x, {i}, {1});  // refused there: a scalar has no rows
  start[0] = i;
  size[0] = 1;
  return reshape({slice(x, start, size), x.site}, shape.without(0));
}

}  // namespace wengert
