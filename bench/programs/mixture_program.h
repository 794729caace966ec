// SPDX-License-Identifier: Apache-2.0
//
// The log-likelihood of objectives/mixture.h as a Program (x[n, d], alpha[K], mean[K, d], factor[K, ...]) -> L.
#pragma once

#include <vector>

#include "objectives/mixture.h"
#include "wengert/base/array.h"
#include "wengert/ir/program.h"

namespace wengert::bench {

enum class MixtureForm {
  loop,    ///< sum_map over the points, in its body a map over the components of a body of one point and one component
  point,   ///< sum_map over the points of a body on arrays [K, d]
  arrays,  ///< products of matrices over all points
};

Program mixture_program(const Mixture& mixture, MixtureForm form);
std::vector<Array> mixture_inputs(const Mixture& mixture);

}  // namespace wengert::bench
