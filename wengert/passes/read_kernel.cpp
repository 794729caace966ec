// SPDX-License-Identifier: Apache-2.0
//
// The symbolic reading of a kernel: interpret() with elements in place of reals. An operation on known numbers is
// computed now, any other becomes an instruction of the elementwise record of the same name.
#include <fmt/format.h>

#include "wengert/ir/registry.h"
#include "wengert/kernel/interpret.h"
#include "wengert/kernel/step_form.h"
#include "wengert/passes/scalar_list.h"
#include "wengert/primitives/arithmetic.h"
#include "wengert/primitives/convert.h"
#include "wengert/primitives/elementary.h"
#include "wengert/primitives/select.h"

namespace wengert {
namespace {

/// What a real register holds. f32 scalars are widened where something is computed from them, not where they are moved.
struct Symbol {
  Symbol(double number = 0) : element{no_value, number} {}
  Symbol(ScalarList* l, const Element& e) : list(l), element(e) {}
  ScalarList* list = nullptr;  ///< of an element that is not known
  Element element;
};

/// What a boolean register holds.
struct Truth {
  Truth(bool known = false) : element{no_value, 0, known} {}
  Truth(ScalarList* l, const Element& e) : list(l), element(e) {}
  bool is(bool value) const { return element.known() && (element.integer != 0) == value; }
  ScalarList* list = nullptr;
  Element element;
};

ValueId wide(ScalarList& list, const Symbol& x) {
  return list.value(list.converted(x.element, DType::f64), DType::f64);
}
ValueId line_of(ScalarList& list, const Truth& x) { return list.value(x.element, DType::boolean); }

template <class... T> ScalarList* list_of(const T&... x) {
  ScalarList* list = nullptr;
  ((list = x.list != nullptr ? x.list : list), ...);
  return list;
}

/// op(x...), now if every x is known.
template <class... T> Symbol apply(const ElementwisePrimitive& op, const T&... x) {
  ScalarList* const list = list_of(x...);
  const double numbers[] = {x.element.real...};
  return list == nullptr ? Symbol(op.value(numbers)) : Symbol(list, list->make(op, {wide(*list, x)...}));
}

Symbol operator+(const Symbol& a, const Symbol& b) { return apply(add_p, a, b); }
Symbol operator-(const Symbol& a, const Symbol& b) { return apply(sub_p, a, b); }
Symbol operator*(const Symbol& a, const Symbol& b) { return apply(mul_p, a, b); }
Symbol operator/(const Symbol& a, const Symbol& b) { return apply(div_p, a, b); }
Symbol operator-(const Symbol& a) { return apply(neg_p, a); }
Symbol fma(const Symbol& a, const Symbol& b, const Symbol& c) { return apply(fma_p, a, b, c); }
Symbol sqrt(const Symbol& a) { return apply(sqrt_p, a); }
Symbol abs(const Symbol& a) { return apply(abs_p, a); }
Symbol min(const Symbol& a, const Symbol& b) { return apply(min_p, a, b); }
Symbol max(const Symbol& a, const Symbol& b) { return apply(max_p, a, b); }
Symbol floor(const Symbol& a) {
  if (a.list == nullptr) return std::floor(a.element.real);
  return {a.list, a.list->make(floor_p, {wide(*a.list, a)})};
}

Truth compare(const Primitive& op, const Symbol& a, const Symbol& b) {
  ScalarList& list = *list_of(a, b);
  return {&list, list.make(op, {wide(list, a), wide(list, b)})};
}
Truth less(const Symbol& a, const Symbol& b) {
  return list_of(a, b) == nullptr ? Truth(a.element.real < b.element.real) : compare(less_p, a, b);
}
Truth less_equal(const Symbol& a, const Symbol& b) {
  return list_of(a, b) == nullptr ? Truth(a.element.real <= b.element.real) : compare(less_equal_p, a, b);
}
Truth equal(const Symbol& a, const Symbol& b) {
  return list_of(a, b) == nullptr ? Truth(a.element.real == b.element.real) : compare(equal_p, a, b);
}
Truth logical_and(const Truth& a, const Truth& b) {
  if (a.is(false) || b.is(true)) return a;
  if (b.is(false) || a.is(true)) return b;
  return {a.list, a.list->make(logical_and_p, {a.element.value, b.element.value})};
}
Truth logical_or(const Truth& a, const Truth& b) {
  if (a.is(true) || b.is(false)) return a;
  if (b.is(true) || a.is(false)) return b;
  return {a.list, a.list->make(logical_or_p, {a.element.value, b.element.value})};
}
Truth logical_not(const Truth& a) {
  if (a.list == nullptr) return a.element.integer == 0;
  return {a.list, a.list->make(logical_not_p, {a.element.value})};
}
Symbol select(const Truth& condition, const Symbol& a, const Symbol& b) {
  if (condition.list == nullptr) return condition.element.integer != 0 ? a : b;
  ScalarList& list = *condition.list;
  return {&list, list.make(select_p, {line_of(list, condition), wide(list, a), wide(list, b)})};
}

/// The reading. Buffers are the operands', the results' and the scratch's elements.
struct SymbolDomain {
  ScalarList& list;
  const PendingLine& line;
  const Kernel& kernel;
  std::vector<Elements> buffers;
  const std::string& where;
  std::vector<Symbol> reals = std::vector<Symbol>(kernel.reals + 1);
  std::vector<int64_t> integers = std::vector<int64_t>(kernel.integers + 1);
  std::vector<Truth> booleans = std::vector<Truth>(kernel.booleans + 1);

  Symbol& real(uint32_t slot) { return reals[slot]; }
  int64_t& integer(uint32_t slot) { return integers[slot]; }
  Truth& boolean(uint32_t slot) { return booleans[slot]; }

  DType dtype(uint32_t buffer) const { return buffer_type(kernel, buffer).dtype; }
  Element& element(uint32_t buffer, int64_t index) { return buffers[buffer][static_cast<size_t>(index)]; }

  Symbol load_real(uint32_t buffer, int64_t index) {
    const Element& e = element(buffer, index);
    return {e.known() ? nullptr : &list, e};
  }
  Truth load_boolean(uint32_t buffer, int64_t index) {
    const Element& e = element(buffer, index);
    return {e.known() ? nullptr : &list, e};
  }
  int64_t load_integer(uint32_t buffer, int64_t index) {
    const Element& e = element(buffer, index);
    if (!e.known()) unknown(fmt::format("element {} of its operand {}", index, buffer));
    return e.integer;
  }
  void store_real(uint32_t buffer, int64_t index, const Symbol& x) {
    element(buffer, index) = list.converted(x.element, dtype(buffer));
  }
  void store_integer(uint32_t buffer, int64_t index, int64_t x) { element(buffer, index) = {no_value, 0, x}; }
  void store_boolean(uint32_t buffer, int64_t index, const Truth& x) { element(buffer, index) = x.element; }

  Symbol call(const ScalarFunction& function, const Symbol& a, const Symbol& b) {
    const auto* record = dynamic_cast<const ElementwisePrimitive*>(find_primitive(function.name));
    if (record == nullptr || record->arity != function.arity)
      throw InternalError("W906", fmt::format("no elementwise primitive stands for the function {}", function.name));
    return function.arity == 1 ? apply(*record, a) : apply(*record, a, b);
  }
  void native(const NativeCall&) const { throw InternalError("W906", "a kernel with a library call was read as scalars"); }
  Symbol round_single(const Symbol& x) {
    const Element single = list.converted(x.element, DType::f32);
    return {single.known() ? nullptr : &list, single};
  }
  int64_t choose(const Truth& condition, int64_t a, int64_t b) {
    if (condition.list != nullptr && a != b) unknown("which of two integers it takes");
    return condition.element.integer != 0 ? a : b;
  }
  int64_t truncate(const Symbol& x) {
    if (x.list != nullptr) unknown("an integer made from a real");
    const Array real(x.element.real);
    return real.as(DType::i64).values<int64_t>()[0];
  }

  [[noreturn]] void unknown(const std::string& what) const {
    throw UsageError(
        "W160",
        fmt::format("{} cannot be written as scalars: {} depends on values known only when the Program runs",
                    line.primitive.name, what),
        where, "hold integer inputs fixed with fix_inputs, or leave this instruction out of what is scalarized");
  }
};

/// Where no derivative passes by declaration, none passes through the steps either.
void stop_derivatives(ScalarList& list, Elements& elements, const Type& type) {
  if (!is_float(type.dtype)) return;
  for (Element& e : elements)
    if (!e.known()) e = list.make(stop_gradient_p, {e.value});
}

}  // namespace

std::vector<Elements> read_kernel(ScalarList& list, const PendingLine& line, const Kernel& kernel,
                                  std::vector<Elements> operands, const std::string& where) {
  const bool nowhere = line.primitive.family == Family::nondifferentiable;
  for (size_t k = 0; k < operands.size(); ++k)
    if (!nowhere && !line.primitive.differentiable(static_cast<int>(k)))
      stop_derivatives(list, operands[k], kernel.operands[k]);
  SymbolDomain domain{list, line, kernel, std::move(operands), where};
  for (const auto* types : {&kernel.results, &kernel.scratch})
    for (const Type& type : *types) domain.buffers.emplace_back(static_cast<size_t>(type.elements()));
  interpret(kernel, domain);
  domain.buffers.resize(kernel.operands.size() + kernel.results.size());
  std::vector<Elements> results(
      std::make_move_iterator(domain.buffers.begin() + static_cast<int64_t>(kernel.operands.size())),
      std::make_move_iterator(domain.buffers.end()));
  for (size_t k = 0; k < results.size(); ++k)
    if (nowhere) stop_derivatives(list, results[k], kernel.results[k]);
  return results;
}

}  // namespace wengert
