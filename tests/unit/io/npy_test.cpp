// SPDX-License-Identifier: Apache-2.0
#include "wengert/io/npy.h"

#include <cmath>

#include "files.h"

namespace wengert {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

/// Files that NumPy 1.24 wrote, kept as seeds for fuzzing.
std::string numpy_file(const std::string& name) { return WENGERT_SOURCE_DIR "/fuzz/seeds/fuzz_npy/" + name; }

/// An npy file of version 1 with any header.
Bytes npy_file(std::string_view header, const Bytes& elements = {}) {
  Bytes file = bytes("\x93NUMPY\x01");
  append(file, uint8_t{0}, ByteOrder::little);
  append(file, static_cast<uint16_t>(header.size()), ByteOrder::little);
  append(file, bytes_of(header));
  append(file, elements);
  return file;
}

std::string error_in(const Bytes& file) {
  return message_of([&] { parse_npy(file, "a.npy"); });
}

std::vector<Array> some_arrays() {
  const std::vector<double> doubles{0.1, -0.0, NAN, INFINITY, 5e-324, 1e308};
  const std::vector<float> floats{0.1f, -1e-45f};
  const std::vector<int64_t> whole{INT64_MIN, -1, INT64_MAX};
  const bool truths[] = {true, false};
  return {Array::of<double>({2, 3}, doubles),
          Array::of<float>({2}, floats),
          Array::of<int64_t>({3, 1}, whole),
          Array::of<bool>({2}, truths),
          Array(7.0),
          Array(f32({0, 4})),
          Array(i64({1, 1, 1, 1, 1, 1, 1, 1}))};
}

TEST(Npy, writes_what_it_reads) {
  const TemporaryFolder folder;
  for (const Array& array : some_arrays()) {
    write_npy(folder / "a.npy", array);
    EXPECT_EQ(read_npy(folder / "a.npy"), array);
  }
}

TEST(Npy, writes_the_header_numpy_writes) {
  for (const char* name : {"le_f8.npy", "le_f4.npy", "le_i8.npy", "bool.npy", "scalar.npy", "empty.npy"}) {
    const Bytes file = read_file(numpy_file(name));
    EXPECT_EQ(npy_bytes(parse_npy(file, name)), file) << name;
  }
}

TEST(Npy, reads_every_element_type_of_numpy_in_either_byte_order) {
  const std::vector<std::pair<std::string, DType>> files{
      {"le_f8", DType::f64}, {"be_f8", DType::f64}, {"le_f4", DType::f32}, {"be_f4", DType::f32},
      {"le_f2", DType::f32}, {"le_i8", DType::i64}, {"le_i4", DType::i64}, {"be_i2", DType::i64},
      {"i1", DType::i64},    {"le_u8", DType::i64}, {"u1", DType::i64}};
  for (const auto& [name, dtype] : files)
    EXPECT_EQ(read_npy(numpy_file(name + ".npy")), Array({2, 3}, {0, 1, 2, 3, 4, 5}).as(dtype)) << name;
  EXPECT_EQ(read_npy(numpy_file("bool.npy")), Array({2, 3}, {0, 1, 0, 1, 0, 1}).as(DType::boolean));
}

TEST(Npy, reads_all_versions_scalars_and_fortran_order) {
  for (const char* name : {"version2.npy", "version3.npy"})
    EXPECT_EQ(read_npy(numpy_file(name)), Array({2, 3}, {0, 1, 2, 3, 4, 5})) << name;
  EXPECT_EQ(read_npy(numpy_file("scalar.npy")), Array(2.5));
  EXPECT_EQ(read_npy(numpy_file("empty.npy")), Array(f64({0, 3})));
  const Array fortran = read_npy(numpy_file("fortran.npy"));
  ASSERT_EQ(fortran.type(), f64({2, 3, 4}));
  for (int64_t i = 0; i < 24; ++i) EXPECT_EQ(fortran[i], static_cast<double>(i));
}

TEST(Npy, widens_half_precision_exactly) {
  const Bytes halves{0x01, 0x00, 0xff, 0x03, 0x00, 0x3c, 0xff, 0xfb, 0x00, 0x7c, 0x00, 0x80, 0x01, 0x7e};
  const Array array = parse_npy(npy_file("{'descr':'<f2','fortran_order':False,'shape':(7,)}", halves), "a.npy");
  const auto values = array.values<float>();
  EXPECT_THAT(values.first(6), ElementsAre(0x1p-24f, 0x3ffp-24f, 1.0f, -65504.0f, INFINITY, -0.0f));
  EXPECT_TRUE(std::signbit(values[5]));
  EXPECT_TRUE(std::isnan(values[6]));
}

TEST(Npy, takes_the_header_as_python_may_write_it) {
  const Bytes one(8);
  for (const char* header : {"{\"shape\": (1L,), \"descr\": \"<f8\", \"fortran_order\": True}\n",
                             "{'descr':'=f8','fortran_order':False,'shape':(1,),}"})
    EXPECT_EQ(parse_npy(npy_file(header, one), "a.npy"), Array({1}, {0})) << header;
}

TEST(Npy, says_what_is_wrong_with_a_header) {
  EXPECT_EQ(error_in(npy_file("{'descr': '<f8', 'fortran_order': maybe, 'shape': ()}")),
            "W561 usage: the npy header of a.npy is wrong: found \"m\", expected True or False\n"
            "  at byte 44 of a.npy\n"
            "  fix: write the file again with numpy.save");
  for (const char* header :
       {"", "{", "{}", "[]", "{'descr'", "{'descr':", "{'descr':'<f8}", "{'descr':'<f8'",
        "{'descr':'<f8','descr':'<f8'}", "{'other':1}", "{'descr':'<f8','fortran_order':False,'shape':(-1,)}",
        "{'descr':'<f8','fortran_order':False}", "{'descr':'<f8','fortran_order':False,'shape':(1 2)}",
        "{'descr':'<f8','fortran_order':False,'shape':[1]}",
        "{'descr':'<f8','fortran_order':False,'shape':(99999999999999999999,)}", "{'shape':(1,",
        "{'descr':'<f8','fortran_order':False,'shape':()} x", "{'descr':('<f8',),'fortran_order':False,'shape':()}"})
    EXPECT_THAT(error_in(npy_file(header)), StartsWith("W561")) << header;
}

TEST(Npy, names_the_formats_it_does_not_read) {
  EXPECT_THAT(error_in(bytes("PK\x03\x04 a zip file")),
              StartsWith("W560 usage: a.npy is not an npy file; it begins with "
                         "\"PK\\x03\\x04 a\", expected \"\\x93NUMPY\""));
  Bytes later = npy_file("{}");
  later[6] = 4;
  EXPECT_THAT(error_in(later), StartsWith("W560 usage: a.npy has npy version 4; expected 1, 2 or 3"));
  const auto error_of = [](const char* name) { return message_of([&] { read_npy(numpy_file(name)); }); };
  EXPECT_THAT(error_of("complex.npy"), HasSubstr("has elements of type \"<c16\"; expected f2, f4, f8"));
  EXPECT_THAT(error_of("complex.npy"), StartsWith("W562"));
  EXPECT_THAT(error_of("records.npy"), StartsWith("W562"));
  for (const char* descr : {"", "<", "<f", "<f16", "f8", "|f8", "<O", "|S3", "<U1", "<m8[s]"})
    EXPECT_THAT(error_in(npy_file("{'descr':'" + std::string(descr) + "','fortran_order':False,'shape':()}")),
                StartsWith("W562"))
        << descr;
}

TEST(Npy, refuses_values_it_cannot_hold) {
  EXPECT_THAT(message_of([] { read_npy(numpy_file("u8_too_large.npy")); }),
              StartsWith("W544 usage: i64 cannot hold the value 9223372036854775808\n  at byte 128 of "));
  EXPECT_THAT(error_in(npy_file("{'descr':'|b1','fortran_order':False,'shape':(3,)}", {0, 1, 2})),
              StartsWith("W544 usage: a bool is stored as 0 or 1; found 2\n  at byte 62 of a.npy"));
}

TEST(Npy, does_not_believe_sizes) {
  EXPECT_THAT(error_in(npy_file("{'descr':'<f8','fortran_order':False,'shape':(1000000,1000000)}", Bytes(8))),
              HasSubstr("W541 usage: a.npy ends early; 1000000000000 elements of shape [1000000,1000000] needs"));
  EXPECT_THAT(error_in(npy_file("{'descr':'<f8','fortran_order':False,'shape':(4294967296,4294967296)}", Bytes(8))),
              StartsWith("W543"));
  EXPECT_THAT(error_in(npy_file("{'descr':'<f8','fortran_order':False,'shape':(1,)}", Bytes(9))), StartsWith("W542"));
  Bytes version2 = bytes("\x93NUMPY\x02");
  append(version2, joined({Bytes{0}, Bytes(4, 0xff), bytes("{}")}));
  EXPECT_THAT(error_in(version2), HasSubstr("the header needs 4294967295 bytes, 2 are left"));
}

TEST(Npy, refuses_every_prefix_and_survives_changes) {
  const auto read = [](const Bytes& file) { parse_npy(file, "a.npy"); };
  for (const char* name : {"le_f8.npy", "fortran.npy", "version2.npy", "le_u8.npy"}) {
    expect_no_prefix_is_read(read_file(numpy_file(name)), read);
    expect_no_crash_on_changed_bytes(read_file(numpy_file(name)), read);
  }
}

}  // namespace
}  // namespace wengert
