// SPDX-License-Identifier: Apache-2.0
//
// Sparsity patterns as SVG: which entries of a matrix are there, whatever their values.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>

namespace wengert {

/// Where a rows x columns matrix has entries: `entries` are (row, column) pairs in any order, repetitions allowed.
/// Above 240 rows or columns a cell stands for a block, darker the more of it is filled, and a note says so.
///
/// cost   : e log e for e entries
/// throws : ShapeError W244 if an entry lies outside the matrix, or a size is negative
/// example: sparsity_pattern(3, 3, std::vector<std::pair<int64_t, int64_t>>{{0, 0}, {1, 1}, {2, 0}}, "Jacobian")
std::string sparsity_pattern(int64_t rows, int64_t columns, std::span<const std::pair<int64_t, int64_t>> entries,
                             const std::string& title = {});

}  // namespace wengert
