// SPDX-License-Identifier: Apache-2.0
#include "wengert/base/shape.h"

#include <algorithm>
#include <fmt/format.h>

#include "wengert/base/error.h"

namespace wengert {

std::string_view to_string(DType dtype) {
  static constexpr std::array<std::string_view, 4> names{"f64", "f32", "i64", "bool"};
  return names[static_cast<size_t>(dtype)];
}

size_t size_of(DType dtype) {
  static constexpr std::array<size_t, 4> sizes{8, 4, 8, 1};
  return sizes[static_cast<size_t>(dtype)];
}

Shape::Shape(std::span<const int64_t> extents) {
  if (extents.size() > max_rank)
    throw ShapeError("W202", fmt::format("a shape has at most {} axes, this one has {}", max_rank, extents.size()), {},
                     fmt::format("join neighbouring axes until {} are left", max_rank));
  constexpr int64_t most = int64_t{1} << 48;
  int64_t elements = 1;
  for (int64_t extent : extents) {
    if (extent < 0)
      throw ShapeError("W202", fmt::format("an extent cannot be negative, found {}", extent), {},
                       extent == -1 ? "write the extent out; -1 does not stand for the rest"
                                    : "check how it was computed: an overflow, or a difference of sizes?");
    if (extent > 0 && elements > most / extent)
      throw ShapeError("W202", fmt::format("a shape has at most 2^48 elements, [{}] has more", fmt::join(extents, ",")), {},
                       "check the extents, or work through the data in parts");
    if (extent > 0) elements *= extent;
  }
  std::copy(extents.begin(), extents.end(), extents_.begin());
  rank_ = static_cast<uint8_t>(extents.size());
}

int64_t Shape::elements() const {
  int64_t product = 1;
  for (int64_t extent : *this) product *= extent;
  return product;
}

std::array<int64_t, Shape::max_rank> Shape::strides() const {
  std::array<int64_t, max_rank> result{};
  int64_t stride = 1;
  for (int axis = rank_ - 1; axis >= 0; --axis) {
    result[static_cast<size_t>(axis)] = stride;
    stride *= (*this)[axis];
  }
  return result;
}

Shape Shape::without(int axis) const {
  Shape result = *this;
  std::copy(result.extents_.begin() + axis + 1, result.extents_.begin() + rank_, result.extents_.begin() + axis);
  result.extents_[--result.rank_] = 0;
  return result;
}

Shape Shape::with(int axis, int64_t extent) const {
  std::array<int64_t, max_rank + 1> longer{};
  std::copy(begin(), begin() + axis, longer.begin());
  longer[static_cast<size_t>(axis)] = extent;
  std::copy(begin() + axis, end(), longer.begin() + axis + 1);
  return Shape(std::span<const int64_t>(longer.data(), rank_ + 1u));
}

std::string to_string(const Shape& shape) { return fmt::format("[{}]", fmt::join(shape.extents(), ",")); }

std::string to_string(const Type& type) { return std::string(to_string(type.dtype)) + to_string(type.shape); }

bool broadcasts_to(const Shape& from, const Shape& to) {
  if (from.rank() > to.rank()) return false;
  const int lead = to.rank() - from.rank();
  for (int axis = 0; axis < from.rank(); ++axis)
    if (from[axis] != 1 && from[axis] != to[lead + axis]) return false;
  return true;
}

Shape broadcast(const Shape& a, const Shape& b) {
  const Shape& longer = a.rank() >= b.rank() ? a : b;
  const Shape& shorter = a.rank() >= b.rank() ? b : a;
  std::array<int64_t, Shape::max_rank> extents{};
  std::copy(longer.begin(), longer.end(), extents.begin());
  const int lead = longer.rank() - shorter.rank();
  for (int axis = 0; axis < shorter.rank(); ++axis) {
    int64_t& extent = extents[static_cast<size_t>(lead + axis)];
    if (shorter[axis] == 1 || shorter[axis] == extent) continue;
    if (extent != 1)
      throw ShapeError("W203", fmt::format("shapes {} and {} do not broadcast: {} vs {} at axis {}", to_string(a),
                                           to_string(b), longer[lead + axis], shorter[axis], lead + axis), {},
                       "make the extents equal, or 1 where one side is to be stretched");
    extent = shorter[axis];
  }
  return Shape(std::span<const int64_t>(extents.data(), static_cast<size_t>(longer.rank())));
}

}  // namespace wengert
