// SPDX-License-Identifier: Apache-2.0
#include "wengert/teach/build_grad.h"

#include <algorithm>
#include <fmt/format.h>

#include "wengert/ad/linearize.h"
#include "wengert/ad/pullback.h"
#include "wengert/primitives/primitives.h"

namespace wengert::teach {
namespace {

constexpr size_t deepest_recursion = 2000;

void require_differentiable(const Program& graph, ValueId v) {
  require_line(graph, v);
  if (!is_float(graph.type(v).dtype))
    throw UsageError("W840", fmt::format("a line of {} has no derivative", to_string(graph.type(v))), graph.where(v),
                     "ask for lines of f64 or f32");
}

/// Uses, without the lines that stand for further results: these point back to their instruction, and are no
/// operations.
std::vector<std::vector<Use>> uses_by_operations(const Program& graph, ValueId z) {
  auto uses = consumers(graph, z);
  for (auto& of_line : uses)
    std::erase_if(of_line, [&](const Use& use) { return &graph.primitive(use.consumer) == &result_p; });
  return uses;
}

/// Recursion goes from a line to every result of the instructions that use it.
void require_shallow(const PrunedGraph& pruned) {
  std::vector<size_t> depth(pruned.consumers.size(), 0);
  for (size_t j = depth.size(); j-- > 0;)
    for (const Use& use : pruned.consumers[j])
      for (int k = 0; k < pruned.graph[use.consumer].results; ++k)
        depth[j] = std::max(depth[j], depth[index(use.consumer) + static_cast<size_t>(k)] + 1);
  const size_t deepest = depth.empty() ? 0 : *std::max_element(depth.begin(), depth.end());
  if (deepest > deepest_recursion)
    throw ResourceError(
        "W841",
        fmt::format("algorithm 6.6 calls itself once a line; program \"{}\" has a chain of {} lines, {} are allowed",
                    pruned.graph.name(), deepest, deepest_recursion),
        {}, "use grad, which goes over the list in a loop");
}

/// The Program of one line alone, its operands as inputs.
Program one_line(const Program& graph, const Instruction& line) {
  Recording recording(std::string(line.primitive.name));
  std::vector<Expr> operands;
  for (ValueId v : line.operands) operands.push_back(recording.input(graph.type(v)));
  return recording.finish(record_all(line.primitive, operands, line.attributes));
}

/// What algorithm 6.6 calls D, one for each result of a consumer that z depends on.
Tangents cotangents_of(ValueId consumer, const PrunedGraph& pruned, GradTable& table) {
  Tangents d;
  for (uint32_t k = 0; k < static_cast<uint32_t>(pruned.graph[consumer].results); ++k) {
    const ValueId result{static_cast<uint32_t>(consumer) + k};
    const bool matters = !pruned.consumers[index(result)].empty() || table.contains(result);
    d.push_back(matters && is_float(pruned.graph.type(result).dtype) ? std::optional(build_grad(result, pruned, table))
                                                                     : std::nullopt);
  }
  return d;
}

}  // namespace

Program backprop(std::span<const ValueId> targets, const Program& graph, ValueId z) {
  require_differentiable(graph, z);
  for (ValueId target : targets) require_differentiable(graph, target);
  if (!graph.type(z).is_scalar())
    throw UsageError("W840", fmt::format("backprop differentiates one number; z is {}", to_string(graph.type(z))),
                     graph.where(z), "add its elements up, or use vjp");
  Recording recording(graph.name() + "_backprop", graph.type(z).dtype);
  std::vector<Expr> inputs;
  for (uint32_t k = 0; k < graph.inputs(); ++k)
    inputs.push_back(recording.input(graph.type(ValueId{k}), std::string(graph.value_name(ValueId{k}))));
  const PrunedGraph pruned{graph, replay_lines(graph, inputs), uses_by_operations(graph, z)};
  require_shallow(pruned);
  GradTable table{{z, constant(Array::filled(graph.type(z), 1))}};
  std::vector<Expr> gradients;
  for (ValueId target : targets) gradients.push_back(build_grad(target, pruned, table));
  return recording.finish(gradients);
}

Expr build_grad(ValueId v, const PrunedGraph& pruned, GradTable& table) {
  if (const auto known = table.find(v); known != table.end()) return known->second;
  std::optional<Expr> sum;
  for (const Use& use : pruned.consumers[index(v)]) {
    const Tangents d = cotangents_of(use.consumer, pruned, table);
    if (const auto term = bprop(pruned, use, d)) add_to(sum, *term);
  }
  const Expr gradient = sum ? *sum : zeros(pruned.graph.type(v));
  table.emplace(v, gradient);
  return gradient;
}

std::optional<Expr> bprop(const PrunedGraph& pruned, const Use& use, std::span<const std::optional<Expr>> cotangents) {
  const Instruction line = pruned.graph[use.consumer];
  std::vector<Expr> operands;
  for (ValueId v : line.operands) operands.push_back(pruned.values[index(v)]);
  if (line.primitive.family == Family::elementwise) {
    const Expr partial = line.primitive.partials(operands, pruned.values[index(line.value)])[use.place];
    if (!cotangents[0] || (partial.is_literal() && partial.literal() == 0)) return std::nullopt;
    return *cotangents[0] * partial;
  }
  // Operations on arrays: the transpose of the line's own linearization, every other operand held fixed.
  std::vector<bool> active(operands.size(), false);
  active[use.place] = true;
  const Linearized linearized = linearize(one_line(pruned.graph, line), operands, active);
  return pullback(linearized.graph, cotangents)[use.place];
}

}  // namespace wengert::teach
