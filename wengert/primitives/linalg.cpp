// SPDX-License-Identifier: Apache-2.0
#include "wengert/primitives/linalg.h"

#include <cstdlib>
#include <fmt/format.h>
#include <limits>
#include <numeric>

#include "wengert/primitives/arithmetic.h"
#include "wengert/primitives/axes.h"
#include "wengert/primitives/matrix_kernel.h"
#include "wengert/primitives/rearrange.h"
#include "wengert/primitives/reduce.h"
#include "wengert/primitives/select.h"

namespace wengert {
namespace {

/// Only flags that are set are written down, so that equal products have equal attributes.
Attributes transposes(bool a, bool b) {
  Attributes attributes;
  if (a) attributes.set("transpose_a", true);
  if (b) attributes.set("transpose_b", true);
  return attributes;
}

/// Operands as the record wants them: no broadcasting, no vectors.
Expr product(Expr a, Expr b, bool transpose_a, bool transpose_b) {
  return matmul_p(a, {b}, transposes(transpose_a, transpose_b));
}

/// How a product of op(A) [rows, left] and op(B) [right, columns] could be meant.
std::string matmul_remedy(int64_t rows, int64_t left, int64_t right, int64_t columns, bool transpose_a, bool transpose_b) {
  const bool fits_b = columns == left, fits_a = rows == right;
  const std::string turn_a = transpose_a ? "leave transpose_a out" : "transpose the left operand (transpose_a)";
  const std::string turn_b = transpose_b ? "leave transpose_b out" : "transpose the right operand (transpose_b)";
  if (fits_a && fits_b && !transpose_a && !transpose_b) return "transpose one of them (transpose_a or transpose_b)";
  if (fits_a || fits_b) return fits_b ? turn_b : turn_a;
  if (rows == columns && rows > 1) return "swap the two operands";
  const std::string sizes = fmt::format("give the right operand {} rows, or the left one {} columns", left, right);
  return std::abs(left - right) == 1 ? sizes + "; was a column of ones (bias) added to one of them only?" : sizes;
}

/// Why two operands are no pair of matrices, and what would make them one.
std::string pair_remedy(const Type& a, const Type& b) {
  if (a.dtype != b.dtype) return fmt::format("bring both to one float dtype, e.g. {}", to_string(is_float(a.dtype) ? a.dtype : DType::f64));
  if (!is_float(a.dtype)) return "cast both to f64 or f32";
  if (a.shape.rank() == 0 || b.shape.rank() == 0) return "for a product with a scalar write a * b";
  if (a.shape.rank() != b.shape.rank()) return "give both as many axes: a vector is reshaped to one row or one column";
  return fmt::format("make the axes in front equal; they are {} and {}", to_string(leading(a.shape)), to_string(leading(b.shape)));
}

std::string dot_remedy(const Type& a, const Type& b) {
  if (a.shape == b.shape || a.elements() == b.elements())
    return a.dtype == b.dtype && is_float(a.dtype) ? "reshape one to the shape of the other" : "bring both to one float dtype: cast or convert";
  return fmt::format("dot multiplies element by element: both must be {} or {}; a matrix times a vector is matmul", to_string(a.shape),
                     to_string(b.shape));
}

std::vector<Type> infer_matmul(const Signature& s) {
  const Type &a = s.operands[0], &b = s.operands[1];
  const bool pair = is_float(a.dtype) && a.dtype == b.dtype && a.shape.rank() >= 2 && a.shape.rank() == b.shape.rank() &&
                    leading(a.shape) == leading(b.shape);
  if (!pair) s.refuse("two float matrices of one dtype, with equal axes in front of the last two", pair_remedy(a, b));
  const bool transpose_a = s.attributes.flag("transpose_a"), transpose_b = s.attributes.flag("transpose_b");
  const int last = a.shape.rank() - 1, row = last - 1;
  const int64_t left = a.shape[transpose_a ? row : last], right = b.shape[transpose_b ? last : row];
  if (left != right)
    throw ShapeError("W201",
                     fmt::format("matmul needs equal inner extents; left is {}{}, right is {}{} ({} vs {})", to_string(a),
                                 transpose_a ? " transposed" : "", to_string(b), transpose_b ? " transposed" : "", left, right),
                     {}, matmul_remedy(a.shape[transpose_a ? last : row], left, right, b.shape[transpose_b ? row : last], transpose_a, transpose_b));
  const Shape front = leading(a.shape);
  return {{a.dtype, front.with(row, a.shape[transpose_a ? last : row]).with(last, b.shape[transpose_b ? row : last])}};
}

void matmul_kernel(KernelBuilder& k, const Attributes& attributes) {
  for_each_matrix(k, [&](Integer which) {
    const Matrix a = Matrix(k.operand(0), which).transposed_if(attributes.flag("transpose_a"));
    const Matrix b = Matrix(k.operand(1), which).transposed_if(attributes.flag("transpose_b"));
    const Matrix y(k.result(), which);
    const int64_t inner = attributes.flag("transpose_a") ? Matrix::rows(k.operand(0)) : Matrix::columns(k.operand(0));
    k.loop(Matrix::rows(k.result()), [&](Integer i) {
      k.parallel_loop(Matrix::columns(k.result()), [&](Integer j) { y.store(i, j, inner_product(k, a.row(i), b.column(j), inner)); });
    });
  });
}

Expr without_axis(const Expr& x, int axis, Site site) { return reshape({x, site}, x.shape().without(axis)); }

/// All matrices of `a` below each other, times the one matrix b.
Expr tall_product(Sited a, const Expr& b, bool transpose_b) {
  const Shape x = a.expr.shape();
  const int last = x.rank() - 1;
  const Expr tall = reshape(a, {x.without(last).elements(), x.back()});
  const Expr y = matmul_p({tall, a.site}, {b}, transposes(false, transpose_b));
  return reshape({y, a.site}, with_extent(x, last, y.shape().back()));
}

/// x with `front` in place of the axes before its last two.
Expr stretch(const Expr& x, Shape front, Site site) {
  const Shape& s = x.shape();
  for (int axis = s.rank() - 2; axis < s.rank(); ++axis) front = front.with(front.rank(), s[axis]);
  return broadcast_to({x, site}, front);
}

/// Y = op(A) op(B): op(A)_bar = Y_bar op(B)^T, op(B)_bar = op(A)^T Y_bar; either is transposed where op transposes.
Tangents matmul_transpose(const TransposeRule& r) {
  const bool ta = r.attributes.flag("transpose_a"), tb = r.attributes.flag("transpose_b");
  const Expr y_bar = r.cotangent();
  if (r.linear(0)) {
    const Expr b = *r.operands[1];
    return {ta ? product(b, y_bar, tb, true) : product(y_bar, b, false, !tb), std::nullopt};
  }
  const Expr a = *r.operands[0];
  return {std::nullopt, tb ? product(y_bar, a, true, ta) : product(a, y_bar, !ta, false)};
}

/// One operand has the new axis, the other is one matrix: where the rows of all products can stand below each other, or
/// each product has one column only, this is a single product instead of many.
std::vector<Expr> matmul_batch(const BatchRule& r) {
  const bool ta = r.attributes.flag("transpose_a"), tb = r.attributes.flag("transpose_b");
  const Expr a = r.operands[0], b = r.operands[1];
  if (!r.batched[1] && !ta && b.rank() == 2) return {tall_product(a, b, tb)};
  const Shape x = b.shape();
  if (!r.batched[0] && a.rank() == 2 && x[tb ? 1 : 2] == 1) {
    const Expr y = product(reshape(b, {x[0], x[tb ? 2 : 1]}), a, false, !ta);
    return {reshape(y, {x[0], y.shape()[1], 1})};
  }
  return record_all(matmul_p, with_leading_axis(r), r.attributes);
}

std::vector<Example> matmul_examples() {
  const Array a({2, 3}, {1, 2, 3, 4, 5, 6}), b({3, 2}, {1, -1, 2, 0.5, -3, 4});
  const Array at({3, 2}, {1, 4, 2, 5, 3, 6}), bt({2, 3}, {1, 2, -3, -1, 0.5, 4}), y({2, 2}, {-4, 12, -4, 22.5});
  const Array many_a({2, 1, 2}, {1, 2, 3, 4}), many_b({2, 2, 1}, {5, 6, 7, 8}), many_y({2, 1, 1}, {17, 53});
  return {{{a, b}, {}, {y}},
          {{at, b}, transposes(true, false), {y}},
          {{a, bt}, transposes(false, true), {y}},
          {{at, bt}, transposes(true, true), {y}},
          {{many_a, many_b}, {}, {many_y}}};
}

std::vector<int64_t> all_axes_behind_first(const Expr& x) {
  std::vector<int64_t> axes(static_cast<size_t>(x.rank() - 1));
  std::iota(axes.begin(), axes.end(), 1);
  return axes;
}

/// The factor by which the elements are divided, so that no square overflows or is lost.
Scalar safe_scale(Scalar largest) {
  const Boolean plain = logical_and(less(1e-140, largest), less(largest, 1e140));
  const Boolean extreme = logical_and(less(0, largest), less(largest, std::numeric_limits<double>::infinity()));
  return select(plain, 1, select(extreme, largest, 1));
}

void norm_kernel(KernelBuilder& k, const Attributes& attributes) {
  const Buffer x = k.operand(0);
  for_each_group(k, attributes.integers("axes"), [&](Integer to, auto each_element) {
    const Scalar largest = k.variable(Scalar(0.0)), total = k.variable(Scalar(0.0));
    each_element([&](Integer from) { k.assign(largest, max(largest, abs(x.real(from)))); });
    const Scalar scale = safe_scale(largest);
    each_element([&](Integer from) {
      const Scalar part = x.real(from) / scale;
      k.assign(total, total + part * part);
    });
    k.result().store(to, scale * sqrt(total));
  });
}

}  // namespace

const Bilinear matmul_p{{
    .name = "matmul", .arity = 2, .infer = infer_matmul, .kernel = matmul_kernel, .transpose = matmul_transpose,
    .batch = matmul_batch, .examples = matmul_examples,
    .attributes = {{"transpose_a", AttributeField::Kind::flag, "takes the transpose of the first operand", "false"},
                   {"transpose_b", AttributeField::Kind::flag, "takes the transpose of the second operand", "false"}}}};

const Bilinear dot_p{{
    .name = "dot", .arity = 2,
    .infer = [](const Signature& s) -> std::vector<Type> {
      if (!is_float(s.operands[0].dtype) || s.operands[0] != s.operands[1])
        s.refuse("two float arrays of one type", dot_remedy(s.operands[0], s.operands[1]));
      return {Type{s.operands[0].dtype, {}}};
    },
    .kernel = [](KernelBuilder& k, const Attributes&) {
      const Line a{k.operand(0), Integer(0), 1}, b{k.operand(1), Integer(0), 1};
      k.result().store(Integer(0), inner_product(k, a, b, k.operand(0).elements()));
    },
    .transpose = [](const TransposeRule& r) -> Tangents {
      if (r.linear(0)) return {r.cotangent() * *r.operands[1], std::nullopt};
      return {std::nullopt, r.cotangent() * *r.operands[0]};
    },
    .batch = [](const BatchRule& r) -> std::vector<Expr> {
      const auto x = with_leading_axis(r);
      return {sum(x[0] * x[1], all_axes_behind_first(x[0]))};
    },
    .examples = [] {
      return std::vector<Example>{{{Array({3}, {1, 2, 3}), Array({3}, {4, -5, 0.5})}, {}, {Array(-4.5)}},
                                  {{Array(3.0), Array(-2.0)}, {}, {Array(-6.0)}},
                                  {{Array({2, 2}, {1, 2, 3, 4}), Array({2, 2}, {5, -1, 2, 0.5})}, {}, {Array(11.0)}}};
    }}};

const Composite norm_p{{
    .name = "norm", .infer = infer_reduction, .kernel = norm_kernel,
    .jvp = [](const JvpRule& r) -> Tangents {
      // <x / |x|, x_dot>; divided by the least number where the norm is 0, see hypot.
      const auto& axes = r.attributes.integers("axes");
      const Expr length = max(r.results[0], least_positive(r.results[0]));
      const Expr direction = r.operands[0] / spread(length, r.operands[0].shape(), axes);
      return {sum(direction * r.tangent(0), axes)};
    },
    .batch = [](const BatchRule& r) -> std::vector<Expr> { return {norm(r.operands[0], shifted(r.attributes.integers("axes")))}; },
    .examples = [] {
      return std::vector<Example>{
          {{Array({2}, {3, -4})}, {{"axes", std::vector<int64_t>{0}}}, {Array(5.0)}},
          {{Array({2, 2}, {3, 4, -5, 12})}, {{"axes", std::vector<int64_t>{1}}}, {Array({2}, {5, 13})}},
          {{Array({2, 1, 2}, {2, -4, 5, 6})}, {{"axes", std::vector<int64_t>{0, 2}}}, {Array({1}, {9})}}};
    },
    .note = "the derivative where the norm is 0 is 0, the least-norm subgradient; the second there is infinite",
    .attributes = {reduced_axes}}};

Expr matmul(Sited a, Expr b, bool transpose_a, bool transpose_b) {
  const Shape x = a.expr.shape(), z = b.shape();
  if (x.rank() == 1) {
    const Expr y = matmul({reshape(a, {1, x[0]}), a.site}, b, false, transpose_b);
    return without_axis(y, y.rank() - (z.rank() == 1 ? 1 : 2), a.site);
  }
  if (z.rank() == 1) {
    const Expr y = matmul(a, reshape({b, a.site}, {z[0], 1}), transpose_a, false);
    return without_axis(y, y.rank() - 1, a.site);
  }
  const bool matrices = x.rank() >= 2 && z.rank() >= 2;  // else the record says what is wrong
  if (matrices && z.rank() == 2 && x.rank() > 2 && !transpose_a) return tall_product(a, b, transpose_b);
  if (matrices && x.rank() + z.rank() > 4) {
    const Shape front = broadcast(leading(x), leading(z));
    const Expr left = stretch(a.expr, front, a.site), right = stretch(b, front, a.site);
    return matmul_p({left, a.site}, {right}, transposes(transpose_a, transpose_b));
  }
  return matmul_p(a, {b}, transposes(transpose_a, transpose_b));
}

Expr dot(Sited a, Expr b) { return dot_p(a, {b}); }

Expr norm(Sited x) { return norm(x, all_axes(x)); }

Expr norm(Sited x, std::vector<int64_t> axes) {
  return norm_p(x, {}, {{"axes", axes_of(x, std::move(axes))}});
}

Expr transpose_matrices(Expr x) {
  std::vector<int64_t> order(static_cast<size_t>(x.rank()));
  std::iota(order.begin(), order.end(), 0);
  std::swap(order[order.size() - 1], order[order.size() - 2]);
  return transpose(x, order);
}

}  // namespace wengert
