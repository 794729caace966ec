// SPDX-License-Identifier: Apache-2.0
//
// A pass keeps derivatives as well as values: the gradient of what came out is the gradient of what went in.
#include <gtest/gtest.h>

#include "random_cases.h"
#include "random_program.h"
#include "same_values.h"
#include "wengert/ad/derivatives.h"
#include "wengert/exec/interpreter.h"
#include "wengert/passes/inline_calls.h"
#include "wengert/passes/scalarize.h"
#include "wengert/passes/simplify.h"
#include "wengert/primitives/primitives.h"
#include "wengert/trace/trace.h"

namespace wengert {
namespace {

/// The last output alone, which is a scalar that depends on much of the Program.
Program last_output(const Program& p) {
  const auto f = [&](const std::vector<Expr>& x) { return replay(p, x).back(); };
  return trace(f, p.input_types());
}

TEST(DerivativesAfterPasses, of_simplified_and_inlined_programs_are_the_same) {
  for (uint64_t key = 0; key < random_cases(60); ++key) {
    const RandomProgram drawn = random_program(6000 + key, {.draws = 15});
    const Program p = last_output(drawn.program);
    const auto expected = evaluate(grad(p), drawn.point);
    EXPECT_TRUE(same_values(evaluate(grad(simplify(p)), drawn.point), expected, 1e4, 1e-8)) << "key " << key;
    EXPECT_TRUE(same_values(evaluate(grad(inline_calls(p)), drawn.point), expected, 1e4, 1e-8)) << "key " << key;
  }
}

TEST(DerivativesAfterPasses, of_scalars_are_those_of_the_arrays) {
  int done = 0;
  for (uint64_t key = 0; key < 60; ++key) {
    const RandomProgram drawn = random_program(7000 + key, {.draws = 10});
    const Program p = last_output(drawn.program);
    try {
      const Scalarized s = scalarize(p), gradient{grad(s.program), s.inputs, s.inputs};
      const auto found = gradient.join(evaluate(gradient.program, s.split(drawn.point)));
      EXPECT_TRUE(same_values(found, evaluate(grad(p), drawn.point), 1e4, 1e-8)) << "key " << key;
      ++done;
    } catch (const UsageError& error) {
      EXPECT_TRUE(error.id() == "W160" || error.id() == "W161") << error.what();
    }
  }
  EXPECT_GT(done, 30);
}

TEST(DerivativesAfterPasses, a_stopped_derivative_stays_stopped_among_scalars) {
  const Program p = trace([](Expr x) { return sum(stop_gradient(x) * x + sign(x)); }, {f64({2})});
  const Scalarized s = scalarize(p), gradient{grad(s.program), s.inputs, s.inputs};
  const std::vector<Array> point{Array({2}, {3, 0})};
  EXPECT_TRUE(same_values(gradient.join(evaluate(gradient.program, s.split(point))), {Array({2}, {3, 0})}));
}

}  // namespace
}  // namespace wengert
