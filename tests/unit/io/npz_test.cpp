// SPDX-License-Identifier: Apache-2.0
#include "files.h"
#include "wengert/io/npy.h"

namespace wengert {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr auto little = ByteOrder::little;
constexpr size_t end_size = 22;

std::string numpy_file(const std::string& name) { return WENGERT_SOURCE_DIR "/fuzz/seeds/fuzz_npy/" + name; }

NamedArrays two_arrays() { return {{"w/\xc3\xa9", Array({2, 2}, {1, -0.5, 0.1, 7})}, {"b", Array(i64({3}))}}; }

std::string error_in(const Bytes& archive, size_t limit = default_file_limit) {
  return message_of([&] { parse_npz(archive, "a.npz", limit); });
}

/// Writes a number into a copy.
template <class T> Bytes with(Bytes archive, size_t at, T value) {
  Bytes digits;
  append(digits, value, little);
  std::copy(digits.begin(), digits.end(), archive.begin() + static_cast<long>(at));
  return archive;
}

size_t directory_of(const Bytes& archive) {
  return load<uint32_t>(archive.data() + archive.size() - end_size + 16, little);
}

TEST(Npz, writes_what_it_reads_in_order) {
  const TemporaryFolder folder;
  for (Compression compression : {Compression::none, Compression::deflate}) {
    write_npz(folder / "a.npz", two_arrays(), compression);
    EXPECT_EQ(read_npz(folder / "a.npz"), two_arrays());
  }
  EXPECT_EQ(parse_npz(npz_bytes({}), "a.npz"), NamedArrays{});
  EXPECT_EQ(npz_bytes(two_arrays()), npz_bytes(two_arrays()));
}

TEST(Npz, compresses) {
  const NamedArrays zeros{{"zeros", Array(f64({1000}))}};
  EXPECT_LT(npz_bytes(zeros).size(), 500u);
  EXPECT_GT(npz_bytes(zeros, Compression::none).size(), 8000u);
}

TEST(Npz, reads_what_numpy_and_zip_write) {
  const Array numbers({2, 3}, {0, 1, 2, 3, 4, 5});
  for (const char* name : {"stored.npz", "deflated.npz"}) {
    const NamedArrays arrays = read_npz(numpy_file(name));
    ASSERT_EQ(arrays.size(), 2u) << name;
    EXPECT_EQ(find(arrays, "weights"), Array({2, 3}, {0, 0.5, 1, 1.5, 2, 2.5})) << name;
    EXPECT_EQ(find(arrays, "labels"), Array({0, 1, 2}).as(DType::i64)) << name;
  }
  EXPECT_EQ(find(read_npz(numpy_file("comment.npz")), "x"), numbers);
  EXPECT_TRUE(read_npz(numpy_file("no_entries.npz")).empty());
}

TEST(Npz, names_the_arrays_there_are) {
  EXPECT_EQ(message_of([] { find(two_arrays(), "bias"); }),
            "W545 usage: there is no array \"bias\"; there are 2 arrays: \"w/\\xc3\\xa9\", \"b\"\n"
            "  fix: use one of these names, or another file");
}

TEST(Npz, refuses_two_entries_of_one_name) {
  EXPECT_THAT(message_of([] {
                npz_bytes({{"a", Array(1.0)}, {"a", Array(2.0)}});
              }),
              StartsWith("W546 usage: two arrays are named \"a\""));
  Bytes archive = npz_bytes({{"a", Array(1.0)}, {"b", Array(2.0)}});
  const auto last = std::find(archive.rbegin(), archive.rend(), 'b');
  *last = 'a';
  EXPECT_THAT(error_in(archive), StartsWith("W546 usage: a.npz holds \"a.npy\" twice"));
}

TEST(Npz, notices_a_changed_byte_by_the_checksum) {
  Bytes archive = npz_bytes({{"a", Array(1.0)}}, Compression::none);
  archive[directory_of(archive) - 1] ^= 1;
  EXPECT_THAT(error_in(archive), StartsWith("W565 usage: the checksum of \"a.npy\" is "));
}

TEST(Npz, names_the_features_it_does_not_read) {
  const Bytes archive = npz_bytes({{"a", Array(1.0)}});
  const size_t entry = directory_of(archive), end = archive.size() - end_size;
  EXPECT_THAT(error_in(with(archive, entry + 8, uint16_t{1})),
              StartsWith("W564 usage: a.npz needs the decryption of \"a.npy\", which is not read"));
  EXPECT_THAT(error_in(with(archive, entry + 10, uint16_t{12})),
              HasSubstr("needs compression method 12 for \"a.npy\""));
  for (size_t field : {20, 24, 42})
    EXPECT_THAT(error_in(with(archive, entry + field, UINT32_MAX)), HasSubstr("W564 usage: a.npz needs zip64"))
        << field;
  EXPECT_THAT(error_in(with(archive, end + 16, UINT32_MAX)), HasSubstr("W564 usage: a.npz needs zip64"));
  EXPECT_THAT(error_in(with(archive, end + 4, uint16_t{1})), HasSubstr("W564 usage: a.npz needs several disks"));
  Bytes other = archive;
  other[entry + 46 + 4] = 'x';
  EXPECT_THAT(error_in(other), HasSubstr("W564 usage: a.npz needs the entry \"a.npx\", no npy file"));
}

TEST(Npz, refuses_directories_that_do_not_fit) {
  const Bytes archive = npz_bytes({{"a", Array(1.0)}, {"b", Array(1.0)}}, Compression::none);
  const size_t entry = directory_of(archive), end = archive.size() - end_size;
  const size_t second = entry + 46 + 5;
  EXPECT_THAT(error_in(with(archive, end, uint32_t{0})),
              HasSubstr("W563 usage: a.npz is not a whole zip archive: no end"));
  EXPECT_THAT(error_in(with(archive, end + 16, uint32_t{1})), HasSubstr("up to the end record at"));
  EXPECT_THAT(error_in(with(archive, end + 8, (1u << 16) + 1)),
              HasSubstr("bytes after the 1 entries of its directory"));
  EXPECT_THAT(error_in(with(archive, end + 8, (3u << 16) + 3)), StartsWith("W541"));
  EXPECT_THAT(error_in(with(archive, entry, uint32_t{0})), HasSubstr("no directory entry where one should be"));
  EXPECT_THAT(error_in(with(archive, 0, uint32_t{0})), HasSubstr("no local header for \"a.npy\""));
  EXPECT_THAT(error_in(with(archive, second + 42, uint32_t{0})), HasSubstr("overlaps the entry before it"));
  EXPECT_THAT(error_in(with(archive, second + 42, static_cast<uint32_t>(entry - 1))),
              HasSubstr("the directory begins at"));
  EXPECT_THAT(error_in(with(archive, entry + 24, uint32_t{1})), HasSubstr("has 1 bytes, stored in"));
  EXPECT_THAT(error_in(bytes("PK")),
              HasSubstr("W563 usage: a.npz is not a whole zip archive: 2 bytes, expected at least"));
}

TEST(Npz, does_not_believe_sizes) {
  const Bytes archive = npz_bytes({{"a", Array(f64({1000}))}});
  const size_t entry = directory_of(archive);
  EXPECT_THAT(error_in(archive, 8127), StartsWith("W442 resource: a.npz unpacks to 8128 bytes; the limit is 8127"));
  EXPECT_NO_THROW(parse_npz(archive, "a.npz", 8128));
  EXPECT_THAT(error_in(with(archive, entry + 24, uint32_t{4'000'000'000})),
              HasSubstr("cannot hold the 4000000000 claimed"));
  EXPECT_THAT(error_in(with(archive, entry + 24, uint32_t{8127})), StartsWith("W540"));
}

TEST(Npz, refuses_every_prefix_and_survives_changes) {
  const auto read = [](const Bytes& archive) { parse_npz(archive, "a.npz", 1 << 20); };
  for (const Bytes& archive : {npz_bytes(two_arrays()), npz_bytes(two_arrays(), Compression::none)}) {
    expect_no_prefix_is_read(archive, read);
    expect_no_crash_on_changed_bytes(archive, read);
  }
}

TEST(Npz, does_not_write_what_needs_zip64) {
  NamedArrays many;
  for (int i = 0; i < 65535; ++i) many.push_back({std::to_string(i), Array(1.0)});
  EXPECT_THAT(message_of([&] { npz_bytes(many); }), StartsWith("W564 usage: 65535 arrays would need zip64"));
  EXPECT_THAT(message_of([&] { npz_bytes({{std::string(70'000, 'x'), Array(1.0)}}); }), StartsWith("W564"));
}

}  // namespace
}  // namespace wengert
