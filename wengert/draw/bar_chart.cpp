// SPDX-License-Identifier: Apache-2.0
#include "wengert/draw/bar_chart.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "wengert/base/error.h"
#include "wengert/draw/axis.h"
#include "wengert/draw/svg_text.h"

namespace wengert {
namespace {

constexpr double label_px = 12, row_px = 26, bar_px = 16, title_px = 16, title_row_px = 20;
constexpr size_t most_title_lines = 3;

std::string text_style(double size, const char* anchor, const char* color = "#333333") {
  return fmt::format("font-size=\"{}\" text-anchor=\"{}\" fill=\"{}\"", svg_number(size), anchor, color);
}

double length_of(double part) { return part >= 0 && part <= largest_drawn ? part : 0; }

double length_of(const Bar& bar) {
  double sum = 0;
  for (const double part : bar.parts) sum += length_of(part);
  return sum;
}

void check_parts(const std::vector<Bar>& bars) {
  for (const Bar& bar : bars)
    if (bar.parts.size() != bars[0].parts.size())
      throw ShapeError("W857",
                       fmt::format("the bar \"{}\" has {} parts, the first one {}", bar.label, bar.parts.size(),
                                   bars[0].parts.size()),
                       {}, "give 0 for a part that is not there");
}

/// A bar chart under construction.
class Bars {
 public:
  Bars(const std::vector<Bar>& bars, const BarChartOptions& options) : bars_(bars), options_(options) {
    double longest = 0, labels = 0, notes = 0;
    for (const Bar& bar : bars) {
      longest = std::max(longest, length_of(bar));
      labels = std::max(labels, text_width(bar.label, label_px));
      notes = std::max(notes, text_width(bar.note, label_px));
    }
    width_ = std::max(320.0, std::min(options.width, 20000.0));
    left_ = 16 + std::min(labels, width_ * 0.4) + 10;
    if (!options.title.empty()) title_ = wrapped_text(options.title, title_px, width_ - 32, most_title_lines);
    top_ = (title_.empty() ? 12 : 24 + title_row_px * static_cast<double>(title_.size())) + (options.part_names.size() > 1 ? 24 : 0);
    bottom_ = top_ + row_px * static_cast<double>(bars.size());
    axis_ = linear_axis(0, longest > 0 ? longest : 1, AxisEnds::at_data, 6);
    axis_.pixel_low = left_, axis_.pixel_high = std::max(left_ + 60, width_ - 24 - std::min(notes + 8, width_ * 0.3));
  }

  std::string draw() {
    SvgDrawing drawing(width_, bottom_ + (options_.x_title.empty() ? 30 : 50),
                       options_.title.empty() ? "bar chart" : options_.title);
    for (size_t k = 0; k < title_.size(); ++k)
      drawing.text({16, 28 + title_row_px * static_cast<double>(k)}, title_[k],
                   text_style(title_px, "start", "#111111") + " font-weight=\"600\"", options_.title);
    draw_legend(drawing);
    for (const Tick& tick : axis_.ticks) {
      const double x = axis_.pixel(tick.value);
      drawing.line({x, top_}, {x, bottom_}, "stroke=\"#dddddd\"");
      if (!tick.label.empty()) drawing.text({x, bottom_ + 17}, tick.label, text_style(label_px, "middle"));
    }
    if (!options_.x_title.empty())
      drawing.text({(axis_.pixel_low + axis_.pixel_high) / 2, bottom_ + 40}, options_.x_title,
                   text_style(label_px + 1, "middle"));
    for (size_t k = 0; k < bars_.size(); ++k) draw_bar(drawing, bars_[k], top_ + row_px * static_cast<double>(k));
    return drawing.str();
  }

 private:
  void draw_legend(SvgDrawing& drawing) const {
    double x = left_;
    for (size_t k = 0; options_.part_names.size() > 1 && k < options_.part_names.size(); ++k) {
      drawing.rectangle(x, top_ - 22, 12, 12, fmt::format("fill=\"{}\"", series_color(k)));
      drawing.text({x + 18, top_ - 12}, options_.part_names[k], text_style(label_px, "start"));
      x += 18 + text_width(options_.part_names[k], label_px) + 18;
    }
  }
  void draw_bar(SvgDrawing& drawing, const Bar& bar, double y) const {
    const std::string label = fitted_text(bar.label, label_px, left_ - 26);
    drawing.text({left_ - 10, y + row_px / 2 + 4}, label, text_style(label_px, "end"),
                 label == bar.label ? std::string() : bar.label);
    double sum = 0;
    for (size_t k = 0; k < bar.parts.size(); ++k) {
      const double from = axis_.pixel(sum), to = axis_.pixel(sum += length_of(bar.parts[k]));
      if (to > from)
        drawing.rectangle(from, y + (row_px - bar_px) / 2, to - from, bar_px,
                          fmt::format("fill=\"{}\"", series_color(k)));
    }
    if (!bar.note.empty())
      drawing.text({axis_.pixel(sum) + 8, y + row_px / 2 + 4}, bar.note, text_style(label_px, "start"));
  }

  const std::vector<Bar>& bars_;
  const BarChartOptions& options_;
  double width_ = 0, left_ = 0, top_ = 0, bottom_ = 0;
  std::vector<std::string> title_;
  Axis axis_;
};

struct Counts {
  std::vector<size_t> bins;
  double low = 0, high = 0;
  size_t left_out = 0, most = 0;
};

Counts counted(std::span<const double> values, int bins) {
  Counts counts{.bins = std::vector<size_t>(static_cast<size_t>(std::max(1, bins)))};
  bool any = false;
  for (const double value : values) {
    if (!(std::abs(value) <= largest_drawn)) {
      ++counts.left_out;
      continue;
    }
    counts.low = any ? std::min(counts.low, value) : value;
    counts.high = any ? std::max(counts.high, value) : value;
    any = true;
  }
  const auto count = static_cast<double>(counts.bins.size());
  const double width = counts.high - counts.low;
  for (const double value : values)
    if (std::abs(value) <= largest_drawn)
      ++counts.bins[width > 0 ? static_cast<size_t>(std::min(count - 1, (value - counts.low) / width * count))
                              : counts.bins.size() / 2];
  counts.most = *std::ranges::max_element(counts.bins);
  return counts;
}

}  // namespace

std::string bar_chart(const std::vector<Bar>& bars, const BarChartOptions& options) {
  check_parts(bars);
  return Bars(bars, options).draw();
}

std::string histogram(std::span<const double> values, const HistogramOptions& options) {
  const Counts counts = counted(values, options.bins);
  const double top = options.title.empty() ? 8 : 28, bottom = options.height - 22, left = 8, right = options.width - 8;
  SvgDrawing drawing(options.width, options.height, options.title.empty() ? "histogram" : options.title);
  if (!options.title.empty())
    drawing.text({left, 18}, fitted_text(options.title, label_px, right - left),
                 text_style(label_px, "start", "#111111") + " font-weight=\"600\"", options.title);
  const double wide = (right - left) / static_cast<double>(counts.bins.size());
  for (size_t k = 0; k < counts.bins.size(); ++k) {
    const double high =
        counts.most == 0 ? 0 : (bottom - top) * static_cast<double>(counts.bins[k]) / static_cast<double>(counts.most);
    if (high > 0)
      drawing.rectangle(left + wide * static_cast<double>(k), bottom - high, std::max(wide - 0.6, 0.4), high,
                        fmt::format("fill=\"{}\"", series_color(0)));
  }
  drawing.line({left, bottom}, {right, bottom}, "stroke=\"#888888\"");
  if (counts.low < 0 && counts.high > 0) {
    const double zero = left + (right - left) * -counts.low / (counts.high - counts.low);
    drawing.line({zero, bottom}, {zero, bottom + 4}, "stroke=\"#888888\"");
  }
  drawing.text({left, bottom + 15}, readable_number(counts.low), text_style(11, "start"));
  drawing.text({right, bottom + 15}, readable_number(counts.high), text_style(11, "end"));
  if (counts.left_out > 0)
    drawing.text({(left + right) / 2, bottom + 15}, fmt::format("{} not finite", counts.left_out),
                 text_style(11, "middle", "#a03000"));
  return drawing.str();
}

}  // namespace wengert
