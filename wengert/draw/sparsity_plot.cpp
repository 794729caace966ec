// SPDX-License-Identifier: Apache-2.0
#include "wengert/draw/sparsity_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "wengert/base/error.h"
#include "wengert/draw/axis.h"
#include "wengert/draw/svg_text.h"

namespace wengert {
namespace {

constexpr int64_t most_cells = 240;
constexpr size_t shades = 4;
constexpr std::array<const char*, shades> shade_colors{"#bcd6ec", "#4a90c4", "#1f62a0", "#0a3870"};

using Entry = std::pair<int64_t, int64_t>;

// The grid of cells a matrix is drawn as, and the pixels of a cell.
struct Grid {
  int64_t rows, columns, block_rows, block_columns, cell_rows, cell_columns;
  double cell, left = 60, top = 0;
};

Grid grid_of(int64_t rows, int64_t columns, bool titled) {
  Grid grid{};
  grid.rows = rows, grid.columns = columns;
  grid.block_rows = std::max<int64_t>(1, (rows - 1) / most_cells + 1);
  grid.block_columns = std::max<int64_t>(1, (columns - 1) / most_cells + 1);
  grid.cell_rows = rows == 0 ? 0 : (rows - 1) / grid.block_rows + 1;
  grid.cell_columns = columns == 0 ? 0 : (columns - 1) / grid.block_columns + 1;
  grid.cell =
      std::clamp(480.0 / static_cast<double>(std::max({grid.cell_rows, grid.cell_columns, int64_t{1}})), 2.0, 22.0);
  grid.left = 28 + text_width(std::to_string(rows), 11);
  grid.top = titled ? 64 : 32;
  return grid;
}

std::vector<Entry> distinct(int64_t rows, int64_t columns, std::span<const Entry> entries) {
  if (rows < 0 || columns < 0)
    throw ShapeError("W244", fmt::format("a pattern cannot have {} x {} entries", rows, columns), {},
                     "give the numbers of rows and columns, each 0 or more");
  for (const auto& [i, j] : entries)
    if (i < 0 || j < 0 || i >= rows || j >= columns)
      throw ShapeError("W244", fmt::format("entry ({}, {}) lies outside the pattern of {} x {}", i, j, rows, columns),
                       {},
                       i < 0 || j < 0 ? "count rows and columns from 0"
                                      : fmt::format("count rows and columns from 0, or draw a pattern of {} x {}",
                                                    std::max(rows, i + 1), std::max(columns, j + 1)));
  std::vector<Entry> sorted(entries.begin(), entries.end());
  std::ranges::sort(sorted);
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  return sorted;
}

// How dark each cell is: 0 empty, 1 to `shades` by the share of its block that is filled.
std::vector<size_t> shade_of_cells(const Grid& grid, std::span<const Entry> entries) {
  std::vector<size_t> filled(static_cast<size_t>(grid.cell_rows * grid.cell_columns));
  for (const auto& [i, j] : entries)
    ++filled[static_cast<size_t>(i / grid.block_rows * grid.cell_columns + j / grid.block_columns)];
  const double block = static_cast<double>(grid.block_rows) * static_cast<double>(grid.block_columns);
  for (size_t& cell : filled)
    if (cell > 0)
      cell = std::clamp<size_t>(static_cast<size_t>(std::ceil(shades * std::sqrt(static_cast<double>(cell) / block))),
                                1, shades);
  return filled;
}

// The cells of one shade as one path, neighbours in a row merged.
std::string path_of(const Grid& grid, const std::vector<size_t>& cells, size_t shade) {
  std::string path;
  const auto columns = static_cast<size_t>(grid.cell_columns);
  for (size_t k = 0; k < cells.size();) {
    size_t end = k;
    while (end < cells.size() && cells[end] == shade && end / columns == k / columns) ++end;
    if (end > k)
      path += fmt::format("M{} {}h{}v{}H{}z", svg_number(grid.left + grid.cell * static_cast<double>(k % columns)),
                          svg_number(grid.top + grid.cell * static_cast<double>(k / columns)),
                          svg_number(grid.cell * static_cast<double>(end - k)), svg_number(grid.cell),
                          svg_number(grid.left + grid.cell * static_cast<double>(k % columns)));
    k = std::max(end, k + 1);
  }
  return path;
}

void draw_grid_lines(SvgDrawing& drawing, const Grid& grid) {
  const double wide = grid.cell * static_cast<double>(grid.cell_columns);
  const double high = grid.cell * static_cast<double>(grid.cell_rows);
  if (grid.cell >= 8) {
    for (int64_t j = 1; j < grid.cell_columns; ++j) {
      const double x = grid.left + grid.cell * static_cast<double>(j);
      drawing.line({x, grid.top}, {x, grid.top + high}, "stroke=\"#e4e4e4\"");
    }
    for (int64_t i = 1; i < grid.cell_rows; ++i) {
      const double y = grid.top + grid.cell * static_cast<double>(i);
      drawing.line({grid.left, y}, {grid.left + wide, y}, "stroke=\"#e4e4e4\"");
    }
  }
  drawing.rectangle(grid.left, grid.top, wide, high, "fill=\"none\" stroke=\"#888888\"");
}

// Indices along the left and the upper edge, about ten of each.
void draw_indices(SvgDrawing& drawing, const Grid& grid) {
  const auto indices = [](int64_t count, double pixels) {
    const int wanted = static_cast<int>(std::clamp(pixels / 48, 1.0, 10.0));
    return linear_axis(0, static_cast<double>(std::max<int64_t>(count - 1, 1)), AxisEnds::at_data, wanted, true).ticks;
  };
  const double wide = grid.cell * static_cast<double>(grid.cell_columns);
  const double high = grid.cell * static_cast<double>(grid.cell_rows);
  for (const Tick& tick : indices(grid.rows, high * 2)) {
    if (tick.value >= static_cast<double>(grid.rows)) continue;
    const double y = grid.top + grid.cell * (std::floor(tick.value / static_cast<double>(grid.block_rows)) + 0.5);
    drawing.text({grid.left - 8, y + 4}, tick.label, "font-size=\"11\" text-anchor=\"end\" fill=\"#333333\"");
  }
  for (const Tick& tick : indices(grid.columns, wide)) {
    if (tick.value >= static_cast<double>(grid.columns)) continue;
    const double x = grid.left + grid.cell * (std::floor(tick.value / static_cast<double>(grid.block_columns)) + 0.5);
    drawing.text({x, grid.top - 8}, tick.label, "font-size=\"11\" text-anchor=\"middle\" fill=\"#333333\"");
  }
}

std::string note_of(const Grid& grid, size_t entries) {
  std::string note =
      fmt::format("{} x {}, {} {}", grid.rows, grid.columns, entries, entries == 1 ? "entry" : "entries");
  const double all = static_cast<double>(grid.rows) * static_cast<double>(grid.columns);
  if (all > 0) note += fmt::format(" ({} % filled)", readable_number(100 * static_cast<double>(entries) / all));
  if (grid.block_rows * grid.block_columns > 1)
    note += fmt::format("; each cell is a block of {} x {}, darker the fuller", grid.block_rows, grid.block_columns);
  return note;
}

}  // namespace

std::string sparsity_pattern(int64_t rows, int64_t columns, std::span<const Entry> entries, const std::string& title) {
  const std::vector<Entry> sorted = distinct(rows, columns, entries);
  const Grid grid = grid_of(rows, columns, !title.empty());
  const std::vector<size_t> cells = shade_of_cells(grid, sorted);
  const std::string note = note_of(grid, sorted.size());
  const double width = std::max({grid.left + grid.cell * static_cast<double>(grid.cell_columns) + 24,
                                 text_width(note, 12) + 36, text_width(title, 16) + 36});
  const double bottom = grid.top + grid.cell * static_cast<double>(grid.cell_rows);

  SvgDrawing drawing(width, bottom + 36, title.empty() ? "sparsity pattern" : title);
  if (!title.empty()) drawing.text({16, 28}, title, "font-size=\"16\" font-weight=\"600\" fill=\"#111111\"");
  const bool blocks = grid.block_rows * grid.block_columns > 1;
  for (size_t shade = 1; shade <= shades; ++shade) {
    const std::string path = path_of(grid, cells, shade);
    const char* color = shade_colors[blocks ? shade - 1 : 2];
    if (!path.empty()) drawing.path(path, fmt::format("fill=\"{}\" shape-rendering=\"crispEdges\"", color));
  }
  draw_grid_lines(drawing, grid);
  draw_indices(drawing, grid);
  drawing.text({16, bottom + 24}, note, "font-size=\"12\" fill=\"#666666\"");
  return drawing.str();
}

}  // namespace wengert
