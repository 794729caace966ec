// SPDX-License-Identifier: Apache-2.0
//
// Matrices as SVG: coloured cells with their numbers where those fit, and confusion matrices. White is zero; blue is
// positive and orange negative, which every colour vision tells apart. Pure functions from numbers to text.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace wengert {

struct HeatMapOptions {
  std::string title{}, row_title{}, column_title{};        ///< may be empty
  std::vector<std::string> row_labels{}, column_labels{};  ///< empty: the indices from 0
  std::vector<std::string> row_notes{};                    ///< written to the right of each row; may be empty
  std::string notes_title{};                               ///< above the row notes
  bool log_colors = false;  ///< colours by logarithm over three decades, so that small entries show beside large ones
};

/// The matrix `values` (row-major, rows x columns). Cells hold their numbers up to 24 x 24. Above 128 rows or columns
/// neighbouring entries are drawn as one cell, the one of largest magnitude, and a note says so. Entries that are not
/// finite are hatched and counted.
///
/// cost   : rows * columns
/// throws : ShapeError W242 if `values` has not rows * columns entries; W243 if there are labels or notes, but not one
///          for each row or column
std::string heat_map(int64_t rows, int64_t columns, std::span<const double> values, const HeatMapOptions& options = {});

/// How often class `row` was read as class `column`: `counts` is [classes, classes]. Coloured by logarithm, so that the
/// few mistakes show; beside each row the share read correctly, and the overall share below the title.
///
/// throws : ShapeError W242, W243 as heat_map
std::string confusion_matrix(std::span<const int64_t> counts, const std::vector<std::string>& class_names,
                             const std::string& title = "Confusion matrix");

}  // namespace wengert
