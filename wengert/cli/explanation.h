// SPDX-License-Identifier: Apache-2.0
//
// The tables of `explain`: from values, partials and adjoints to rows for a reader.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "wengert/cli/local_derivatives.h"
#include "wengert/cli/terminal.h"

namespace wengert::cli {

/// One reverse sweep.
struct Sweep {
  std::string of;                              ///< what is differentiated, for titles
  std::vector<std::optional<Array>> seeds;     ///< of the outputs
  std::vector<std::optional<Array>> adjoints;  ///< of the lines
};

struct Explanation {
  const Program& program;
  std::vector<Array> values;
  std::vector<std::vector<LocalPartial>> partials;
  std::vector<Sweep> sweeps;
  int digits = 6;
};

/// One table where a single sweep fits beside the values; otherwise a table of the values and partials and, below it,
/// one of the adjoints for each sweep, from the last line up.
std::string explanation_text(const Explanation& e, size_t width, const Palette& palette);

/// The rows as JSON.
nlohmann::ordered_json rows_json(const Explanation& e);

}  // namespace wengert::cli
