// SPDX-License-Identifier: Apache-2.0
//
// Rows of points in lanes: loaded and stored some neighbours at once and transposed, and moved past the caches where
// they are many. Every element lies where it belongs, whatever the width of a row, the number of points and the address.
#include <gtest/gtest.h>

#include "wengert/exec/compiled.h"
#include "wengert/exec/interpreter.h"
#include "wengert/trace/trace.h"

namespace wengert {
namespace {

constexpr int64_t wide_in = 5;

/// y_i[k] = (x_i[k mod 5] + k) x_i[4] for the `width` elements of row i, and z_i = x_i[0], a row of two.
Program rows(int64_t points, int64_t width, DType dtype) {
  const Program one = trace(
      [&](Expr x) {
        std::vector<Expr> y;
        for (int64_t k = 0; k < width; ++k) y.push_back((element(x, {k % wide_in}) + static_cast<double>(k)) * element(x, {4}));
        return std::tuple(stack(y), stack({element(x, {0}), element(x, {0})}));
      },
      {Type{dtype, {wide_in}}}, "row");
  return trace([&](Expr x) { return map(one, {{x}}, {true}); }, {Type{dtype, {points, wide_in}}}, "rows");
}

Array counted(DType dtype, int64_t points) {
  std::vector<double> values;
  for (int64_t k = 0; k < points * wide_in; ++k) values.push_back(0.25 * static_cast<double>(k % 97) - 3);
  if (dtype == DType::f64) return Array({points, wide_in}, values);
  return Array::of<float>({points, wide_in}, std::vector<float>(values.begin(), values.end()));
}

class Rows : public testing::TestWithParam<DType> {
 protected:
  void SetUp() override {
    if (std::string reason; !Compiled::is_available(&reason)) GTEST_SKIP() << "the compiler is not there: " << reason;
  }
};

TEST_P(Rows, of_any_width_are_the_interpreters_through_the_caches_and_past_them) {
  for (const int64_t width : {1, 3, 4, 7, 9, 30})
    for (const int64_t points : {8, 21}) {
      const Program p = rows(points, width, GetParam());
      const std::vector<Array> x{counted(GetParam(), points)}, expected = evaluate(p, x);
      for (const int64_t bytes : {int64_t{0}, int64_t{1} << 40})
        EXPECT_EQ(Compiled(p, {.contract = false, .stream_bytes = bytes}).run(x), expected) << width << " of " << points << ", " << bytes;
    }
}

TEST_P(Rows, go_to_any_address_and_no_further) {
  const int64_t points = 16, width = 7;
  const Program p = rows(points, width, GetParam());
  const std::vector<Array> x{counted(GetParam(), points)}, expected = evaluate(p, x);
  const Compiled compiled(p, {.contract = false, .threads = 2, .stream_bytes = 0});
  const size_t bytes = GetParam() == DType::f32 ? 4 : 8, size = static_cast<size_t>(points * width) * bytes;
  std::vector<std::byte> memory(size + 256), second(static_cast<size_t>(points) * 2 * bytes);
  for (size_t shift = 0; shift < 64; shift += bytes) {
    std::ranges::fill(memory, std::byte{0x5a});
    auto* const first = memory.data() + (64 - reinterpret_cast<uintptr_t>(memory.data()) % 64) + shift;
    const std::vector<ConstView> in{x[0].view()};
    const std::vector<View> out{{expected[0].type(), first}, {expected[1].type(), second.data()}};
    compiled.run(in, out);
    EXPECT_EQ(Array::from({expected[0].type(), first}), expected[0]) << shift;
    EXPECT_EQ(*(first - 1), std::byte{0x5a});
    EXPECT_EQ(*(first + size), std::byte{0x5a});
  }
}

std::string type_name(const testing::TestParamInfo<DType>& tested) { return tested.param == DType::f64 ? "f64" : "f32"; }

INSTANTIATE_TEST_SUITE_P(Types, Rows, testing::Values(DType::f64, DType::f32), type_name);

}  // namespace
}  // namespace wengert
