// SPDX-License-Identifier: Apache-2.0
#include "wengert/cli/verb.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

#include "wengert/base/array.h"
#include "wengert/base/error.h"

namespace wengert::cli {
namespace {

[[noreturn]] void wrong_number(std::string_view name, const std::string& text, std::string_view kind,
                               std::string_view range, const std::string& example) {
  throw UsageError("W602", fmt::format("--{} needs {}{}; found \"{}\"", name, kind, range, text), {},
                   fmt::format("e.g. --{}={}", name, example));
}

std::string range_text(const std::string& least, const std::string& most, bool below, bool above) {
  if (below && above) return fmt::format(" between {} and {}", least, most);
  if (below) return fmt::format(" of at least {}", least);
  return above ? fmt::format(" of at most {}", most) : std::string();
}

}  // namespace

std::string_view long_name(const Option& option) {
  const auto place = option.names.find("--");
  return place == std::string_view::npos ? option.names : option.names.substr(place + 2);
}

bool is_positional(const Option& option) { return !option.names.starts_with('-'); }
bool is_flag(const Option& option) { return !is_positional(option) && option.value.empty(); }

std::string Arguments::text(std::string_view name) const {
  const std::string key(name);
  if (const auto given = values_.find(key); given != values_.end()) return given->second.back();
  const auto initial = initial_.find(key);
  return initial == initial_.end() ? std::string() : initial->second;
}

const std::vector<std::string>& Arguments::all(std::string_view name) const {
  static const std::vector<std::string> none;
  const auto given = values_.find(std::string(name));
  return given == values_.end() ? none : given->second;
}

int64_t Arguments::integer(std::string_view name, int64_t least, int64_t most) const {
  const std::string given = text(name);
  int64_t value = 0;
  const auto [end, error] = std::from_chars(given.data(), given.data() + given.size(), value);
  if (error != std::errc{} || end != given.data() + given.size() || value < least || value > most)
    wrong_number(name, given, "an integer",
                 range_text(std::to_string(least), std::to_string(most), least != INT64_MIN, most != INT64_MAX),
                 std::to_string(std::clamp<int64_t>(1, least, most)));
  return value;
}

double Arguments::real(std::string_view name, double least, double most) const {
  const std::string given = text(name);
  double value = 0;
  const auto [end, error] = std::from_chars(given.data(), given.data() + given.size(), value);
  if (error != std::errc{} || end != given.data() + given.size() || !std::isfinite(value) || value < least ||
      value > most)
    wrong_number(name, given, "a number",
                 range_text(shortest(least), shortest(most), std::isfinite(least), std::isfinite(most)),
                 shortest(std::clamp(0.5, least, most)));
  return value;
}

const std::vector<Option>& common_options() {
  static const std::vector<Option> options{
      {.names = "--json", .help = "Write the result, or the error, as one JSON object to standard output"},
      {.names = "--stats", .help = "Report wall time, size and peak memory of each stage"},
      {.names = "--color",
       .value = "WHEN",
       .help = "Colour the output: always, never, or auto (on a terminal, unless NO_COLOR is set)",
       .initial = "auto",
       .choices = {"auto", "always", "never"}},
      {.names = "-h,--help", .help = "Show help and exit"}};
  return options;
}

const std::vector<ExitCode>& exit_codes() {
  static const std::vector<ExitCode> codes{
      {exit_ok, "success"},
      {exit_negative, "the answer is negative: a check failed, or could verify nothing"},
      {exit_usage, "usage: the command line, a Program, a formula or a file cannot be understood"},
      {exit_shape, "shape: types or shapes do not fit together"},
      {exit_domain, "domain: a value outside the domain of an operation, e.g. under --trap-nan"},
      {exit_resource, "resource: memory, disk, a file that cannot be read or written, or a limit"},
      {exit_internal, "internal: a fault of wengert itself; please report it"},
      {exit_interrupted, "interrupted: a long job was stopped in good order; a training can be resumed"},
      {exit_pipe, "ended by SIGPIPE: what reads the output has ended, as head does (as the shell reports it)"}};
  return codes;
}

}  // namespace wengert::cli
