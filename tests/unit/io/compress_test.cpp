// SPDX-License-Identifier: Apache-2.0
#include "wengert/io/compress.h"

#include "files.h"

namespace wengert {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

const Bytes text = bytes("a rose is a rose is a rose");

TEST(Crc32, has_its_check_value) { EXPECT_EQ(crc32(bytes("123456789")), 0xcbf43926u); }  // of the CRC catalogue

TEST(Gzip, inflates_what_it_deflates) {
  Bytes large(100'000);
  for (size_t i = 0; i < large.size(); ++i) large[i] = static_cast<unsigned char>(i * i >> 7);
  for (const Bytes& content : {Bytes{}, text, large}) {
    const Bytes packed = deflate_gzip(content);
    EXPECT_TRUE(is_gzip(packed));
    EXPECT_EQ(inflate_gzip(packed, "a.gz", content.size()), content);
  }
}

TEST(Gzip, is_the_same_for_the_same_content) { EXPECT_EQ(deflate_gzip(text), deflate_gzip(text)); }

TEST(Gzip, joins_members_of_one_file) {
  const Bytes packed = deflate_gzip(text);
  EXPECT_EQ(inflate_gzip(joined({packed, packed}), "a.gz", 1000), joined({text, text}));
}

TEST(Gzip, stops_at_the_limit) {
  const Bytes packed = deflate_gzip(Bytes(1'000'000));
  ASSERT_LT(packed.size(), 2000u);
  EXPECT_NO_THROW(inflate_gzip(packed, "a.gz", 1'000'000));
  EXPECT_THAT(message_of([&] { inflate_gzip(packed, "a.gz", 999'999); }),
              StartsWith("W442 resource: a.gz inflates to more than 999999 bytes, the limit\n"));
}

TEST(Gzip, finds_the_limit_also_where_the_trailer_claims_less) {
  Bytes packed = deflate_gzip(Bytes(1'000'000));
  std::fill(packed.end() - 4, packed.end(), 0);
  EXPECT_THAT(message_of([&] { inflate_gzip(packed, "a.gz", 5000); }), StartsWith("W442"));
  EXPECT_THAT(message_of([&] { inflate_gzip(packed, "a.gz", 2'000'000); }), HasSubstr("incorrect length check"));
}

TEST(Gzip, refuses_every_prefix_and_survives_changes) {
  const auto read = [](const Bytes& packed) { inflate_gzip(packed, "a.gz", 1000); };
  expect_no_prefix_is_read(deflate_gzip(text), read);
  expect_no_crash_on_changed_bytes(deflate_gzip(text), read);
}

TEST(Gzip, refuses_what_follows_its_end) {
  EXPECT_THAT(message_of([&] {
                inflate_gzip(joined({deflate_gzip(text), bytes("xyz")}), "a.gz", 1000);
              }),
              HasSubstr("W540 usage: the compressed data of a.gz cannot be inflated: 3 bytes follow its end"));
}

TEST(Deflate, fills_exactly_the_claimed_size) {
  const Bytes packed = deflate_raw(text);
  EXPECT_EQ(inflate_raw(packed, text.size(), "a.zip", 30), text);
  for (uint64_t size : {text.size() - 1, text.size() + 1})
    EXPECT_THAT(message_of([&] { inflate_raw(packed, size, "a.zip", 30); }), StartsWith("W540")) << size;
  EXPECT_THAT(message_of([&] { inflate_raw(joined({packed, text}), text.size(), "a.zip", 30); }), StartsWith("W540"));
}

TEST(Deflate, does_not_allocate_what_the_stream_cannot_hold) {
  EXPECT_THAT(message_of([&] { inflate_raw(deflate_raw(text), uint64_t{1} << 60, "a.zip", 30); }),
              HasSubstr("cannot hold the 1152921504606846976 claimed\n  at byte 30 of a.zip"));
}

TEST(Deflate, refuses_every_prefix) {
  expect_no_prefix_is_read(deflate_raw(text), [](const Bytes& packed) { inflate_raw(packed, text.size(), "a", 0); });
}

}  // namespace
}  // namespace wengert
