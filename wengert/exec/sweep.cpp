// SPDX-License-Identifier: Apache-2.0
#include "wengert/exec/sweep.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fmt/format.h>

#include "wengert/ir/registry.h"
#include "wengert/primitives/convert.h"
#include "wengert/primitives/select.h"
#include "wengert/trace/growing_array.h"

namespace wengert {
namespace {

// Steps of entries that are no elementwise operation. Act says what one does besides going on to the next.

struct Entry {
  size_t i;
  const ScalarOperands* operands;
  double *value, *derivative;
};

template <int direction, class Act>
size_t plain_step(size_t i, const uint16_t* code, const ScalarOperands* operands, double* value, double* derivative,
                  const ScalarSweep& sweep, double y_bar) {
  Act{}(Entry{i, operands, value, derivative});
  i += static_cast<size_t>(direction);
  return scalar_step(i, code, operands, value, derivative, sweep, direction < 0 ? derivative[i] : y_bar);
}

template <int direction, class Act> constexpr ScalarStep going_on(Act) { return &plain_step<direction, Act>; }

template <int direction>
size_t stop(size_t i, const uint16_t*, const ScalarOperands*, double*, double*, const ScalarSweep&, double) {
  return i + static_cast<size_t>(direction);
}

constexpr auto nothing = [](const Entry&) {};

/// A function of one operand whose derivative is zero by declaration.
template <class Value> ScalarSteps constant_steps(Value) {
  return {going_on<-1>([](const Entry& e) { e.derivative[e.i] = 0; }),
          going_on<1>([](const Entry& e) { e.derivative[e.i] = 0; }),
          going_on<1>([](const Entry& e) { e.value[e.i] = Value{}(e.value[e.operands[e.i].a]); })};
}

/// The steps by code, of all records registered so far.
struct StepTable {
  size_t records = 0;
  std::vector<ScalarStep> reverse, forward, replay;

  void set(uint16_t code, ScalarSteps steps) {
    reverse[code] = steps.reverse;
    forward[code] = steps.forward;
    replay[code] = steps.replay;
  }
  void build();
};

void StepTable::build() {
  records = primitives().size();
  const size_t codes = scalar_code(static_cast<uint16_t>(records), 0);
  for (auto* table : {&reverse, &forward, &replay}) table->assign(codes, nullptr);
  for (const Primitive* p : primitives())
    if (const auto* rules = dynamic_cast<const ElementwisePrimitive*>(p); rules && p->arity <= int{scalar_operands_max})
      for (unsigned active = 1; active < 1u << scalar_operands_max; ++active)
        set(scalar_code(p->id, active), rules->scalar_steps(active));
  set(scalar_codes().stop, {&stop<-1>, &stop<1>, &stop<1>});
  set(scalar_codes().input, {going_on<-1>(nothing), going_on<1>(nothing), going_on<1>(nothing)});
  set(scalar_codes().extension, {going_on<-1>(nothing), going_on<1>(nothing), going_on<1>(nothing)});
  set(scalar_code(floor_p.id, 1), constant_steps([](double x) { return std::floor(x); }));
  set(scalar_code(sign_p.id, 1), constant_steps([](double x) { return x < 0 ? -1 : x > 0 ? 1 : x; }));
  set(scalar_code(stop_gradient_p.id, 1), constant_steps([](double x) { return x; }));
}

const StepTable& step_table() {
  thread_local StepTable table;
  if (table.records != primitives().size()) table.build();
  return table;
}

/// Derivatives of the entries, one sweep at a time on a thread. A reverse sweep needs zeros and leaves zeros, apart
/// from the inputs, which are cleared when they are read: clearing beforehand would be another pass through memory.
class Workspace {
 public:
  double* take(size_t entries, bool zero) {
    const size_t before = array_.bytes() / sizeof(double);
    if (before < entries) {
      array_.resize(std::max(entries, before * 2) * sizeof(double));
      std::memset(data() + before, 0, array_.bytes() - before * sizeof(double));
    }
    if (zero) std::memset(data(), 0, dirty_ * sizeof(double));
    dirty_ = zero ? entries : std::max(dirty_, entries);
    return data();
  }
  void is_zero() { dirty_ = 0; }

 private:
  double* data() const { return static_cast<double*>(array_.data()); }
  detail::GrowingArray array_{detail::stagger(3)};
  size_t dirty_ = 0;  // entries that may differ from zero
};

thread_local Workspace workspace;

/// A sweep and what it needs where an entry takes the second look: which entries are connected with an output (reverse)
/// or an input (forward) by differentiable operations. Found at the first such entry, seldom needed.
struct Sweep : ScalarSweep {
  const RealList& list;
  std::span<const double> seeds;
  mutable std::vector<bool> connected = {};

  Sweep(const RealList& l, const std::vector<ScalarStep>& table, ScalarStep second_look, std::span<const double> s)
      : ScalarSweep{table.data(), l.constants().data(), second_look, l.kept()}, list(l), seeds(s) {}
};

/// Calls visit(slot) for the operands through which a derivative passes.
template <class Visit> void visit_operands(const RealList& list, size_t i, Visit visit) {
  const uint16_t code = list.codes()[i];
  const Primitive& p = *primitives()[scalar_primitive(code)];
  if (p.family != Family::elementwise) return;
  const ScalarOperands& operands = list.operands()[i];
  if ((code & 1) != 0) visit(operands.a);
  if ((code & 2) != 0 && p.arity > 1) visit(operands.b);  // else the partial is kept
  if ((code & 4) != 0) visit(list.operands()[i - 1].a);
}

std::vector<bool> connected_with_outputs(const Sweep& sweep) {
  std::vector<bool> connected(sweep.list.entries());
  for (size_t k = 0; k < sweep.seeds.size(); ++k)
    if (const RealOutput& y = sweep.list.outputs()[k]; y.active && sweep.seeds[k] != 0) connected[y.slot] = true;
  for (size_t i = connected.size(); i-- > 0;)
    if (connected[i]) visit_operands(sweep.list, i, [&](uint32_t slot) { connected[slot] = true; });
  return connected;
}

std::vector<bool> connected_with_inputs(const Sweep& sweep) {
  std::vector<bool> connected(sweep.list.entries());
  for (size_t k = 0; k < sweep.seeds.size(); ++k) connected[sweep.list.inputs()[k]] = sweep.seeds[k] != 0;
  for (size_t i = 0; i < connected.size(); ++i)
    visit_operands(sweep.list, i, [&](uint32_t slot) { connected[i] = connected[i] || connected[slot]; });
  return connected;
}

/// The partials of an elementwise entry, by its record.
struct Partials {
  int operands;
  uint32_t slot[3];
  double partial[3];

  Partials(const RealList& list, size_t i) {
    const uint16_t code = list.codes()[i];
    const auto& rules = static_cast<const ElementwisePrimitive&>(*primitives()[scalar_primitive(code)]);
    operands = rules.arity;
    const uint32_t places[] = {list.operands()[i].a, list.operands()[i].b, list.operands()[i - 1].a};
    double x[3] = {};
    for (int k = 0; k < operands; ++k) {
      const bool active = (code >> k & 1) != 0;
      slot[k] = active ? places[k] : no_slot;
      x[k] = active ? list.values()[places[k]] : list.constants()[places[k]];
    }
    rules.partials(x, list.values()[i], partial);
  }
  /// Those by active operands.
  bool finite() const {
    bool all = true;
    for (int k = 0; k < operands; ++k) all = all && (slot[k] == no_slot || std::isfinite(partial[k]));
    return all;
  }
  static constexpr uint32_t no_slot = 0;  // holds a stop
};

/// An entry whose cotangent is zero adds nothing, as is usual where units are dead, rows sparse, results unused. Unless
/// a partial is not finite: then either no output depends on the entry, and its partials must not matter; or one does,
/// and 0 times infinity is NaN as in the pullback.
size_t zero_cotangent(size_t i, const uint16_t* code, const ScalarOperands* operands, double* value, double* derivative,
                      const ScalarSweep& base, double y_bar) {
  const auto& sweep = static_cast<const Sweep&>(base);
  derivative[i] = 0;
  const Partials entry(sweep.list, i);
  if (!entry.finite()) {
    if (sweep.connected.empty()) sweep.connected = connected_with_outputs(sweep);
    for (int k = 0; k < entry.operands; ++k)
      if (sweep.connected[i] && entry.slot[k] != Partials::no_slot)
        derivative[entry.slot[k]] += y_bar * entry.partial[k];
  }
  i -= entry.operands == 3 ? 2 : 1;
  return scalar_step(i, code, operands, value, derivative, sweep, derivative[i]);
}

/// An entry whose tangent is NaN: operands that do not vary contribute nothing, also where the partial is infinite.
size_t nan_tangent(size_t i, const uint16_t* code, const ScalarOperands* operands, double* value, double* derivative,
                   const ScalarSweep& base, double y_bar) {
  const auto& sweep = static_cast<const Sweep&>(base);
  if (sweep.connected.empty()) sweep.connected = connected_with_inputs(sweep);
  const Partials entry(sweep.list, i);
  double y_dot = 0;
  for (int k = 0; k < entry.operands; ++k)
    if (entry.slot[k] != Partials::no_slot && sweep.connected[entry.slot[k]])
      y_dot += entry.partial[k] * derivative[entry.slot[k]];
  derivative[i] = y_dot;
  return scalar_step(i + 1, code, operands, value, derivative, sweep, y_bar);
}

void require_count(const RealList& list, size_t found, size_t expected, std::string_view what) {
  if (found != expected)
    throw ShapeError(
        "W250", fmt::format("recording \"{}\" has {} {}, {} numbers were given", list.name(), expected, what, found),
        {}, fmt::format("give {} number{}, one for each of the {}", expected, expected == 1 ? "" : "s", what));
}

void run_upward(const RealList& list, const ScalarSweep& sweep, double* value, double* derivative) {
  for (size_t i = 0; i < list.entries();)
    i = scalar_step(i, list.codes(), list.operands(), value, derivative, sweep, 0);
}

void run_replay(RealList& list, std::span<const double> x) {
  double* const value = list.mutable_values();
  for (size_t k = 0; k < x.size(); ++k) value[list.inputs()[k]] = x[k];
  run_upward(list, ScalarSweep{step_table().replay.data(), list.constants().data(), nullptr, list.kept()}, value,
             nullptr);
}

bool outcome(const RealGuard& guard, double a, double b) {
  switch (guard.comparison) {
    case RealComparison::less: return a < b;
    case RealComparison::less_equal: return a <= b;
    case RealComparison::equal: break;
  }
  return a == b;
}

/// What the error says of a comparison that turns out otherwise; empty if it holds.
std::string violation(const RealList& list, const RealGuard& guard) {
  const auto number = [&](uint32_t place, unsigned bit) {
    return (guard.active & bit) != 0 ? list.values()[place] : list.constants()[place];
  };
  const double a = number(guard.a, 1), b = number(guard.b, 2);
  if (outcome(guard, a, b) == guard.outcome) return {};
  if (guard.pinned)
    return fmt::format("value() took {} out of the recording, here that number is {}", shortest(b), shortest(a));
  static constexpr std::string_view sign[] = {"<", "<=", "=="};
  return fmt::format("the comparison {} {} {} is {} here and was {} where the list was recorded", shortest(a),
                     sign[static_cast<size_t>(guard.comparison)], shortest(b), !guard.outcome, guard.outcome);
}

}  // namespace

void reverse_sweep(const RealList& list, std::span<const double> y_bar, std::span<double> x_bar) {
  require_count(list, y_bar.size(), list.outputs().size(), "outputs");
  require_count(list, x_bar.size(), list.inputs().size(), "inputs");
  double* const bar = workspace.take(list.entries(), true);
  for (size_t k = 0; k < y_bar.size(); ++k)
    if (const RealOutput& y = list.outputs()[k]; y.active) bar[y.slot] += y_bar[k];
  const Sweep sweep(list, step_table().reverse, zero_cotangent, y_bar);
  // Reverse steps read values only; the signature is that of all steps.
  double* const value = const_cast<double*>(list.values());
  for (size_t i = list.entries() - 1; i < list.entries();)
    i = scalar_step(i, list.codes(), list.operands(), value, bar, sweep, bar[i]);
  for (size_t k = 0; k < x_bar.size(); ++k) {
    x_bar[k] = bar[list.inputs()[k]];
    bar[list.inputs()[k]] = 0;
  }
  workspace.is_zero();
}

void forward_sweep(const RealList& list, std::span<const double> x_dot, std::span<double> y_dot) {
  require_count(list, x_dot.size(), list.inputs().size(), "inputs");
  require_count(list, y_dot.size(), list.outputs().size(), "outputs");
  double* const dot = workspace.take(list.entries(), false);
  for (size_t k = 0; k < x_dot.size(); ++k) dot[list.inputs()[k]] = x_dot[k];
  run_upward(list, Sweep(list, step_table().forward, nan_tangent, x_dot), const_cast<double*>(list.values()), dot);
  for (size_t k = 0; k < y_dot.size(); ++k) y_dot[k] = list.outputs()[k].active ? dot[list.outputs()[k].slot] : 0;
}

std::vector<double> jacobian_by_sweeps(const RealList& list) {
  const size_t n = list.inputs().size(), m = list.outputs().size();
  std::vector<double> jacobian(m * n), seed(std::min(m, n)), column(m);
  const bool by_rows = m <= n;
  seed.assign(by_rows ? m : n, 0);
  for (size_t k = 0; k < seed.size(); ++k) {
    seed[k] = 1;
    if (by_rows)
      reverse_sweep(list, seed, std::span(jacobian).subspan(k * n, n));
    else
      forward_sweep(list, seed, column);
    seed[k] = 0;
    if (!by_rows)
      for (size_t row = 0; row < m; ++row) jacobian[row * n + k] = column[row];
  }
  return jacobian;
}

void replay(RealList& list, std::span<const double> x) {
  require_count(list, x.size(), list.inputs().size(), "inputs");
  std::vector<double> before;
  for (uint32_t slot : list.inputs()) before.push_back(list.values()[slot]);
  run_replay(list, x);
  for (const RealGuard& guard : list.guards()) {
    const std::string what = violation(list, guard);
    if (what.empty()) continue;
    run_replay(list, before);
    std::string where = to_string(guard.site);
    where += fmt::format("{}recording \"{}\"", where.empty() ? "" : ", ", list.name());
    throw UsageError("W701", what, where,
                     "record again at this point, or use Function, which keeps a list for each outcome");
  }
  for (size_t k = 0; k < list.outputs().size(); ++k)
    if (const RealOutput& y = list.outputs()[k]; y.active) list.set_output_value(k, list.values()[y.slot]);
}

}  // namespace wengert
