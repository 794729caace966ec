// SPDX-License-Identifier: Apache-2.0
#include "wengert/api/plan_cache.h"

namespace wengert {

std::string_view to_string(JacobianPlan::Method method) {
  constexpr std::string_view names[] = {"forward sweeps", "reverse sweeps", "elimination", "chain of products"};
  return names[static_cast<size_t>(method)];
}

PlanCache& PlanCache::of_process() {
  static PlanCache cache;
  return cache;
}

std::optional<JacobianPlan> PlanCache::find(const std::string& key) const {
  const std::lock_guard lock(mutex_);
  const auto found = plans_.find(key);
  return found == plans_.end() ? std::nullopt : std::optional(found->second);
}

void PlanCache::keep(const std::string& key, const JacobianPlan& plan) {
  const std::lock_guard lock(mutex_);
  if (!plans_.try_emplace(key, plan).second) return;  // another thread found the same
  by_age_.push_back(key);
  if (by_age_.size() <= most_) return;
  plans_.erase(by_age_.front());
  by_age_.pop_front();
}

size_t PlanCache::size() const {
  const std::lock_guard lock(mutex_);
  return plans_.size();
}

}  // namespace wengert
