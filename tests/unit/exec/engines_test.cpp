// SPDX-License-Identifier: Apache-2.0
//
// The engines against each other on Programs made of bytes, as fuzz/fuzz_engines does for longer; see
// tests/support/engine_checks.h for what must agree and how far.
#include <gtest/gtest.h>

#include "byte_program.h"
#include "compiled_c.h"
#include "engine_checks.h"
#include "random_cases.h"
#include "same_values.h"
#include "wengert/exec/compiled.h"
#include "wengert/exec/interpreter.h"
#include "wengert/exec/lower.h"
#include "wengert/ir/text.h"

namespace wengert {
namespace {

std::string shown(const ByteProgram& r) {
  std::string text = print(r.program);
  for (const Array& x : r.point) text += to_string(x.type()) + " " + to_string(x) + "\n";
  return text;
}

void expect_agreement(uint64_t key, bool compiles) {
  const ByteProgram r = program_of_bytes(random_bytes(key, 40 + key % 200));
  if (!is_quick(r.program)) return;
  const ReferenceRun expected = reference_run(r.program, r.point);
  EXPECT_EQ(check_interpreter(r.program, r.point, expected), "") << key << '\n' << shown(r);
  if (!compiles) return;
  const int level = static_cast<int>(key % 3);
  EXPECT_EQ(check_compiled_bits(r.program, r.point, expected, level), "") << key << '\n' << shown(r);
  EXPECT_EQ(check_compiled(r.program, r.point, expected), "") << key << '\n' << shown(r);
}

TEST(Engines, agree_on_programs_of_any_bytes) {
  for (uint64_t key = 0; key < random_cases(100); ++key) expect_agreement(key, Compiled::is_available());
}

/// As scalars, 0 + -0 + -0 + -0 was -0: simplify leaves the sign of zeros open.
TEST(Engines, agree_on_what_once_differed) {
  for (uint64_t key : {1857}) expect_agreement(key, Compiled::is_available());
}

TEST(Engines, emitted_c_has_the_bits_of_the_reference_for_programs_of_any_bytes) {
  if (!has_c_compiler()) GTEST_SKIP() << "no C compiler (cc)";
  std::string text;
  std::vector<ByteProgram> programs;
  std::vector<EmittedC> code;
  for (uint64_t key = 1000; programs.size() < 24; ++key) {
    ByteProgram r = program_of_bytes(random_bytes(key, 40 + key % 100));
    if (!is_quick(r.program) || !reference_run(r.program, r.point).error.empty()) continue;
    try {
      code.push_back(emit_c(r.program, {.name = "p" + std::to_string(key)}));
    } catch (const UsageError& error) {
      EXPECT_EQ(error.id(), "W710");
      continue;
    }
    text +=
        code.back().source + call_through_pointers(code.back().name, r.point.size() + r.program.outputs().size() + 1);
    programs.push_back(std::move(r));
  }
  const CompiledC compiled(text, "cc -std=c99 -O1 -ffp-contract=off -Wall -Wextra -pedantic -Werror");
  ASSERT_TRUE(compiled);
  for (size_t k = 0; k < programs.size(); ++k) {
    std::vector<Array> outputs;
    for (const Type& type : programs[k].program.output_types()) outputs.emplace_back(type);
    const auto found = call_c(compiled, code[k].name, programs[k].point, outputs, code[k].workspace_bytes);
    EXPECT_TRUE(same_values(found, reference_run(programs[k].program, programs[k].point).outputs))
        << shown(programs[k]);
  }
}

}  // namespace
}  // namespace wengert
