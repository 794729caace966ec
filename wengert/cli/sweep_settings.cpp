// SPDX-License-Identifier: Apache-2.0
#include "wengert/cli/sweep_settings.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fmt/format.h>

#include "wengert/base/array.h"
#include "wengert/base/error.h"
#include "wengert/base/random.h"

namespace wengert::cli {
namespace {

constexpr size_t most_runs = 10'000;

[[noreturn]] void refuse(const std::string& text, const std::string& problem, const std::string& fix) {
  throw UsageError("W852", fmt::format("--vary \"{}\" {}", text, problem), {}, fix);
}

std::string trimmed(const std::string& text) {
  const size_t begin = text.find_first_not_of(" \t"), end = text.find_last_not_of(" \t");
  return begin == std::string::npos ? "" : text.substr(begin, end - begin + 1);
}

std::optional<double> number_of(const std::string& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size() && std::isfinite(value) ? std::optional(value)
                                                                                          : std::nullopt;
}

bool is_whole(const std::string& text) { return text.find_first_not_of("+-0123456789") == std::string::npos; }

/// The ends of "16..256" or "log 1e-4..1e-1"; whether it is a range at all.
bool parse_range(const std::string& text, const std::string& given, VariedSetting& setting) {
  const bool logarithmic = given.starts_with("log ");
  const std::string ends = trimmed(logarithmic ? given.substr(4) : given);
  const size_t dots = ends.find("..");
  const bool has_ends = dots != std::string::npos;
  const auto low = has_ends ? number_of(trimmed(ends.substr(0, dots))) : std::nullopt,
             high = has_ends ? number_of(trimmed(ends.substr(dots + 2))) : std::nullopt;
  if (!low || !high) {
    if (logarithmic) refuse(text, "has a range that cannot be read", "write it like \"rate=log 1e-4..1e-1\"");
    return false;
  }
  if (!(*low < *high)) refuse(text, "has a range without extent", "write the lower end first");
  if (logarithmic && !(*low > 0))
    refuse(text, "has a logarithmic range that is not above 0", "begin it above 0, or leave out log");
  setting.low = *low, setting.high = *high, setting.is_range = true, setting.logarithmic = logarithmic;
  setting.whole = is_whole(trimmed(ends.substr(0, dots))) && is_whole(trimmed(ends.substr(dots + 2)));
  return true;
}

std::vector<std::string> parse_list(const std::string& text, const std::string& given) {
  const char separator = given.find(';') != std::string::npos ? ';' : ',';
  std::vector<std::string> values;
  for (size_t at = 0; at <= given.size();) {
    const size_t end = std::min(given.find(separator, at), given.size());
    values.push_back(trimmed(given.substr(at, end - at)));
    if (values.back().empty()) refuse(text, "has a value that is empty", "write values like \"rate=0.001,0.003\"");
    if (std::count(values.begin(), values.end(), values.back()) > 1)
      refuse(text, fmt::format("has the value {} twice", values.back()), "leave out one of them");
    at = end + 1;
  }
  return values;
}

std::string drawn_value(const VariedSetting& setting, Random random) {
  if (!setting.is_range) return setting.values[random.below(setting.values.size())];
  const auto [low, high] = setting.logarithmic ? std::pair(std::log(setting.low), std::log(setting.high))
                                               : std::pair(setting.low, setting.high);
  if (!setting.whole) {
    const double value = random.uniform(low, high);
    return fmt::format("{:.4g}", setting.logarithmic ? std::exp(value) : value);
  }
  if (!setting.logarithmic)
    return fmt::format(
        "{:.0f}",
        setting.low + static_cast<double>(random.below(static_cast<uint64_t>(setting.high - setting.low) + 1)));
  return fmt::format("{:.0f}", std::exp(random.uniform(low, high)));
}

}  // namespace

VariedSetting parse_varied(const std::string& text, const std::vector<Option>& options) {
  const size_t equals = text.find('=');
  if (equals == std::string::npos)
    refuse(text, "says no values", "write the name of an option of train and its values, like \"rate=0.001,0.003\"");
  VariedSetting setting{.name = trimmed(text.substr(0, equals)), .values = {}};
  std::string names;
  bool known = false;
  for (const Option& option : options) {
    known = known || long_name(option) == setting.name;
    names += (names.empty() ? "" : " ") + std::string(long_name(option));
  }
  if (!known)
    refuse(text, fmt::format("names no setting that can be varied: {}", names),
           "every run must be judged by the same data, so what says which data are meant stays as it is");
  const std::string given = trimmed(text.substr(equals + 1));
  if (!parse_range(text, given, setting)) setting.values = parse_list(text, given);
  return setting;
}

std::vector<SweepSettings> grid(const std::vector<VariedSetting>& varied) {
  std::vector<SweepSettings> runs{{}};
  for (const VariedSetting& setting : varied) {
    if (setting.is_range)
      refuse(fmt::format("{}={}{}..{}", setting.name, setting.logarithmic ? "log " : "", shortest(setting.low),
                         shortest(setting.high)),
             "is a range, which has no combinations", "say how many are drawn: --random N");
    std::vector<SweepSettings> longer;
    for (const SweepSettings& run : runs)
      for (const std::string& value : setting.values) {
        longer.push_back(run);
        longer.back().emplace_back(setting.name, value);
      }
    runs = std::move(longer);
    if (runs.size() > most_runs)
      refuse(setting.name, fmt::format("makes more than {} combinations", most_runs), "draw some of them: --random N");
  }
  return runs;
}

std::vector<SweepSettings> drawn(const std::vector<VariedSetting>& varied, int64_t count, uint64_t key) {
  std::vector<SweepSettings> runs;
  for (int64_t k = 0; k < count; ++k) {
    SweepSettings& run = runs.emplace_back();
    for (size_t j = 0; j < varied.size(); ++j)
      run.emplace_back(varied[j].name, drawn_value(varied[j], Random(key).split(static_cast<uint64_t>(k)).split(j)));
  }
  return runs;
}

std::string settings_text(const SweepSettings& settings) {
  std::string text;
  for (const auto& [name, value] : settings) text += fmt::format("{}{}={}", text.empty() ? "" : "  ", name, value);
  return text;
}

}  // namespace wengert::cli
