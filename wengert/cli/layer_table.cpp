// SPDX-License-Identifier: Apache-2.0
#include "wengert/cli/layer_table.h"

#include <cmath>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "wengert/cli/duration.h"
#include "wengert/cli/output.h"
#include "wengert/draw/bar_chart.h"

namespace wengert::cli {
namespace {

using Json = nlohmann::ordered_json;

double flops_of(const LayerCost& cost) { return cost.forward.flops.value_or(NAN) + cost.backward.flops.value_or(NAN); }
double bytes_of(const LayerCost& cost) { return cost.forward.bytes + cost.backward.bytes; }
double time_of(const LayerCost& cost) { return cost.forward.wall_s + cost.backward.wall_s; }

std::string shape_text(const LayerCost& cost) {
  return cost.kind == "loss" || cost.kind == "optimizer" ? "" : to_string(cost.output);
}

std::string share_text(double share) { return std::isfinite(share) ? fmt::format("{:.0f}%", 100 * share) : "-"; }

std::string scaled(double value, double base, const std::vector<const char*>& units) {
  if (!std::isfinite(value)) return "-";
  size_t unit = 0;
  while (value >= base && unit + 1 < units.size()) value /= base, ++unit;
  return unit == 0 && value == std::floor(value) ? fmt::format("{:.0f}{}", value, units[0])
                                                 : fmt::format("{:.3g}{}", value, units[unit]);
}

Json direction_json(const DirectionCost& cost) {
  return {{"wall_s", cost.wall_s}, {"flops", cost.flops ? Json(*cost.flops) : Json()}, {"bytes", cost.bytes}};
}

}  // namespace

std::string peak_share_text(double share) { return share > 1 ? ">100%" : share_text(share); }
std::string count_text(double count) { return scaled(count, 1000, {"", " k", " M", " G", " T"}); }
std::string bytes_text(double bytes) { return scaled(bytes, 1024, {" B", " KiB", " MiB", " GiB"}); }

double sum_s(const StepCosts& costs) {
  double sum = 0;
  for (const LayerCost& cost : costs.parts) sum += time_of(cost);
  return sum;
}

double share_of_peak(const LayerCost& cost, const MachinePeak& peak) {
  const double time_s = time_of(cost), by_flops = flops_of(cost) / time_s / peak.flops_per_s,
               by_bytes = bytes_of(cost) / time_s / peak.bytes_per_s;
  return std::isnan(by_flops) ? by_bytes : std::max(by_flops, by_bytes);
}

Table cost_table(const StepCosts& costs, const MachinePeak& peak) {
  Table table({{"layer", Align::left, true},
               {"output"},
               {"parameters", Align::right},
               {"forward", Align::right},
               {"backward", Align::right},
               {"share", Align::right},
               {"flops", Align::right},
               {"bytes", Align::right},
               {"Gflop/s", Align::right},
               {"GB/s", Align::right},
               {"of peak", Align::right}});
  const double all_s = sum_s(costs);
  const auto rates = [&](double flops, double bytes, double time_s) {
    return std::pair(std::isfinite(flops) && time_s > 0 ? fmt::format("{:.3g}", flops / time_s / 1e9) : "-",
                     time_s > 0 ? fmt::format("{:.3g}", bytes / time_s / 1e9) : "-");
  };
  for (const LayerCost& cost : costs.parts) {
    const auto [flop_rate, byte_rate] = rates(flops_of(cost), bytes_of(cost), time_of(cost));
    table.add({cost.name, shape_text(cost), cost.parameters > 0 ? std::to_string(cost.parameters) : "",
               duration_text(cost.forward.wall_s), cost.kind == "optimizer" ? "" : duration_text(cost.backward.wall_s),
               share_text(time_of(cost) / all_s), count_text(flops_of(cost)), bytes_text(bytes_of(cost)), flop_rate,
               byte_rate, peak_share_text(share_of_peak(cost, peak))});
  }
  return table;
}

Json costs_json(const StepCosts& costs, const MachinePeak& peak) {
  Json parts = Json::array();
  for (const LayerCost& cost : costs.parts)
    parts.push_back({{"name", cost.name},
                     {"kind", cost.kind},
                     {"output", std::vector<int64_t>(cost.output.begin(), cost.output.end())},
                     {"parameters", cost.parameters},
                     {"output_bytes", cost.output_bytes},
                     {"forward", direction_json(cost.forward)},
                     {"backward", direction_json(cost.backward)},
                     {"share_of_peak", number_json(share_of_peak(cost, peak))}});
  return {{"batch", costs.batch},
          {"dtype", to_string(costs.dtype)},
          {"parts", parts},
          {"sum_s", sum_s(costs)},
          {"step_s", costs.step.wall_s},
          {"remainder_s", costs.step.wall_s - sum_s(costs)},
          {"step_flops", costs.step.flops ? Json(*costs.step.flops) : Json()},
          {"peak", {{"flops_per_s", peak.flops_per_s}, {"bytes_per_s", peak.bytes_per_s}}}};
}

std::string cost_chart(const StepCosts& costs, const std::string& title) {
  double largest = 0;
  for (const LayerCost& cost : costs.parts) largest = std::max(largest, time_of(cost));
  const bool micro = largest < 2e-3;
  std::vector<Bar> bars;
  for (const LayerCost& cost : costs.parts)
    bars.push_back({cost.name,
                    {cost.forward.wall_s * (micro ? 1e6 : 1e3), cost.backward.wall_s * (micro ? 1e6 : 1e3)},
                    share_text(time_of(cost) / sum_s(costs))});
  return bar_chart(bars, {.title = title,
                          .x_title = micro ? "microseconds a step" : "milliseconds a step",
                          .part_names = {"forward", "backward"}});
}

}  // namespace wengert::cli
