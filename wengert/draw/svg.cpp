// SPDX-License-Identifier: Apache-2.0
#include "wengert/draw/svg.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "wengert/draw/layout.h"
#include "wengert/draw/svg_text.h"

namespace wengert {
namespace {

using Kind = DiagramVertex::Kind;

constexpr double font_px = 12, small_px = 10.5, line_px = 15, padding = 8, widest = 264;
constexpr double bold_factor = 1.13;  // letters are that much wider

struct Colors {
  std::string_view fill, stroke;
};

Colors colors(Kind kind) {
  switch (kind) {
    case Kind::input: return {"#d7e8f7", "#0072B2"};
    case Kind::constant: return {"#eeeeee", "#888888"};
    case Kind::output: return {"#fbe3c8", "#C45A00"};
    case Kind::group: return {"#f4f4f4", "#666666"};
    case Kind::operation: break;
  }
  return {"#ffffff", "#555555"};
}

/// One row of text in a box.
struct Row {
  std::string bold, plain, color;
  double width() const { return text_width(bold, font_px) * bold_factor + text_width(plain, font_px); }
};

std::vector<Row> rows(const DiagramVertex& v) {
  std::vector<Row> all;
  const bool apart = v.kind == Kind::group;
  if (apart || v.formula.empty())
    all.push_back({v.name, "", "#111111"});
  else
    all.push_back({v.name, (v.kind == Kind::input ? ": " : " = ") + v.formula, "#111111"});
  if (apart && !v.formula.empty()) all.push_back({"", v.formula, "#444444"});
  if (!v.value.empty()) all.push_back({"", v.value, "#1a6b4a"});
  if (!v.adjoint.empty()) all.push_back({"", "adjoint " + v.adjoint, "#9a2f6b"});
  return all;
}

LayoutVertex size_of(const DiagramVertex& v) {
  double width = 34;
  const auto all = rows(v);
  for (const Row& row : all) width = std::max(width, row.width());
  return {std::min(width, widest) + 2 * padding, static_cast<double>(all.size()) * line_px + 8};
}

void draw_row(SvgDrawing& drawing, const Row& row, SvgPoint at) {
  const double bold_width = text_width(row.bold, font_px) * bold_factor;
  const std::string bold = fitted_text(row.bold, font_px * bold_factor, widest);
  const std::string plain = fitted_text(row.plain, font_px, std::max(20.0, widest - bold_width));
  std::string content;
  if (!bold.empty()) content += fmt::format("<tspan font-weight=\"bold\">{}</tspan>", escape_xml(bold));
  content += escape_xml(plain);
  drawing.raw(fmt::format("<text x=\"{}\" y=\"{}\" text-anchor=\"middle\" font-size=\"{}\" fill=\"{}\">{}</text>\n",
                          svg_number(at.x), svg_number(at.y), svg_number(font_px), row.color, content));
}

void draw_vertex(SvgDrawing& drawing, const DiagramVertex& v, SvgPoint centre) {
  const LayoutVertex size = size_of(v);
  const Colors c = colors(v.kind);
  const double x = centre.x - size.width / 2, y = centre.y - size.height / 2;
  drawing.open_group("class=\"vertex\"");
  drawing.raw("<title>" + escape_xml(v.hint) + "</title>\n");
  const double radius = v.kind == Kind::input || v.kind == Kind::constant ? std::min(size.height / 2, 13.0) : 5;
  const std::string look =
      fmt::format("rx=\"{}\" fill=\"{}\" stroke=\"{}\" stroke-width=\"1.2\"", svg_number(radius), c.fill, c.stroke);
  if (v.kind == Kind::group) drawing.rectangle(x + 4, y + 4, size.width, size.height, look);
  drawing.rectangle(x, y, size.width, size.height, look);
  double baseline = y + 4 + line_px * 0.78;
  for (const Row& row : rows(v)) {
    draw_row(drawing, row, {centre.x, baseline});
    baseline += line_px;
  }
  drawing.close_group();
}

/// Vertical at every point, so that pieces join smoothly and arrows enter their box straight.
std::string curve(const std::vector<SvgPoint>& points, double shift_y) {
  std::string path = fmt::format("M{} {}", svg_number(points[0].x), svg_number(points[0].y + shift_y));
  for (size_t k = 1; k < points.size(); ++k) {
    const SvgPoint a{points[k - 1].x, points[k - 1].y + shift_y}, b{points[k].x, points[k].y + shift_y};
    const bool last = k + 1 == points.size();
    const double end = last ? b.y - 5 : b.y;  // room for the arrow's head
    if (std::abs(a.x - b.x) < 0.5)
      path += fmt::format("L{} {}", svg_number(b.x), svg_number(end));
    else {
      const double middle = (a.y + end) / 2;
      path += fmt::format("C{} {} {} {} {} {}", svg_number(a.x), svg_number(middle), svg_number(b.x),
                          svg_number(middle), svg_number(b.x), svg_number(end));
    }
  }
  return path;
}

void draw_edge(SvgDrawing& drawing, const DiagramEdge& e, const std::vector<SvgPoint>& route, double shift_y) {
  const double width = std::min(1.1 + 0.5 * std::log2(static_cast<double>(e.operands)), 5.0);
  drawing.path(curve(route, shift_y),
               fmt::format("fill=\"none\" stroke=\"#8a8a8a\" stroke-width=\"{}\"", svg_number(width)));
  const SvgPoint tip{route.back().x, route.back().y + shift_y};
  const double half = 3 + width / 2;
  drawing.path(fmt::format("M{} {}l{} {}h{}z", svg_number(tip.x), svg_number(tip.y), svg_number(-half),
                           svg_number(-6 - width / 2), svg_number(2 * half)),
               "fill=\"#6e6e6e\"");
}

std::string label_of(const DiagramEdge& e) { return e.operands > 1 ? fmt::format("{}×", e.operands) : e.label; }

void draw_label(SvgDrawing& drawing, const std::string& label, SvgPoint centre) {
  const double width = text_width(label, small_px) + 4;
  drawing.rectangle(centre.x - width / 2, centre.y - 7, width, 14, "fill=\"#ffffff\" fill-opacity=\"0.85\"");
  drawing.text({centre.x, centre.y + 3.7}, label,
               fmt::format("text-anchor=\"middle\" font-size=\"{}\" fill=\"#7a3e00\"", svg_number(small_px)));
}

/// Title and remark above the picture; returns how much room they take.
double header_height(const Diagram& d) { return d.remark.empty() ? 30 : 48; }

void draw_header(SvgDrawing& drawing, const Diagram& d) {
  drawing.text({16, 22}, d.title, "font-size=\"14\" font-weight=\"bold\" fill=\"#111111\"");
  if (!d.remark.empty()) drawing.text({16, 40}, d.remark, "font-size=\"11\" fill=\"#555555\"");
}

}  // namespace

std::string svg(const Diagram& d) {
  std::vector<LayoutVertex> boxes;
  for (const DiagramVertex& v : d.vertices) boxes.push_back(size_of(v));
  std::vector<LayoutEdge> arrows;
  for (const DiagramEdge& e : d.edges) {
    const std::string label = label_of(e);
    arrows.push_back({e.from, e.to, label.empty() ? 0 : text_width(label, small_px) + 6});
  }
  const Layout layout = layered_layout(boxes, arrows);
  const double shift = header_height(d);
  const double width =
      std::max({layout.width + 6, text_width(d.title, 14) * bold_factor + 32, text_width(d.remark, 11) + 32});
  SvgDrawing drawing(width, layout.height + shift + 6, d.title);
  draw_header(drawing, d);
  drawing.open_group(fmt::format("transform=\"translate({} 0)\"", svg_number((width - layout.width) / 2)));
  for (size_t e = 0; e < arrows.size(); ++e) draw_edge(drawing, d.edges[e], layout.routes[e], shift);
  for (size_t e = 0; e < arrows.size(); ++e)
    if (const std::string label = label_of(d.edges[e]); !label.empty())
      draw_label(drawing, label, {layout.labels[e].x, layout.labels[e].y + shift});
  for (size_t v = 0; v < boxes.size(); ++v)
    draw_vertex(drawing, d.vertices[v], {layout.centres[v].x, layout.centres[v].y + shift});
  drawing.close_group();
  return drawing.str();
}

}  // namespace wengert
