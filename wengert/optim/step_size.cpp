// SPDX-License-Identifier: Apache-2.0
#include "wengert/optim/step_size.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fmt/format.h>
#include <numbers>

#include "wengert/base/choice.h"
#include "wengert/base/error.h"

namespace wengert {
namespace {

using Numbers = std::span<const double>;

constexpr Interval above_zero_to_one{0, 1, true}, zero_to_one{0, 1};
const Setting warmup{"warmup", non_negative, 0.0}, floor_setting{"floor", zero_to_one, 0.0};

/// How much of the time has gone, in [0, 1]; nothing of no time.
double share(double t, double total) { return total > 0 ? std::min(t / total, 1.0) : 0; }

const std::vector<Maker<Schedule>>& makers() {
  static const std::vector<Maker<Schedule>> all{
      {{"constant", {warmup}},
       [](Numbers n) {
         return Schedule{{}, n[0]};
       }},
      {{"step", {{"factor", above_zero_to_one}, {"every", positive}, warmup}},
       [](Numbers n) {
         return Schedule{
             {}, n[2], [f = n[0], every = n[1]](double t, double) { return std::pow(f, std::floor(t / every)); }};
       }},
      {{"exponential", {{"factor", above_zero_to_one}, warmup}},
       [](Numbers n) {
         return Schedule{{}, n[1], [f = n[0]](double t, double) { return std::pow(f, t); }};
       }},
      {{"inverse_time", {{"pace", non_negative}, warmup}},
       [](Numbers n) {
         return Schedule{{}, n[1], [k = n[0]](double t, double) { return 1 / (1 + k * t); }};
       }},
      {{"cosine", {floor_setting, warmup}},
       [](Numbers n) {
         return Schedule{{},
                         n[1],
                         [m = n[0]](double t, double total) {
                           return m + (1 - m) * (1 + std::cos(std::numbers::pi * share(t, total))) / 2;
                         },
                         true};
       }},
      {{"linear", {floor_setting, warmup}}, [](Numbers n) {
         return Schedule{{}, n[1], [m = n[0]](double t, double total) { return 1 - (1 - m) * share(t, total); }, true};
       }}};
  return all;
}

bool is_chain(std::string_view text) {
  return text.find_first_of(",") != std::string_view::npos || text.find(" scaled ") != std::string_view::npos ||
         text.find(" for ") != std::string_view::npos;
}

[[noreturn]] void bad_chain(const std::string& problem) {
  throw UsageError("W835", "a chain of schedules " + problem, {},
                   "write it like \"linear floor=0.5 for 10, constant scaled 0.5 for 20, cosine scaled 0.5\"");
}

/// Takes " word NUMBER" off the end of a part; `usual` where it does not say so.
double take_number(std::string_view& part, std::string_view word, double usual) {
  const size_t at = part.rfind(fmt::format(" {} ", word));
  if (at == std::string_view::npos) return usual;
  std::string_view digits = part.substr(at + word.size() + 2);
  digits.remove_prefix(std::min(digits.find_first_not_of(' '), digits.size()));
  digits = digits.substr(0, digits.find_last_not_of(' ') + 1);
  double number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc() || end != digits.data() + digits.size())
    bad_chain(fmt::format("has \"{}\" behind \"{}\", which is no number", digits, word));
  part = part.substr(0, at);
  return number;
}

Schedule parse_chain(std::string_view text) {
  std::vector<SchedulePhase> phases;
  for (size_t at = 0; at <= text.size();) {
    const size_t end = std::min(text.find(',', at), text.size());
    std::string_view part = text.substr(at, end - at);
    SchedulePhase phase;
    const std::string all(part);
    phase.epochs = take_number(part, "for", 0);
    phase.scale = take_number(part, "scaled", 1);
    phase.schedule = parse_schedule(part);
    const bool last = end == text.size();
    if (last && phase.epochs != 0) bad_chain(fmt::format("says in its last part, \"{}\", how long it holds", all));
    if (!last && phase.epochs == 0) bad_chain(fmt::format("does not say in \"{}\" how long it holds", all));
    phases.push_back(std::move(phase));
    at = end + 1;
  }
  return chain(std::move(phases));
}

void check_phases(const std::vector<SchedulePhase>& phases) {
  if (phases.empty()) bad_chain("has no part");
  for (size_t k = 0; k < phases.size(); ++k) {
    check({"scale", above_zero_to_one}, phases[k].scale);
    if (k > 0 && phases[k].schedule.warmup > 0) bad_chain("has a warm-up in a part that is not the first");
    const double epochs = phases[k].epochs;
    if (k + 1 < phases.size() && !(epochs > 0 && std::isfinite(epochs)))
      bad_chain(fmt::format("has a part that holds for {} epochs", epochs));
  }
}

/// "cosine scaled 0.5 for 10"
std::string describe(const SchedulePhase& phase, bool last) {
  const std::string scaled = phase.scale == 1 ? "" : fmt::format(" scaled {}", phase.scale);
  return phase.schedule.text + scaled + (last ? "" : fmt::format(" for {}", phase.epochs));
}

}  // namespace

Schedule chain(std::vector<SchedulePhase> phases) {
  check_phases(phases);
  Schedule whole{{}, phases[0].schedule.warmup};
  for (size_t k = 0; k < phases.size(); ++k)
    whole.text += (k > 0 ? ", " : "") + describe(phases[k], k + 1 == phases.size());
  whole.looks_ahead = phases.back().schedule.looks_ahead;
  whole.decay = [phases = std::move(phases)](double t, double total) {
    for (size_t k = 0; k + 1 < phases.size(); ++k) {
      const double epochs = phases[k].epochs;
      if (t < epochs) return phases[k].scale * phases[k].schedule.decay(t, epochs);
      t -= epochs;
      total -= epochs;
    }
    return phases.back().scale * phases.back().schedule.decay(t, total);
  };
  return whole;
}

double Schedule::factor(const TrainingTime& time) const {
  const auto per_epoch = static_cast<double>(time.steps_per_epoch);
  const double warmup_steps = warmup * per_epoch;
  if (static_cast<double>(time.step) < warmup_steps) return static_cast<double>(time.step) / warmup_steps;
  const double t = static_cast<double>(time.step - 1) / per_epoch, total = static_cast<double>(time.steps) / per_epoch;
  return decay(std::max(t - warmup, 0.0), total - warmup);
}

Schedule parse_schedule(std::string_view text) {
  if (is_chain(text)) return parse_chain(text);
  auto [schedule, canonical] = make_chosen(text, "schedule", makers());
  schedule.text = canonical;
  return schedule;
}

}  // namespace wengert
