// SPDX-License-Identifier: Apache-2.0
//
// Rows of a table as the numbers an Encoding makes of them.
#include <fmt/format.h>
#include <unordered_map>

#include "wengert/base/error.h"
#include "wengert/train/encoding.h"

namespace wengert {
namespace {

using Numbers = std::unordered_map<std::string, int64_t>;

Numbers numbered(std::span<const std::string> names) {
  Numbers numbers;
  for (const std::string& name : names) numbers.emplace(name, static_cast<int64_t>(numbers.size()));
  return numbers;
}

[[noreturn]] void unknown(const DataTable& table, size_t column, int64_t row, const std::string& value,
                          std::string_view what, std::span<const std::string> known) {
  throw UsageError("W825",
                   fmt::format("{} is no {} of {}, which has {}: {}", quote(value), what,
                               quote(table.columns[column].name), known.size(), listed(known)),
                   table.place(row, column), "correct the cell, or train on rows that have this one too");
}

[[noreturn]] void missing_cell(const DataTable& table, size_t column, int64_t row) {
  throw UsageError(
      "W824",
      fmt::format("a cell of {} is missing, and nothing was fitted to stand for it", quote(table.columns[column].name)),
      table.place(row, column), "complete the table, or train with missing cells filled");
}

/// The number of each of the column's own categories in `known`; -1 for one that is not there.
std::vector<int64_t> translation(const DataColumn& column, std::span<const std::string> known) {
  const Numbers numbers = numbered(known);
  std::vector<int64_t> result;
  for (const std::string& category : column.categories) {
    const auto found = numbers.find(category);
    result.push_back(found == numbers.end() ? -1 : found->second);
  }
  return result;
}

/// A number as T. throws : UsageError W825 if T has none so large
template <class T> T narrowed(double value, const DataTable& table, size_t column, int64_t row) {
  if (!(std::abs(value) <= static_cast<double>(std::numeric_limits<T>::max())))
    throw UsageError(
        "W825",
        fmt::format("{} gives the feature {}, beyond {}", table.columns[column].numbers[static_cast<size_t>(row)],
                    value, to_string(dtype_of<T>::value)),
        table.place(row, column), "correct the cell, standardize, or ask for f64");
  return static_cast<T>(value);
}

/// A column of texts where numbers were trained on.
void expect_numbers(const DataTable& table, size_t column) {
  const DataColumn& c = table.columns[column];
  if (c.kind == DataColumn::Kind::category)
    throw UsageError(
        "W825", fmt::format("{} is no number; {} was trained on as numbers", quote(c.first_text_cell), quote(c.name)),
        table.place(c.first_text, column), "correct the cell");
}

/// The features of one column, at `feature` and after it.
template <class T> struct ColumnEncoder {
  const DataTable& table;
  std::span<const int64_t> rows;
  const Encoding& encoding;
  std::span<T> x;

  void number(size_t column, const InputColumn& input, size_t feature) const {
    expect_numbers(table, column);
    const bool scaled = !encoding.means.empty();
    const double mean = scaled ? encoding.means[feature] : 0, deviation = scaled ? encoding.deviations[feature] : 1;
    const auto width = static_cast<size_t>(encoding.features());
    for (size_t k = 0; k < rows.size(); ++k) {
      double value = table.columns[column].numbers[static_cast<size_t>(rows[k])];
      if (value != value) {
        if (!input.fill) missing_cell(table, column, rows[k]);
        value = *input.fill;
      }
      x[k * width + feature] = narrowed<T>((value - mean) / deviation, table, column, rows[k]);
    }
  }

  void category(size_t column, const InputColumn& input, size_t feature) const {
    const DataColumn& from = table.columns[column];
    const auto numbers = translation(from, input.categories);
    const auto width = static_cast<size_t>(encoding.features());
    for (size_t k = 0; k < rows.size(); ++k) {
      const int32_t code = from.codes[static_cast<size_t>(rows[k])];
      if (code < 0 && !input.missing_category) missing_cell(table, column, rows[k]);
      const int64_t number =
          code < 0 ? static_cast<int64_t>(input.categories.size()) : numbers[static_cast<size_t>(code)];
      if (number < 0)
        unknown(table, column, rows[k], from.categories[static_cast<size_t>(code)], "category", input.categories);
      x[k * width + feature + static_cast<size_t>(number)] = 1;
    }
  }
};

template <class T>
void encode_inputs(const DataTable& table, const TableColumns& columns, std::span<const int64_t> rows,
                   const Encoding& encoding, Array& x) {
  const ColumnEncoder<T> encoder{table, rows, encoding, x.mutable_values<T>()};
  size_t feature = 0;
  for (size_t k = 0; k < columns.inputs.size(); ++k) {
    const InputColumn& input = encoding.inputs[k];
    if (input.categories.empty())
      encoder.number(columns.inputs[k], input, feature);
    else
      encoder.category(columns.inputs[k], input, feature);
    feature += static_cast<size_t>(input.features());
  }
}

template <class T>
void encode_values(const DataTable& table, const TableColumns& columns, std::span<const int64_t> rows,
                   const Encoding& encoding, Array& y) {
  const auto values = y.mutable_values<T>();
  const size_t width = columns.targets.size();
  for (size_t j = 0; j < width; ++j) {
    const size_t column = columns.targets[j];
    expect_numbers(table, column);
    const TargetColumn& target = encoding.targets[j];
    for (size_t k = 0; k < rows.size(); ++k) {
      const double value = table.columns[column].numbers[static_cast<size_t>(rows[k])];
      if (value != value) missing_cell(table, column, rows[k]);
      values[k * width + j] = narrowed<T>((value - target.mean) / target.deviation, table, column, rows[k]);
    }
  }
}

}  // namespace

std::vector<int64_t> labels_of(const DataTable& table, const TableColumns& columns, std::span<const int64_t> rows,
                               const Encoding& encoding) {
  const size_t column = columns.targets[0];
  const DataColumn& from = table.columns[column];
  const bool texts = from.kind == DataColumn::Kind::category;
  const auto by_code = translation(from, encoding.classes);
  const Numbers by_name = numbered(encoding.classes);
  std::vector<int64_t> labels;
  for (int64_t row : rows) {
    const auto k = static_cast<size_t>(row);
    if (texts ? from.codes[k] < 0 : from.numbers[k] != from.numbers[k]) missing_cell(table, column, row);
    const std::string name =
        texts ? from.categories[static_cast<size_t>(from.codes[k])] : shortest(from.numbers[k] + 0.0);
    const auto found = by_name.find(name);
    const int64_t label = texts                    ? by_code[static_cast<size_t>(from.codes[k])]
                          : found == by_name.end() ? -1
                                                   : found->second;
    if (label < 0) unknown(table, column, row, name, "class", encoding.classes);
    labels.push_back(label);
  }
  return labels;
}

Dataset encoded(const DataTable& table, const TableColumns& columns, std::span<const int64_t> rows,
                const Encoding& encoding, DType dtype) {
  const auto n = static_cast<int64_t>(rows.size());
  Dataset data{Array(Type{dtype, {n, encoding.features()}}),
               Array(i64({0})),
               encoding.class_count(),
               encoding.classes,
               encoding.feature_names(),
               encoding.target_names()};
  if (dtype == DType::f64)
    encode_inputs<double>(table, columns, rows, encoding, data.x);
  else
    encode_inputs<float>(table, columns, rows, encoding, data.x);
  if (columns.targets.empty()) return data;
  if (data.is_classification()) {
    data.y = Array::of<int64_t>({n}, labels_of(table, columns, rows, encoding));
    return data;
  }
  data.y = Array(Type{dtype, {n, static_cast<int64_t>(columns.targets.size())}});
  if (dtype == DType::f64)
    encode_values<double>(table, columns, rows, encoding, data.y);
  else
    encode_values<float>(table, columns, rows, encoding, data.y);
  return data;
}

Array Encoding::decoded_targets(const Array& y) const {
  Array result(Type{DType::f64, y.shape()});
  const auto values = result.mutable_values<double>();
  const size_t width = targets.size();
  if (width == 0 || y.elements() % static_cast<int64_t>(width) != 0)
    throw ShapeError("W829", fmt::format("values of {} were given for {} targets", to_string(y.shape()), width), {},
                     "give a row of all targets for each example");
  for (size_t k = 0; k < values.size(); ++k) {
    const TargetColumn& target = targets[k % width];
    values[k] = y[static_cast<int64_t>(k)] * target.deviation + target.mean;
  }
  return result;
}

}  // namespace wengert
