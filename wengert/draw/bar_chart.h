// SPDX-License-Identifier: Apache-2.0
//
// Bars as SVG: lengths side by side, and how often values occur. Pure functions from numbers to text.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace wengert {

/// A line of a bar chart: its parts follow each other in one bar.
struct Bar {
  std::string label;
  std::vector<double>
      parts;  ///< a length each, as many as the chart has part names; what is not finite or negative has none
  std::string note = {};  ///< behind the bar
};

struct BarChartOptions {
  std::string title = {}, x_title = {};
  std::vector<std::string> part_names = {};  ///< the legend; a single part needs no name
  double width = 760;                        ///< pixels, at least 320
};

/// Horizontal bars, one below the other, from zero.
///
/// throws : ShapeError W857 if a bar has not as many parts as the first one
std::string bar_chart(const std::vector<Bar>& bars, const BarChartOptions& options = {});

struct HistogramOptions {
  std::string title = {};
  double width = 260, height = 120;  ///< pixels
  int bins = 40;                     ///< at least 1
};

/// How often values lie where, between the least and the greatest; values that are not finite are left out, and a note
/// counts them.
std::string histogram(std::span<const double> values, const HistogramOptions& options = {});

}  // namespace wengert
