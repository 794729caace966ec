// SPDX-License-Identifier: Apache-2.0
#include "wengert/optim/transforms.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "wengert/base/choice.h"
#include "wengert/base/error.h"
#include "wengert/primitives/arithmetic.h"
#include "wengert/primitives/elementary.h"
#include "wengert/primitives/linalg.h"
#include "wengert/primitives/rearrange.h"
#include "wengert/primitives/select.h"

namespace wengert {
namespace {

using Given = Optimizer::Given;
using Update = Optimizer::Update;
using Prepare = std::function<void(std::span<Given>)>;

Optimizer with_text(Optimizer optimizer, const std::string& more) {
  optimizer.text = fmt::format("{}, {}", optimizer.text, more);
  return optimizer;
}

/// One after the other; either may be empty.
Prepare then(Prepare first, Prepare second) {
  return [first = std::move(first), second = std::move(second)](std::span<Given> all) {
    if (first) first(all);
    if (second) second(all);
  };
}

void shorten(std::span<Given> all, double most) {
  std::vector<Expr> lengths;
  for (const Given& given : all)
    if (!given.frozen) lengths.push_back(norm(given.gradient));
  if (lengths.empty()) return;
  const Expr factor = most / max(norm(stack(lengths)), most);  // exactly 1 where nothing is to be done
  for (Given& given : all)
    if (!given.frozen) given.gradient *= factor;
}

std::string describe(const ParameterGroup& group) {
  const std::string decay = group.decay ? fmt::format(" decay={}", *group.decay) : "";
  return fmt::format("{} rate={}{}", group.pattern, group.rate, decay);
}

std::string names_of(std::span<const Given> all) {
  std::string text;
  for (const Given& given : all) text += fmt::format("{}\"{}\"", text.empty() ? "" : ", ", given.name);
  return text;
}

const ParameterGroup* group_of(const std::vector<ParameterGroup>& groups, const std::string& name) {
  const auto found = std::ranges::find_if(groups, [&](const ParameterGroup& g) { return matches(g.pattern, name); });
  return found == groups.end() ? nullptr : &*found;
}

/// Rates and frozen ones.
void sort_into_groups(std::span<Given> all, const std::vector<ParameterGroup>& groups) {
  for (const ParameterGroup& group : groups)
    if (std::ranges::none_of(all, [&](const Given& given) { return matches(group.pattern, given.name); }))
      throw UsageError("W834",
                       fmt::format("the pattern \"{}\" of a parameter group matches no parameter", group.pattern), {},
                       fmt::format("the parameters are {}; * stands for any characters", names_of(all)));
  for (Given& given : all) {
    const ParameterGroup* const group = group_of(groups, given.name);
    if (!group) continue;
    if (group->rate != 1) given.rate *= group->rate;
    given.frozen = given.frozen || group->rate == 0;
  }
}

/// The update of one parameter with its group's decay.
Update group_update(const Optimizer& optimizer, const std::vector<ParameterGroup>& groups, Given given) {
  const ParameterGroup* const group = group_of(groups, given.name);
  const bool own_decay = group && group->decay, decays = given.decays;
  if (own_decay) given.decays = false;
  Update update = optimizer.update(given);
  if (own_decay && decays && *group->decay > 0) update.step -= given.rate * *group->decay * given.parameter;
  if (given.frozen) update = {zeros(given.parameter.type()), {given.state.begin(), given.state.end()}};
  return update;
}

/// The weight of the newest parameters in the average.
Expr newest_weight(const Averaging& averaging, const Expr& count) {
  if (averaging.kind == Averaging::Kind::polyak) return 1 / max(count - (averaging.start - 1), 1);
  return averaging.decay == 0 ? Expr(1) : (1 - averaging.decay) / -expm1(count * std::log(averaging.decay));
}

std::string describe(const Averaging& averaging) {
  if (averaging.kind == Averaging::Kind::exponential)
    return fmt::format("exponential average decay={}", averaging.decay);
  return fmt::format("polyak average start={}", averaging.start);
}

}  // namespace

bool matches(std::string_view pattern, std::string_view name) {
  size_t p = 0, n = 0, star = std::string_view::npos, after_star = 0;
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      after_star = n;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == name[n])) {
      ++p;
      ++n;
    } else if (star != std::string_view::npos) {  // the last star takes one character more
      p = star + 1;
      n = ++after_star;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

Optimizer clip_norm(Optimizer optimizer, double most) {
  check({"most", positive}, most);
  optimizer.prepare = then(optimizer.prepare, [most](std::span<Given> all) { shorten(all, most); });
  return with_text(std::move(optimizer), fmt::format("clip_norm {}", most));
}

Optimizer clip_value(Optimizer optimizer, double most) {
  check({"most", positive}, most);
  optimizer.prepare = then(optimizer.prepare, [most](std::span<Given> all) {
    for (Given& given : all)
      if (!given.frozen) given.gradient = clamp(given.gradient, -most, most);
  });
  return with_text(std::move(optimizer), fmt::format("clip_value {}", most));
}

Optimizer grouped(Optimizer optimizer, std::vector<ParameterGroup> groups) {
  Optimizer result = optimizer;
  for (const ParameterGroup& group : groups) {
    check({"rate", non_negative}, group.rate);
    if (group.decay) check({"decay", non_negative}, *group.decay);
    result = with_text(std::move(result), describe(group));
  }
  // first, so that what was put on before (clipping) knows what is frozen
  result.prepare = then([groups](std::span<Given> all) { sort_into_groups(all, groups); }, optimizer.prepare);
  result.update = [optimizer = std::move(optimizer), groups = std::move(groups)](const Given& given) {
    return group_update(optimizer, groups, given);
  };
  return result;
}

Optimizer averaged(Optimizer optimizer, const Averaging& averaging) {
  check({"decay", below_one}, averaging.decay);
  check({"start", counts}, averaging.start);
  Optimizer result = with_text(optimizer, describe(averaging));
  ++result.slots;
  result.averages = true;
  result.update = [optimizer = std::move(optimizer), averaging](Given given) {
    const Expr old = given.state.back();
    given.state = given.state.first(given.state.size() - 1);
    Update update = optimizer.update(given);
    const Expr moved = given.frozen ? given.parameter : given.parameter + update.step;
    update.state.push_back(old + newest_weight(averaging, given.count) * (moved - old));
    return update;
  };
  return result;
}

}  // namespace wengert
