// SPDX-License-Identifier: Apache-2.0
//
// Which loops are run in lanes, and in how many: the last vector of an extent that they do not divide does some iterations
// again, which must not show.
#include "wengert/exec/lanes.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "derivative_checks.h"
#include "same_values.h"
#include "wengert/ad/derivatives.h"
#include "wengert/exec/compiled.h"
#include "wengert/exec/interpreter.h"
#include "wengert/primitives/pooling.h"
#include "wengert/primitives/reduce.h"
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

/// The lanes of a loop over the columns of [rows, columns] that adds up element(x) of each row.
template <class Element> int lanes_of_sums(int64_t rows, int64_t columns, Element element) {
  const Type in = f64({rows, columns}), out = f64({columns});
  KernelBuilder k({&in, 1}, {&out, 1});
  k.parallel_loop(Integer(columns), [&](Integer column) {
    const Scalar total = k.variable(Scalar(0.0));
    k.loop(Integer(rows), [&](Integer row) { k.assign(total, total + element(k.operand(0).real(row * Integer(columns) + column))); });
    k.result().store(column, total);
  });
  const Kernel kernel = k.finish();
  const auto loop = std::ranges::find(kernel.steps, Micro::loop, &MicroStep::op) - kernel.steps.begin();
  return plan_lanes(kernel, real_precisions(kernel), {.vector_bytes = 32})[static_cast<size_t>(loop)];
}

TEST(Lanes, are_four_vectors_where_sums_go_down_columns) {
  const auto itself = [](Scalar x) { return x; };
  EXPECT_EQ(lanes_of_sums(100, 64, itself), 16);
  EXPECT_EQ(lanes_of_sums(100, 17, itself), 16) << "the last vectors overlap";
  EXPECT_EQ(lanes_of_sums(100, 16, itself), 16);
  EXPECT_EQ(lanes_of_sums(100, 15, itself), 4) << "fewer columns than four vectors have";
  EXPECT_EQ(lanes_of_sums(100, 3, itself), 2);
}

TEST(Lanes, are_one_vector_where_a_row_has_much_to_do) {
  EXPECT_EQ(lanes_of_sums(100, 64, [](Scalar x) { return exp(x); }), 4) << "a function";
  const auto many_steps = [](Scalar x) {
    Scalar y = x;
    for (int k = 0; k < 40; ++k) y = y * x;
    return y;
  };
  EXPECT_EQ(lanes_of_sums(100, 64, many_steps), 4) << "more values than there are registers";
  EXPECT_EQ(lanes_of(64, [](const Buffer& x, const Buffer& y, Integer i) { x.store(i, y.real(i)); }), 4) << "no rows";
}

TEST(Lanes, do_not_show_in_sums_down_columns) {
  if (!Compiled::is_available()) GTEST_SKIP() << "nothing compiles";
  for (DType dtype : {DType::f64, DType::f32})
    for (int64_t columns : {1, 3, 15, 16, 17, 31, 32, 33, 63, 70}) {
      const Program p = trace([](Expr x) { return sum(x * x, {0}); }, {{dtype, {50, columns}}});
      Random random(4);
      const auto in = random_values(p.input_types(), random);
      EXPECT_TRUE(same_values(Compiled(p).run(in), evaluate(p, in), 8, 1e-13)) << columns;
    }
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
