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
  double count = static_cast<double>(batch) * static_cast<double>(groups) * static_cast<double>(c) * static_cast<double>(e);
  for (const ConvolveAxis& a : axes) count *= static_cast<double>(a.places) * static_cast<double>(a.window);
  return count;
}

std::span<const ConvolveCandidate> convolve_candidates() { return candidates; }

ConvolveKernel choose_convolve(const ConvolveShape& shape) {
  return kernel_of(avx2_convolve() != nullptr ? avx2_convolve() : &portable_convolve(), shape);
}

}  // namespace wengert
