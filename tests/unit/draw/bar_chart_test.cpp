// SPDX-License-Identifier: Apache-2.0
//
// Bars and histograms: well-formed whatever the data, honest about what is left out.
#include "wengert/draw/bar_chart.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/unit/draw/xml_check.h"
#include "wengert/draw/plot.h"

namespace wengert {
namespace {

using testing::xml_problem;

size_t count(const std::string& text, const std::string& part) {
  size_t found = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size())) ++found;
  return found;
}

TEST(BarChart, has_a_rectangle_a_part_and_stacks_them) {
  const std::string drawing = bar_chart({{"a & b", {1, 3}, "100%"}, {"c", {2, 0}}},
                                        {.title = "T", .x_title = "ms", .part_names = {"forward", "backward"}});
  EXPECT_EQ(xml_problem(drawing), "");
  EXPECT_EQ(count(drawing, "<rect"), 1 + 2 + 3u) << "ground, legend, parts that have a length";
  EXPECT_EQ(count(drawing, "a &amp; b"), 1u);
  EXPECT_EQ(count(drawing, "100%"), 1u);
}

TEST(BarChart, draws_nothing_for_what_has_no_length) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const auto& bars :
       {std::vector<Bar>{}, std::vector<Bar>{{"a", {nan}}, {"b", {-1}}, {"c", {INFINITY}}, {"d", {0}}}}) {
    const std::string drawing = bar_chart(bars);
    EXPECT_EQ(xml_problem(drawing), "");
    EXPECT_EQ(count(drawing, "<rect"), 1u);
    EXPECT_EQ(count(drawing, "nan"), 0u);
  }
}

TEST(Histogram, has_a_bar_where_values_are_and_counts_what_is_not_finite) {
  const double values[] = {0, 0, 0, 1, INFINITY, std::nan("")};
  const std::string drawing = histogram(values, {.title = "w", .bins = 10});
  EXPECT_EQ(xml_problem(drawing), "");
  EXPECT_EQ(count(drawing, "<rect"), 3u) << "ground, and two of ten bins";
  EXPECT_EQ(count(drawing, "2 not finite"), 1u);
  for (const auto& few : {std::vector<double>{}, std::vector<double>{5}}) EXPECT_EQ(xml_problem(histogram(few)), "");
}

TEST(LineChart, draws_dots_alone_where_points_are_not_joined) {
  const std::string drawing = line_chart({{"", {1, 2, 3}, {1, 3, 2}, false}});
  EXPECT_EQ(xml_problem(drawing), "");
  EXPECT_EQ(count(drawing, "<circle"), 3u);
  EXPECT_EQ(count(drawing, "<polyline"), 0u);
}

}  // namespace
}  // namespace wengert
