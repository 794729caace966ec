// SPDX-License-Identifier: Apache-2.0
#include "wengert/exec/native.h"

#include <algorithm>
#include <dlfcn.h>

#include "wengert/primitives/linalg.h"
#include "wengert/primitives/rearrange.h"

namespace wengert {
namespace {

constexpr int row_major = 101, not_transposed = 111, transposed = 112;  // cblas.h

/// OpenBLAS, loaded at its first use: linking it would cost every start 10 ms and more.
struct Blas {
  using Dgemm = void (*)(int, int, int, int, int, int, double, const double*, int, const double*, int, double, double*, int);
  using Sgemm = void (*)(int, int, int, int, int, int, float, const float*, int, const float*, int, float, float*, int);
  Dgemm dgemm = nullptr;
  Sgemm sgemm = nullptr;

  Blas() {
    void* library = dlopen("libopenblas.so.0", RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) return;
    dgemm = reinterpret_cast<Dgemm>(dlsym(library, "cblas_dgemm"));
    sgemm = reinterpret_cast<Sgemm>(dlsym(library, "cblas_sgemm"));
    // One thread: a result must not depend on the number of threads.
    if (auto set_threads = reinterpret_cast<void (*)(int)>(dlsym(library, "openblas_set_num_threads"))) set_threads(1);
  }
};

const Blas& blas() {
  static const Blas library;
  return library;
}

/// [..., m, k] x [..., k, n] -> [..., m, n], the leading axes counted.
struct Product {
  int64_t count = 1, m, n, k;
  bool transpose_a, transpose_b;
  bool is_f64;

  template <class T, class Gemm> void operator()(Gemm gemm, std::span<void* const> buffers) const {
    const auto* a = static_cast<const T*>(buffers[0]);
    const auto* b = static_cast<const T*>(buffers[1]);
    auto* c = static_cast<T*>(buffers[2]);
    const auto narrow = [](int64_t x) { return static_cast<int>(x); };
    for (int64_t i = 0; i < count; ++i)
      gemm(row_major, transpose_a ? transposed : not_transposed, transpose_b ? transposed : not_transposed, narrow(m), narrow(n),
           narrow(k), T(1), a + i * m * k, narrow(transpose_a ? m : k), b + i * k * n, narrow(transpose_b ? k : n), T(0),
           c + i * m * n, narrow(n));
  }
};

NativeKernel native_matmul(std::span<const Type> operands, std::span<const Type> results, const Attributes& attributes) {
  const Shape &a = operands[0].shape, &c = results[0].shape;
  Product product{1, c[c.rank() - 2], c[c.rank() - 1], 0, attributes.flag("transpose_a"), attributes.flag("transpose_b"),
                  results[0].dtype == DType::f64};
  product.k = a[a.rank() - (product.transpose_a ? 2 : 1)];
  for (int axis = 0; axis < c.rank() - 2; ++axis) product.count *= c[axis];
  // Below some 8x8x8 the call costs more than the work; the library counts in int.
  if (product.m * product.n * product.k < 512 || std::max({product.m, product.n, product.k}) > INT32_MAX) return {};
  if (operands[0].elements() != product.count * product.m * product.k || operands[1].elements() != product.count * product.k * product.n) return {};
  if (blas().dgemm == nullptr || blas().sgemm == nullptr) return {};
  return [product](std::span<void* const> buffers) {
    if (product.is_f64) product.operator()<double>(blas().dgemm, buffers);
    else product.operator()<float>(blas().sgemm, buffers);
  };
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
  if (&primitive == &broadcast_p) return native_broadcast(operands[0], results[0]);
  return {};
}

}  // namespace wengert
