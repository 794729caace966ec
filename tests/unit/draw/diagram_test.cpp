// SPDX-License-Identifier: Apache-2.0
//
// From Programs to pictures: boxes, folding, SVG and DOT.
#include "wengert/draw/diagram.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wengert/draw/dot.h"
#include "wengert/draw/layout.h"
#include "wengert/draw/svg.h"
#include "wengert/ir/text.h"
#include "xml_check.h"

namespace wengert {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const Program& talk() {
  static const Program p =
      parse("program talk(x1, x2) {\n v1 = x1 * x2\n v3 = v1 * sin(v1)\n return cos(v3), exp(v3)\n}");
  return p;
}

/// `length` lines, each of the two before it and of input k mod 3.
Program long_program(size_t length, size_t inputs = 3) {
  std::string text = "program long(";
  for (size_t k = 0; k < inputs; ++k) text += (k ? ", x" : "x") + std::to_string(k);
  text += ") {\n v0 = sin(x0)\n v1 = cos(x1)\n";
  for (size_t k = 2; k < length; ++k) {
    const std::string last = "v" + std::to_string(k - 1), input = "x" + std::to_string(k % inputs);
    text += " v" + std::to_string(k) +
            (k % 5 == 0   ? " = " + last + " * " + input
             : k % 2 == 0 ? " = sin(" + last + ")"
                          : " = " + last + " + v" + std::to_string(k - 2)) +
            "\n";
  }
  return parse(text + " return v" + std::to_string(length - 1) + "\n}");
}

size_t lines_in(const Diagram& d) {
  size_t total = 0;
  for (const DiagramVertex& v : d.vertices) total += v.lines;
  return total;
}

TEST(Diagram, has_a_box_a_line_and_an_arrow_an_operand) {
  const Diagram d = make_diagram(talk());
  EXPECT_EQ(d.vertices.size(), 7u);
  EXPECT_EQ(d.edges.size(), 7u);
  EXPECT_EQ(d.vertices[0].kind, DiagramVertex::Kind::input);
  EXPECT_EQ(d.vertices[2].formula, "x1 * x2");
  EXPECT_EQ(d.vertices[6].kind, DiagramVertex::Kind::output);
  EXPECT_TRUE(d.remark.empty());
}

TEST(Diagram, writes_scalar_constants_into_the_formulas) {
  const Diagram d = make_diagram(parse("program f(x) { return 2 * x + 0.5 }"));
  EXPECT_EQ(d.vertices.size(), 3u);
  EXPECT_THAT(d.vertices[2].formula, HasSubstr("0.5"));
}

TEST(Diagram, an_output_that_is_a_constant_has_a_box) {
  EXPECT_EQ(make_diagram(parse("program f(x) { return 3 }")).vertices.size(), 2u);
}

TEST(Diagram, folds_a_long_program_and_says_so) {
  const Diagram d = make_diagram(long_program(3000));
  EXPECT_LE(d.vertices.size(), 80u);
  EXPECT_GE(d.vertices.size(), 10u);
  EXPECT_EQ(lines_in(d), 3003u) << "every line is in some box";
  EXPECT_THAT(d.remark, HasSubstr("3003 values folded into"));
}

TEST(Diagram, folds_chains_first) {
  std::string text = "program chain(x) {\n v0 = sin(x)\n";
  for (int k = 1; k < 300; ++k) text += " v" + std::to_string(k) + " = sin(v" + std::to_string(k - 1) + ")\n";
  const Diagram d = make_diagram(parse(text + " return v299\n}"));
  ASSERT_EQ(d.vertices.size(), 3u);
  EXPECT_EQ(d.vertices[1].name, "299 lines");
  EXPECT_EQ(d.vertices[1].formula, "299 sin");
}

class FoldedWidth : public ::testing::TestWithParam<size_t> {};

TEST_P(FoldedWidth, never_makes_a_circle_and_keeps_every_line) {
  const Diagram d = make_diagram(long_program(500, GetParam()), {}, 30);
  std::vector<LayoutEdge> edges;
  for (const DiagramEdge& e : d.edges) edges.push_back({e.from, e.to});
  EXPECT_NO_THROW(longest_path_layers(d.vertices.size(), edges));
  EXPECT_EQ(lines_in(d), 500 + GetParam());
}

INSTANTIATE_TEST_SUITE_P(Inputs, FoldedWidth, ::testing::Values(2, 12, 13, 100));

TEST(Diagram, folds_many_separate_parts) {
  std::string text = "program wide(x) {\n", outputs = "x";
  for (int k = 0; k < 400; ++k) {
    text += " v" + std::to_string(k) + " = sin(x * " + std::to_string(k) + ")\n";
    outputs += ", v" + std::to_string(k);
  }
  const Diagram d = make_diagram(parse(text + " return " + outputs + "\n}"));
  EXPECT_LE(d.vertices.size(), 80u);
  EXPECT_THAT(d.vertices.back().name, HasSubstr("outputs"));
}

TEST(Svg, is_well_formed_whatever_the_names) {
  const Program p = parse("program f(`<a & \"b\">`) { `x'<>` = sin(`<a & \"b\">`) \n return `x'<>` }");
  EXPECT_EQ(wengert::testing::xml_problem(svg(make_diagram(p))), "");
}

TEST(Svg, shows_numbers_where_a_point_is_known) {
  Annotations notes;
  notes.values = {"1.5", "0.8", "1.2", "0.932", "1.118", "0.437", "3.06"};
  notes.partials = {{}, {}, {"0.8", "1.5"}, {"0.3624"}, {"0.932", "1.2"}, {"-0.8994"}, {"3.06"}};
  const std::string picture = svg(make_diagram(talk(), notes));
  EXPECT_EQ(wengert::testing::xml_problem(picture), "");
  for (const char* number : {">1.118<", ">0.3624<", ">-0.8994<"}) EXPECT_THAT(picture, HasSubstr(number));
}

TEST(Svg, of_a_folded_program_is_well_formed) {
  EXPECT_EQ(wengert::testing::xml_problem(svg(make_diagram(long_program(3000)))), "");
}

TEST(Svg, of_an_empty_program_is_a_picture) {
  EXPECT_EQ(wengert::testing::xml_problem(svg(make_diagram(Program()))), "");
}

TEST(Dot, names_boxes_and_arrows) {
  const std::string text = dot(make_diagram(talk()));
  EXPECT_THAT(text, HasSubstr("v2 [label=\"v1 = x1 * x2\""));
  EXPECT_THAT(text, HasSubstr("v0 -> v2;"));
  EXPECT_THAT(text, Not(HasSubstr("v7")));
}

TEST(Dot, quotes_what_stands_in_names) {
  EXPECT_THAT(dot(make_diagram(parse("program f(`a\"b\\\\c`) { return `a\"b\\\\c` }"))), HasSubstr("a\\\"b\\\\c"));
}

}  // namespace
}  // namespace wengert
