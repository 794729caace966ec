// SPDX-License-Identifier: Apache-2.0
#include "wengert/exec/native.h"

#include <algorithm>
#include <optional>

#include "wengert/exec/convolve.h"
#include "wengert/exec/matmul.h"
#include "wengert/primitives/convolution.h"
#include "wengert/primitives/linalg.h"
#include "wengert/primitives/rearrange.h"
#include "wengert/primitives/window_axes.h"

namespace wengert {
namespace {

/// Multiplications of a part at least: some 40 us.
constexpr double least_part = 1 << 20;

/// How many parts `extent` is cut into, at most `most`, each a multiple of `grain` long.
int64_t parts_of(int64_t extent, int64_t grain, double multiplications, int64_t most) {
  for (int64_t parts = most; parts > 1; parts /= 2)
    if (extent % (parts * grain) == 0 && multiplications >= least_part * static_cast<double>(parts)) return parts;
  return 1;
}

MatmulShape matmul_shape(std::span<const Type> operands, std::span<const Type> results, const Attributes& attributes) {
  const Shape &a = operands[0].shape, &c = results[0].shape;
  MatmulShape shape{.dtype = results[0].dtype, .m = c[c.rank() - 2], .n = c.back(),
                    .transpose_a = attributes.flag("transpose_a"), .transpose_b = attributes.flag("transpose_b")};
  shape.k = a[a.rank() - (shape.transpose_a ? 2 : 1)];
  for (int axis = 0; axis < c.rank() - 2; ++axis) shape.count *= c[axis];
  return shape;
}

std::shared_ptr<const NativeCall::Prepared> prepared_matmul(const MatmulShape& s) {
  const PackedMatmul product = choose_packed_matmul(s);
  if (!product) return nullptr;
  return std::make_shared<const NativeCall::Prepared>(NativeCall::Prepared{
      .operand = 1, .type = {s.dtype, Shape{product.elements()}},
      .prepare = [product](std::span<void* const> b) { product.pack(b[0], b[1]); },
      .function = [product](std::span<void* const> b) { product(b[0], b[1], b[2]); },
      .multiplications = 2 * static_cast<double>(product.elements())});
}

/// Several products; else, where few elements are long sums, as in gradients of weights, sums of parts of them; else the
/// longer side of the result, or the other: parts of a few rows or columns would spend much of their time on copying the
/// operand that they share to panels.
NativeParts matmul_parts(MatmulShape s, int64_t most) {
  constexpr int64_t grain = 64;
  const int64_t m = s.m, n = s.n, k = s.k;
  const double multiplications = static_cast<double>(s.count * s.multiplications());
  const auto parts = [&](int64_t extent, int64_t least) { return parts_of(extent, least, multiplications, most); };
  const int64_t rows = parts(m, grain), columns = parts(n, grain), terms = k >= 4 * std::max(m, n) ? parts(k, grain) : 1;
  NativeParts result;
  if (s.count > 1) {
    result.parts = parts(s.count, 1);
    s.count /= result.parts;
    result.steps = {s.count * m * k, s.count * k * n, s.count * m * n};
  } else if (terms > 1) {
    result.parts = terms;
    result.added_up = true;
    s.k /= terms;
    if (!s.transpose_a) s.row_a = k;
    if (s.transpose_b) s.row_b = k;
    result.steps = {s.transpose_a ? s.k * m : s.k, s.transpose_b ? s.k : s.k * n, m * n};
  } else if (rows > 1 && (m >= n || columns == 1)) {
    result.parts = rows;
    s.m /= rows;
    if (s.transpose_a) s.row_a = m;
    result.steps = {s.transpose_a ? s.m : s.m * k, 0, s.m * n};
  } else if (columns > 1) {
    result.parts = columns;
    s.n /= columns;
    s.row_c = n;
    if (!s.transpose_b) s.row_b = n;
    result.steps = {0, s.transpose_b ? s.n * k : s.n, s.n};
  }
  result.multiplications = multiplications / static_cast<double>(result.parts);
  result.run = [product = choose_matmul(s)](std::span<void* const> buffers) { product(buffers[0], buffers[1], buffers[2]); };
  result.prepared = prepared_matmul(s);
  return result;
}

/// One of the derivatives of T (primitives/convolution.h), of its arrays x and w.
ConvolveShape convolve_shape(ConvolveShape::Result result, const Type& x, const Type& w, const Attributes& attributes) {
  const std::vector<int64_t> taps(w.shape.begin(), w.shape.end() - 2);
  const WindowAxes windows(spatial_extents(x.shape), taps, attributes);
  ConvolveShape shape{.dtype = x.dtype, .result = result, .batch = x.shape[0]};
  if (attributes.has("groups")) shape.groups = attributes.integer("groups");
  shape.c = w.shape[w.shape.rank() - 2];
  shape.e = w.shape.back() / shape.groups;
  for (const WindowAxis& a : windows.axes()) shape.axes.push_back({a.input, a.window, a.places(), a.stride, a.low, a.dilation});
  return shape;
}

NativeKernel native_convolve(const ConvolveShape& shape) {
  constexpr double few = 4096;  // multiplications: the reference's bits are worth more than the time of these
  if (shape.multiplications() <= few) return {};
  const ConvolveKernel kernel = choose_convolve(shape);
  if (!kernel) return {};
  return [kernel](std::span<void* const> buffers) { kernel(buffers[0], buffers[1], buffers[2]); };
}

/// Of some of the batch's arrays each; of weights' derivatives the parts are sums over those.
NativeParts convolve_parts(ConvolveShape shape, std::span<const Type> operands, std::span<const Type> results, int64_t most) {
  NativeParts result{.parts = parts_of(shape.batch, 1, shape.multiplications(), most)};
  result.added_up = result.parts > 1 && shape.result == ConvolveShape::Result::w;
  const int64_t of_weights = shape.result == ConvolveShape::Result::w ? 2 : 1;
  const int64_t elements[]{operands[0].elements(), operands[1].elements(), results[0].elements()};
  for (int64_t k = 0; k < 3; ++k) result.steps.push_back(k == of_weights ? 0 : elements[k] / result.parts);
  if (result.added_up) result.steps[2] = elements[2];
  shape.batch /= result.parts;
  result.multiplications = shape.multiplications();
  result.run = native_convolve(shape);
  return result;
}

/// Of a convolution or a derivative of one; else empty.
std::optional<ConvolveShape> convolve_shape(const Primitive& primitive, std::span<const Type> operands, std::span<const Type> results,
                                            const Attributes& attributes) {
  using Result = ConvolveShape::Result;
  if (&primitive == &convolve_p) return convolve_shape(Result::y, operands[0], operands[1], attributes);
  if (&primitive == &convolve_transposed_p) return convolve_shape(Result::x, results[0], operands[1], attributes);
  if (&primitive == &convolve_weights_p) return convolve_shape(Result::w, operands[0], results[0], attributes);
  return {};
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
  if (&primitive == &matmul_p)
    return [product = choose_matmul(matmul_shape(operands, results, attributes))](std::span<void* const> b) { product(b[0], b[1], b[2]); };
  if (&primitive == &broadcast_p) return native_broadcast(operands[0], results[0]);
  const auto shape = convolve_shape(primitive, operands, results, attributes);
  return shape ? native_convolve(*shape) : NativeKernel{};
}

NativeParts native_parts(const Primitive& primitive, std::span<const Type> operands, std::span<const Type> results,
                         const Attributes& attributes, int64_t most) {
  if (&primitive == &matmul_p) return matmul_parts(matmul_shape(operands, results, attributes), most);
  if (const auto shape = convolve_shape(primitive, operands, results, attributes)) return convolve_parts(*shape, operands, results, most);
  return {.run = native_kernel(primitive, operands, results, attributes)};
}

}  // namespace wengert
