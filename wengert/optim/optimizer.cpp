// SPDX-License-Identifier: Apache-2.0
#include "wengert/optim/optimizer.h"

#include "wengert/primitives/arithmetic.h"

namespace wengert {

Updated update_all(const Optimizer& optimizer, std::vector<Optimizer::Given> given) {
  if (optimizer.prepare) optimizer.prepare(given);
  Updated updated;
  for (const Optimizer::Given& one : given) {
    auto [step, state] = optimizer.update(one);
    updated.parameters.push_back(one.frozen ? one.parameter : one.parameter + step);
    updated.states.push_back(std::move(state));
  }
  return updated;
}

}  // namespace wengert
