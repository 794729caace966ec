// SPDX-License-Identifier: Apache-2.0
#include "wengert/io/utf8.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <fmt/format.h>

#include "wengert/base/error.h"

namespace wengert {

size_t utf8_length(std::string_view text) {
  const auto byte = [&](size_t k) { return k < text.size() ? static_cast<unsigned char>(text[k]) : 0u; };
  const auto follows = [&](size_t k, unsigned low = 0x80, unsigned high = 0xbf) {
    return byte(k) >= low && byte(k) <= high;
  };
  const unsigned lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead <= 0xdf) return follows(1) ? 2 : 0;
  if (lead >= 0xe0 && lead <= 0xef)
    return follows(1, lead == 0xe0 ? 0xa0 : 0x80, lead == 0xed ? 0x9f : 0xbf) && follows(2) ? 3 : 0;
  if (lead >= 0xf0 && lead <= 0xf4)
    return follows(1, lead == 0xf0 ? 0x90 : 0x80, lead == 0xf4 ? 0x8f : 0xbf) && follows(2) && follows(3) ? 4 : 0;
  return 0;
}

namespace {

/// The first byte that does not belong to UTF-8 text, or the size. Eight plain bytes at a time.
size_t first_bad_byte(std::string_view text) {
  constexpr uint64_t ones = 0x0101010101010101, tops = ones << 7;
  size_t at = 0;
  while (at < text.size()) {
    if (text.size() - at >= 8) {
      uint64_t word;
      std::memcpy(&word, text.data() + at, 8);
      // With all top bits clear, a byte that is 0 borrows and sets its own.
      if (((word | (word - ones)) & tops) == 0) {
        at += 8;
        continue;
      }
    }
    const size_t length = text[at] == '\0' ? 0 : utf8_length(text.substr(at));
    if (length == 0) return at;
    at += length;
  }
  return at;
}

size_t lines_before(std::string_view text) { return static_cast<size_t>(std::count(text.begin(), text.end(), '\n')); }

}  // namespace

void expect_text(std::string_view text, const std::string& name) {
  const bool utf16 = text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff");
  const size_t bad = first_bad_byte(text);
  if (bad == text.size()) return;
  const std::string place = fmt::format("{}:{}", name, 1 + lines_before(text.substr(0, bad)));
  if (utf16)
    throw UsageError("W593", fmt::format("{} is text in UTF-16; UTF-8 is read", name), place, "save it as UTF-8");
  if (text[bad] == '\0')
    throw UsageError("W593", fmt::format("{} has a NUL byte and is not a text", name), place,
                     "give a table in text form, such as a CSV file");
  throw UsageError("W593",
                   fmt::format("{} is not UTF-8: byte {} is {:02x}", name, bad, static_cast<unsigned char>(text[bad])),
                   place, "save it as UTF-8 (iconv -f latin1 -t utf-8 converts older files)");
}

}  // namespace wengert
