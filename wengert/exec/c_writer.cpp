// SPDX-License-Identifier: Apache-2.0
#include "wengert/exec/c_writer.h"

#include <algorithm>

#include <fmt/format.h>

#include "wengert/exec/c_names.h"

namespace wengert {
namespace {

constexpr size_t longest_expression = 64;

}  // namespace

CWriter::CWriter(const Kernel& kernel, const CKernelStyle& style)
    : kernel_(kernel), style_(style), table_(kernel), real_(c_type(DType::f64, style.single)), indent_(style.indent) {
  for (const auto& c : kernel.real_constants) {
    constants_[{RegisterKind::real, c.to}] = literal(c_real(c.value, style.single));
    real_values_[c.to] = c.value;
  }
  for (const auto& c : kernel.integer_constants)
    constants_[{RegisterKind::integer, c.to}] = literal(c_integer(c.value));
  for (const auto& c : kernel.boolean_constants)
    constants_[{RegisterKind::boolean, c.to}] = literal(c.value ? "1" : "0");
}

CStatements CWriter::write() {
  for (RegisterId id : table_.hoisted()) line(fmt::format("{} {} = {};", type_of(id), name(id), initial(id)));
  for (size_t k = 0; k < kernel_.steps.size(); ++k)
    if (table_.needed(k)) step(k, kernel_.steps[k]);
  return std::move(result_);
}

CExpression CWriter::literal(std::string text) {
  const CBinding binding = text.starts_with('-') ? CBinding::unary : CBinding::primary;
  return {std::move(text), binding};
}

std::string CWriter::name(RegisterId id) {
  const char letter = id.kind == RegisterKind::real ? 'r' : id.kind == RegisterKind::integer ? 'i' : 'b';
  return fmt::format("{}{}", letter, id.slot);
}

void CWriter::line(std::string_view text) {
  result_.text.append(static_cast<size_t>(2 * indent_), ' ');
  result_.text += text;
  result_.text += '\n';
}

std::string CWriter::helper(const std::string& function) {
  result_.functions.insert(function);
  return style_.prefix + "_" + function;
}

std::string CWriter::type_of(RegisterId id) const {
  return id.kind == RegisterKind::real ? real_ : id.kind == RegisterKind::integer ? "int64_t" : "int";
}

std::string CWriter::initial(RegisterId id) const {
  if (const auto constant = constants_.find(id); constant != constants_.end()) return constant->second.text;
  return id.kind == RegisterKind::real ? c_real(0, style_.single) : "0";
}

CExpression CWriter::use(RegisterId id) {
  const RegisterUse& how = table_[id];
  if (id.kind == RegisterKind::integer)
    if (const auto value = table_.known_integer(id)) return literal(c_integer(*value));
  if (const auto constant = constants_.find(id); constant != constants_.end() && !how.variable())
    return constant->second;
  if (const auto waiting = waiting_.find(id); waiting != waiting_.end()) {
    CExpression expression = std::move(waiting->second);
    waiting_.erase(waiting);
    return expression;
  }
  CExpression expression{name(id)};
  if (how.variable()) expression.variables.push_back(id);
  return expression;
}

CExpression CWriter::element(uint32_t buffer, const CExpression& index) {
  result_.buffers.insert(buffer);
  return made(fmt::format("{}[{}]", style_.buffers[buffer], index.text), CBinding::primary, {&index});
}

std::string CWriter::bound(const CExpression& e, CBinding least) {
  return e.binding >= least ? e.text : "(" + e.text + ")";
}

CExpression CWriter::made(std::string text, CBinding binding, Operands of) {
  CExpression result{std::move(text), binding};
  for (const CExpression* e : of) {
    result.buffers.insert(e->buffers.begin(), e->buffers.end());
    result.variables.insert(result.variables.end(), e->variables.begin(), e->variables.end());
  }
  return result;
}

CExpression CWriter::binary(const CExpression& a, std::string_view op, const CExpression& b, CBinding binding) {
  const auto next = static_cast<CBinding>(static_cast<int>(binding) + 1);
  // Sums and products go from left to right, as C reads them; what else stands beside each other gets parentheses.
  const bool chain = binding == CBinding::sum || binding == CBinding::product;
  const CBinding least = binding == CBinding::bits ? CBinding::unary : CBinding::sum;
  return made(fmt::format("{} {} {}", bound(a, chain ? binding : least), op, bound(b, chain ? next : least)), binding,
              {&a, &b});
}

CExpression CWriter::call(const std::string& function, Operands arguments) {
  std::string text = function + "(";
  for (const CExpression* e : arguments) text += (text.ends_with('(') ? "" : ", ") + e->text;
  return made(text + ")", CBinding::primary, arguments);
}

CExpression CWriter::math(std::string_view function, Operands arguments) const {
  return call(fmt::format("{}{}", function, style_.single ? "f" : ""), arguments);
}

CExpression CWriter::cast(std::string_view type, const CExpression& e) {
  return made(fmt::format("({}){}", type, bound(e, CBinding::unary)), CBinding::unary, {&e});
}

void CWriter::declare(RegisterId id, const CExpression& e) {
  line(fmt::format("const {} {} = {};", type_of(id), name(id), e.text));
}

void CWriter::define(RegisterId id, size_t at, const CExpression& e) {
  const RegisterUse& how = table_[id];
  if (how.variable()) return assign(id, at, e);
  const bool alias = is_c_identifier(e.text) && e.variables.empty() && e.buffers.empty();
  if (alias) {
    constants_[id] = e;
  } else if (how.uses == 1 && how.use_block == table_.block(at) && e.text.size() < longest_expression) {
    waiting_[id] = e;
  } else {
    declare(id, e);
  }
}

void CWriter::assign(RegisterId id, size_t at, const CExpression& e) {
  settle([&](const CExpression& other) { return std::ranges::find(other.variables, id) != other.variables.end(); });
  line(fmt::format("{}{} = {};", declares(id, at) ? type_of(id) + " " : std::string(), name(id), e.text));
}

/// A store rounds to the buffer's dtype; accumulate_real is the store of a sum.
std::string CWriter::stored(const MicroStep& s, const CExpression& place, const CExpression& value) const {
  const DType dtype = buffer_type(kernel_, s.a).dtype;
  const bool narrow = dtype == DType::f32 && !style_.single;
  if (s.op == Micro::accumulate_real && !narrow) return fmt::format("{} += {};", place.text, value.text);
  CExpression rounded = value;
  if (s.op == Micro::accumulate_real) rounded = binary(cast("double", place), "+", value, CBinding::sum);
  if (narrow) rounded = cast("float", rounded);
  if (dtype == DType::boolean) rounded = cast("unsigned char", rounded);
  return fmt::format("{} = {};", place.text, rounded.text);
}

bool CWriter::share_memory(uint32_t a, uint32_t b) const {
  const size_t outside = first_scratch(kernel_);
  return a == b || (style_.memory != nullptr && std::min(a, b) >= outside && style_.memory->overlap(a - outside, b - outside));
}

void CWriter::store(const MicroStep& s, const CExpression& value) {
  if (style_.buffers[s.a].empty()) return;
  const CExpression place = element(s.a, use({RegisterKind::integer, s.b}));
  settle([&](const CExpression& other) {
    return std::ranges::any_of(other.buffers, [&](uint32_t buffer) { return share_memory(buffer, s.a); });
  });
  line(stored(s, place, value));
}

/// A loop that runs once is no loop: its index is the number 0.
void CWriter::open_loop(const MicroStep& s) {
  const RegisterId index{RegisterKind::integer, s.to}, count{RegisterKind::integer, s.a};
  once_.push_back(table_.known_integer(count) == 1 && !table_[index].variable());
  if (once_.back()) return;
  const CExpression extent = use(count);
  settle([](const CExpression&) { return true; });
  const std::string i = name(index);
  line(fmt::format("for ({}{} = 0; {} < {}; ++{}) {{", table_[index].hoisted ? "" : "int64_t ", i, i, extent.text, i));
  ++indent_;
}

void CWriter::close_loop() {
  const bool once = once_.back();
  once_.pop_back();
  if (once) return;
  --indent_;
  line("}");
}

IndexRange CWriter::interval(uint32_t slot) const {
  const RegisterUse& how = table_[{RegisterKind::integer, slot}];
  return {how.low, how.high};
}

void CWriter::step(size_t at, const MicroStep& s) {
  if (s.op == Micro::loop) return open_loop(s);
  if (s.op == Micro::end_loop) return close_loop();
  const StepForm form = form_of(s);
  if (form.buffer && form.to == RegisterKind::none) return store(s, use({form.c, s.c}));
  define({form.to, s.to}, at, value_of(s));
}

}  // namespace wengert
