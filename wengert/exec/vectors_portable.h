// SPDX-License-Identifier: Apache-2.0
//
// Vectors of 16 bytes by the compiler's vector extension, for kernels written once for any kind of vector.
#pragma once

#include <cstdint>

namespace wengert {
namespace {

/// Sums of type S of elements of type T.
template <class T, class S, bool is_exact> struct Vector {
  using Element = T;
  using Sum [[gnu::vector_size(16)]] = S;
  static constexpr int width = 16 / sizeof(S);
  static constexpr bool exact = is_exact;

  static Sum zero() { return Sum{}; }
  static Sum load(const T* x) { return load(x, width); }
  static Sum load(const T* x, int lanes) {
    Sum sum{};
    for (int i = 0; i < lanes; ++i) sum[i] = static_cast<S>(x[i]);
    return sum;
  }
  static Sum repeat(const T* x) { return Sum{} + static_cast<S>(*x); }
  static Sum multiply_add(Sum a, Sum b, Sum sum) { return sum + a * b; }
  static void store(T* x, Sum sum) { store(x, sum, width); }
  static void store(T* x, Sum sum, int lanes) {
    for (int i = 0; i < lanes; ++i) x[i] = static_cast<T>(sum[i]);
  }
  /// to[p][j] = from[j][p] for all p and j < width.
  static void turn(const T* from, int64_t from_row, T* to, int64_t to_row) {
    for (int p = 0; p < width; ++p)
      for (int j = 0; j < width; ++j) to[p * to_row + j] = from[j * from_row + p];
  }
  static T total(Sum sum) {
    S total = 0;
    for (int i = 0; i < width; ++i) total += sum[i];
    return static_cast<T>(total);
  }
};

}  // namespace
}  // namespace wengert
