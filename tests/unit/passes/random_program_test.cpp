// SPDX-License-Identifier: Apache-2.0
//
// The Programs that other tests are drawn from: repeatable, finite, and with every primitive in them.
#include "random_program.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "random_cases.h"
#include "wengert/exec/interpreter.h"
#include "wengert/ir/registry.h"
#include "wengert/primitives/primitives.h"

namespace wengert {
namespace {

TEST(RandomProgram, one_key_draws_one_program) {
  const RandomProgram a = random_program(7), b = random_program(7), c = random_program(8);
  EXPECT_EQ(a.program, b.program);
  EXPECT_EQ(a.point, b.point);
  EXPECT_FALSE(a.program == c.program);
}

TEST(RandomProgram, outputs_are_finite_at_its_point) {
  for (uint64_t key = 0; key < random_cases(100); ++key) {
    const RandomProgram drawn = random_program(key);
    for (const Array& y : evaluate(drawn.program, drawn.point))
      for (int64_t i = 0; i < y.elements(); ++i) EXPECT_TRUE(std::isfinite(y[i])) << "key " << key;
  }
}

TEST(RandomProgram, scalar_programs_hold_no_arrays) {
  for (uint64_t key = 0; key < 20; ++key) {
    const Program p = random_program(key, {.arrays = false}).program;
    for (uint32_t v = 0; v < p.size(); ++v) EXPECT_TRUE(p.type(ValueId{v}).is_scalar());
  }
}

TEST(RandomProgram, every_primitive_with_examples_occurs) {
  if (random_cases(200) < 200) GTEST_SKIP() << "fewer are drawn";
  std::map<std::string_view, int> drawn;
  for (uint64_t key = 0; key < 200; ++key) {
    const Program p = random_program(key, {.draws = 40}).program;
    for (uint32_t v = 0; v < p.size(); ++v) ++drawn[p.primitive(ValueId{v}).name];
  }
  for (const Primitive* p : primitives()) {
    if (p->examples().empty() || p->is_guard()) continue;
    EXPECT_GT(drawn[p->name], 0) << p->name;
  }
  for (const Primitive* p : {&call_p, &map_p, &scan_p}) EXPECT_GT(drawn[p->name], 20) << p->name;
}

}  // namespace
}  // namespace wengert
