// SPDX-License-Identifier: Apache-2.0
#include "wengert/draw/heat_map.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "wengert/base/error.h"
#include "wengert/draw/axis.h"
#include "wengert/draw/svg_text.h"

namespace wengert {
namespace {

constexpr int64_t most_cells = 128, most_numbers = 24;
constexpr double label_px = 12;

using Color = std::array<double, 3>;

std::string hex(const Color& c) {
  return fmt::format("#{:02x}{:02x}{:02x}", static_cast<int>(c[0] + 0.5), static_cast<int>(c[1] + 0.5),
                     static_cast<int>(c[2] + 0.5));
}

// White to blue for 0 to 1, white to orange-brown for 0 to -1, by straight lines between four colours each.
Color color_of(double part) {
  static constexpr std::array<Color, 4> blue{{{255, 255, 255}, {188, 214, 236}, {74, 144, 196}, {10, 56, 112}}};
  static constexpr std::array<Color, 4> orange{{{255, 255, 255}, {253, 212, 164}, {230, 130, 46}, {122, 52, 4}}};
  const auto& colors = part < 0 ? orange : blue;
  const double at = std::min(std::abs(part), 1.0) * 3;
  const auto k = static_cast<size_t>(std::min(at, 2.0));
  const double t = at - static_cast<double>(k);
  Color mixed{};
  for (size_t i = 0; i < 3; ++i) mixed[i] = colors[k][i] + t * (colors[k + 1][i] - colors[k][i]);
  return mixed;
}

// A matrix small enough to draw: each cell the entry of largest magnitude in a block of the given one.
struct Cells {
  int64_t rows = 0, columns = 0, block_rows = 1, block_columns = 1;
  std::vector<double> values;
  double least = 0, most = 0, largest = 0;  // of the finite entries
  int64_t not_finite = 0;
  bool whole = true;  // every finite entry is a whole number below a million

  double at(int64_t i, int64_t j) const { return values[static_cast<size_t>(i * columns + j)]; }
};

bool drawn(double value) { return std::abs(value) <= largest_drawn; }

void fold(Cells& cells, int64_t columns, std::span<const double> values) {
  cells.values.assign(static_cast<size_t>(cells.rows * cells.columns), 0);
  for (size_t k = 0; k < values.size(); ++k) {
    const auto i = static_cast<int64_t>(k) / columns, j = static_cast<int64_t>(k) % columns;
    double& cell = cells.values[static_cast<size_t>(i / cells.block_rows * cells.columns + j / cells.block_columns)];
    const double value = values[k];
    if (!drawn(value)) {
      ++cells.not_finite;
      cell = value;
      continue;
    }
    cells.least = std::min(cells.least, value), cells.most = std::max(cells.most, value);
    cells.whole = cells.whole && value == std::floor(value) && std::abs(value) < 1e6;
    if (drawn(cell) && std::abs(value) > std::abs(cell)) cell = value;
  }
  cells.largest = std::max(cells.most, -cells.least);
}

Cells folded(int64_t rows, int64_t columns, std::span<const double> values) {
  const bool sizes = rows >= 0 && columns >= 0 && (columns == 0 || rows <= INT64_MAX / columns);
  if (!sizes || static_cast<size_t>(rows * columns) != values.size())
    throw ShapeError(
        "W242", fmt::format("a matrix of {} x {} cannot be drawn from {} entries", rows, columns, values.size()), {},
        sizes ? fmt::format("give {} entries, row by row", rows * columns)
              : "give two sizes of 0 or more whose product is the number of entries");
  Cells cells;
  cells.block_rows = std::max<int64_t>(1, (rows + most_cells - 1) / most_cells);
  cells.block_columns = std::max<int64_t>(1, (columns + most_cells - 1) / most_cells);
  cells.rows = (rows + cells.block_rows - 1) / cells.block_rows;
  cells.columns = (columns + cells.block_columns - 1) / cells.block_columns;
  fold(cells, columns, values);
  return cells;
}

void require_labels(const std::vector<std::string>& labels, int64_t count, const char* what) {
  if (!labels.empty() && static_cast<int64_t>(labels.size()) != count)
    throw ShapeError("W243",
                     fmt::format("a matrix needs one {} each; it has {} and {} were given", what, count, labels.size()),
                     {}, fmt::format("give {} {}s, or none", count, what));
}

// Labels of every `stride`-th row or column, in cells; `stride` grows until at most `most` remain.
struct Labels {
  std::vector<Tick> ticks;  // at the middles of cells
  double widest = 0;
};

Labels labels_of(const std::vector<std::string>& given, int64_t count, int64_t block, int64_t most) {
  int64_t stride = 1;
  for (int64_t k = 0; (count + stride - 1) / stride > most; ++k)
    stride = stride / (k % 3 == 1 ? 2 : 1) * (k % 3 == 1 ? 5 : 2);
  Labels labels;
  for (int64_t k = 0; k < count; k += stride) {
    const std::string text =
        given.empty() ? std::to_string(k) : fitted_text(given[static_cast<size_t>(k)], label_px, 140);
    labels.ticks.push_back({static_cast<double>(k / block) + 0.5, text});
    labels.widest = std::max(labels.widest, text_width(text, label_px));
  }
  return labels;
}

std::string style(double size, const char* anchor, const std::string& color = "#333333") {
  return fmt::format("font-size=\"{}\" text-anchor=\"{}\" fill=\"{}\"", svg_number(size), anchor, color);
}

// One heat map under construction: the matrix's corner, the size of a cell, and the drawing.
class HeatMap {
 public:
  HeatMap(int64_t rows, int64_t columns, std::span<const double> values, const HeatMapOptions& options)
      : options_(options), cells_(folded(rows, columns, values)) {
    require_labels(options.row_labels, rows, "row label");
    require_labels(options.column_labels, columns, "column label");
    require_labels(options.row_notes, rows, "row note");
    const int64_t longest = std::max({cells_.rows, cells_.columns, int64_t{1}});
    numbers_ = longest <= most_numbers && cells_.rows * cells_.columns > 0;
    cell_ = numbers_ ? std::clamp(520.0 / static_cast<double>(longest), 34.0, 52.0)
                     : std::max(512.0 / static_cast<double>(longest), 4.0);
    measure(rows, columns);
  }

  std::string draw() {
    SvgDrawing drawing(width_, height_, options_.title.empty() ? "matrix" : options_.title);
    draw_titles(drawing);
    draw_cells(drawing);
    draw_labels(drawing);
    if (cells_.largest > 0) draw_color_bar(drawing);
    drawing.text({16, height_ - 12}, note_, style(11, "start", "#666666"));
    return drawing.str();
  }

 private:
  double wide() const { return cell_ * static_cast<double>(cells_.columns); }
  double high() const { return cell_ * static_cast<double>(cells_.rows); }

  void measure(int64_t rows, int64_t columns) {
    row_labels_ = labels_of(options_.row_labels, rows, cells_.block_rows, numbers_ ? most_numbers : 12);
    column_labels_ = labels_of(options_.column_labels, columns, cells_.block_columns, numbers_ ? most_numbers : 12);
    slanted_ = column_labels_.widest > cell_ * (numbers_ ? 1 : 8) - 4;
    left_ = 24 + row_labels_.widest + (options_.row_title.empty() ? 0 : 24);
    top_ = 16 + (options_.title.empty() ? 0 : 32) + (options_.column_title.empty() ? 0 : 20) +
           (slanted_ ? column_labels_.widest * 0.75 + 14 : 22);
    double notes = text_width(options_.notes_title, label_px);
    for (const std::string& note : options_.row_notes) notes = std::max(notes, text_width(note, label_px));
    bar_ = left_ + wide() + (options_.row_notes.empty() ? 0 : notes + 14) + 24;
    note_ = note(rows, columns);
    width_ = std::max({bar_ + 96, text_width(options_.title, 16) + 32, text_width(note_, 11) + 32});
    height_ = top_ + std::max(high(), 120.0) + (note_.empty() ? 20 : 40);
  }

  std::string note(int64_t rows, int64_t columns) const {
    std::string text;
    if (cells_.rows * cells_.columns == 0) text = fmt::format("no entries: {} x {}", rows, columns);
    if (cells_.block_rows * cells_.block_columns > 1)
      text = fmt::format("{} x {} entries; each cell is the largest in magnitude of {} x {}", rows, columns,
                         cells_.block_rows, cells_.block_columns);
    if (cells_.not_finite > 0)
      text += fmt::format("{}{} not finite (hatched)", text.empty() ? "" : "; ", cells_.not_finite);
    return text;
  }

  // In [-1, 1]: linear, or by logarithm with 0 fixed and three decades below the largest magnitude.
  double part(double value) const {
    if (cells_.largest == 0) return 0;
    const double share = value / cells_.largest;
    return options_.log_colors ? std::copysign(std::log1p(999 * std::abs(share)) / std::log(1000.0), share) : share;
  }

  void draw_titles(SvgDrawing& drawing) const {
    if (!options_.title.empty())
      drawing.text({16, 28}, options_.title, style(16, "start", "#111111") + " font-weight=\"600\"");
    if (!options_.column_title.empty())
      drawing.text({left_ + wide() / 2, options_.title.empty() ? 24.0 : 56.0}, options_.column_title,
                   style(13, "middle"));
    if (!options_.row_title.empty())
      drawing.vertical_text({24, top_ + high() / 2}, options_.row_title, "font-size=\"13\" fill=\"#333333\"");
  }

  void draw_cells(SvgDrawing& drawing) const {
    drawing.raw(
        "<defs><pattern id=\"hatch\" width=\"5\" height=\"5\" patternUnits=\"userSpaceOnUse\">"
        "<rect width=\"5\" height=\"5\" fill=\"#eeeeee\"/><path d=\"M0 5L5 0\" "
        "stroke=\"#999999\"/></pattern></defs>\n");
    for (int64_t i = 0; i < cells_.rows; ++i)
      for (int64_t j = 0; j < cells_.columns; ++j) draw_cell(drawing, i, j);
    drawing.rectangle(left_, top_, wide(), high(), "fill=\"none\" stroke=\"#888888\"");
  }

  void draw_cell(SvgDrawing& drawing, int64_t i, int64_t j) const {
    const double value = cells_.at(i, j), x = left_ + cell_ * static_cast<double>(j);
    const double y = top_ + cell_ * static_cast<double>(i);
    if (value == 0 && !numbers_) return;
    const Color color = color_of(drawn(value) ? part(value) : 0);
    const std::string fill = drawn(value) ? hex(color) : "url(#hatch)";
    drawing.rectangle(
        x, y, cell_, cell_,
        fmt::format("fill=\"{}\"{}", fill, numbers_ ? " stroke=\"#e4e4e4\"" : " shape-rendering=\"crispEdges\""));
    if (!numbers_) return;
    const std::string text = cells_.whole && drawn(value)
                                 ? fmt::format("{}{:.0f}", value < 0 ? "−" : "", std::abs(value))
                                 : readable_number(value);
    const double size = std::min(label_px, label_px * (cell_ - 5) / text_width(text, label_px));
    const bool dark = 0.3 * color[0] + 0.59 * color[1] + 0.11 * color[2] < 140;
    const char* ink = dark ? "#ffffff" : value == 0 ? "#b0b0b0" : "#222222";
    drawing.text({x + cell_ / 2, y + cell_ / 2 + 4}, text, style(size, "middle", ink));
  }

  void draw_labels(SvgDrawing& drawing) const {
    for (const Tick& tick : row_labels_.ticks)
      drawing.text({left_ - 8, top_ + cell_ * tick.value + 4}, tick.label, style(label_px, "end"));
    for (const Tick& tick : column_labels_.ticks) {
      const double x = left_ + cell_ * tick.value, y = top_ - 8;
      const std::string turned = fmt::format(" transform=\"rotate(-45 {} {})\"", svg_number(x), svg_number(y));
      drawing.text({x, y}, tick.label, style(label_px, slanted_ ? "start" : "middle") + (slanted_ ? turned : ""));
    }
    if (!options_.row_notes.empty())
      drawing.text({left_ + wide() + 12, top_ - 8}, options_.notes_title, style(label_px, "start", "#666666"));
    if (cells_.block_rows > 1) return;
    for (size_t i = 0; i < options_.row_notes.size(); ++i)
      drawing.text({left_ + wide() + 12, top_ + cell_ * (static_cast<double>(i) + 0.5) + 4}, options_.row_notes[i],
                   style(label_px, "start"));
  }

  void draw_color_bar(SvgDrawing& drawing) const {
    const double length = std::clamp(high(), 120.0, 240.0);
    const bool both = cells_.least < 0;
    const double low = both ? -1 : 0;
    constexpr int steps = 60;
    for (int k = 0; k < steps; ++k)
      drawing.rectangle(bar_, top_ + length * k / steps, 14, length / steps + 0.5,
                        fmt::format("fill=\"{}\"", hex(color_of(1 - (1 - low) * (k + 0.5) / steps))));
    drawing.rectangle(bar_, top_, 14, length, "fill=\"none\" stroke=\"#888888\"");
    for (const double value : bar_values(both)) {
      const double y = top_ + length * (1 - part(value)) / (1 - low);
      drawing.line({bar_ + 14, y}, {bar_ + 18, y}, "stroke=\"#888888\"");
      drawing.text({bar_ + 22, y + 4}, readable_number(value), style(11, "start"));
    }
  }

  std::vector<double> bar_values(bool both) const {
    std::vector<double> values;
    if (options_.log_colors) {
      values = {0, cells_.largest};
      double power = std::pow(10, std::floor(std::log10(cells_.largest / 1.5)));
      for (int k = 0; k < 2; ++k, power /= 10) values.push_back(power);
      for (size_t k = 1; both && k < 4; ++k) values.push_back(-values[k]);
      return values;
    }
    for (const Tick& tick : linear_axis(both ? -cells_.largest : 0, cells_.largest, AxisEnds::at_data, 5).ticks)
      values.push_back(tick.value);
    return values;
  }

  const HeatMapOptions& options_;
  Cells cells_;
  bool numbers_ = false, slanted_ = false;
  double cell_ = 0, left_ = 0, top_ = 0, bar_ = 0, width_ = 0, height_ = 0;
  Labels row_labels_, column_labels_;
  std::string note_;
};

}  // namespace

std::string heat_map(int64_t rows, int64_t columns, std::span<const double> values, const HeatMapOptions& options) {
  return HeatMap(rows, columns, values, options).draw();
}

std::string confusion_matrix(std::span<const int64_t> counts, const std::vector<std::string>& class_names,
                             const std::string& title) {
  const size_t classes = class_names.size();
  if (counts.size() != classes * classes)
    throw ShapeError("W242",
                     fmt::format("a confusion matrix of {0} classes has {0} x {0} = {1} counts; {2} were given",
                                 classes, classes * classes, counts.size()),
                     {}, "give how often each class was read as each class, row by row, and the name of every class");
  const auto share = [](int64_t right, int64_t all) {
    return all == 0 ? std::string("–")
                    : fmt::format("{:.2f} %", 100.0 * static_cast<double>(right) / static_cast<double>(all));
  };
  HeatMapOptions options{title, "true class", "read as", class_names, class_names, {}, "correct", true};
  int64_t right = 0, all = 0;
  for (size_t i = 0; i < classes; ++i) {
    int64_t row = 0;
    for (const int64_t count : counts.subspan(i * classes, classes)) row += count;
    options.row_notes.push_back(share(counts[i * classes + i], row));
    right += counts[i * classes + i];
    all += row;
  }
  if (all > 0) options.title += fmt::format(": {} of {} correct", share(right, all), all);
  const std::vector<double> values(counts.begin(), counts.end());
  return heat_map(static_cast<int64_t>(classes), static_cast<int64_t>(classes), values, options);
}

}  // namespace wengert
