// SPDX-License-Identifier: Apache-2.0
#include "wengert/train/read_data.h"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <numeric>

#include "wengert/base/error.h"
#include "wengert/io/bytes.h"
#include "wengert/io/file.h"
#include "wengert/train/array_data.h"
#include "wengert/train/picture_files.h"
#include "wengert/train/split.h"
#include "wengert/train/text_data.h"

namespace wengert {
namespace {

using Paths = std::span<const std::string>;

[[noreturn]] void not_accepted(std::string what) {
  throw UsageError("W828", std::move(what), {},
                   "give a folder with MNIST's four IDX files, a pair of IDX files (images, labels), a pair of npy "
                   "files (x, y), an npz archive with x and y, a folder of PNG files with one folder a label, or "
                   "a table (.csv, .tsv, .data, .txt; plain or .gz)");
}

/// Files of other kinds by their names; everything else is tried as a table, whose reader refuses what is no text.
bool is_other_format(const std::string& path) {
  static constexpr std::string_view endings[] = {
      ".safetensors", ".json", ".xlsx", ".xls", ".parquet", ".arff", ".zip", ".tar", ".h5",   ".hdf5",   ".pkl",
      ".pickle",      ".mat",  ".png",  ".jpg", ".jpeg",    ".pdf",  ".xml", ".svg", ".onnx", ".feather"};
  return std::any_of(std::begin(endings), std::end(endings),
                     [&](std::string_view ending) { return path.ends_with(ending); });
}

/// The one path of a table.
const std::string& table_path(Paths paths) {
  if (paths.empty()) not_accepted("no data were named");
  for (const std::string& path : paths)
    if (!std::filesystem::exists(path))
      throw UsageError("W828", fmt::format("there is nothing at {}", path), {}, "check the name; without / it is one of the current folder");
  if (paths.size() > 1) not_accepted(fmt::format("{} and {} are no pair that is known", paths[0], paths[1]));
  if (is_other_format(paths[0])) not_accepted(fmt::format("{} is of a kind that is not read", paths[0]));
  return paths[0];
}

void expect_float(DType dtype) {
  if (!is_float(dtype))
    throw UsageError("W828", fmt::format("examples were asked for as {}", to_string(dtype)), {}, "ask for f32 or f64");
}

/// What is asked of a table's columns while it is read.
ColumnRoles roles_of(const DataOptions& options) {
  return [&options](const DataTable& names) {
    std::vector<ReadAs> roles(names.columns.size(), ReadAs::inferred);
    for (const std::string& name : options.categorical) roles[names.column(name)] = ReadAs::category;
    for (const std::string& name : options.ignored) roles[names.column(name)] = ReadAs::ignored;
    return roles;
  };
}

/// A test set of the columns that were trained on. throws : UsageError W823 if it has no targets
Dataset read_test_table(Paths paths, const Encoding& encoding, const DataOptions& options) {
  const DataTable table = read_table_for(encoding, table_path(paths), options.format);
  const TableColumns columns = matching_columns(table, encoding);
  if (columns.targets.empty())
    throw UsageError("W823",
                     fmt::format("the test set {} lacks the target {}", table.name, listed(encoding.target_names())),
                     {}, "give test rows with their targets");
  return encoded(table, columns, usable_rows(table, columns, options.missing), encoding, options.dtype);
}

void note_dropped(const DataTable& table, size_t used, std::vector<std::string>& notes) {
  const auto dropped = table.rows() - static_cast<int64_t>(used);
  if (dropped > 0)
    notes.push_back(fmt::format("{} of {} rows have missing cells and were dropped", dropped, table.rows()));
}

/// Classes without a training row, which no training can learn.
void note_untrained(const Dataset& train, std::vector<std::string>& notes) {
  if (!train.is_classification()) return;
  std::vector<bool> seen(static_cast<size_t>(train.classes));
  for (int64_t label : train.y.values<int64_t>()) seen[static_cast<size_t>(label)] = true;
  std::vector<std::string> unseen;
  for (size_t c = 0; c < seen.size(); ++c)
    if (!seen[c]) unseen.push_back(train.class_names[c]);
  if (unseen.size() + 1 >= seen.size())
    throw UsageError("W827", "all training rows have one class; there is nothing to tell apart", {},
                     "hold out other rows");
  if (!unseen.empty())
    notes.push_back(
        fmt::format("without a training row: the class{} {}", unseen.size() == 1 ? "" : "es", listed(unseen)));
}

/// Splits the rows; a test set that is there already leaves only those for validation to hold out.
RowSplit split_beside(bool has_test, std::span<const int64_t> rows, std::span<const int64_t> labels, int64_t total,
                      DataOptions options) {
  if (has_test && !options.test_rows.empty())
    throw UsageError("W827", "test rows were named, but the data have a test set of their own", {},
                     "name either test rows or a test set");
  if (has_test) options.test = 0;
  return split_rows(rows, labels, total, options);
}

TrainingData data_of_table(const std::string& path, const DataOptions& options) {
  TrainingData data;
  const DataTable table = read_table(path, options.format, roles_of(options));
  const TableColumns columns = chosen_columns(table, options);
  const auto rows = usable_rows(table, columns, options.missing);
  note_dropped(table, rows.size(), data.notes);
  data.encoding = described(table, columns, rows, options, data.notes);
  std::vector<int64_t> labels;
  if (!data.encoding.classes.empty()) labels = labels_of(table, columns, rows, data.encoding);
  const bool own_test = !options.test_paths.empty();
  const RowSplit split = split_beside(own_test, rows, labels, table.rows(), options);
  fit(data.encoding, table, columns, split.train, options, data.notes);
  const auto part = [&](std::span<const int64_t> numbers) {
    return encoded(table, columns, numbers, data.encoding, options.dtype);
  };
  data.split = {part(split.train),
                own_test ? read_test_table(options.test_paths, data.encoding, options) : part(split.test),
                part(split.validation)};
  return data;
}

/// The test set: of the options, or the one beside the training set.
std::optional<Examples> test_examples(ExampleFiles& files, const DataOptions& options) {
  if (options.test_paths.empty()) return std::move(files.test);
  auto given = read_examples(options.test_paths, options.dtype, options.format.limit, options.pictures);
  if (!given || given->source != files.source || given->scale != files.scale)
    not_accepted(fmt::format("the test set {} is not of the same kind as {}", options.test_paths[0], files.all.name));
  Examples& test = given->test ? *given->test : given->all;  // what stands beside it was to be trained on
  number_labels(test, files.all.classes);
  return std::move(test);
}

TrainingData data_of_arrays(ExampleFiles files, const DataOptions& options) {
  TrainingData data;
  files.test = test_examples(files, options);
  data.encoding = described(files, options);
  const int64_t n = files.all.x.shape()[0];
  std::vector<int64_t> rows(static_cast<size_t>(n)), labels;
  std::iota(rows.begin(), rows.end(), 0);
  if (!data.encoding.classes.empty()) labels = labels_of(files.all, data.encoding.class_count());
  const RowSplit split = split_beside(files.test.has_value(), rows, labels, n, options);
  fit(data.encoding, files.all, split.train, options.standardize.value_or(files.source == Encoding::Source::arrays),
      data.notes);
  const Dataset all = encoded(files.all, data.encoding, options.dtype);
  files.all = {};
  data.split.train = split.train.size() == rows.size() ? all : all.rows(split.train);
  data.split.test = files.test ? encoded(*files.test, data.encoding, options.dtype) : all.rows(split.test);
  data.split.validation = all.rows(split.validation);
  return data;
}

}  // namespace

TrainingData read_data(Paths paths, const DataOptions& options) {
  expect_float(options.dtype);
  check_shares(options);
  if (options.sequence > 0) return read_text_data(table_path(paths), options);
  auto files = read_examples(paths, options.dtype, options.format.limit, options.pictures);
  TrainingData data = files ? data_of_arrays(std::move(*files), options) : data_of_table(table_path(paths), options);
  note_untrained(data.split.train, data.notes);
  return data;
}

Dataset read_rows(Paths paths, const Encoding& encoding, DType dtype, const TableFormat& format, bool* own_test_set) {
  expect_float(dtype);
  if (encoding.source == Encoding::Source::text) {
    const std::string& path = table_path(paths);
    const Bytes bytes = read_file_inflated(path, format.limit);
    return encoded_text(text_of(bytes), path, encoding, dtype);
  }
  auto files = read_examples(paths, dtype, format.limit, encoding.pictures);
  const bool is_table = encoding.source == Encoding::Source::table;
  if (files.has_value() == is_table || (files && files->source != encoding.source))
    throw UsageError("W829",
                     fmt::format("{} is not of the kind that was trained on: {}", paths.empty() ? "nothing" : paths[0],
                                 is_table                                      ? "a table"
                                 : encoding.source == Encoding::Source::images ? "images"
                                                                               : "arrays"),
                     {}, "give data of that kind");
  if (files) {
    Examples& examples = files->test ? *files->test : files->all;
    if (own_test_set != nullptr) *own_test_set = files->test.has_value();
    if (files->scale != encoding.scale)
      throw UsageError("W829", fmt::format("pixels of {} are multiplied by {}, those that were trained on by {}", examples.name, files->scale, encoding.scale), {},
                       "give images whose samples are stored alike");
    number_labels(examples, encoding.classes);
    return encoded(examples, encoding, dtype);
  }
  const DataTable table = read_table_for(encoding, table_path(paths), format);
  TableColumns columns = matching_columns(table, encoding);
  const auto is_empty = [&](size_t k) { return table.columns[k].missing == table.rows(); };
  if (std::all_of(columns.targets.begin(), columns.targets.end(), is_empty))
    columns.targets.clear();  // there to be filled in
  return encoded(table, columns, usable_rows(table, columns, Missing::fill), encoding, dtype);
}

}  // namespace wengert
