// SPDX-License-Identifier: Apache-2.0
//
// What an Encoding learns from a table: categories and classes from all rows, statistics from the training rows alone.
#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <set>

#include "wengert/base/error.h"
#include "wengert/train/encoding.h"
#include "wengert/train/moments.h"

namespace wengert {
namespace {

constexpr size_t most_integer_classes = 20;
constexpr int64_t fewest_rows_of_an_id = 10;  // below, all values may well differ

[[noreturn]] void refuse_column(const DataTable& table, size_t k, const std::string& what, std::string fix) {
  throw UsageError("W826", fmt::format("the column {} {}", quote(table.columns[k].name), what),
                   fmt::format("{}, column {}", table.name, k + 1), std::move(fix));
}

void expect_categories(const DataTable& table, size_t k, int64_t most) {
  const DataColumn& column = table.columns[k];
  const auto categories = static_cast<int64_t>(column.categories.size());
  const int64_t known = table.rows() - column.missing;
  if (known >= fewest_rows_of_an_id && 2 * categories > known)
    refuse_column(table, k,
                  fmt::format("has {} different texts in {} rows, as names or numbers of rows have", categories, known),
                  "leave it out (ignored)");
  if (categories > most)
    refuse_column(table, k, fmt::format("has {} categories; at most {} are encoded", categories, most),
                  "leave it out (ignored), or raise the limit");
}

/// Whether the numbers are those of the rows: 1, 2, 3, ... from any start.
bool counts_rows(const DataColumn& column) {
  const auto& numbers = column.numbers;
  for (size_t k = 1; k < numbers.size(); ++k)
    if (numbers[k] != numbers[k - 1] + 1) return false;
  return static_cast<int64_t>(numbers.size()) >= fewest_rows_of_an_id;
}

InputColumn described_input(const DataTable& table, size_t k, const DataOptions& options,
                            std::vector<std::string>& notes) {
  const DataColumn& column = table.columns[k];
  if (column.missing == table.rows()) refuse_column(table, k, "has no value in any row", "leave it out (ignored)");
  InputColumn input{column.name, static_cast<int64_t>(k) + 1};
  if (column.kind == DataColumn::Kind::category) {
    expect_categories(table, k, options.most_categories);
    input.categories = column.categories;
    input.missing_category = column.missing > 0;
  } else if (counts_rows(column)) {
    notes.push_back(fmt::format("the column {} counts the rows; leave it out (ignored) unless their order matters",
                                quote(column.name)));
  }
  return input;
}

std::set<double> different(const DataColumn& column, std::span<const int64_t> rows, size_t most) {
  std::set<double> values;
  for (int64_t row : rows) {
    values.insert(column.numbers[static_cast<size_t>(row)] + 0.0);  // -0 is 0
    if (values.size() > most) break;
  }
  return values;
}

[[noreturn]] void no_such_target(const DataTable& table, std::string what, std::string fix) {
  throw UsageError("W827", std::move(what), table.name, std::move(fix));
}

/// The classes of a target of numbers, or none if it is a regression's.
std::vector<std::string> numeric_classes(const DataTable& table, size_t k, std::span<const int64_t> rows,
                                         const DataOptions& options, std::vector<std::string>& notes) {
  const DataColumn& column = table.columns[k];
  const size_t most =
      options.task == Task::classes ? static_cast<size_t>(options.most_categories) : most_integer_classes;
  const auto values = different(column, rows, most);
  const bool whole = std::all_of(values.begin(), values.end(), [](double v) { return std::trunc(v) == v; });
  if (options.task == Task::classes && (values.size() > most || !whole))
    no_such_target(
        table,
        fmt::format("the target {} has {}; these are no classes", quote(column.name),
                    whole ? fmt::format("more than {} different numbers", most) : "numbers that are not whole"),
        "learn its values instead, or raise the limit of categories");
  if (options.task == Task::by_target && (!column.whole || values.size() > most || 2 * values.size() > rows.size()))
    return {};
  std::vector<std::string> classes;
  for (double value : values) classes.push_back(shortest(value));
  if (options.task == Task::by_target)
    notes.push_back(fmt::format("the target {} holds {} different integers, which are taken as classes",
                                quote(column.name), classes.size()));
  return classes;
}

/// The categories that occur in these rows: others may have gone with dropped rows.
std::vector<std::string> occurring(const DataColumn& column, std::span<const int64_t> rows) {
  std::vector<bool> occurs(column.categories.size());
  for (int64_t row : rows)
    if (const int32_t code = column.codes[static_cast<size_t>(row)]; code >= 0)
      occurs[static_cast<size_t>(code)] = true;
  std::vector<std::string> names;
  for (size_t k = 0; k < occurs.size(); ++k)
    if (occurs[k]) names.push_back(column.categories[k]);
  return names;
}

void describe_classes(Encoding& encoding, const DataTable& table, size_t k, std::span<const int64_t> rows,
                      const DataOptions& options, std::vector<std::string>& notes) {
  const DataColumn& column = table.columns[k];
  if (column.kind == DataColumn::Kind::category) {
    encoding.classes = occurring(column, rows);
    const auto known = static_cast<int64_t>(rows.size()), classes = encoding.class_count();
    if ((known >= fewest_rows_of_an_id && 2 * classes > known) || classes > 100 * options.most_categories)
      no_such_target(table,
                     fmt::format("the target {} has {} different texts in {} rows; these are no classes",
                                 quote(column.name), classes, known),
                     "name another column as target");
  } else {
    encoding.classes = numeric_classes(table, k, rows, options, notes);
    encoding.numeric_classes = !encoding.classes.empty();
  }
}

void describe_targets(Encoding& encoding, const DataTable& table, const TableColumns& columns,
                      std::span<const int64_t> rows, const DataOptions& options, std::vector<std::string>& notes) {
  for (size_t k : columns.targets) {
    const DataColumn& column = table.columns[k];
    encoding.targets.push_back({column.name, static_cast<int64_t>(k) + 1});
    if (column.kind == DataColumn::Kind::category && (options.task == Task::values || columns.targets.size() > 1))
      no_such_target(table,
                     fmt::format("the target {} is text, from which no values can be learned", quote(column.name)),
                     columns.targets.size() > 1 ? "name one target for classification" : "learn its classes instead");
  }
  if (columns.targets.size() > 1 && options.task == Task::classes)
    no_such_target(table, fmt::format("{} targets were named; classes are learned from one", columns.targets.size()),
                   "name one target");
  if (columns.targets.size() == 1 && options.task != Task::values)
    describe_classes(encoding, table, columns.targets[0], rows, options, notes);
  if (encoding.classes.size() == 1)
    no_such_target(table,
                   fmt::format("{} the class {}; there is nothing to tell apart",
                               rows.size() == 1 ? "the only row has" : fmt::format("all {} rows have", rows.size()), quote(encoding.classes[0])),
                   "give rows of two classes or more");
}

Moments moments_of(const DataTable& table, size_t k, std::span<const int64_t> rows) {
  Moments moments;
  for (int64_t row : rows)
    if (const double value = table.columns[k].numbers[static_cast<size_t>(row)]; value == value) moments.add(value);
  if (moments.count == 0) refuse_column(table, k, "has no number in the training rows", "leave it out (ignored)");
  if (!moments.is_finite())
    refuse_column(table, k, "has numbers so large that their mean or deviation overflows",
                  "scale it down, or leave it out (ignored)");
  return moments;
}

void note_constant(const std::vector<std::string>& constant, std::vector<std::string>& notes) {
  if (!constant.empty())
    notes.push_back(
        fmt::format("constant in the training rows, so that nothing can be learned from them: {}", listed(constant)));
}

}  // namespace

Encoding described(const DataTable& table, const TableColumns& columns, std::span<const int64_t> rows,
                   const DataOptions& options, std::vector<std::string>& notes) {
  Encoding encoding;
  encoding.header = table.header;
  encoding.columns = static_cast<int64_t>(table.columns.size());
  int64_t features = 0;
  for (size_t k : columns.inputs) {
    encoding.inputs.push_back(described_input(table, k, options, notes));
    if (options.missing != Missing::fill) encoding.inputs.back().missing_category = false;
    features += encoding.inputs.back().features();
  }
  encoding.example = {features};
  describe_targets(encoding, table, columns, rows, options, notes);
  return encoding;
}

void fit(Encoding& encoding, const DataTable& table, const TableColumns& columns, std::span<const int64_t> rows,
         const DataOptions& options, std::vector<std::string>& notes) {
  const bool standardize = options.standardize.value_or(true);
  std::vector<std::string> constant;
  for (size_t k = 0; k < columns.inputs.size(); ++k) {
    InputColumn& input = encoding.inputs[k];
    if (!input.categories.empty()) {  // features of 0 and 1 stay as they are
      if (input.features() == 1) constant.push_back(input.name);
      encoding.means.insert(encoding.means.end(), static_cast<size_t>(input.features()), 0);
      encoding.deviations.insert(encoding.deviations.end(), static_cast<size_t>(input.features()), 1);
      continue;
    }
    const Moments moments = moments_of(table, columns.inputs[k], rows);
    if (moments.is_constant()) constant.push_back(input.name);
    if (options.missing == Missing::fill) input.fill = moments.mean;
    encoding.means.push_back(moments.mean);
    encoding.deviations.push_back(moments.deviation());
  }
  if (!standardize) encoding.means.clear(), encoding.deviations.clear();
  note_constant(constant, notes);
  if (!standardize || !encoding.classes.empty()) return;
  for (size_t k = 0; k < columns.targets.size(); ++k) {
    const Moments moments = moments_of(table, columns.targets[k], rows);
    encoding.targets[k].mean = moments.mean;
    encoding.targets[k].deviation = moments.deviation();
    if (moments.is_constant())
      notes.push_back(fmt::format("the target {} is constant in the training rows", quote(encoding.targets[k].name)));
  }
}

}  // namespace wengert
