// SPDX-License-Identifier: Apache-2.0
//
// Which columns of a table an Encoding speaks of, and which of its rows can be used.
#include "wengert/train/encoding.h"

#include <algorithm>
#include <fmt/format.h>

#include "wengert/base/error.h"

namespace wengert {
namespace {

std::vector<std::string> names_of(const DataTable& table) {
  std::vector<std::string> names;
  for (const DataColumn& column : table.columns) names.push_back(column.name);
  return names;
}

/// Each column once. throws : UsageError W823
std::vector<size_t> columns_named(const DataTable& table, std::span<const std::string> names,
                                  std::vector<bool>& taken) {
  std::vector<size_t> columns;
  for (const std::string& name : names) {
    const size_t k = table.column(name);
    if (taken[k])
      throw UsageError("W823",
                       fmt::format("the column {} of {} is named twice among targets and ignored columns",
                                   quote(table.columns[k].name), table.name),
                       {}, "name it once");
    taken[k] = true;
    columns.push_back(k);
  }
  return columns;
}

std::optional<size_t> find_column(const DataTable& table, const std::string& name) {
  const auto found =
      std::find_if(table.columns.begin(), table.columns.end(), [&](const DataColumn& c) { return c.name == name; });
  return found == table.columns.end() ? std::nullopt
                                      : std::optional(static_cast<size_t>(found - table.columns.begin()));
}

TableColumns columns_by_name(const DataTable& table, const Encoding& encoding) {
  TableColumns columns;
  std::vector<std::string> lacking;
  for (const InputColumn& input : encoding.inputs) {
    if (const auto k = find_column(table, input.name))
      columns.inputs.push_back(*k);
    else
      lacking.push_back(input.name);
  }
  if (!lacking.empty())
    throw UsageError("W823",
                     fmt::format("{} lacks {} of the columns that were trained on: {}; it has {}", table.name,
                                 lacking.size(), listed(lacking), listed(names_of(table))),
                     {}, "give a table whose first line names these columns");
  for (const TargetColumn& target : encoding.targets)
    if (const auto k = find_column(table, target.name)) columns.targets.push_back(*k);
  if (columns.targets.size() < encoding.targets.size()) columns.targets.clear();
  return columns;
}

TableColumns columns_by_number(const DataTable& table, const Encoding& encoding) {
  const auto found = static_cast<int64_t>(table.columns.size()),
             without_targets = encoding.columns - static_cast<int64_t>(encoding.targets.size());
  if (found != encoding.columns && found != without_targets)
    throw UsageError("W823",
                     fmt::format("{} has {} column{}; the table that was trained on had {}, {} without its targets",
                                 table.name, found, found == 1 ? "" : "s", encoding.columns, without_targets),
                     {}, "give a table with the same columns in the same order");
  TableColumns columns;
  const auto before = [&](int64_t number) {  // columns missing to the left of this one
    if (found == encoding.columns) return int64_t{0};
    return static_cast<int64_t>(std::count_if(encoding.targets.begin(), encoding.targets.end(),
                                              [&](const TargetColumn& t) { return t.number < number; }));
  };
  for (const InputColumn& input : encoding.inputs)
    columns.inputs.push_back(static_cast<size_t>(input.number - 1 - before(input.number)));
  if (found == encoding.columns)
    for (const TargetColumn& target : encoding.targets)
      columns.targets.push_back(static_cast<size_t>(target.number - 1));
  return columns;
}

/// Missing cells of some columns: how many, in how many columns, and the first.
struct MissingCells {
  int64_t cells = 0, columns = 0, row = -1;
  size_t column = 0;

  void add(const DataTable& table, std::span<const size_t> places) {
    for (size_t k : places) {
      const DataColumn& c = table.columns[k];
      cells += c.missing;
      columns += c.missing > 0;
      if (c.missing > 0 && (row < 0 || c.first_missing < row)) row = c.first_missing, column = k;
    }
  }
};

bool is_missing_at(const DataColumn& column, int64_t row) {
  const auto k = static_cast<size_t>(row);
  return column.kind == DataColumn::Kind::category ? column.codes[k] < 0 : column.numbers[k] != column.numbers[k];
}

std::vector<int64_t> complete_rows(const DataTable& table, const TableColumns& columns) {
  std::vector<int64_t> rows;
  std::vector<const DataColumn*> gappy;
  for (const auto* places : {&columns.inputs, &columns.targets})
    for (size_t k : *places)
      if (table.columns[k].missing > 0) gappy.push_back(&table.columns[k]);
  for (int64_t row = 0; row < table.rows(); ++row)
    if (std::none_of(gappy.begin(), gappy.end(), [&](const DataColumn* c) { return is_missing_at(*c, row); }))
      rows.push_back(row);
  return rows;
}

}  // namespace

std::vector<std::string> Encoding::feature_names() const {
  std::vector<std::string> names;
  for (const InputColumn& input : inputs) {
    if (input.categories.empty()) names.push_back(input.name);
    for (const std::string& category : input.categories) names.push_back(input.name + "=" + category);
    if (input.missing_category) names.push_back(input.name + "=");
  }
  return names;
}

std::vector<std::string> Encoding::target_names() const {
  std::vector<std::string> names;
  for (const TargetColumn& target : targets) names.push_back(target.name);
  return names;
}

TableColumns chosen_columns(const DataTable& table, const DataOptions& options) {
  if (table.columns.empty())
    throw UsageError("W827", fmt::format("{} is empty", table.name), {}, "give a table with a row for each example");
  std::vector<bool> taken(table.columns.size());
  TableColumns columns;
  columns_named(table, options.ignored, taken);
  if (!options.targets.empty()) columns.targets = columns_named(table, options.targets, taken);
  for (size_t k = table.columns.size(); k-- > 0 && columns.targets.empty();)  // the last that is not ignored
    if (!taken[k]) columns.targets = {k}, taken[k] = true;
  for (const std::string& name : options.categorical) table.column(name);
  for (size_t k = 0; k < table.columns.size(); ++k)
    if (!taken[k]) columns.inputs.push_back(k);
  if (columns.inputs.empty() || columns.targets.empty())
    throw UsageError("W827",
                     fmt::format("{} has {} column{}; nothing is left to learn from", table.name, table.columns.size(),
                                 table.columns.size() == 1 ? "" : "s"),
                     {},
                     "give a table with a target and other columns; name the separator if it is not the one assumed");
  return columns;
}

TableColumns matching_columns(const DataTable& table, const Encoding& encoding) {
  return encoding.header ? columns_by_name(table, encoding) : columns_by_number(table, encoding);
}

DataTable parse_table_for(const Encoding& encoding, std::string_view text, const std::string& name,
                          TableFormat format) {
  if (encoding.header) format.header = Header::present;
  return parse_table(text, name, format, [&](const DataTable& names) {
    std::vector<ReadAs> roles(names.columns.size(), ReadAs::ignored);
    const TableColumns columns = matching_columns(names, encoding);
    for (size_t k = 0; k < columns.inputs.size(); ++k)
      roles[columns.inputs[k]] = encoding.inputs[k].categories.empty() ? ReadAs::inferred : ReadAs::category;
    for (size_t k : columns.targets)
      roles[k] = encoding.classes.empty() || encoding.numeric_classes ? ReadAs::inferred : ReadAs::category;
    return roles;
  });
}

DataTable read_table_for(const Encoding& encoding, const std::string& path, const TableFormat& format) {
  const Bytes bytes = read_file_inflated(path, format.limit);
  return parse_table_for(encoding, text_of(bytes), path, format);
}

std::vector<int64_t> usable_rows(const DataTable& table, const TableColumns& columns, Missing missing) {
  if (table.rows() == 0)
    throw UsageError("W827", fmt::format("{} has no rows", table.name), {}, "give a table with a row for each example");
  MissingCells found;
  found.add(table, columns.targets);
  const bool in_target = found.cells > 0;
  if (missing == Missing::refuse) found.add(table, columns.inputs);
  if (missing != Missing::drop && found.cells > 0)
    throw UsageError("W824",
                     fmt::format("{} cell{} of {} {} missing, in {} column{}; here is the first", found.cells,
                                 found.cells == 1 ? "" : "s", table.name, found.cells == 1 ? "is" : "are",
                                 found.columns, found.columns == 1 ? "" : "s"),
                     table.place(found.row, found.column),
                     in_target ? "complete the table, or have such rows dropped; a target cannot be filled"
                               : "complete the table, or have such rows dropped or such cells filled");
  std::vector<int64_t> rows;
  if (missing == Missing::drop) {
    rows = complete_rows(table, columns);
    if (rows.empty())
      throw UsageError("W827", fmt::format("every row of {} has a missing cell", table.name), {},
                       "leave out the columns with many, or fill them");
    return rows;
  }
  rows.resize(static_cast<size_t>(table.rows()));
  for (size_t k = 0; k < rows.size(); ++k) rows[k] = static_cast<int64_t>(k);
  return rows;
}

}  // namespace wengert
