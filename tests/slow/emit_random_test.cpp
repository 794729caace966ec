// SPDX-License-Identifier: Apache-2.0
//
// Emitted C of many random Programs and of their gradients, optimised hard: the bits of the reference interpreter.
#include <gtest/gtest.h>

#include "../unit/exec/compiled_c.h"
#include "random_program.h"
#include "same_values.h"
#include "wengert/ad/derivatives.h"
#include "wengert/exec/interpreter.h"

namespace wengert {
namespace {

/// A random Program, or every third its pullback, with a point.
RandomProgram drawn(uint64_t key) {
  RandomProgram r = random_program(key, {.draws = 15, .dtype = key % 2 == 0 ? DType::f64 : DType::f32, .nesting = 2});
  if (key % 3 != 0) return r;
  r.program = vjp(r.program);
  for (size_t k = r.point.size(); k < r.program.inputs(); ++k)
    r.point.push_back(Array::filled(r.program.input_types()[k], 0.5));
  return r;
}

class EmitRandom : public testing::TestWithParam<uint64_t> {};

TEST_P(EmitRandom, gives_the_bits_of_the_interpreter) {
  if (!has_c_compiler()) GTEST_SKIP() << "no C compiler (cc)";
  std::string text;
  std::vector<RandomProgram> programs;
  std::vector<EmittedC> code;
  for (uint64_t key = GetParam(); key < GetParam() + 10; ++key) {
    RandomProgram r = drawn(key);
    try {
      code.push_back(emit_c(r.program, {.name = "p" + std::to_string(key)}));
    } catch (const UsageError& error) {
      EXPECT_EQ(error.id(), "W710");  // the transpose of a rule of the user's own: no Program, but code
      continue;
    }
    text +=
        code.back().source + call_through_pointers(code.back().name, r.point.size() + r.program.outputs().size() + 1);
    programs.push_back(std::move(r));
  }
  const CompiledC compiled(text, strict_c + " -O3");
  ASSERT_TRUE(compiled);
  for (size_t k = 0; k < code.size(); ++k) {
    std::vector<Array> outputs;
    for (const Type& type : programs[k].program.output_types()) outputs.emplace_back(type);
    const auto found = call_c(compiled, code[k].name, programs[k].point, outputs, code[k].workspace_bytes);
    EXPECT_TRUE(same_values(found, evaluate(programs[k].program, programs[k].point, {.reference = true})))
        << code[k].source;
  }
}

INSTANTIATE_TEST_SUITE_P(Keys, EmitRandom, testing::Range<uint64_t>(1000, 1200, 10));

}  // namespace
}  // namespace wengert
