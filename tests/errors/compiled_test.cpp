// SPDX-License-Identifier: Apache-2.0
//
// W71x, W724, W737, W738 and W908: compiled code that there cannot be. W712 to W714 are commands of the page, too.
#include "../unit/cli/tool.h"
#include "documented.h"
#include "wengert/api/compile.h"
#include "wengert/api/timed_jacobian.h"
#include "wengert/primitives/foreign.h"
#include "wengert/trace/trace.h"

namespace wengert {
namespace {

const Foreign reactor_p(
    "reactor", 1, [](const Signature& s) { return std::vector{s.operands[0]}; },
    [](std::span<const ConstView> in, std::span<const View> out) { out[0].as<double>()[0] = in[0].as<double>()[0]; });

class CompiledErrors : public testing::Test {
 protected:
  void SetUp() override {
    if (std::string reason; !Compiled::is_available(&reason)) GTEST_SKIP() << "the compiler is not there: " << reason;
  }
};

TEST_F(CompiledErrors, W710_a_function_that_is_no_program) {
  const Program p = trace([](Expr x) { return reactor_p(x); }, {f64({3})}, "plant");
  const std::string line = "compiled_test.cpp:" + std::to_string(__LINE__ - 1);
  const Error error = documented("W710", [&] { compile(p, {.engine = Engine::compiled}); });
  EXPECT_THAT(error.where(), HasSubstr(line));
  CompileChoice choice;
  compile(p, {.expected_runs = 1e12}, &choice);
  EXPECT_EQ(choice.engine, Engine::interpreter);
  EXPECT_THAT(choice.reason, HasSubstr("W710"));
}

TEST_F(CompiledErrors, W711_given_up) {
  documented("W711", [] { Compiled(trace([](Expr x) { return sin(x); }, {f64()}, "wave"), {.cancelled = [] { return true; }}); });
}

TEST_F(CompiledErrors, W715_a_number_of_threads_that_cannot_be) {
  documented("W715", [] { compile(trace([](Expr x) { return sin(x); }, {f64()}), {.engine = Engine::compiled, .threads = -2}); });
  EXPECT_EQ(error_of([] { Compiled(trace([](Expr x) { return sin(x); }, {f64()}), {.threads = 1025}); }).id(), "W715");
}

TEST_F(CompiledErrors, W724_vectors_of_a_width_that_there_is_not) {
  documented("W724", [] { Compiled(trace([](Expr x) { return sin(x); }, {f64()}), {.vector_bytes = 48}); });
}

TEST(MissingCompiler, W712_where_compiled_code_is_asked_for_and_only_there) {
  const auto eval = [](const std::string& engine) {
    return run_tool({"eval", "x^2", "--at", "x=3", "--engine", engine}, {}, "WENGERT_LLVM=/nonexistent ");
  };
  EXPECT_EQ(eval("compiled").code, 2);
  EXPECT_THAT(eval("compiled").err, HasSubstr("W712 "));
  EXPECT_EQ(eval("auto").out, "f = 9\n");
}

TEST(MissingCompiler, W712_says_when_a_component_is_of_another_version) {
  const auto r = run_tool({"eval", "x", "--at", "x=3", "--engine", "compiled"}, {}, "WENGERT_LLVM=libm.so.6 ");
  EXPECT_THAT(r.err, HasSubstr("W712 usage: the compiler is not there: it is of another version"));
}

TEST(BrokenCompiler, W908_what_the_compiler_refuses_is_our_fault) {
  const auto r = run_tool({"eval", "x^2", "--at", "x=3", "--engine", "compiled"}, {}, "WENGERT_CACHE= WENGERT_LLVM=" WENGERT_BROKEN_COMPONENT " ");
  EXPECT_EQ(r.code, 70);
  EXPECT_THAT(r.err, HasSubstr("W908 internal: program \"f\" could not be compiled: this component compiles nothing"));
}

TEST_F(CompiledErrors, W737_a_jacobian_whose_orders_are_not_timed) {
  documented("W737", [] {
    timed_jacobian(trace([](Expr x) { return map(trace([](Expr y) { return y * y; }, {f64()}), {{x}})[0]; }, {f64({3})}, "squares"), {{Array({1, 2, 3})}});
  });
}

TEST_F(CompiledErrors, W738_a_jacobian_timed_where_nothing_is_finite) {
  documented("W738", [] {
    timed_jacobian(trace([](Expr x, Expr y) { return std::pair(log(x), log(x - y * y)); }, {f64(), f64()}, "logs"), {{-1.0, 1.0}});
  });
}

}  // namespace
}  // namespace wengert
