// SPDX-License-Identifier: Apache-2.0
//
// EliminationProblem: what a search for elimination orders needs to know of a LinearGraph, by small numbers:
// intermediates first, in topological order, then inputs, then outputs. Edges whose partial is a number known
// beforehand say which one.
#pragma once

#include <vector>

#include "wengert/ad/eliminate.h"

namespace wengert {

/// Numbers that edges have, by small indices; 0 is none: a partial that is known only when the Program runs. Products
/// and sums of numbers are numbers. Once 255 different ones have been seen, further ones are taken for none: they are
/// then counted as if unknown.
class NumberTable {
 public:
  NumberTable();
  uint8_t index(double number);
  uint8_t product(uint8_t a, uint8_t b);  ///< 0 if one of them is
  uint8_t sum(uint8_t a, uint8_t b);      ///< 0 if one of them is
  double value(uint8_t a) const { return numbers_[a]; }
  bool is_full() const { return numbers_.size() == 256; }  ///< and may have taken a number for none
  bool is_unit(uint8_t a) const { return a == plus_one || a == minus_one; }

 private:
  static constexpr uint8_t plus_one = 1, minus_one = 2;
  std::vector<double> numbers_;
};

struct EliminationProblem {
  struct Edge {
    uint32_t from, to;
    double number = 0;  ///< if it is one
    bool is_number = false;
  };

  EliminationProblem() = default;
  EliminationProblem(const LinearGraph& graph, Counting counting);

  size_t intermediates = 0, inputs = 0, outputs = 0;
  std::vector<Edge> edges;
  std::vector<VertexId> ids;  ///< of the intermediates, in the graph
  Counting counting = Counting::all;

  size_t vertices() const { return intermediates + inputs + outputs; }
  bool is_intermediate(size_t v) const { return v < intermediates; }
  bool is_input(size_t v) const { return v >= intermediates && v < intermediates + inputs; }
  /// Intermediates by their numbers in the graph.
  std::vector<VertexId> named(const std::vector<uint32_t>& numbers) const;
};

/// What an elimination, or a whole order, costs.
struct OrderCost {
  int64_t multiplications = 0, additions = 0;

  OrderCost& operator+=(const OrderCost& other) {
    multiplications += other.multiplications, additions += other.additions;
    return *this;
  }
  friend OrderCost operator+(OrderCost a, const OrderCost& b) { return a += b; }
  friend auto operator<=>(const OrderCost&, const OrderCost&) = default;  ///< multiplications decide
};

}  // namespace wengert
