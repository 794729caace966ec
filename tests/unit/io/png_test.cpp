// SPDX-License-Identifier: Apache-2.0
//
// PNG files made here byte by byte, by the specification, and those that are written.
#include "wengert/io/png.h"

#include "files.h"
#include "wengert/io/compress.h"

namespace wengert {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

enum Colour : uint8_t { grey = 0, rgb = 2, palette = 3, grey_alpha = 4, rgb_alpha = 6 };

Bytes chunk(std::string_view type, const Bytes& data) {
  const Bytes named = joined({bytes(type), data});
  Bytes result;
  append(result, static_cast<uint32_t>(data.size()), ByteOrder::big);
  append(result, named);
  append(result, crc32(named), ByteOrder::big);
  return result;
}

Bytes zlib_stream(const Bytes& data) {
  Bytes stream{0x78, 0x9c};
  append(stream, deflate_raw(data));
  uint32_t a = 1, b = 0;  // Adler's checksum
  for (const unsigned char byte : data) a = (a + byte) % 65521, b = (b + a) % 65521;
  append(stream, b << 16 | a, ByteOrder::big);
  return stream;
}

struct Kind {
  uint32_t width, height;
  uint8_t depth;
  Colour colour;
  Bytes more = {};  ///< chunks before the pixels
};

/// lines : each with its filter before it, 0 for none
Bytes png_file(const Kind& kind, const Bytes& lines) {
  Bytes header;
  append(header, kind.width, ByteOrder::big);
  append(header, kind.height, ByteOrder::big);
  append(header, Bytes{kind.depth, kind.colour, 0, 0, 0});
  return joined({Bytes{0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'}, chunk("IHDR", header), kind.more,
                 chunk("IDAT", zlib_stream(lines)), chunk("IEND", {})});
}

Png read(const Bytes& file) { return parse_png(file, "a.png"); }
std::string error_in(const Bytes& file) {
  return message_of([&] { read(file); });
}

TEST(Png, reads_grey_pictures_of_every_depth) {
  const Png eight = read(png_file({2, 2, 8, grey}, {0, 10, 20, 0, 30, 40}));
  EXPECT_EQ(eight.shape, (Shape{2, 2, 1}));
  EXPECT_THAT(eight.samples, ElementsAre(10, 20, 30, 40));
  EXPECT_EQ(eight.depth, 8);
  EXPECT_THAT(read(png_file({3, 1, 1, grey}, {0, 0b10100000})).samples, ElementsAre(255, 0, 255));
  EXPECT_THAT(read(png_file({3, 1, 2, grey}, {0, 0b00011000})).samples, ElementsAre(0, 85, 170));
  EXPECT_THAT(read(png_file({2, 1, 4, grey}, {0, 0x3f})).samples, ElementsAre(51, 255));
  const Png sixteen = read(png_file({2, 1, 16, grey}, {0, 0x12, 0x34, 0xff, 0xff}));
  EXPECT_THAT(sixteen.samples, ElementsAre(0x1234, 0xffff));
  EXPECT_EQ(sixteen.depth, 16);
  EXPECT_EQ(sixteen.scale() * 65535, 1);
}

TEST(Png, reads_colours_palettes_and_alpha) {
  EXPECT_THAT(read(png_file({1, 1, 8, rgb}, {0, 1, 2, 3})).samples, ElementsAre(1, 2, 3));
  const Png with_alpha = read(png_file({1, 1, 8, rgb_alpha}, {0, 1, 2, 3, 4}));
  EXPECT_EQ(with_alpha.shape, (Shape{1, 1, 4}));
  EXPECT_THAT(with_alpha.samples, ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(read(png_file({1, 1, 8, grey_alpha}, {0, 9, 128})).samples, ElementsAre(9, 128));
  const Bytes colours = chunk("PLTE", {10, 11, 12, 20, 21, 22});
  EXPECT_THAT(read(png_file({2, 1, 8, palette, colours}, {0, 1, 0})).samples, ElementsAre(20, 21, 22, 10, 11, 12));
  const Png transparent = read(png_file({2, 1, 8, palette, joined({colours, chunk("tRNS", {7})})}, {0, 1, 0}));
  EXPECT_THAT(transparent.samples, ElementsAre(20, 21, 22, 255, 10, 11, 12, 7));
}

TEST(Png, reads_filtered_lines) {
  // by the left neighbour, the one above, their mean
  EXPECT_THAT(read(png_file({2, 3, 8, grey}, {1, 10, 5, 2, 1, 1, 3, 1, 1})).samples,
              ElementsAre(10, 15, 11, 16, 6, 12));
}

TEST(Png, writes_what_it_reads) {
  const Array picture({2, 2, 3}, {0, 0.2, 0.4, 0.6, 0.8, 1, 1, 0, 1, 0, 1, 0});
  const Png back = read(png_bytes(picture));
  EXPECT_EQ(back.shape, picture.shape());
  for (size_t k = 0; k < back.samples.size(); ++k)
    EXPECT_EQ(back.samples[k], std::lround(255 * picture[static_cast<int64_t>(k)]));
  EXPECT_EQ(read(png_bytes(picture.reshaped({4, 3}))).shape, (Shape{4, 3, 1}));
  EXPECT_EQ(png_bytes(picture), png_bytes(picture));
}

TEST(Png, refuses_files_that_are_none_or_damaged) {
  const Bytes valid = png_file({2, 2, 8, grey}, {0, 10, 20, 0, 30, 40});
  EXPECT_THAT(error_in(bytes("GIF89a and more")),
              HasSubstr("W842 usage: a.png is no PNG file: it does not begin like one"));
  EXPECT_THAT(error_in({}), HasSubstr("W842"));
  EXPECT_THAT(error_in(Bytes(valid.begin(), valid.end() - 20)), HasSubstr("a.png is a damaged PNG file: "));
  for (size_t size = 0; size < valid.size(); ++size)
    EXPECT_THAT(error_in({valid.begin(), valid.begin() + static_cast<std::ptrdiff_t>(size)}), HasSubstr("W842"))
        << size;
  for (size_t k = 8; k < valid.size();
       ++k) {  // checksums see a wrong bit anywhere, but in what says how long a chunk is
    Bytes damaged = valid;
    damaged[k] ^= 4;
    EXPECT_NE(error_in(damaged), "no error") << k;
  }
  EXPECT_THAT(error_in(png_file({2, 2, 8, grey}, {0, 10, 20, 0})), HasSubstr("damaged"));
  EXPECT_THAT(error_in(png_file({2, 2, 3, grey}, {0, 10})), HasSubstr("damaged"));
}

TEST(Png, takes_no_memory_for_what_a_file_cannot_hold) {
  EXPECT_THAT(error_in(png_file({900'000, 900, 8, grey}, {0, 1})), HasSubstr("too short for its width and height"));
  EXPECT_THAT(message_of([] {
                parse_png(png_file({100, 100, 8, rgb}, Bytes(100 * 301)), "a.png", 10'000);
              }),
              HasSubstr("W442"));
}

}  // namespace
}  // namespace wengert
