// SPDX-License-Identifier: Apache-2.0
#include "wengert/ad/seeds.h"

#include <map>
#include <numeric>

#include "wengert/ad/pullback.h"
#include "wengert/primitives/control.h"
#include "wengert/primitives/convert.h"
#include "wengert/primitives/index.h"
#include "wengert/primitives/primitives.h"

namespace wengert {

Expr filled(const std::optional<Expr>& e, const Type& type) {
  if (!e) return zeros(type);
  if (!e->is_literal()) return *e;
  return type.is_scalar() ? Recording::current().expr(Recording::current().builder().literal(e->literal(), type.dtype))
                          : constant(Array::filled(type, e->literal()));
}

std::vector<Expr> elements_of(const Expr& x) {
  if (x.rank() == 0) return {x};
  const Expr flat = reshape(x, {x.type().elements()});
  std::vector<Expr> all;
  for (int64_t i = 0; i < x.type().elements(); ++i) all.push_back(element(flat, {i}));
  return all;
}

namespace {

/// One sweep: the image of a seed at place `k`.
using Sweep = std::function<Tangents(const Tangents& seeds, const Residuals&)>;

/// What is swept from (sources) and to (targets), and at which places of the graph's inputs or outputs the sources are.
struct Direction {
  std::vector<Type> sources, targets;
  std::vector<size_t> places;
  size_t seed_count;
  Sweep sweep;
  std::vector<size_t> results;  ///< places of the targets among the sweep's results
};

bool all_scalar(const LinearGraph& graph) {
  for (const LinearEdge& edge : graph.edges())
    if (!edge.is_diagonal() || !graph.type(edge.to[0]).is_scalar()) return false;
  return true;
}

/// Images of source k, written out for a scalar.
std::vector<Expr> direct_sweep(const Direction& d, size_t k) {
  Tangents seeds(d.seed_count);
  seeds[d.places[k]] = Expr(1.0);
  const auto images = d.sweep(seeds, here());
  std::vector<Expr> result;
  for (size_t j = 0; j < d.targets.size(); ++j) result.push_back(filled(images[d.results[j]], d.targets[j]));
  return result;
}

/// Images of every unit vector of source k, stacked in front: [elements of the source] + target shape.
std::vector<Expr> mapped_sweep(const LinearGraph& graph, const Direction& d, size_t k) {
  Recording& outer = Recording::current();
  const Type source = d.sources[k];
  const int64_t n = source.elements();
  std::vector<Expr> residuals;
  std::vector<bool> mapped;
  Program body;
  {
    Recording recording("sweep", is_float(source.dtype) ? source.dtype : DType::f64);
    std::map<ValueId, Expr> inside;
    const auto residual_input = [&](ValueId v) {
      if (v == no_value || inside.contains(v)) return;
      inside.emplace(v, recording.input(outer.builder().type(v)));
      residuals.push_back(outer.expr(v));
      mapped.push_back(false);
    };
    for (const LinearEdge& edge : graph.edges()) {
      if (edge.is_diagonal()) residual_input(edge.diagonal.value);
      for (ValueId v : edge.operands) residual_input(v);
    }
    const Expr number = recording.input(i64());
    mapped.push_back(true);
    Tangents seeds(d.seed_count);
    seeds[d.places[k]] = reshape(one_hot(number, n, source.dtype), source.shape);
    const auto images = d.sweep(seeds, [&](ValueId v) { return inside.at(v); });
    std::vector<Expr> outputs;
    for (size_t j = 0; j < d.targets.size(); ++j) outputs.push_back(filled(images[d.results[j]], d.targets[j]));
    body = recording.finish(outputs);
  }
  std::vector<int64_t> numbers(static_cast<size_t>(n));
  std::iota(numbers.begin(), numbers.end(), 0);
  residuals.push_back(constant(Array::of<int64_t>({n}, numbers)));
  return map(body, residuals, mapped, {}, -1, {});
}

/// images[source][target]: [elements of the source] + target shape; a scalar source written out has no leading axis.
std::vector<std::vector<Expr>> sweep_all(const LinearGraph& graph, const Direction& d) {
  const bool direct = all_scalar(graph);
  std::vector<std::vector<Expr>> images;
  for (size_t k = 0; k < d.sources.size(); ++k) {
    if (d.targets.empty()) images.emplace_back();  // a Program without outputs: nothing to loop over
    else if (d.sources[k].is_scalar() && (direct || d.sources[k].elements() == 1)) images.push_back(direct_sweep(d, k));
    else images.push_back(mapped_sweep(graph, d, k));
  }
  return images;
}

Shape joined(const Shape& a, const Shape& b) {
  std::vector<int64_t> extents(a.begin(), a.end());
  extents.insert(extents.end(), b.begin(), b.end());
  return Shape(extents);
}

/// Both modes give entries of one dtype, the row's, whatever they were swept in.
Expr entry(const Expr& image, const Type& row, const Type& column) {
  return convert(reshape(image, joined(row.shape, column.shape)), row.dtype);
}

}  // namespace

std::vector<Expr> jacobian_by_columns(const LinearGraph& graph, const Places& by, const Places& of) {
  const auto &columns = by.types, &rows = of.types;
  const Direction d{columns, rows, by.places, graph.inputs.size(),
                    [&](const Tangents& seeds, const Residuals& residual) { return pushforward(graph, seeds, residual); }, of.places};
  const auto images = sweep_all(graph, d);
  std::vector<Expr> entries;
  for (size_t i = 0; i < rows.size(); ++i)
    for (size_t j = 0; j < columns.size(); ++j) {
      Expr column = images[j][i];
      if (column.rank() > rows[i].shape.rank()) {  // the source's axis goes last
        std::vector<int64_t> order(static_cast<size_t>(column.rank()));
        std::iota(order.begin(), order.end(), 1);
        order.back() = 0;
        column = transpose(column, order);
      }
      entries.push_back(entry(column, rows[i], columns[j]));
    }
  return entries;
}

std::vector<Expr> jacobian_by_rows(const LinearGraph& graph, const Places& by, const Places& of) {
  const auto &columns = by.types, &rows = of.types;
  const Direction d{rows, columns, of.places, graph.outputs.size(),
                    [&](const Tangents& seeds, const Residuals& residual) { return pullback(graph, seeds, residual); }, by.places};
  const auto images = sweep_all(graph, d);
  std::vector<Expr> entries;
  for (size_t i = 0; i < rows.size(); ++i)
    for (size_t j = 0; j < columns.size(); ++j) entries.push_back(entry(images[i][j], rows[i], columns[j]));
  return entries;
}

std::vector<Expr> jacobian_by_split_columns(const LinearGraph& graph, const std::vector<SplitColumn>& by, const Places& of) {
  std::vector<std::vector<Expr>> entries(of.types.size());
  for (const SplitColumn& column : by) {
    std::vector<std::vector<Expr>> parts(of.types.size());
    for (const size_t place : column.places) {
      Tangents seeds(graph.inputs.size());
      seeds[place] = Expr(1.0);
      const auto images = pushforward(graph, seeds);
      for (size_t i = 0; i < of.types.size(); ++i)
        parts[i].push_back(reshape(filled(images[of.places[i]], of.types[i]), joined(of.types[i].shape, Shape{1})));
    }
    for (size_t i = 0; i < of.types.size(); ++i) {
      const Type& row = of.types[i];
      const Expr all = parts[i].empty() ? zeros({row.dtype, joined(row.shape, Shape{0})}) : concatenate(parts[i], row.shape.rank());
      entries[i].push_back(entry(all, row, column.type));
    }
  }
  std::vector<Expr> rows;
  for (const auto& row : entries) rows.insert(rows.end(), row.begin(), row.end());
  return rows;
}

}  // namespace wengert
