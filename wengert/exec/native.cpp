// SPDX-License-Identifier: Apache-2.0
#include "wengert/exec/native.h"

#include <algorithm>

#include "wengert/exec/convolve.h"
#include "wengert/exec/matmul.h"
#include "wengert/primitives/convolution.h"
#include "wengert/primitives/linalg.h"
#include "wengert/primitives/rearrange.h"
#include "wengert/primitives/window_axes.h"

namespace wengert {
namespace {

NativeKernel native_matmul(std::span<const Type> operands, std::span<const Type> results, const Attributes& attributes) {
  const Shape &a = operands[0].shape, &c = results[0].shape;
  MatmulShape shape{.dtype = results[0].dtype, .m = c[c.rank() - 2], .n = c.back(),
                    .transpose_a = attributes.flag("transpose_a"), .transpose_b = attributes.flag("transpose_b")};
  shape.k = a[a.rank() - (shape.transpose_a ? 2 : 1)];
  for (int axis = 0; axis < c.rank() - 2; ++axis) shape.count *= c[axis];
  return [product = choose_matmul(shape)](std::span<void* const> buffers) { product(buffers[0], buffers[1], buffers[2]); };
}

/// One of the derivatives of T (primitives/convolution.h), of its arrays x and w.
NativeKernel native_convolve(ConvolveShape::Result result, const Type& x, const Type& w, const Attributes& attributes) {
  const std::vector<int64_t> taps(w.shape.begin(), w.shape.end() - 2);
  const WindowAxes windows(spatial_extents(x.shape), taps, attributes);
  ConvolveShape shape{.dtype = x.dtype, .result = result, .batch = x.shape[0]};
  if (attributes.has("groups")) shape.groups = attributes.integer("groups");
  shape.c = w.shape[w.shape.rank() - 2];
  shape.e = w.shape.back() / shape.groups;
  for (const WindowAxis& a : windows.axes()) shape.axes.push_back({a.input, a.window, a.places(), a.stride, a.low, a.dilation});
  constexpr double few = 4096;  // multiplications: the reference's bits are worth more than the time of these
  if (shape.multiplications() <= few || x.elements() == 0) return {};
  const ConvolveKernel kernel = choose_convolve(shape);
  if (!kernel) return {};
  return [kernel](std::span<void* const> buffers) { kernel(buffers[0], buffers[1], buffers[2]); };
}

/// A broadcast as loops over the result's outer axes, each step writing a row: a copy of the operand's, or one element
/// again and again. No arithmetic, so it equals the reference bit for bit.
struct Broadcast {
  std::vector<int64_t> extents, strides;  ///< of the outer axes: of the result, and of the operand in elements (0: repeated)
  int64_t row = 1;
  bool repeats = true;  ///< the row is one element

  Broadcast(const Shape& from, const Shape& to) {
    const auto from_strides = from.strides();
    const int lead = to.rank() - from.rank();
    for (int axis = 0; axis < to.rank(); ++axis) {
      const bool moves = axis >= lead && from[axis - lead] != 1;
      extents.push_back(to[axis]);
      strides.push_back(moves ? from_strides[static_cast<size_t>(axis - lead)] : 0);
    }
    // Axes from the last back that all repeat, or all move, make one row.
    repeats = strides.empty() || strides.back() == 0;
    while (!extents.empty() && (strides.back() == 0) == repeats) {
      row *= extents.back();
      extents.pop_back();
      strides.pop_back();
    }
  }

  template <class T> void operator()(std::span<void* const> buffers) const {
    const auto* from = static_cast<const T*>(buffers[0]);
    auto* to = static_cast<T*>(buffers[1]);
    const auto outer = [&](auto&& self, size_t axis, const T* source) -> void {
      if (axis == extents.size()) {
        to = repeats ? std::fill_n(to, row, *source) : std::copy_n(source, row, to);
        return;
      }
      for (int64_t i = 0; i < extents[axis]; ++i) self(self, axis + 1, source + i * strides[axis]);
    };
    outer(outer, 0, from);
  }
};

NativeKernel native_broadcast(const Type& operand, const Type& result) {
  if (result.elements() < 8) return {};  // also: nothing to read where there are no elements
  const Broadcast broadcast(operand.shape, result.shape);
  switch (size_of(result.dtype)) {
    case 8: return [broadcast](std::span<void* const> buffers) { broadcast.operator()<uint64_t>(buffers); };
    case 4: return [broadcast](std::span<void* const> buffers) { broadcast.operator()<uint32_t>(buffers); };
    default: return [broadcast](std::span<void* const> buffers) { broadcast.operator()<uint8_t>(buffers); };
  }
}

}  // namespace

NativeKernel native_kernel(const Primitive& primitive, std::span<const Type> operands, std::span<const Type> results,
                           const Attributes& attributes) {
  if (&primitive == &matmul_p) return native_matmul(operands, results, attributes);
  using Result = ConvolveShape::Result;
  if (&primitive == &convolve_p) return native_convolve(Result::y, operands[0], operands[1], attributes);
  if (&primitive == &convolve_transposed_p) return native_convolve(Result::x, results[0], operands[1], attributes);
  if (&primitive == &convolve_weights_p) return native_convolve(Result::w, operands[0], results[0], attributes);
  if (&primitive == &broadcast_p) return native_broadcast(operands[0], results[0]);
  return {};
}

}  // namespace wengert
