// SPDX-License-Identifier: Apache-2.0
#include "wengert/io/idx.h"

#include "files.h"
#include "wengert/io/compress.h"

namespace wengert {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

/// A file of `raw` elements.
Bytes idx_file(IdxType type, const std::vector<uint32_t>& extents, const Bytes& raw) {
  Bytes file{0, 0, static_cast<unsigned char>(type), static_cast<unsigned char>(extents.size())};
  for (uint32_t extent : extents) append(file, extent, ByteOrder::big);
  append(file, raw);
  return file;
}

template <class T> std::vector<T> numbers(const Bytes& file, DType dtype, double scale = 1) {
  const Array array = parse_idx(file, "a.idx").array(dtype, scale);
  return {array.values<T>().begin(), array.values<T>().end()};
}

std::string error_in(const Bytes& file) {
  return message_of([&] { parse_idx(file, "a.idx"); });
}

TEST(Idx, reads_images_scaled_and_labels_whole) {
  const Idx images = parse_idx(idx_file(IdxType::u8, {2, 1, 2}, {0, 51, 102, 255}), "images");
  const Array scaled = images.array(DType::f32, 1.0 / 255);
  EXPECT_EQ(scaled.type(), f32({2, 1, 2}));
  EXPECT_THAT(scaled.values<float>(), ElementsAre(0.0f, 0.2f, 0.4f, 1.0f));
  EXPECT_THAT(numbers<int64_t>(idx_file(IdxType::u8, {3}, {7, 0, 9}), DType::i64), ElementsAre(7, 0, 9));
}

TEST(Idx, reads_every_element_type) {
  EXPECT_THAT(numbers<int64_t>(idx_file(IdxType::i8, {2}, {0x80, 0x7f}), DType::i64), ElementsAre(-128, 127));
  EXPECT_THAT(numbers<int64_t>(idx_file(IdxType::i16, {2}, {0xff, 0xfe, 0x01, 0x02}), DType::i64),
              ElementsAre(-2, 258));
  EXPECT_THAT(numbers<double>(idx_file(IdxType::i32, {1}, {0x80, 0, 0, 1}), DType::f64), ElementsAre(-2147483647.0));
  EXPECT_THAT(numbers<double>(idx_file(IdxType::f32, {1}, {0xc0, 0x20, 0, 0}), DType::f64), ElementsAre(-2.5));
  EXPECT_THAT(
      numbers<double>(idx_file(IdxType::f64, {1}, {0x3f, 0xb9, 0x99, 0x99, 0x99, 0x99, 0x99, 0x9a}), DType::f64),
      ElementsAre(0.1));
  EXPECT_THAT(numbers<bool>(idx_file(IdxType::u8, {2}, {1, 0}), DType::boolean), ElementsAre(true, false));
}

TEST(Idx, converts_some_rows) {
  const Idx idx = parse_idx(idx_file(IdxType::i16, {3, 2}, {0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6}), "a.idx");
  EXPECT_EQ(idx.rows(1, 2, DType::f64), Array({2, 2}, {3, 4, 5, 6}));
  EXPECT_EQ(idx.rows(3, 0, DType::f64).shape(), (Shape{0, 2}));
  for (auto [first, count] : {std::pair{2, 2}, {-1, 1}, {0, -1}, {4, 0}})
    EXPECT_THAT(message_of([&, f = first, n = count] { idx.rows(f, n, DType::f64); }), StartsWith("W552 usage: "));
  EXPECT_THAT(message_of([&] { idx.rows(1, INT64_MAX, DType::f64); }), HasSubstr("there are 3\n  at a.idx"));
}

TEST(Idx, refuses_values_the_type_cannot_hold) {
  const Idx half = parse_idx(idx_file(IdxType::f32, {2}, {0, 0, 0, 0, 0x3f, 0, 0, 0}), "a.idx");
  EXPECT_THAT(message_of([&] { half.array(DType::i64); }),
              StartsWith("W544 usage: i64 cannot hold the value 0.5\n  at byte 12 of a.idx"));
  const Idx nan = parse_idx(idx_file(IdxType::f32, {1}, {0x7f, 0xc0, 0, 0}), "a.idx");
  EXPECT_THAT(message_of([&] { nan.array(DType::i64); }), StartsWith("W544"));
  const Idx two = parse_idx(idx_file(IdxType::u8, {1}, {2}), "a.idx");
  EXPECT_THAT(message_of([&] { two.array(DType::boolean); }), StartsWith("W544"));
  EXPECT_THAT(message_of([&] { two.array(DType::i64, 0.5); }), StartsWith("W551 usage: a scale of 0.5"));
}

TEST(Idx, reads_gzip_files_within_the_limit) {
  const Bytes file = idx_file(IdxType::u8, {100}, Bytes(100, 5));
  EXPECT_EQ(parse_idx(deflate_gzip(file), "a.gz").bytes, Bytes(100, 5));
  EXPECT_THAT(message_of([&] { parse_idx(deflate_gzip(file), "a.gz", 107); }), StartsWith("W442"));
  EXPECT_THAT(message_of([&] { parse_idx(deflate_gzip(bytes("\x01zzzzzzz")), "a.gz"); }),
              HasSubstr("at byte 0 of a.gz, inflated"));
}

TEST(Idx, says_what_is_wrong_with_the_magic_number) {
  EXPECT_THAT(error_in(bytes("PK\x03\x04")),
              StartsWith("W550 usage: a.idx is not an IDX file; it begins with bytes 50 4b, "
                         "expected 00 00\n  at byte 0 of a.idx\n  fix: name an IDX file"));
  EXPECT_THAT(error_in({0, 0, 0x0a, 1, 0, 0, 0, 0}),
              HasSubstr("W550 usage: a.idx is not an IDX file; its type code is 0a"));
  EXPECT_THAT(error_in({0, 0, 8, 0, 1}), HasSubstr("W550 usage: a.idx is an IDX file of 0 axes"));
}

TEST(Idx, does_not_believe_sizes) {
  EXPECT_THAT(error_in(idx_file(IdxType::f64, {4'000'000'000, 60'000}, {1})),
              HasSubstr("W541 usage: a.idx ends early; 240000000000000 elements of shape [4000000000,60000] needs "
                        "1920000000000000 bytes, 1 are left"));
  EXPECT_THAT(error_in(idx_file(IdxType::u8, std::vector<uint32_t>(4, UINT32_MAX), {1})), StartsWith("W543"));
  EXPECT_THAT(error_in(idx_file(IdxType::u8, std::vector<uint32_t>(255, 1), {1})), StartsWith("W543"));
  EXPECT_THAT(error_in(idx_file(IdxType::u8, {2}, {1, 2, 3})), StartsWith("W542"));
}

TEST(Idx, refuses_every_prefix_and_survives_changes) {
  const auto read = [](const Bytes& file) { parse_idx(file, "a.idx").array(DType::f64); };
  for (const Bytes& file :
       {idx_file(IdxType::u8, {2, 3}, {1, 2, 3, 4, 5, 6}), idx_file(IdxType::i32, {1}, {1, 2, 3, 4})}) {
    expect_no_prefix_is_read(file, read);
    expect_no_crash_on_changed_bytes(file, read);
    expect_no_prefix_is_read(deflate_gzip(file), read);
    expect_no_crash_on_changed_bytes(deflate_gzip(file), read);
  }
}

TEST(Idx, writes_what_it_reads) {
  const TemporaryFolder folder;
  const Array images({2, 2, 1}, {0, 0.2, 0.4, 1});
  for (const char* name : {"images", "images.gz"}) {
    write_idx(folder / name, images, 255);
    EXPECT_EQ(read_idx(folder / name).array(DType::f64, 1.0 / 255), images.reshaped({2, 2, 1}));
  }
  EXPECT_TRUE(is_gzip(read_file(folder / "images.gz")));
  EXPECT_FALSE(is_gzip(read_file(folder / "images")));
  const std::vector<unsigned char> labels{3, 1, 4};
  write_idx(folder / "labels", {3}, labels);
  EXPECT_EQ(read_idx(folder / "labels").bytes, labels);
}

TEST(Idx, writes_only_what_the_format_holds) {
  EXPECT_THAT(message_of([] {
                idx_bytes(Array({2}, {1, 255.6}));
              }),
              StartsWith("W544 usage: an IDX file of bytes holds 0 to 255; element [1] gives 256"));
  EXPECT_THAT(message_of([] { idx_bytes(Array({1}, {NAN})); }), StartsWith("W544"));
  EXPECT_THAT(message_of([] { idx_bytes(Array(1.0)); }), StartsWith("W553"));
  EXPECT_THAT(message_of([] { idx_bytes({2}, Bytes{1}); }), HasSubstr("the shape is [2], there are 1 values"));
  EXPECT_THAT(message_of([] {
                idx_bytes({int64_t{1} << 32, 0}, {});
              }),
              HasSubstr("W553 usage: an IDX file holds extents"));
}

/// The folder of real files, where there is one: $WENGERT_DATA/mnist.
TEST(Idx, reads_the_real_mnist) {
  const char* data = std::getenv("WENGERT_DATA");
  const std::string folder = std::string(data ? data : "") + "/mnist/";
  if (!std::filesystem::exists(folder + "train-images-idx3-ubyte.gz")) GTEST_SKIP() << "no files in " << folder;
  const Array images = read_idx(folder + "train-images-idx3-ubyte.gz").array(DType::f32, 1.0 / 255);
  const Array labels = read_idx(folder + "train-labels-idx1-ubyte.gz").array(DType::i64);
  EXPECT_EQ(images.type(), f32({60000, 28, 28}));
  double sum = 0;
  for (float x : images.values<float>()) sum += x;
  EXPECT_NEAR(sum / 47'040'000, 0.1307, 5e-5);  // the mean by which everyone centres these images
  EXPECT_THAT(labels.values<int64_t>().first(10), ElementsAre(5, 0, 4, 1, 9, 2, 1, 3, 1, 4));
  EXPECT_EQ(read_idx(folder + "t10k-images-idx3-ubyte.gz").shape, (Shape{10000, 28, 28}));
  EXPECT_THAT(read_idx(folder + "t10k-labels-idx1-ubyte.gz").rows(0, 4, DType::i64).values<int64_t>(),
              ElementsAre(7, 2, 1, 0));
}

}  // namespace
}  // namespace wengert
