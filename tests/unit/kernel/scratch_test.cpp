// SPDX-License-Identifier: Apache-2.0
//
// Scratch memory of kernels: buffers of their own, of every dtype, apart from each other and from the results.
#include <gtest/gtest.h>

#include "wengert/kernel/interpret.h"

namespace wengert {
namespace {

/// Sends x (three elements) through a scratch buffer of each dtype, backwards.
Kernel reversal() {
  const Type type = f64({3});
  KernelBuilder k(std::span(&type, 1), std::span(&type, 1));
  const Buffer reals = k.scratch(f64({3})), singles = k.scratch(f32({1})), places = k.scratch(i64({3})), flags = k.scratch(boolean({3}));
  singles.store(Integer(0), Scalar(0.1));
  k.loop(3, [&](Integer i) {
    reals.store(i, k.operand(0).real(i));
    places.store(i, Integer(2) - i);
    flags.store(i, integer_equal(i, 1));
  });
  k.loop(3, [&](Integer i) {
    const Scalar moved = reals.real(places.integer(i));
    k.result().store(i, select(flags.boolean(i), moved + singles.real(Integer(0)), moved));
  });
  return k.finish();
}

TEST(Scratch, holds_what_was_stored_in_its_own_dtype) {
  KernelInterpreter interpreter;
  double x[] = {1, 2, 3}, y[3];
  void* const buffers[] = {x, y};
  for (int run = 0; run < 2; ++run) {
    interpreter.run(reversal(), buffers);
    EXPECT_EQ(y[0], 3);
    EXPECT_EQ(y[1], 2 + static_cast<double>(0.1f));
    EXPECT_EQ(y[2], 1);
    x[0] = 1;
  }
}

TEST(Scratch, is_numbered_after_the_results) {
  const Kernel kernel = reversal();
  ASSERT_EQ(kernel.scratch.size(), 4u);
  EXPECT_EQ(kernel.scratch[2], i64({3}));
  uint32_t last = 0;
  for (const MicroStep& step : kernel.steps)
    if (step.op == Micro::store_boolean) last = step.a;
  EXPECT_EQ(last, 5u);
}

}  // namespace
}  // namespace wengert
