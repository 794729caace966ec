// SPDX-License-Identifier: Apache-2.0
//
// What a sweep varies: settings of a training, each over a list of values or a range, in all combinations or at random.
//
//     rate=0.001,0.003,0.01     values; with a semicolon in it, that parts them: "schedule=constant;step 0.5 every 1, cosine"
//     batch=16..256             at random between both, whole where both are written so
//     rate=log 1e-4..1e-1       at random, evenly by logarithm
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "wengert/cli/verb.h"

namespace wengert::cli {

struct VariedSetting {
  std::string name;                 ///< of an option of train, without dashes
  std::vector<std::string> values;  ///< of a list
  double low = 0, high = 0;         ///< of a range
  bool is_range = false, logarithmic = false, whole = false;
};

/// Name and value of each varied setting.
using SweepSettings = std::vector<std::pair<std::string, std::string>>;

/// options : those of train that may be varied
/// throws  : UsageError W852 naming the text that cannot be read
VariedSetting parse_varied(const std::string& text, const std::vector<Option>& options);

/// All combinations, the last setting changing fastest. throws : UsageError W852 for a range, or above 10000 runs
std::vector<SweepSettings> grid(const std::vector<VariedSetting>& varied);
/// `count` draws; that of run k depends on (key, k) alone, so that more runs begin with the same ones.
std::vector<SweepSettings> drawn(const std::vector<VariedSetting>& varied, int64_t count, uint64_t key);

/// "rate=0.001 batch=64".
std::string settings_text(const SweepSettings& settings);

}  // namespace wengert::cli
