// SPDX-License-Identifier: Apache-2.0
//
// Convolutions by kernels of our own: of T(x, w, y) in primitives/convolution.h, the derivative by y, by x or by w, for
// arrays [batch, spatial..., channels]. No matrix of windows is made: the rows of a tile are read where they lie.
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "wengert/base/shape.h"

namespace wengert {

/// Along one spatial axis: tap k of place o lies on element o * stride + k * dilation - low.
struct ConvolveAxis {
  int64_t input = 1, window = 1, places = 1, stride = 1, low = 0, dilation = 1;
};

/// x [batch, input..., groups * c], w [window..., c, groups * e], y [batch, places..., groups * e].
struct ConvolveShape {
  enum class Result : uint8_t {
    y,
    x,
    w
  };  ///< of the other two, in the order x, w, y of T: y = (x, w), x = (y, w), w = (x, y)

  DType dtype = DType::f32;  ///< f64 or f32
  Result result = Result::y;
  int64_t batch = 1, groups = 1, c = 1, e = 1;
  std::vector<ConvolveAxis> axes = {};

  double multiplications() const;
};

struct ConvolvePlan;

/// A way to compute one shape. Calling it is safe from several threads; it keeps memory of its thread's own.
struct ConvolveKernel {
  using Function = void (*)(const ConvolvePlan& plan, const void* a, const void* b, void* result);

  Function function = nullptr;
  std::shared_ptr<const ConvolvePlan> plan;

  /// The result must not overlap the operands.
  void operator()(const void* a, const void* b, void* result) const { function(*plan, a, b, result); }
  explicit operator bool() const { return function != nullptr; }
};

/// The best kernel for this shape here; empty for windows of thousands of taps and arrays of millions of places. Each
/// element of a result is summed in one order, whatever the batch: in the operands' precision, not in f64 like the
/// reference.
ConvolveKernel choose_convolve(const ConvolveShape& shape);

/// What choose_convolve chooses from; for tests and measurements.
struct ConvolveCandidate {
  std::string_view name;
  /// The kernel for this shape, or an empty one where the candidate is not here.
  ConvolveKernel (*kernel)(const ConvolveShape& shape);
};
std::span<const ConvolveCandidate> convolve_candidates();

}  // namespace wengert
