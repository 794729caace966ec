// SPDX-License-Identifier: Apache-2.0
#include "wengert/ad/normal_equations.h"

#include <algorithm>
#include <fmt/format.h>
#include <optional>

#include "wengert/ad/derived_recording.h"
#include "wengert/ad/sparse_jacobian.h"
#include "wengert/ad/seeds.h"
#include "wengert/passes/simplify.h"
#include "wengert/primitives/arithmetic.h"
#include "wengert/primitives/convert.h"
#include "wengert/primitives/index.h"
#include "wengert/primitives/rearrange.h"
#include "wengert/primitives/slice.h"

namespace wengert {
namespace {

int64_t place_in_triangle(int64_t row, int64_t column) { return row * (row + 1) / 2 + column; }

/// All elements of the float outputs, in f64.
std::vector<Expr> residuals_of(const Program& p, std::span<const Expr> inputs) {
  std::vector<Expr> all;
  for (const Expr& y : replay(p, inputs))
    if (is_float(y.type().dtype))
      for (const Expr& e : elements_of(convert(y, DType::f64))) all.push_back(e);
  return all;
}

/// Sums of products, each begun with its first term.
struct Sums {
  std::vector<std::optional<Expr>> sums;
  explicit Sums(int64_t count) : sums(static_cast<size_t>(count)) {}
  void add(int64_t place, const Expr& term) {
    auto& sum = sums[static_cast<size_t>(place)];
    sum = sum ? *sum + term : term;
  }
  Expr stacked() const {
    std::vector<Expr> parts;
    for (const auto& sum : sums) parts.push_back(sum ? *sum : zeros(f64()));
    return parts.empty() ? zeros(f64({0})) : stack(parts);
  }
};

}  // namespace

Program normal_equations(const Program& p, const std::vector<size_t>& wrt) {
  const SparseJacobian j = sparse_jacobian(p, wrt);
  const Sparsity& at = j.pattern.sparsity;
  DerivedRecording recording(p.name() + "_normal_equations");
  std::vector<Expr> inputs;
  for (uint32_t k = 0; k < p.inputs(); ++k) inputs.push_back(recording.input(p.type(ValueId{k}), std::string(p.value_name(ValueId{k}))));
  const auto r = residuals_of(p, inputs);
  const auto values = elements_of(convert(replay(j.values, inputs)[0], DType::f64));
  const auto entry = [&](int64_t k) {
    const int64_t slot = j.pattern.slot[static_cast<size_t>(k)];
    return slot < 0 ? constant(Array(j.pattern.constant[static_cast<size_t>(k)])) : values[static_cast<size_t>(slot)];
  };
  Sums products(place_in_triangle(at.columns, 0)), gradient(at.columns), squares(1);
  for (size_t row = 0; row < r.size(); ++row) {
    squares.add(0, r[row] * r[row]);
    for (int64_t k = at.row_start[row]; k < at.row_start[row + 1]; ++k) {
      const int64_t column = at.column[static_cast<size_t>(k)];
      gradient.add(column, entry(k) * r[row]);
      for (int64_t l = at.row_start[row]; l <= k; ++l)
        products.add(place_in_triangle(column, at.column[static_cast<size_t>(l)]), entry(k) * entry(l));
    }
  }
  const Expr half = squares.sums[0] ? *squares.sums[0] / 2.0 : zeros(f64());
  const Program whole = recording.finish(std::vector<Expr>{products.stacked(), gradient.stacked(), half});
  return simplify(scalar_loops(whole, std::vector<bool>(p.inputs(), false)));
}

Expr symmetric(Sited lower) {
  const Shape& shape = lower.expr.shape();
  int64_t n = 0;
  while (shape.rank() == 1 && place_in_triangle(n, 0) < shape[0]) ++n;
  if (shape.rank() != 1 || place_in_triangle(n, 0) != shape[0])
    throw ShapeError("W206", fmt::format("a lower triangle has n (n + 1) / 2 elements; found {}", to_string(lower.expr.type())),
                     to_string(lower.site), "give what normal_equations returns first, or the sum of it");
  std::vector<int64_t> places;
  for (int64_t i = 0; i < n; ++i)
    for (int64_t k = 0; k < n; ++k) places.push_back(place_in_triangle(std::max(i, k), std::min(i, k)));
  return reshape(gather(lower, constant(Array::of<int64_t>({n * n}, places))), {n, n});
}

}  // namespace wengert
