// SPDX-License-Identifier: Apache-2.0
#include "wengert/draw/plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "wengert/base/error.h"
#include "wengert/draw/axis.h"
#include "wengert/draw/svg_text.h"

namespace wengert {
namespace {

constexpr double label_px = 12, title_px = 16, title_row_px = 20;
constexpr size_t most_title_lines = 3;
constexpr const char* ink = "#333333";
constexpr size_t most_dots = 40;

struct Point {
  double x, y;
};
using Line = std::vector<Point>;  // points joined without interruption

// What can be drawn, and what cannot.
struct Data {
  std::vector<std::vector<Line>> lines;  // by series
  size_t not_finite = 0, not_positive = 0;
  double x_low = 0, x_high = 0, y_low = 0, y_high = 0;
  bool empty = true, whole_x = true;

  void include(Point p) {
    if (empty) x_low = x_high = p.x, y_low = y_high = p.y;
    empty = false;
    x_low = std::min(x_low, p.x), x_high = std::max(x_high, p.x);
    y_low = std::min(y_low, p.y), y_high = std::max(y_high, p.y);
    whole_x = whole_x && p.x == std::floor(p.x);
  }
};

bool drawn(double value) { return std::abs(value) <= largest_drawn; }  // false for NaN

std::vector<Line> split(const Series& series, const ChartOptions& options, Data& data) {
  std::vector<Line> lines(1);
  for (size_t i = 0; i < series.x.size(); ++i) {
    const Point p{series.x[i], series.y[i]};
    const bool finite = drawn(p.x) && drawn(p.y);
    const bool positive = !(options.log_x && p.x <= 0) && !(options.log_y && p.y <= 0);
    data.not_finite += !finite;
    data.not_positive += finite && !positive;
    if (finite && positive) {
      lines.back().push_back(p);
      data.include(p);
      if (!series.joined) lines.emplace_back();
    } else if (!lines.back().empty()) {
      lines.emplace_back();
    }
  }
  if (lines.back().empty()) lines.pop_back();
  return lines;
}

Data collected(const std::vector<Series>& series, const ChartOptions& options) {
  Data data;
  for (const Series& s : series) {
    if (s.x.size() != s.y.size())
      throw ShapeError(
          "W241", fmt::format("series \"{}\" needs as many x as y; it has {} and {}", s.name, s.x.size(), s.y.size()),
          {},
          fmt::format("give {} more {} (NaN where a point is missing)",
                      std::max(s.x.size(), s.y.size()) - std::min(s.x.size(), s.y.size()),
                      s.x.size() < s.y.size() ? 'x' : 'y'));
    data.lines.push_back(split(s, options, data));
  }
  return data;
}

// The chart's rectangles: data within [left, right] x [top, bottom], legend to the right of it, notes below.
struct Layout {
  double width, height, left, right, top, bottom;
  double legend_width = 0;
};

struct Chart {
  Data data;
  Axis x, y;
  Layout at{};
};

double widest_label(const Axis& axis) {
  double width = 0;
  for (const Tick& tick : axis.ticks) width = std::max(width, text_width(tick.label, label_px));
  return width;
}

bool has_legend(const std::vector<Series>& series) {
  return series.size() > 1 || (series.size() == 1 && !series[0].name.empty());
}

Axis x_axis(const Data& data, const ChartOptions& options) {
  if (data.empty) return linear_axis(0, 1, AxisEnds::at_data, 5);
  if (options.log_x) return log_axis(data.x_low, data.x_high, AxisEnds::at_data, 7);
  return linear_axis(data.x_low, data.x_high, AxisEnds::at_data, 8, data.whole_x);
}

Axis y_axis(const Data& data, const ChartOptions& options) {
  if (data.empty) return linear_axis(0, 1, AxisEnds::at_ticks, 5);
  if (options.log_y) return log_axis(data.y_low, data.y_high, AxisEnds::at_ticks, 7);
  const double low = options.from_zero && data.y_low > 0 ? 0 : data.y_low;
  return linear_axis(low, std::max(data.y_high, low), AxisEnds::at_ticks, 6);
}

std::vector<std::string> title_lines(const ChartOptions& options, double width) {
  return wrapped_text(options.title, title_px, width - 32, most_title_lines);
}

Layout laid_out(const std::vector<Series>& series, const ChartOptions& options, const Chart& chart) {
  Layout at{};
  at.width = options.width > 320 ? std::min(options.width, 20000.0) : 320;  // also for NaN
  at.height = options.height > 200 ? std::min(options.height, 20000.0) : 200;
  if (has_legend(series)) {
    for (const Series& s : series) at.legend_width = std::max(at.legend_width, text_width(s.name, label_px) + 40);
    at.legend_width = std::min(at.legend_width, at.width * 0.35);
  }
  at.left = 16 + widest_label(chart.y) + 8 + (options.y_title.empty() ? 0 : 22);
  at.right = at.width - 24 - at.legend_width;
  at.top = options.title.empty() ? 20 : 28 + title_row_px * static_cast<double>(title_lines(options, at.width).size());
  const bool notes = chart.data.not_finite + chart.data.not_positive > 0;
  at.bottom = at.height - 32 - (options.x_title.empty() ? 0 : 22) - (notes ? 20 : 0);
  return at;
}

std::string text_style(double size, const char* anchor, const char* color = ink) {
  return fmt::format("font-size=\"{}\" text-anchor=\"{}\" fill=\"{}\"", svg_number(size), anchor, color);
}

// Every second label is dropped, then every fourth and so on, until neighbours keep apart.
size_t label_stride(const Axis& axis) {
  const double room = std::abs(axis.pixel_high - axis.pixel_low);
  const double needed = (widest_label(axis) + 10) * static_cast<double>(axis.ticks.size());
  return static_cast<size_t>(std::max(1.0, std::ceil(needed / room)));
}

void draw_axes(SvgDrawing& drawing, const Chart& chart) {
  const Layout& at = chart.at;
  for (const Tick& tick : chart.y.ticks) {
    const double y = chart.y.pixel(tick.value);
    drawing.line({at.left, y}, {at.right, y}, tick.label.empty() ? "stroke=\"#f2f2f2\"" : "stroke=\"#dddddd\"");
    if (!tick.label.empty()) drawing.text({at.left - 8, y + 4}, tick.label, text_style(label_px, "end"));
  }
  const size_t stride = chart.x.logarithmic ? 1 : label_stride(chart.x);
  for (size_t i = 0; i < chart.x.ticks.size(); ++i) {
    const Tick& tick = chart.x.ticks[i];
    const double x = chart.x.pixel(tick.value);
    const bool labelled = i % stride == 0 && !tick.label.empty();
    drawing.line({x, at.bottom}, {x, at.bottom + (labelled ? 5 : 3)}, "stroke=\"#888888\"");
    if (labelled) drawing.text({x, at.bottom + 19}, tick.label, text_style(label_px, "middle"));
  }
  drawing.line({at.left, at.bottom}, {at.right, at.bottom}, "stroke=\"#888888\"");
}

void draw_titles(SvgDrawing& drawing, const ChartOptions& options, const Layout& at) {
  const auto lines = options.title.empty() ? std::vector<std::string>{} : title_lines(options, at.width);
  for (size_t k = 0; k < lines.size(); ++k)
    drawing.text({16, 28 + title_row_px * static_cast<double>(k)}, lines[k],
                 text_style(title_px, "start", "#111111") + " font-weight=\"600\"", options.title);
  const double middle = (at.left + at.right) / 2;
  if (!options.x_title.empty())
    drawing.text({middle, at.bottom + 42}, options.x_title, text_style(label_px + 1, "middle"));
  if (!options.y_title.empty())
    drawing.vertical_text({24, (at.top + at.bottom) / 2}, options.y_title,
                          fmt::format("font-size=\"{}\" fill=\"{}\"", label_px + 1, ink));
}

// The points of a line in pixels; in each column of pixels the first, least, greatest and last.
std::vector<SvgPoint> thinned(const Line& line, const Chart& chart) {
  std::vector<SvgPoint> all, kept;
  for (const Point& p : line) all.push_back({chart.x.pixel(p.x), chart.y.pixel(p.y)});
  for (size_t i = 0; i < all.size();) {
    size_t end = i, least = i, most = i;
    for (; end < all.size() && std::floor(all[end].x) == std::floor(all[i].x); ++end) {
      if (all[end].y < all[least].y) least = end;
      if (all[end].y > all[most].y) most = end;
    }
    std::vector<size_t> chosen{i, std::min(least, most), std::max(least, most), end - 1};
    chosen.erase(std::unique(chosen.begin(), chosen.end()), chosen.end());
    for (const size_t k : chosen) kept.push_back(all[k]);
    i = end;
  }
  return kept;
}

// Beyond the eight colours the lines are dashed.
std::string line_style(size_t index, double width = 2) {
  static constexpr const char* dashes[] = {"", " stroke-dasharray=\"7 3\"", " stroke-dasharray=\"2 3\""};
  return fmt::format("stroke=\"{}\" stroke-width=\"{}\" stroke-linejoin=\"round\" stroke-linecap=\"round\"{}",
                     series_color(index), svg_number(width), dashes[index / 8 % 3]);
}

void draw_series(SvgDrawing& drawing, const Series& series, size_t index, const Chart& chart) {
  const std::string dot = fmt::format("fill=\"{}\" stroke=\"#ffffff\"", series_color(index));
  drawing.open_group("class=\"series\"");
  if (!series.name.empty()) drawing.raw("<title>" + escape_xml(series.name) + "</title>\n");
  for (const Line& line : chart.data.lines[index]) {
    const std::vector<SvgPoint> points = thinned(line, chart);
    if (points.size() > 1) drawing.polyline(points, line_style(index, points.size() > 400 ? 1.3 : 2));
    if (points.size() == 1 || series.x.size() <= most_dots)
      for (const SvgPoint& p : points) drawing.circle(p, 3.2, dot);
  }
  drawing.close_group();
}

void draw_legend(SvgDrawing& drawing, const std::vector<Series>& series, const Layout& at) {
  const double x = at.right + 18, row = std::min(20.0, (at.bottom - at.top) / static_cast<double>(series.size()));
  for (size_t i = 0; i < series.size(); ++i) {
    const double y = at.top + 8 + row * static_cast<double>(i);
    drawing.line({x, y}, {x + 18, y}, line_style(i));
    const std::string name = fitted_text(series[i].name, label_px, at.legend_width - 24);
    drawing.text({x + 25, y + 4}, name, text_style(std::min(label_px, row), "start"),
                 name == series[i].name ? std::string() : series[i].name);
  }
}

void draw_notes(SvgDrawing& drawing, const Chart& chart) {
  const size_t not_finite = chart.data.not_finite, not_positive = chart.data.not_positive;
  const size_t total = not_finite + not_positive;
  if (chart.data.empty)
    drawing.text({(chart.at.left + chart.at.right) / 2, (chart.at.top + chart.at.bottom) / 2}, "no data",
                 text_style(14, "middle", "#888888"));
  if (total == 0) return;
  std::string note = fmt::format("{} point{} not shown: ", total, total == 1 ? "" : "s");
  if (not_positive == 0)
    note += "not finite";
  else if (not_finite == 0)
    note += "not positive on a logarithmic axis";
  else
    note += fmt::format("{} not finite, {} not positive on a logarithmic axis", not_finite, not_positive);
  drawing.text({16, chart.at.height - 10}, note, text_style(11, "start", "#a03000"));
}

}  // namespace

std::string line_chart(const std::vector<Series>& series, const ChartOptions& options) {
  Chart chart;
  chart.data = collected(series, options);
  chart.x = x_axis(chart.data, options);
  chart.y = y_axis(chart.data, options);
  chart.at = laid_out(series, options, chart);
  chart.x.pixel_low = chart.at.left + 6, chart.x.pixel_high = chart.at.right - 6;
  chart.y.pixel_low = chart.at.bottom, chart.y.pixel_high = chart.at.top;

  SvgDrawing drawing(chart.at.width, chart.at.height, options.title.empty() ? "line chart" : options.title);
  draw_axes(drawing, chart);
  draw_titles(drawing, options, chart.at);
  for (size_t i = 0; i < series.size(); ++i) draw_series(drawing, series[i], i, chart);
  if (has_legend(series)) draw_legend(drawing, series, chart.at);
  draw_notes(drawing, chart);
  return drawing.str();
}

std::string stacked_charts(const std::vector<LineChart>& charts, const std::string& title) {
  double width = 0, height = 0;
  for (const LineChart& chart : charts) width = std::max(width, chart.options.width), height += chart.options.height;
  SvgDrawing drawing(width, height, title);
  double y = 0;
  for (const LineChart& chart : charts) {
    const std::string text = line_chart(chart.series, chart.options);
    drawing.raw(fmt::format("<svg y=\"{}\"{}", svg_number(y), text.substr(text.find(' '))));
    y += chart.options.height;
  }
  return drawing.str();
}

}  // namespace wengert
