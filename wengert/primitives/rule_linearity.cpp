// SPDX-License-Identifier: Apache-2.0
#include "wengert/primitives/rule_linearity.h"

#include <algorithm>
#include <fmt/format.h>

#include "wengert/base/array.h"
#include "wengert/ir/primitive.h"

namespace wengert {
namespace {

enum class State : uint8_t { known, zero, linear };

/// Whether line `output` of q depends on an input marked in `tainted`.
bool depends(const Program& q, ValueId output, std::vector<bool> tainted) {
  tainted.resize(q.size());
  for (size_t i = q.inputs(); i < q.size(); ++i)
    for (ValueId v : q.operands(ValueId{static_cast<uint32_t>(i)}))
      if (tainted[index(v)]) tainted[i] = true;
  return tainted[index(output)];
}

bool is_zero(const Array& array) {
  for (int64_t i = 0; i < array.elements(); ++i)
    if (array[i] != 0) return false;
  return true;
}

class Search {
 public:
  Search(const Program& rule, const std::vector<bool>& linear) : rule_(rule), states_(rule.size(), State::known) {
    for (size_t k = 0; k < linear.size(); ++k)
      if (linear[k]) states_[k] = State::linear;
  }

  std::optional<Nonlinearity> operator()() {
    for (auto i = static_cast<uint32_t>(rule_.inputs()); i < rule_.size();) {
      const Instruction line = rule_[ValueId{i}];
      if (auto found = visit(line)) return Nonlinearity{*found, line.value};
      i += static_cast<uint32_t>(line.results);
    }
    const auto outputs = rule_.outputs();
    for (size_t k = 0; k < outputs.size(); ++k)
      if (states_[index(outputs[k])] == State::known)
        return Nonlinearity{fmt::format("output {} does not depend on them", k), {}};
    return std::nullopt;
  }

 private:
  using Reason = std::optional<std::string>;

  Reason visit(const Instruction& line) {
    if (rule_.is_constant(line.value)) {
      if (is_zero(rule_.constant(line.value))) states_[index(line.value)] = State::zero;
      return std::nullopt;
    }
    std::vector<State> operands;
    for (ValueId v : line.operands) operands.push_back(states_[index(v)]);
    const bool varies = std::ranges::count(operands, State::linear) != 0;
    const bool zero = std::ranges::count(operands, State::zero) != 0;
    for (size_t k = 0; k < static_cast<size_t>(line.results); ++k)
      states_[index(line.value) + k] = varies ? State::linear : zero ? State::zero : State::known;
    return varies ? reason(line, operands) : std::nullopt;
  }

  Reason reason(const Instruction& line, const std::vector<State>& operands) const {
    const Primitive& primitive = line.primitive;
    const auto not_linear = fmt::format("{} is not linear in them", primitive.name);
    const auto term = fmt::format("{} adds a term that does not depend on them", primitive.name);
    if (primitive.family == Family::nondifferentiable) return not_linear;
    if (primitive.family == Family::bilinear && operands[0] == State::linear && operands[1] == State::linear)
      return not_linear;
    if (primitive.family == Family::linear)
      for (size_t k = 0; k < operands.size(); ++k)
        if (operands[k] == State::known && is_float(rule_.type(line.operands[k]).dtype)) return term;
    if (primitive.family == Family::elementwise) {
      if (!is_linear(line, operands)) return not_linear;
      if (has_term(line, operands)) return term;
    }
    return std::nullopt;
  }

  /// The partials by the operands that vary depend on none of these.
  bool is_linear(const Instruction& line, const std::vector<State>& operands) const {
    Recording scratch(std::string(line.primitive.name), rule_.type(line.value).dtype);
    const auto partials = scalar_partials(scratch, line);
    const Program q = scratch.finish(partials);
    std::vector<bool> tainted(operands.size() + 1, true);  // the result, too
    for (size_t k = 0; k < operands.size(); ++k) tainted[k] = operands[k] == State::linear;
    for (size_t k = 0; k < operands.size(); ++k)
      if (tainted[k] && depends(q, q.outputs()[k], tainted)) return false;
    return true;
  }

  /// An operand that does not vary has a partial that is a number, as in x + x_dot.
  bool has_term(const Instruction& line, const std::vector<State>& operands) const {
    Recording scratch(std::string(line.primitive.name), rule_.type(line.value).dtype);
    const auto partials = scalar_partials(scratch, line);
    for (size_t k = 0; k < operands.size(); ++k)
      if (operands[k] == State::known && partials[k].is_literal() && partials[k].literal() != 0) return true;
    return false;
  }

  std::vector<Expr> scalar_partials(Recording& scratch, const Instruction& line) const {
    std::vector<Expr> inputs;
    for (size_t k = 0; k <= line.operands.size(); ++k)
      inputs.push_back(scratch.input({rule_.type(line.value).dtype, {}}));
    return line.primitive.partials(std::span(inputs).first(line.operands.size()), inputs.back());
  }

  const Program& rule_;
  std::vector<State> states_;
};

}  // namespace

std::optional<Nonlinearity> find_nonlinearity(const Program& rule, const std::vector<bool>& linear) {
  return Search(rule, linear)();
}

}  // namespace wengert
