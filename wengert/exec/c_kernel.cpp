// SPDX-License-Identifier: Apache-2.0
#include "wengert/exec/c_kernel.h"

#include <algorithm>

#include <fmt/format.h>

#include "wengert/exec/c_lanes.h"
#include "wengert/exec/c_names.h"
#include "wengert/exec/c_writer.h"

namespace wengert {

CExpression CWriter::load(const MicroStep& s) {
  CExpression e = element(s.a, integer(s.b));
  e.buffers.insert(s.a);
  if (s.op == Micro::load_boolean) return made(e.text + " != 0", CBinding::comparison, {&e});
  return buffer_type(kernel_, s.a).dtype == DType::f32 && !style_.single ? cast("double", e) : e;
}

CExpression CWriter::called(const MicroStep& s) {
  const ScalarFunction& function = functions[s.function];
  const auto known = [&](uint32_t slot) { return real_values_.find(slot); };
  const auto a_value = known(s.a), b_value = function.arity > 1 ? known(s.b) : real_values_.end();
  // A compiler that computes a function of constants itself may round otherwise than the library that runs.
  if (a_value != real_values_.end() && (function.arity == 1 || b_value != real_values_.end())) {
    const double x[2] = {a_value->second, function.arity > 1 ? b_value->second : 0};
    return literal(c_real(function.value(x), style_.single));
  }
  const CExpression a = real(s.a);
  if (function.arity == 1) return math(function.name, {&a});
  const CExpression b = real(s.b);
  if (function.name == "polygamma") return call(helper("polygamma"), {&a, &b});
  const bool replaced =
      function.name == "pow" && b_value != real_values_.end() && (b_value->second == 2 || b_value->second == -1);
  if (replaced) return call(helper("power"), {&a, &b});
  return math(function.name, {&a, &b});
}

/// Real micro-operations.
CExpression CWriter::computed(const MicroStep& s) {
  if (s.op == Micro::call) return called(s);
  const CExpression a = real(s.a);
  switch (s.op) {
    case Micro::copy_real: return a;
    case Micro::negate: return made("-" + bound(a, CBinding::primary), CBinding::unary, {&a});
    case Micro::square_root: return math("sqrt", {&a});
    case Micro::absolute: return math("fabs", {&a});
    case Micro::floor: return math("floor", {&a});
    case Micro::round_single: return style_.single ? a : cast("double", cast("float", a));
    default: break;
  }
  const CExpression b = real(s.b);
  switch (s.op) {
    case Micro::add: return binary(a, "+", b, CBinding::sum);
    case Micro::subtract: return binary(a, "-", b, CBinding::sum);
    case Micro::multiply: return binary(a, "*", b, CBinding::product);
    case Micro::divide: return binary(a, "/", b, CBinding::product);
    case Micro::minimum: return call(helper("min"), {&a, &b});
    case Micro::maximum: return call(helper("max"), {&a, &b});
    default: break;
  }
  const CExpression c = real(s.c);
  return math("fma", {&a, &b, &c});
}

/// Comparisons and logic.
CExpression CWriter::compared(const MicroStep& s) {
  if (s.op == Micro::copy_boolean) return boolean(s.a);
  if (s.op == Micro::logical_not) {
    const CExpression a = boolean(s.a);
    return made("!" + bound(a, CBinding::primary), CBinding::unary, {&a});
  }
  const StepForm form = form_of(s);
  const CExpression a = use({form.a, s.a}), b = use({form.b, s.b});
  switch (s.op) {
    case Micro::less:
    case Micro::integer_less: return binary(a, "<", b, CBinding::comparison);
    case Micro::less_equal: return binary(a, "<=", b, CBinding::comparison);
    case Micro::logical_and: return binary(a, "&&", b, CBinding::logic);
    case Micro::logical_or: return binary(a, "||", b, CBinding::logic);
    default: return binary(a, "==", b, CBinding::comparison);
  }
}

CExpression CWriter::converted(const MicroStep& s) {
  if (s.op == Micro::select_real || s.op == Micro::select_integer) {
    const RegisterKind kind = s.op == Micro::select_real ? RegisterKind::real : RegisterKind::integer;
    const CExpression condition = boolean(s.a), b = use({kind, s.b}), c = use({kind, s.c});
    // Two constants would make an int of a choice among integers.
    const std::string whole = kind == RegisterKind::integer ? cast("int64_t", b).text : bound(b, CBinding::sum);
    return made(fmt::format("{} ? {} : {}", bound(condition, CBinding::comparison), whole, bound(c, CBinding::sum)),
                CBinding::choice, {&condition, &b, &c});
  }
  if (s.op == Micro::to_real) return cast(real_, integer(s.a));
  if (s.op == Micro::boolean_to_integer) return cast("int64_t", boolean(s.a));
  const CExpression x = real(s.a);
  return call(helper("truncate"), {&x});
}

/// Integer micro-operations: plainly where no operand can make them wrap around, by a function otherwise.
CExpression CWriter::whole(const MicroStep& s) {
  const CExpression a = integer(s.a);
  if (s.op == Micro::copy_integer) return a;
  const CExpression b = integer(s.b);
  if (s.op == Micro::integer_add && (a.text == "0" || b.text == "0")) return a.text == "0" ? b : a;
  if (s.op == Micro::integer_multiply && (a.text == "1" || b.text == "1")) return a.text == "1" ? b : a;
  const bool exact = exact_interval(s.op, interval(s.a), interval(s.b)).has_value();
  switch (s.op) {
    case Micro::integer_add: return exact ? binary(a, "+", b, CBinding::sum) : call(helper("wrap_add"), {&a, &b});
    case Micro::integer_subtract:
      return exact ? binary(a, "-", b, CBinding::sum) : call(helper("wrap_subtract"), {&a, &b});
    case Micro::integer_multiply:
      return exact ? binary(a, "*", b, CBinding::product) : call(helper("wrap_multiply"), {&a, &b});
    case Micro::integer_divide: return exact ? binary(a, "/", b, CBinding::product) : call(helper("divide"), {&a, &b});
    case Micro::integer_remainder:
      return exact ? binary(a, "%", b, CBinding::product) : call(helper("remainder"), {&a, &b});
    case Micro::bit_and: return binary(a, "&", b, CBinding::bits);
    case Micro::bit_or: return binary(a, "|", b, CBinding::bits);
    case Micro::bit_xor: return binary(a, "^", b, CBinding::bits);
    case Micro::shift_left: return call(helper("shift_left"), {&a, &b});
    default: return call(helper("shift_right"), {&a, &b});
  }
}

CExpression CWriter::value_of(const MicroStep& s) {
  const StepForm form = form_of(s);
  if (form.buffer) return load(s);
  const bool choice = s.op == Micro::select_real || s.op == Micro::select_integer;
  if (choice || s.op == Micro::to_real || s.op == Micro::to_integer || s.op == Micro::boolean_to_integer)
    return converted(s);
  if (form.to == RegisterKind::real) return computed(s);
  return form.to == RegisterKind::boolean ? compared(s) : whole(s);
}

std::string_view c_type(DType dtype, bool single) {
  switch (dtype) {
    case DType::f64: return single ? "float" : "double";
    case DType::f32: return "float";
    case DType::i64: return "int64_t";
    case DType::boolean: break;
  }
  return "unsigned char";
}

CStatements c_statements(const Kernel& kernel, const CKernelStyle& style) {
  return style.strides.empty() ? CWriter(kernel, style).write() : CLaneWriter(kernel, style).write();
}

}  // namespace wengert
