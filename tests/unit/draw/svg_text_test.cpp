// SPDX-License-Identifier: Apache-2.0
//
// The parts every drawing is made of: what is escaped, how numbers read, and what is cut.
#include "wengert/draw/svg_text.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace wengert {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

TEST(SvgText, escapes_the_five_markup_characters) {
  EXPECT_EQ(escape_xml("a<b> & \"c\" 'd'"), "a&lt;b&gt; &amp; &quot;c&quot; &#39;d&#39;");
}

TEST(SvgText, keeps_well_formed_utf8) { EXPECT_EQ(escape_xml("η → 日本 😀"), "η → 日本 😀"); }

TEST(SvgText, replaces_what_xml_forbids) {
  EXPECT_EQ(escape_xml(std::string_view("a\0b\x1b", 4)), "a\uFFFDb\uFFFD");
  EXPECT_EQ(escape_xml("\xff"), "\uFFFD");
  EXPECT_EQ(escape_xml("\xc3"), "\uFFFD") << "a sequence cut short";
  EXPECT_EQ(escape_xml("\xc0\xaf"), "\uFFFD\uFFFD") << "an overlong slash";
  EXPECT_EQ(escape_xml("\xed\xa0\x80"), "\uFFFD\uFFFD\uFFFD") << "a surrogate";
  EXPECT_EQ(escape_xml("\xef\xbf\xbf"), "\uFFFD\uFFFD\uFFFD") << "U+FFFF";
}

TEST(SvgText, coordinates_are_short_and_never_nan) {
  EXPECT_EQ(svg_number(12.0), "12");
  EXPECT_EQ(svg_number(0.5), "0.5");
  EXPECT_EQ(svg_number(100.0), "100");
  EXPECT_EQ(svg_number(-0.001), "0");
  EXPECT_EQ(svg_number(-3.14159), "-3.14");
  EXPECT_EQ(svg_number(std::nan("")), "0");
  EXPECT_EQ(svg_number(infinity), "0");
}

TEST(SvgText, numbers_read_like_print) {
  EXPECT_EQ(readable_number(0), "0");
  EXPECT_EQ(readable_number(-2.5), "−2.5");
  EXPECT_EQ(readable_number(0.12345), "0.1235");
  EXPECT_EQ(readable_number(12345), "12345");
  EXPECT_EQ(readable_number(999999.9), "10⁶");
  EXPECT_EQ(readable_number(1.5e-7), "1.5×10⁻⁷");
  EXPECT_EQ(readable_number(-infinity), "−∞");
  EXPECT_EQ(readable_number(std::nan("")), "NaN");
}

TEST(SvgText, cuts_long_labels_between_characters) {
  EXPECT_EQ(fitted_text("short", 12, 200), "short");
  const std::string cut = fitted_text("ηηηηηηηηηηηηηηηηηηηη", 12, 60);
  EXPECT_LE(text_width(cut, 12), 60);
  EXPECT_EQ(cut, escape_xml(cut)) << "no character was split";
  EXPECT_TRUE(cut.ends_with("…"));
}

TEST(SvgText, breaks_long_titles_behind_blanks_and_hyphens) {
  EXPECT_EQ(wrapped_text("short", 12, 200, 3), std::vector<std::string>{"short"});
  const std::string title = "Training of 28x28x1-conv 6 5 pad=2 relu-max_pool 2-conv 16 5 relu-max_pool 2-flatten-10 softmax";
  const auto lines = wrapped_text(title, 16, 300, 9);
  std::string whole;
  for (const std::string& line : lines) {
    EXPECT_LE(text_width(line, 16), 300);
    if (!whole.empty() && whole.back() != '-') whole += ' ';
    whole += line;
  }
  EXPECT_EQ(whole, title);
  EXPECT_EQ(wrapped_text(title, 16, 300, 2).size(), 2u);
  EXPECT_TRUE(wrapped_text(title, 16, 300, 2)[1].ends_with("…"));
  EXPECT_EQ(wrapped_text(std::string(200, 'x'), 16, 300, 3).size(), 1u) << "a word that cannot be broken";
}

TEST(SvgText, a_drawing_escapes_labels_titles_and_hints) {
  SvgDrawing drawing(10, 20, "<t>");
  drawing.text({1, 2}, "a&b", "fill=\"#000\"", "x<y");
  drawing.vertical_text({1, 2}, "<v>", "");
  const std::string svg = drawing.str();
  for (const char* expected : {"<title>&lt;t&gt;</title>", "a&amp;b", "<title>x&lt;y</title>", "&lt;v&gt;"})
    EXPECT_NE(svg.find(expected), std::string::npos) << expected;
}

TEST(SvgText, a_drawing_has_its_own_white_ground) {
  EXPECT_NE(SvgDrawing(10, 20, "t").str().find("<rect width=\"10\" height=\"20\" fill=\"#ffffff\"/>"),
            std::string::npos);
}

TEST(SvgText, neighbouring_series_have_different_colours) {
  for (size_t i = 0; i < 8; ++i) EXPECT_NE(series_color(i), series_color(i + 1));
}

TEST(SvgText, is_measured_by_the_widest_of_the_usual_fonts) {
  // Advances that DejaVuSans.ttf states, in 1/2048 em.
  EXPECT_EQ(text_width("m", 2048), 1995);
  EXPECT_EQ(text_width("W", 2048), 2025);
  EXPECT_EQ(text_width("=", 2048), 1716);
  EXPECT_EQ(text_width("broadcast", 2048), 1300 + 842 + 1253 + 1255 + 1300 + 1126 + 1255 + 1067 + 803);
}

}  // namespace
}  // namespace wengert
