// SPDX-License-Identifier: Apache-2.0
#include "wengert/io/png_write.h"

#include <fmt/format.h>

#include "wengert/base/error.h"
#include "wengert/io/compress.h"

namespace wengert {
namespace {

/// Length, name, content, and the checksum of name and content.
void add_chunk(Bytes& png, std::string_view name, ByteView content) {
  append(png, static_cast<uint32_t>(content.size()), ByteOrder::big);
  const size_t begin = png.size();
  append(png, bytes_of(name));
  append(png, content);
  append(png, crc32(ByteView(png).subspan(begin)), ByteOrder::big);
}

/// The checksum of zlib streams (RFC 1950, section 9).
uint32_t adler32(ByteView bytes) {
  uint32_t a = 1, b = 0;
  for (const unsigned char byte : bytes) {
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  return b << 16 | a;
}

Bytes zlib_stream(ByteView content) {
  Bytes stream{0x78, 0x01};
  append(stream, deflate_raw(content));
  append(stream, adler32(content), ByteOrder::big);
  return stream;
}

}  // namespace

Bytes png_of(int64_t width, int64_t height, int64_t channels, ByteView pixels) {
  const bool sizes =
      width > 0 && height > 0 && width < (1 << 20) && height < (1 << 20) && (channels == 1 || channels == 3);
  if (!sizes || pixels.size() != static_cast<size_t>(width * height * channels))
    throw ShapeError("W856",
                     fmt::format("an image of {} x {} with {} channels cannot be written from {} bytes", width, height,
                                 channels, pixels.size()),
                     {}, "give height x width x channels bytes, with 1 channel or 3");
  Bytes header, rows;
  append(header, static_cast<uint32_t>(width), ByteOrder::big);
  append(header, static_cast<uint32_t>(height), ByteOrder::big);
  append(header,
         Bytes{8, static_cast<unsigned char>(channels == 1 ? 0 : 2), 0, 0, 0});  // depth, colours; no interlacing
  const auto row_bytes = static_cast<size_t>(width * channels);
  for (size_t row = 0; row < static_cast<size_t>(height); ++row) {
    rows.push_back(0);  // no filter
    append(rows, pixels.subspan(row * row_bytes, row_bytes));
  }
  Bytes png{0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
  add_chunk(png, "IHDR", header);
  add_chunk(png, "IDAT", zlib_stream(rows));
  add_chunk(png, "IEND", {});
  return png;
}

std::string base64(ByteView bytes) {
  static constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (size_t k = 0; k < bytes.size(); k += 3) {
    const size_t count = std::min<size_t>(3, bytes.size() - k);
    uint32_t three = 0;
    for (size_t i = 0; i < 3; ++i) three = three << 8 | (i < count ? bytes[k + i] : 0);
    for (size_t i = 0; i < 4; ++i) text += i <= count ? digits[three >> (18 - 6 * i) & 63] : '=';
  }
  return text;
}

}  // namespace wengert
