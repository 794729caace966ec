// SPDX-License-Identifier: Apache-2.0
#include "wengert/exec/convolve.h"

#include "wengert/exec/convolve_own.h"
#include "wengert/exec/convolve_plan.h"

namespace wengert {
namespace {

ConvolveKernel kernel_of(const OwnConvolve* own, const ConvolveShape& s) {
  if (own == nullptr) return {};
  const auto plan = plan_convolve(s);
  return plan == nullptr ? ConvolveKernel{} : ConvolveKernel{s.dtype == DType::f64 ? own->f64 : own->f32, plan};
}

constexpr ConvolveCandidate candidates[] = {
    {"own", [](const ConvolveShape& s) { return kernel_of(avx2_convolve(), s); }},
    {"portable", [](const ConvolveShape& s) { return kernel_of(&portable_convolve(), s); }},
};

}  // namespace

double ConvolveShape::multiplications() const {
  double count =
      static_cast<double>(batch) * static_cast<double>(groups) * static_cast<double>(c) * static_cast<double>(e);
  for (const ConvolveAxis& a : axes) count *= static_cast<double>(a.places) * static_cast<double>(a.window);
  return count;
}

std::span<const ConvolveCandidate> convolve_candidates() { return candidates; }

/// GFLOP/s of our own kernel and of oneDNN 2.6.3 by bench/convolve.cpp (best of 60, on a machine that did other things
/// too), one thread of a Zen 3, f32; images of size^2 with channels in -> out, the library in the same layout:
///
///                                      forward         gradient by x    gradient by w
///                                   own  library      own  library      own  library
///     28^2,  1 ->  6, 5 x 5        31.4     25.7       7.7      9.0    22.8     19.2
///     14^2,  6 -> 16, 5 x 5        74.9     45.0      39.9     38.3    82.4     66.5
///     32^2,  3 -> 16, 3 x 3        71.2     61.9      24.3     23.6    46.9     37.3
///     32^2, 16 -> 16, 3 x 3        80.9     64.9      81.9     56.8    70.8     61.7
///     16^2, 32 -> 32, 3 x 3        89.3     73.7      84.3     87.1    69.1     55.5
///      8^2, 64 -> 64, 3 x 3        86.6     62.1      90.0     69.8    72.6     56.4
///     32^2, 16 -> 32, 3 x 3 / 2    60.2     60.4      62.7     57.1    52.6     47.9
///     32^2, 16 -> 32, 1 x 1 / 2    21.1     24.7      16.1     27.3    28.7     28.9
///     16^2, 32 -> 64, 3 x 3 / 2    62.7     44.6      78.7     55.8    61.9     45.9
///
/// So no library is loaded. Where there are fewer than 8 channels of the result, lanes stay empty, here as there.
ConvolveKernel choose_convolve(const ConvolveShape& shape) {
  return kernel_of(avx2_convolve() != nullptr ? avx2_convolve() : &portable_convolve(), shape);
}

}  // namespace wengert
