// SPDX-License-Identifier: Apache-2.0
//
// Which loops are cut into blocks: those whose iterations write elements of their own, or add to common ones.
#include "wengert/exec/blocks.h"

#include <gtest/gtest.h>

#include "wengert/exec/lanes.h"

namespace wengert {
namespace {

std::vector<BlockedLoop> blocks_of(const Kernel& kernel, BlockOptions options = {.block_work = 50}) {
  return plan_blocks(kernel, plan_lanes(kernel, real_precisions(kernel), {.vector_bytes = 0}), options);
}

/// A kernel f64[1000] -> f64[4000] of one loop in any order; write(k, i).
template <class Write> Kernel loop_of(Write write) {
  const Type in = f64({1000}), out = f64({4000});
  KernelBuilder k({&in, 1}, {&out, 1});
  k.parallel_loop(Integer(1000), [&](Integer i) { write(k, i); });
  return k.finish();
}

TEST(Blocks, are_as_many_as_there_is_work_for) {
  const Kernel kernel = loop_of([](KernelBuilder& k, Integer i) { k.result().store(i, sin(k.operand(0).real(i))); });
  EXPECT_TRUE(blocks_of(kernel, {}).empty());
  const auto some = blocks_of(kernel, {.block_work = 2300});
  ASSERT_EQ(some.size(), 1u);
  EXPECT_EQ(some[0].blocks, 16) << "there is work for ten: as many each for 2, 4 or 8 threads";
  EXPECT_EQ(some[0].extent, 1000);
  EXPECT_EQ(blocks_of(kernel, {.block_work = 1})[0].blocks, 64);
  EXPECT_EQ(blocks_of(kernel, {.block_work = 1, .most_blocks = 7})[0].blocks, 7);
}

TEST(Blocks, are_of_iterations_that_write_elements_of_their_own) {
  const auto strided = [](int64_t stride, int64_t inner) {
    return loop_of([=](KernelBuilder& k, Integer i) {
      k.loop(Integer(inner), [&](Integer j) { k.result().store(i * Integer(stride) + j, k.operand(0).real(i)); });
    });
  };
  EXPECT_EQ(blocks_of(strided(3, 3)).size(), 1u);
  EXPECT_EQ(blocks_of(strided(-3, 2)).size(), 1u);
  EXPECT_TRUE(blocks_of(strided(2, 3)).empty());  // iterations write each other's elements
  EXPECT_TRUE(blocks_of(strided(0, 3)).empty());
}

TEST(Blocks, are_of_rows_where_there_are_several_axes) {
  const Type type = f64({100, 30});
  KernelBuilder k({&type, 1}, {&type, 1});
  k.parallel_loop_over(type.shape, [&](std::span<const Integer> i) { k.result().store(k.result().flat(i), sin(k.operand(0).real({i[0], i[1]}))); });
  const Kernel kernel = k.finish();
  const auto lanes = plan_lanes(kernel, real_precisions(kernel), {});
  const auto cut = plan_blocks(kernel, lanes, {.block_work = 50});
  ASSERT_EQ(cut.size(), 1u);
  EXPECT_EQ(cut[0].extent, 100);
  EXPECT_EQ(lanes[cut[0].loop], 1);  // those of the axis inside are
  EXPECT_EQ(lanes[cut[0].loop + 1], 4);
}

TEST(Blocks, are_not_of_rows_that_reach_into_the_next) {
  const Type in = f64({100, 30}), out = f64({4000});
  KernelBuilder k({&in, 1}, {&out, 1});
  k.parallel_loop_over(in.shape, [&](std::span<const Integer> i) { k.result().store(i[0] * Integer(20) + i[1], k.operand(0).real({i[0], i[1]})); });
  EXPECT_TRUE(blocks_of(k.finish()).empty());
}

TEST(Blocks, need_to_know_where_iterations_write) {
  const Kernel scattered =
      loop_of([](KernelBuilder& k, Integer i) { k.result().store(to_integer(k.operand(0).real(i)), Scalar(1.0)); });
  EXPECT_TRUE(blocks_of(scattered).empty());
  const Kernel divided = loop_of([](KernelBuilder& k, Integer i) { k.result().store(i / Integer(2), Scalar(1.0)); });
  EXPECT_TRUE(blocks_of(divided).empty());
  const Kernel triangular = loop_of([](KernelBuilder& k, Integer i) {
    k.loop(Integer(3), [&](Integer j) {
      k.loop(j + Integer(1), [&](Integer l) { k.result().store(i * Integer(4) + l, Scalar(1.0)); });
    });
  });
  EXPECT_EQ(blocks_of(triangular).size(), 1u);
}

TEST(Blocks, have_sums_of_their_own) {
  const Type in = f64({1000}), out = f64({3});
  KernelBuilder k({&in, 1}, {&out, 1});
  const Scalar total = k.variable(Scalar(0.0));
  k.parallel_loop(Integer(1000), [&](Integer i) {
    k.assign(total, total + k.operand(0).real(i));
    k.accumulate({.buffer = 1}, i % Integer(3), k.operand(0).real(i));
  });
  k.result().store(Integer(0), total);
  const Kernel kernel = k.finish();
  const auto cut = blocks_of(kernel);
  ASSERT_EQ(cut.size(), 1u);
  EXPECT_EQ(cut[0].buffers, std::vector<uint32_t>{1});
  EXPECT_EQ(cut[0].variables, std::vector<uint32_t>{total.slot});
  EXPECT_TRUE(blocks_of(kernel, {.any_sums = false, .block_work = 50}).empty());
  EXPECT_LE(blocks_of(kernel, {.block_work = 50, .sums_bytes = 100})[0].blocks, 3);
}

TEST(Blocks, may_count_without_leave_to_reorder_sums) {
  const Type in = f64({1000}), out = f64();
  KernelBuilder k({&in, 1}, {&out, 1});
  k.parallel_loop(Integer(1000), [&](Integer i) { k.accumulate({.buffer = 1}, Integer(0), k.operand(0).real(i)); });
  const Kernel kernel = k.finish();
  EXPECT_TRUE(blocks_of(kernel, {.any_sums = false, .block_work = 50}).empty());
  EXPECT_EQ(blocks_of(kernel, {.any_sums = false, .counts = 1, .block_work = 50}).size(), 1u);
}

TEST(Blocks, are_not_of_what_is_read_while_it_is_summed) {
  const Kernel reads = loop_of([](KernelBuilder& k, Integer i) {
    k.accumulate({.buffer = 1}, Integer(0), k.operand(0).real(i));
    k.result().store(i + Integer(1), k.result().real(Integer(0)));
  });
  EXPECT_TRUE(blocks_of(reads).empty());
  const Type in = f64({1000}), out = f64();
  KernelBuilder k({&in, 1}, {&out, 1});
  const Scalar last = k.variable(Scalar(0.0));
  k.parallel_loop(Integer(1000), [&](Integer i) { k.assign(last, k.operand(0).real(i)); });
  k.result().store(Integer(0), last);
  EXPECT_TRUE(blocks_of(k.finish()).empty());
}

TEST(Blocks, are_of_loops_outside_of_all_others) {
  const Type in = f64({1000}), out = f64({4000});
  KernelBuilder k({&in, 1}, {&out, 1});
  k.loop(Integer(4), [&](Integer step) {
    k.parallel_loop(Integer(1000),
                    [&](Integer i) { k.result().store(step * Integer(1000) + i, k.operand(0).real(i)); });
  });
  EXPECT_TRUE(blocks_of(k.finish()).empty());
}

}  // namespace
}  // namespace wengert
