// SPDX-License-Identifier: Apache-2.0
//
// Compiled code is the third reading of the micro-operations: the interpreter's bits where the order of operations is
// the same, and a few ulps from them in SIMD lanes.
#include "wengert/exec/compiled.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <thread>

#include "derivative_cases.h"
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
  for (uint64_t key = 0; key < 40; ++key) {
    const auto r = random_program(key, {.draws = 25, .dtype = key % 2 == 0 ? DType::f64 : DType::f32});
    if (print(r.program).find("custom_linear") != std::string::npos) continue;
    EXPECT_EQ(Compiled(r.program, exactly(static_cast<int>(key % 3))).run(r.point), reference(r.program, r.point)) << key << '\n' << print(r.program);
  }
}

}  // namespace
}  // namespace wengert
