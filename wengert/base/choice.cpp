// SPDX-License-Identifier: Apache-2.0
#include "wengert/base/choice.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <fmt/format.h>

#include "wengert/base/array.h"
#include "wengert/base/error.h"

namespace wengert {
namespace {

std::string upper(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

std::string usage(const Choice& choice) {
  std::string text = choice.name;
  for (const Setting& setting : choice.settings)
    text += setting.usual ? fmt::format(" [{}={}]", setting.name, shortest(*setting.usual)) : " " + upper(setting.name);
  return text;
}

/// The words between blanks and equal signs.
std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words(1);
  for (const char c : text) {
    const bool blank = c == ' ' || c == '\t' || c == '=';
    if (!blank)
      words.back() += c;
    else if (!words.back().empty())
      words.emplace_back();
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

std::optional<double> number_of(const std::string& word) {
  double value = 0;
  const char* const end = word.data() + word.size();
  const auto [after, error] = std::from_chars(word.data(), end, value);
  if (error != std::errc() || after != end) return {};
  return value;
}

/// Reads the words behind the name into numbers.
class SettingsReader {
 public:
  SettingsReader(std::string_view text, std::string_view kind, const Choice& choice)
      : text_(text), kind_(kind), choice_(choice), given_(choice.settings.size()) {}

  std::vector<double> read(const std::vector<std::string>& words) {
    for (size_t k = 1; k < words.size(); ++k) {
      if (const auto number = number_of(words[k]))
        give(next_place(words[k]), *number);
      else if (k + 1 < words.size())
        read_named(words[k], words[k + 1]), ++k;
      else
        refuse(fmt::format("has the part \"{}\", which is neither a number nor followed by one", words[k]));
    }
    return numbers();
  }

 private:
  [[noreturn]] void refuse(const std::string& problem) const {
    throw UsageError("W815", fmt::format("the {} \"{}\" {}", kind_, text_, problem), {},
                     "write it as: " + usage(choice_));
  }
  size_t next_place(const std::string& word) {
    if (next_ == given_.size()) refuse(fmt::format("has the number {} too many", word));
    return next_++;
  }
  void read_named(const std::string& name, const std::string& value) {
    const auto& settings = choice_.settings;
    const auto found = std::find_if(settings.begin(), settings.end(), [&](const Setting& s) { return s.name == name; });
    if (found == settings.end())
      refuse(fmt::format("has the setting \"{}\", which {} does not take", name, choice_.name));
    const auto number = number_of(value);
    if (!number) refuse(fmt::format("sets {} to \"{}\", which is no number", name, value));
    give(static_cast<size_t>(found - settings.begin()), *number);
  }
  void give(size_t place, double number) {
    if (given_[place]) refuse(fmt::format("gives {} twice", choice_.settings[place].name));
    check(choice_.settings[place], number);
    given_[place] = number;
  }
  std::vector<double> numbers() const {
    std::vector<double> all;
    for (size_t k = 0; k < given_.size(); ++k) {
      if (!given_[k] && !choice_.settings[k].usual) refuse(fmt::format("does not give {}", choice_.settings[k].name));
      all.push_back(given_[k] ? *given_[k] : *choice_.settings[k].usual);
    }
    return all;
  }

  std::string_view text_, kind_;
  const Choice& choice_;
  std::vector<std::optional<double>> given_;
  size_t next_ = 0;
};

}  // namespace

bool Interval::contains(double x) const {
  if (!std::isfinite(x) || (whole && x != std::floor(x))) return false;
  return (above_low ? x > low : x >= low) && (below_high ? x < high : x <= high);
}

std::string to_string(const Interval& interval) {
  const auto end = [](double x) {
    return std::isinf(x) ? x < 0 ? std::string("-infinity") : std::string("infinity") : shortest(x);
  };
  const bool open_low = interval.above_low || std::isinf(interval.low),
             open_high = interval.below_high || std::isinf(interval.high);
  return fmt::format("{}{}, {}{}", open_low ? '(' : '[', end(interval.low), end(interval.high), open_high ? ')' : ']');
}

void check(const Setting& setting, double value) {
  if (setting.range.contains(value)) return;
  throw UsageError(
      "W811",
      fmt::format("{} must be {}in {}, found {}", setting.name, setting.range.whole ? "a whole number " : "",
                  to_string(setting.range), shortest(value)),
      {}, setting.usual ? fmt::format("{} is usual", shortest(*setting.usual)) : "choose a value in that range");
}

Chosen choose(std::string_view text, std::string_view kind, const std::vector<Choice>& table) {
  const auto words = words_of(text);
  const std::string name = words.empty() ? "" : words[0];
  const auto found = std::find_if(table.begin(), table.end(), [&](const Choice& c) { return c.name == name; });
  if (found == table.end())
    throw UsageError("W814", fmt::format("the {} \"{}\" is unknown", kind, name), {}, "choose among: " + usage(table));
  return {static_cast<size_t>(found - table.begin()), SettingsReader(text, kind, *found).read(words)};
}

std::string describe(const Choice& choice, std::span<const double> numbers) {
  std::string text = choice.name;
  for (size_t k = 0; k < numbers.size(); ++k) {
    const Setting& setting = choice.settings[k];
    if (!setting.usual)
      text += " " + shortest(numbers[k]);
    else if (*setting.usual != numbers[k])
      text += fmt::format(" {}={}", setting.name, shortest(numbers[k]));
  }
  return text;
}

std::string usage(const std::vector<Choice>& table) {
  std::string text;
  for (const Choice& choice : table) text += (text.empty() ? "" : "; ") + usage(choice);
  return text;
}

}  // namespace wengert
