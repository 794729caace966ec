// SPDX-License-Identifier: Apache-2.0
//
// Each invariant of Programs, broken by hand.
#include "wengert/ir/verify.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wengert/ir/primitive.h"
#include "wengert/ir/registry.h"
#include "wengert/trace/trace.h"

namespace wengert {
namespace {

using testing::HasSubstr;

std::string complaint(const Program& program) {
  try {
    verify(program);
  } catch (const Error& error) {
    return error.what();
  }
  return "none";
}

const std::vector<Type> scalar{f64()};

/// f(x, y) { `lines`; return nothing }
template <class F> Program broken(F lines) {
  ProgramBuilder builder;
  const ValueId x = builder.input(f64(), "x"), y = builder.input(f64({2}), "y");
  lines(builder, x, y);
  return builder.finish({});
}

TEST(Verify, is_content_with_what_is_traced) {
  const Program body = trace([](Expr x) { return std::pair(sin(x), x * 2); }, {f64()});
  verify(trace(
      [&](Expr x) {
        const auto results = call(body, std::vector<Expr>{x});
        return sum(results[0] * constant(Array({2}, {1, 2}))) + results[1];
      },
      {f64()}));
  verify(Program());
}

TEST(Verify, finds_inputs_after_other_lines) {
  const Program p = broken([](ProgramBuilder& b, ValueId, ValueId) { b.append_typed(input_p, {}, {}, scalar, {}); });
  EXPECT_THAT(complaint(p), HasSubstr("W910 internal: invariant 1 of Programs (inputs first) is broken: line 2 is an "
                                      "input, the program has 2 inputs"));
}

TEST(Verify, finds_results_of_no_instruction) {
  const Program stray =
      broken([](ProgramBuilder& b, ValueId x, ValueId) { b.append_typed(result_p, std::vector{x}, {}, scalar, {}); });
  EXPECT_THAT(complaint(stray), HasSubstr("invariant 3 of Programs (results follow)"));
  const Program extra = broken([](ProgramBuilder& b, ValueId x, ValueId) {
    const ValueId y = b.append(*find_primitive("sin"), std::vector{x});
    b.append_typed(result_p, std::vector{y}, {}, scalar, {});
  });
  EXPECT_THAT(complaint(extra), HasSubstr("sin has 1 results, 2 lines are there"));
  const Program other = broken([](ProgramBuilder& b, ValueId x, ValueId) {
    b.append(*find_primitive("sin"), std::vector{x});
    b.append_typed(result_p, std::vector{x}, {}, scalar, {});
  });
  EXPECT_THAT(complaint(other), HasSubstr("line 3 is a result of another instruction than %2"));
}

TEST(Verify, counts_operands) {
  const Program p = broken([](ProgramBuilder& b, ValueId x, ValueId) {
    b.append_typed(*find_primitive("mul"), std::vector{x}, {}, scalar, {});
  });
  EXPECT_THAT(complaint(p),
              HasSubstr("invariant 4 of Programs (operands fit) is broken: mul takes 2 operands, it has 1"));
}

TEST(Verify, compares_types_with_those_inferred) {
  const Program wrong = broken([](ProgramBuilder& b, ValueId x, ValueId) {
    b.append_typed(*find_primitive("sin"), std::vector{x}, {}, std::vector{f64({3})}, {});
  });
  EXPECT_THAT(
      complaint(wrong),
      HasSubstr(
          "invariant 5 of Programs (types agree) is broken: result 0 is f64[3], sin makes f64[] of its operands"));
  EXPECT_THAT(complaint(wrong), HasSubstr("%2 = sin x in program \"f\""));
  const Program refused = broken([](ProgramBuilder& b, ValueId x, ValueId y) {
    b.append_typed(*find_primitive("add"), std::vector{x, y}, {}, scalar, {});
  });
  EXPECT_THAT(complaint(refused), HasSubstr("invariant 5"));
}

TEST(Verify, finds_outputs_that_are_no_lines) {
  ProgramBuilder builder;
  builder.input(f64());
  EXPECT_THAT(complaint(builder.finish(std::vector{ValueId{5}})),
              HasSubstr("invariant 7 of Programs (outputs exist) is broken: output %5 of a program of 1 lines"));
}

TEST(Verify, finds_two_values_of_one_name) {
  const Program p = trace([](Expr x, Expr y) { return x + y; }, {f64(), f64()}, "f", {"x", "x"});
  EXPECT_THAT(complaint(p), HasSubstr("W107 usage: two values are named \"x\": lines 0 and 1"));
}

TEST(Verify, finds_attributes_that_an_operation_does_not_take) {
  const auto with = [](const Attributes& attributes) {
    return broken([&](ProgramBuilder& b, ValueId, ValueId y) {
      b.append_typed(*find_primitive("sum"), std::vector{y}, attributes, scalar, {});
    });
  };
  const std::vector<int64_t> axes{0};
  EXPECT_EQ(complaint(with({{"axes", axes}})), "none");
  EXPECT_THAT(complaint(with({{"axes", axes}, {"axs", axes}})), HasSubstr("sum takes no attribute \"axs\""));
  EXPECT_THAT(complaint(with({{"axes", 2.5}})), HasSubstr("the attribute \"axes\" of sum is a list of integers"));
}

TEST(Verify, looks_into_nested_programs) {
  ProgramBuilder inner;
  const std::vector<ValueId> operand{inner.input(f64())};
  const Program body = inner.finish(std::vector{inner.append_typed(*find_primitive("mul"), operand, {}, scalar, {})});
  ProgramBuilder outer;
  const ValueId x = outer.input(f64());
  outer.append(*find_primitive("call"), std::vector{x}, {{"body", NestedProgram(body)}});
  EXPECT_THAT(complaint(outer.finish({})), HasSubstr("invariant 4"));
}

TEST(Verify, looks_at_a_shared_body_once) {
  Program p = trace([](Expr x) { return x + x; }, {f64()});
  for (int level = 0; level < 100; ++level)
    p = trace([&](Expr x) { return call(p, call(p, std::vector<Expr>{x})); }, {f64()});
  verify(p);
}

}  // namespace
}  // namespace wengert
