// SPDX-License-Identifier: Apache-2.0
#include "wengert/exec/c_kernel.h"

#include <algorithm>

#include <fmt/format.h>

#include "wengert/exec/c_names.h"
#include "wengert/kernel/kernel.h"

namespace wengert {
namespace {

/// How tightly an expression's outermost operator binds.
enum class Binding : uint8_t { choice, logic, comparison, bits, sum, product, unary, primary };

/// An expression that is not yet written: what it reads decides how long it may wait.
struct Expression {
  std::string text;
  Binding binding = Binding::primary;
  std::set<uint32_t> buffers;         // that it loads from
  std::vector<RegisterId> variables;  // registers that may be assigned again
};

constexpr size_t longest_expression = 64;

class Writer {
 public:
  Writer(const Kernel& kernel, const CKernelStyle& style)
      : kernel_(kernel), style_(style), table_(kernel), real_(c_type(DType::f64, style.single)), indent_(style.indent) {
    for (const Type& type : kernel.operands) types_.push_back(type.dtype);
    for (const Type& type : kernel.results) types_.push_back(type.dtype);
    for (const Type& type : kernel.scratch) types_.push_back(type.dtype);
    for (const auto& c : kernel.real_constants)
      constants_[{RegisterKind::real, c.to}] = literal(c_real(c.value, style.single));
    for (const auto& c : kernel.integer_constants)
      constants_[{RegisterKind::integer, c.to}] = literal(c_integer(c.value));
    for (const auto& c : kernel.boolean_constants)
      constants_[{RegisterKind::boolean, c.to}] = literal(c.value ? "1" : "0");
    for (const auto& c : kernel.real_constants) real_values_[c.to] = c.value;
  }

  CStatements write() {
    for (RegisterId id : table_.hoisted()) {
      const auto constant = constants_.find(id);
      line(fmt::format("{} {} = {};", type_of(id), name(id),
                       constant == constants_.end() ? zero(id) : constant->second.text));
    }
    for (size_t k = 0; k < kernel_.steps.size(); ++k)
      if (table_.needed(k)) step(k, kernel_.steps[k]);
    return std::move(result_);
  }

 private:
  struct ById {
    bool operator()(RegisterId a, RegisterId b) const { return a.kind != b.kind ? a.kind < b.kind : a.slot < b.slot; }
  };

  static Expression literal(std::string text) {
    const Binding binding = text.starts_with('-') ? Binding::unary : Binding::primary;
    return {std::move(text), binding, {}, {}};
  }
  static std::string name(RegisterId id) {
    return fmt::format("{}{}",
                       id.kind == RegisterKind::real      ? 'r'
                       : id.kind == RegisterKind::integer ? 'i'
                                                          : 'b',
                       id.slot);
  }
  std::string_view type_of(RegisterId id) const {
    return id.kind == RegisterKind::real ? real_ : id.kind == RegisterKind::integer ? "int64_t" : "int";
  }
  std::string zero(RegisterId id) const { return id.kind == RegisterKind::real ? c_real(0, style_.single) : "0"; }

  void line(std::string_view text) {
    result_.text.append(static_cast<size_t>(2 * indent_), ' ');
    result_.text += text;
    result_.text += '\n';
  }
  std::string helper(const std::string& function) {
    result_.functions.insert(function);
    return style_.prefix + "_" + function;
  }

  /// What a register holds, as an expression; one that waits is used up.
  Expression use(RegisterId id) {
    const RegisterUse& how = table_[id];
    if (id.kind == RegisterKind::integer)
      if (const auto value = table_.known_integer(id)) return literal(c_integer(*value));
    if (const auto constant = constants_.find(id); constant != constants_.end() && !how.variable())
      return constant->second;
    if (const auto waiting = waiting_.find(id); waiting != waiting_.end()) {
      Expression expression = std::move(waiting->second);
      waiting_.erase(waiting);
      return expression;
    }
    Expression expression{name(id), Binding::primary, {}, {}};
    if (how.variable()) expression.variables.push_back(id);
    return expression;
  }

  /// The text, in parentheses if it binds less tightly.
  static std::string bound(const Expression& e, Binding least) {
    return e.binding >= least ? e.text : "(" + e.text + ")";
  }

  static Expression made(std::string text, Binding binding, std::initializer_list<const Expression*> of) {
    Expression result{std::move(text), binding, {}, {}};
    for (const Expression* e : of) {
      result.buffers.insert(e->buffers.begin(), e->buffers.end());
      result.variables.insert(result.variables.end(), e->variables.begin(), e->variables.end());
    }
    return result;
  }
  static Expression binary(const Expression& a, std::string_view op, const Expression& b, Binding binding) {
    const auto next = static_cast<Binding>(static_cast<int>(binding) + 1);
    // Sums and products go from left to right, as C reads them; what else stands beside each other gets parentheses.
    const bool chain = binding == Binding::sum || binding == Binding::product;
    const Binding least = binding == Binding::bits ? Binding::unary : Binding::sum;
    return made(fmt::format("{} {} {}", bound(a, chain ? binding : least), op, bound(b, chain ? next : least)), binding,
                {&a, &b});
  }
  static Expression call(const std::string& function, std::initializer_list<const Expression*> arguments) {
    std::string text = function + "(";
    for (const Expression* e : arguments) text += (text.ends_with('(') ? "" : ", ") + e->text;
    return made(text + ")", Binding::primary, arguments);
  }
  Expression math(std::string_view function, std::initializer_list<const Expression*> arguments) {
    return call(fmt::format("{}{}", function, style_.single ? "f" : ""), arguments);
  }
  Expression cast(std::string_view type, const Expression& e) {
    return made(fmt::format("({}){}", type, bound(e, Binding::unary)), Binding::unary, {&e});
  }

  /// buffer[index]
  Expression element(uint32_t buffer, const Expression& index) {
    std::string place = index.text;
    if (buffer < style_.by_point.size() && style_.by_point[buffer])
      place = place == "0" ? "point" : fmt::format("{} * points + point", bound(index, Binding::product));
    result_.buffers.insert(buffer);
    return made(fmt::format("{}[{}]", style_.buffers[buffer], place), Binding::primary, {&index});
  }

  /// Writes down what waits and may change: `changes(expression)`.
  template <class Changes> void settle(Changes changes) {
    for (auto waiting = waiting_.begin(); waiting != waiting_.end();) {
      if (!changes(waiting->second)) {
        ++waiting;
        continue;
      }
      declare(waiting->first, waiting->second);
      waiting = waiting_.erase(waiting);
    }
  }
  void declare(RegisterId id, const Expression& e) {
    line(fmt::format("const {} {} = {};", type_of(id), name(id), e.text));
  }

  void define(RegisterId id, size_t at, const Expression& e) {
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
  void assign(RegisterId id, size_t at, const Expression& e) {
    settle([&](const Expression& other) { return std::ranges::find(other.variables, id) != other.variables.end(); });
    const bool first = !table_[id].hoisted && table_[id].declared_at == at;
    line(fmt::format("{}{} = {};", first ? fmt::format("{} ", type_of(id)) : std::string(), name(id), e.text));
  }

  bool share_memory(uint32_t a, uint32_t b) const {
    const size_t outside = first_scratch(kernel_);
    return a == b || (style_.memory != nullptr && std::min(a, b) >= outside && style_.memory->overlap(a - outside, b - outside));
  }

  /// A store rounds to the buffer's dtype; accumulate_real is the store of a sum.
  void store(const MicroStep& s, const Expression& value) {
    if (style_.buffers[s.a].empty()) return;
    const Expression place = element(s.a, use({RegisterKind::integer, s.b}));
    settle([&](const Expression& other) { return std::ranges::any_of(other.buffers, [&](uint32_t buffer) { return share_memory(buffer, s.a); }); });
    const bool narrow = types_[s.a] == DType::f32 && !style_.single;
    if (s.op == Micro::accumulate_real && !narrow) return line(fmt::format("{} += {};", place.text, value.text));
    Expression stored = value;
    if (s.op == Micro::accumulate_real) stored = binary(cast("double", place), "+", value, Binding::sum);
    if (narrow) stored = cast("float", stored);
    if (types_[s.a] == DType::boolean) stored = cast("unsigned char", stored);
    line(fmt::format("{} = {};", place.text, stored.text));
  }

  /// A loop that runs once is no loop: its index is the number 0.
  void open_loop(const MicroStep& s) {
    const RegisterId index{RegisterKind::integer, s.to}, count{RegisterKind::integer, s.a};
    once_.push_back(table_.known_integer(count) == 1 && !table_[index].variable());
    if (once_.back()) return;
    const Expression extent = use(count);
    settle([](const Expression&) { return true; });
    const std::string i = name(index);
    line(
        fmt::format("for ({}{} = 0; {} < {}; ++{}) {{", table_[index].hoisted ? "" : "int64_t ", i, i, extent.text, i));
    ++indent_;
  }
  void close_loop() {
    const bool once = once_.back();
    once_.pop_back();
    if (once) return;
    --indent_;
    line("}");
  }

  Expression real(uint32_t slot) { return use({RegisterKind::real, slot}); }
  Expression integer(uint32_t slot) { return use({RegisterKind::integer, slot}); }
  Expression boolean(uint32_t slot) { return use({RegisterKind::boolean, slot}); }

  void step(size_t at, const MicroStep& s);
  Expression load(const MicroStep& s);
  Expression called(const MicroStep& s);
  Expression computed(const MicroStep& s);
  Expression compared(const MicroStep& s);
  Expression converted(const MicroStep& s);
  Expression whole(const MicroStep& s);
  IndexRange interval(uint32_t slot) const {
    const RegisterUse& how = table_[{RegisterKind::integer, slot}];
    return {how.low, how.high};
  }

  const Kernel& kernel_;
  const CKernelStyle& style_;
  RegisterTable table_;
  std::string_view real_;
  int indent_;
  std::vector<DType> types_;
  std::map<RegisterId, Expression, ById> constants_,
      waiting_;  // constants_: and other names of registers that keep their value
  std::map<uint32_t, double> real_values_;
  std::vector<bool> once_;  // of each open loop
  CStatements result_;
};

Expression Writer::load(const MicroStep& s) {
  Expression e = element(s.a, integer(s.b));
  e.buffers.insert(s.a);
  if (s.op == Micro::load_boolean) return made(e.text + " != 0", Binding::comparison, {&e});
  return types_[s.a] == DType::f32 && !style_.single ? cast("double", e) : e;
}

Expression Writer::called(const MicroStep& s) {
  const ScalarFunction& function = functions[s.function];
  const auto known = [&](uint32_t slot) { return real_values_.find(slot); };
  const auto a_value = known(s.a), b_value = function.arity > 1 ? known(s.b) : real_values_.end();
  // A compiler that computes a function of constants itself may round otherwise than the library that runs.
  if (a_value != real_values_.end() && (function.arity == 1 || b_value != real_values_.end())) {
    const double x[2] = {a_value->second, function.arity > 1 ? b_value->second : 0};
    return literal(c_real(function.value(x), style_.single));
  }
  const Expression a = real(s.a);
  if (function.arity == 1) return math(function.name, {&a});
  const Expression b = real(s.b);
  if (function.name == "polygamma") return call(helper("polygamma"), {&a, &b});
  const bool replaced =
      function.name == "pow" && b_value != real_values_.end() && (b_value->second == 2 || b_value->second == -1);
  if (replaced) return call(helper("power"), {&a, &b});
  return math(function.name, {&a, &b});
}

/// Real micro-operations.
Expression Writer::computed(const MicroStep& s) {
  if (s.op == Micro::call) return called(s);
  const Expression a = real(s.a);
  switch (s.op) {
    case Micro::copy_real: return a;
    case Micro::negate: return made("-" + bound(a, Binding::primary), Binding::unary, {&a});
    case Micro::square_root: return math("sqrt", {&a});
    case Micro::absolute: return math("fabs", {&a});
    case Micro::floor: return math("floor", {&a});
    case Micro::round_single: return style_.single ? a : cast("double", cast("float", a));
    default: break;
  }
  const Expression b = real(s.b);
  switch (s.op) {
    case Micro::add: return binary(a, "+", b, Binding::sum);
    case Micro::subtract: return binary(a, "-", b, Binding::sum);
    case Micro::multiply: return binary(a, "*", b, Binding::product);
    case Micro::divide: return binary(a, "/", b, Binding::product);
    case Micro::minimum: return call(helper("min"), {&a, &b});
    case Micro::maximum: return call(helper("max"), {&a, &b});
    default: break;
  }
  const Expression c = real(s.c);
  return math("fma", {&a, &b, &c});
}

/// Comparisons and logic.
Expression Writer::compared(const MicroStep& s) {
  if (s.op == Micro::copy_boolean) return boolean(s.a);
  if (s.op == Micro::logical_not) {
    const Expression a = boolean(s.a);
    return made("!" + bound(a, Binding::primary), Binding::unary, {&a});
  }
  const StepForm form = form_of(s);
  const Expression a = use({form.a, s.a}), b = use({form.b, s.b});
  switch (s.op) {
    case Micro::less:
    case Micro::integer_less: return binary(a, "<", b, Binding::comparison);
    case Micro::less_equal: return binary(a, "<=", b, Binding::comparison);
    case Micro::logical_and: return binary(a, "&&", b, Binding::logic);
    case Micro::logical_or: return binary(a, "||", b, Binding::logic);
    default: return binary(a, "==", b, Binding::comparison);
  }
}

Expression Writer::converted(const MicroStep& s) {
  if (s.op == Micro::select_real || s.op == Micro::select_integer) {
    const RegisterKind kind = s.op == Micro::select_real ? RegisterKind::real : RegisterKind::integer;
    const Expression condition = boolean(s.a), b = use({kind, s.b}), c = use({kind, s.c});
    // Two constants would make an int of a choice among integers.
    const std::string whole = kind == RegisterKind::integer ? cast("int64_t", b).text : bound(b, Binding::sum);
    return made(fmt::format("{} ? {} : {}", bound(condition, Binding::comparison), whole, bound(c, Binding::sum)),
                Binding::choice, {&condition, &b, &c});
  }
  if (s.op == Micro::to_real) return cast(real_, integer(s.a));
  if (s.op == Micro::boolean_to_integer) return cast("int64_t", boolean(s.a));
  const Expression x = real(s.a);
  return call(helper("truncate"), {&x});
}

/// Integer micro-operations: plainly where no operand can make them wrap around, by a function otherwise.
Expression Writer::whole(const MicroStep& s) {
  const Expression a = integer(s.a);
  if (s.op == Micro::copy_integer) return a;
  const Expression b = integer(s.b);
  if (s.op == Micro::integer_add && (a.text == "0" || b.text == "0")) return a.text == "0" ? b : a;
  if (s.op == Micro::integer_multiply && (a.text == "1" || b.text == "1")) return a.text == "1" ? b : a;
  const bool exact = exact_interval(s.op, interval(s.a), interval(s.b)).has_value();
  switch (s.op) {
    case Micro::integer_add: return exact ? binary(a, "+", b, Binding::sum) : call(helper("wrap_add"), {&a, &b});
    case Micro::integer_subtract:
      return exact ? binary(a, "-", b, Binding::sum) : call(helper("wrap_subtract"), {&a, &b});
    case Micro::integer_multiply:
      return exact ? binary(a, "*", b, Binding::product) : call(helper("wrap_multiply"), {&a, &b});
    case Micro::integer_divide: return exact ? binary(a, "/", b, Binding::product) : call(helper("divide"), {&a, &b});
    case Micro::integer_remainder:
      return exact ? binary(a, "%", b, Binding::product) : call(helper("remainder"), {&a, &b});
    case Micro::bit_and: return binary(a, "&", b, Binding::bits);
    case Micro::bit_or: return binary(a, "|", b, Binding::bits);
    case Micro::bit_xor: return binary(a, "^", b, Binding::bits);
    case Micro::shift_left: return call(helper("shift_left"), {&a, &b});
    default: return call(helper("shift_right"), {&a, &b});
  }
}

void Writer::step(size_t at, const MicroStep& s) {
  const StepForm form = form_of(s);
  if (s.op == Micro::loop) return open_loop(s);
  if (s.op == Micro::end_loop) return close_loop();
  if (form.buffer && form.to == RegisterKind::none) return store(s, use({form.c, s.c}));
  const RegisterId to{form.to, s.to};
  const bool choice = s.op == Micro::select_real || s.op == Micro::select_integer;
  if (form.buffer)
    define(to, at, load(s));
  else if (choice || s.op == Micro::to_real || s.op == Micro::to_integer || s.op == Micro::boolean_to_integer)
    define(to, at, converted(s));
  else if (form.to == RegisterKind::real)
    define(to, at, computed(s));
  else if (form.to == RegisterKind::boolean)
    define(to, at, compared(s));
  else
    define(to, at, whole(s));
}

}  // namespace

std::string_view c_type(DType dtype, bool single) {
  switch (dtype) {
    case DType::f64: return single ? "float" : "double";
    case DType::f32: return "float";
    case DType::i64: return "int64_t";
    case DType::boolean: break;
  }
  return "unsigned char";
}

CStatements c_statements(const Kernel& kernel, const CKernelStyle& style) { return Writer(kernel, style).write(); }

}  // namespace wengert
