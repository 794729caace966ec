// SPDX-License-Identifier: Apache-2.0
//
// Which loops are run in lanes, and in how many: the last vector of an extent that they do not divide does some iterations
// again, which must not show.
#include "wengert/exec/lanes.h"

#include <gtest/gtest.h>

#include "derivative_checks.h"
#include "same_values.h"
#include "wengert/ad/derivatives.h"
#include "wengert/exec/compiled.h"
#include "wengert/exec/interpreter.h"
#include "wengert/primitives/pooling.h"
#include "wengert/primitives/windows.h"
#include "wengert/trace/trace.h"

namespace wengert {
namespace {

/// The lanes of a loop in any order over `extent` elements; write(x, y, i), x the result.
template <class Write> int lanes_of(int64_t extent, Write write) {
  const Type type = f64({extent});
  KernelBuilder k({&type, 1}, {&type, 1});
  k.parallel_loop(Integer(extent), [&](Integer i) { write(k.result(), k.operand(0), i); });
  const Kernel kernel = k.finish();
  return plan_lanes(kernel, real_precisions(kernel), {.vector_bytes = 32})[0];
}

TEST(Lanes, overlap_where_an_iteration_may_be_done_again) {
  const auto copies = [](const Buffer& x, const Buffer& y, Integer i) { x.store(i, y.real(i)); };
  const auto adds = [](const Buffer& x, const Buffer& y, Integer i) { x.add(i, y.real(i)); };
  for (int64_t extent : {4, 5, 6, 7, 8}) {
    EXPECT_EQ(lanes_of(extent, copies), 4) << extent;
    EXPECT_EQ(lanes_of(extent, adds), 4) << extent;
  }
}

TEST(Lanes, divide_an_extent_whose_iterations_find_what_they_stored) {
  const auto rewrites = [](const Buffer& x, const Buffer& y, Integer i) { x.store(i, x.real(i) * y.real(i)); };
  EXPECT_EQ(lanes_of(8, rewrites), 4);
  EXPECT_EQ(lanes_of(6, rewrites), 2);
  EXPECT_EQ(lanes_of(5, rewrites), 1);
  EXPECT_EQ(lanes_of(2, rewrites), 2);
  const auto begins = [](const Buffer& x, const Buffer& y, Integer i) { x.store(i, y.real(i)), x.store(i, x.real(i) * y.real(i)); };
  EXPECT_EQ(lanes_of(6, begins), 4);
}

/// Sums over windows, whose derivatives are added to elements: of any number of channels.
TEST(Lanes, do_not_show_in_derivatives_of_windows) {
  if (!Compiled::is_available()) GTEST_SKIP() << "nothing compiles";
  for (DType dtype : {DType::f64, DType::f32}) {
    for (int64_t channels = 1; channels <= 11; ++channels) {
      const auto pools = [](Expr x) { return std::vector<Expr>{max_pool(x, {2, 2}), average_pool(x, {3, 2}, {.stride = {1}}), windows(x, {2, 2})}; };
      const Program p = trace(pools, {{dtype, {2, 4, 5, channels}}});
      Random random(3);
      std::vector<Array> in = random_values(vjp(p).input_types(), random);
      EXPECT_TRUE(same_values(Compiled(vjp(p)).run(in), evaluate(vjp(p), in), 0, dtype == DType::f64 ? 1e-13 : 1e-5)) << channels;
    }
  }
}

}  // namespace
}  // namespace wengert
