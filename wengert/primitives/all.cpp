// SPDX-License-Identifier: Apache-2.0
//
// The list of families. Naming one record of each file keeps that file in a program that links the static library: the
// registry calls this before it is asked for a name.
#include <vector>

#include "wengert/primitives/primitives.h"

namespace wengert {

/// The library's files of records; the vector is only there to be pointed at.
const std::vector<const Primitive*>& library_primitives() {
  static const std::vector<const Primitive*> one_of_each{
      &add_p,    &exp_p,   &relu_p,    &less_p,   &broadcast_p, &slice_p,  &convert_p, &guard_p,
      &sum_p,    &softmax_p, &matmul_p, &solve_p, &gather_p, &uniform_p,  &call_p,   &scan_p,    &custom_p,
      &convolve_p, &max_pool_p, &windows_p};
  return one_of_each;
}

}  // namespace wengert
