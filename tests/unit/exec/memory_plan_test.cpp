// SPDX-License-Identifier: Apache-2.0
//
// Scratch buffers that share memory: never two at once that are still needed, whatever the Program; and no more memory
// than is in use at the busiest step, or little more.
#include "wengert/exec/memory_plan.h"

#include <gtest/gtest.h>

#include "derivative_cases.h"
#include "planned_reading.h"
#include "random_cases.h"
#include "random_program.h"
#include "wengert/ad/derivatives.h"
#include "wengert/exec/compiled.h"
#include "wengert/exec/interpreter.h"
#include "wengert/exec/lifetimes.h"
#include "wengert/exec/lower.h"
#include "wengert/ir/registry.h"
#include "wengert/ir/text.h"
#include "wengert/optim/first_order.h"
#include "wengert/trace/trace.h"
#include "wengert/train/loop.h"

namespace wengert {
namespace {

constexpr LowerOptions as_loops{0, 0};

struct Outcome {
  std::string fault;
  std::vector<Array> results;
};

/// Runs a Program's kernel with its scratch buffers where `plan` has them.
Outcome run(const LoweredProgram& lowered, const MemoryPlan& plan, const Program& p, const std::vector<Array>& inputs) {
  Outcome outcome;
  for (const Type& type : p.output_types()) outcome.results.emplace_back(type);
  Array failures(f64());
  std::vector<void*> buffers;
  for (const Array& x : inputs) buffers.push_back(const_cast<void*>(x.view().data));
  for (const Array& x : lowered.constants) buffers.push_back(const_cast<void*>(x.view().data));
  for (Array& y : outcome.results) buffers.push_back(y.mutable_view().data);
  buffers.push_back(failures.mutable_view().data);
  outcome.fault = PlannedReading(lowered.kernel, plan, buffers).run();
  return outcome;
}

/// Shared, and shared by type, as C has it: each buffer reads its own, and results have the bits of memory that is not
/// shared.
void expect_sound(const Program& p, const std::vector<Array>& inputs, const LowerOptions& options) {
  const LoweredProgram lowered = lower(p, options);
  const Outcome apart = run(lowered, plan_memory(lowered.kernel, {.share = false}), p, inputs);
  for (const bool by_type : {false, true}) {
    const MemoryPlan plan = plan_memory(lowered.kernel, {.by_type = by_type});
    const Outcome shared = run(lowered, plan, p, inputs);
    EXPECT_EQ(shared.fault, "") << print(p);
    EXPECT_EQ(shared.results, apart.results) << print(p);
    EXPECT_LE(plan.bound, plan.bytes);
    EXPECT_LE(plan.bytes, plan.unshared);
  }
}

class PlanEach : public testing::TestWithParam<std::string> {};

TEST_P(PlanEach, shares_no_memory_that_is_still_needed) {
  for (const Case& c : cases_of(*find_primitive(GetParam()))) {
    if (print(c.program).find("custom_linear") != std::string::npos) continue;
    expect_sound(c.program, c.x, as_loops);
    expect_sound(c.program, c.x, {});
  }
}

std::vector<std::string> names() {
  std::vector<std::string> all;
  for (const Primitive* p : primitives())
    if (p->family != Family::structure && p->name != "custom_linear") all.emplace_back(p->name);
  return all;
}

INSTANTIATE_TEST_SUITE_P(Record, PlanEach, testing::ValuesIn(names()), [](const auto& record) { return record.param; });

TEST(MemoryPlan, of_random_programs_shares_no_memory_that_is_still_needed) {
  for (uint64_t key = 0; key < random_cases(150); ++key) {
    const auto r = random_program(
        key, {.draws = 40, .dtype = key % 2 == 0 ? DType::f64 : DType::f32, .nesting = key % 3 == 0 ? 2 : 1});
    expect_sound(r.program, r.point, as_loops);
  }
}

/// A net's training step at some numbers.
struct Step {
  Program program;
  std::vector<Array> inputs;
};
Step training_step_of(const char* net, const char* optimizer, int64_t batch, int64_t features, int64_t classes) {
  const LearningTask task{parse_net(net), parse_loss("cross_entropy")};
  const Optimizer o = parse_optimizer(optimizer);
  const BatchType type{f32({batch, features}), i64({batch}), classes};
  Step step{training_step(task, o, type), initial_state(task, o, 1, DType::f32).parameters};
  for (const Array& s : initial_state(task, o, 1, DType::f32).optimizer) step.inputs.push_back(s);
  Array x(type.x), y(type.y);
  for (int64_t i = 0; i < x.elements(); ++i)
    x.mutable_values<float>()[static_cast<size_t>(i)] = static_cast<float>(i % 13) / 13.0f - 0.4f;
  for (int64_t i = 0; i < batch; ++i) y.mutable_values<int64_t>()[static_cast<size_t>(i)] = i % classes;
  step.inputs.push_back(x);
  step.inputs.push_back(y);
  for (double number : {0.1, 1.0})
    step.inputs.push_back(
        Array(number).as(step.program.type(ValueId{static_cast<uint32_t>(step.inputs.size())}).dtype));
  return step;
}

TEST(MemoryPlan, of_a_training_step_with_library_calls_shares_no_memory_that_is_still_needed) {
  for (const char* optimizer : {"sgd", "adam"}) {
    const Step step = training_step_of("20-24 relu-24 tanh-10", optimizer, 16, 20, 10);
    ASSERT_FALSE(lower(step.program, {.natives = true}).kernel.natives.empty());
    expect_sound(step.program, step.inputs, {.natives = true});
  }
}

TEST(MemoryPlan, of_a_training_step_comes_near_what_is_in_use_at_once) {
  const Step step = training_step_of("64-64 relu-64 relu-64 relu-64 relu-10", "adam", 32, 64, 10);
  const MemoryPlan plan = plan_memory(lower(step.program, {.natives = true}).kernel);
  EXPECT_LT(static_cast<double>(plan.bytes), 0.6 * static_cast<double>(plan.unshared));
  EXPECT_LE(static_cast<double>(plan.bytes), 1.05 * static_cast<double>(plan.bound));
}

/// A chain whose every value is read by two lines, so that each is held in memory.
Program chain(int64_t n) {
  return trace(
      [](Expr x) {
        for (int k = 0; k < 6; ++k) x = x * cumulative_sum(x);
        return x;
      },
      {f64({n})});
}

TEST(MemoryPlan, gives_buffers_in_turn_the_same_place) {
  const MemoryPlan plan = plan_memory(lower(chain(100), as_loops).kernel);
  EXPECT_GE(plan.scratch.size(), 5u);
  EXPECT_LE(plan.bytes, 3 * 832u);
}

/// Written in a loop that reads another one for the last time, element by element.
Kernel copies(int64_t n) {
  const Type type = f64({n});
  KernelBuilder k(std::span(&type, 1), std::span(&type, 1));
  const Buffer a = k.scratch(type), b = k.scratch(type);
  k.parallel_loop(n, [&](Integer i) { a.store(i, k.operand(0).real(i)); });
  k.parallel_loop(n, [&](Integer i) { b.store(i, a.real(i) * 2); });
  k.parallel_loop(n, [&](Integer i) { k.result().store(Integer(n - 1) - i, b.real(i)); });
  return k.finish();
}

TEST(MemoryPlan, writes_in_place_what_goes_element_by_element) {
  const Kernel kernel = copies(12);
  const MemoryPlan plan = plan_memory(kernel);
  EXPECT_EQ(plan.scratch[0], plan.scratch[1]);
  EXPECT_TRUE(plan.overlap(0, 1));
  EXPECT_EQ(plan.bytes, 128u);
}

/// The last vector of 14 elements begins at 10, and would compute 10 and 11 out of what is no longer there.
TEST(MemoryPlan, writes_nothing_in_place_where_vectors_overlap) {
  const Kernel kernel = copies(14);
  std::vector<uint8_t> lanes(kernel.steps.size());
  for (size_t at = 0; at < lanes.size(); ++at)
    if (kernel.steps[at].op == Micro::loop) lanes[at] = 4;
  EXPECT_FALSE(plan_memory(kernel, {.lanes = &lanes}).overlap(0, 1));
  EXPECT_TRUE(plan_memory(kernel).overlap(0, 1));
}

TEST(MemoryPlan, writes_nothing_in_place_of_what_is_read_elsewhere) {
  const Type type = f64({8});
  KernelBuilder k(std::span(&type, 1), std::span(&type, 1));
  const Buffer a = k.scratch(type), b = k.scratch(type);
  k.loop(8, [&](Integer i) { a.store(i, k.operand(0).real(i)); });
  k.loop(8, [&](Integer i) { b.store(i, a.real(Integer(7) - i)); });
  k.loop(8, [&](Integer i) { k.result().store(i, b.real(i)); });
  EXPECT_FALSE(plan_memory(k.finish()).overlap(0, 1));
}

/// Made outside of the loop that alone touches it, a buffer keeps what one iteration leaves for the next.
TEST(MemoryPlan, keeps_what_a_loop_hands_from_one_iteration_to_the_next) {
  const Type type = f64({8});
  KernelBuilder k(std::span(&type, 1), std::span(&type, 1));
  const Buffer kept = k.scratch(type);
  k.loop(8, [&](Integer i) {
    kept.store(i, k.operand(0).real(i));
    const Buffer brief = k.scratch(f64({1}));
    brief.store(Integer(0), kept.real(i) + 1);
    k.result().store(i, brief.real(Integer(0)));
    k.loop(i, [&](Integer j) { k.result().store(i, k.result().real(i) + kept.real(j)); });
  });
  const Kernel kernel = k.finish();
  EXPECT_FALSE(plan_memory(kernel).overlap(0, 1));
  EXPECT_EQ(scratch_lifetimes(kernel, nullptr)[0].last, static_cast<uint32_t>(kernel.steps.size() - 1));
}

TEST(MemoryPlan, can_put_what_belongs_to_an_iteration_into_memory_of_its_own) {
  const Type type = f64({8});
  KernelBuilder k(std::span(&type, 1), std::span(&type, 1));
  const Buffer common = k.scratch(type);
  k.loop(8, [&](Integer i) { common.store(i, k.operand(0).real(i)); });
  const auto loop = static_cast<uint32_t>(k.steps());
  k.loop_over_points(8, [&](Integer i) {
    const Buffer own = k.scratch(f64({16}));
    own.store(Integer(0), common.real(i));
    k.result().store(i, own.real(Integer(0)));
  });
  const Kernel kernel = k.finish();
  const MemoryPlan plan = plan_memory(kernel, {.own_loops = {loop}}), together = plan_memory(kernel);
  EXPECT_EQ(plan.bytes, 64u);
  EXPECT_EQ(plan.own_bytes, 128u);
  EXPECT_EQ(plan.scratch, (std::vector<size_t>{0, 0}));
  EXPECT_FALSE(plan.overlap(0, 1));
  EXPECT_EQ(together.bytes, 192u);
  EXPECT_EQ(together.own_bytes, 0u);
}

TEST(MemoryPlan, is_checked_by_a_reading_that_finds_a_wrong_one) {
  const Program p = chain(10);
  const LoweredProgram lowered = lower(p, as_loops);
  MemoryPlan plan = plan_memory(lowered.kernel, {.share = false});
  const std::vector<Array> x{Array::filled(f64({10}), 0.5)};
  EXPECT_EQ(run(lowered, plan, p, x).fault, "");
  plan.scratch.assign(plan.scratch.size(), 0);
  EXPECT_NE(run(lowered, plan, p, x).fault, "");
}

class PlannedCode : public testing::Test {
 protected:
  void SetUp() override {
    if (std::string reason; !Compiled::is_available(&reason)) GTEST_SKIP() << "the compiler is not there: " << reason;
  }
};

/// In lanes, contracted, by libraries: whatever rounds, memory changes nothing.
TEST_F(PlannedCode, gives_the_bits_of_memory_that_is_not_shared) {
  for (uint64_t key = 0; key < random_cases(60); ++key) {
    const auto r = random_program(
        key, {.draws = 30, .dtype = key % 2 == 0 ? DType::f64 : DType::f32, .nesting = key % 4 == 0 ? 2 : 1});
    if (print(r.program).find("custom_linear") != std::string::npos) continue;
    const int level = static_cast<int>(key % 3);
    EXPECT_EQ(Compiled(r.program, {.level = level}).run(r.point),
              Compiled(r.program, {.level = level, .share_memory = false}).run(r.point))
        << key << '\n'
        << print(r.program);
  }
}

TEST_F(PlannedCode, of_a_training_step_takes_less_memory_and_gives_the_same_bits) {
  for (int64_t batch : {5, 16}) {
    const Step step = training_step_of("20-24 relu-24 tanh-24 sigmoid-10", "adam", batch, 20, 10);
    const Compiled shared(step.program), apart(step.program, {.share_memory = false});
    EXPECT_EQ(shared.run(step.inputs), apart.run(step.inputs));
    EXPECT_LT(shared.workspace_bytes(), apart.workspace_bytes());
    EXPECT_LE(shared.workspace_bound(), shared.workspace_bytes());
    EXPECT_GE(shared.workspace_unshared(), apart.workspace_bytes());
  }
}

}  // namespace
}  // namespace wengert
