// SPDX-License-Identifier: Apache-2.0
//
// Convolutions in tiles that stay in registers, written once for any kind of vector V; included as matmul_blocks.h is.
//
// Results y and x: a tile is a few places of the result by one or two vectors of its channels. Its sums stay in
// registers while the taps and channels under the window run; an element of the source is repeated in all lanes, and
// the weights are copied once a call into rows as they are read. Result w: a tile is a few rows of weights by one or
// two vectors of their channels; its sums stay in registers while all places of one array of the batch run, and are
// then added to the result.
#pragma once

#include <cstring>

#include "wengert/exec/convolve_plan.h"

namespace wengert {

/// The arrays of one batch with padding around them, one at a time.
template <class V> class PaddedSource {
  using T = typename V::Element;

 public:
  PaddedSource(const ConvolvePlan& plan, const T* all) : plan_(plan), all_(all) {
    if (plan.copied == 0) return;
    const auto bytes = plan.padded * static_cast<int64_t>(sizeof(T));
    copy_ = static_cast<T*>(convolve_memory(0, bytes));
    std::memset(copy_, 0, static_cast<size_t>(bytes));
  }
  const T* operator()(int64_t n) const {
    const T* const own = all_ + n * plan_.source;
    if (plan_.copied == 0) return own;
    for (int64_t k = 0; k < plan_.copies.size; ++k)
      std::memcpy(copy_ + plan_.copies.data[k].to, own + plan_.copies.data[k].from,
                  static_cast<size_t>(plan_.copied) * sizeof(T));
    return copy_;
  }

 private:
  const ConvolvePlan& plan_;
  const T* all_;
  T* copy_ = nullptr;
};

/// How a result's channels are cut into strips.
template <class V> struct ConvolveStrips {
  static constexpr int most_rows = 8;
  static int rows(int vectors) { return vectors == 1 ? 8 : 6; }  // 8 or 12 sums hide the time that one takes

  int64_t channels;
  int64_t width(int64_t first) const { return channels - first < 2 * V::width ? channels - first : 2 * V::width; }
  int vectors(int64_t first) const { return width(first) > V::width ? 2 : 1; }
  int lanes(int64_t first) const { return static_cast<int>(width(first) % V::width); }
};

/// to[i][0 .. channels of the strip) = sum over the runs of from[i][...] * weights.
template <class V, int rows, int vectors>
void convolve_tile(const ConvolveList<ConvolveRun>& runs, const typename V::Element* const* from,
                   const typename V::Element* weights, typename V::Element* const* to, int lanes) {
  using T = typename V::Element;
  typename V::Sum sum[rows][vectors];
  const T* a[rows];
#pragma GCC unroll 8
  for (int i = 0; i < rows; ++i) {
    a[i] = from[i];
#pragma GCC unroll 8
    for (int v = 0; v < vectors; ++v) sum[i][v] = V::zero();
  }
  for (int64_t k = 0; k < runs.size; ++k) {
    const T* w = weights + runs.data[k].row * (vectors * V::width);
#pragma GCC unroll 2
    for (int64_t p = runs.data[k].first, end = p + runs.data[k].count; p < end; ++p, w += vectors * V::width) {
      typename V::Sum row[vectors];
#pragma GCC unroll 8
      for (int v = 0; v < vectors; ++v) row[v] = V::load(w + v * V::width);
#pragma GCC unroll 8
      for (int i = 0; i < rows; ++i) {
        const auto factor = V::repeat(a[i] + p);
#pragma GCC unroll 8
        for (int v = 0; v < vectors; ++v) sum[i][v] = V::multiply_add(factor, row[v], sum[i][v]);
      }
    }
  }
#pragma GCC unroll 8
  for (int i = 0; i < rows; ++i) {
#pragma GCC unroll 8
    for (int v = 0; v < vectors - 1; ++v) V::store(to[i] + v * V::width, sum[i][v]);
    T* const last = to[i] + (vectors - 1) * V::width;
    lanes == 0 ? V::store(last, sum[i][vectors - 1]) : V::store(last, sum[i][vectors - 1], lanes);
  }
}

/// Results y and x.
template <class V> class ConvolveGather {
  using T = typename V::Element;
  using Tile = void (*)(const ConvolveList<ConvolveRun>&, const T* const*, const T*, T* const*, int);

 public:
  ConvolveGather(const ConvolvePlan& plan, const T* weights) : plan_(plan), strips_{plan.outer} { pack(weights); }

  void run(const T* source, T* result) const {
    constexpr int64_t together = 200000 / sizeof(T);  // elements of arrays that stay in the second cache
    int64_t arrays = together / (plan_.source + plan_.result + 1);
    arrays = arrays < 1 ? 1 : arrays > 8 ? 8 : arrays;  // more would fill the last tile of a class no better
    for (int64_t n = 0; n < plan_.batch; n += arrays)
      run_together(source + n * plan_.source, result + n * plan_.result,
                   plan_.batch - n < arrays ? plan_.batch - n : arrays);
  }

 private:
  int64_t depth() const { return plan_.taps.size * plan_.inner; }

  void run_together(const T* source, T* result, int64_t arrays) const {
    const T* weights = packed_;
    for (int64_t g = 0; g < plan_.groups; ++g)
      for (int64_t first = 0; first < plan_.outer; first += 2 * V::width) {
        const int vectors = strips_.vectors(first), lanes = strips_.lanes(first);
        for (int64_t k = 0; k < plan_.classes.size; ++k)
          tiles(plan_.classes.data[k], source + g * plan_.inner, weights, result + g * plan_.outer + first, arrays,
                vectors, lanes);
        weights += depth() * vectors * V::width;
      }
  }

  static constexpr Tile narrow[8] = {convolve_tile<V, 1, 1>, convolve_tile<V, 2, 1>, convolve_tile<V, 3, 1>,
                                     convolve_tile<V, 4, 1>, convolve_tile<V, 5, 1>, convolve_tile<V, 6, 1>,
                                     convolve_tile<V, 7, 1>, convolve_tile<V, 8, 1>};
  static constexpr Tile wide[6] = {convolve_tile<V, 1, 2>, convolve_tile<V, 2, 2>, convolve_tile<V, 3, 2>,
                                   convolve_tile<V, 4, 2>, convolve_tile<V, 5, 2>, convolve_tile<V, 6, 2>};

  /// The places of a class, of one array after the other.
  void tiles(const ConvolveClass& all, const T* source, const T* weights, T* result, int64_t arrays, int vectors,
             int lanes) const {
    const int64_t most = ConvolveStrips<V>::rows(vectors);
    const Tile* const tile = vectors == 1 ? narrow : wide;
    const T* from[ConvolveStrips<V>::most_rows];
    T* to[ConvolveStrips<V>::most_rows];
    int64_t rows = 0;
    for (int64_t n = 0; n < arrays; ++n, source += plan_.source, result += plan_.result)
      for (int64_t place = 0; place < all.places.size; ++place) {
        from[rows] = source + all.places.data[place].from;
        to[rows] = result + all.places.data[place].to;
        if (++rows < most) continue;
        tile[rows - 1](all.runs, from, weights, to, lanes);
        rows = 0;
      }
    if (rows > 0) tile[rows - 1](all.runs, from, weights, to, lanes);
  }

  /// Rows of weights of every group and strip as tiles read them; behind the last channel zeros.
  void pack(const T* weights) {
    const bool of_x = plan_.made == ConvolveShape::Result::x;
    const int64_t row = plan_.groups * plan_.e, inner_step = of_x ? 1 : row, outer_step = of_x ? row : 1;
    packed_ = static_cast<T*>(
        convolve_memory(1, depth() * plan_.groups * (plan_.outer + 2 * V::width) * static_cast<int64_t>(sizeof(T))));
    T* to = packed_;
    for (int64_t g = 0; g < plan_.groups; ++g)
      for (int64_t first = 0; first < plan_.outer; first += 2 * V::width) {
        const int64_t width = strips_.width(first), padded = strips_.vectors(first) * V::width;
        for (int64_t t = 0; t < plan_.taps.size; ++t)
          for (int64_t p = 0; p < plan_.inner; ++p, to += padded) {
            const T* const from =
                weights + plan_.taps.data[t] * plan_.c * row + g * plan_.e + p * inner_step + first * outer_step;
            for (int64_t j = 0; j < padded; ++j) to[j] = j < width ? from[j * outer_step] : T(0);
          }
      }
  }

  const ConvolvePlan& plan_;
  ConvolveStrips<V> strips_;
  T* packed_ = nullptr;
};

/// Weights `rows` by a strip: w[i][...] += sum over all places of an array of from[i] times y.
template <class V, int rows, int vectors, bool partial>
void convolve_weights_tile(const ConvolvePlan& plan, const typename V::Element* const* from,
                           const typename V::Element* y, typename V::Element* const* w, int lanes) {
  using T = typename V::Element;
  constexpr int whole = partial ? vectors - 1 : vectors;
  typename V::Sum sum[rows][vectors];
  const T* a[rows];
#pragma GCC unroll 8
  for (int i = 0; i < rows; ++i) {
    a[i] = from[i];
#pragma GCC unroll 8
    for (int v = 0; v < vectors; ++v) sum[i][v] = V::zero();
  }
  const int64_t y_step = plan.groups * plan.e;
  for (int64_t k = 0; k < plan.rows.size; ++k) {
    const T* b = y + plan.rows.data[k].to;
    for (int64_t p = plan.rows.data[k].from, end = p + plan.places * plan.step; p < end; p += plan.step, b += y_step) {
      typename V::Sum row[vectors];
#pragma GCC unroll 8
      for (int v = 0; v < whole; ++v) row[v] = V::load(b + v * V::width);
      if constexpr (partial) row[whole] = V::load(b + whole * V::width, lanes);
#pragma GCC unroll 8
      for (int i = 0; i < rows; ++i) {
        const auto factor = V::repeat(a[i] + p);
#pragma GCC unroll 8
        for (int v = 0; v < vectors; ++v) sum[i][v] = V::multiply_add(factor, row[v], sum[i][v]);
      }
    }
  }
#pragma GCC unroll 8
  for (int i = 0; i < rows; ++i) {
    alignas(64) T total[vectors * V::width];
#pragma GCC unroll 8
    for (int v = 0; v < vectors; ++v) V::store(total + v * V::width, sum[i][v]);
    const int width = partial ? whole * V::width + lanes : vectors * V::width;
    for (int j = 0; j < width; ++j) w[i][j] += total[j];
  }
}

/// Result w.
template <class V> class ConvolveWeights {
  using T = typename V::Element;
  using Tile = void (*)(const ConvolvePlan&, const T* const*, const T*, T* const*, int);

 public:
  explicit ConvolveWeights(const ConvolvePlan& plan) : plan_(plan), strips_{plan.e} {}

  /// Adds the share of one array of the batch.
  void run(const T* source, const T* y, T* w) const {
    for (int64_t g = 0; g < plan_.groups; ++g)
      for (int64_t first = 0; first < plan_.e; first += 2 * V::width) {
        const int64_t at = g * plan_.e + first;
        strip(source + g * plan_.c, y + at, w + at, strips_.vectors(first), strips_.lanes(first));
      }
  }

 private:
  template <int vectors, bool partial>
  static constexpr Tile tiles_of[8] = {
      convolve_weights_tile<V, 1, vectors, partial>, convolve_weights_tile<V, 2, vectors, partial>,
      convolve_weights_tile<V, 3, vectors, partial>, convolve_weights_tile<V, 4, vectors, partial>,
      convolve_weights_tile<V, 5, vectors, partial>, convolve_weights_tile<V, 6, vectors, partial>,
      convolve_weights_tile<V, 7, vectors, partial>, convolve_weights_tile<V, 8, vectors, partial>};
  static constexpr const Tile* tiles[2][2] = {{tiles_of<1, false>, tiles_of<1, true>},
                                              {tiles_of<2, false>, tiles_of<2, true>}};

  void strip(const T* source, const T* y, T* w, int vectors, int lanes) const {
    const int64_t most = ConvolveStrips<V>::rows(vectors), all = plan_.weights.size, count = (all + most - 1) / most;
    const Tile* const tile = tiles[vectors - 1][lanes != 0];
    const int64_t row = plan_.groups * plan_.e;
    const T* from[ConvolveStrips<V>::most_rows];
    T* to[ConvolveStrips<V>::most_rows];
    for (int64_t part = 0, first = 0; part < count; ++part) {  // parts of nearly one size
      const int64_t rows = all / count + (part < all % count);
      for (int64_t i = 0; i < rows; ++i) {
        from[i] = source + plan_.weights.data[first + i];
        to[i] = w + (first + i) * row;
      }
      tile[rows - 1](plan_, from, y, to, lanes);
      first += rows;
    }
  }

  const ConvolvePlan& plan_;
  ConvolveStrips<V> strips_;
};

/// A ConvolveKernel::Function.
template <class V> void convolve_blocks(const ConvolvePlan& plan, const void* first, const void* second, void* result) {
  using T = typename V::Element;
  const T* const a = static_cast<const T*>(first);
  const T* const b = static_cast<const T*>(second);
  T* const to = static_cast<T*>(result);
  if (plan.made != ConvolveShape::Result::w) return ConvolveGather<V>(plan, b).run(a, to);
  const PaddedSource<V> source(plan, a);
  const ConvolveWeights<V> weights(plan);
  std::memset(to, 0, static_cast<size_t>(plan.weights.size * plan.groups * plan.e) * sizeof(T));
  for (int64_t n = 0; n < plan.batch; ++n) weights.run(source(n), b + n * plan.result, to);
}

}  // namespace wengert
