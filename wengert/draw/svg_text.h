// SPDX-License-Identifier: Apache-2.0
//
// The text of SVG drawings: escaping, numbers, the estimated width of a label, and SvgDrawing, which collects elements
// under one header. SVG 1.1, self-contained, on an explicit white ground so that dark viewers show it as it was drawn.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wengert {

/// `text` as XML character data or attribute value: & < > " ' become entities; what XML 1.0 forbids (control
/// characters, surrogates, malformed UTF-8) becomes U+FFFD.
std::string escape_xml(std::string_view text);

/// A coordinate with at most two decimals and no trailing zeros ("12", "0.5", never "-0"); pixels.
/// Not finite: "0", since a drawing with NaN in it is not shown at all.
std::string svg_number(double value);

/// A number for a reader: 4 significant digits, true minus sign, powers of ten from 10^6 and below 10^-4: "1.5×10⁻⁷".
std::string readable_number(double value);

/// The exponent in superscript digits: "10⁻³".
std::string power_of_ten(int exponent);

/// Estimated width in pixels of `text` in a sans-serif font of `font_px`; exact widths are the viewer's.
double text_width(std::string_view text, double font_px);

/// `text` cut to about `width_px` with an ellipsis, whole characters only; unchanged if it fits.
std::string fitted_text(std::string_view text, double font_px, double width_px);

/// `text` in at most `most` lines of about `width_px`, broken behind blanks and hyphens where there are some; the last line is
/// fitted_text of what is left. At least one line.
std::vector<std::string> wrapped_text(std::string_view text, double font_px, double width_px, size_t most);

/// Eight colours told apart with any colour vision, each with enough contrast on white for a line.
/// source : Okabe and Ito 2008, "Color universal design"; its yellow is replaced by a dark one and a grey is added
std::string_view series_color(size_t index);

struct SvgPoint {
  double x = 0, y = 0;
};

/// An SVG text under construction. Coordinates are pixels, y downward. `attributes` is raw XML ('fill="#fff"'): a
/// caller with text from outside in it calls escape_xml first; the contents of text() and titles are escaped here.
class SvgDrawing {
 public:
  /// A white canvas; `title` is its accessible name.
  SvgDrawing(double width, double height, std::string_view title);

  void rectangle(double x, double y, double width, double height, std::string_view attributes);
  void line(SvgPoint from, SvgPoint to, std::string_view attributes);
  void circle(SvgPoint centre, double radius, std::string_view attributes);
  void polyline(std::span<const SvgPoint> points, std::string_view attributes);
  void path(std::string_view commands, std::string_view attributes);
  /// A label; `hint` is shown in full on hovering, for a label that was cut.
  void text(SvgPoint at, std::string_view label, std::string_view attributes, std::string_view hint = {});
  /// The baseline's centre at `at`, read upward.
  void vertical_text(SvgPoint at, std::string_view label, std::string_view attributes);
  void open_group(std::string_view attributes);
  void close_group();
  /// Any element not listed above, as raw XML.
  void raw(std::string_view xml) { body_ += xml; }

  /// The finished drawing.
  std::string str() const;

 private:
  std::string body_;
};

}  // namespace wengert
