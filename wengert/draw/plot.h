// SPDX-License-Identifier: Apache-2.0
//
// Line charts as SVG: series over one pair of axes, a legend beside the data, and a word on points that could not be
// drawn. Pure functions from numbers to text.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace wengert {

/// Points (x[i], y[i]) joined in order; a point that cannot be drawn parts the line.
struct Series {
  std::string name;  ///< in the legend; may be empty
  std::vector<double> x, y;
  bool joined = true;  ///< false: dots alone
};

struct ChartOptions {
  std::string title{}, x_title{}, y_title{};  ///< may be empty
  bool log_x = false, log_y = false;          ///< logarithmic; points that are not positive are left out
  bool from_zero = false;                     ///< the y axis begins at zero, if linear and no value is below
  double width = 760, height = 440;           ///< pixels, at least 320 x 200
};

/// A line chart. Points that are not finite, above 1e300 in magnitude, or not positive on a logarithmic axis are left
/// out, and a line below the chart counts them. Series of up to 40 points show each as a dot; longer ones are reduced
/// to the first, least, greatest and last point in each column of pixels, which draws the same picture.
///
/// cost   : the number of points
/// throws : ShapeError W241 if a series has not as many x as y
/// example: line_chart({{"train", {1, 2, 3}, {0.9, 0.4, 0.2}}}, {.title = "Loss", .x_title = "epoch"})
std::string line_chart(const std::vector<Series>& series, const ChartOptions& options = {});

/// A chart of several: its lines and how they are drawn.
struct LineChart {
  std::vector<Series> series;
  ChartOptions options = {};
};

/// Charts one below the other in one drawing. throws : ShapeError W241 as line_chart
std::string stacked_charts(const std::vector<LineChart>& charts, const std::string& title);

}  // namespace wengert
