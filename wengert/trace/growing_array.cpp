// SPDX-License-Identifier: Apache-2.0
#include "wengert/trace/growing_array.h"

#include <cstdint>
#include <cstdlib>
#include <fmt/format.h>
#include <sys/mman.h>

#include "wengert/base/error.h"

namespace wengert::detail {
namespace {

/// The first touch of fresh memory in pages of 4 KB costs more than recording (12 ns an operation and over).
void ask_for_large_pages(void* block, size_t bytes) {
  constexpr size_t page = size_t{1} << 21;
  const auto begin = (reinterpret_cast<uintptr_t>(block) + page - 1) / page * page;
  const auto end = (reinterpret_cast<uintptr_t>(block) + bytes) / page * page;
  if (end > begin) madvise(reinterpret_cast<void*>(begin), end - begin, MADV_HUGEPAGE);  // a wish: failure is no error
}

}  // namespace

GrowingArray::~GrowingArray() { std::free(block_); }

void GrowingArray::resize(size_t bytes) {
  void* const larger = std::realloc(block_, bytes + offset_);
  if (larger == nullptr)
    throw ResourceError("W401", fmt::format("no memory for {} bytes of a recording", bytes), {},
                        "record a smaller part, or a body once and loop over it with sum_map");
  block_ = larger;
  bytes_ = bytes;
  ask_for_large_pages(block_, bytes + offset_);
}

}  // namespace wengert::detail
