// SPDX-License-Identifier: Apache-2.0
#include "wengert/ad/linearize.h"

#include <algorithm>
#include <fmt/format.h>

#include "wengert/ad/bodies.h"
#include "wengert/ad/derived_recording.h"
#include "wengert/ad/masks.h"
#include "wengert/ad/rule_types.h"
#include "wengert/passes/rewrite.h"
#include "wengert/primitives/convert.h"
#include "wengert/primitives/primitives.h"
#include "wengert/primitives/rule_linearity.h"

namespace wengert {
namespace {

/// While a rule is being traced, literals take the dtype of the instruction it belongs to, and lines its site.
struct RuleScope {
  Recording& recording;
  DType outer_float;
  SiteScope site;
  RuleScope(Recording& r, DType dtype, Site of) : recording(r), outer_float(r.default_float), site(of) {
    if (is_float(dtype)) r.default_float = dtype;
  }
  ~RuleScope() { recording.default_float = outer_float; }
};

/// The site of a line that is recorded again: where it comes from stays what it was in the first Program of all.
Site site_of(const Program& p, const Instruction& line) {
  Site site = p.site(line.value);
  if (site.operation != Site::no_operation) return site;
  site.value = static_cast<uint32_t>(line.value);
  site.operation = line.primitive.id;
  return site;
}

class Linearizer {
 public:
  Linearizer(const Program& p, std::span<const Expr> inputs, const std::vector<bool>& active)
      : p_(p), recording_(Recording::current()), values_(p.size(), Expr(0)) {
    result_.graph.lines.resize(p.size());
    for (uint32_t i = 0; i < p.size();) {
      const Instruction line = p[ValueId{i}];
      if (p.is_input(line.value)) input(line.value, inputs[i], active[i]);
      else if (p.is_constant(line.value)) values_[i] = constant(p.constant(line.value));
      else instruction(line);
      i += static_cast<uint32_t>(line.results);
    }
    for (ValueId v : p.outputs()) {
      result_.outputs.push_back(values_[index(v)]);
      result_.graph.outputs.push_back(result_.graph.lines[index(v)]);
    }
    mask_dead_branches(result_.graph);
  }

  Linearized take() { return std::move(result_); }

 private:
  using Vertex = std::optional<VertexId>;

  void input(ValueId v, const Expr& value, bool active) {
    values_[index(v)] = value;
    Vertex vertex;
    if (active && is_float(p_.type(v).dtype)) vertex = result_.graph.add_vertex(p_.type(v));
    result_.graph.inputs.push_back(vertex);
    result_.graph.lines[index(v)] = vertex;
  }

  void instruction(const Instruction& line) {
    std::vector<Expr> operands;
    std::vector<Vertex> tangents;
    bool varies = false;
    for (size_t k = 0; k < line.operands.size(); ++k) {
      const size_t operand = index(line.operands[k]);
      operands.push_back(values_[operand]);
      tangents.push_back(line.primitive.differentiable(static_cast<int>(k)) ? result_.graph.lines[operand] : Vertex{});
      varies |= tangents.back().has_value();
    }
    const Site site = site_of(p_, line);
    const RuleScope scope(recording_, p_.type(line.value).dtype, site);
    const auto kept = varies ? line.primitive.augmented(operands, line.attributes, site)
                             : Primitive::Augmented{record_all(line.primitive, operands, line.attributes, site), {}};
    recording_.site.derivative = true;  // from here on
    for (size_t k = 0; k < kept.results.size(); ++k) values_[index(line.value) + k] = kept.results[k];
    keep_name(line);
    if (!varies) return;
    const auto vertices = edges(line, operands, kept, tangents);
    for (size_t k = 0; k < vertices.size(); ++k) result_.graph.lines[index(line.value) + k] = vertices[k];
  }

  void keep_name(const Instruction& line) {
    for (size_t k = 0; k < static_cast<size_t>(line.results); ++k) {
      const ValueId v{static_cast<uint32_t>(index(line.value) + k)};
      if (const auto name = p_.value_name(v); !name.empty())
        recording_.builder().name_value(values_[index(v)].value(), std::string(name));
    }
  }

  /// The vertices of an instruction's results.
  std::vector<Vertex> edges(const Instruction& line, std::span<const Expr> operands, const Primitive::Augmented& kept,
                            const std::vector<Vertex>& tangents) {
    const Primitive& primitive = line.primitive;
    if (primitive.family == Family::elementwise) return {elementwise(primitive, operands, kept.results[0], tangents)};
    if (primitive.family == Family::linear) {
      auto results = types_of(kept.results);
      return linear(primitive, line.attributes, operands, results, tangents);
    }
    return composite(line, operands, kept, tangents);
  }

  static std::vector<Type> types_of(std::span<const Expr> exprs) {
    std::vector<Type> types;
    for (const Expr& e : exprs) types.push_back(e.type());
    return types;
  }

  VertexId elementwise(const Primitive& primitive, std::span<const Expr> operands, Expr result, const std::vector<Vertex>& tangents) {
    const auto partials = primitive.partials(operands, result);
    const VertexId vertex = result_.graph.add_vertex(result.type());
    for (size_t k = 0; k < tangents.size(); ++k)
      if (tangents[k]) diagonal(*tangents[k], vertex, partials[k]);
    return vertex;
  }

  void diagonal(VertexId from, VertexId to, Expr partial) {
    LinearEdge edge{.from = {from}, .to = {to}, .site = recording_.site};
    if (partial.is_literal()) {
      if (partial.literal() == 0) return;
      edge.diagonal.number = partial.literal();
    } else {
      const Type& type = result_.graph.type(to);
      if (partial.type().dtype != type.dtype) partial = convert(partial, type.dtype);
      edge.diagonal.value = broadcast_to(partial, type.shape).value();
    }
    result_.graph.add_edge(std::move(edge));
  }

  /// One edge for all tangents that go into a linear instruction; float operands that do not vary contribute zeros.
  std::vector<Vertex> linear(const Primitive& primitive, const Attributes& attributes, std::span<const Expr> operands,
                             const std::vector<Type>& results, const std::vector<Vertex>& tangents) {
    LinearEdge edge{.primitive = &primitive, .attributes = attributes, .result_types = results, .site = recording_.site};
    for (size_t k = 0; k < operands.size(); ++k) {
      const Type type = operands[k].type();
      const bool zero = primitive.family == Family::linear && is_float(type.dtype) && !tangents[k];
      edge.operand_types.push_back(type);
      edge.operands.push_back(tangents[k] ? no_value : zero ? zeros(type).value() : operands[k].value());
      if (tangents[k]) edge.from.push_back(*tangents[k]);
    }
    std::vector<Vertex> vertices(results.size());
    for (size_t k = 0; k < results.size(); ++k) {
      if (!is_float(results[k].dtype)) continue;
      vertices[k] = result_.graph.add_vertex(results[k]);
      edge.to.push_back(*vertices[k]);
      edge.result_of.push_back(k);
    }
    result_.graph.add_edge(std::move(edge));
    return vertices;
  }

  std::vector<Vertex> composite(const Instruction& line, std::span<const Expr> operands, const Primitive::Augmented& kept,
                                const std::vector<Vertex>& tangents);
  void rule_line(const Program& rule, const Instruction& line, std::vector<Expr>& values, std::vector<Vertex>& vertices);
  VertexId linear_elementwise(const Instruction& line, const Program& rule, const std::vector<Expr>& values,
                              const std::vector<Vertex>& vertices);

  const Program& p_;
  Recording& recording_;
  std::vector<Expr> values_;
  Linearized result_;
};

/// The JVP of one instruction as a Program: (operands, results, residuals, tangents) -> result tangents.
struct TracedRule {
  Program program;
  std::vector<bool> varies;  // of the results
};

TracedRule trace_rule(const Program& p, const Instruction& line, std::span<const Expr> known, const std::vector<bool>& active, DType dtype) {
  std::vector<Type> types;
  for (const Expr& e : known) types.push_back(e.type());
  Recording recording(std::string(line.primitive.name) + "_jvp", is_float(dtype) ? dtype : DType::f64);
  std::vector<Expr> inputs;
  for (const Type& type : types) inputs.push_back(recording.input(type));
  const size_t operands = line.operands.size(), results = static_cast<size_t>(line.results);
  Tangents tangents(operands);
  for (size_t k = 0; k < operands; ++k)
    if (active[k]) tangents[k] = recording.input(types[k]);
  const std::span all(inputs);
  const auto y_dot = line.primitive.jvp(JvpRule{all.first(operands), all.subspan(operands, results), all.subspan(operands + results),
                                                line.attributes, tangents, body_transforms()});
  check_tangents(p, line.value, y_dot);
  TracedRule traced;
  std::vector<Expr> outputs;
  for (const auto& tangent : y_dot) {
    traced.varies.push_back(tangent.has_value());
    if (tangent) outputs.push_back(*tangent);
  }
  traced.program = recording.finish(outputs);
  std::vector<bool> linear(types.size(), false);
  linear.resize(traced.program.inputs(), true);
  if (const auto found = find_nonlinearity(traced.program, linear))
    throw UsageError("W133", fmt::format("the JVP of {} must be linear in its tangents: {}", line.primitive.name, found->reason),
                     found->line ? fmt::format("{}, for {}", traced.program.where(*found->line), p.where(line.value)) : p.where(line.value),
                     std::string(linearity_remedy));
  return traced;
}

std::vector<std::optional<VertexId>> Linearizer::composite(const Instruction& line, std::span<const Expr> operands,
                                                           const Primitive::Augmented& kept, const std::vector<Vertex>& tangents) {
  std::vector<Expr> values(operands.begin(), operands.end());
  values.insert(values.end(), kept.results.begin(), kept.results.end());
  values.insert(values.end(), kept.residuals.begin(), kept.residuals.end());
  std::vector<bool> active;
  for (const auto& tangent : tangents) active.push_back(tangent.has_value());
  const TracedRule rule = trace_rule(p_, line, values, active, recording_.default_float);

  const Program& r = rule.program;
  std::vector<Vertex> vertices(values.size());
  for (const auto& tangent : tangents)
    if (tangent) vertices.push_back(tangent);
  vertices.resize(r.size());
  values.resize(r.size(), Expr(0));
  for (uint32_t i = static_cast<uint32_t>(r.inputs()); i < r.size();) {
    const Instruction inner = r[ValueId{i}];
    rule_line(r, inner, values, vertices);
    i += static_cast<uint32_t>(inner.results);
  }
  std::vector<Vertex> results(kept.results.size());
  size_t next = 0;
  for (size_t k = 0; k < results.size(); ++k)
    if (rule.varies[k]) results[k] = vertices[index(r.outputs()[next++])];
  return results;
}

void Linearizer::rule_line(const Program& rule, const Instruction& line, std::vector<Expr>& values, std::vector<Vertex>& vertices) {
  if (rule.is_constant(line.value)) {
    values[index(line.value)] = constant(rule.constant(line.value));
    return;
  }
  std::vector<Expr> operands;
  std::vector<Vertex> tangents;
  bool varies = false;
  for (ValueId v : line.operands) {
    operands.push_back(values[index(v)]);
    tangents.push_back(vertices[index(v)]);
    varies |= tangents.back().has_value();
  }
  std::vector<Vertex> results;
  if (!varies) {
    const auto recorded = record_all(line.primitive, operands, line.attributes);
    for (size_t k = 0; k < recorded.size(); ++k) values[index(line.value) + k] = recorded[k];
  } else if (line.primitive.family == Family::elementwise) {
    results = {linear_elementwise(line, rule, values, vertices)};
  } else {
    for (size_t k = 0; k < operands.size(); ++k)  // only the type of a tangent is asked for
      if (tangents[k]) operands[k] = zeros(rule.type(line.operands[k]));
    std::vector<Type> types;
    for (int k = 0; k < line.results; ++k) types.push_back(rule.type(ValueId{static_cast<uint32_t>(line.value) + static_cast<uint32_t>(k)}));
    results = linear(line.primitive, line.attributes, operands, types, tangents);
  }
  for (size_t k = 0; k < results.size(); ++k) vertices[index(line.value) + k] = results[k];
}

VertexId Linearizer::linear_elementwise(const Instruction& line, const Program& rule, const std::vector<Expr>& values,
                                        const std::vector<Vertex>& vertices) {
  // The partials as a Program of (operands, result): they depend on no tangent, so zeros may stand for these.
  const Type type = rule.type(line.value);
  const size_t n = line.operands.size();
  std::vector<bool> tainted(n + 1, true), literal(n, false);
  std::vector<double> numbers(n, 0);
  Program q;
  {
    Recording scratch(std::string(line.primitive.name), type.dtype);
    std::vector<Expr> inputs;
    for (size_t k = 0; k <= n; ++k) inputs.push_back(scratch.input(type));
    auto partials = line.primitive.partials(std::span(inputs).first(n), inputs[n]);
    for (size_t k = 0; k < n; ++k) {
      literal[k] = partials[k].is_literal();
      numbers[k] = literal[k] ? partials[k].literal() : 0;
      if (!literal[k]) partials[k] = broadcast_to(partials[k], type.shape);
    }
    q = scratch.finish(partials);
  }
  const VertexId vertex = result_.graph.add_vertex(type);
  std::vector<Expr> known;
  for (size_t k = 0; k < n; ++k) {
    tainted[k] = vertices[index(line.operands[k])].has_value();
    known.push_back(tainted[k] ? zeros(type) : values[index(line.operands[k])]);
  }
  known.push_back(zeros(type));
  const auto partials = replay(q, known);
  for (size_t k = 0; k < n; ++k) {
    if (!tainted[k]) continue;
    diagonal(*vertices[index(line.operands[k])], vertex, literal[k] ? Expr(numbers[k]) : partials[k]);
  }
  return vertex;
}

}  // namespace

Program with_origins(const Program& p) {
  Rewriter rewriter(p);
  BodyRewriter bodies(with_origins);
  for_each_instruction(p, [&](ValueId v) {
    if (p.is_constant(v)) return void(rewriter.copy(v));
    const Instruction line = p[v];
    std::vector<Type> types{p.type(v)};
    for (int k = 1; k < line.results; ++k) types.push_back(p.type(ValueId{static_cast<uint32_t>(index(v)) + static_cast<uint32_t>(k)}));
    const auto operands = rewriter.operands(v);
    const Attributes& attributes = bodies(line.attributes);
    rewriter.set_all(v, line.results, rewriter.to().append_typed(line.primitive, operands, attributes, types, site_of(p, line)));
  });
  return rewriter.finish();
}

std::vector<bool> all_active(const Program& p) { return std::vector<bool>(p.inputs(), true); }

Linearized linearize(const Program& p, std::span<const Expr> inputs, const std::vector<bool>& active) {
  return Linearizer(p, inputs, active).take();
}

Linearization linearize(const Program& p) { return linearize(p, all_active(p)); }

Linearization linearize(const Program& p, const std::vector<bool>& active) {
  DerivedRecording recording(p.name() + "_linearized");
  std::vector<Expr> inputs;
  for (uint32_t i = 0; i < p.inputs(); ++i) inputs.push_back(recording.input(p.type(ValueId{i}), std::string(p.value_name(ValueId{i}))));
  auto linearized = linearize(p, inputs, active);
  for (const LinearEdge& edge : linearized.graph.edges()) {
    if (edge.is_diagonal() && !edge.diagonal.is_number()) linearized.outputs.push_back(recording.expr(edge.diagonal.value));
    for (ValueId v : edge.operands)
      if (v != no_value) linearized.outputs.push_back(recording.expr(v));
  }
  return {recording.finish(linearized.outputs), std::move(linearized.graph)};
}

}  // namespace wengert
