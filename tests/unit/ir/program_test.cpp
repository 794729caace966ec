// SPDX-License-Identifier: Apache-2.0
//
// Program and its builder: numbering, memory, messages.
#include "wengert/ir/program.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "wengert/ir/primitive.h"
#include "wengert/ir/registry.h"
#include "wengert/trace/trace.h"

namespace wengert {
namespace {

TEST(Program, of_a_million_scalar_operations_takes_at_most_24_bytes_a_line) {
  ProgramBuilder builder;
  ValueId y = builder.input(f64(), "x");
  const Primitive& mul = *find_primitive("mul");
  for (int i = 1; i < 1000000; ++i) y = builder.append(mul, std::vector{y, ValueId{static_cast<uint32_t>(i) / 2}});
  const Program p = builder.finish(std::vector{y});
  EXPECT_EQ(p.size(), 1000000u);
  EXPECT_LE(static_cast<double>(p.bytes()) / static_cast<double>(p.size()), 24);
}

TEST(Program, numbers_a_value_and_its_instruction_alike) {
  const Program p = trace([](Expr x, Expr y) { return sin(x) * y; }, {f64(), f64()});
  EXPECT_EQ(p.size(), 4u);
  EXPECT_EQ(p.inputs(), 2u);
  EXPECT_EQ(p.primitive(ValueId{3}).name, "mul");
  EXPECT_THAT(p.operands(ValueId{3}), testing::ElementsAre(ValueId{2}, ValueId{1}));
  EXPECT_THAT(p.outputs(), testing::ElementsAre(ValueId{3}));
}

TEST(Program, puts_several_results_on_lines_after_their_instruction) {
  const Program body = trace([](Expr x) { return std::pair(x, x); }, {f64()});
  const Program p = trace([&](Expr x) { return call(body, std::vector<Expr>{x}); }, {f64()});
  EXPECT_EQ(p[ValueId{1}].results, 2);
  EXPECT_EQ(p.primitive(ValueId{2}).name, "result");
  EXPECT_THAT(p.operands(ValueId{2}), testing::ElementsAre(ValueId{1}));
}

TEST(Program, holds_equal_numbers_once_and_tells_zero_from_minus_zero) {
  ProgramBuilder builder;
  EXPECT_EQ(builder.literal(2), builder.literal(2));
  EXPECT_NE(builder.literal(2), builder.literal(2, DType::f32));
  EXPECT_NE(builder.literal(0), builder.literal(-0.0));
  EXPECT_EQ(builder.literal(std::nan("")), builder.literal(std::nan("")));
}

TEST(Program, is_equal_to_one_with_the_same_lines_whatever_their_names) {
  const auto make = [](double c, const std::string& name) {
    return trace([=](Expr x) { return x * c; }, {f64()}, name, {name});
  };
  EXPECT_EQ(make(2, "a"), make(2, "b"));
  EXPECT_FALSE(make(2, "a") == make(3, "a"));
  EXPECT_EQ(make(2, "a").renamed("c").name(), "c");
}

TEST(Program, with_attributes_that_are_real_compares_their_bits) {
  const auto make = [](double r) {
    ProgramBuilder builder;
    const ValueId x = builder.input(f64());
    const std::vector<Type> types{f64()};
    return builder.finish(
        std::vector{builder.append_typed(*find_primitive("sin"), std::vector{x}, {{"r", r}}, types, {})});
  };
  EXPECT_EQ(make(std::nan("")), make(std::nan("")));
  EXPECT_FALSE(make(0.0) == make(-0.0));
}

TEST(Program, says_where_a_line_is) {
  const Program p = trace([](Expr x) { return sin(x); }, {f64()}, "loss", {"x"});
  EXPECT_THAT(p.where(ValueId{1}), testing::MatchesRegex("program_test.cpp:[0-9]+, %1 = sin x in program \"loss\""));
}

TEST(ProgramBuilder, refuses_inputs_after_other_lines) {
  ProgramBuilder builder("f");
  builder.literal(1);
  try {
    builder.input(f64(), "late");
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_EQ(error.id(), "W104");
    EXPECT_THAT(error.what(), testing::HasSubstr("input \"late\" of program \"f\" comes after other lines"));
  }
}

TEST(ProgramBuilder, refuses_operands_that_do_not_stand_before_their_use) {
  ProgramBuilder builder;
  const ValueId x = builder.input(f64());
  try {
    builder.append_typed(*find_primitive("mul"), std::vector{x, ValueId{1}}, {}, std::vector{f64()}, {});
    FAIL();
  } catch (const InternalError& error) {
    EXPECT_EQ(error.id(), "W901");
  }
}

TEST(ProgramBuilder, finds_a_type_among_many_at_once) {
  ProgramBuilder builder;
  const auto type = [](int64_t n) { return f64({0, n}); };
  for (int64_t n = 0; n < 60000; ++n) builder.input(type(n));
  for (int round = 0; round < 3; ++round)
    for (int64_t n = 0; n < 60000; ++n) builder.input(type(n));
  EXPECT_EQ(builder.type(ValueId{60000 + 59999}), type(59999));
}

TEST(Attributes, say_which_one_is_missing_or_of_another_kind) {
  const Attributes attributes{{"n", int64_t{3}}, {"r", 2.5}};
  EXPECT_EQ(attributes.integer("n"), 3);
  EXPECT_EQ(attributes.real("n"), 3);
  EXPECT_FALSE(attributes.flag("absent"));
  for (const char* name : {"r", "absent"}) try {
      attributes.integer(name);
      FAIL();
    } catch (const UsageError& error) {
      EXPECT_EQ(error.id(), "W120");
      EXPECT_THAT(error.what(), testing::HasSubstr(name));
    }
}

}  // namespace
}  // namespace wengert
