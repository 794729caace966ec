// SPDX-License-Identifier: Apache-2.0
//
// What a sweep leaves: a table on the terminal, sweep.csv, sweep.json and sweep.html.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "wengert/cli/sweep_runs.h"

namespace wengert::cli {

/// Finished runs by their validation loss, the best first; then the others in the order of their numbers.
std::vector<const SweepRun*> ranked(const std::vector<SweepRun>& runs);

std::string_view state_text(SweepRun::State state);
nlohmann::ordered_json run_json(const SweepRun& run, const std::string& score);

/// A setting whose best value lies at an end of those that were tried.
struct SweepEdge {
  std::string name, value;
  bool largest = false;  ///< else the smallest
};
/// Settings of numbers with at least three values; those of finished runs count.
std::vector<SweepEdge> edges(const std::vector<const SweepRun*>& order);
/// "rate=0.01 is the largest that was tried: larger ones may be better".
std::string edge_text(const SweepEdge& edge);

void print_sweep(Context& context, const std::vector<SweepRun>& runs, const std::string& score);

/// Returns their paths. throws : ResourceError W441
std::vector<std::string> write_sweep(const std::string& folder, const std::string& command,
                                     const std::vector<SweepRun>& runs, const std::string& score);

}  // namespace wengert::cli
