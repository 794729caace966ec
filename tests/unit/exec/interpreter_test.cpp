// SPDX-License-Identifier: Apache-2.0
//
// The interpreter: results in their places, errors with theirs, and several threads on one Program.
#include "wengert/exec/interpreter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <thread>

#include "random_program.h"
#include "same_values.h"
#include "wengert/ad/derivatives.h"
#include "wengert/trace/trace.h"

namespace wengert {
namespace {

using testing::HasSubstr;

template <class F> Error error_of(F f) {
  try {
    f();
  } catch (const Error& error) {
    return error;
  }
  return InternalError("none", "no error");
}

TEST(Interpreter, returns_inputs_constants_and_repeated_values_as_outputs) {
  const Program p = trace([](Expr x) { return std::array{x, constant(Array({2}, {1, 2})), x * 2, x}; }, {f64({2})});
  const Array x({2}, {5, 7});
  EXPECT_EQ(evaluate(p, {x}), (std::vector<Array>{x, Array({2}, {1, 2}), Array({2}, {10, 14}), x}));
}

TEST(Interpreter, runs_on_arrays_without_elements) {
  const Program p = trace([](Expr x) { return std::pair(sum(exp(x)), x + 1); }, {f64({0, 3})});
  const auto y = evaluate(p, {Array(f64({0, 3}))});
  EXPECT_EQ(y[0], Array(0.0));
  EXPECT_EQ(y[1].shape(), (Shape{0, 3}));
}

TEST(Interpreter, writes_into_buffers_of_the_caller) {
  const Interpreter run(trace([](Expr x) { return sin(x) + 1; }, {f64({2})}));
  const double x[] = {0, 1};
  double y[2];
  const ConstView in{f64({2}), x};
  const View out{f64({2}), y};
  run.run({&in, 1}, {&out, 1});
  EXPECT_EQ(y[0], 1);
  EXPECT_EQ(y[1], std::sin(1.0) + 1);
}

TEST(Interpreter, inputs_of_another_number_or_type_are_an_error) {
  const Program p = trace([](Expr x, Expr y) { return x + y; }, {f64({2}), f64()}, "model");
  EXPECT_EQ(error_of([&] { evaluate(p, {Array({2}, {1, 2})}); }).id(), "W207");
  const auto error = error_of([&] { evaluate(p, {Array({3}, {1, 2, 3}), Array(1.0)}); });
  EXPECT_EQ(error.id(), "W207");
  EXPECT_THAT(error.what(), AllOf(HasSubstr("input 0"), HasSubstr("f64[2]"), HasSubstr("f64[3]"), HasSubstr("model")));
  EXPECT_EQ(error_of([&] { evaluate(p, {Array({2}, {1, 2}).as(DType::f32), Array(1.0)}); }).id(), "W207");
}

TEST(Interpreter, a_guard_that_turns_out_otherwise_is_an_error) {
  const Program p = trace(
      [](Expr x) {
        guard(less(x, 1), true);
        return x * x;
      },
      {f64()}, "branchy");
  EXPECT_EQ(evaluate(p, {Array(0.5)})[0], Array(0.25));
  const auto error = error_of([&] { evaluate(p, {Array(2.0)}); });
  EXPECT_EQ(error.id(), "W701");
  EXPECT_THAT(error.what(), AllOf(HasSubstr("branchy"), HasSubstr("interpreter_test.cpp"), HasSubstr("less")));
}

TEST(Interpreter, a_guard_in_a_nested_program_is_not_forgotten) {
  const Program body = trace(
      [](Expr x) {
        guard(less(x, 1), true);
        return x;
      },
      {f64()}, "body");
  const Program p = trace([&](Expr x) { return sum(map(body, {{x}})[0]); }, {f64({3})});
  EXPECT_EQ(evaluate(p, {Array({3}, {0, 0.25, 0.5})})[0], Array(0.75));
  EXPECT_EQ(error_of([&] { evaluate(p, {Array({3}, {0, 2, 0})}); }).id(), "W701");
  EXPECT_EQ(error_of([&] { evaluate(grad(p), {Array({3}, {0, 2, 0})}); }).id(), "W701");
}

TEST(Interpreter, a_trap_names_the_instruction_that_made_a_nan) {
  const Program p = trace([](Expr x) { return sum(log(x - 1)); }, {f64({2})}, "loss");
  const auto line = __LINE__ - 1;
  EXPECT_TRUE(std::isnan(evaluate(p, {Array({2}, {3, 0})})[0].item()));
  const auto error = error_of([&] { evaluate(p, std::vector{Array({2}, {3, 0})}, {.trap_nan = true}); });
  EXPECT_EQ(error.id(), "W301");
  EXPECT_THAT(error.what(), AllOf(HasSubstr("log"), HasSubstr("[2, -1]"), HasSubstr("loss"), HasSubstr("interpreter_test.cpp:" + std::to_string(line))));
}

TEST(Interpreter, a_trap_does_not_mind_a_nan_that_was_given) {
  const Program p = trace([](Expr x) { return x + 1; }, {f64()});
  EXPECT_TRUE(std::isnan(evaluate(p, std::vector{Array(std::nan(""))}, {.trap_nan = true})[0].item()));
}

TEST(Interpreter, a_trap_looks_into_nested_programs) {
  const Program body = trace([](Expr x) { return sqrt(x); }, {f64()}, "body");
  const Program p = trace([&](Expr x) { return map(body, {{x}}); }, {f64({2})});
  const auto error = error_of([&] { evaluate(p, std::vector{Array({2}, {1, -1})}, {.trap_nan = true}); });
  EXPECT_EQ(error.id(), "W301");
  EXPECT_THAT(error.what(), AllOf(HasSubstr("sqrt"), HasSubstr("body")));
}

TEST(Interpreter, may_run_in_several_threads_at_once) {
  const auto drawn = random_program(3, {.draws = 40});
  const Interpreter run(vjp(drawn.program));
  std::vector<Array> inputs = drawn.point;
  for (const Type& type : drawn.program.output_types()) inputs.push_back(Array::filled(type, 1));
  const auto expected = run.run(inputs);
  int differ[2] = {0, 0};
  const auto work = [&](int& count) {
    for (int k = 0; k < 200; ++k) count += !same_values(run.run(inputs), expected);
  };
  std::thread first(work, std::ref(differ[0])), second(work, std::ref(differ[1]));
  first.join();
  second.join();
  EXPECT_EQ(differ[0] + differ[1], 0);
}

TEST(Interpreter, is_usable_after_an_error) {
  const Interpreter run(trace([](Expr x) { return log(x); }, {f64()}), {.trap_nan = true});
  EXPECT_THROW(run.run({Array(-1.0)}), DomainError);
  EXPECT_EQ(run.run({Array(1.0)})[0], Array(0.0));
}

TEST(Interpreter, reads_every_random_program_as_the_reference_does) {
  for (uint64_t key = 0; key < 30; ++key) {
    const auto drawn = random_program(key, {.draws = 20});
    EXPECT_TRUE(same_values(evaluate(drawn.program, drawn.point), evaluate(drawn.program, drawn.point, {.reference = true}))) << "key " << key;
  }
}

TEST(Interpreter, lays_out_memory_for_what_it_holds) {
  const Interpreter run(trace([](Expr x) { return sin(exp(x)); }, {f64({1000})}));
  EXPECT_GE(run.workspace_bytes(), 16000U);
  EXPECT_LE(run.workspace_bytes(), 17000U);
}

}  // namespace
}  // namespace wengert
