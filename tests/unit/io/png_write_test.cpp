// SPDX-License-Identifier: Apache-2.0
//
// PNG files, taken apart again by the reader of raw deflate streams.
#include <gtest/gtest.h>

#include "wengert/base/error.h"
#include "wengert/io/compress.h"
#include "wengert/io/png_write.h"

namespace wengert {
namespace {

TEST(Png, holds_the_pixels_that_were_given) {
  const Bytes pixels{0, 50, 100, 150, 200, 255};
  const Bytes png = png_of(3, 2, 1, pixels);
  ByteCursor cursor(png, "image.png");
  EXPECT_EQ(text_of(cursor.take(8, "signature")), "\x89PNG\r\n\x1a\n");
  std::vector<std::string> names;
  Bytes data;
  while (cursor.left() > 0) {
    const auto length = cursor.number<uint32_t>(ByteOrder::big, "length");
    const ByteView chunk = cursor.take(4 + length, "chunk");
    EXPECT_EQ(cursor.number<uint32_t>(ByteOrder::big, "checksum"), crc32(chunk));
    names.emplace_back(text_of(chunk.first(4)));
    if (names.back() == "IHDR") {
      EXPECT_EQ(Bytes(chunk.begin() + 4, chunk.end()), (Bytes{0, 0, 0, 3, 0, 0, 0, 2, 8, 0, 0, 0, 0}));
    }
    if (names.back() == "IDAT") data.assign(chunk.begin() + 4, chunk.end());
  }
  EXPECT_EQ(names, (std::vector<std::string>{"IHDR", "IDAT", "IEND"}));
  EXPECT_EQ((data[0] * 256 + data[1]) % 31, 0) << "RFC 1950";
  const Bytes rows = inflate_raw(ByteView(data).subspan(2, data.size() - 6), 8, "image.png", 0);
  EXPECT_EQ(rows, (Bytes{0, 0, 50, 100, 0, 150, 200, 255}));
}

TEST(Png, needs_as_many_bytes_as_pixels) {
  EXPECT_THROW(png_of(2, 2, 1, Bytes(5)), ShapeError);
  EXPECT_THROW(png_of(2, 2, 2, Bytes(8)), ShapeError);
  EXPECT_THROW(png_of(0, 2, 1, Bytes()), ShapeError);
}

TEST(Base64, is_that_of_its_specification) {
  const auto of = [](std::string_view text) { return base64(bytes_of(text)); };
  EXPECT_EQ(of(""), "");
  EXPECT_EQ(of("f"), "Zg==");
  EXPECT_EQ(of("fo"), "Zm8=");
  EXPECT_EQ(of("foo"), "Zm9v");
  EXPECT_EQ(of("foobar"), "Zm9vYmFy");
}

}  // namespace
}  // namespace wengert
