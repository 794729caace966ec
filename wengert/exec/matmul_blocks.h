// SPDX-License-Identifier: Apache-2.0
//
// Matrix products in blocks that stay in registers, written once for any kind of vector V. Included by one file for
// each instruction set (matmul_avx2.cpp, matmul_portable.cpp), which sets its target first and defines its vectors in
// an unnamed namespace, so that no instantiation is shared between files.
//
// C is cut into tiles of a few rows by a few vectors. A tile's sums stay in registers while k runs; an element of A is
// repeated in all lanes, so that A may be transposed or not; rows of B are read as vectors, and copied to a panel first
// where they lie across (transposed) or too far apart. Every element of C is one sum from the left, wherever its tile
// lies: its bits do not depend on m, n or the position in a batch. Only where both operands lie along k and there are
// few rows (`multiply_dots`) are the partial sums of the lanes added at the end.
#pragma once

#include <array>
#include <cstdint>
#include <utility>

#include "wengert/exec/matmul.h"

namespace wengert {

/// One product with strides in elements:
/// op(A)[i, p] = a[i * a_row + p * a_step], op(B)[p, j] = b[p * b_step + j * b_column].
template <class T> struct StridedProduct {
  int64_t m, n, k;
  const T* a;
  int64_t a_row, a_step;
  const T* b;
  int64_t b_step, b_column;
  T* c;
  int64_t c_row;
  bool accumulate;
};

/// `rows` x `vectors` vectors of C, the sums starting from C if `accumulate`. `lanes` of the last vector exist if
/// `partial`.
template <class V, int rows, int vectors, bool partial>
void multiply_tile(const StridedProduct<typename V::Element>& x, int lanes) {
  constexpr int whole = partial ? vectors - 1 : vectors;
  typename V::Sum sum[rows][vectors], row[vectors];
#pragma GCC unroll 8
  for (int i = 0; i < rows; ++i) {
    const auto* const c = x.c + i * x.c_row;
#pragma GCC unroll 8
    for (int v = 0; v < whole; ++v) sum[i][v] = x.accumulate ? V::load(c + v * V::width) : V::zero();
    if constexpr (partial) sum[i][whole] = x.accumulate ? V::load(c + whole * V::width, lanes) : V::zero();
  }
  const auto* a = x.a;
  const auto* b = x.b;
#pragma GCC unroll 4
  for (int64_t p = 0; p < x.k; ++p, a += x.a_step, b += x.b_step) {
#pragma GCC unroll 8
    for (int v = 0; v < whole; ++v) row[v] = V::load(b + v * V::width);
    if constexpr (partial) row[whole] = V::load(b + whole * V::width, lanes);
#pragma GCC unroll 8
    for (int i = 0; i < rows; ++i) {
      const auto factor = V::repeat(a + i * x.a_row);
#pragma GCC unroll 8
      for (int v = 0; v < vectors; ++v) sum[i][v] = V::multiply_add(factor, row[v], sum[i][v]);
    }
  }
#pragma GCC unroll 8
  for (int i = 0; i < rows; ++i) {
    auto* const c = x.c + i * x.c_row;
#pragma GCC unroll 8
    for (int v = 0; v < whole; ++v) V::store(c + v * V::width, sum[i][v]);
    if constexpr (partial) V::store(c + whole * V::width, sum[i][whole], lanes);
  }
}

/// All tiles of a strip of `columns` columns, at most `widest` vectors: 4 x 3 sums, 3 vectors of B and an element of A
/// fill the 16 registers; fewer than 8 sums would wait for each other.
template <class V> struct Strip {
  using Product = StridedProduct<typename V::Element>;
  using Tile = void (*)(const Product&, int);
  static constexpr int64_t widest = 3;
  static constexpr int64_t most_rows = 8;  ///< of a tile; those of wider strips divide it
  static constexpr int64_t rows(int64_t vectors) { return vectors == 1 ? most_rows : 4; }

  /// Those with 1, 2, ... rows.
  template <int vectors, bool partial> struct Tiles {
    template <int... more> static constexpr std::array<Tile, sizeof...(more)> of(std::integer_sequence<int, more...>) {
      return {multiply_tile<V, more + 1, vectors, partial>...};
    }
    static constexpr auto all = of(std::make_integer_sequence<int, rows(vectors)>());
  };
  /// By vectors, and whether the last is partial.
  static constexpr const Tile* tiles[widest][2] = {{Tiles<1, false>::all.data(), Tiles<1, true>::all.data()},
                                                   {Tiles<2, false>::all.data(), Tiles<2, true>::all.data()},
                                                   {Tiles<3, false>::all.data(), Tiles<3, true>::all.data()}};

  /// The width of the first strip of n columns: a strip of one vector would be slow, so 4 vectors are 2 and 2.
  static int64_t width(int64_t n) {
    if (n <= widest * V::width) return n;
    return n > 3 * V::width && n <= 4 * V::width ? 2 * V::width : widest * V::width;
  }

  /// The strip of x's first columns. (Nothing is copied: for the smallest products a copy would be half of the time.)
  static void multiply(Product& x, int64_t columns) {
    const int64_t m = x.m;
    const auto* const a = x.a;
    auto* const c = x.c;
    const int lanes = static_cast<int>(columns % V::width);
    const int64_t vectors = (columns + V::width - 1) / V::width, most = rows(vectors);
    const Tile* const tile = tiles[vectors - 1][lanes != 0];
    for (; x.m >= most; x.m -= most, x.a += most * x.a_row, x.c += most * x.c_row) tile[most - 1](x, lanes);
    if (x.m > 0) tile[x.m - 1](x, lanes);
    x.m = m;
    x.a = a;
    x.c = c;
  }
};

/// One step of multiply_dots: `width` elements of each row and column, or `lanes` of them if `partial`.
template <class V, int rows, int columns, bool partial>
[[gnu::always_inline]] inline void add_dots(const StridedProduct<typename V::Element>& x, int64_t p, int lanes,
                                            typename V::Sum (&sum)[rows][columns]) {
  typename V::Sum left[rows];
#pragma GCC unroll 8
  for (int i = 0; i < rows; ++i) {
    const auto* const a = x.a + i * x.a_row + p;
    left[i] = partial ? V::load(a, lanes) : V::load(a);
  }
#pragma GCC unroll 8
  for (int j = 0; j < columns; ++j) {
    const auto* const b = x.b + j * x.b_column + p;
    const auto right = partial ? V::load(b, lanes) : V::load(b);
#pragma GCC unroll 8
    for (int i = 0; i < rows; ++i) sum[i][j] = V::multiply_add(left[i], right, sum[i][j]);
  }
}

/// Products of `rows` rows of A and `columns` columns of B, both contiguous along k.
template <class V, int rows, int columns> void multiply_dots(const StridedProduct<typename V::Element>& x) {
  typename V::Sum sum[rows][columns];
#pragma GCC unroll 8
  for (int i = 0; i < rows; ++i)
#pragma GCC unroll 8
    for (int j = 0; j < columns; ++j) sum[i][j] = V::zero();
  int64_t p = 0;
  for (; p + V::width <= x.k; p += V::width) add_dots<V, rows, columns, false>(x, p, V::width, sum);
  if (p < x.k) add_dots<V, rows, columns, true>(x, p, static_cast<int>(x.k - p), sum);
#pragma GCC unroll 8
  for (int i = 0; i < rows; ++i)
#pragma GCC unroll 8
    for (int j = 0; j < columns; ++j) {
      auto& c = x.c[i * x.c_row + j];
      c = x.accumulate ? c + V::total(sum[i][j]) : V::total(sum[i][j]);
    }
}

/// All columns for at most 4 rows, by dots.
template <class V, int rows, int columns> void multiply_thin(StridedProduct<typename V::Element>& x) {
  if constexpr (rows > 1) {
    if (x.m < rows) return multiply_thin < V, rows - 1, rows == 2 ? 8 : 4 > (x);
  }
  for (; x.n >= columns; x.n -= columns, x.b += columns * x.b_column, x.c += columns)
    multiply_dots<V, rows, columns>(x);
  for (; x.n > 0; --x.n, x.b += x.b_column, ++x.c) multiply_dots<V, rows, 1>(x);
}

/// How a product is cut.
template <class V> struct Blocks {
  using T = typename V::Element;
  using Product = StridedProduct<T>;

  // In elements; measured by bench/matmul.cpp.
  /// of a panel, which so stays in the first cache
  static constexpr int64_t depth = V::exact ? exact_multiplications : 224;
  static constexpr int64_t first_cache = 16384 / sizeof(T);    ///< of B, that stay there and leave room for the rest
  static constexpr int64_t read_in_place = 65536 / sizeof(T);  ///< of B, that are read faster than copied
  /// of A, for the second cache
  static constexpr int64_t most_rows = 131072 / sizeof(T) / depth / Strip<V>::most_rows * Strip<V>::most_rows;

  static constexpr int64_t padded(int64_t width) { return (width + V::width - 1) / V::width * V::width; }

  /// The first `width` elements of x.b's rows to rows of `row` elements.
  static void copy_rows(const Product& x, int64_t width, int64_t row, T* panel) {
    const int lanes = static_cast<int>(width % V::width);
    for (int64_t p = 0; p < x.k; ++p, panel += row) {
      const T* const from = x.b + p * x.b_step;
      int64_t j = 0;
      for (; j + V::width <= width; j += V::width) V::store(panel + j, V::load(from + j));
      if (lanes) V::store(panel + j, V::load(from + j, lanes));
    }
  }

  /// The first `width` columns of x.b, which lie along k, to rows of `row` elements.
  static void turn_columns(const Product& x, int64_t width, int64_t row, T* panel) {
    int64_t j = 0;
    for (; j + V::width <= width; j += V::width) {
      const T* const from = x.b + j * x.b_column;
      int64_t p = 0;
      for (; p + V::width <= x.k; p += V::width) V::turn(from + p, x.b_column, panel + p * row + j, row);
      for (; p < x.k; ++p)
        for (int i = 0; i < V::width; ++i) panel[p * row + j + i] = from[i * x.b_column + p];
    }
    for (; j < width; ++j)
      for (int64_t p = 0; p < x.k; ++p) panel[p * row + j] = x.b[j * x.b_column + p];
  }

  static void fill_panel(const Product& x, int64_t width, T* panel) {
    x.b_column == 1 ? copy_rows(x, width, padded(width), panel) : turn_columns(x, width, padded(width), panel);
  }

  /// All of B in panels: for each stretch of k, strip after strip.
  static void pack(const Product& x, T* to) {
    for (int64_t p = 0; p < x.k; p += depth) {
      Product stretch = x;
      stretch.k = x.k - p < depth ? x.k - p : depth;
      stretch.b += p * x.b_step;
      for (int64_t width; stretch.n > 0; stretch.n -= width, stretch.b += width * x.b_column) {
        width = Strip<V>::width(stretch.n);
        fill_panel(stretch, width, to);
        to += stretch.k * padded(width);
      }
    }
  }

  /// A block of rows and a stretch of k whose panels lie at x.b.
  static void multiply_panels(Product& x) {
    for (int64_t width; x.n > 0; x.n -= width, x.c += width, x.b += x.k * x.b_step) {
      width = Strip<V>::width(x.n);
      x.b_step = padded(width);
      Strip<V>::multiply(x, width);
    }
  }

  /// A block of rows and a stretch of k, in strips whose part of B is copied to a panel first.
  static void multiply_packed(Product& x) {
    alignas(64) T panel[depth * Strip<V>::widest * V::width];
    Product strip = x;
    strip.b = panel;
    for (int64_t width; x.n > 0; x.n -= width, x.b += width * x.b_column, strip.c += width) {
      width = Strip<V>::width(x.n);
      strip.b_step = padded(width);
      fill_panel(x, width, panel);
      Strip<V>::multiply(strip, width);
    }
  }

  static void multiply_unpacked(Product& x) {
    for (int64_t width; x.n > 0; x.n -= width, x.b += width, x.c += width) {
      width = Strip<V>::width(x.n);
      Strip<V>::multiply(x, width);
    }
  }

  /// One row times B whose rows are contiguous: wide strips, since a few sums would wait for each other.
  static void multiply_row(Product& x) {
    constexpr int64_t wide = 8 * V::width;
    for (; x.n >= wide; x.n -= wide, x.b += wide, x.c += wide) multiply_tile<V, 1, 8, false>(x, 0);
    multiply_unpacked(x);
  }

  static void multiply_in_blocks(const Product& x, int64_t rows, void (*multiply_block)(Product&)) {
    for (int64_t first = 0; first < x.m; first += rows)
      for (int64_t p = 0; p < x.k || p == 0; p += depth) {
        Product block = x;
        block.m = x.m - first < rows ? x.m - first : rows;
        block.k = x.k - p < depth ? x.k - p : depth;
        block.a += first * x.a_row + p * x.a_step;
        block.b += p * x.b_step;
        block.c += first * x.c_row;
        block.accumulate = x.accumulate || p > 0;
        multiply_block(block);
      }
  }

  /// Of op(B)'s columns that lie along k: copying them takes as long as a few rows of A do.
  static bool dots_are_better(const Product& x) {
    if (V::exact || x.m > 4 || x.a_step != 1 || x.k < V::width) return false;
    return x.m <= 2 || x.k >= 4 * V::width || x.n <= 2 * V::width;
  }

  /// May leave x changed.
  static void multiply(Product& x) {
    if (x.m == 0 || x.n == 0) return;
    if (x.b_column != 1) {
      if (dots_are_better(x)) return multiply_thin<V, 4, 3>(x);
      if (x.k <= depth && x.m <= most_rows) return multiply_packed(x);
      return multiply_in_blocks(x, most_rows, multiply_packed);
    }
    if (x.m == 1) return multiply_row(x);
    if (x.m >= 24 && x.k * x.n > read_in_place) return multiply_in_blocks(x, most_rows, multiply_packed);
    // Where B stays in the first cache and C does not, C is written row after row.
    if (x.k * x.n <= first_cache && x.m * x.n > first_cache) return multiply_in_blocks(x, Strip<V>::most_rows, multiply_unpacked);
    if (x.k <= depth) return multiply_unpacked(x);
    multiply_in_blocks(x, most_rows, multiply_unpacked);
  }
};

/// The strides of a shape's product, or of its transpose, C^T = op(B)^T op(A)^T, if `turned`.
template <class T> StridedProduct<T> strided(const MatmulShape& s, bool turned, const T* a, const T* b, T* c) {
  const int64_t a_row = s.transpose_a ? 1 : s.row_a, a_step = s.transpose_a ? s.row_a : 1;
  const int64_t b_step = s.transpose_b ? 1 : s.row_b, b_column = s.transpose_b ? s.row_b : 1;
  if (turned) return {s.n, s.m, s.k, b, b_column, b_step, a, a_step, a_row, c, s.m, s.accumulate};
  return {s.m, s.n, s.k, a, a_row, a_step, b, b_step, b_column, c, s.row_c, s.accumulate};
}

/// A MatmulKernel::Function.
template <class V> void multiply_blocks(const MatmulShape& s, const void* left, const void* right, void* result) {
  using T = typename V::Element;
  const T* a = static_cast<const T*>(left);
  const T* b = static_cast<const T*>(right);
  T* c = static_cast<T*>(result);
  // A column is computed as a row where that gives vectors to read.
  const bool turned = s.n == 1 && s.m > 1 && s.row_c == 1 && (s.transpose_a || (!V::exact && s.k >= V::width));
  for (int64_t i = 0; i < s.count; ++i, a += s.next_a, b += s.next_b, c += s.next_c) {
    StridedProduct<T> x = strided(s, turned, a, b, c);
    Blocks<V>::multiply(x);
  }
}

/// PackedMatmul's functions.
template <class V> void pack_blocks(const MatmulShape& s, const void*, const void* right, void* packed) {
  using T = typename V::Element;
  Blocks<V>::pack(strided<T>(s, false, nullptr, static_cast<const T*>(right), nullptr), static_cast<T*>(packed));
}
template <class V> void multiply_packed_blocks(const MatmulShape& s, const void* left, const void* packed, void* result) {
  using T = typename V::Element;
  auto x = strided<T>(s, false, static_cast<const T*>(left), static_cast<const T*>(packed), static_cast<T*>(result));
  x.b_step = Blocks<V>::padded(x.n);  // of a stretch of k there are so many elements a row
  Blocks<V>::multiply_in_blocks(x, Blocks<V>::most_rows, Blocks<V>::multiply_panels);
}
template <class V> constexpr PackedMatmul packed_blocks{pack_blocks<V>, multiply_packed_blocks<V>, {}};

}  // namespace wengert
