// SPDX-License-Identifier: Apache-2.0
//
// Algorithms 6.1 and 6.2 on Programs of scalars, and 6.5 and 6.6 on any: odd cases and errors.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "derivative_checks.h"
#include "random_cases.h"
#include "random_program.h"
#include "wengert/ad/derivatives.h"
#include "wengert/api/gradient.h"
#include "wengert/exec/interpreter.h"
#include "wengert/ir/text.h"
#include "wengert/passes/scalarize.h"
#include "wengert/passes/simplify.h"
#include "wengert/teach/build_grad.h"
#include "wengert/trace/trace.h"

namespace wengert::teach {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

template <class F> std::string message_of(F f) {
  try {
    f();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

std::vector<ValueId> inputs_of(const Program& p) {
  std::vector<ValueId> inputs;
  for (uint32_t k = 0; k < p.inputs(); ++k) inputs.push_back(ValueId{k});
  return inputs;
}

TEST(TeachGraph, an_unused_input_has_derivative_zero) {
  const Program p = trace([](Expr x, Expr) { return x * x; }, {f64(), f64()});
  EXPECT_THAT(scalar_backpropagation(p, std::vector<double>{3, 5}, p.outputs()[0]), ElementsAre(6, 0, 1));
  EXPECT_EQ(evaluate(backprop(inputs_of(p), p, p.outputs()[0]), {Array(3.0), Array(5.0)}),
            (std::vector<Array>{Array(6.0), Array(0.0)}));
}

TEST(TeachGraph, an_operand_used_twice_by_one_line_counts_twice) {
  const Program p = trace([](Expr x) { return x * x; }, {f64()});
  EXPECT_EQ(consumers(p, p.outputs()[0])[0].size(), 2u);
  EXPECT_EQ(scalar_backpropagation(p, std::vector<double>{3}, p.outputs()[0])[0], 6);
}

TEST(TeachGraph, several_consumers_are_added_up) {
  const Program p = parse_formula("a = sin(x), a*x + exp(a) - x/a");
  const std::vector<double> x{0.7};
  const double expected = evaluate(grad(p), {Array(0.7)})[0].item();
  EXPECT_NEAR(scalar_backpropagation(p, x, p.outputs()[0])[0], expected, 1e-15);
  EXPECT_NEAR(evaluate(backprop(inputs_of(p), p, p.outputs()[0]), {Array(0.7)})[0].item(), expected, 1e-15);
}

TEST(TeachGraph, an_input_may_be_the_output) {
  const Program p = trace([](Expr x, Expr) { return x; }, {f64(), f64()});
  EXPECT_THAT(scalar_backpropagation(p, std::vector<double>{3, 5}, p.outputs()[0]), ElementsAre(1, 0));
  EXPECT_EQ(evaluate(backprop(inputs_of(p), p, p.outputs()[0]), {Array(3.0), Array(5.0)}),
            (std::vector<Array>{Array(1.0), Array(0.0)}));
}

TEST(TeachGraph, a_constant_may_be_the_output) {
  const Program p = trace([](Expr) { return constant(Array(2.0)); }, {f64()});
  EXPECT_EQ(evaluate(backprop(inputs_of(p), p, p.outputs()[0]), {Array(3.0)})[0], Array(0.0));
}

TEST(TeachGraph, z_may_be_used_further_and_targets_may_be_any_lines) {
  const Program p = parse_formula("a = sin(x), b = a*x, c = exp(b)*a, c");
  const ValueId a{1}, b{2};
  ASSERT_EQ(p.value_name(b), "b");
  EXPECT_THAT(scalar_backpropagation(p, std::vector<double>{0.7}, b),
              ElementsAre(std::sin(0.7) + 0.7 * std::cos(0.7), 0.7, 1, 0, 0));
  const auto gradient = evaluate(backprop(std::vector{a, b, a}, p, b), {Array(0.7)});
  EXPECT_EQ(gradient, (std::vector<Array>{Array(0.7), Array(1.0), Array(0.7)}));
}

TEST(TeachGraph, what_does_not_lead_to_z_does_not_leak) {
  const Program p = parse_formula("a = log(x), y = 2*x, y");  // log is infinite at 0, and so is its derivative
  EXPECT_EQ(scalar_backpropagation(p, std::vector<double>{0}, p.outputs()[0])[0], 2);
  EXPECT_EQ(evaluate(backprop(inputs_of(p), p, p.outputs()[0]), {Array(0.0)})[0], Array(2.0));
}

TEST(TeachGraph, algorithm_6_1_is_the_program_itself_on_scalarized_arrays) {
  const Program arrays = trace([](Expr a, Expr x) { return sum(tanh(matmul(a, x))); }, {f64({2, 3}), f64({3})});
  const Program p = scalarize(arrays).program;
  std::vector<double> x{0.5, -1, 2, 0.25, 0, 1, 0.3, -0.2, 0.1};
  const auto expected =
      evaluate(grad(arrays), {Array({2, 3}, {x.begin(), x.begin() + 6}), Array({3}, {x.begin() + 6, x.end()})});
  auto table = scalar_backpropagation(p, x, p.outputs()[0]);
  table.resize(9);
  EXPECT_TRUE(all_close(table, flat(expected), 1e-15));
}

TEST(TeachGraph, backprop_takes_every_kind_of_operation_on_arrays) {
  const Program step = trace([](Expr s, Expr x) { return std::pair(tanh(s + x), s * x); }, {f64(), f64()}, "step");
  const Program p = trace(
      [&](Expr x, Expr a) {
        const auto last = scan(step, {{element(x, {0})}}, {{x}});  // two results, both used
        return logsumexp(solve(a, x)) + last[0] * sum(last[1]) + max_reduce(x) + sum(select(less(x, 0), x * x, 3 * x));
      },
      {f64({2}), f64({2, 2})});
  const std::vector<Array> at{Array({2}, {0.5, -1}), Array({2, 2}, {2, 1, 0.5, 3})};
  EXPECT_TRUE(all_close(evaluate(backprop(inputs_of(p), p, p.outputs()[0]), at), evaluate(grad(p), at), 1e-14));
}

TEST(TeachGraph, backprop_agrees_with_grad_on_random_programs) {
  for (uint64_t key = 0; key < random_cases(150); ++key) {
    const auto [random, point] = random_program(key);
    const Program p = weighted_sum(random);
    std::vector<ValueId> targets;
    for (ValueId input : inputs_of(p))
      if (is_float(p.type(input).dtype)) targets.push_back(input);
    if (targets.empty()) continue;
    const auto found = evaluate(backprop(targets, p, p.outputs()[0]), point), expected = evaluate(grad(p), point);
    EXPECT_TRUE(all_close(found, expected, 1e-11)) << "key " << key << "\n" << print(p);
  }
}

TEST(TeachGraph, backprop_of_f32_is_f32) {
  const Program p = trace([](Expr x) { return sum(sigmoid(x) * 3 + exp(0.5 * x)); }, {f32({2})});
  const std::vector<Array> at{Array({2}, {0.5, -1}).as(DType::f32)};
  const Program gradient = backprop(inputs_of(p), p, p.outputs()[0]);
  EXPECT_EQ(gradient.output_types(), (std::vector<Type>{f32({2})}));
  EXPECT_TRUE(all_close(evaluate(gradient, at), evaluate(grad(p), at), 1e-6));
}

TEST(TeachGraph, backprop_simplifies_to_what_grad_gives) {
  const Program p = parse_formula("a = x*y, sin(a)*exp(x)");
  const auto text = [](const Program& q) { return print(simplify(q).renamed("g")); };
  const Program g = simplify(backprop(inputs_of(p), p, p.outputs()[0]));
  EXPECT_EQ(g.size(), grad(p).size()) << text(g) << text(grad(p));
}

TEST(TeachGraph, integers_among_the_inputs_are_data) {
  const Program p = trace([](Expr x, Expr i) { return gather(x, i) * 2; }, {f64({3}), i64()});
  const std::vector<Array> at{Array({3}, {1, 2, 3}), Array(1.0).as(DType::i64)};
  EXPECT_EQ(evaluate(backprop(std::vector{ValueId{0}}, p, p.outputs()[0]), at)[0], Array({3}, {0, 2, 0}));
}

TEST(TeachGraph, is_not_for_arrays_integers_and_choices) {
  const auto error = [](const Program& p) {
    return message_of([&] { forward_evaluation(p, std::vector<double>(p.inputs())); });
  };
  EXPECT_THAT(error(trace([](Expr x) { return sin(x); }, {f64({2})})), HasSubstr("W840 usage: a graph of scalars"));
  EXPECT_THAT(error(trace([](Expr x) { return sin(x); }, {f32()})), HasSubstr("this line is f32[]"));
  EXPECT_THAT(error(trace([](Expr x) { return select(less(x, 0), 0, x); }, {f64()})), HasSubstr("this line is bool[]"));
  EXPECT_THAT(error(trace([](Expr x) { return x * stop_gradient(x); }, {f64()})),
              HasSubstr("stop_gradient is not elementwise"));
}

TEST(TeachGraph, a_line_that_is_not_there_or_cannot_vary_is_an_error) {
  const Program p = trace([](Expr x, Expr i) { return std::pair(gather(x, i), x); }, {f64({3}), i64()});
  const auto error = [&](ValueId target, ValueId z) {
    return message_of([&] { backprop(std::vector{target}, p, z); });
  };
  EXPECT_THAT(error(ValueId{9}, ValueId{2}), HasSubstr("W840 usage: program \"f\" has 3 lines; line 9 was asked for"));
  EXPECT_THAT(error(ValueId{0}, ValueId{9}), HasSubstr("line 9 was asked for"));
  EXPECT_THAT(error(ValueId{1}, ValueId{2}), HasSubstr("a line of i64[] has no derivative"));
  EXPECT_THAT(error(ValueId{0}, ValueId{0}), HasSubstr("backprop differentiates one number; z is f64[3]"));
  EXPECT_THAT(message_of([&] { consumers(p, no_value); }), HasSubstr("W840"));
}

TEST(TeachGraph, a_wrong_count_of_numbers_is_an_error) {
  const Program p = trace([](Expr x, Expr y) { return x * y; }, {f64(), f64()});
  EXPECT_THAT(message_of([&] { forward_evaluation(p, std::vector<double>{1}); }), HasSubstr("W207"));
}

TEST(TeachGraph, a_chain_too_long_for_recursion_is_an_error_and_an_allowed_one_is_not) {
  const auto chain = [](int length) {
    return trace(
        [&](Expr x) {
          for (int k = 0; k < length; ++k) x = sin(x);
          return x;
        },
        {f64()});
  };
  const auto gradient = [](const Program& p) {
    return evaluate(backprop(inputs_of(p), p, p.outputs()[0]), {Array(1.0)})[0].item();
  };
  EXPECT_NEAR(gradient(chain(2000)), evaluate(grad(chain(2000)), {Array(1.0)})[0].item(), 1e-15);
  EXPECT_THAT(message_of([&] { gradient(chain(2001)); }),
              HasSubstr("W841 resource: algorithm 6.6 calls itself once a line"));
  const Program pair = trace([](Expr x) { return std::pair(x, sin(x)); }, {f64()}, "pair");
  const Program by_second_results = trace(
      [&](Expr x) {
        for (int k = 0; k < 2001; ++k) x = call(pair, {{x}})[1];
        return x;
      },
      {f64()});
  EXPECT_THAT(message_of([&] { gradient(by_second_results); }), HasSubstr("W841 resource: algorithm 6.6"));
  const Program long_chain = chain(100'000);
  EXPECT_EQ(scalar_backpropagation(long_chain, std::vector<double>{1}, long_chain.outputs()[0]).size(), 100'001u);
}

}  // namespace
}  // namespace wengert::teach
