// SPDX-License-Identifier: Apache-2.0
//
// Aligned tables of text for terminals: columns as wide as their contents; where the table does not fit, columns that
// may wrap are narrowed and their cells broken at spaces.
#pragma once

#include <string>
#include <vector>

#include "wengert/cli/terminal.h"

namespace wengert::cli {

enum class Align { left, right };

struct Column {
  std::string title;
  Align align = Align::left;
  bool wraps = false;
  std::string (Palette::*paint)(std::string_view) const = nullptr;  ///< colour of its cells
};

class Table {
 public:
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  /// A row; missing cells are empty. A line end inside a cell starts a new line of that cell.
  void add(std::vector<std::string> cells);
  /// The width in columns if nothing wraps.
  size_t natural_width() const;
  /// The narrowest width that still leaves each wrapping column `least` columns.
  size_t least_width(size_t least) const;
  /// Lines, each with its end. Wider than `width` only if the columns that do not wrap alone are.
  std::string str(size_t width, const Palette& palette = Palette()) const;

 private:
  std::vector<size_t> natural() const;
  std::vector<size_t> widths(size_t width) const;

  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

/// `text` in lines of at most `width` columns, broken at spaces; a word longer than that has a line of its own.
std::vector<std::string> wrapped(std::string_view text, size_t width);

}  // namespace wengert::cli
