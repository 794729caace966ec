// SPDX-License-Identifier: Apache-2.0
//
// Bytes of a file: loads in either byte order, a cursor that cannot leave its bytes, and the form all readers' errors
// share (what, expected and found, byte offset and file, remedy). Sizes that a file claims are compared with what the
// file has before anything is allocated.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "wengert/base/shape.h"

namespace wengert {

static_assert(std::endian::native == std::endian::little, "writers store arrays as they lie in memory: little-endian");

using Bytes = std::vector<unsigned char>;
using ByteView = std::span<const unsigned char>;

inline ByteView bytes_of(std::string_view text) {
  return {reinterpret_cast<const unsigned char*>(text.data()), text.size()};
}
inline std::string_view text_of(ByteView bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

enum class ByteOrder : uint8_t { little, big };

/// The number at `at`, which need not be aligned.
template <class T> T load(const unsigned char* at, ByteOrder order) {
  unsigned char raw[sizeof(T)];
  std::memcpy(raw, at, sizeof(T));
  if (order == ByteOrder::big) std::reverse(raw, raw + sizeof(T));
  T value;
  std::memcpy(&value, raw, sizeof(T));
  return value;
}

/// Appends an unsigned number.
template <class T> void append(Bytes& bytes, T value, ByteOrder order) {
  for (size_t i = 0; i < sizeof(T); ++i) {
    const size_t digit = order == ByteOrder::little ? i : sizeof(T) - 1 - i;
    bytes.push_back(static_cast<unsigned char>(value >> (8 * digit)));
  }
}
inline void append(Bytes& bytes, ByteView more) { bytes.insert(bytes.end(), more.begin(), more.end()); }

/// Throws UsageError `id` at "byte 16 of train.idx".
[[noreturn]] void refuse(std::string_view id, std::string_view name, size_t offset, std::string what, std::string fix);

/// Text of a file made fit for a message: in quotes, control and non-ASCII bytes as \x1b, at most 60 bytes of it.
std::string quote(std::string_view text);

/// The shape a file claims. throws : UsageError W543 for more than Shape::max_rank axes or 2^48 elements
Shape shape_in_file(std::span<const uint64_t> extents, std::string_view name, size_t offset);

/// throws : UsageError W544 unless each byte is 0 or 1, as a bool must be; `offset` is that of the first
void expect_bools(ByteView bytes, std::string_view name, size_t offset);

/// Reads forward through bytes and never past their end.
class ByteCursor {
 public:
  /// `name` is the file's, for messages; both must outlive the cursor.
  ByteCursor(ByteView bytes, std::string_view name) : bytes_(bytes), name_(name) {}

  size_t offset() const { return offset_; }
  size_t left() const { return bytes_.size() - offset_; }
  std::string_view name() const { return name_; }

  /// The next `count` bytes, `what` names them. throws : UsageError W541 if fewer are left
  ByteView take(uint64_t count, std::string_view what);
  /// The next number. throws : UsageError W541
  template <class T> T number(ByteOrder order, std::string_view what) {
    return load<T>(take(sizeof(T), what).data(), order);
  }
  /// throws : UsageError W542 if anything is left after `what`
  void expect_end(std::string_view what) const;

 private:
  ByteView bytes_;
  std::string_view name_;
  size_t offset_ = 0;
};

}  // namespace wengert
