// SPDX-License-Identifier: Apache-2.0
//
// A table: the cells of a CSV text by columns, each column of numbers or of categories, with the line each row stands
// in. What a column holds follows from all its cells; blanks around a cell do not count. Two passes over the text: the
// second only where there are categories.
#pragma once

#include <functional>

#include "wengert/io/csv.h"

namespace wengert {

enum class Header : uint8_t { by_content, present, absent };

struct TableFormat {
  char separator = '\0';  ///< as in CsvOptions
  /// by_content: the first line is a header if none of its cells reads as a number, while in some column half of the
  /// next 100 cells or more do.
  Header header = Header::by_content;
  size_t limit = default_file_limit;
};

struct DataColumn {
  enum class Kind : uint8_t { number, category, ignored };

  std::string name;  ///< from the header, or "column3"
  Kind kind = Kind::number;
  std::vector<double> numbers;          ///< of numbers: a row each; NaN where missing
  std::vector<int32_t> codes;           ///< of categories: a row each, an index into `categories`; -1 where missing
  std::vector<std::string> categories;  ///< in the order of their bytes
  bool whole = true;                    ///< all numbers are written as integers
  int64_t missing = 0;                  ///< cells that are empty, NA, N/A, ? or nan
  int64_t first_missing = -1;           ///< row of the first of them
  int64_t number_cells = 0, text_cells = 0,
          first_text = -1;  ///< cells that read as numbers, that do not, and the first
  std::string first_text_cell;
};

struct DataTable {
  std::string name;  ///< of the file, for messages
  bool header = false;
  std::vector<DataColumn> columns;
  std::vector<int64_t> lines;  ///< in which the rows begin

  int64_t rows() const { return static_cast<int64_t>(lines.size()); }
  /// "iris.data:12, column 3 ("width")"
  std::string place(int64_t row, size_t column) const;
  /// Index of the column of this name, or else of this number, counted from 1. throws : UsageError W823
  size_t column(std::string_view name_or_number) const;
};

/// How a column is to be read; `category` also where all its cells are numbers.
enum class ReadAs : uint8_t { inferred, category, ignored };
/// For a table of which only names and header are known: one for each column.
using ColumnRoles = std::function<std::vector<ReadAs>(const DataTable&)>;

/// throws : UsageError W823 if two columns have one name, W825 for a number that is not finite or beyond f64, and for a
///          text in a column half of whose cells or more are numbers, W826 for numbers with a decimal comma; those of
///          CsvReader
DataTable parse_table(std::string_view text, const std::string& name, const TableFormat& format = {},
                      const ColumnRoles& roles = {});

/// The same of a file, plain or .gz. throws : also what read_file_inflated throws
DataTable read_table(const std::string& path, const TableFormat& format = {}, const ColumnRoles& roles = {});

/// At most five names in quotes, and how many more there are.
std::string listed(std::span<const std::string> names);

}  // namespace wengert
