// SPDX-License-Identifier: Apache-2.0
#include "wengert/cli/plan_timed.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "wengert/api/timed_jacobian.h"
#include "wengert/cli/duration.h"
#include "wengert/cli/table.h"

namespace wengert::cli {

void show_timed_ways(Context& context, const Point& point) {
  const auto inputs = point.inputs();
  const TimedJacobian timed = context.stage("time", [&] { return timed_jacobian(point.program, inputs); });
  const double fastest = timed.ways.front().median_s;
  Table table({{"way"}, {"operations", Align::right}, {"moved", Align::right}, {"a point", Align::right}, {"quartiles", Align::right}, {"time", Align::right}});
  auto& document = context.document()["timed"] = nlohmann::ordered_json::array();
  for (const TimedWay& way : timed.ways) {
    table.add({way.name, fmt::format("{}", way.operations), fmt::format("{}", way.moved), duration_text(way.median_s),
               fmt::format("{} .. {}", duration_text(way.lower_s), duration_text(way.upper_s)), fmt::format("{:.3g}x", way.median_s / fastest)});
    document.push_back({{"way", way.name},
                        {"operations", way.operations},
                        {"moved", way.moved},
                        {"point_s", {{"lower_quartile", way.lower_s}, {"median", way.median_s}, {"upper_quartile", way.upper_s}}}});
  }
  std::string text = table.str(terminal_width(), context.palette());
  text.pop_back();
  context.print(text);
  context.document()["nonfinite"] = timed.nonfinite;
  if (timed.nonfinite > 0)
    context.print(fmt::format("{} entries are infinite or NaN at the point: times may be others elsewhere", timed.nonfinite));
}

}  // namespace wengert::cli
