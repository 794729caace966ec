// SPDX-License-Identifier: Apache-2.0
//
// Numbers and arrays as results: text for a reader at full precision, JSON for programs.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "wengert/base/array.h"
#include "wengert/cli/context.h"
#include "wengert/ir/program.h"

namespace wengert::cli {

/// Nested lists, a scalar as a number; what JSON has no number for is the text "nan", "inf" or "-inf".
nlohmann::ordered_json to_json(const Array& array);
nlohmann::ordered_json number_json(double value);

/// The array in brackets, matrices with a line a row, those after the first indented by `indent`; of other arrays with
/// more than `most` elements those, and "...".
std::string array_text(const Array& array, size_t indent, int64_t most = INT64_MAX);
/// The line "label = value"; on a terminal the first thousand elements of an array, and a note that says so.
void print_result(Context& context, const std::string& label, const Array& value);

/// A named result: `label` in text ("df/dx"), `key` in JSON ("x").
struct Result {
  std::string key, label;
  Array value;
};
/// Lines "label = value"; the member `section` of the JSON object, keys to values.
void show(Context& context, std::string_view section, const std::vector<Result>& results);

/// Prints a Program, coloured on terminals; the member `section` of the JSON object.
void show_program(Context& context, std::string_view section, const Program& program);

}  // namespace wengert::cli
