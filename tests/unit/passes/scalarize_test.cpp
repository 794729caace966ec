// SPDX-License-Identifier: Apache-2.0
//
// Scalarizing: the same values, element by element, from scalars alone.
#include "wengert/passes/scalarize.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "random_cases.h"
#include "random_program.h"
#include "same_values.h"
#include "wengert/exec/interpreter.h"
#include "wengert/ir/registry.h"
#include "wengert/ir/text.h"
#include "wengert/passes/fix_inputs.h"
#include "wengert/primitives/primitives.h"
#include "wengert/trace/trace.h"

namespace wengert {
namespace {

using testing::HasSubstr;

testing::AssertionResult equals_arrays(const Program& p, const std::vector<Array>& point, double ulps = 0,
                                       double absolute = 0) {
  const Scalarized s = scalarize(p);
  for (uint32_t v = 0; v < s.program.size(); ++v)
    if (!s.program.type(ValueId{v}).is_scalar())
      return testing::AssertionFailure() << "an array in\n" << print(s.program);
  return same_values(s.join(evaluate(s.program, s.split(point))), evaluate(p, point), ulps, absolute);
}

template <class F> Error error_of(F f) {
  try {
    f();
  } catch (const Error& error) {
    return error;
  }
  return UsageError("none", "no error");
}

TEST(Scalarize, writes_elements_row_major_with_readable_names) {
  const Scalarized s = scalarize(trace([](Expr x) { return x * x; }, {f64({2, 2})}, "f", {"x"}));
  EXPECT_EQ(print(s.program),
            "program f(x_0_0: f64[], x_0_1: f64[], x_1_0: f64[], x_1_1: f64[]) {\n"
            "  %4 = mul x_0_0 x_0_0\n"
            "  %5 = mul x_0_1 x_0_1\n"
            "  %6 = mul x_1_0 x_1_0\n"
            "  %7 = mul x_1_1 x_1_1\n"
            "  return %4, %5, %6, %7\n"
            "}\n");
}

TEST(Scalarize, reads_kernels_without_adding_to_zero) {
  const Scalarized s =
      scalarize(trace([](Expr a, Expr b) { return matmul(a, b); }, {f64({1, 3}), f64({3, 1})}, "f", {"a", "b"}));
  EXPECT_EQ(s.program.size(), 6u + 3u + 2u) << print(s.program);  // inputs, products, additions
}

TEST(Scalarize, moving_elements_leaves_no_trace) {
  const auto f = [](Expr x) { return transpose(reshape(broadcast_to(x, {2, 3}), {3, 2})); };
  EXPECT_EQ(scalarize(trace(f, {f64({3})})).program.size(), 3u);
}

TEST(Scalarize, constants_are_computed_now) {
  const auto f = [](Expr x) { return sum(x * exp(constant(Array({2}, {0, 1}))) + zeros(f64({2}))); };
  EXPECT_EQ(scalarize(trace(f, {f64({2})})).program.size(), 2u + 1u + 1u + 1u);  // x, e, x1 e, x0 + x1 e
}

TEST(Scalarize, keeps_elementwise_operations_whole) {
  const Program q = scalarize(trace([](Expr x) { return softplus(x) + sign(x); }, {f64({1})})).program;
  EXPECT_EQ(q.size(), 4u) << print(q);
}

TEST(Scalarize, split_and_join_are_inverses) {
  const Scalarized s = scalarize(trace(
      [](Expr x, Expr b) {
        return std::vector<Expr>{x, b};
      },
      {f32({2, 3}), boolean({2})}));
  const bool flags[] = {true, false};
  const std::vector<Array> point{Array({2, 3}, {1, 2, 3, 4, 5, 6}).as(DType::f32), Array::of<bool>({2}, flags)};
  EXPECT_EQ(s.split(point).size(), 8u);
  EXPECT_TRUE(same_values(s.join(s.split(point)), point));
  EXPECT_EQ(error_of([&] { (void)s.split(std::vector<Array>{}); }).id(), "W207");
  EXPECT_EQ(error_of([&] { (void)s.join(point); }).id(), "W207");
  EXPECT_EQ(error_of([&] { (void)s.split(std::vector<Array>{point[1], point[0]}); }).id(), "W207");
}

TEST(Scalarize, computes_in_f64_where_kernels_of_f32_do) {
  const Program p = trace([](Expr x) { return sum(x) * 2; }, {f32({3})});
  EXPECT_TRUE(equals_arrays(p, {Array({3}, {1, 1e-8, 1e-8}).as(DType::f32)}));
  const Program q = scalarize(p).program;
  EXPECT_EQ(q.type(q.outputs()[0]), f32());
}

TEST(Scalarize, unrolls_loops_and_inlines_calls) {
  const Program step = trace(
      [](Expr c, Expr x, Expr w) {
        return std::vector<Expr>{tanh(c * w + x), c * x};
      },
      {f64({2}), f64({2}), f64()});
  for (bool reverse : {false, true}) {
    const auto f = [&](Expr c, Expr x, Expr w) {
      const Expr rest[] = {x, w};
      const auto y = scan(step, {&c, 1}, rest, {true, false}, -1, reverse);
      const Expr both[] = {y[0], y[1]};
      return sum_map(trace([](Expr a, Expr b) { return sum(a * b); }, {f64({2}), f64({2})}), both, {false, true});
    };
    const Program p = trace(f, {f64({2}), f64({3, 2}), f64()});
    EXPECT_TRUE(equals_arrays(p, {Array({2}, {0.1, 0.2}), Array({3, 2}, {1, 2, 3, 4, 5, 6}), 0.3}));
  }
  const Program p = trace(
      [&](Expr x) {
        const Expr all[] = {x, x, 1};
        return call(step, all)[0];
      },
      {f64({2})});
  EXPECT_TRUE(equals_arrays(p, {Array({2}, {0.1, 0.2})}));
}

TEST(Scalarize, keeps_guards) {
  const Program p = trace(
      [](Expr x) {
        guard(less(sum(x), 1), true);
        return x;
      },
      {f64({2})});
  const Scalarized s = scalarize(p);
  EXPECT_TRUE(same_values(s.join(evaluate(s.program, s.split({{Array({2}, {0.1, 0.2})}}))), {Array({2}, {0.1, 0.2})}));
  EXPECT_THROW(evaluate(s.program, s.split({{Array({2}, {1, 2})}})), UsageError);
}

TEST(Scalarize, no_derivative_passes_where_none_passed) {
  const Program q = scalarize(trace([](Expr x) { return stop_gradient(x); }, {f64({2})})).program;
  for (ValueId y : q.outputs()) EXPECT_EQ(&q.primitive(y), &stop_gradient_p);
}

TEST(Scalarize, an_index_known_only_at_run_time_is_an_error_that_says_so_and_a_fixed_one_is_none) {
  const Program p = trace([](Expr x, Expr i) { return gather(x, i); }, {f64({3}), i64({2})}, "f", {"x", "i"});
  const Error error = error_of([&] { scalarize(p); });
  EXPECT_EQ(error.id(), "W160");
  EXPECT_THAT(error.what(), HasSubstr("gather"));
  EXPECT_THAT(error.what(), HasSubstr("fix_inputs"));
  const int64_t at[] = {2, 0};
  const Program q = fix_inputs(p, {{std::nullopt, Array::of<int64_t>({2}, at)}});
  EXPECT_TRUE(equals_arrays(q, {Array({3}, {1, 2, 3})}));
}

TEST(Scalarize, a_choice_of_integers_by_reals_is_an_error_that_names_the_instruction) {
  const Program p = trace([](Expr x) { return argmax(x); }, {f64({3})});
  const Error error = error_of([&] { scalarize(p); });
  EXPECT_EQ(error.id(), "W160");
  EXPECT_THAT(error.where(), HasSubstr("in program \"f\""));
}

TEST(Scalarize, a_derivative_of_the_users_own_is_kept_on_scalars_and_refused_on_arrays) {
  const auto program = [](const Type& type) {
    const Program body = trace([](Expr x) { return exp(x); }, {type});
    const Program vjp = trace([](Expr, Expr y, Expr y_bar) { return y * y_bar; }, {type, type, type});
    return trace([&](Expr x) { return custom_vjp(body, vjp, {&x, 1}); }, {type});
  };
  EXPECT_EQ(&scalarize(program(f64())).program.primitive(ValueId{1}), &custom_p);
  EXPECT_EQ(error_of([&] { scalarize(program(f64({2}))); }).id(), "W161");
}

TEST(Scalarize, stops_at_its_limit_before_the_memory_is_used) {
  const Program product = trace([](Expr a) { return matmul(a, a); }, {f64({60, 60})});
  const Program wide = trace([](Expr x) { return sum(broadcast_to(x, {1000, 1000, 1000})); }, {f64()});
  const Program loop = trace(
      [](Expr x) {
        return scan(trace([](Expr c) { return c * 1; }, {f64()}), {&x, 1}, {}, {}, int64_t{1} << 40);
      },
      {f64()});
  for (const Program& p : {product, wide, loop}) {
    const Error error = error_of([&] { scalarize(p, 10'000); });
    EXPECT_EQ(error.id(), "W450");
    EXPECT_THAT(error.what(), HasSubstr("10000"));
  }
}

TEST(Scalarize, of_every_example_of_every_primitive_has_the_same_values) {
  int refused = 0, done = 0;
  for (const Primitive* primitive : primitives()) {
    for (const Example& example : primitive->examples()) {
      std::vector<Type> types;
      std::vector<std::optional<Array>> fixed;
      std::vector<Array> point;
      for (const Array& x : example.operands) {
        types.push_back(x.type());
        fixed.push_back(x.dtype() == DType::i64 ? std::optional(x) : std::nullopt);
        if (!fixed.back()) point.push_back(x);
      }
      const Program p = fix_inputs(
          trace([&](const std::vector<Expr>& x) { return record_all(*primitive, x, example.attributes); }, types),
          fixed);
      const Error error = error_of([&] { EXPECT_TRUE(equals_arrays(p, point, 4, 1e-15)) << primitive->name; });
      EXPECT_TRUE(error.id() == "none" || error.id() == "W160") << primitive->name << ": " << error.what();
      ++(error.id() == "none" ? done : refused);
    }
  }
  EXPECT_GT(done, 10 * refused);
}

TEST(Scalarize, of_random_programs_has_the_same_values) {
  int done = 0;
  for (uint64_t key = 0; key < random_cases(150); ++key) {
    const RandomProgram drawn =
        random_program(4000 + key, {.draws = 12, .dtype = key % 4 == 3 ? DType::f32 : DType::f64});
    const Error error = error_of([&] {
      EXPECT_TRUE(equals_arrays(drawn.program, drawn.point, 1e4, key % 4 == 3 ? 1e-3 : 1e-9)) << "key " << key;
    });
    EXPECT_TRUE(error.id() == "none" || error.id() == "W160" || error.id() == "W161") << error.what();
    done += error.id() == "none";
  }
  EXPECT_GT(done, random_cases(150) / 2);
}

}  // namespace
}  // namespace wengert
