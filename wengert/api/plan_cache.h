// SPDX-License-Identifier: Apache-2.0
//
// PlanCache: how the Jacobians of the last Programs were found best to be accumulated.
#pragma once

#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "wengert/ad/chain_product.h"
#include "wengert/plan/elimination_order.h"

namespace wengert {

struct JacobianPlan {
  enum class Method : uint8_t { forward, reverse, elimination, chain };
  Method method = Method::forward;
  EliminationOrder order = {};  ///< of an elimination
  ChainProduct product = {};    ///< of a chain
  double operations = 0, swept_operations = 0;
};
std::string_view to_string(JacobianPlan::Method method);

/// Keys are whole texts of Programs, so that no two are taken for one. Several threads may use it.
class PlanCache {
 public:
  static PlanCache& of_process();
  explicit PlanCache(size_t most = 256) : most_(most) {}

  std::optional<JacobianPlan> find(const std::string& key) const;
  /// Beyond the most that are kept, the oldest goes.
  void keep(const std::string& key, const JacobianPlan& plan);
  size_t size() const;

 private:
  const size_t most_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, JacobianPlan> plans_;
  std::deque<std::string> by_age_;
};

}  // namespace wengert
