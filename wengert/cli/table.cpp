// SPDX-License-Identifier: Apache-2.0
#include "wengert/cli/table.h"

#include <algorithm>
#include <sstream>

namespace wengert::cli {
namespace {

constexpr size_t gap = 2;

std::string padded(const std::string& text, size_t width, Align align) {
  const size_t taken = columns(text);
  const std::string blank(width > taken ? width - taken : 0, ' ');
  return align == Align::right ? blank + text : text + blank;
}

size_t widest_line(const std::string& cell) {
  std::istringstream lines(cell);
  size_t widest = 0;
  for (std::string line; std::getline(lines, line);) widest = std::max(widest, columns(line));
  return widest;
}

void trim_end(std::string& line) { line.erase(line.find_last_not_of(' ') + 1); }

}  // namespace

std::vector<std::string> wrapped(std::string_view text, size_t width) {
  std::vector<std::string> lines;
  std::istringstream paragraphs{std::string(text)};
  for (std::string paragraph; std::getline(paragraphs, paragraph);) {
    const size_t indent = std::min(paragraph.find_first_not_of(' '), paragraph.size());
    std::string line(paragraph, 0, indent);
    std::istringstream words(paragraph);
    bool first = true;
    for (std::string word; words >> word; first = false) {
      if (!first && columns(line) + 1 + columns(word) > width) {
        lines.push_back(std::move(line));
        line = std::string(indent, ' ') + word;
      } else {
        line += (first ? "" : " ") + word;
      }
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

void Table::add(std::vector<std::string> cells) {
  cells.resize(columns_.size());
  rows_.push_back(std::move(cells));
}

std::vector<size_t> Table::natural() const {
  std::vector<size_t> widths;
  for (size_t k = 0; k < columns_.size(); ++k) {
    size_t width = columns(columns_[k].title);
    for (const auto& row : rows_) width = std::max(width, widest_line(row[k]));
    widths.push_back(width);
  }
  return widths;
}

size_t Table::natural_width() const {
  size_t total = gap * (columns_.size() - 1);
  for (size_t width : natural()) total += width;
  return total;
}

size_t Table::least_width(size_t least) const {
  size_t total = gap * (columns_.size() - 1);
  const auto all = natural();
  for (size_t k = 0; k < columns_.size(); ++k) total += columns_[k].wraps ? std::min(all[k], least) : all[k];
  return total;
}

std::vector<size_t> Table::widths(size_t width) const {
  auto result = natural();
  constexpr size_t least = 12;
  for (size_t total = natural_width(); total > width; --total) {  // narrow the widest that may wrap, step by step
    size_t* widest = nullptr;
    for (size_t k = 0; k < result.size(); ++k)
      if (columns_[k].wraps && result[k] > least && (widest == nullptr || result[k] > *widest)) widest = &result[k];
    if (widest == nullptr) break;
    --*widest;
  }
  return result;
}

std::string Table::str(size_t width, const Palette& palette) const {
  const auto all = widths(width);
  std::string text, line;
  for (size_t k = 0; k < columns_.size(); ++k)
    line += (k ? std::string(gap, ' ') : "") + padded(columns_[k].title, all[k], columns_[k].align);
  trim_end(line);
  if (!line.empty()) text += palette.bold(line) + "\n";
  for (const auto& row : rows_) {
    std::vector<std::vector<std::string>> cells;
    size_t height = 1;
    for (size_t k = 0; k < row.size(); ++k) {
      cells.push_back(wrapped(row[k], columns_[k].wraps ? all[k] : std::string::npos));
      height = std::max(height, cells.back().size());
    }
    for (size_t h = 0; h < height; ++h) {
      line.clear();
      for (size_t k = 0; k < cells.size(); ++k) {
        std::string part = padded(h < cells[k].size() ? cells[k][h] : "", all[k], columns_[k].align);
        if (columns_[k].paint != nullptr && part.find_first_not_of(' ') != std::string::npos)
          part = (palette.*columns_[k].paint)(part);
        line += (k ? std::string(gap, ' ') : "") + part;
      }
      trim_end(line);
      text += line + "\n";
    }
  }
  return text;
}

}  // namespace wengert::cli
