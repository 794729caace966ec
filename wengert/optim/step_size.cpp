// SPDX-License-Identifier: Apache-2.0
#include "wengert/optim/step_size.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "wengert/base/choice.h"

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
         return Schedule{{}, n[1], [m = n[0]](double t, double total) {
                           return m + (1 - m) * (1 + std::cos(std::numbers::pi * share(t, total))) / 2;
                         }};
       }},
      {{"linear", {floor_setting, warmup}}, [](Numbers n) {
         return Schedule{{}, n[1], [m = n[0]](double t, double total) { return 1 - (1 - m) * share(t, total); }};
       }}};
  return all;
}

}  // namespace

double Schedule::factor(const TrainingTime& time) const {
  const auto per_epoch = static_cast<double>(time.steps_per_epoch);
  const double warmup_steps = warmup * per_epoch;
  if (static_cast<double>(time.step) < warmup_steps) return static_cast<double>(time.step) / warmup_steps;
  const double t = static_cast<double>(time.step - 1) / per_epoch, total = static_cast<double>(time.steps) / per_epoch;
  return decay(std::max(t - warmup, 0.0), total - warmup);
}

Schedule parse_schedule(std::string_view text) {
  auto [schedule, canonical] = make_chosen(text, "schedule", makers());
  schedule.text = canonical;
  return schedule;
}

}  // namespace wengert
