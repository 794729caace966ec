// SPDX-License-Identifier: Apache-2.0
#include "programs/mixture_program.h"

#include "wengert/trace/trace.h"

namespace wengert::bench {
namespace {

/// q[K, d] and l[K, d (d - 1) / 2] -> Q[K, d, d]: entries are gathered out of (exp q, l, 0) by places known now.
Expr factors(const Mixture& mix, Expr q, Expr l) {
  const int64_t d = mix.dimensions, zero = mix.factor_size();
  std::vector<int64_t> places;
  for (int64_t i = 0; i < d; ++i)
    for (int64_t j = 0; j < d; ++j) places.push_back(j == i ? i : j < i ? d + i * (i - 1) / 2 + j : zero);
  const Expr entries = concatenate({exp(q), l, zeros(f64({mix.components, 1}))}, 1);
  return gather(entries, constant(Array::of<int64_t>({d, d}, places)), 1);
}

/// (diagonal of Q, the entries below it row by row, mean, offset, x) -> offset - |Q (x - mean)|^2 / 2: one point, one
/// component, in scalars, so that what lies above the diagonal costs nothing.
Program component_body(const Mixture& mix) {
  const int64_t d = mix.dimensions;
  return trace(
      [d](Expr diagonal, Expr below, Expr mean, Expr offset, Expr x) {
        std::vector<Expr> z;
        Expr square = 0.0;
        int64_t next = 0;
        for (int64_t i = 0; i < d; ++i) {
          z.push_back(element(x, {i}) - element(mean, {i}));
          Expr y = element(diagonal, {i}) * z.back();
          for (int64_t j = 0; j < i; ++j) y = y + element(below, {next++}) * z[static_cast<size_t>(j)];
          square = square + y * y;
        }
        return offset - 0.5 * square;
      },
      {f64({d}), f64({mix.factor_size() - d}), f64({d}), f64(), f64({d})}, "component");
}

/// (x, diagonals, entries below, mean, offset) -> logsumexp over the components: one point, a loop over the components.
Program point_in_loops(const Mixture& mix) {
  const int64_t d = mix.dimensions, k = mix.components;
  return trace(
      [&](Expr x, Expr diagonal, Expr below, Expr mean, Expr offset) {
        return logsumexp(
            map(component_body(mix), {{diagonal, below, mean, offset, x}}, {true, true, true, true, false})[0]);
      },
      {f64({d}), f64({k, d}), f64({k, mix.factor_size() - d}), f64({k, d}), f64({k})}, "point");
}

/// (x, Q, mean, offset) -> logsumexp over the components: one point.
Program point_body(const Mixture& mix) {
  const int64_t d = mix.dimensions, k = mix.components;
  return trace(
      [&](Expr x, Expr factor, Expr mean, Expr offset) {
        const Expr y = reshape(matmul(factor, reshape(x - mean, {k, d, 1})), {k, d});
        return logsumexp(offset - 0.5 * sum(y * y, {1}));
      },
      {f64({d}), f64({k, d, d}), f64({k, d}), f64({k})}, "point");
}

/// Sum over the points by products of matrices: [K, d, d] x [K, d, n].
Expr points_by_arrays(const Mixture& mix, Expr x, Expr factor, Expr mean, Expr offset) {
  const int64_t d = mix.dimensions, k = mix.components, n = mix.points;
  const Expr z = reshape(transpose(x), {1, d, n}) - reshape(mean, {k, d, 1});
  const Expr y = matmul(factor, z);
  return sum(logsumexp(reshape(offset, {k, 1}) - 0.5 * sum(y * y, {1}), {0}));
}

/// Sum over the points of the logsumexp over the components.
Expr terms_of(const Mixture& mix, MixtureForm form, Expr x, Expr q, Expr l, Expr mean, Expr offset) {
  if (form == MixtureForm::loop)
    return sum_map(point_in_loops(mix), {{x, exp(q), l, mean, offset}}, {true, false, false, false, false})[0];
  const Expr factor = factors(mix, q, l);
  if (form == MixtureForm::arrays) return points_by_arrays(mix, x, factor, mean, offset);
  return sum_map(point_body(mix), {{x, factor, mean, offset}}, {true, false, false, false})[0];
}

}  // namespace

Program mixture_program(const Mixture& mix, MixtureForm form) {
  const int64_t d = mix.dimensions, k = mix.components, n = mix.points;
  return trace(
      [&](Expr x, Expr alpha, Expr mean, Expr packed) {
        const Expr q = slice(packed, {0, 0}, {k, d}), l = slice(packed, {0, d}, {k, mix.factor_size() - d});
        const Expr log_determinant = sum(q, {1}), offset = alpha + log_determinant;
        const Expr terms = terms_of(mix, form, x, q, l, mean, offset);
        const Expr prior = 0.5 * mix.gamma * mix.gamma * (sum(exp(2.0 * q)) + sum(l * l)) -
                           static_cast<double>(mix.m) * sum(log_determinant);
        return terms - static_cast<double>(n) * logsumexp(alpha) + prior + mixture_constant(mix);
      },
      {f64({n, d}), f64({k}), f64({k, d}), f64({k, mix.factor_size()})}, "mixture", {"x", "alpha", "mean", "factor"});
}

std::vector<Array> mixture_inputs(const Mixture& mix) {
  return {Array({mix.points, mix.dimensions}, mix.x), Array(mix.alpha),
          Array({mix.components, mix.dimensions}, mix.mean), Array({mix.components, mix.factor_size()}, mix.factor)};
}

}  // namespace wengert::bench
