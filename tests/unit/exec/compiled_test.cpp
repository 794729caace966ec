// SPDX-License-Identifier: Apache-2.0
//
// Compiled code is the third reading of the micro-operations: the interpreter's bits where the order of operations is
// the same, and a few ulps from them in SIMD lanes.
#include "wengert/exec/compiled.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <thread>

#include "derivative_cases.h"
#include "random_cases.h"
#include "random_program.h"
#include "same_values.h"
#include "wengert/ad/derivatives.h"
#include "wengert/exec/interpreter.h"
#include "wengert/exec/llvm/component.h"
#include "wengert/ir/registry.h"
#include "wengert/ir/text.h"
#include "wengert/trace/trace.h"

namespace wengert {
namespace {

using testing::HasSubstr;

class Compiling : public testing::Test {
 protected:
  void SetUp() override {
    if (std::string reason; !Compiled::is_available(&reason)) GTEST_SKIP() << "the compiler is not there: " << reason;
  }
};

CompiledOptions exactly(int level) { return {.level = level, .lanes = false, .contract = false, .single = false, .natives = false}; }

std::vector<Array> reference(const Program& p, const std::vector<Array>& x) { return evaluate(p, x, {.reference = true}); }

bool can_be_compiled(const Case& c) { return print(c.program).find("custom_linear") == std::string::npos; }

class CompiledEach : public Compiling, public testing::WithParamInterface<std::string> {};

TEST_P(CompiledEach, gives_the_bits_of_the_interpreter) {
  for (const Case& c : cases_of(*find_primitive(GetParam()))) {
    if (!can_be_compiled(c)) continue;
    for (int level : {0, 1, 2})
        EXPECT_EQ(Compiled(c.program, exactly(level)).run(c.x), reference(c.program, c.x)) << c.name << " level " << level << '\n' << print(c.program);
  }
}

TEST_P(CompiledEach, is_near_the_interpreter_in_lanes) {
  for (const Case& c : cases_of(*find_primitive(GetParam()))) {
    if (!can_be_compiled(c)) continue;
    const bool single = print(c.program).find("f32") != std::string::npos;
    EXPECT_TRUE(same_values(Compiled(c.program).run(c.x), reference(c.program, c.x), 64, single ? 1e-6 : 1e-13)) << c.name << '\n' << print(c.program);
  }
}

std::vector<std::string> names() {
  std::vector<std::string> all;
  for (const Primitive* p : primitives())
    if (p->family != Family::structure && p->name != "custom_linear") all.emplace_back(p->name);
  return all;
}

INSTANTIATE_TEST_SUITE_P(Record, CompiledEach, testing::ValuesIn(names()), [](const auto& record) { return record.param; });

TEST_F(Compiling, random_programs_gives_the_bits_of_the_interpreter) {
  for (uint64_t key = 0; key < random_cases(40); ++key) {
    const auto r = random_program(key, {.draws = 25, .dtype = key % 2 == 0 ? DType::f64 : DType::f32});
    if (print(r.program).find("custom_linear") != std::string::npos) continue;
    EXPECT_EQ(Compiled(r.program, exactly(static_cast<int>(key % 3))).run(r.point), reference(r.program, r.point)) << key << '\n' << print(r.program);
  }
}

/// Every extent, so that every remainder of a vector's width occurs, and extents below it.
TEST_F(Compiling, sums_of_any_length_count_each_term_once) {
  for (int64_t n = 0; n < 35; ++n)
    for (DType dtype : {DType::f64, DType::f32}) {
      const Type row{dtype, {n}}, table{dtype, {n, 3}}, scalar{dtype, {}};
      const Program body = trace([](Expr x, Expr a) { return std::array{x * a, sin(x)}; }, {scalar, scalar}, "point");
      const Program p = trace(
          [&](Expr x, Expr y, Expr a) {
            const auto sums = sum_map(body, std::array{x, a}, {true, false});
            return std::array{sum(x * x), sum(y, {0}), sum(y, {1}), sum(y), sums[0], sums[1], dot(x, x)};
          },
          {row, table, scalar});
      const auto input = [&](const Type& type) {
        Array x(Type{DType::f64, type.shape});
        for (int64_t i = 0; i < x.elements(); ++i) x.mutable_values<double>()[static_cast<size_t>(i)] = std::sin(1.0 + static_cast<double>(i));
        return x.as(dtype);
      };
      const std::vector<Array> in{input(row), input(table), Array(1.5).as(dtype)};
      EXPECT_TRUE(same_values(Compiled(p).run(in), reference(p, in), 0, dtype == DType::f64 ? 1e-13 : 1e-5)) << n;
    }
}

TEST_F(Compiling, sums_of_arrays_over_points_count_each_point_once) {
  for (int64_t n : {1, 2, 3, 4, 5, 7, 8, 9, 100, 101, 102, 103}) {
    const Program body = trace([](Expr x, Expr a) { return sum(sin(x) * a * a); }, {f64({3}), f64({3})}, "point");
    const Program p = grad(trace([&](Expr x, Expr a) { return sum_map(body, std::array{x, a}, {true, false})[0]; }, {f64({n, 3}), f64({3})}));
    Array x(f64({n, 3}));
    for (int64_t i = 0; i < x.elements(); ++i) x.mutable_values<double>()[static_cast<size_t>(i)] = std::sin(static_cast<double>(i));
    const std::vector<Array> in{x, Array({3}, {1, 2, 3})};
    EXPECT_TRUE(same_values(Compiled(p).run(in), reference(p, in), 0, 1e-11)) << n;
  }
}

TEST_F(Compiling, an_elements_result_does_not_depend_on_its_place) {
  const Program p = trace([](Expr x) { return exp(sin(x)) / (1.0 + x * x); }, {f64({11})});
  const auto y = Compiled(p).run({Array::filled(f64({11}), 0.7)})[0];
  for (int64_t i = 1; i < 11; ++i) EXPECT_EQ(y[i], y[0]) << i;
}

TEST_F(Compiling, several_threads_run_one) {
  const Program p = grad(trace([](Expr x) { return sum(exp(sin(x))); }, {f64({1000})}));
  const Compiled f(p);
  const Array x = Array::filled(f64({1000}), 0.3);
  const auto expected = f.run({x});
  std::vector<std::thread> threads;
  std::atomic<int> wrong = 0;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (int k = 0; k < 50; ++k) wrong += f.run({x}) != expected;
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

/// What is converted to f64 is computed in f64 from there on, in registers, in loops and where small arrays are scalars.
TEST_F(Compiling, what_is_made_f64_of_an_f32_keeps_the_digits_of_an_f64) {
  for (const int64_t n : {1, 2, 100}) {
    const Program p = trace(
        [](Expr x) {
          const Expr wide = convert(x, DType::f64);
          return std::array{sigmoid(exp(wide)), softmax(wide, 0), sum(sin(wide))};
        },
        {f32({n})});
    const Array x = Array::filled(f32({n}), 0.3);
    EXPECT_TRUE(same_values(Compiled(p).run({x}), reference(p, {x}), 64, 1e-14)) << n;
  }
}

testing::AssertionResult near(const std::vector<Array>& a, const std::vector<Array>& b) { return same_values(a, b, 1e5, 1e-9); }

/// Whether the Program magnifies a change of the last digit of its inputs: some points lie beside a jump.
bool jumps(const RandomProgram& r) {
  std::vector<Array> moved = r.point;
  for (Array& x : moved)
    if (x.dtype() == DType::f64)
      for (double& v : x.mutable_values<double>()) v = std::nextafter(v, INFINITY);
  return !near(reference(r.program, moved), reference(r.program, r.point));
}

/// Contraction and lanes change the last digits only, where the Program does not magnify them.
TEST_F(Compiling, random_programs_in_lanes_is_near_the_interpreter) {
  int jumping = 0;
  for (uint64_t key = 100; key < 180; ++key) {
    const auto r = random_program(key, {.draws = 25, .nesting = key % 3 == 0 ? 2 : 1});
    if (print(r.program).find("custom_linear") != std::string::npos) continue;
    const auto agree = near(Compiled(r.program).run(r.point), reference(r.program, r.point));
    if (agree) continue;
    EXPECT_TRUE(jumps(r)) << agree.message() << '\n' << key << '\n' << print(r.program);
    ++jumping;
  }
  EXPECT_LE(jumping, 4);
}

}  // namespace
}  // namespace wengert
