// SPDX-License-Identifier: Apache-2.0
#include "wengert/ad/chain_matrix.h"

#include <algorithm>
#include <numeric>

#include "wengert/ad/chain_sweep.h"
#include "wengert/passes/batch.h"
#include "wengert/primitives/arithmetic.h"
#include "wengert/primitives/control.h"
#include "wengert/primitives/linalg.h"
#include "wengert/primitives/rearrange.h"

namespace wengert {
namespace {

using How = ChainProduct::How;
using Kind = ChainBlock::Kind;

/// Elements that all columns of a sweep may keep of one value, unless the result has as many: more, and they are swept
/// one after the other.
constexpr int64_t most_batched_elements = 4'000'000;

Shape joined(int64_t lead, const Shape& shape) {
  std::vector<int64_t> extents{lead};
  extents.insert(extents.end(), shape.begin(), shape.end());
  return Shape(extents);
}

/// The value that `m`, a matrix, is a reshape of, if that is a matrix of the same shape already.
ValueId before_reshapes(const Expr& m) {
  const Program& lines = Recording::current().builder().view();
  ValueId v = m.value();
  while (&lines.primitive(v) == &reshape_p) v = lines.operands(v)[0];
  return lines.type(v).shape == m.shape() ? v : m.value();
}

bool is_transpose(ValueId v) {
  const Program& lines = Recording::current().builder().view();
  return &lines.primitive(v) == &transpose_p && lines.attributes(v).integers("order") == std::vector<int64_t>{1, 0};
}

/// a b, each of them transposed if so marked; transposes that are there are undone instead of multiplied by.
Expr product_of(Expr a, bool transpose_a, Expr b, bool transpose_b) {
  const Program& lines = Recording::current().builder().view();
  const auto undo = [&](Expr& m, bool& flag) {
    const ValueId v = before_reshapes(m);
    if (!is_transpose(v)) return;
    m = Recording::current().expr(lines.operands(v)[0]), flag = !flag;
  };
  undo(a, transpose_a), undo(b, transpose_b);
  return matmul(a, b, transpose_a, transpose_b);
}

/// Of a product it is the product the other way round, which moves no elements.
Expr transposed(const Expr& m) {
  const Program& lines = Recording::current().builder().view();
  const ValueId v = before_reshapes(m);
  if (is_transpose(v)) return Recording::current().expr(lines.operands(v)[0]);
  if (&lines.primitive(v) != &matmul_p) return transpose(m);
  const Expr a = Recording::current().expr(lines.operands(v)[0]), b = Recording::current().expr(lines.operands(v)[1]);
  if (a.rank() != 2 || b.rank() != 2) return transpose(m);
  const Attributes& attributes = lines.attributes(v);
  return product_of(b, !attributes.flag("transpose_b"), a, !attributes.flag("transpose_a"));
}

/// The seeds of one column (or row) of blocks, and how many vectors they stand for.
struct SeedBlocks {
  std::vector<ChainBlock> blocks;  ///< dense ones as [vectors, elements of the vertex]
  int64_t vectors;
};

/// Elements of the largest value that is another one for every seed.
int64_t largest_varying(const Program& body, std::vector<bool> varies) {
  varies.resize(body.size(), false);
  int64_t largest = 0;
  for (uint32_t v = 0; v < body.size(); ++v) {
    for (const ValueId operand : body.operands(ValueId{v}))
      if (varies[index(operand)]) varies[v] = true;
    if (varies[v]) largest = std::max(largest, body.type(ValueId{v}).elements());
  }
  return largest;
}

/// All seeds at once, or one after the other where that would keep too much.
std::vector<Expr> for_all(const Program& body, const std::vector<Expr>& operands, const std::vector<bool>& vary,
                          int64_t n) {
  int64_t results = 0;
  for (const Type& type : body.output_types()) results = std::max(results, n * type.elements());
  if (n * largest_varying(body, vary) > std::max(most_batched_elements, results))
    return map(body, operands, vary, {}, n, {});
  return replay(batch(body, vary, n), operands);
}

/// Images at `ends` of the seeds at the vertices `starts`, each [vectors, elements].
std::vector<ChainBlock> swept(const LinearGraph& graph, const SeedBlocks& seeds, const std::vector<VertexId>& starts,
                              const std::vector<VertexId>& ends, bool reverse) {
  std::vector<Seed> kinds;
  for (const ChainBlock& block : seeds.blocks)
    kinds.push_back(block.kind == Kind::none ? Seed::none : block.kind == Kind::dense ? Seed::array : Seed::unit);
  std::vector<ChainBlock> images(ends.size());
  if (std::ranges::count(kinds, Seed::none) == static_cast<std::ptrdiff_t>(kinds.size())) return images;
  const ChainSweep sweep = chain_sweep(graph, kinds, reverse);
  if (sweep.images.empty()) return images;
  std::vector<Expr> operands;
  for (const ValueId v : sweep.residuals) operands.push_back(Recording::current().expr(v));
  std::vector<bool> vary(operands.size(), false);
  for (size_t k = 0; k < kinds.size(); ++k) {
    if (kinds[k] == Seed::none) continue;
    vary.push_back(true);
    if (kinds[k] == Seed::array) {
      operands.push_back(reshape(seeds.blocks[k].value, joined(seeds.vectors, graph.type(starts[k]).shape)));
      continue;
    }
    std::vector<int64_t> numbers(static_cast<size_t>(seeds.vectors));
    std::iota(numbers.begin(), numbers.end(), 0);
    operands.push_back(constant(Array::of<int64_t>({seeds.vectors}, numbers)));
  }
  const auto results = for_all(sweep.body, operands, vary, seeds.vectors);
  for (size_t k = 0; k < results.size(); ++k)
    images[sweep.images[k]] = {Kind::dense,
                               reshape(results[k], {seeds.vectors, graph.type(ends[sweep.images[k]]).elements()})};
  return images;
}

class Accumulator {
 public:
  explicit Accumulator(const LinearChain& chain) : chain_(chain) {}

  ChainMatrix operator()(const ChainProduct& plan) const {
    switch (plan.how) {
      case How::forward: return push(identity(plan.first), plan.first, plan.first, plan.last);
      case How::reverse: return pull(identity(plan.last), plan.first, plan.last, plan.last);
      case How::push: return push((*this)(plan.parts[0]), plan.first, plan.split, plan.last);
      case How::pull: return pull((*this)(plan.parts[0]), plan.first, plan.split, plan.last);
      case How::product: break;
    }
    return product((*this)(plan.parts[0]), (*this)(plan.parts[1]));
  }

 private:
  ChainMatrix identity(size_t state) const {
    const size_t n = chain_.state(state).size();
    ChainMatrix result(n, std::vector<ChainBlock>(n));
    for (size_t k = 0; k < n; ++k) result[k][k].kind = Kind::identity;
    return result;
  }

  /// Of first .. split - 1 becomes that of first .. last - 1.
  ChainMatrix push(const ChainMatrix& matrix, size_t first, size_t split, size_t last) const {
    const auto &columns = chain_.state(first), &middle = chain_.state(split), &rows = chain_.state(last);
    const LinearGraph graph = chain_.between(split, last);
    ChainMatrix result(rows.size(), std::vector<ChainBlock>(columns.size()));
    for (size_t j = 0; j < columns.size(); ++j) {
      SeedBlocks seeds{{}, chain_.elements(columns[j])};
      for (size_t m = 0; m < middle.size(); ++m) {
        seeds.blocks.push_back(matrix[m][j]);
        if (auto& block = seeds.blocks.back(); block.kind == Kind::dense) block.value = transposed(block.value);
      }
      const auto images = swept(graph, seeds, middle, rows, false);
      for (size_t i = 0; i < rows.size(); ++i) {
        const auto passing = std::ranges::find(middle, rows[i]);  // what passes through stays as it is
        result[i][j] = passing != middle.end() ? matrix[static_cast<size_t>(passing - middle.begin())][j] : images[i];
        if (passing == middle.end() && images[i].kind == Kind::dense) result[i][j].value = transposed(images[i].value);
      }
    }
    return result;
  }

  /// Of split .. last - 1 becomes that of first .. last - 1.
  ChainMatrix pull(const ChainMatrix& matrix, size_t first, size_t split, size_t last) const {
    const auto &columns = chain_.state(first), &middle = chain_.state(split), &rows = chain_.state(last);
    const LinearGraph graph = chain_.between(first, split);
    ChainMatrix result;
    for (size_t i = 0; i < rows.size(); ++i) {
      const auto passing = std::ranges::find(columns, rows[i]);
      if (passing == columns.end()) {
        result.push_back(swept(graph, {matrix[i], chain_.elements(rows[i])}, middle, columns, true));
        continue;
      }
      result.emplace_back(columns.size());  // there before the first segment: nothing else has a share in it
      result.back()[static_cast<size_t>(passing - columns.begin())].kind = Kind::identity;
    }
    return result;
  }

  static ChainMatrix product(const ChainMatrix& left, const ChainMatrix& right) {
    const size_t columns = right.empty() ? 0 : right[0].size();
    ChainMatrix result(left.size(), std::vector<ChainBlock>(columns));
    for (size_t i = 0; i < left.size(); ++i)
      for (size_t j = 0; j < columns; ++j)
        for (size_t m = 0; m < right.size(); ++m) add(result[i][j], product(left[i][m], right[m][j]));
    return result;
  }

  static ChainBlock product(const ChainBlock& a, const ChainBlock& b) {
    if (a.kind == Kind::none || b.kind == Kind::none) return {};
    if (a.kind == Kind::identity) return b;
    if (b.kind == Kind::identity) return a;
    return {Kind::dense, product_of(a.value, false, b.value, false)};
  }

  /// An identity is never added to: what passes through has no other path to itself.
  static void add(ChainBlock& sum, const ChainBlock& term) {
    if (term.kind == Kind::none) return;
    if (sum.kind == Kind::none)
      sum = term;
    else
      sum.value = sum.value + term.value;
  }

  const LinearChain& chain_;
};

}  // namespace

ChainMatrix chain_matrix(const LinearChain& chain, const ChainProduct& product) { return Accumulator(chain)(product); }

}  // namespace wengert
