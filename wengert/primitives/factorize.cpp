// SPDX-License-Identifier: Apache-2.0
#include "wengert/primitives/factorize.h"

#include <fmt/format.h>

#include "wengert/primitives/arithmetic.h"
#include "wengert/primitives/linalg.h"
#include "wengert/primitives/matrix_kernel.h"
#include "wengert/primitives/rearrange.h"
#include "wengert/primitives/reduce.h"
#include "wengert/primitives/select.h"

namespace wengert {
namespace {

void require_square(const Signature& s) {
  const Shape& a = s.operands[0].shape;
  s.require(is_float(s.operands[0].dtype), "square float matrices", "cast it to f64 or f32 first");
  s.require(a.rank() >= 2, "square float matrices", "a matrix has two axes, [n,n]; diagonal matrices are divided by elementwise");
  if (a.back() != a[a.rank() - 2])
    s.refuse("square float matrices",
             fmt::format("give as many rows as columns, {0} or {1}; for least squares multiply by the transpose first", a[a.rank() - 2], a.back()));
}

std::vector<Type> infer_square(const Signature& s) {
  require_square(s);
  return {s.operands[0]};
}

std::vector<Type> infer_solver(const Signature& s) {
  require_square(s);
  const Type &a = s.operands[0], &b = s.operands[1];
  const bool pair = a.dtype == b.dtype && b.shape.rank() == a.shape.rank() && leading(a.shape) == leading(b.shape) &&
                    b.shape[b.shape.rank() - 2] == a.shape.back();
  if (!pair)
    s.refuse("a square matrix and a right-hand side of one dtype, with as many rows and equal axes in front",
             fmt::format("give a right-hand side of {0} with {1} axes and {2} rows; a vector is reshaped to [{2},1]", to_string(a.dtype),
                         a.shape.rank(), a.shape.back()));
  return {b};
}

int64_t extent(const KernelBuilder& k) { return Matrix::columns(k.operand(0)); }

std::vector<Expr> batch_leading(const Primitive& primitive, const BatchRule& r) {
  return record_all(primitive, with_leading_axis(r), r.attributes);
}

/// [m, n] with each element a function of its place; a constant of the dtype.
Expr square_constant(DType dtype, int64_t n, double (*element)(int64_t row, int64_t column)) {
  Array values(f64({n, n}));
  auto out = values.mutable_values<double>();
  for (int64_t i = 0; i < n; ++i)
    for (int64_t j = 0; j < n; ++j) out[static_cast<size_t>(i * n + j)] = element(i, j);
  return constant(values.as(dtype));
}

/// Column by column. L_ij L_jj = S_ij - sum_{k<j} L_ik L_jk with S = (A + A^T) / 2.
void cholesky_kernel(KernelBuilder& k, const Attributes&) {
  const int64_t n = extent(k);
  for_each_matrix(k, [&](Integer which) {
    const Matrix a(k.operand(0), which), l(k.result(), which);
    k.loop(n, [&](Integer j) {
      k.loop(j, [&](Integer above) { l.store(above, j, 0); });
      const Scalar root = sqrt(a(j, j) - inner_product(k, l.row(j), l.row(j), j));
      l.store(j, j, root);
      k.loop(Integer(n - 1) - j, [&](Integer below) {
        const Integer i = j + Integer(1) + below;
        const Scalar symmetric = 0.5 * a(i, j) + 0.5 * a(j, i);
        l.store(i, j, (symmetric - inner_product(k, l.row(i), l.row(j), j)) / root);
      });
    });
  });
}

/// L_dot = L Phi(L^-1 A_dot L^-T), where Phi takes the lower triangle and half of the diagonal (Mur16, section 3), and
/// A_dot is made symmetric as the kernel makes A.
Tangents cholesky_jvp(const JvpRule& r) {
  const Expr l = r.results[0], a_dot = r.tangent(0);
  const Expr half_solved = triangular_solve(l, a_dot);                         // L^-1 A_dot
  const Expr solved = triangular_solve(l, transpose_matrices(half_solved));    // L^-1 A_dot^T L^-T
  const Expr half_phi = square_constant(l.type().dtype, l.shape().back(),
                                        [](int64_t i, int64_t j) { return i > j ? 0.5 : i == j ? 0.25 : 0; });
  return {matmul(l, (solved + transpose_matrices(solved)) * half_phi)};
}

Attributes to_attributes(Triangle t) {
  Attributes attributes{{"lower", t.lower}};
  if (t.transpose) attributes.set("transpose", true);
  if (t.unit) attributes.set("unit", true);
  return attributes;
}

Triangle triangle_of(const Attributes& attributes) {
  return {attributes.flag("lower"), attributes.flag("transpose"), attributes.flag("unit")};
}

/// Result <- solve_in_place(v) for each column v of the right-hand side; v is in f64.
template <class SolveInPlace> void for_each_column(KernelBuilder& k, Integer which, SolveInPlace solve_in_place) {
  const int64_t n = extent(k);
  const Line v{k.scratch(f64({n})), Integer(0), 1};
  const Matrix b(k.operand(1), which), x(k.result(), which);
  k.loop(Matrix::columns(k.result()), [&](Integer column) {
    k.loop(n, [&](Integer i) { v.store(i, b(i, column)); });
    solve_in_place(v);
    k.loop(n, [&](Integer i) { x.store(i, column, v[i]); });
  });
}

void triangular_solve_kernel(KernelBuilder& k, const Attributes& attributes) {
  const Triangle t = triangle_of(attributes);
  for_each_matrix(k, [&](Integer which) {
    const Matrix a = Matrix(k.operand(0), which).transposed_if(t.transpose);
    for_each_column(k, which, [&](const Line& v) { substitute(k, a, v, extent(k), t.lower != t.transpose, t.unit); });
  });
}

/// The triangle that is read of a matrix, zeros elsewhere; whatever stands there, infinities included.
Expr triangle_part(const Expr& a, Triangle t) {
  const Expr place = square_constant(DType::f64, a.shape().back(), [](int64_t i, int64_t j) { return static_cast<double>(i - j); });
  const Expr distance = t.lower ? place : -place;
  return select(t.unit ? less(0, distance) : less_equal(0, distance), a, 0);
}

/// B_dot - M X where M is A_dot, or its part, transposed as A is; what does not vary is left out.
Expr solver_residual(const JvpRule& r, const std::optional<Expr>& a_dot, bool transpose) {
  if (!a_dot) return r.tangent(1);
  const Expr change = matmul(*a_dot, r.results[0], transpose);
  return r.active(1) ? r.tangent(1) - change : -change;
}

/// T X = B: T_dot X + T X_dot = B_dot.
Tangents triangular_solve_jvp(const JvpRule& r) {
  const Triangle t = triangle_of(r.attributes);
  std::optional<Expr> a_dot = r.tangents[0];
  if (a_dot) a_dot = triangle_part(*a_dot, t);
  return {triangular_solve(r.operands[0], solver_residual(r, a_dot, t.transpose), t)};
}

Tangents triangular_solve_transpose(const TransposeRule& r) {
  Triangle t = triangle_of(r.attributes);
  t.transpose = !t.transpose;
  return {std::nullopt, triangular_solve(*r.operands[0], r.cotangent(), t)};
}

/// One matrix and many right-hand sides: they become columns of one, so that the matrix is read (or factorized) once.
std::vector<Expr> batch_solver(const Primitive& primitive, const BatchRule& r) {
  if (r.batched[0] || r.operands[0].rank() != 2) return batch_leading(primitive, r);
  const Shape b = r.operands[1].shape();  // [size, n, k]
  const Expr columns = reshape(transpose(r.operands[1], {1, 0, 2}), {b[1], b[0] * b[2]});
  const Expr x = record(primitive, {r.operands[0], columns}, r.attributes);
  return {transpose(reshape(x, {b[1], b[0], b[2]}), {1, 0, 2})};
}

Attributes transpose_attribute(bool transpose) { return transpose ? Attributes{{"transpose", true}} : Attributes{}; }

void solve_kernel(KernelBuilder& k, const Attributes& attributes) {
  const LuFactors lu(k, extent(k));
  for_each_matrix(k, [&](Integer which) {
    lu.factorize(Matrix(k.operand(0), which));
    for_each_column(k, which, [&](const Line& v) { lu.solve(v, attributes.flag("transpose")); });
  });
}

/// A X = B: A_dot X + A X_dot = B_dot (Gil08).
Tangents solve_jvp(const JvpRule& r) {
  const bool transpose = r.attributes.flag("transpose");
  return {solve(r.operands[0], solver_residual(r, r.tangents[0], transpose), transpose)};
}

void inverse_kernel(KernelBuilder& k, const Attributes&) {
  const int64_t n = extent(k);
  const LuFactors lu(k, n);
  const Line v{k.scratch(f64({n})), Integer(0), 1};
  for_each_matrix(k, [&](Integer which) {
    const Matrix x(k.result(), which);
    lu.factorize(Matrix(k.operand(0), which));
    k.loop(n, [&](Integer column) {
      k.loop(n, [&](Integer i) { v.store(i, to_real(to_integer(integer_equal(i, column)))); });
      lu.solve(v, false);
      k.loop(n, [&](Integer i) { x.store(i, column, v[i]); });
    });
  });
}

void log_determinant_kernel(KernelBuilder& k, const Attributes&) {
  const int64_t n = extent(k);
  const LuFactors lu(k, n);
  for_each_matrix(k, [&](Integer which) {
    lu.factorize(Matrix(k.operand(0), which));
    const Scalar total = k.variable(Scalar(0.0));
    k.loop(n, [&](Integer i) { k.assign(total, total + log(abs(lu.diagonal(i)))); });
    k.result().store(which, total);
  });
}

std::vector<Example> cholesky_examples() {
  return {{{Array({3, 3}, {4, 2, -2, 2, 10, 0.5, -2, 0.5, 5.25})}, {}, {Array({3, 3}, {2, 0, 0, 1, 3, 0, -1, 0.5, 2})}},
          {{Array({2, 2}, {4, 1, 3, 10})}, {}, {Array({2, 2}, {2, 0, 1, 3})}},  // made symmetric first
          {{Array({2, 1, 1}, {4, 0.25})}, {}, {Array({2, 1, 1}, {2, 0.5})}}};
}

std::vector<Example> triangular_solve_examples() {
  const Array a({2, 2}, {2, 3, -1, 4}), b({2, 2}, {2, 4, 7, 2});  // both triangles hold numbers; one is read
  return {{{a, b}, to_attributes({true, false, false}), {Array({2, 2}, {1, 2, 2, 1})}},
          {{a, b}, to_attributes({true, true, false}), {Array({2, 2}, {1.875, 2.25, 1.75, 0.5})}},
          {{a, b}, to_attributes({false, false, false}), {Array({2, 2}, {-1.625, 1.25, 1.75, 0.5})}},
          {{a, b}, to_attributes({false, true, true}), {Array({2, 2}, {2, 4, 1, -10})}},
          {{Array({2, 1, 1}, {2, 4}), Array({2, 1, 2}, {2, 6, 2, 3})}, to_attributes({}), {Array({2, 1, 2}, {1, 3, 0.5, 0.75})}}};
}

std::vector<Example> solve_examples() {
  const Array a({3, 3}, {0, 2, 1, 4, 1, 0, 2, 0, -1}), x({3, 1}, {2, 1, -1});  // the first pivot is in the second row
  return {{{a, Array({3, 1}, {1, 9, 5})}, {}, {x}},
          {{a, Array({3, 1}, {2, 5, 3})}, transpose_attribute(true), {x}},
          {{Array({2, 1, 1}, {2, 4}), Array({2, 1, 2}, {2, 6, 2, 3})}, {}, {Array({2, 1, 2}, {1, 3, 0.5, 0.75})}}};
}

std::vector<Example> inverse_examples() {
  return {{{Array({2, 2}, {0, 2, 4, 1})}, {}, {Array({2, 2}, {-0.125, 0.25, 0.5, 0})}},
          {{Array({3, 3}, {1, 2, 3, 0, 1, 4, 0, 0, 2})}, {}, {Array({3, 3}, {1, -2, 2.5, 0, 1, -2, 0, 0, 0.5})}},
          {{Array({2, 1, 1}, {2, -4})}, {}, {Array({2, 1, 1}, {0.5, -0.25})}}};
}

std::vector<Example> log_determinant_examples() {
  return {{{Array({2, 2}, {0, 2, 4, 1})}, {}, {Array(0x1.0a2b23f3bab73p+1)}},  // log 8
          {{Array({3, 3}, {1, 2, 3, 0, -1, 4, 0, 0, 2})}, {}, {Array(0x1.62e42fefa39efp-1)}},
          {{Array({2, 1, 1}, {2, -0.5})}, {}, {Array({2}, {0x1.62e42fefa39efp-1, -0x1.62e42fefa39efp-1})}}};
}

}  // namespace

const Composite cholesky_p{{
    .name = "cholesky", .infer = infer_square, .kernel = cholesky_kernel, .jvp = cholesky_jvp,
    .batch = [](const BatchRule& r) { return batch_leading(cholesky_p, r); },
    .examples = cholesky_examples,
    .source = "Mur16, section 3",
    .note = "of (A + A^T) / 2: both triangles are read, and a derivative by A is symmetric"}};

const Solver triangular_solve_p{{
    .name = "triangular_solve", .arity = 2, .infer = infer_solver, .kernel = triangular_solve_kernel,
    .jvp = triangular_solve_jvp, .transpose = triangular_solve_transpose,
    .batch = [](const BatchRule& r) { return batch_solver(triangular_solve_p, r); },
    .examples = triangular_solve_examples,
    .source = "Gil08",
    .note = "the triangle not named is not read, and the derivative by it is 0",
    .attributes = {{"lower", AttributeField::Kind::flag, "the lower triangle is read, not the upper", "true"},
                   {"transpose", AttributeField::Kind::flag, "solves with the transposed triangle", "false"},
                   {"unit", AttributeField::Kind::flag, "takes ones for the diagonal", "false"}}}};

const Solver solve_p{{
    .name = "solve", .arity = 2, .infer = infer_solver, .kernel = solve_kernel,
    .jvp = solve_jvp,
    .transpose = [](const TransposeRule& r) -> Tangents {
      return {std::nullopt, solve(*r.operands[0], r.cotangent(), !r.attributes.flag("transpose"))};
    },
    .batch = [](const BatchRule& r) { return batch_solver(solve_p, r); },
    .examples = solve_examples,
    .source = "Gil08",
    .note = "LU factors with partial pivoting; a singular matrix gives infinities or NaN",
    .attributes = {{"transpose", AttributeField::Kind::flag, "solves with the transposed matrix", "false"}}}};

const Composite inverse_p{{
    .name = "inverse", .infer = infer_square, .kernel = inverse_kernel,
    .jvp = [](const JvpRule& r) -> Tangents { return {-matmul(r.results[0], matmul(r.tangent(0), r.results[0]))}; },
    .batch = [](const BatchRule& r) { return batch_leading(inverse_p, r); },
    .examples = inverse_examples,
    .source = "Gil08",
    .note = "LU factors with partial pivoting; a singular matrix gives infinities or NaN"}};

const Composite log_determinant_p{{
    .name = "log_determinant",
    .infer = [](const Signature& s) -> std::vector<Type> {
      require_square(s);
      return {Type{s.operands[0].dtype, leading(s.operands[0].shape)}};
    },
    .kernel = log_determinant_kernel,
    .jvp = [](const JvpRule& r) -> Tangents {  // trace(A^-1 A_dot)
      const int rank = r.operands[0].rank();
      return {sum(transpose_matrices(inverse(r.operands[0])) * r.tangent(0), std::vector<int64_t>{rank - 2, rank - 1})};
    },
    .batch = [](const BatchRule& r) { return batch_leading(log_determinant_p, r); },
    .examples = log_determinant_examples,
    .source = "Gil08",
    .note = "log |det A|; the sign is dropped; -infinity for a singular matrix"}};

Expr cholesky(Sited a) { return cholesky_p(a); }
Expr inverse(Sited a) { return inverse_p(a); }
Expr log_determinant(Sited a) { return log_determinant_p(a); }

namespace {

/// A right-hand side with one axis less than the matrix is a vector: a matrix of one column, and back.
Expr solve_columns(const Primitive& primitive, Sited a, const Expr& b, const Attributes& attributes) {
  const Shape s = b.shape();
  if (s.rank() + 1 != a.expr.rank()) return record(primitive, {a, b}, attributes, a.site);
  const Expr column = reshape({b, a.site}, s.with(s.rank(), 1));
  return reshape({record(primitive, {a, column}, attributes, a.site), a.site}, s);
}

}  // namespace

Expr triangular_solve(Sited a, Expr b, Triangle triangle) {
  return solve_columns(triangular_solve_p, a, b, to_attributes(triangle));
}

Expr solve(Sited a, Expr b, bool transpose) { return solve_columns(solve_p, a, b, transpose_attribute(transpose)); }

}  // namespace wengert
