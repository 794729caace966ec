// SPDX-License-Identifier: Apache-2.0
//
// Programs as one kernel: run by the reference reading of the micro-operations, a kernel gives what its Program does.
#include "wengert/exec/lower.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "derivative_cases.h"
#include "random_cases.h"
#include "random_program.h"
#include "wengert/ad/derivatives.h"
#include "wengert/exec/interpreter.h"
#include "wengert/ir/registry.h"
#include "wengert/ir/text.h"
#include "wengert/kernel/interpret.h"
#include "wengert/primitives/foreign.h"
#include "wengert/trace/trace.h"

namespace wengert {
namespace {

constexpr LowerOptions as_loops{0, 0};

std::vector<Array> run(const LoweredProgram& lowered, const Program& p, std::vector<Array> inputs) {
  std::vector<Array> results;
  for (const Type& type : p.output_types()) results.emplace_back(type);
  Array failures(f64());
  std::vector<void*> buffers;
  for (const Array& x : inputs) buffers.push_back(const_cast<void*>(x.view().data));
  for (const Array& x : lowered.constants) buffers.push_back(const_cast<void*>(x.view().data));
  for (Array& y : results) buffers.push_back(y.mutable_view().data);
  buffers.push_back(failures.mutable_view().data);
  KernelInterpreter().run(lowered.kernel, buffers);
  EXPECT_EQ(failures.item(), 0);
  return results;
}

size_t count(const Kernel& kernel, Micro op) {
  return static_cast<size_t>(std::ranges::count(kernel.steps, op, &MicroStep::op));
}

std::vector<Array> reference(const Program& p, const std::vector<Array>& x) { return evaluate(p, x, {.reference = true}); }

class LowerEach : public testing::TestWithParam<std::string> {};

TEST_P(LowerEach, gives_the_bits_of_the_interpreter) {
  for (const Case& c : cases_of(*find_primitive(GetParam()))) {
    if (GetParam() == "custom_linear") continue;
    EXPECT_EQ(run(lower(c.program, as_loops), c.program, c.x), reference(c.program, c.x)) << c.name << '\n' << print(c.program);
  }
}

std::vector<std::string> names() {
  std::vector<std::string> all;
  for (const Primitive* p : primitives())
    if (p->family != Family::structure) all.emplace_back(p->name);
  return all;
}

INSTANTIATE_TEST_SUITE_P(Record, LowerEach, testing::ValuesIn(names()), [](const auto& record) { return record.param; });

TEST(Lower, of_random_programs_gives_the_bits_of_the_interpreter) {
  for (uint64_t key = 0; key < random_cases(120); ++key) {
    const auto r = random_program(key, {.draws = 30, .dtype = key % 2 == 0 ? DType::f64 : DType::f32, .nesting = key % 3 == 0 ? 2 : 1});
    EXPECT_EQ(run(lower(r.program, as_loops), r.program, r.point), reference(r.program, r.point)) << key << '\n' << print(r.program);
  }
}

TEST(Lower, makes_one_loop_of_an_elementwise_chain) {
  const Program p = trace([](Expr x, Expr y) { return sin(x) * y + exp(x * 0.5); }, {f64({100}), f64({100})});
  const Kernel kernel = lower(p, as_loops).kernel;
  EXPECT_EQ(count(kernel, Micro::loop), 1u);
  EXPECT_TRUE(kernel.scratch.empty());
}

TEST(Lower, reduces_what_it_computes_without_storing_it) {
  const Program p = trace([](Expr x, Expr y) { return sum((x - y) * (x - y)); }, {f64({100}), f64({100})});
  const Kernel kernel = lower(p, as_loops).kernel;
  EXPECT_EQ(count(kernel, Micro::loop), 1u);
  EXPECT_TRUE(kernel.scratch.empty());
}

TEST(Lower, writes_scalars_without_a_loop) {
  const Program p = trace([](Expr x, Expr y) { return x * y + sin(x); }, {f64(), f64()});
  const Kernel kernel = lower(p).kernel;
  EXPECT_EQ(count(kernel, Micro::loop), 0u);
  EXPECT_EQ(count(kernel, Micro::load_real), 2u);
}

TEST(Lower, writes_the_body_of_a_map_inside_one_loop_as_scalars) {
  const Program body = trace([](Expr x, Expr a) { return sum(sin(x) * a); }, {f64({3}), f64({3})}, "point");
  const Program p = trace([&](Expr x, Expr a) { return sum_map(body, std::array{x, a}, {true, false})[0]; }, {f64({50, 3}), f64({3})});
  const LoweredProgram lowered = lower(p);
  EXPECT_EQ(count(lowered.kernel, Micro::loop), 1u);
  const Array x = Array::filled(f64({50, 3}), 0.25), a({3}, {1, 2, 3});
  EXPECT_NEAR(run(lowered, p, {x, a})[0].item(), reference(p, {x, a})[0].item(), 1e-12);
}

TEST(Lower, counts_guards_that_fail) {
  const Program p = parse("program f(x) {\n  c = less(x, 0)\n  g = guard(c, expected=false)\n  return x * x\n}\n");
  LoweredProgram lowered = lower(p);
  Array x(-1.0), y(f64()), failures(f64());
  KernelInterpreter().run(lowered.kernel, std::vector<void*>{x.mutable_view().data, y.mutable_view().data, failures.mutable_view().data});
  EXPECT_EQ(failures.item(), 1);
}

}  // namespace
}  // namespace wengert
