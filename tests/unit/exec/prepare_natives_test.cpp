// SPDX-License-Identifier: Apache-2.0
//
// Operands of library calls are prepared before the outermost loop that leaves them alone, and nowhere else.
#include "wengert/exec/prepare_natives.h"

#include <gtest/gtest.h>

#include "wengert/kernel/interpret.h"

namespace wengert {
namespace {

/// y[0] += x[0] as a library's call; the prepared form of x is -x.
struct Calls {
  int prepared = 0, plain = 0, special = 0;

  void add(KernelBuilder& k, const Place& x, const Place& y) {
    const auto at = [](void* address) -> double& { return *static_cast<double*>(address); };
    k.native([this, at](std::span<void* const> b) { ++plain, at(b[1]) += at(b[0]); }, {&x, 1}, {&y, 1}, 1,
             std::make_shared<const NativeCall::Prepared>(NativeCall::Prepared{
                 .operand = 0, .type = f64({1}),
                 .prepare = [this, at](std::span<void* const> b) { ++prepared, at(b[1]) = -at(b[0]); },
                 .function = [this, at](std::span<void* const> b) { ++special, at(b[1]) -= at(b[0]); }}));
  }
};

/// What y is in the end for x = {1, 2, 4} and y = 0, with the scratch that the kernel asks for.
double run(const Kernel& kernel) {
  std::vector<double> x{1, 2, 4}, y{0};
  KernelInterpreter().run(kernel, std::vector<void*>{x.data(), y.data()});
  return y[0];
}

template <class Write> Kernel kernel_of(Write write) {
  const std::vector<Type> operands{f64({3})}, results{f64({1})};
  KernelBuilder k(operands, results);
  k.store({.buffer = 1}, DType::f64, Integer(0), k.constant(0.0));
  write(k, Place{.buffer = 0}, Place{.buffer = 1});
  Kernel kernel = k.finish();
  prepare_natives(kernel);
  return kernel;
}

TEST(PrepareNatives, prepares_once_before_the_outermost_loop) {
  Calls calls;
  const Kernel kernel = kernel_of([&](KernelBuilder& k, const Place& x, const Place& y) {
    k.loop(Integer(3), [&](Integer) { k.loop(Integer(4), [&](Integer) { calls.add(k, x, y); }); });
  });
  EXPECT_EQ(run(kernel), 12);
  EXPECT_EQ(calls.prepared, 1);
  EXPECT_EQ(calls.special, 12);
  EXPECT_EQ(calls.plain, 0);
}

TEST(PrepareNatives, follows_an_operand_that_the_outer_loop_moves) {
  Calls calls;
  const Kernel kernel = kernel_of([&](KernelBuilder& k, const Place& x, const Place& y) {
    k.loop(Integer(3), [&](Integer i) {
      const Place part = k.part(x, i);
      k.loop(Integer(2), [&](Integer) { calls.add(k, part, y); });
    });
  });
  EXPECT_EQ(run(kernel), 14);
  EXPECT_EQ(calls.prepared, 3);
  EXPECT_EQ(calls.special, 6);
}

TEST(PrepareNatives, leaves_calls_alone_whose_operand_changes) {
  Calls calls;
  const Kernel kernel = kernel_of([&](KernelBuilder& k, const Place&, const Place& y) {
    const Place changing = k.scratch_place(f64({1}));
    k.loop(Integer(3), [&](Integer) {
      k.store(changing, DType::f64, Integer(0), k.constant(5.0));
      calls.add(k, changing, y);
    });
  });
  EXPECT_EQ(run(kernel), 15);
  EXPECT_EQ(calls.plain, 3);
  EXPECT_EQ(calls.prepared, 0);
}

TEST(PrepareNatives, leaves_calls_outside_of_loops_alone) {
  Calls calls;
  const Kernel kernel = kernel_of([&](KernelBuilder& k, const Place& x, const Place& y) { calls.add(k, x, y); });
  EXPECT_EQ(run(kernel), 1);
  EXPECT_EQ(calls.plain, 1);
  EXPECT_EQ(calls.prepared, 0);
}

TEST(PrepareNatives, keeps_loops_and_the_scratch_of_their_iterations_together) {
  Calls calls;
  const Kernel kernel = kernel_of([&](KernelBuilder& k, const Place& x, const Place& y) {
    k.loop_over_points(Integer(2), [&](Integer) {
      const Place own = k.scratch_place(f64({1}));
      k.store(own, DType::f64, Integer(0), k.constant(3.0));
      k.loop(Integer(2), [&](Integer) { calls.add(k, own, y); });
      calls.add(k, x, y);
    });
  });
  EXPECT_EQ(run(kernel), 14);
  ASSERT_EQ(kernel.scratch.size(), 3u);
  for (size_t k = 0; k < 3; ++k) {
    const uint32_t loop = kernel.scratch_loop[k];
    EXPECT_EQ(loop == Kernel::whole_run, k == 2) << k;  // x is the same at all points
    EXPECT_TRUE(loop == Kernel::whole_run || kernel.steps[loop].op == Micro::loop) << k;
  }
  for (uint32_t at = 0; at < kernel.steps.size(); ++at)
    EXPECT_TRUE(kernel.steps[at].op != Micro::loop || kernel.steps[kernel.steps[at].b].b == at) << at;
}

}  // namespace
}  // namespace wengert
