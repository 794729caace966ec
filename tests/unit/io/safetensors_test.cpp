// SPDX-License-Identifier: Apache-2.0
#include "wengert/io/safetensors.h"

#include <cmath>

#include "files.h"

namespace wengert {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

/// A file of any header.
Bytes tensors_file(std::string_view header, const Bytes& data = {}) {
  Bytes file;
  append(file, uint64_t{header.size()}, ByteOrder::little);
  append(file, bytes_of(header));
  append(file, data);
  return file;
}

std::string error_in(std::string_view header, const Bytes& data = {}) {
  return message_of([&] { parse_safetensors(tensors_file(header, data), "a.safetensors"); });
}

/// The header of tensors "a" (and "b"): type, shape, places.
std::string entry(std::string name, std::string dtype, std::string shape, std::string places) {
  return "\"" + name + "\":{\"dtype\":\"" + dtype + "\",\"shape\":[" + shape + "],\"data_offsets\":[" + places + "]}";
}

Tensors some_tensors() {
  const bool truths[] = {true, false, true};
  const std::vector<float> floats{0.1f, -0.0f, NAN};
  const std::vector<int64_t> whole{INT64_MIN, INT64_MAX};
  return {{{"z", Array({2, 2}, {0.1, NAN, -INFINITY, 5e-324})},
           {"mask", Array::of<bool>({3}, truths)},
           {"caf\xc3\xa9 \"quoted\"\n", Array::of<float>({3, 1}, floats)},
           {"", Array::of<int64_t>({2}, whole)},
           {"nothing", Array(f32({0, 5}))},
           {"a", Array(2.5)}},
          {{"step", "17"}, {"format", "wengert \xe2\x88\x82"}, {"", ""}}};
}

TEST(Safetensors, writes_what_it_reads_in_order) {
  const TemporaryFolder folder;
  write_safetensors(folder / "a.safetensors", some_tensors());
  EXPECT_EQ(read_safetensors(folder / "a.safetensors"), some_tensors());
  EXPECT_EQ(read_file(folder / "a.safetensors"), safetensors_bytes(some_tensors()));
  EXPECT_EQ(parse_safetensors(safetensors_bytes({}), "a.safetensors"), Tensors{});
}

TEST(Safetensors, begins_the_data_at_a_multiple_of_eight) {
  for (size_t length = 1; length <= 8; ++length) {
    const Bytes file = safetensors_bytes({{{std::string(length, 'x'), Array(1.0)}}, {}});
    EXPECT_EQ(load<uint64_t>(file.data(), ByteOrder::little) % 8, 0u);
    EXPECT_EQ(file.size() % 8, 0u);
  }
}

TEST(Safetensors, writes_the_format_as_published) {
  EXPECT_EQ(safetensors_bytes({{{"a", Array({1}, {0})}}, {{"k", "v"}}}),
            tensors_file("{\"__metadata__\":{\"k\":\"v\"}," + entry("a", "F64", "1", "0,8") + "} ", Bytes(8)));
}

TEST(Safetensors, reads_places_in_any_order_and_members_it_does_not_know) {
  const std::string b = R"("b":{"shape":[1],"extra":null,"data_offsets":[1,5],"dtype":"F32"})";
  const Tensors tensors =
      parse_safetensors(tensors_file("{" + b + "," + entry("a", "BOOL", "", "0,1") + "}", {1, 0, 0, 0x80, 0x3f}), "a");
  EXPECT_EQ(tensors.arrays[0], (NamedArray{"b", Array({1}, {1}).as(DType::f32)}));
  EXPECT_EQ(tensors.arrays[1], (NamedArray{"a", Array(1.0).as(DType::boolean)}));
}

TEST(Safetensors, does_not_believe_the_headers_size) {
  for (uint64_t size : {uint64_t{3}, uint64_t{100'000'001}, UINT64_MAX}) {
    Bytes file;
    append(file, size, ByteOrder::little);
    append(file, bytes_of("{}"));
    EXPECT_THAT(
        message_of([&] { parse_safetensors(file, "a.safetensors"); }),
        StartsWith("W570 usage: a.safetensors claims a header of " + std::to_string(size) + " bytes; 2 follow"));
  }
}

TEST(Safetensors, names_the_tensor_whose_header_is_wrong) {
  EXPECT_THAT(error_in(R"({"w":{"dtype":"F32","shape":[1]}})"),
              StartsWith("W571 usage: a.safetensors: tensor \"w\" has no data_offsets; expected dtype, shape and "
                         "data_offsets\n  at byte 8 of a.safetensors"));
  for (const char* header :
       {"[]", "7", R"({"w":7})", R"({"w":{}})", R"({"w":{"dtype":7,"shape":[],"data_offsets":[0,0]}})",
        R"({"w":{"dtype":"F32","shape":7,"data_offsets":[0,0]}})",
        R"({"w":{"dtype":"F32","shape":[-1],"data_offsets":[0,0]}})",
        R"({"w":{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}})",
        R"({"w":{"dtype":"F32","shape":[],"data_offsets":[0]}})",
        R"({"w":{"dtype":"F32","shape":["1"],"data_offsets":[0,4]}})", R"({"__metadata__":7})",
        R"({"__metadata__":{"a":7}})"})
    EXPECT_THAT(error_in(header), StartsWith("W571")) << header;
}

TEST(Safetensors, names_types_it_does_not_read) {
  EXPECT_THAT(error_in("{" + entry("w", "I16", "1", "0,2") + "}", Bytes(2)),
              StartsWith("W572 usage: a.safetensors: tensor \"w\" has dtype \"I16\"; expected F64, F32, I64, BOOL, F16, BF16"));
}

TEST(Safetensors, reads_half_precision_as_f32) {
  const Bytes halves{0x00, 0x3c, 0x00, 0xc0, 0x01, 0x00, 0xff, 0x7b, 0x00, 0x7c, 0x01, 0x7e};  // 1, -2, 2^-24, 65504, infinity, NaN
  const Tensors read = parse_safetensors(tensors_file("{" + entry("w", "F16", "6", "0,12") + "}", halves), "a.safetensors");
  const auto w = read.arrays[0].array.values<float>();
  EXPECT_THAT(std::vector<float>(w.begin(), w.begin() + 5), testing::ElementsAre(1.0f, -2.0f, 0x1p-24f, 65504.0f, INFINITY));
  EXPECT_TRUE(std::isnan(w[5]));
  const Bytes brain{0x80, 0x3f, 0x49, 0xc0, 0x00, 0x80};  // 1, -3.140625, -0
  const Array b = parse_safetensors(tensors_file("{" + entry("w", "BF16", "3", "0,6") + "}", brain), "a.safetensors").arrays[0].array;
  EXPECT_THAT(b.values<float>(), testing::ElementsAre(1.0f, -3.140625f, 0.0f));
  EXPECT_TRUE(std::signbit(b.values<float>()[2]));
  EXPECT_THAT(error_in("{" + entry("w", "F16", "2", "0,8") + "}", Bytes(8)), testing::HasSubstr("4 bytes for F16[2]"));
}

TEST(Safetensors, refuses_headers_that_are_not_json) {
  EXPECT_THAT(error_in("{"), StartsWith("W580 usage: the header of a.safetensors is not JSON"));
  EXPECT_THAT(error_in(R"({"w":{"shape":[[]]}})"), StartsWith("W581"));
  EXPECT_THAT(error_in("{" + entry("w", "BOOL", "", "0,1") + "," + entry("w", "BOOL", "", "0,1") + "}", {1}),
              StartsWith("W583 usage: the key \"w\" occurs twice"));
}

TEST(Safetensors, wants_places_that_fill_the_data_exactly) {
  const auto two = [](const char* first, const char* second, size_t size) {
    return error_in("{" + entry("a", "F32", "1", first) + "," + entry("b", "F32", "1", second) + "}", Bytes(size));
  };
  EXPECT_EQ(two("0,4", "4,8", 8), "no error");
  EXPECT_EQ(two("4,8", "0,4", 8), "no error");
  EXPECT_THAT(two("0,4", "0,4", 4), HasSubstr("W573 usage: tensor \"b\" begins at byte 0 of the data, expected 4"));
  EXPECT_THAT(two("0,4", "2,6", 6), HasSubstr("W573 usage: tensor \"b\" begins at byte 2 of the data, expected 4"));
  EXPECT_THAT(two("0,4", "5,9", 9), StartsWith("W573"));
  EXPECT_THAT(two("1,5", "5,9", 9), StartsWith("W573"));
  EXPECT_THAT(two("0,4", "4,8", 9), HasSubstr("the tensors of a.safetensors fill 8 bytes of data; the file has 9"));
  EXPECT_THAT(two("0,4", "4,8", 7), StartsWith("W573"));
  EXPECT_THAT(two("0,5", "5,9", 9), HasSubstr("tensor \"a\" fills bytes 0 to 5; expected 4 bytes for f32[1]"));
  EXPECT_THAT(two("4,0", "4,8", 8), StartsWith("W573"));
  EXPECT_THAT(two("0,4", "18446744073709551612,18446744073709551615", 8), StartsWith("W573"));
}

TEST(Safetensors, does_not_believe_shapes) {
  EXPECT_THAT(error_in("{" + entry("w", "F32", "4294967296,4294967296", "0,4") + "}", Bytes(4)),
              HasSubstr("W543 usage: tensor \"w\" of a.safetensors claims an array [4294967296,4294967296]"));
  EXPECT_THAT(error_in("{" + entry("w", "F32", "1,1,1,1,1,1,1,1,1", "0,4") + "}", Bytes(4)), StartsWith("W543"));
  EXPECT_THAT(error_in("{" + entry("w", "F32", "281474976710656", "0,1125899906842624") + "}", Bytes(4)),
              StartsWith("W573"));
}

TEST(Safetensors, refuses_bools_that_are_none) {
  EXPECT_THAT(error_in("{" + entry("w", "BOOL", "2", "0,2") + "}", {1, 2}), StartsWith("W544"));
}

TEST(Safetensors, refuses_every_prefix_and_survives_changes) {
  const auto read = [](const Bytes& file) { parse_safetensors(file, "a.safetensors"); };
  expect_no_prefix_is_read(safetensors_bytes(some_tensors()), read);
  expect_no_crash_on_changed_bytes(safetensors_bytes(some_tensors()), read);
}

TEST(Safetensors, writes_only_what_the_format_holds) {
  const auto error_of = [](const Tensors& tensors) { return message_of([&] { safetensors_bytes(tensors); }); };
  EXPECT_THAT(error_of({{{"a", Array(1.0)}, {"a", Array(2.0)}}, {}}),
              StartsWith("W546 usage: two arrays are named \"a\"\n  at a safetensors file"));
  EXPECT_THAT(error_of({{}, {{"k", "1"}, {"k", "2"}}}), StartsWith("W546 usage: two metadata are named \"k\""));
  EXPECT_THAT(error_of({{{"__metadata__", Array(1.0)}}, {}}), StartsWith("W574"));
  EXPECT_THAT(error_of({{{"\xff", Array(1.0)}}, {}}), StartsWith("W574 usage: \"\\xff\" is not UTF-8"));
  EXPECT_THAT(error_of({{}, {{"k", "\xff"}}}), StartsWith("W574"));
  EXPECT_THAT(error_of({{}, {{"k", std::string(100'000'000, 'x')}}}), StartsWith("W570 usage: the header would have"));
}

}  // namespace
}  // namespace wengert
