// SPDX-License-Identifier: Apache-2.0
//
// Matrix products by shape: C = op(A) op(B), or C += op(A) op(B). A kernel of our own for what is small, a vector times
// a matrix, or thin; OpenBLAS, loaded when the first product is large enough, for the rest. The choice and the
// measurements behind it are in one place, choose_matmul. What is chosen is a plain function and its context, which
// compiled code may call as well as the interpreter.
#pragma once

#include <span>
#include <string_view>

#include "wengert/base/shape.h"

namespace wengert {

/// `count` products op(A) [m, k] x op(B) [k, n] -> C [m, n] of row-major matrices.
struct MatmulShape {
  static constexpr int64_t dense = -1;  ///< without gaps

  DType dtype = DType::f64;  ///< f64 or f32
  int64_t m = 0, n = 0, k = 0;
  bool transpose_a = false, transpose_b = false;  ///< A is stored [k, m], B [n, k]
  bool accumulate = false;                        ///< adds to C; otherwise C is written and never read
  int64_t row_a = dense, row_b = dense,
          row_c = dense;  ///< elements from one stored row to the next ("leading dimension")
  int64_t count = 1;
  int64_t next_a = dense, next_b = dense, next_c = dense;  ///< elements to the next matrix; 0: the same matrix for all

  int64_t multiplications() const { return m * n * k; }
};

/// A way to compute the products of one shape; a value without memory of its own. Calling it is safe from several
/// threads.
struct MatmulKernel {
  using Function = void (*)(const MatmulShape& shape, const void* a, const void* b, void* c);

  Function function = nullptr;
  MatmulShape shape;  ///< the context of the call, without `dense`

  /// C must not overlap A or B. No allocation, no error.
  void operator()(const void* a, const void* b, void* c) const { function(shape, a, b, c); }
  explicit operator bool() const { return function != nullptr; }
};

/// A product whose right operand is brought into the order in which it is read first, once for many products with it. Calls
/// are safe from several threads; neither allocates nor fails.
struct PackedMatmul {
  MatmulKernel::Function pack_function = nullptr, function = nullptr;
  MatmulShape shape;

  int64_t elements() const { return (shape.n + 15) / 16 * 16 * shape.k; }  ///< of the packed operand
  /// cost: a copy of B
  void pack(const void* b, void* packed) const { pack_function(shape, nullptr, b, packed); }
  /// The bits of choose_matmul's kernel.
  void operator()(const void* a, const void* packed, void* c) const { function(shape, a, packed, c); }
  explicit operator bool() const { return function != nullptr; }
};

/// Empty where that is not faster: B is read where it lies, or a library is better, or there are several products.
/// throws : InternalError W930, as choose_matmul
PackedMatmul choose_packed_matmul(const MatmulShape& shape);

/// The best kernel for this shape here; never empty. The same shape gets the same bits from run to run, from any thread
/// and whatever the number of threads. Up to `exact_multiplications` a matrix, and in every element of the result, the
/// sum is that of the reference: in f64, from the left, bit for bit.
///
/// throws : InternalError W930 for a dtype that is no float, negative extents, or rows that overlap
MatmulKernel choose_matmul(const MatmulShape& shape);

inline constexpr int64_t exact_multiplications = 512;

/// The candidates that choose_matmul chooses from; for tests and measurements.
struct MatmulCandidate {
  std::string_view name;
  /// The kernel for this shape, or an empty one where the candidate is not here or cannot.
  MatmulKernel (*kernel)(const MatmulShape& shape);
};
std::span<const MatmulCandidate> matmul_candidates();

}  // namespace wengert
