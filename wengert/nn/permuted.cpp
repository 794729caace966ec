// SPDX-License-Identifier: Apache-2.0
#include "wengert/nn/permuted.h"

#include <cstring>
#include <vector>

namespace wengert {

Array permuted(const Array& array, std::span<const int> order) {
  const Shape& from = array.shape();
  const auto strides = from.strides();
  std::vector<int64_t> extents;
  for (const int axis : order) extents.push_back(from[axis]);
  Array result(Type{array.dtype(), Shape(std::span<const int64_t>(extents))});
  const size_t size = size_of(array.dtype());
  const auto* source = array.view().as<std::byte>();
  auto* target = static_cast<std::byte*>(result.mutable_view().data);
  std::vector<int64_t> place(order.size(), 0);
  int64_t at = 0;  // in the source
  for (int64_t k = 0; k < result.elements(); ++k, target += size) {
    std::memcpy(target, source + static_cast<size_t>(at) * size, size);
    for (size_t axis = order.size(); axis-- > 0;) {
      const int64_t step = strides[static_cast<size_t>(order[axis])];
      at += step;
      if (++place[axis] < extents[axis]) break;
      at -= step * extents[axis];
      place[axis] = 0;
    }
  }
  return result;
}

Array with_parts(const Array& array, std::initializer_list<int> from) {
  Array result(array.type());
  const size_t rows = static_cast<size_t>(array.elements() / array.shape().back()), count = from.size();
  const size_t part = static_cast<size_t>(array.shape().back()) * size_of(array.dtype()) / count;
  const auto* source = array.view().as<std::byte>();
  auto* target = static_cast<std::byte*>(result.mutable_view().data);
  for (size_t row = 0; row < rows; ++row)
    for (size_t k = 0; k < count; ++k)
      std::memcpy(target + (row * count + k) * part, source + (row * count + static_cast<size_t>(from.begin()[k])) * part, part);
  return result;
}

}  // namespace wengert
