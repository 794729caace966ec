// SPDX-License-Identifier: Apache-2.0
#include "wengert/io/bytes.h"

#include "files.h"

namespace wengert {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

TEST(ByteOrder, loads_undo_appends) {
  for (ByteOrder order : {ByteOrder::little, ByteOrder::big}) {
    Bytes bytes{0xee};  // so that the number is not aligned
    append(bytes, uint32_t{0x01020304}, order);
    EXPECT_EQ(load<uint32_t>(bytes.data() + 1, order), 0x01020304u);
    EXPECT_EQ(bytes[1], order == ByteOrder::little ? 4 : 1);
  }
}

TEST(ByteCursor, says_what_is_missing_and_where) {
  const Bytes five(5);
  ByteCursor cursor(five, "a.bin");
  cursor.number<uint16_t>(ByteOrder::big, "the count");
  EXPECT_EQ(message_of([&] { cursor.number<uint64_t>(ByteOrder::big, "the size"); }),
            "W541 usage: a.bin ends early; the size needs 8 bytes, 3 are left\n"
            "  at byte 2 of a.bin\n"
            "  fix: the file was cut short; copy or download it again");
}

TEST(ByteCursor, finds_bytes_too_many) {
  const Bytes five(5);
  ByteCursor cursor(five, "a.bin");
  cursor.take(3, "the data");
  EXPECT_THAT(message_of([&] { cursor.expect_end("3 numbers"); }),
              StartsWith("W542 usage: a.bin has 2 bytes after 3 numbers, where it should end\n  at byte 3 of a.bin"));
  cursor.take(2, "the rest");
  EXPECT_NO_THROW(cursor.expect_end("5 numbers"));
}

TEST(ByteCursor, does_not_overflow_on_the_largest_count) {
  const Bytes five(5);
  ByteCursor cursor(five, "a.bin");
  cursor.take(1, "a byte");
  EXPECT_THAT(message_of([&] { cursor.take(UINT64_MAX, "all"); }), StartsWith("W541"));
}

TEST(ShapeInFile, bounds_axes_and_elements) {
  const std::vector<uint64_t> many(9, 1), large{uint64_t{1} << 32, uint64_t{1} << 32}, largest{UINT64_MAX, 0};
  EXPECT_THAT(message_of([&] { shape_in_file(many, "a", 4); }), HasSubstr("W543 usage: a claims an array of 9 axes"));
  EXPECT_THAT(message_of([&] { shape_in_file(large, "a", 4); }), HasSubstr("W543"));
  EXPECT_THAT(message_of([&] { shape_in_file(largest, "a", 4); }), HasSubstr("W543"));
  EXPECT_EQ(shape_in_file(std::vector<uint64_t>{2, 0}, "a", 4), (Shape{2, 0}));
}

TEST(Quote, makes_text_of_files_fit_for_a_message) {
  EXPECT_EQ(quote("a\"b\\"), R"("a\"b\\")");
  EXPECT_EQ(quote("\x1b[31m\xff"), R"("\x1b[31m\xff")");
  EXPECT_EQ(quote(std::string(61, 'x')), "\"" + std::string(60, 'x') + "\"...");
}

}  // namespace
}  // namespace wengert
