// SPDX-License-Identifier: Apache-2.0
//
// Charts, heat maps and patterns: well-formed whatever the data, honest about what is left out.
#include "wengert/draw/plot.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <limits>

#include "tests/unit/draw/xml_check.h"
#include "wengert/base/error.h"
#include "wengert/draw/heat_map.h"
#include "wengert/draw/sparsity_plot.h"

namespace wengert {
namespace {

using testing::xml_problem;
using Entries = std::vector<std::pair<int64_t, int64_t>>;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

size_t count(const std::string& text, const std::string& part) {
  size_t found = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size())) ++found;
  return found;
}

bool contains(const std::string& text, const std::string& part) { return count(text, part) > 0; }

std::string id_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.id();
  }
  return "nothing thrown";
}

// The numbers that follow `marker` in `text`, up to the next quotation mark.
std::vector<double> numbers_after(const std::string& text, const std::string& marker) {
  std::vector<double> numbers;
  size_t at = text.find(marker);
  if (at == std::string::npos) return numbers;
  for (at += marker.size(); text[at] != '"'; ++at) {
    char* end = nullptr;
    numbers.push_back(std::strtod(&text[at], &end));
    at = static_cast<size_t>(end - text.data());
    if (text[at] == '"') break;
  }
  return numbers;
}

TEST(XmlCheck, finds_what_is_not_well_formed) {
  EXPECT_EQ(xml_problem("<a b=\"c\"><d/>x &amp; y</a>\n"), "");
  for (const char* wrong :
       {"<a>", "<a></b>", "<a b=c/>", "<a b=\"1\" b=\"2\"/>", "<a>&</a>", "<a/><b/>", "<a>\x01</a>", "x"})
    EXPECT_NE(xml_problem(wrong), "") << wrong;
}

TEST(LineChart, is_well_formed_and_escapes_every_text) {
  const std::string svg = line_chart({{"a <b> & \"c\"", {0, 1}, {1, 2}}, {"\x02", {0, 1}, {2, 1}}},
                                     {.title = "<t> & 'u'", .x_title = "x<y", .y_title = "&"});
  EXPECT_EQ(xml_problem(svg), "");
  for (const char* text : {"a &lt;b&gt; &amp; &quot;c&quot;", "&lt;t&gt; &amp; &#39;u&#39;", "x&lt;y"})
    EXPECT_TRUE(contains(svg, text)) << text;
}

TEST(LineChart, draws_each_series_in_its_own_colour_with_a_legend) {
  const std::string svg = line_chart({{"train", {1, 2}, {3, 4}}, {"test", {1, 2}, {4, 5}}});
  EXPECT_EQ(count(svg, "<polyline"), 2u);
  EXPECT_EQ(count(svg, ">train</text>"), 1u);
  EXPECT_EQ(count(svg, ">test</text>"), 1u);
  EXPECT_TRUE(contains(svg, "#0072B2") && contains(svg, "#D55E00"));
}

TEST(LineChart, keeps_the_legend_clear_of_the_data) {
  const std::string svg = line_chart({{"a name", {0, 1}, {0, 1}}});
  const auto points = numbers_after(svg, "points=\"");
  const auto label = numbers_after(svg.substr(svg.rfind("<text", svg.find(">a name</text>"))), "x=\"");
  ASSERT_EQ(points.size(), 4u);
  ASSERT_EQ(label.size(), 1u);
  EXPECT_LT(points[2], label[0] - 25);
}

TEST(LineChart, places_points_by_their_values) {
  const auto points = numbers_after(line_chart({{"", {0, 1, 2}, {0, 5, 10}}}), "points=\"");
  ASSERT_EQ(points.size(), 6u);
  EXPECT_NEAR(points[2], (points[0] + points[4]) / 2, 0.02);
  EXPECT_NEAR(points[3], (points[1] + points[5]) / 2, 0.02);
  EXPECT_GT(points[1], points[5]) << "larger values are higher";
}

TEST(LineChart, an_empty_chart_says_so) {
  for (const auto& series :
       {std::vector<Series>{}, std::vector<Series>{{"a", {}, {}}}, std::vector<Series>{{"a", {1}, {nan}}}}) {
    const std::string svg = line_chart(series);
    EXPECT_EQ(xml_problem(svg), "");
    EXPECT_TRUE(contains(svg, ">no data<"));
  }
}

TEST(LineChart, a_single_point_is_a_dot) {
  const std::string svg = line_chart({{"", {3}, {1e9}}});
  EXPECT_EQ(count(svg, "<circle"), 1u);
  EXPECT_EQ(count(svg, "<polyline"), 0u);
  EXPECT_FALSE(contains(svg, "not shown"));
}

TEST(LineChart, points_that_are_not_finite_part_the_line_and_are_counted) {
  const std::string svg = line_chart({{"", {0, 1, 2, 3, 4, 5, 6}, {1, 2, nan, infinity, 3, 4, 1e305}}});
  EXPECT_EQ(count(svg, "<polyline"), 2u);
  EXPECT_TRUE(contains(svg, "3 points not shown: not finite"));
  EXPECT_EQ(xml_problem(svg), "");
  EXPECT_FALSE(contains(svg, "nan") || contains(svg, "inf"));
}

TEST(LineChart, a_logarithmic_axis_leaves_out_and_counts_what_is_not_positive) {
  const std::string svg = line_chart({{"", {1, 2, 3, 4}, {1, 0, -1, 0.01}}}, {.log_y = true});
  EXPECT_TRUE(contains(svg, "2 points not shown: not positive on a logarithmic axis"));
  EXPECT_EQ(count(svg, "<circle"), 2u);
  EXPECT_TRUE(contains(line_chart({{"", {0, 1}, {1, nan}}}, {.log_x = true}), "1 not finite, 1 not positive"));
}

TEST(LineChart, long_series_stay_small_and_keep_their_extremes) {
  Series series{"", {}, {}};
  for (int i = 0; i < 200000; ++i) series.x.push_back(i), series.y.push_back(i == 123456 ? 10 : std::sin(i));
  const std::string svg = line_chart({series}, {.width = 400});
  EXPECT_LT(svg.size(), 40000u);
  const auto points = numbers_after(svg, "points=\"");
  EXPECT_NE(std::ranges::find(points, 20), points.end()) << "the spike reaches the top of the chart, at 20 pixels";
}

TEST(LineChart, sizes_are_kept_within_reason) {
  EXPECT_TRUE(contains(line_chart({}, {.width = 1, .height = nan}), "width=\"320\" height=\"200\""));
}

TEST(LineChart, W241_names_the_series_and_both_counts) {
  try {
    line_chart({{"loss", {1, 2, 3}, {1, 2}}});
    FAIL();
  } catch (const ShapeError& error) {
    EXPECT_EQ(error.id(), "W241");
    EXPECT_EQ(error.problem(), "series \"loss\" needs as many x as y; it has 3 and 2");
  }
}

TEST(HeatMap, small_matrices_show_their_numbers) {
  const std::string svg = heat_map(2, 2, std::vector<double>{1, -2.5, 0, 1e-9}, {.title = "a & b"});
  EXPECT_EQ(xml_problem(svg), "");
  for (const char* number : {">1</text>", ">−2.5</text>", ">10⁻⁹</text>"}) EXPECT_TRUE(contains(svg, number)) << number;
}

TEST(HeatMap, signs_differ_in_colour_and_zero_is_white) {
  const std::string svg = heat_map(1, 3, std::vector<double>{1, -1, 0});
  EXPECT_TRUE(contains(svg, "#0a3870"));
  EXPECT_TRUE(contains(svg, "#7a3404"));
  EXPECT_EQ(count(svg, "fill=\"#ffffff\" stroke=\"#e4e4e4\""), 1u);
}

TEST(HeatMap, entries_that_are_not_finite_are_hatched_and_counted) {
  const std::string svg = heat_map(1, 3, std::vector<double>{nan, infinity, 2});
  EXPECT_EQ(count(svg, "fill=\"url(#hatch)\""), 2u);
  EXPECT_TRUE(contains(svg, ">NaN<") && contains(svg, ">∞<") && contains(svg, "2 not finite"));
}

TEST(HeatMap, large_matrices_are_folded_and_keep_the_largest) {
  std::vector<double> values(300 * 400, 0);
  values[123 * 400 + 321] = -7;
  const std::string svg = heat_map(300, 400, values);
  EXPECT_EQ(xml_problem(svg), "");
  EXPECT_TRUE(contains(svg, "300 x 400 entries; each cell is the largest in magnitude of 3 x 4"));
  EXPECT_EQ(count(svg, "fill=\"#7a3404\" shape-rendering"), 1u);
}

TEST(HeatMap, empty_and_all_zero_matrices_are_drawn) {
  EXPECT_TRUE(contains(heat_map(0, 5, {}), "no entries: 0 x 5"));
  EXPECT_EQ(xml_problem(heat_map(0, 0, {})), "");
  EXPECT_EQ(xml_problem(heat_map(2, 1, std::vector<double>{0, 0})), "");
}

TEST(HeatMap, W242_and_W243_tell_the_counts) {
  EXPECT_EQ(id_of([] { heat_map(2, 2, std::vector<double>{1, 2, 3}); }), "W242");
  EXPECT_EQ(id_of([] { heat_map(INT64_MAX, 4, {}); }), "W242");
  EXPECT_EQ(id_of([] { heat_map(-1, -1, std::vector<double>{1}); }), "W242");
  EXPECT_EQ(id_of([] { heat_map(1, 1, std::vector<double>{1}, {.row_labels = {"a", "b"}}); }), "W243");
}

TEST(ConfusionMatrix, shows_counts_and_shares) {
  const std::string svg = confusion_matrix(std::vector<int64_t>{98, 2, 0, 300}, {"cat", "<dog>"}, "Pets");
  EXPECT_EQ(xml_problem(svg), "");
  for (const char* text : {"Pets: 99.50 % of 400 correct", ">98.00 %<", ">100.00 %<", ">98<", ">300<", "&lt;dog&gt;"})
    EXPECT_TRUE(contains(svg, text)) << text;
}

TEST(ConfusionMatrix, a_class_without_examples_has_no_share) {
  EXPECT_TRUE(contains(confusion_matrix(std::vector<int64_t>{5, 0, 0, 0}, {"a", "b"}), ">–<"));
  EXPECT_EQ(id_of([] { confusion_matrix(std::vector<int64_t>{1, 2}, {"a", "b"}); }), "W242");
}

TEST(SparsityPattern, merges_neighbours_and_counts_entries_once) {
  const std::string svg = sparsity_pattern(3, 4, Entries{{0, 0}, {0, 1}, {2, 3}, {0, 1}}, "J & H");
  EXPECT_EQ(xml_problem(svg), "");
  EXPECT_TRUE(contains(svg, "3 x 4, 3 entries (25 % filled)"));
  const std::string path = svg.substr(svg.find("<path"), svg.find("/>", svg.find("<path")) - svg.find("<path"));
  EXPECT_EQ(count(path, "M"), 2u);
}

TEST(SparsityPattern, folds_what_is_too_large_to_show) {
  const std::string svg = sparsity_pattern(1000000, 1000000, Entries{{0, 0}, {999999, 999999}});
  EXPECT_TRUE(contains(svg, "each cell is a block of 4167 x 4167"));
  EXPECT_EQ(xml_problem(svg), "");
}

TEST(SparsityPattern, a_full_block_is_darker_than_a_thin_one) {
  Entries entries{{0, 0}};
  for (int64_t i = 0; i < 2; ++i)
    for (int64_t j = 0; j < 2; ++j) entries.push_back({100 + i, 200 + j});
  const std::string svg = sparsity_pattern(480, 480, entries);
  EXPECT_TRUE(contains(svg, "#0a3870"));
  EXPECT_EQ(count(svg, "<path"), 2u);
}

TEST(SparsityPattern, empty_patterns_are_drawn) {
  EXPECT_EQ(xml_problem(sparsity_pattern(0, 0, {})), "");
  EXPECT_TRUE(contains(sparsity_pattern(2, 2, {}), "2 x 2, 0 entries (0 % filled)"));
}

TEST(SparsityPattern, W244_names_the_entry_outside) {
  EXPECT_EQ(id_of([] { sparsity_pattern(2, 2, Entries{{0, 2}}); }), "W244");
  EXPECT_EQ(id_of([] { sparsity_pattern(2, 2, Entries{{-1, 0}}); }), "W244");
  EXPECT_EQ(id_of([] { sparsity_pattern(-1, 2, {}); }), "W244");
}

}  // namespace
}  // namespace wengert
