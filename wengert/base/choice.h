// SPDX-License-Identifier: Apache-2.0
//
// Things chosen at run time by a short text: "adam beta1=0.95", "huber 1.5", "step 0.5 every 10". First a name, then
// numbers: by place, as name=value, or as a name followed by a value. One table says what there is; reading, ranges,
// messages that list the alternatives and the canonical text all follow from it.
#pragma once

#include <cmath>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wengert {

/// Where a number must lie; it is always finite.
struct Interval {
  double low = -HUGE_VAL, high = HUGE_VAL;
  bool above_low = false, below_high = false;  ///< the end itself is excluded
  bool whole = false;                          ///< only whole numbers

  bool contains(double x) const;
};
std::string to_string(const Interval& interval);  ///< "[0, 1)"

inline constexpr Interval any_number{}, non_negative{0, HUGE_VAL}, positive{0, HUGE_VAL, true};
inline constexpr Interval below_one{0, 1, false, true};            ///< [0, 1)
inline constexpr Interval counts{1, 1 << 20, false, false, true};  ///< 1, 2, ... 2^20

/// A number that a choice takes.
struct Setting {
  std::string name;
  Interval range;
  std::optional<double> usual = {};  ///< taken where the text gives none; without it the text must give one
};

/// throws : UsageError W811 for a value out of range
void check(const Setting& setting, double value);

struct Choice {
  std::string name;
  std::vector<Setting> settings = {};
};

struct Chosen {
  size_t place;                 ///< in the table
  std::vector<double> numbers;  ///< one a setting
};

/// kind : "optimizer", for messages
/// throws : UsageError W814 for a name that is not in the table, W815 for settings it does not take or lacks, or that
///          are no numbers; W811 for a number out of range
Chosen choose(std::string_view text, std::string_view kind, const std::vector<Choice>& table);

/// The canonical text: the name, and the settings that are not as usual ("adam beta1=0.95"); required ones by place.
std::string describe(const Choice& choice, std::span<const double> numbers);
/// "adam [beta1=0.9] [beta2=0.999]; uniform LOW HIGH": what may be written.
std::string usage(const std::vector<Choice>& table);

/// A choice and what it makes.
template <class Made> struct Maker {
  Choice choice;
  std::function<Made(std::span<const double> numbers)> make;
};

/// What the text chooses, and its canonical text. throws : as choose
template <class Made>
std::pair<Made, std::string> make_chosen(std::string_view text, std::string_view kind,
                                         const std::vector<Maker<Made>>& makers) {
  std::vector<Choice> table;
  for (const Maker<Made>& maker : makers) table.push_back(maker.choice);
  const Chosen chosen = choose(text, kind, table);
  return {makers[chosen.place].make(chosen.numbers), describe(table[chosen.place], chosen.numbers)};
}

}  // namespace wengert
