// SPDX-License-Identifier: Apache-2.0
#include "wengert/primitives/matrix_kernel.h"

namespace wengert {

Shape leading(const Shape& shape) { return Shape(shape.extents().first(static_cast<size_t>(shape.rank() - 2))); }

Scalar inner_product(KernelBuilder& k, const Line& a, const Line& b, Integer count) {
  const Scalar total = k.variable(Scalar(0.0));
  k.parallel_loop(count, [&](Integer i) { k.assign(total, total + a[i] * b[i]); });
  return total;
}

void substitute(KernelBuilder& k, const Matrix& t, const Line& v, int64_t n, bool lower, bool unit) {
  k.loop(n, [&](Integer done) {
    const Integer i = lower ? done : Integer(n - 1) - done;
    const Integer first = lower ? Integer(0) : i + Integer(1);  // of the `done` elements that are known
    const Scalar rest = v[i] - inner_product(k, t.row(i).from(first), v.from(first), done);
    v.store(i, unit ? rest : rest / t(i, i));
  });
}

LuFactors::LuFactors(KernelBuilder& k, int64_t n)
    : k_(k), n_(n), lu_(k.scratch(f64({n, n})), Integer(0), n, 1), exchanged_(k.scratch(boolean({n, n}))) {}

void LuFactors::factorize(const Matrix& a) const {
  k_.loop(n_, [&](Integer i) { k_.loop(n_, [&](Integer j) { lu_.store(i, j, a(i, j)); }); });
  k_.loop(n_, [&](Integer j) {
    k_.loop(n_, [&](Integer i) {
      const Integer count = select_integer(integer_less(i, j), i, j);
      lu_.store(i, j, lu_(i, j) - inner_product(k_, lu_.row(i), lu_.column(j), count));
    });
    bring_up_pivot(j);
    const Scalar pivot = lu_(j, j);
    k_.loop(Integer(n_ - 1) - j, [&](Integer below) {
      const Integer i = j + Integer(1) + below;
      lu_.store(i, j, select(equal(pivot, 0), 0, lu_(i, j) / pivot));  // a zero pivot stands above zeros only
    });
  });
}

void LuFactors::bring_up_pivot(Integer j) const {
  k_.loop(Integer(n_ - 1) - j, [&](Integer below) {
    const Integer i = j + Integer(1) + below;
    const Boolean larger = less(abs(lu_(j, j)), abs(lu_(i, j)));
    exchanged_.store(place(j, i), larger);
    const Line upper = lu_.row(j), lower = lu_.row(i);
    k_.loop(n_, [&](Integer column) { exchange_if(larger, upper, lower, column); });
  });
}

/// a[i] <-> b[i], if so.
void LuFactors::exchange_if(Boolean condition, const Line& a, const Line& b, Integer i) const {
  const Scalar in_a = a[i], in_b = b[i];
  a.store(i, select(condition, in_b, in_a));
  b.store(i, select(condition, in_a, in_b));
}

void LuFactors::solve(const Line& v, bool transpose) const {
  const Matrix t = lu_.transposed_if(transpose);  // A = P^T L U, so A^T = U^T L^T P
  const auto exchange = [&](Integer j, Integer i) { exchange_if(exchanged_.boolean(place(j, i)), v.from(j), v.from(i), 0); };
  const Integer last(n_ - 1);
  if (!transpose) k_.loop(n_, [&](Integer j) { k_.loop(last - j, [&](Integer below) { exchange(j, j + Integer(1) + below); }); });
  substitute(k_, t, v, n_, true, !transpose);
  substitute(k_, t, v, n_, false, transpose);
  if (transpose) k_.loop(n_, [&](Integer done) { k_.loop(done, [&](Integer above) { exchange(last - done, last - above); }); });
}

}  // namespace wengert
