// SPDX-License-Identifier: Apache-2.0
#include "wengert/primitives/axes.h"

#include <algorithm>

namespace wengert {
namespace {

bool contains(const std::vector<int64_t>& axes, int axis) {
  return std::find(axes.begin(), axes.end(), axis) != axes.end();
}

}  // namespace

bool are_axes(const Shape& shape, const std::vector<int64_t>& axes) {
  for (size_t k = 0; k < axes.size(); ++k)
    if (!is_axis(shape, axes[k]) || std::find(axes.begin(), axes.begin() + static_cast<int64_t>(k), axes[k]) != axes.begin() + static_cast<int64_t>(k))
      return false;
  return true;
}

std::vector<int64_t> axes_of(const Expr& x, std::vector<int64_t> axes) {
  for (int64_t& axis : axes) axis = axis_of(x, axis);
  std::sort(axes.begin(), axes.end());
  return axes;
}

std::vector<int64_t> all_axes(const Expr& x) {
  std::vector<int64_t> axes;
  for (int axis = 0; axis < x.rank(); ++axis) axes.push_back(axis);
  return axes;
}

std::vector<int64_t> shifted(const std::vector<int64_t>& axes) {
  std::vector<int64_t> result;
  for (int64_t axis : axes) result.push_back(axis + 1);
  return result;
}

Shape with_extent(const Shape& shape, int64_t axis, int64_t extent) {
  return shape.without(static_cast<int>(axis)).with(static_cast<int>(axis), extent);
}

DType float_or_default(std::optional<DType> dtype) { return dtype ? *dtype : Recording::current().default_float; }

void copy_element(KernelBuilder& k, int operand, Integer to, Integer from) {
  const Buffer x = k.operand(operand), y = k.result();
  if (is_float(x.type().dtype)) y.store(to, x.real(from));
  else if (x.type().dtype == DType::i64) y.store(to, x.integer(from));
  else y.store(to, x.boolean(from));
}

ReducedShapes reduced_shapes(const Shape& shape, const std::vector<int64_t>& axes) {
  std::vector<int64_t> stays, gone, ones;
  for (int axis = 0; axis < shape.rank(); ++axis) {
    const bool goes = contains(axes, axis);
    (goes ? gone : stays).push_back(shape[axis]);
    ones.push_back(goes ? 1 : shape[axis]);
  }
  return {Shape(stays), Shape(gone), Shape(ones)};
}

std::vector<Integer> detail::merged(int rank, const std::vector<int64_t>& axes, std::span<const Integer> stays,
                                    std::span<const Integer> gone) {
  std::vector<Integer> index;
  size_t in = 0, out = 0;
  for (int axis = 0; axis < rank; ++axis) index.push_back(contains(axes, axis) ? gone[in++] : stays[out++]);
  return index;
}

AroundAxis::AroundAxis(const Shape& shape, int64_t axis) : extent(shape[static_cast<int>(axis)]) {
  for (int k = 0; k < shape.rank(); ++k)
    if (k != axis) (k < axis ? outer : inner) *= shape[k];
}

}  // namespace wengert
