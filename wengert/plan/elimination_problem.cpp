// SPDX-License-Identifier: Apache-2.0
#include "wengert/plan/elimination_problem.h"

#include <algorithm>

namespace wengert {

NumberTable::NumberTable() : numbers_{0, 1, -1} {}

uint8_t NumberTable::index(double number) {
  const auto found = std::find(numbers_.begin() + 1, numbers_.end(), number);
  if (found != numbers_.end()) return static_cast<uint8_t>(found - numbers_.begin());
  if (numbers_.size() == 256) return 0;
  numbers_.push_back(number);
  return static_cast<uint8_t>(numbers_.size() - 1);
}

uint8_t NumberTable::product(uint8_t a, uint8_t b) { return a == 0 || b == 0 ? 0 : index(numbers_[a] * numbers_[b]); }

uint8_t NumberTable::sum(uint8_t a, uint8_t b) { return a == 0 || b == 0 ? 0 : index(numbers_[a] + numbers_[b]); }

EliminationProblem::EliminationProblem(const LinearGraph& graph, Counting how) : counting(how) {
  const EliminationGraph prepared(graph, EliminationGraph::Mode::count);
  std::vector<uint32_t> number(prepared.vertices(), UINT32_MAX);
  uint32_t next = 0;
  const auto give = [&](VertexId v) {
    if (number[index(v)] != UINT32_MAX) return false;
    number[index(v)] = next++;
    return true;
  };
  ids = prepared.intermediates();
  for (const VertexId v : ids) intermediates += give(v);
  for (const auto& v : prepared.inputs()) inputs += v && give(*v);
  for (const auto& v : prepared.outputs()) outputs += v && give(*v);
  for (uint32_t v = 0; v < prepared.vertices(); ++v)
    for (const auto& [to, c] : prepared.successors(VertexId{v}))
      edges.push_back({number[v], number[index(to)], c.is_number() ? c.number : 0, c.is_number()});
}

std::vector<VertexId> EliminationProblem::named(const std::vector<uint32_t>& numbers) const {
  std::vector<VertexId> vertices;
  for (const uint32_t v : numbers) vertices.push_back(ids[v]);
  return vertices;
}

}  // namespace wengert
