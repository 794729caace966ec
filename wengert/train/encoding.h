// SPDX-License-Identifier: Apache-2.0
//
// An Encoding says how examples become numbers: which columns are features, what their categories are, what was
// subtracted and divided by. It is fitted once, on training rows, and stays with the model, so that rows seen later are
// encoded alike. feature = (value - mean) / deviation; a category of m values is m features, one of them 1, the others
// 0.
#pragma once

#include <optional>

#include "wengert/train/data_options.h"
#include "wengert/train/dataset.h"

namespace wengert {

struct InputColumn {
  std::string name;
  int64_t number = 1;                        ///< of the column in the table, from 1; counts where there is no header
  std::vector<std::string> categories = {};  ///< none: a number
  bool missing_category = false;             ///< missing categories have a feature of their own, the last
  std::optional<double> fill = {};           ///< what stands for a missing number

  int64_t features() const {
    return categories.empty() ? 1 : static_cast<int64_t>(categories.size()) + missing_category;
  }
  friend bool operator==(const InputColumn&, const InputColumn&) = default;
};

struct TargetColumn {
  std::string name;
  int64_t number = 1;
  double mean = 0, deviation = 1;  ///< y = (value - mean) / deviation
  friend bool operator==(const TargetColumn&, const TargetColumn&) = default;
};

struct Encoding {
  enum class Source : uint8_t { table, arrays, images, text };

  Source source = Source::table;
  bool header = false;                    ///< columns have names
  int64_t columns = 0;                    ///< of the table
  std::vector<InputColumn> inputs;        ///< of a table
  std::vector<TargetColumn> targets;      ///< one for classification
  std::vector<std::string> classes;       ///< names; none: regression; of a text its characters
  bool numeric_classes = false;           ///< names are numbers: 3 and 3.0 are one class
  Shape example;                          ///< of one example before it is laid flat: [28,28] of an image; of a text [characters]
  double scale = 1;                       ///< of images: pixel times scale
  PictureOptions pictures = {};           ///< what is done to pictures (PNG files) before
  std::vector<double> means, deviations;  ///< a feature each; none: features are left as they are

  int64_t features() const { return example.elements(); }
  int64_t class_count() const { return static_cast<int64_t>(classes.size()); }
  /// "width", "colour=red", "colour=" where missing; none for arrays and images.
  std::vector<std::string> feature_names() const;
  std::vector<std::string> target_names() const;

  /// Values of a regression in the units of the data. y : float[n, k]
  Array decoded_targets(const Array& y) const;
  friend bool operator==(const Encoding&, const Encoding&) = default;
};

/// As a JSON text, to be kept in a model file; reading gives back an equal Encoding.
std::string to_json(const Encoding& encoding);
/// throws : UsageError W829 if the text is no Encoding; those of parse_json
Encoding encoding_from_json(std::string_view text, std::string_view name);

/// Where an Encoding's columns stand in a table; `targets` is empty if the table lacks them.
struct TableColumns {
  std::vector<size_t> inputs, targets;
};

/// The columns that the options name. throws : UsageError W823 if they do not exist or contradict each other
TableColumns chosen_columns(const DataTable& table, const DataOptions& options);
/// The columns by the names (or, without header, the numbers) of an Encoding. throws : UsageError W823 naming what is
/// missing
TableColumns matching_columns(const DataTable& table, const Encoding& encoding);

/// Reads a table for an Encoding: only its columns, categories as such. throws : those of parse_table, matching_columns
DataTable parse_table_for(const Encoding& encoding, std::string_view text, const std::string& name,
                          TableFormat format = {});
DataTable read_table_for(const Encoding& encoding, const std::string& path, const TableFormat& format = {});

/// Rows that can be used. throws : UsageError W824 with the number of missing cells unless they are filled or dropped
std::vector<int64_t> usable_rows(const DataTable& table, const TableColumns& columns, Missing missing);

/// The Encoding of a table but for what is fitted on training rows; `notes` gets what the user should know.
///
/// throws : UsageError W826 for a column that cannot be a feature, W827 for targets that cannot be learned
Encoding described(const DataTable& table, const TableColumns& columns, std::span<const int64_t> rows,
                   const DataOptions& options, std::vector<std::string>& notes);

/// Fits fill, means and deviations (of the training rows as a population; 1 where all are equal) on these rows.
///
/// throws : UsageError W826 if a column has no number in them, or its mean or deviation overflow
void fit(Encoding& encoding, const DataTable& table, const TableColumns& columns, std::span<const int64_t> rows,
         const DataOptions& options, std::vector<std::string>& notes);

/// Classes of the rows. throws : UsageError W825 for one that the Encoding does not know
std::vector<int64_t> labels_of(const DataTable& table, const TableColumns& columns, std::span<const int64_t> rows,
                               const Encoding& encoding);

/// throws : UsageError W824 for a missing cell without fill, W825 for an unknown category or a number beyond `dtype`
Dataset encoded(const DataTable& table, const TableColumns& columns, std::span<const int64_t> rows,
                const Encoding& encoding, DType dtype);

}  // namespace wengert
