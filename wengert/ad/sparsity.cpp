// SPDX-License-Identifier: Apache-2.0
#include "wengert/ad/sparsity.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <optional>
#include <unordered_map>

#include "wengert/ad/column_sets.h"
#include "wengert/ad/derivatives.h"
#include "wengert/base/array.h"
#include "wengert/kernel/interpret.h"
#include "wengert/kernel/step_form.h"
#include "wengert/passes/rewrite.h"
#include "wengert/primitives/control.h"
#include "wengert/primitives/control_rules.h"

namespace wengert {
namespace {

/// One element of an array: what it depends on, and its number (i64 and bool in `integer`) where that is known now.
struct Dependent {
  SetId set = empty_set;
  bool known = false;
  double real = 0;
  int64_t integer = 0;
};
using Dependents = std::vector<Dependent>;
using DependentView = std::span<const Dependent>;

/// What a real register holds.
struct Symbol {
  Symbol(double number = 0) : element{.known = true, .real = number} {}
  Symbol(ColumnSets* s, const Dependent& e) : sets(s), element(e) {}
  ColumnSets* sets = nullptr;  ///< of an element that is not known
  Dependent element;
  bool is(double number) const { return element.known && element.real == number; }
};

/// What a boolean register holds.
struct Truth {
  Truth(bool is = false) : known(true), value(is) {}
  bool known, value;
  static Truth unknown() {
    Truth truth;
    truth.known = false;
    return truth;
  }
};

/// Not known, dependent on what the operands depend on.
template <class... T> Symbol mixed(const T&... x) {
  ColumnSets* sets = nullptr;
  ((sets = x.sets != nullptr ? x.sets : sets), ...);
  Dependent all;
  if (sets != nullptr) ((all.set = sets->join(all.set, x.element.set)), ...);
  return {sets, all};
}
template <class F, class... T> Symbol computed(F f, const T&... x) {
  return (x.element.known && ...) ? Symbol(f(x.element.real...)) : mixed(x...);
}

Symbol operator+(const Symbol& a, const Symbol& b) { return computed(std::plus(), a, b); }
Symbol operator-(const Symbol& a, const Symbol& b) { return computed(std::minus(), a, b); }
Symbol operator*(const Symbol& a, const Symbol& b) {
  if (a.is(0) || b.is(0)) return a.element.known && b.element.known ? Symbol(a.element.real * b.element.real) : Symbol(nullptr, {});  // may be NaN
  return computed(std::multiplies(), a, b);
}
Symbol operator/(const Symbol& a, const Symbol& b) {
  if (a.is(0) && !b.element.known) return {nullptr, {}};
  return computed(std::divides(), a, b);
}
Symbol operator-(const Symbol& a) { return computed(std::negate(), a); }
Symbol fma(const Symbol& a, const Symbol& b, const Symbol& c) {
  if (a.element.known && b.element.known && c.element.known) return std::fma(a.element.real, b.element.real, c.element.real);
  return mixed(a * b, c);
}
Symbol sqrt(const Symbol& a) { return computed([](double x) { return std::sqrt(x); }, a); }
Symbol abs(const Symbol& a) { return computed([](double x) { return std::abs(x); }, a); }
Symbol floor(const Symbol& a) { return computed([](double x) { return std::floor(x); }, a); }
Symbol min(const Symbol& a, const Symbol& b) { return computed([](double x, double y) { return x < y ? x : y; }, a, b); }
Symbol max(const Symbol& a, const Symbol& b) { return computed([](double x, double y) { return x > y ? x : y; }, a, b); }

template <class F> Truth compare(F f, const Symbol& a, const Symbol& b) {
  return a.element.known && b.element.known ? Truth(f(a.element.real, b.element.real)) : Truth::unknown();
}
Truth less(const Symbol& a, const Symbol& b) { return compare(std::less(), a, b); }
Truth less_equal(const Symbol& a, const Symbol& b) { return compare(std::less_equal(), a, b); }
Truth equal(const Symbol& a, const Symbol& b) { return compare(std::equal_to(), a, b); }
Truth logical_and(const Truth& a, const Truth& b) {
  if ((a.known && !a.value) || (b.known && !b.value)) return false;
  return a.known && b.known ? Truth(true) : Truth::unknown();
}
Truth logical_not(const Truth& a) { return a.known ? Truth(!a.value) : a; }
Truth logical_or(const Truth& a, const Truth& b) { return logical_not(logical_and(logical_not(a), logical_not(b))); }
Symbol select(const Truth& condition, const Symbol& a, const Symbol& b) {
  return condition.known ? (condition.value ? a : b) : mixed(a, b);
}

/// Steps that may still be taken.
class Budget {
 public:
  Budget(const Program& p, int64_t limit) : p_(p), limit_(limit), left_(limit) {}
  void take(int64_t steps) {
    left_ -= steps;
    if (left_ >= 0) return;
    throw ResourceError("W734", fmt::format("the pattern of the Jacobian of program \"{}\" takes more than {} steps", p_.name(), limit_), {},
                        "ask for the pattern of a part, e.g. of the body of its loop, or raise the limit");
  }

 private:
  const Program& p_;
  const int64_t limit_;
  int64_t left_;
};

/// The reading. Buffers are the operands', then the results' and the scratch's elements.
struct SetDomain {
  ColumnSets& sets;
  Budget& budget;
  const Kernel& kernel;
  const std::vector<DependentView>& operands;
  std::vector<Dependents> written = {};
  bool steered = false;  ///< by a number that is not known: what was read says nothing
  std::vector<Symbol> reals = std::vector<Symbol>(kernel.reals + 1);
  std::vector<int64_t> integers = std::vector<int64_t>(kernel.integers + 1);
  std::vector<Truth> booleans = std::vector<Truth>(kernel.booleans + 1);

  Symbol& real(uint32_t slot) { return reals[slot]; }
  int64_t& integer(uint32_t slot) { return integers[slot]; }
  Truth& boolean(uint32_t slot) { return booleans[slot]; }

  Dependent load(uint32_t buffer, int64_t at) {
    budget.take(1);
    const DependentView all = buffer < operands.size() ? operands[buffer] : DependentView(written[buffer - operands.size()]);
    if (static_cast<size_t>(at) < all.size()) return all[static_cast<size_t>(at)];
    steered = true;  // a place made of a number that is not known
    return {};
  }
  void store(uint32_t buffer, int64_t at, const Dependent& element) {
    Dependents& all = written[buffer - operands.size()];
    if (static_cast<size_t>(at) < all.size()) all[static_cast<size_t>(at)] = element;
  }
  Symbol load_real(uint32_t buffer, int64_t at) {
    const Dependent e = load(buffer, at);
    return {e.known ? nullptr : &sets, e};
  }
  Truth load_boolean(uint32_t buffer, int64_t at) {
    const Dependent e = load(buffer, at);
    return e.known ? Truth(e.integer != 0) : Truth::unknown();
  }
  int64_t load_integer(uint32_t buffer, int64_t at) {
    const Dependent e = load(buffer, at);
    steered = steered || !e.known;
    return e.integer;
  }
  void store_real(uint32_t buffer, int64_t at, const Symbol& x) {
    store(buffer, at, buffer_type(kernel, buffer).dtype == DType::f32 ? round_single(x).element : x.element);
  }
  void store_integer(uint32_t buffer, int64_t at, int64_t x) { store(buffer, at, {.known = true, .integer = x}); }
  void store_boolean(uint32_t buffer, int64_t at, const Truth& x) { store(buffer, at, {.known = x.known, .integer = x.value}); }

  Symbol call(const ScalarFunction& function, const Symbol& a, const Symbol& b) const {
    const double numbers[] = {a.element.real, b.element.real};
    const bool known = a.element.known && (function.arity == 1 || b.element.known);
    return known ? Symbol(function.value(numbers)) : function.arity == 1 ? mixed(a) : mixed(a, b);
  }
  void native(const NativeCall&) const { throw InternalError("W906", "a kernel with a library call was read for its pattern"); }
  Symbol round_single(Symbol x) const {
    x.element.real = static_cast<double>(static_cast<float>(x.element.real));
    return x;
  }
  int64_t choose(const Truth& condition, int64_t a, int64_t b) {
    steered = steered || (!condition.known && a != b);
    return condition.value ? a : b;
  }
  int64_t truncate(const Symbol& x) {
    steered = steered || !x.element.known;
    return Array(x.element.real).as(DType::i64).values<int64_t>()[0];
  }
};

Dependents elements_of(const Array& array) {
  Dependents elements(static_cast<size_t>(array.elements()), {.known = true});
  for (size_t i = 0; i < elements.size(); ++i) {
    const auto at = static_cast<int64_t>(i);
    if (is_float(array.dtype())) elements[i].real = array[at];
    else if (array.dtype() == DType::i64) elements[i].integer = array.values<int64_t>()[i];
    else elements[i].integer = array.values<bool>()[i];
  }
  return elements;
}

class PatternReader {
 public:
  PatternReader(const Program& p, int64_t limit) : p_(p), budget_(p, limit) {}

  Sparsity operator()(const std::vector<size_t>& wrt) {
    Sparsity pattern;
    std::vector<Dependents> inputs;
    for (const Type& type : p_.input_types()) inputs.emplace_back(static_cast<size_t>(type.elements()));
    for (size_t k : wrt)
      for (Dependent& e : inputs[k]) e.set = sets_.single(pattern.columns++);
    const std::vector<DependentView> views(inputs.begin(), inputs.end());
    const auto outputs = run(p_, views);
    for (size_t k = 0; k < outputs.size(); ++k)
      if (is_float(p_.output_types()[k].dtype)) add_rows(outputs[k], pattern);
    return pattern;
  }

 private:
  /// What is found out once about the lines of a body.
  struct Lines {
    std::vector<std::optional<Kernel>> kernels;
    std::vector<uint32_t> last_use;  // the line after which a value is not needed any more
  };
  /// A value: elements of its own, or seen in those of another.
  struct Value {
    Dependents own;
    DependentView view;
    void hold(Dependents elements) { own = std::move(elements), view = own; }
  };

  void add_rows(const Dependents& elements, Sparsity& pattern) {
    std::optional<SetId> last;
    std::vector<int64_t> columns;
    for (const Dependent& e : elements) {
      if (last != e.set) columns = sets_.columns(e.set);
      last = e.set;
      budget_.take(static_cast<int64_t>(columns.size()));
      pattern.column.insert(pattern.column.end(), columns.begin(), columns.end());
      pattern.row_start.push_back(pattern.entries());
      ++pattern.rows;
    }
  }

  Lines& lines_of(const Program& p) {
    Lines& lines = lines_[&p];
    if (!lines.kernels.empty() || p.size() == 0) return lines;
    lines.kernels.resize(p.size());
    lines.last_use.resize(p.size());
    for (uint32_t v = 0; v < p.size(); ++v)
      for (ValueId operand : p.operands(ValueId{v})) lines.last_use[index(operand)] = v;
    for (ValueId v : p.outputs()) lines.last_use[index(v)] = static_cast<uint32_t>(p.size());
    return lines;
  }

  std::vector<Dependents> run(const Program& p, std::span<const DependentView> inputs) {
    Lines& lines = lines_of(p);
    std::vector<Value> values(p.size());
    for (size_t k = 0; k < inputs.size(); ++k) values[k].view = inputs[k];
    for_each_instruction(p, [&](ValueId v) {
      const Instruction line = p[v];
      std::vector<DependentView> operands;
      for (ValueId operand : line.operands) operands.push_back(values[index(operand)].view);
      auto results = p.is_constant(v) ? std::vector<Dependents>{elements_of(p.constant(v))} : instruction(p, line, operands, lines.kernels[index(v)]);
      for (size_t k = 0; k < results.size(); ++k) values[index(v) + k].hold(std::move(results[k]));
      for (ValueId operand : line.operands)
        if (lines.last_use[index(operand)] == index(v)) values[index(operand)].hold({});
    });
    std::vector<Dependents> outputs;
    for (ValueId v : p.outputs()) outputs.emplace_back(values[index(v)].view.begin(), values[index(v)].view.end());
    return outputs;
  }

  std::vector<Dependents> instruction(const Program& p, const Instruction& line, std::span<const DependentView> operands,
                                      std::optional<Kernel>& kernel) {
    if (&line.primitive == &call_p) return run(line.attributes.program("body"), operands);
    if (&line.primitive == &map_p) return map_points(line.attributes, operands);
    if (&line.primitive == &scan_p) return scan_steps(line.attributes, operands);
    std::vector<Dependents> cut(operands.size());  // those through which no derivative passes
    std::vector<DependentView> seen(operands.begin(), operands.end());
    for (size_t k = 0; k < operands.size(); ++k) {
      if (line.primitive.family != Family::nondifferentiable && line.primitive.differentiable(static_cast<int>(k))) continue;
      cut[k].assign(operands[k].begin(), operands[k].end());
      for (Dependent& e : cut[k]) e.set = empty_set;
      seen[k] = cut[k];
    }
    return line.primitive.has_kernel() ? by_kernel(p, line, seen, kernel) : of_all(p, line, seen);
  }

  std::vector<Dependents> by_kernel(const Program& p, const Instruction& line, const std::vector<DependentView>& operands,
                                    std::optional<Kernel>& kernel) {
    if (!kernel) {
      std::vector<Type> types, results;
      for (ValueId v : line.operands) types.push_back(p.type(v));
      for (uint32_t k = 0; k < static_cast<uint32_t>(line.results); ++k) results.push_back(p.type(ValueId{static_cast<uint32_t>(line.value) + k}));
      KernelBuilder builder(types, results);
      line.primitive.kernel(builder, line.attributes);
      kernel = builder.finish();
    }
    SetDomain domain{sets_, budget_, *kernel, operands};
    for (const auto* types : {&kernel->results, &kernel->scratch})
      for (const Type& type : *types) domain.written.emplace_back(static_cast<size_t>(type.elements()));
    interpret(*kernel, domain);
    if (domain.steered) return of_all(p, line, operands);
    domain.written.resize(kernel->results.size());
    return std::move(domain.written);
  }

  /// Each float result dependent on all that the operands depend on.
  std::vector<Dependents> of_all(const Program& p, const Instruction& line, const std::vector<DependentView>& operands) {
    Dependent all;
    for (const DependentView& operand : operands)
      for (const Dependent& e : operand) all.set = sets_.join(all.set, e.set);
    std::vector<Dependents> results;
    for (uint32_t k = 0; k < static_cast<uint32_t>(line.results); ++k) {
      const Type& type = p.type(ValueId{static_cast<uint32_t>(line.value) + k});
      results.emplace_back(static_cast<size_t>(type.elements()), is_float(type.dtype) ? all : Dependent{});
    }
    return results;
  }

  static DependentView slice(DependentView whole, int64_t at, const Type& type) {
    const auto size = static_cast<size_t>(type.elements());
    return whole.subspan(static_cast<size_t>(at) * size, size);
  }

  std::vector<Dependents> map_points(const Attributes& attributes, std::span<const DependentView> operands) {
    const Program& body = attributes.program("body");
    const auto mapped = flags(attributes, "mapped"), summed = flags(attributes, "summed");
    const auto inputs = body.input_types(), outputs = body.output_types();
    std::vector<Dependents> results(outputs.size());
    for (size_t k = 0; k < results.size(); ++k)
      if (summed[k]) results[k].resize(static_cast<size_t>(outputs[k].elements()), {.known = true});
    std::vector<DependentView> x(operands.begin(), operands.end());
    for (int64_t i = 0, length = attributes.integer("length"); i < length; ++i) {
      for (size_t k = 0; k < x.size(); ++k)
        if (mapped[k]) x[k] = slice(operands[k], i, inputs[k]);
      const auto y = run(body, x);
      for (size_t k = 0; k < y.size(); ++k) {
        if (summed[k]) add_to(results[k], y[k]);
        else results[k].insert(results[k].end(), y[k].begin(), y[k].end());
      }
    }
    return results;
  }

  void add_to(Dependents& sums, const Dependents& terms) {
    for (size_t i = 0; i < sums.size(); ++i) {
      sums[i].known = sums[i].known && terms[i].known;
      sums[i].real += terms[i].real;
      sums[i].set = sets_.join(sums[i].set, terms[i].set);
    }
  }

  std::vector<Dependents> scan_steps(const Attributes& attributes, std::span<const DependentView> operands) {
    const Program& body = attributes.program("body");
    const auto mapped = flags(attributes, "mapped");
    const auto carries = static_cast<size_t>(attributes.integer("carries"));
    const int64_t length = attributes.integer("length");
    const auto inputs = body.input_types(), outputs = body.output_types();
    std::vector<Dependents> results(outputs.size());
    for (size_t k = 0; k < results.size(); ++k) {
      if (k < carries) results[k].assign(operands[k].begin(), operands[k].end());
      else results[k].resize(static_cast<size_t>(outputs[k].elements() * length));
    }
    std::vector<DependentView> x(operands.begin(), operands.end());
    for (int64_t step = 0; step < length; ++step) {
      const int64_t i = attributes.flag("reverse") ? length - 1 - step : step;
      for (size_t k = 0; k < x.size(); ++k) {
        if (k < carries) x[k] = results[k];
        else if (mapped[k - carries]) x[k] = slice(operands[k], i, inputs[k]);
      }
      auto y = run(body, x);
      for (size_t k = 0; k < y.size(); ++k) {
        if (k < carries) results[k] = std::move(y[k]);
        else std::ranges::copy(y[k], results[k].begin() + i * outputs[k].elements());
      }
    }
    return results;
  }

  const Program& p_;
  Budget budget_;
  ColumnSets sets_;
  std::unordered_map<const Program*, Lines> lines_;
};

}  // namespace

Sparsity jacobian_sparsity(const Program& p, const std::vector<size_t>& wrt, int64_t limit) {
  return PatternReader(p, limit)(varying_inputs(p, wrt));
}

}  // namespace wengert
