// SPDX-License-Identifier: Apache-2.0
#include "wengert/train/dataset.h"

#include <cstring>
#include <numeric>

#include "wengert/base/random.h"

namespace wengert {

void gather(const Array& all, std::span<const int64_t> numbers, Array& into) {
  const size_t bytes = Type{all.dtype(), all.shape().without(0)}.bytes();
  const auto* const from = static_cast<const std::byte*>(all.view().data);
  auto* to = static_cast<std::byte*>(into.mutable_view().data);
  for (int64_t number : numbers) {
    std::memcpy(to, from + static_cast<size_t>(number) * bytes, bytes);
    to += bytes;
  }
}

Array gathered(const Array& all, std::span<const int64_t> numbers) {
  Array result(Type{all.dtype(), all.shape().without(0).with(0, static_cast<int64_t>(numbers.size()))});
  gather(all, numbers, result);
  return result;
}

Dataset Dataset::rows(std::span<const int64_t> numbers) const {
  return {gathered(x, numbers), has_targets() ? gathered(y, numbers) : y, classes, class_names, feature_names, target_names};
}

std::vector<int64_t> shuffled(int64_t n, uint64_t key, uint64_t epoch) {
  std::vector<int64_t> order(static_cast<size_t>(n));
  std::iota(order.begin(), order.end(), 0);
  Random random = Random(key).split(epoch);
  for (size_t k = order.size(); k > 1; --k) std::swap(order[k - 1], order[random.below(k)]);  // Fisher and Yates
  return order;
}

}  // namespace wengert
