// SPDX-License-Identifier: Apache-2.0
//
// Batching is looping: every output at every point is what the Program gives at that point alone.
#include "wengert/passes/batch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "random_cases.h"
#include "random_program.h"
#include "same_values.h"
#include "wengert/exec/interpreter.h"
#include "wengert/ir/registry.h"
#include "wengert/ir/text.h"
#include "wengert/primitives/primitives.h"
#include "wengert/trace/trace.h"

namespace wengert {
namespace {

using testing::HasSubstr;

/// Arrays of one type, one below the other.
Array stacked(const std::vector<Array>& arrays) {
  Type type = arrays[0].type();
  const size_t bytes = type.bytes();
  type.shape = type.shape.with(0, static_cast<int64_t>(arrays.size()));
  Array result(type);
  for (size_t i = 0; i < arrays.size(); ++i)
    std::memcpy(static_cast<std::byte*>(result.mutable_view().data) + i * bytes, arrays[i].view().data, bytes);
  return result;
}

/// batch(p) at `points` against p at each of them.
testing::AssertionResult equals_loop(const Program& p, const std::vector<std::vector<Array>>& points,
                                     const std::vector<bool>& batched, double ulps = 0, double absolute = 0) {
  std::vector<std::vector<Array>> inputs(p.inputs()), outputs(p.outputs().size());
  for (const auto& point : points) {
    for (size_t k = 0; k < point.size(); ++k) inputs[k].push_back(batched[k] ? point[k] : points[0][k]);
    std::vector<Array> x;
    for (size_t k = 0; k < point.size(); ++k) x.push_back(inputs[k].back());
    const auto y = evaluate(p, x);
    for (size_t k = 0; k < y.size(); ++k) outputs[k].push_back(y[k]);
  }
  std::vector<Array> x, y;
  for (size_t k = 0; k < inputs.size(); ++k) x.push_back(batched[k] ? stacked(inputs[k]) : inputs[k][0]);
  for (const auto& each : outputs) y.push_back(stacked(each));
  return same_values(evaluate(batch(p, batched, static_cast<int64_t>(points.size())), x), y, ulps, absolute);
}

TEST(Batch, puts_a_leading_axis_on_what_varies_and_only_on_that) {
  const auto f = [](Expr x, Expr y) {
    const Expr a = exp(x), b = sin(y);
    return a * b;
  };
  const Program q = batch(trace(f, {f64({3}), f64({3})}, "f", {"x", "y"}), {true, false}, 5);
  EXPECT_EQ(print(q),
            "program f(x: f64[5,3], y: f64[3]) {\n"
            "  %2 = exp x\n"
            "  %3 = sin y\n"
            "  %4 = broadcast{shape=[5, 3]} %3\n"
            "  %5 = mul %2 %4\n"
            "  return %5\n"
            "}\n");
}

TEST(Batch, repeats_an_output_that_does_not_vary) {
  const Program q = batch(trace(
                              [](Expr x, Expr y) {
                                return std::vector<Expr>{x, y * 2};
                              },
                              {f64(), f64()}),
                          {true, false}, 3);
  EXPECT_TRUE(
      same_values(evaluate(q, {Array({3}, {1, 2, 3}), 5.0}), {Array({3}, {1, 2, 3}), Array({3}, {10, 10, 10})}));
}

TEST(Batch, takes_no_points_at_all) {
  const Program q = batch(trace([](Expr x) { return sum(exp(x)); }, {f64({4})}), {true}, 0);
  EXPECT_EQ(q.output_types()[0], f64({0}));
  EXPECT_EQ(evaluate(q, {Array(f64({0, 4}))})[0].elements(), 0);
}

TEST(Batch, batches_twice) {
  const Program p = trace([](Expr x) { return sum(x * x); }, {f64({3})});
  const Program q = batch(batch(p, {true}, 2), {true}, 2);
  EXPECT_EQ(q.output_types()[0], f64({2, 2}));
  EXPECT_TRUE(same_values(evaluate(q, {Array({2, 2, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 1, 1})}),
                          {Array({2, 2}, {14, 77, 194, 3})}));
}

TEST(Batch, loops_over_loops) {
  const Program body = trace([](Expr c, Expr x) { return std::vector<Expr>{c * x, c + x}; }, {f64(), f64()});
  const Program p = trace([&](Expr c, Expr x) { return scan(body, {&c, 1}, {&x, 1}); }, {f64(), f64({3})});
  std::vector<std::vector<Array>> points;
  for (int i = 0; i < 4; ++i) points.push_back({Array(0.5 * i), Array({3}, {1.0 * i, 2, -1})});
  EXPECT_TRUE(equals_loop(p, points, {true, true}));
  EXPECT_TRUE(equals_loop(p, points, {false, true}));
  EXPECT_TRUE(equals_loop(p, points, {true, false}));
}

TEST(Batch, keeps_a_guard_that_does_not_vary_and_refuses_one_that_does) {
  const Program p = trace(
      [](Expr x, Expr y) {
        guard(less(y, 1), true);
        return x + y;
      },
      {f64(), f64()});
  EXPECT_THROW(evaluate(batch(p, {true, false}, 2), {Array({2}, {1, 2}), 3.0}), UsageError);
  try {
    batch(p, {true, true}, 7);
    FAIL() << "no error";
  } catch (const UsageError& error) {
    EXPECT_EQ(error.id(), "W750");
    EXPECT_THAT(error.what(), HasSubstr("each of the 7 points"));
    EXPECT_THAT(error.where(), HasSubstr("guard"));
  }
}

TEST(Batch, needs_a_flag_for_each_input) {
  const Program p = trace([](Expr x) { return x; }, {f64()});
  for (const auto& [flags, size] :
       {std::pair{std::vector<bool>{}, int64_t{2}}, {std::vector<bool>{true}, int64_t{-1}}}) {
    try {
      batch(p, flags, size);
      FAIL() << "no error";
    } catch (const UsageError& error) {
      EXPECT_EQ(error.id(), "W751");
    }
  }
}

TEST(Batch, of_every_example_of_every_primitive_is_the_loop) {
  for (const Primitive* primitive : primitives()) {
    if (primitive->is_guard()) continue;
    for (const Example& example : primitive->examples()) {
      std::vector<Type> types;
      for (const Array& x : example.operands) types.push_back(x.type());
      const Program p =
          trace([&](const std::vector<Expr>& x) { return record_all(*primitive, x, example.attributes); }, types);
      std::vector<std::vector<Array>> points;
      Random random(3);
      for (int i = 0; i < 3; ++i) points.push_back(near_by(example.operands, random, i == 0 ? 0 : 1e-3));
      for (size_t k = 0; k < types.size(); ++k) {
        std::vector<bool> batched(types.size(), false);
        batched[k] = true;
        EXPECT_TRUE(equals_loop(p, points, batched, 8, 1e-14)) << primitive->name << ", operand " << k;
      }
      EXPECT_TRUE(equals_loop(p, points, std::vector<bool>(types.size(), true), 8, 1e-14)) << primitive->name;
    }
  }
}

TEST(Batch, of_random_programs_is_the_loop) {
  for (uint64_t key = 0; key < random_cases(120); ++key) {
    const RandomProgram drawn = random_program(3000 + key, {.draws = 15});
    Random random(key);
    std::vector<std::vector<Array>> points;
    for (int i = 0; i < 3; ++i) points.push_back(near_by(drawn.point, random, 1e-4));
    std::vector<bool> batched;
    for (size_t k = 0; k < drawn.point.size(); ++k) batched.push_back(k == 0 || random.below(2) == 0);
    EXPECT_TRUE(equals_loop(drawn.program, points, batched, 1e4, 1e-10)) << "key " << key;
  }
}

}  // namespace
}  // namespace wengert
