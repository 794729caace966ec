// SPDX-License-Identifier: Apache-2.0
//
// Lines as formulas: signs, parentheses, attributes, lines written out.
#include "wengert/draw/formula.h"

#include <gtest/gtest.h>

#include "wengert/ir/text.h"

namespace wengert {
namespace {

std::string last_line(const std::string& program) {
  const Program p = parse(program);
  return line_formula(p, p.outputs()[0]);
}

std::string whole(const std::string& formula) {
  const Program p = parse_formula(formula);
  return expanded_formula(p, p.outputs()[0]);
}

TEST(Formula, of_a_line_names_its_operands) {
  EXPECT_EQ(last_line("program f(x, y) { return x * y }"), "x * y");
  EXPECT_EQ(last_line("program f(x) { v = sin(x)\n return v^2 }"), "v^2");
  EXPECT_EQ(last_line("program f(x: f64[3]) { return sum(x) }"), "sum{axes=[0]}(x)");
}

class WrittenOut : public testing::TestWithParam<const char*> {};

TEST_P(WrittenOut, reads_as_it_was_given) { EXPECT_EQ(whole(GetParam()), GetParam()); }

INSTANTIATE_TEST_SUITE_P(Formulas, WrittenOut,
                         testing::Values("a + b * c", "(a + b) * c", "a - (b - c)", "a - b - c", "a / (b * c)",
                                         "a / b / c", "a * (b / c)", "-a + b", "(-a) * b", "(a + b)^c", "a^(b + c)",
                                         "sin(a + b) * cos(a - b)", "-(a * b)", "(a^b)^c"));

TEST(Formula, written_out_means_the_same) {
  for (const char* text : {"a*(b/c)", "a/(b/c)", "-(a+b)*c", "(-a)^b", "a^b^c", "(a^b)^c", "2*-a", "a-(-b)"}) {
    const Program p = parse_formula(text);
    EXPECT_TRUE(parse_formula(expanded_formula(p, p.outputs()[0])) == p) << text << " became " << whole(text);
  }
}

TEST(Formula, of_great_length_is_cut) {
  std::string text = "x";
  for (int k = 0; k < 1000; ++k) text = "sin(" + text + ")";
  std::string sum = "x";
  for (int k = 0; k < 200; ++k) sum += "*x";
  EXPECT_LT(whole(sum).size(), 500u);
}

TEST(Formula, of_values_used_over_and_over_is_cut) {
  std::string text = "program f(x) {\n %1 = add x x\n";
  for (int k = 2; k < 60; ++k)
    text += " %" + std::to_string(k) + " = add %" + std::to_string(k - 1) + " %" + std::to_string(k - 1) + "\n";
  const Program p = parse(text + " return %59\n}");
  EXPECT_LT(expanded_formula(p, p.outputs()[0]).size(), 1000u) << "2^59 terms would be too many";
}

}  // namespace
}  // namespace wengert
