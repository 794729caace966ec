// SPDX-License-Identifier: Apache-2.0
//
// The costs of a net's layers as a table, as JSON and as bars.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "wengert/api/machine_peak.h"
#include "wengert/cli/table.h"
#include "wengert/train/layer_costs.h"

namespace wengert::cli {

/// Counts as "4.61 M", bytes as "1.2 MiB".
std::string count_text(double count);
std::string bytes_text(double bytes);

/// What the parts of a step take together.
double sum_s(const StepCosts& costs);
/// The larger of the shares of both peaks that a part reaches: the one that bounds it.
double share_of_peak(const LayerCost& cost, const MachinePeak& peak);

/// ">100%" for what is in the caches, and so faster than memory.
std::string peak_share_text(double share);

Table cost_table(const StepCosts& costs, const MachinePeak& peak);
nlohmann::ordered_json costs_json(const StepCosts& costs, const MachinePeak& peak);
/// Forward and backward times, a bar a part.
std::string cost_chart(const StepCosts& costs, const std::string& title);

}  // namespace wengert::cli
