// SPDX-License-Identifier: Apache-2.0
//
// GrowingArray: memory of one of the parallel arrays of a long list, for trivially copyable elements. Large blocks of
// one size would all start at the same place of a page; entry i of one array and entry i of another would share their
// low address bits, and the processor take a load for dependent on an older store (14 ns an operation instead of 1.8).
// So each array starts at its own `stagger` into its block.
#pragma once

#include <cstddef>

namespace wengert::detail {

/// The offset of the k-th of the arrays that are walked side by side.
constexpr size_t stagger(size_t k) { return k * 1088; }

class GrowingArray {
 public:
  explicit GrowingArray(size_t offset) : offset_(offset) {}
  ~GrowingArray();
  GrowingArray(const GrowingArray&) = delete;
  GrowingArray& operator=(const GrowingArray&) = delete;

  void* data() const { return static_cast<std::byte*>(block_) + offset_; }
  size_t bytes() const { return bytes_; }
  /// Contents are kept, what is new is undefined. throws : ResourceError W401
  void resize(size_t bytes);

 private:
  void* block_ = nullptr;
  size_t offset_, bytes_ = 0;
};

}  // namespace wengert::detail
