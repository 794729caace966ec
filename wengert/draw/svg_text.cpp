// SPDX-License-Identifier: Apache-2.0
#include "wengert/draw/svg_text.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <cstdlib>

namespace wengert {
namespace {

constexpr uint32_t replacement = 0xFFFD;

struct CodePoint {
  uint32_t value = replacement;
  size_t bytes = 1;
};

bool allowed_in_xml(uint32_t c) {
  return c == '\t' || c == '\n' || c == '\r' || (c >= 0x20 && c < 0xD800) || (c >= 0xE000 && c < 0xFFFE) ||
         (c >= 0x10000 && c < 0x110000);
}

// The character that starts at `text[0]`; a malformed sequence is one replacement character of one byte.
CodePoint decode(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint32_t first = byte(0);
  if (first < 0x80) return {allowed_in_xml(first) ? first : replacement, 1};
  const size_t bytes = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || bytes > text.size()) return {};
  uint32_t value = first & (0xFFu >> (bytes + 1));
  for (size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {};
    value = value << 6 | (byte(i) & 0x3F);
  }
  static constexpr std::array<uint32_t, 5> least{0, 0, 0x80, 0x800, 0x10000};
  if (value < least[bytes] || !allowed_in_xml(value)) return {};
  return {value, bytes};
}

std::string_view entity(uint32_t c) {
  switch (c) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '"': return "&quot;";
    case '\'': return "&#39;";
    case replacement: return "\uFFFD";
    default: return {};
  }
}

// Advances of DejaVu Sans from ' ' to '~', in 1/2048 em: the widest of the usual sans-serif fonts, and on many systems
// the only one, so that what fits by it fits in the others.
constexpr std::array<uint16_t, 95> advances{
    651,  821,  942,  1716, 1303, 1946, 1597, 563,  799,  799,  1024, 1716, 651,  739,  651,  690,  1303, 1303, 1303,
    1303, 1303, 1303, 1303, 1303, 1303, 1303, 690,  690,  1716, 1716, 1716, 1087, 2048, 1401, 1405, 1430, 1577, 1294,
    1178, 1587, 1540, 604,  604,  1343, 1141, 1767, 1532, 1612, 1235, 1612, 1423, 1300, 1251, 1499, 1401, 2025, 1403,
    1251, 1403, 799,  690,  799,  1716, 1024, 1024, 1255, 1300, 1126, 1300, 1260, 721,  1300, 1298, 569,  569,  1186,
    569,  1995, 1298, 1253, 1300, 1300, 842,  1067, 803,  1298, 1212, 1675, 1212, 1212, 1075, 1303, 690,  1303, 1716};

double em_width(uint32_t c) {
  if (c >= 0x20 && c < 0x7F) return advances[c - 0x20] / 2048.0;
  return c >= 0x2E80 ? 1.0 : 0.65;
}

}  // namespace

std::string escape_xml(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const CodePoint c = decode(text);
    const std::string_view name = entity(c.value);
    result += name.empty() ? text.substr(0, c.bytes) : name;
    text.remove_prefix(c.bytes);
  }
  return result;
}

std::string svg_number(double value) {
  if (!std::isfinite(value)) return "0";
  std::string text = fmt::format("{:.2f}", value);
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text == "-0" ? "0" : text;
}

std::string power_of_ten(int exponent) {
  static constexpr std::array<std::string_view, 10> digits{"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
  std::string text = exponent < 0 ? "10⁻" : "10";
  for (const char c : std::to_string(std::abs(exponent))) text += digits[static_cast<size_t>(c - '0')];
  return text;
}

std::string readable_number(double value) {
  if (std::isnan(value)) return "NaN";
  const std::string sign = value < 0 ? "−" : "";
  if (std::isinf(value)) return sign + "∞";
  const std::string scientific = fmt::format("{:.3e}", std::abs(value));  // rounded first: 999999.9 is 10⁶
  const int exponent = std::atoi(scientific.c_str() + scientific.find('e') + 1);
  if (value == 0 || (exponent >= -4 && exponent < 6)) {
    const double rounded = exponent < 4 ? std::strtod(scientific.c_str(), nullptr) : std::round(std::abs(value));
    return sign + fmt::format("{}", rounded == std::floor(rounded) ? std::floor(rounded) : rounded);
  }
  const std::string mantissa = fmt::format("{}", std::strtod(scientific.substr(0, 5).c_str(), nullptr));
  return sign + (mantissa == "1" ? "" : mantissa + "×") + power_of_ten(exponent);
}

double text_width(std::string_view text, double font_px) {
  double ems = 0;
  while (!text.empty()) {
    const CodePoint c = decode(text);
    ems += em_width(c.value);
    text.remove_prefix(c.bytes);
  }
  return ems * font_px;
}

std::string fitted_text(std::string_view text, double font_px, double width_px) {
  if (text_width(text, font_px) <= width_px) return std::string(text);
  const double room = width_px - em_width(0x2026) * font_px;
  double used = 0;
  size_t kept = 0;
  while (kept < text.size()) {
    const CodePoint c = decode(text.substr(kept));
    used += em_width(c.value) * font_px;
    if (used > room) break;
    kept += c.bytes;
  }
  return std::string(text.substr(0, kept)) + "…";
}

std::vector<std::string> wrapped_text(std::string_view text, double font_px, double width_px, size_t most) {
  std::vector<std::string> lines;
  while (lines.size() + 1 < most && text_width(text, font_px) > width_px) {
    size_t end = 0;
    for (size_t at = 0; at < text.size(); ++at)
      if ((text[at] == ' ' || text[at] == '-') && text_width(text.substr(0, at + 1), font_px) <= width_px) end = at + 1;
    if (end == 0) break;  // a word wider than the line
    lines.emplace_back(text.substr(0, text[end - 1] == ' ' ? end - 1 : end));
    text.remove_prefix(end);
  }
  lines.push_back(fitted_text(text, font_px, width_px));
  return lines;
}

std::string_view series_color(size_t index) {
  static constexpr std::array<std::string_view, 8> colors{"#0072B2", "#D55E00", "#009E73", "#B85C93",
                                                          "#C98500", "#3E9BD1", "#7A6A00", "#555555"};
  return colors[index % colors.size()];
}

SvgDrawing::SvgDrawing(double width, double height, std::string_view title) {
  const std::string w = svg_number(width), h = svg_number(height);
  body_ = fmt::format(R"(<svg xmlns="http://www.w3.org/2000/svg" width="{0}" height="{1}" viewBox="0 0 {0} {1}" )"
                      R"(role="img" font-family="Helvetica, Arial, 'Liberation Sans', sans-serif">)"
                      "\n<title>{2}</title>\n"
                      R"(<rect width="{0}" height="{1}" fill="#ffffff"/>)"
                      "\n",
                      w, h, escape_xml(title));
}

void SvgDrawing::rectangle(double x, double y, double width, double height, std::string_view attributes) {
  body_ += fmt::format("<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" {}/>\n", svg_number(x), svg_number(y),
                       svg_number(width), svg_number(height), attributes);
}

void SvgDrawing::line(SvgPoint from, SvgPoint to, std::string_view attributes) {
  body_ += fmt::format("<line x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\" {}/>\n", svg_number(from.x), svg_number(from.y),
                       svg_number(to.x), svg_number(to.y), attributes);
}

void SvgDrawing::circle(SvgPoint centre, double radius, std::string_view attributes) {
  body_ += fmt::format("<circle cx=\"{}\" cy=\"{}\" r=\"{}\" {}/>\n", svg_number(centre.x), svg_number(centre.y),
                       svg_number(radius), attributes);
}

void SvgDrawing::polyline(std::span<const SvgPoint> points, std::string_view attributes) {
  body_ += "<polyline points=\"";
  for (const SvgPoint& p : points) body_ += svg_number(p.x) + "," + svg_number(p.y) + (&p == &points.back() ? "" : " ");
  body_ += fmt::format("\" fill=\"none\" {}/>\n", attributes);
}

void SvgDrawing::path(std::string_view commands, std::string_view attributes) {
  body_ += fmt::format("<path d=\"{}\" {}/>\n", commands, attributes);
}

void SvgDrawing::text(SvgPoint at, std::string_view label, std::string_view attributes, std::string_view hint) {
  const std::string title = hint.empty() ? std::string() : "<title>" + escape_xml(hint) + "</title>";
  body_ += fmt::format("<text x=\"{}\" y=\"{}\" {}>{}{}</text>\n", svg_number(at.x), svg_number(at.y), attributes,
                       title, escape_xml(label));
}

void SvgDrawing::vertical_text(SvgPoint at, std::string_view label, std::string_view attributes) {
  body_ += fmt::format("<text transform=\"translate({} {}) rotate(-90)\" text-anchor=\"middle\" {}>{}</text>\n",
                       svg_number(at.x), svg_number(at.y), attributes, escape_xml(label));
}

void SvgDrawing::open_group(std::string_view attributes) { body_ += fmt::format("<g {}>\n", attributes); }
void SvgDrawing::close_group() { body_ += "</g>\n"; }

std::string SvgDrawing::str() const { return body_ + "</svg>\n"; }

}  // namespace wengert
