// SPDX-License-Identifier: Apache-2.0
#include "wengert/io/bytes.h"

#include <algorithm>
#include <fmt/format.h>

#include "wengert/base/error.h"

namespace wengert {

void refuse(std::string_view id, std::string_view name, size_t offset, std::string what, std::string fix) {
  throw UsageError(id, std::move(what), fmt::format("byte {} of {}", offset, name), std::move(fix));
}

std::string quote(std::string_view text) {
  constexpr size_t most = 60;
  std::string result = "\"";
  for (char c : text.substr(0, most)) {
    const auto code = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\')
      result += {'\\', c};
    else if (code < 0x20 || code > 0x7e)
      result += fmt::format("\\x{:02x}", code);
    else
      result += c;
  }
  return result + (text.size() > most ? "\"..." : "\"");
}

Shape shape_in_file(std::span<const uint64_t> extents, std::string_view name, size_t offset) {
  if (extents.size() > Shape::max_rank)
    refuse("W543", name, offset,
           fmt::format("{} claims an array of {} axes; at most {} are possible", name, extents.size(), Shape::max_rank),
           "the file is damaged, or its array must be reshaped where it was written");
  constexpr uint64_t most = uint64_t{1} << 48;
  uint64_t elements = 1;
  for (uint64_t extent : extents) {
    if (extent > 0 && elements > most / extent)
      refuse("W543", name, offset,
             fmt::format("{} claims an array [{}]; at most 2^48 elements are possible", name, fmt::join(extents, ",")),
             "the file is damaged; copy or write it again");
    if (extent > 0) elements *= extent;
  }
  std::array<int64_t, Shape::max_rank> signed_extents{};
  std::transform(extents.begin(), extents.end(), signed_extents.begin(),
                 [](uint64_t extent) { return static_cast<int64_t>(extent); });
  return Shape(std::span<const int64_t>(signed_extents.data(), extents.size()));
}

void expect_bools(ByteView bytes, std::string_view name, size_t offset) {
  const auto wrong = std::find_if(bytes.begin(), bytes.end(), [](unsigned char byte) { return byte > 1; });
  if (wrong != bytes.end())
    refuse("W544", name, offset + static_cast<size_t>(wrong - bytes.begin()),
           fmt::format("a bool is stored as 0 or 1; found {}", *wrong), "the file is damaged; copy or write it again");
}

ByteView ByteCursor::take(uint64_t count, std::string_view what) {
  if (count > left())
    refuse("W541", name_, offset_,
           fmt::format("{} ends early; {} needs {} bytes, {} are left", name_, what, count, left()),
           "the file was cut short; copy or download it again");
  const ByteView result = bytes_.subspan(offset_, static_cast<size_t>(count));
  offset_ += static_cast<size_t>(count);
  return result;
}

void ByteCursor::expect_end(std::string_view what) const {
  if (left() > 0)
    refuse("W542", name_, offset_, fmt::format("{} has {} bytes after {}, where it should end", name_, left(), what),
           "the file is damaged, or two files were joined; copy or write it again");
}

}  // namespace wengert
