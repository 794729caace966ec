// SPDX-License-Identifier: Apache-2.0
//
// Tiered: interpreted first, machine code once that has paid, with the same bits before and after.
#include "wengert/api/tiered.h"

#include <gtest/gtest.h>

#include <thread>

#include "derivative_cases.h"
#include "wengert/ad/derivatives.h"
#include "wengert/api/function.h"
#include "wengert/exec/compiled.h"
#include "wengert/exec/interpreter.h"
#include "wengert/ir/registry.h"
#include "wengert/ir/text.h"
#include "wengert/trace/trace.h"

namespace wengert {
namespace {

constexpr double patient_s = 600;  ///< for compiling, on a machine that has other work

/// Enough lines for compiling to pay soon.
Program long_list() {
  return trace(
      [](Expr x, Expr y) {
        Expr z = x;
        for (int k = 0; k < 300; ++k) z = sin(z) * y + exp(-z * z);
        return z;
      },
      {f64(), f64()}, "long_list");
}

TEST(Tiered, has_the_same_bits_before_and_after_it_is_compiled) {
  if (!Compiled::is_available()) GTEST_SKIP() << "the compiler is not there";
  const Tiered f(value_and_grad(long_list()), patient_s);
  const std::vector<Array> x{Array(0.3), Array(0.7)}, expected = Interpreter(f.program()).run(x);
  const int64_t price = f.runs_before_compiling();
  ASSERT_GT(price, 1);
  for (int64_t k = 0; k < price; ++k) {
    ASSERT_FALSE(f.is_compiled()) << k;
    ASSERT_EQ(f.run(x), expected);
  }
  EXPECT_TRUE(f.is_compiled());
  EXPECT_EQ(f.run(x), expected);
}

TEST(Tiered, is_compiled_by_one_of_several_threads) {
  if (!Compiled::is_available()) GTEST_SKIP() << "the compiler is not there";
  const Tiered f(long_list(), patient_s);
  const std::vector<Array> x{Array(0.3), Array(0.7)}, expected = Interpreter(f.program()).run(x);
  std::atomic<int> wrong = 0;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 3; ++t)
      threads.emplace_back([&] {
        for (int64_t k = 0; k < f.runs_before_compiling(); ++k) wrong += f.run(x) != expected;
      });
  }
  EXPECT_EQ(wrong, 0);
  EXPECT_TRUE(f.is_compiled());
}

TEST(Tiered, of_each_primitive_has_the_interpreters_bits) {
  if (!Compiled::is_available()) GTEST_SKIP() << "the compiler is not there";
  const CompiledOptions options{.level = 0, .lanes = false, .contract = false, .single = false, .scalars = false};
  for (const Primitive* primitive : primitives()) {
    const auto cases = cases_of(*primitive);
    if (cases.empty() || print(cases[0].program).find("custom_linear") != std::string::npos) continue;
    EXPECT_EQ(Compiled(cases[0].program, options).run(cases[0].x), Interpreter(cases[0].program).run(cases[0].x)) << cases[0].name;
  }
}

TEST(Tiered, functions_are_compiled_when_they_are_called_often) {
  if (!Compiled::is_available()) GTEST_SKIP() << "the compiler is not there";
  const Function f([](std::span<const Real> x) {
    Real z = x[0];
    for (int k = 0; k < 300; ++k) z = sin(z) * x[1] + exp(-z * z);
    return z;
  });
  const auto first = f.gradient({0.3, 0.7});
  for (int k = 0; k < 12'000; ++k) {
    const auto now = f.gradient({0.3, 0.7});
    ASSERT_EQ(now.value, first.value);
    ASSERT_EQ(now.gradient, first.gradient);
  }
}

}  // namespace
}  // namespace wengert
