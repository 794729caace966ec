// SPDX-License-Identifier: Apache-2.0
#include "wengert/train/table.h"

#include <charconv>
#include <cmath>
#include <fmt/format.h>
#include <limits>
#include <map>
#include <unordered_set>

#include "wengert/base/error.h"

namespace wengert {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr int header_lines = 100;  // that decide whether there is a header

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t"), end = text.find_last_not_of(" \t");
  return begin == std::string_view::npos ? std::string_view{} : text.substr(begin, end - begin + 1);
}

bool is_missing(std::string_view cell) {
  if (cell.size() > 3) return false;
  for (std::string_view text : {"", "NA", "N/A", "?", "nan", "NaN", "NAN"})
    if (cell == text) return true;
  return false;
}

struct Cell {
  enum class Kind : uint8_t { missing, number, unfit, text } kind;  ///< unfit: infinite, or beyond f64
  double number = nan;
};

Cell read_cell(std::string_view cell) {
  const char* begin = cell.data();
  const char* const end = begin + cell.size();
  if (cell.size() > 1 && *begin == '+' && begin[1] != '-') ++begin;
  double value = 0;
  const auto [stopped, error] = std::from_chars(begin, end, value);
  const bool whole_cell = stopped == end && begin != end;
  if (whole_cell && error == std::errc{} && std::isfinite(value)) return {Cell::Kind::number, value};
  if (is_missing(cell)) return {Cell::Kind::missing};
  return {whole_cell && error != std::errc::invalid_argument ? Cell::Kind::unfit : Cell::Kind::text};
}

bool is_integer_text(std::string_view cell) {
  return std::all_of(cell.begin(), cell.end(), [](char c) { return (c >= '0' && c <= '9') || c == '-' || c == '+'; });
}

/// "3,14"
bool is_comma_number(std::string_view cell) {
  const auto comma = cell.find(',');
  if (comma == std::string_view::npos || cell.size() > 40) return false;
  std::string with_point(cell);
  with_point[comma] = '.';
  return read_cell(with_point).kind == Cell::Kind::number;
}

/// The first pass: numbers of all columns, and what speaks against numbers.
class Counter {
 public:
  explicit Counter(DataTable& table) : table_(table), columns_(table.columns.size()) {}

  void add(const CsvReader& record) {
    const int64_t row = table_.rows();
    table_.lines.push_back(static_cast<int64_t>(record.line()));
    for (size_t k = 0; k < columns_.size(); ++k)
      if (table_.columns[k].kind != DataColumn::Kind::ignored) add(k, row, trimmed(record.fields()[k]));
  }

  /// Settles the kinds of all columns.
  void finish() {
    for (size_t k = 0; k < columns_.size(); ++k) finish(k);
  }

 private:
  struct Found {
    int64_t first_unfit = -1, comma_numbers = 0;
    std::string unfit_cell;
  };

  void add(size_t k, int64_t row, std::string_view text) {
    DataColumn& column = table_.columns[k];
    const Cell cell = read_cell(text);
    if (cell.kind == Cell::Kind::number)
      column.whole = column.whole && is_integer_text(text);
    else
      note(k, row, text, cell.kind);
    column.number_cells += cell.kind == Cell::Kind::number || cell.kind == Cell::Kind::unfit;
    if (column.kind == DataColumn::Kind::number) column.numbers.push_back(cell.number);
  }

  void note(size_t k, int64_t row, std::string_view text, Cell::Kind kind) {
    DataColumn& column = table_.columns[k];
    Found& found = columns_[k];
    if (kind == Cell::Kind::missing) {
      if (column.missing++ == 0) column.first_missing = row;
    } else if (kind == Cell::Kind::unfit) {
      if (found.first_unfit < 0) found = {row, found.comma_numbers, std::string(text)};
    } else {
      if (column.text_cells++ == 0) {
        column.first_text = row;
        column.first_text_cell = text;
      }
      found.comma_numbers += is_comma_number(text);
    }
  }

  void finish(size_t k) {
    DataColumn& column = table_.columns[k];
    const Found& found = columns_[k];
    if (column.kind != DataColumn::Kind::number) return;
    if (column.text_cells > 0 && column.text_cells == found.comma_numbers)
      throw UsageError("W826",
                       fmt::format("the column {} writes its numbers with a comma: {}", quote(column.name),
                                   quote(column.first_text_cell)),
                       table_.place(column.first_text, k), "write them with a point");
    if (column.text_cells > 0 && column.number_cells >= column.text_cells)
      throw UsageError("W825",
                       fmt::format("{} is no number, but {} of the {} cells of {} are", quote(column.first_text_cell),
                                   column.number_cells, column.number_cells + column.text_cells, quote(column.name)),
                       table_.place(column.first_text, k),
                       "correct the cell, leave it empty if it is unknown, or declare the column categorical");
    if (column.text_cells > 0) {
      column.kind = DataColumn::Kind::category;
      column.numbers = {};
    } else if (found.first_unfit >= 0) {
      throw UsageError("W825", fmt::format("{} is beyond the finite numbers of f64", quote(found.unfit_cell)),
                       table_.place(found.first_unfit, k), "correct the cell, or leave it empty if it is unknown");
    }
  }

  DataTable& table_;
  std::vector<Found> columns_;
};

/// The second pass: codes of the columns of categories.
class Coder {
 public:
  explicit Coder(DataTable& table) : table_(table), codes_(table.columns.size()) {
    for (size_t k = 0; k < table.columns.size(); ++k)
      if (table.columns[k].kind == DataColumn::Kind::category) coded_.push_back(k);
  }

  bool needed() const { return !coded_.empty(); }

  void add(const CsvReader& record) {
    for (size_t k : coded_) {
      const std::string_view cell = trimmed(record.fields()[k]);
      int32_t code = -1;
      if (!is_missing(cell)) {
        auto found = codes_[k].find(cell);
        if (found == codes_[k].end()) found = codes_[k].emplace(cell, static_cast<int32_t>(codes_[k].size())).first;
        code = found->second;
      }
      table_.columns[k].codes.push_back(code);
    }
  }

  /// Codes in the order of the categories, so that they do not depend on the order of the rows.
  void finish() {
    for (size_t k : coded_) {
      DataColumn& column = table_.columns[k];
      std::vector<int32_t> place(codes_[k].size());
      for (const auto& [category, code] : codes_[k]) {
        place[static_cast<size_t>(code)] = static_cast<int32_t>(column.categories.size());
        column.categories.push_back(category);
      }
      for (int32_t& code : column.codes)
        if (code >= 0) code = place[static_cast<size_t>(code)];
    }
  }

 private:
  DataTable& table_;
  std::vector<size_t> coded_;
  std::vector<std::map<std::string, int32_t, std::less<>>> codes_;  // not hashed: no text can make it slow
};

/// Decides by_content: see TableFormat.
bool begins_with_header(CsvReader reader) {
  if (!reader.next()) return false;
  for (std::string_view field : reader.fields())
    if (const auto kind = read_cell(trimmed(field)).kind; kind == Cell::Kind::number || kind == Cell::Kind::unfit)
      return false;
  std::vector<int> numbers(reader.fields().size()), texts(reader.fields().size());
  for (int line = 0; line < header_lines && reader.next(); ++line) {
    for (size_t k = 0; k < numbers.size(); ++k) {
      const auto kind = read_cell(trimmed(reader.fields()[k])).kind;
      numbers[k] += kind == Cell::Kind::number;
      texts[k] += kind == Cell::Kind::text;
    }
  }
  for (size_t k = 0; k < numbers.size(); ++k)
    if (numbers[k] > 0 && numbers[k] >= texts[k]) return true;
  return false;
}

void expect_distinct(const DataTable& table) {
  std::unordered_set<std::string_view> names;
  for (size_t k = 0; k < table.columns.size(); ++k)
    if (!names.insert(table.columns[k].name).second)
      throw UsageError("W823", fmt::format("two columns are named {}", quote(table.columns[k].name)),
                       fmt::format("{}, column {}", table.name, k + 1), "rename one of them");
}

/// Names the columns and moves the reader behind the header.
void begin(DataTable& table, CsvReader& reader, const TableFormat& format, std::string_view text) {
  const CsvOptions options{format.separator};
  table.header = format.header == Header::present ||
                 (format.header == Header::by_content && begins_with_header(CsvReader(text, table.name, options)));
  CsvReader first(text, table.name, options);
  if (!first.next()) return;
  for (size_t k = 0; k < first.fields().size(); ++k) {
    const std::string_view name = table.header ? trimmed(first.fields()[k]) : std::string_view{};
    table.columns.emplace_back().name = name.empty() ? fmt::format("column{}", k + 1) : std::string(name);
  }
  if (table.header) reader.next();
  expect_distinct(table);
}

void assign(DataTable& table, const ColumnRoles& roles) {
  if (!roles) return;
  const std::vector<ReadAs> read_as = roles(table);
  for (size_t k = 0; k < table.columns.size(); ++k) {
    if (read_as[k] == ReadAs::category) table.columns[k].kind = DataColumn::Kind::category;
    if (read_as[k] == ReadAs::ignored) table.columns[k].kind = DataColumn::Kind::ignored;
  }
}

}  // namespace

DataTable parse_table(std::string_view text, const std::string& name, const TableFormat& format,
                      const ColumnRoles& roles) {
  DataTable table{name, false, {}, {}};
  CsvReader reader(text, name, {format.separator});
  begin(table, reader, format, text);
  assign(table, roles);
  const size_t header_line = reader.line();
  Counter counter(table);
  while (reader.next()) counter.add(reader);
  counter.finish();
  Coder coder(table);
  if (coder.needed()) {
    CsvReader again(text, name, {format.separator});
    while (again.next())
      if (!table.header || again.line() > header_line) coder.add(again);
    coder.finish();
  }
  return table;
}

DataTable read_table(const std::string& path, const TableFormat& format, const ColumnRoles& roles) {
  const Bytes bytes = read_file_inflated(path, format.limit);
  return parse_table(text_of(bytes), path, format, roles);
}

std::string DataTable::place(int64_t row, size_t column) const {
  const std::string name_of_column = header ? fmt::format(" ({})", quote(columns[column].name)) : "";
  return fmt::format("{}:{}, column {}{}", name, lines[static_cast<size_t>(row)], column + 1, name_of_column);
}

size_t DataTable::column(std::string_view name_or_number) const {
  std::vector<std::string> names;
  for (size_t k = 0; k < columns.size(); ++k) {
    if (columns[k].name == name_or_number) return k;
    names.push_back(columns[k].name);
  }
  size_t number = 0;
  const char* const end = name_or_number.data() + name_or_number.size();
  const auto [stopped, error] = std::from_chars(name_or_number.data(), end, number);
  if (error == std::errc{} && stopped == end && number >= 1 && number <= columns.size()) return number - 1;
  throw UsageError(
      "W823",
      fmt::format("there is no column {} in {}, which has {}: {}", quote(name_or_number), name, columns.size(),
                  listed(names)),
      {}, fmt::format("give a name{} or a number from 1 to {}", header ? " of its first line" : "", columns.size()));
}

std::string listed(std::span<const std::string> names) {
  constexpr size_t most = 5;
  std::string text;
  for (size_t k = 0; k < std::min(names.size(), most); ++k) text += (k > 0 ? ", " : "") + quote(names[k]);
  return names.size() > most ? fmt::format("{} and {} more", text, names.size() - most) : text;
}

}  // namespace wengert
