// SPDX-License-Identifier: Apache-2.0
#include "wengert/exec/strides.h"

#include <algorithm>

#include "wengert/kernel/step_form.h"

namespace wengert {
namespace {

constexpr int deepest = 32;
constexpr int64_t largest = int64_t{1} << 40;  // of what is counted here: there is no such array

}  // namespace

Strides::Strides(const Kernel& kernel)
    : kernel_(kernel), written_by_(kernel.integers + 1, never), constants_(kernel.integers + 1) {
  for (const auto& c : kernel.integer_constants) constants_[c.to] = c.value;
  for (uint32_t at = 0; at < kernel.steps.size(); ++at) {
    const MicroStep& s = kernel.steps[at];
    if (form_of(s).to == RegisterKind::integer)
      written_by_[s.to] = written_by_[s.to] == never && !constants_[s.to] ? at : several;
  }
}

std::optional<int64_t> Strides::constant(uint32_t slot) const {
  return written_by_[slot] == never ? constants_[slot] : std::nullopt;
}

std::optional<Strides::Form> Strides::sum(const Form& a, const Form& b, int64_t times) {
  if (std::abs(times) > largest) return {};
  const auto in_bounds = [](__int128 value) { return value <= largest && value >= -largest; };
  const auto product = [&](int64_t x) { return static_cast<__int128>(times) * x; };
  if (!in_bounds(a.first + product(b.first))) return {};
  Form result{static_cast<int64_t>(a.first + product(b.first)), a.terms};
  for (const auto& [loop, stride] : b.terms) {
    const auto place = std::ranges::lower_bound(result.terms, loop, {}, &std::pair<uint32_t, int64_t>::first);
    const bool there = place != result.terms.end() && place->first == loop;
    const __int128 next = (there ? place->second : 0) + product(stride);
    if (!in_bounds(next)) return {};
    if (there)
      place->second = static_cast<int64_t>(next);
    else
      result.terms.insert(place, {loop, static_cast<int64_t>(next)});
  }
  std::erase_if(result.terms, [](const auto& term) { return term.second == 0; });
  return result;
}

std::optional<Strides::Form> Strides::form(uint32_t slot, int depth) const {
  if (const auto before = known_.find(slot); before != known_.end()) return before->second;
  auto result = found(slot, depth);
  known_.emplace(slot, result);
  return result;
}

std::optional<Strides::Form> Strides::found(uint32_t slot, int depth) const {
  if (const auto value = constant(slot)) return sum({}, {*value, {}}, 1);
  const uint32_t at = written_by_[slot];
  if (at == never || at == several || depth == deepest) return {};
  const MicroStep& s = kernel_.steps[at];
  if (s.op == Micro::loop) return Form{0, {{at, 1}}};
  if (s.op != Micro::integer_add && s.op != Micro::integer_subtract && s.op != Micro::integer_multiply) return {};
  const auto a = form(s.a, depth + 1), b = form(s.b, depth + 1);
  if (!a || !b) return {};
  if (s.op != Micro::integer_multiply) return sum(*a, *b, s.op == Micro::integer_add ? 1 : -1);
  if (a->terms.empty()) return sum({}, *b, a->first);
  return b->terms.empty() ? sum({}, *a, b->first) : std::nullopt;
}

bool Strides::same(uint32_t a, uint32_t b) const {
  if (a == b) return true;
  const auto x = form(a), y = form(b);
  return x && y && *x == *y;
}

bool Strides::tells_apart(uint32_t slot, std::span<const uint32_t> loops) const {
  const auto f = form(slot);
  if (!f) return false;
  std::vector<std::pair<int64_t, int64_t>> steps;  // (stride, extent)
  for (uint32_t loop : loops) {
    const auto extent = constant(kernel_.steps[loop].a);
    if (!extent || *extent > largest) return false;
    if (*extent <= 1) continue;
    const auto term = std::ranges::find(f->terms, loop, &std::pair<uint32_t, int64_t>::first);
    if (term == f->terms.end() || std::abs(term->second) > largest) return false;
    steps.emplace_back(std::abs(term->second), *extent);
  }
  std::ranges::sort(steps);
  int64_t reach = 0;  // of the loops with smaller strides
  for (const auto& [stride, extent] : steps) {
    if (stride <= reach) return false;
    reach += stride * (extent - 1);
    if (reach > largest) return false;
  }
  return true;
}

}  // namespace wengert
