// SPDX-License-Identifier: Apache-2.0
#include "wengert/passes/schedule.h"

#include <algorithm>
#include <limits>
#include <unordered_map>

#include "wengert/base/random.h"
#include "wengert/kernel/kernel.h"
#include "wengert/passes/rewrite.h"

namespace wengert {
namespace {

constexpr size_t most_lines = 5'000;
constexpr int usual_registers = 15;         ///< of 16 vector registers one is lent to what is loaded
constexpr size_t most_visits = 2'000'000;   ///< of lines, when outputs are chosen
constexpr size_t most_tries = 400, most_tried_lines = 200'000;  ///< some 20 ms
constexpr size_t never = std::numeric_limits<size_t>::max();

using Lines = std::vector<ValueId>;

bool is_number(const Program& p, ValueId v) { return p.operands(v).empty() && !p.is_input(v); }

bool is_scalar_list(const Program& p) {
  if (p.size() > most_lines || has_guards(p)) return false;
  for (uint32_t i = 0; i < p.size(); ++i)
    if (const ValueId v{i};
        !p.type(v).is_scalar() || &p.primitive(v) == &result_p || p.primitive(v).family == Family::control)
      return false;
  return true;
}

bool has_bodies(const Program& p) {
  for (uint32_t i = 0; i < p.size(); ++i)
    if (p.primitive(ValueId{i}).family == Family::control) return true;
  return false;
}

Lines lines_of(const Program& p) {
  Lines lines;
  for_each_instruction(p, [&](ValueId v) { lines.push_back(v); });
  return lines;
}

/// Whether a line calls a function (exp, sin, ...): no vector register survives that.
bool calls_function(const Program& p, ValueId v) {
  const Primitive& primitive = p.primitive(v);
  if (!primitive.has_kernel()) return false;
  std::vector<Type> operands;
  for (const ValueId operand : p.operands(v)) operands.push_back(p.type(operand));
  KernelBuilder builder(operands, {&p.type(v), 1});
  primitive.kernel(builder, p.attributes(v));
  const Kernel kernel = builder.finish();
  return std::any_of(kernel.steps.begin(), kernel.steps.end(),
                     [](const MicroStep& step) { return step.op == Micro::call; });
}

std::vector<bool> function_lines(const Program& p) {
  std::vector<bool> calls(p.size(), false);
  std::unordered_map<const Primitive*, bool> known;  // of scalars: one kernel a record, or nearly so
  for_each_instruction(p, [&](ValueId v) {
    const auto [place, is_new] = known.try_emplace(&p.primitive(v), false);
    if (is_new) place->second = calls_function(p, v);
    calls[index(v)] = place->second;
  });
  return calls;
}

/// Registers while the lines run, by the next use of what they hold.
class Registers {
 public:
  Registers(const Program& p, const Lines& lines, const std::vector<bool>& calls, int count)
      : p_(p), calls_(calls), count_(static_cast<size_t>(count)), uses_(p.size()), next_(p.size(), 0),
        stored_(p.size(), false) {
    for (size_t k = 0; k < lines.size(); ++k)
      for (const ValueId operand : p.operands(lines[k]))
        if (!is_number(p, operand)) uses_[index(operand)].push_back(k);
    for (uint32_t i = 0; i < p.inputs(); ++i) stored_[i] = true;
    for (size_t k = 0; k < lines.size(); ++k) run(lines[k], k);
    moved_ += static_cast<int64_t>(p.outputs().size());
  }
  int64_t moved() const { return moved_; }

 private:
  void run(ValueId line, size_t k) {
    for (const ValueId operand : p_.operands(line)) {
      if (is_number(p_, operand)) continue;
      if (!holds(operand)) ++moved_, take(operand);
    }
    for (const ValueId operand : p_.operands(line)) {
      size_t& next = next_[index(operand)];
      while (next < uses_[index(operand)].size() && uses_[index(operand)][next] <= k) ++next;
    }
    if (calls_[index(line)]) give_up_all();
    if (!is_number(p_, line)) take(line);
  }

  bool holds(ValueId v) const { return std::find(held_.begin(), held_.end(), v) != held_.end(); }
  size_t next_use(ValueId v) const {
    const auto& uses = uses_[index(v)];
    return next_[index(v)] < uses.size() ? uses[next_[index(v)]] : never;
  }

  void take(ValueId v) {
    if (held_.size() == count_) {
      const auto last =
          std::max_element(held_.begin(), held_.end(), [&](ValueId a, ValueId b) { return next_use(a) < next_use(b); });
      give_up(*last);
      held_.erase(last);
    }
    held_.push_back(v);
  }

  void give_up(ValueId v) {
    if (next_use(v) != never && !stored_[index(v)]) ++moved_, stored_[index(v)] = true;
  }

  void give_up_all() {
    for (const ValueId v : held_) give_up(v);
    held_.clear();
  }

  const Program& p_;
  const std::vector<bool>& calls_;
  size_t count_;
  std::vector<std::vector<size_t>> uses_;  ///< of each value: the places of the lines
  std::vector<size_t> next_;
  std::vector<bool> stored_;
  Lines held_;
  int64_t moved_ = 0;
};

/// How many registers a value's lines take if nothing is shared (Sethi, Ullman 1970).
std::vector<int> needs(const Program& p) {
  std::vector<int> need(p.size(), 1);
  for_each_instruction(p, [&](ValueId v) {
    std::vector<int> of;
    for (const ValueId operand : p.operands(v)) of.push_back(need[index(operand)]);
    std::sort(of.rbegin(), of.rend());
    for (size_t k = 0; k < of.size(); ++k) need[index(v)] = std::max(need[index(v)], of[k] + static_cast<int>(k));
  });
  return need;
}

/// Lines output by output, operands before what needs them: as they stand, or the one that takes most registers first.
class Depth {
 public:
  Depth(const Program& p, bool by_need) : p_(p), done_(p.size(), false) {
    if (by_need) need_ = needs(p);
    for (uint32_t i = 0; i < p.inputs(); ++i) done_[i] = true;
  }

  void add(ValueId output) {
    std::vector<std::pair<ValueId, bool>> stack{{output, false}};
    while (!stack.empty()) {
      const auto [v, entered] = stack.back();
      stack.pop_back();
      if (done_[index(v)]) continue;
      if (entered) {
        done_[index(v)] = true;
        lines_.push_back(v);
        continue;
      }
      stack.emplace_back(v, true);
      Lines operands(p_.operands(v).begin(), p_.operands(v).end());
      if (!need_.empty())
        std::stable_sort(operands.begin(), operands.end(),
                         [&](ValueId a, ValueId b) { return need_[index(a)] > need_[index(b)]; });
      for (auto operand = operands.rbegin(); operand != operands.rend(); ++operand) stack.emplace_back(*operand, false);
    }
  }

  /// Lines that `output` lacks.
  size_t lacks(ValueId output) {
    visited_.resize(p_.size(), 0);
    ++round_;
    size_t count = 0;
    Lines stack{output};
    while (!stack.empty()) {
      const ValueId v = stack.back();
      stack.pop_back();
      if (done_[index(v)] || visited_[index(v)] == round_) continue;
      visited_[index(v)] = round_;
      ++count;
      stack.insert(stack.end(), p_.operands(v).begin(), p_.operands(v).end());
    }
    return count;
  }

  const Lines& lines() const { return lines_; }

 private:
  const Program& p_;
  std::vector<bool> done_;
  std::vector<int> need_;
  std::vector<size_t> visited_;
  size_t round_ = 0;
  Lines lines_;
};

Program in_order(const Program& p, const Lines& lines) {
  Rewriter rewriter(p);
  for (const ValueId v : lines) rewriter.copy(v);
  return rewriter.finish();
}

/// One way to write the lines: what comes first, which operand of a line, and the outputs in which order.
struct Way {
  bool functions_first = false, by_need = false;
  Lines outputs = {};
};

/// Tries orders of lines, keeps that which moves fewest values.
class Search {
 public:
  explicit Search(const Program& p) : p_(p), calls_(function_lines(p)), best_(lines_of(p)), lines_(best_.size()) {
    fewest_ = Registers(p, best_, calls_, usual_registers).moved();
    std::vector<bool> used(p.size(), false);
    for (const ValueId v : best_)
      for (const ValueId operand : p.operands(v)) used[index(operand)] = true;
    least_ = static_cast<int64_t>(p.outputs().size()) + std::count(used.begin(), used.begin() + static_cast<int64_t>(p.inputs()), true);
  }
  /// Nothing is moved but inputs and results.
  bool is_done() const { return fewest_ == least_; }

  /// Orders by rules.
  void follow_rules() {
    const bool has_calls = std::find(calls_.begin(), calls_.end(), true) != calls_.end();
    const Lines as_they_come(p_.outputs().begin(), p_.outputs().end());
    const bool few_outputs = as_they_come.size() * as_they_come.size() * lines_ <= most_visits;
    for (const bool functions_first : {false, true})
      for (const bool by_need : {false, true}) {
        if (is_done() || (functions_first && !has_calls)) continue;
        consider({functions_first, by_need, as_they_come});
        if (few_outputs) consider({functions_first, by_need, nearest_next(functions_first, by_need)});
      }
  }

  /// Outputs change places.
  void improve() {
    const size_t outputs = best_way_.outputs.size();
    if (outputs < 3) return;
    Random random(1);
    for (size_t tries = std::min(most_tries, most_tried_lines / std::max<size_t>(lines_, 1)); tries > 0 && !is_done(); --tries) {
      Way way = best_way_;
      const size_t from = random.below(outputs), to = random.below(outputs);
      const ValueId moved = way.outputs[from];
      way.outputs.erase(way.outputs.begin() + static_cast<int64_t>(from));
      way.outputs.insert(way.outputs.begin() + static_cast<int64_t>(to), moved);
      consider(way);
    }
  }

  const Lines& best() const { return best_; }

 private:
  Depth begin(bool functions_first, bool by_need) const {
    Depth depth(p_, by_need);
    for (uint32_t i = 0; functions_first && i < p_.size(); ++i)
      if (calls_[i]) depth.add(ValueId{i});
    return depth;
  }

  void consider(const Way& way) {
    Depth depth = begin(way.functions_first, way.by_need);
    for (const ValueId v : way.outputs) depth.add(v);
    if (depth.lines().size() != lines_) return;  // a line that no output needs
    const int64_t moved = Registers(p_, depth.lines(), calls_, usual_registers).moved();
    if (moved > fewest_ || (moved == fewest_ && best_way_.outputs.empty())) return;
    fewest_ = moved, best_ = depth.lines(), best_way_ = way;
  }

  /// Always the output that lacks the fewest lines.
  Lines nearest_next(bool functions_first, bool by_need) const {
    Depth depth = begin(functions_first, by_need);
    Lines left(p_.outputs().begin(), p_.outputs().end()), order;
    while (!left.empty()) {
      size_t best = 0, fewest = never;
      for (size_t k = 0; k < left.size(); ++k)
        if (const size_t lacking = depth.lacks(left[k]); lacking < fewest) best = k, fewest = lacking;
      depth.add(left[best]);
      order.push_back(left[best]);
      left.erase(left.begin() + static_cast<int64_t>(best));
    }
    return order;
  }

  const Program& p_;
  std::vector<bool> calls_;
  Lines best_;
  Way best_way_;
  int64_t fewest_ = 0, least_ = 0;
  size_t lines_;
};

Program scheduled_list(const Program& p) {
  Search search(p);
  search.follow_rules();
  search.improve();
  return in_order(p, search.best());
}

}  // namespace

int64_t moved_values(const Program& p, int registers) {
  return Registers(p, lines_of(p), function_lines(p), registers).moved();
}

Program scheduled(const Program& p) {
  if (is_scalar_list(p)) return scheduled_list(p);
  if (!has_bodies(p)) return p;
  Rewriter rewriter(p);
  BodyRewriter bodies(scheduled);
  for_each_instruction(p, [&](ValueId v) { rewriter.copy(v, bodies(p.attributes(v))); });
  return rewriter.finish();
}

}  // namespace wengert
