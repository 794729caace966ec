// SPDX-License-Identifier: Apache-2.0
#include "random_derivatives.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "derivative_checks.h"
#include "wengert/ad/accumulate.h"
#include "wengert/ad/derivatives.h"
#include "wengert/ad/linearize.h"
#include "wengert/exec/interpreter.h"
#include "wengert/passes/dead_code.h"
#include "wengert/passes/rewrite.h"
#include "wengert/passes/scalarize.h"
#include "wengert/plan/elimination_order.h"
#include "wengert/primitives/primitives.h"

namespace wengert {
namespace {

constexpr double allowed = 1e-13, step = 0x1p-20;

double inner(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (size_t k = 0; k < a.size(); ++k) sum += a[k] * b[k];
  return sum;
}

double length(const std::vector<double>& a) { return std::sqrt(inner(a, a)); }

bool all_finite(const Array& x) {
  for (int64_t i = 0; i < x.elements(); ++i)
    if (is_float(x.dtype()) && !(std::abs(x[i]) <= 1e6)) return false;
  return true;
}

/// p with other results.
Program with_results(const Program& p, const std::vector<size_t>& results, bool guarded) {
  Recording recording(p.name());
  std::vector<Expr> inputs, outputs;
  for (const Type& type : p.input_types()) inputs.push_back(recording.input(type));
  const auto lines = replay_lines(p, inputs);
  if (guarded) guard(less(sum(inputs[0]), sum(inputs[0]) + 1), true);
  for (size_t v : results) outputs.push_back(lines[v]);
  return recording.finish(outputs);
}

/// The lines that no other line uses and whose values are moderate: with these as results, derivatives pass everywhere.
std::vector<size_t> unused_lines(const RandomProgram& drawn) {
  const Program& p = drawn.program;
  std::vector<size_t> all, unused;
  for (size_t v = 0; v < p.size(); ++v) all.push_back(v);
  const auto values = evaluate(with_results(p, all, false), drawn.point);
  std::vector<bool> used(p.size(), false);
  for (uint32_t v = 0; v < p.size(); ++v)
    for (ValueId operand : p.operands(ValueId{v})) used[index(operand)] = true;
  for (size_t v = p.inputs(); v < p.size(); ++v)
    if (!used[v] && values[v].dtype() != DType::f32 && all_finite(values[v])) unused.push_back(v);
  return unused;
}

/// One of the first lines: a Program of a single instruction, or of a few.
std::vector<size_t> early_line(const Program& p, size_t number) {
  std::vector<size_t> instructions;
  for (size_t v = p.inputs(); v < p.size(); ++v) {
    const ValueId line{static_cast<uint32_t>(v)};
    if (!p.is_constant(line) && p.type(line).dtype == DType::f64) instructions.push_back(v);
  }
  return {instructions[std::min(number, instructions.size() - 1)]};
}

/// One Program's derivatives, ready to run.
class Products {
 public:
  Products(const Program& p, std::vector<Array> x, uint64_t key) : p_(p), x_(std::move(x)), random_(key), forward_(jvp(p)), reverse_(vjp(p)) {
    for (int draw = 0; draw < draws; ++draw) {
      Random signs = random_.split(static_cast<uint64_t>(draw));
      moved_forward_.push_back(std::make_unique<Interpreter>(perturbed(forward_.program(), p.inputs(), signs)));
      moved_reverse_.push_back(std::make_unique<Interpreter>(perturbed(reverse_.program(), p.inputs(), signs)));
    }
  }

  void check(int products, RandomDerivatives& report, const std::string& name) {
    for (int k = 0; k < products; ++k) {
      v_ = random_values(float_types(p_.input_types()), random_);
      w_ = random_values(float_types(p_.output_types()), random_);
      const auto [left, right] = both(forward_, reverse_);
      if (!std::isfinite(left)) {
        ++report.infinite;
        return;
      }
      const double size = length(flat(v_)) * length(flat(w_));
      if (k < draws) condition_ = std::max(condition_, std::max(std::abs(left), amplification(left, right)) / size);
      const double ratio = left == right ? 0 : std::abs(left - right) / (allowed * condition_ * size);
      report.worst_dot = std::max(report.worst_dot, ratio);
      ++report.dot_products;
      if (!(ratio <= 1))
        report.failures.push_back(fmt::format("{}: <w, J v> = {}, <J' w, v> = {}, condition {:.3g}", name, left, right, condition_ * size));
    }
  }

 private:
  static constexpr int draws = 3;

  std::pair<double, double> both(const Interpreter& forward, const Interpreter& reverse) const {
    const auto after = [&](std::vector<Array> all) {
      all.erase(all.begin(), all.begin() + static_cast<int64_t>(p_.outputs().size()));
      return flat(all);
    };
    return {inner(flat(w_), after(forward.run(joined(x_, v_)))), inner(after(reverse.run(joined(x_, w_))), flat(v_))};
  }

  double amplification(double left, double right) const {
    double largest = 0;
    for (int draw = 0; draw < draws; ++draw) {
      const auto [l, r] = both(*moved_forward_[static_cast<size_t>(draw)], *moved_reverse_[static_cast<size_t>(draw)]);
      largest = std::max({largest, std::abs(l - left) / step, std::abs(r - right) / step});
    }
    return largest;
  }

  const Program& p_;
  std::vector<Array> x_, v_, w_;
  Random random_;
  Interpreter forward_, reverse_;
  std::vector<std::unique_ptr<Interpreter>> moved_forward_, moved_reverse_;
  double condition_ = 0;
};

/// In scalars, where these are few and none of them has a rule of the user's, which may compute with arrays.
std::optional<Scalarized> moderate_scalars(const Program& p) {
  try {
    auto scalars = scalarize(p, 2000);
    return live_instructions(scalars.program).contains(custom_p.name) ? std::nullopt : std::optional(std::move(scalars));
  } catch (const Error& error) {
    if (error.id() == "W160" || error.id() == "W161" || error.id() == "W450") return std::nullopt;
    throw;
  }
}

/// Elimination in three orders against forward mode, where the scalars are few.
void check_elimination(const Program& p, const std::vector<Array>& x, RandomDerivatives& report, const std::string& name) {
  const auto scalars = moderate_scalars(p);
  if (!scalars) return;
  const Program& q = scalars->program;
  const LinearGraph graph = linearize(q).graph;
  if (forward_order(graph).size() > 400) return;
  const auto at = scalars->split(x);
  const auto outputs = float_types(q.output_types()), inputs = float_types(q.input_types());
  const auto expected = dense(evaluate(jacobian(p, {}, JacobianMode::forward), x), float_types(p.output_types()), float_types(p.input_types()));
  const auto condition = absolute_jacobian(q, at);
  for (const auto& order : {forward_order(graph), reverse_order(graph), markowitz_order(graph)}) {
    const auto found = dense(evaluate(accumulate(q, order).program, at), outputs, inputs);
    ++report.eliminated_jacobians;
    for (size_t k = 0; k < found.size(); ++k) {
      if (found[k] == expected[k]) continue;
      const double ratio = std::abs(found[k] - expected[k]) / (allowed * condition[k]);
      report.worst_entry = std::max(report.worst_entry, ratio);
      if (!(ratio <= 1))
        report.failures.push_back(fmt::format("{}: eliminated entry {} is {}, by columns {}, condition {:.3g}", name, k, found[k], expected[k], condition[k]));
    }
  }
}

void count(const Program& p, RandomDerivatives& report) {
  int64_t instructions = 0;
  for (const auto& [name, occurrences] : live_instructions(p)) {
    report.occurrences[name] += occurrences;
    instructions += occurrences;
  }
  report.fewest_instructions = std::min(report.fewest_instructions, static_cast<size_t>(instructions));
  report.most_instructions = std::max(report.most_instructions, static_cast<size_t>(instructions));
}

/// Sizes up to some hundred instructions.
RandomProgram drawn_program(uint64_t key) { return random_program(key, {.draws = static_cast<int>(1 + key * 7 % 90)}); }

}  // namespace

std::map<std::string_view, int64_t> live_instructions(const Program& p) {
  std::map<std::string_view, int64_t> counts;
  const Program live = dead_code(p);
  for_each_instruction(live, [&](ValueId v) {
    if (live.is_constant(v)) return;
    ++counts[live.primitive(v).name];
    for (const auto& [name, value] : live.attributes(v))
      if (const auto* body = std::get_if<NestedProgram>(&value); body != nullptr && name == "body")
        for (const auto& [record, occurrences] : live_instructions(**body)) counts[record] += occurrences;
  });
  return counts;
}

Program perturbed(const Program& derivative, size_t first, Random& random) {
  Recording recording(derivative.name());
  std::vector<Expr> values;
  std::vector<bool> linear(derivative.size(), false);
  for (const Type& type : derivative.input_types()) values.push_back(recording.input(type));
  for (size_t k = first; k < derivative.inputs(); ++k) linear[k] = true;
  for_each_instruction(derivative, [&](ValueId v) {
    const Instruction line = derivative[v];
    if (derivative.is_constant(v)) {
      values.push_back(constant(derivative.constant(v)));
      return;
    }
    std::vector<Expr> operands;
    bool moves = false;
    for (ValueId operand : line.operands) {
      operands.push_back(values[index(operand)]);
      moves |= linear[index(operand)];
    }
    for (Expr& e : record_all(line.primitive, operands, line.attributes)) {
      linear[values.size()] = moves;
      if (moves && is_float(e.type().dtype)) {
        Array factor(Type{DType::f64, e.shape()});
        for (double& x : factor.mutable_values<double>()) x = 1 + (random.below(2) == 0 ? step : -step);
        e = e * constant(factor.as(e.type().dtype));
      }
      values.push_back(e);
    }
  });
  std::vector<Expr> outputs;
  for (ValueId v : derivative.outputs()) outputs.push_back(values[index(v)]);
  return recording.finish(outputs);
}

std::vector<double> absolute_jacobian(const Program& p, const std::vector<Array>& x) {
  const auto [program, graph] = linearize(p);
  const auto values = evaluate(program, x);  // the outputs, then what the edges refer to, in their order
  size_t next = p.outputs().size(), n = 0;
  std::vector<size_t> columns;
  for (const auto& input : graph.inputs)
    if (input) columns.push_back(index(*input));
  n = columns.size();
  std::vector<std::vector<double>> sums(graph.vertices(), std::vector<double>(n, 0));
  for (size_t j = 0; j < n; ++j) sums[columns[j]][j] = 1;
  for (const LinearEdge& edge : graph.edges()) {
    double factor = 1;
    if (edge.is_diagonal()) factor = edge.diagonal.is_number() ? edge.diagonal.number : values[next++].item();
    for (ValueId v : edge.operands)  // of a product, one factor is a value; the others are conditions and zeros
      if (v != no_value) factor *= edge.primitive->family == Family::bilinear ? values[next++].item() : (++next, 1);
    for (VertexId from : edge.from)
      for (VertexId to : edge.to)
        for (size_t j = 0; j < n; ++j) sums[index(to)][j] += std::abs(factor) * sums[index(from)][j];
  }
  std::vector<double> matrix;
  for (size_t i = 0; i < graph.outputs.size(); ++i) {
    if (!is_float(p.type(p.outputs()[i]).dtype)) continue;  // no row of the Jacobian
    for (size_t j = 0; j < n; ++j) matrix.push_back(graph.outputs[i] ? sums[index(*graph.outputs[i])][j] : 0);
  }
  return matrix;
}

RandomDerivatives check_random_derivatives(uint64_t programs, int products) {
  RandomDerivatives report;
  for (uint64_t key = 0; key < programs; ++key) {
    const RandomProgram drawn = drawn_program(key);
    const bool few = key % 5 == 1;
    const Program p = with_results(drawn.program, few ? early_line(drawn.program, key % 17) : unused_lines(drawn), !few);
    const std::string name = fmt::format("random program {}", key);
    ++report.programs;
    count(p, report);
    const int64_t infinite = report.infinite;
    Products(p, drawn.point, key).check(products, report, name);
    if (key % 4 == 0 && report.infinite == infinite) check_elimination(p, drawn.point, report, name);
  }
  return report;
}

}  // namespace wengert
