// SPDX-License-Identifier: Apache-2.0
//
// Event files: their checksums and bytes by an own reading of the format, and files that grow.
#include <gtest/gtest.h>

#include "files.h"
#include "wengert/io/append_file.h"
#include "wengert/io/file.h"
#include "wengert/io/protobuf.h"
#include "wengert/io/tensorboard.h"

namespace wengert {
namespace {

Bytes joined(std::initializer_list<Bytes> parts) {
  Bytes all;
  for (const Bytes& part : parts) append(all, part);
  return all;
}

TEST(Protobuf, writes_what_its_documentation_shows) {
  ProtobufWriter inner;
  inner.integer(1, 150);
  EXPECT_EQ(inner.result(), (Bytes{0x08, 0x96, 0x01}));
  ProtobufWriter outer;
  outer.message(3, inner);
  outer.text(2, "testing");
  EXPECT_EQ(outer.result(), (Bytes{0x1a, 0x03, 0x08, 0x96, 0x01, 0x12, 0x07, 't', 'e', 's', 't', 'i', 'n', 'g'}));
  ProtobufWriter negative;
  negative.integer(1, -2);
  EXPECT_EQ(negative.result(), (Bytes{0x08, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01}));
  ProtobufWriter numbers;
  numbers.number(2, 0.5f);
  numbers.number(1, 1.0);
  EXPECT_EQ(numbers.result(), (Bytes{0x15, 0, 0, 0, 0x3f, 0x09, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f}));
}

TEST(EventFile, checksums_are_castagnolis) {
  EXPECT_EQ(crc32c(bytes_of("123456789")), 0xe3069283u) << "the check value of the algorithm's catalogue";
  EXPECT_EQ(crc32c(Bytes(32, 0)), 0x8a9136aau) << "RFC 3720, B.4";
  EXPECT_EQ(crc32c(Bytes(32, 0xff)), 0x62a8ab43u);
}

TEST(EventFile, a_record_is_the_bytes_that_the_format_says) {
  const Bytes bytes = event_record(2, 3, std::vector<EventScalar>{{"a/b", 0.5}});
  const Bytes event{0x09, 0,  0,    0, 0,   0,   0,   0,    0x40, 0x10, 3, 0x2a, 12,
                    0x0a, 10, 0x0a, 3, 'a', '/', 'b', 0x15, 0,    0,    0, 0x3f};
  ASSERT_EQ(bytes.size(), 12 + event.size() + 4);
  EXPECT_EQ(load<uint64_t>(bytes.data(), ByteOrder::little), event.size());
  EXPECT_TRUE(std::equal(event.begin(), event.end(), bytes.begin() + 12));
  const uint32_t crc = crc32c(event), masked = ((crc >> 15) | (crc << 17)) + 0xa282ead8;
  EXPECT_EQ(load<uint32_t>(bytes.data() + 12 + event.size(), ByteOrder::little), masked);
}

TEST(EventFile, whole_records_are_counted_and_damaged_ones_are_not) {
  const Bytes first = first_event_record(1), second = event_record(2, 1, std::vector<EventScalar>{{"loss/train", 1}});
  Bytes file = joined({first, second, second});
  EXPECT_EQ(end_of_records(file, 0), 0u);
  EXPECT_EQ(end_of_records(file, 2), first.size() + second.size());
  EXPECT_EQ(end_of_records(file, 3), file.size());
  EXPECT_FALSE(end_of_records(file, 4));
  file.pop_back();
  EXPECT_FALSE(end_of_records(file, 3)) << "cut short";
  file[first.size() + 14] ^= 1;
  EXPECT_FALSE(end_of_records(file, 2)) << "a flipped bit";
  file[first.size() + 7] = 0xff;
  EXPECT_FALSE(end_of_records(file, 2)) << "a length beyond all files";
}

TEST(AppendFile, keeps_what_begins_alike_and_cuts_off_the_rest) {
  const TemporaryFolder folder;
  const auto content = [&] { return std::string(text_of(read_file(folder / "log"))); };
  AppendFile(folder / "log", bytes_of("")).write(bytes_of("one\ntwo\n"));
  EXPECT_EQ(content(), "one\ntwo\n");
  AppendFile(folder / "log", bytes_of("one\n")).write(bytes_of("three\n"));
  EXPECT_EQ(content(), "one\nthree\n");
  AppendFile(folder / "log", bytes_of("two\n")).write(bytes_of("three\n"));
  EXPECT_EQ(content(), "two\nthree\n");
  AppendFile(folder / "log", {});
  EXPECT_EQ(content(), "");
  try {
    AppendFile(folder / "absent/log", {});
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_EQ(error.id(), "W441");
  }
}

}  // namespace
}  // namespace wengert
