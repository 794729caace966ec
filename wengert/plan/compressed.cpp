// SPDX-License-Identifier: Apache-2.0
#include "wengert/plan/compressed.h"

#include <algorithm>
#include <numeric>

#include "wengert/ad/derivatives.h"
#include "wengert/ad/derived_recording.h"
#include "wengert/passes/hoist.h"
#include "wengert/passes/simplify.h"
#include "wengert/plan/substitution.h"
#include "wengert/primitives/control.h"
#include "wengert/primitives/convert.h"
#include "wengert/primitives/index.h"
#include "wengert/primitives/primitives.h"
#include "wengert/primitives/rearrange.h"
#include "wengert/primitives/select.h"

namespace wengert {
namespace {

constexpr size_t most_levels = 16;  // by_cost; each is some three instructions

/// (x..., seed...) -> (value..., image...): jvp, vjp or hvp, of which the images are wanted.
struct Product {
  Program program;
  size_t inputs;  ///< of the Program that is differentiated
  size_t values;
  DType dtype = DType::f32;  ///< that all images fit in

  Product(Program of, size_t inputs_of, size_t values_of)
      : program(std::move(of)), inputs(inputs_of), values(values_of) {
    const auto types = program.output_types();
    for (size_t k = values; k < types.size(); ++k)
      if (types[k].dtype == DType::f64) dtype = DType::f64;
  }
};

Expr numbers(const std::vector<int64_t>& n) {
  return constant(Array::of<int64_t>({static_cast<int64_t>(n.size())}, n));
}

std::vector<int64_t> up_to(int64_t n) {
  std::vector<int64_t> all(static_cast<size_t>(n));
  std::iota(all.begin(), all.end(), 0);
  return all;
}

/// Images of the seed of each colour, one behind the other: element c * rows + i is that of row i and colour c.
Expr sweeps(const Product& product, const std::vector<Expr>& x, const Colouring& colouring, int64_t rows) {
  std::vector<Expr> operands = x;
  std::vector<bool> mapped(x.size(), false);
  auto next = colouring.colour.begin();
  for (size_t k = product.inputs; k < product.program.inputs(); ++k) {  // the colours of the elements of each seed
    const Type& seed = product.program.type(ValueId{static_cast<uint32_t>(k)});
    const std::vector<int64_t> colour(next, next + seed.elements());
    next += seed.elements();
    operands.push_back(constant(Array::of<int64_t>(seed.shape, colour)));
    mapped.push_back(false);
  }
  operands.push_back(numbers(up_to(colouring.colours)));
  mapped.push_back(true);

  std::vector<Type> types;
  for (const Expr& operand : operands) types.push_back(operand.type());
  types.back() = i64();  // one colour a step
  Program body;
  {
    DerivedRecording recording("sweep");
    std::vector<Expr> inside;
    for (const Type& type : types) inside.push_back(recording.input(type));
    std::vector<Expr> arguments(inside.begin(), inside.begin() + static_cast<int64_t>(product.inputs));
    for (size_t k = product.inputs; k + 1 < inside.size(); ++k)
      arguments.push_back(
          convert(equal(inside[k], inside.back()), product.program.type(ValueId{static_cast<uint32_t>(k)}).dtype));
    const auto images = replay(product.program, arguments);
    std::vector<Expr> flat;
    for (size_t k = product.values; k < images.size(); ++k)
      flat.push_back(convert(reshape(images[k], {images[k].type().elements()}), product.dtype));
    const Expr all = concatenate(flat);
    body = recording.finish({&all, 1});
  }
  return reshape(map(body, operands, mapped)[0], {colouring.colours * rows});
}

/// The Program (x...) -> (value) with values(x) where x are the inputs of p.
template <class Values> Program with_inputs_of(const Program& p, const char* suffix, const Values& values) {
  DerivedRecording recording(p.name() + suffix);
  std::vector<Expr> x;
  for (uint32_t k = 0; k < p.inputs(); ++k)
    x.push_back(recording.input(p.type(ValueId{k}), std::string(p.value_name(ValueId{k}))));
  const Expr all = values(x);
  return simplify(hoist(recording.finish({&all, 1})));
}

Expr no_entries(DType dtype) { return zeros({dtype, Shape{0}}); }

/// Entries of a Jacobian, or of its transpose with the colours of the rows.
Expr direct_entries(const Product& product, const std::vector<Expr>& x, const Sparsity& pattern,
                    const Colouring& colouring, bool reverse) {
  if (pattern.column.empty()) return no_entries(product.dtype);
  const int64_t images = reverse ? pattern.columns : pattern.rows;
  std::vector<int64_t> place;
  for (int64_t i = 0; i < pattern.rows; ++i)
    for (auto k = pattern.row_start[static_cast<size_t>(i)]; k < pattern.row_start[static_cast<size_t>(i) + 1]; ++k) {
      const int64_t j = pattern.column[static_cast<size_t>(k)];
      place.push_back(int64_t{colouring.colour[static_cast<size_t>(reverse ? i : j)]} * images + (reverse ? j : i));
    }
  return gather(sweeps(product, x, colouring, images), numbers(place));
}

/// Entries of a symmetric matrix.
Expr substituted_entries(const Product& product, const std::vector<Expr>& x, const Sparsity& pattern,
                         const Colouring& colouring) {
  if (pattern.column.empty()) return no_entries(product.dtype);
  const Substitution solved = substitution(pattern, colouring);
  const Expr read = sweeps(product, x, colouring, pattern.rows);
  const auto read_at = [&](const std::vector<int64_t>& row, const std::vector<int64_t>& colour) {
    std::vector<int64_t> place;
    for (size_t k = 0; k < row.size(); ++k) place.push_back(colour[k] * pattern.rows + row[k]);
    return gather(read, numbers(place));
  };
  std::vector<Expr> levels;
  for (const SubstitutionLevel& level : solved.levels) {
    Expr entries = read_at(level.row, level.colour);
    if (!levels.empty())
      entries = entries - scatter_add(levels.back(), numbers(level.taken_from), static_cast<int64_t>(level.row.size()));
    levels.push_back(entries);
  }
  int64_t edges = 0;
  for (const SubstitutionLevel& level : solved.levels) edges += static_cast<int64_t>(level.row.size());
  levels.push_back(read_at(up_to(pattern.rows), {colouring.colour.begin(), colouring.colour.end()}));
  std::vector<int64_t> place = solved.place;
  for (int64_t& k : place)
    if (k < 0) k = edges + (-1 - k);
  return gather(concatenate(levels), numbers(place));
}

bool between_scalars(const Program& p, const std::vector<size_t>& wrt) {
  for (const size_t k : wrt)
    if (!p.type(ValueId{static_cast<uint32_t>(k)}).is_scalar()) return false;
  const auto types = p.output_types();
  return std::all_of(types.begin(), types.end(), [](const Type& type) { return type.is_scalar() || !is_float(type.dtype); });
}

/// Those outputs of jacobian(p, wrt) that are entries of the pattern, one behind the other; above the diagonal of a
/// symmetric one those below it.
Expr written_out(const Program& p, const std::vector<size_t>& wrt, const std::vector<Expr>& x, const Sparsity& pattern, bool symmetric) {
  const Program all = jacobian(p, wrt);
  const auto entries = replay(all, x);
  DType dtype = DType::f32;
  for (const Expr& entry : entries)
    if (entry.type().dtype == DType::f64) dtype = DType::f64;
  if (pattern.column.empty()) return no_entries(dtype);
  std::vector<Expr> chosen;
  for (int64_t i = 0; i < pattern.rows; ++i)
    for (auto k = pattern.row_start[static_cast<size_t>(i)]; k < pattern.row_start[static_cast<size_t>(i) + 1]; ++k) {
      const int64_t j = pattern.column[static_cast<size_t>(k)];
      const int64_t place = symmetric ? std::max(i, j) * pattern.columns + std::min(i, j) : i * pattern.columns + j;
      chosen.push_back(convert(entries[static_cast<size_t>(place)], dtype));
    }
  return stack(chosen);
}

}  // namespace

CompressedDerivative compressed_jacobian(const Program& p, const std::vector<size_t>& wrt, int64_t limit) {
  CompressedDerivative result;
  result.pattern = jacobian_sparsity(p, wrt, limit);
  if (between_scalars(p, varying_inputs(p, wrt))) {
    const auto values = [&](const std::vector<Expr>& x) { return written_out(p, wrt, x, result.pattern, false); };
    result.values = with_inputs_of(p, "_jacobian", values);
    return result;
  }
  const Colouring columns = colour_columns(result.pattern), rows = colour_columns(transposed(result.pattern));
  result.reverse = rows.colours < columns.colours;
  const Colouring& chosen = result.reverse ? rows : columns;
  result.sweeps = chosen.colours;
  result.lower_bound = chosen.lower_bound;
  const Product product(result.reverse ? vjp(p, wrt) : jvp(p, wrt), p.inputs(), p.outputs().size());
  result.values = with_inputs_of(p, "_jacobian", [&](const std::vector<Expr>& x) {
    return direct_entries(product, x, result.pattern, chosen, result.reverse);
  });
  return result;
}

CompressedDerivative compressed_hessian(const Program& p, const std::vector<size_t>& wrt, HessianColouring kind,
                                        int64_t limit) {
  CompressedDerivative result;
  const Program gradient = grad(p, wrt);
  const auto inputs = varying_inputs(p, wrt);
  result.pattern = symmetrized(jacobian_sparsity(gradient, inputs, limit));
  if (between_scalars(gradient, inputs)) {
    const auto values = [&](const std::vector<Expr>& x) { return written_out(gradient, inputs, x, result.pattern, true); };
    result.values = with_inputs_of(p, "_hessian", values);
    return result;
  }
  Colouring chosen;
  if (kind != HessianColouring::acyclic) chosen = star_colouring(result.pattern);
  if (kind != HessianColouring::star) {
    const Colouring acyclic = acyclic_colouring(result.pattern);
    if (kind == HessianColouring::acyclic ||
        (acyclic.colours < chosen.colours && substitution(result.pattern, acyclic).levels.size() <= most_levels))
      chosen = acyclic;
  }
  result.sweeps = chosen.colours;
  result.lower_bound = chosen.lower_bound;
  const Product product(hvp(p, wrt), p.inputs(), 0);
  result.values = with_inputs_of(p, "_hessian", [&](const std::vector<Expr>& x) {
    return substituted_entries(product, x, result.pattern, chosen);
  });
  return result;
}

}  // namespace wengert
