// SPDX-License-Identifier: Apache-2.0
#include "wengert/exec/c_parts.h"

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <queue>
#include <utility>

namespace wengert {
namespace {

using Kind = RegisterKind;
constexpr Kind kinds[] = {Kind::real, Kind::integer, Kind::boolean};
constexpr uint32_t none = Kernel::whole_run;

/// A crossing register's place in memory, and the chunks that touch it.
struct Kept {
  uint32_t element = none, first = 0, last = 0;
};

template <class T>
void copy_constant(const std::vector<Kernel::Constant<T>>& constants, std::vector<Kernel::Constant<T>>& to,
                   uint32_t place, uint32_t number) {
  if (place != none) to.push_back({number, constants[place].value});
}

/// Cuts one kernel.
class Cutter {
 public:
  Cutter(const Kernel& kernel, std::vector<Chunk> chunks)
      : kernel_(kernel), chunks_(std::move(chunks)), kept_(kernel, Kept{}), definitions_(kernel, 0),
        constant_(kernel, none), number_(kernel, none), state_(kernel, 0) {
    place_crossing();
    for (const MicroStep& s : kernel.steps)
      if (const Kind to = form_of(s).to; to != Kind::none) ++definitions_(to, s.to);
    const auto list = [&](Kind kind, const auto& constants) {
      for (uint32_t k = 0; k < constants.size(); ++k) {
        constant_(kind, constants[k].to) = k;
        ++definitions_(kind, constants[k].to);
      }
    };
    list(Kind::real, kernel.real_constants);
    list(Kind::integer, kernel.integer_constants);
    list(Kind::boolean, kernel.boolean_constants);
  }

  std::vector<Kernel> operator()() {
    std::vector<Kernel> parts;
    for (uint32_t c = 0; c < chunks_.size(); ++c) parts.push_back(part(c));
    return parts;
  }

 private:
  /// A place is free again behind the last chunk that reads it.
  void place_crossing() {
    auto crossing = crossing_registers(kernel_, chunks_);
    std::ranges::stable_sort(crossing, {}, &CrossingRegister::first);
    for (size_t k = 0; k < 3; ++k) {
      using Busy = std::pair<uint32_t, uint32_t>;  // until the end of that chunk; element
      std::priority_queue<Busy, std::vector<Busy>, std::greater<>> busy;
      for (const CrossingRegister& r : crossing) {
        if (r.kind != kinds[k]) continue;
        uint32_t element = static_cast<uint32_t>(busy.size());
        if (!busy.empty() && busy.top().first < r.first) {
          element = busy.top().second;
          busy.pop();
        }
        busy.emplace(r.last, element);
        kept_(r.kind, r.slot) = {element, r.first, r.last};
      }
      room_[k] = static_cast<int64_t>(busy.size());
    }
  }

  Kernel part(uint32_t c) {
    chunk_ = c;
    part_ = {};
    part_.operands = kernel_.operands;
    part_.results = kernel_.results;
    part_.scratch = kernel_.scratch;
    constexpr DType dtypes[] = {DType::f64, DType::i64, DType::boolean};
    for (size_t k = 0; k < 3; ++k) part_.scratch.push_back({dtypes[k], Shape{room_[k]}});
    part_.scratch_loop.assign(part_.scratch.size(), Kernel::whole_run);
    loops_.clear();
    for (uint32_t at = chunks_[c].first; at < chunks_[c].last; ++at) {
      if (loops_.empty()) load_what_is_read(at);
      copy(kernel_.steps[at]);
    }
    for (const auto& [kind, slot] : touched_) keep_at_end(kind, slot);
    forget();
    return std::move(part_);
  }

  /// Crossing registers that the step, or the loop that begins there, finds in memory.
  void load_what_is_read(uint32_t at) {
    const uint32_t end = kernel_.steps[at].op == Micro::loop ? kernel_.steps[at].b : at;
    const auto load = [&](Kind kind, uint32_t slot) {
      const Kept& kept = kept_(kind, slot);
      if (kept.element == none || kept.first == chunk_ || state_(kind, slot) != 0) return;
      state_(kind, slot) = available;
      move(kind, slot, kept.element, true);
    };
    for (uint32_t k = at; k <= end; ++k) {
      const MicroStep& s = kernel_.steps[k];
      for_each_operand(s, load);
      if (const Kind to = form_of(s).to; end > at && to != Kind::none) load(to, s.to);
    }
  }

  /// register <- memory, or memory <- register
  void move(Kind kind, uint32_t slot, uint32_t element, bool load) {
    const size_t k = static_cast<size_t>(std::ranges::find(kinds, kind) - kinds);
    constexpr Micro loads[] = {Micro::load_real, Micro::load_integer, Micro::load_boolean};
    constexpr Micro stores[] = {Micro::store_real, Micro::store_integer, Micro::store_boolean};
    const auto buffer = static_cast<uint32_t>(first_scratch(kernel_) + kernel_.scratch.size() + k);
    const uint32_t place = element_number(element), own = number(kind, slot);
    if (load)
      part_.steps.push_back({.op = loads[k], .to = own, .a = buffer, .b = place});
    else
      part_.steps.push_back({.op = stores[k], .a = buffer, .b = place, .c = own});
  }

  /// The integer register that holds an element's number.
  uint32_t element_number(uint32_t element) {
    const auto [known, added] = elements_.try_emplace(element, part_.integers);
    if (added) part_.integer_constants.push_back({part_.integers++, int64_t{element}});
    return known->second;
  }

  /// The register's number in this part; a constant comes along.
  uint32_t number(Kind kind, uint32_t slot) {
    uint32_t& known = number_(kind, slot);
    if (known != none) return known;
    touched_.emplace_back(kind, slot);
    known = kind == Kind::real ? part_.reals++ : kind == Kind::integer ? part_.integers++ : part_.booleans++;
    const Kept& kept = kept_(kind, slot);
    if (kept.element != none && kept.first != chunk_) return known;
    const uint32_t place = constant_(kind, slot);
    if (kind == Kind::real) copy_constant(kernel_.real_constants, part_.real_constants, place, known);
    if (kind == Kind::integer) copy_constant(kernel_.integer_constants, part_.integer_constants, place, known);
    if (kind == Kind::boolean) copy_constant(kernel_.boolean_constants, part_.boolean_constants, place, known);
    return known;
  }

  void copy(const MicroStep& step) {
    const StepForm form = form_of(step);
    MicroStep s = step;
    if (form.a != Kind::none) s.a = number(form.a, step.a);
    if (form.b != Kind::none) s.b = number(form.b, step.b);
    if (form.c != Kind::none) s.c = number(form.c, step.c);
    if (form.to != Kind::none) s.to = number(form.to, step.to);
    if (step.op == Micro::end_loop) s.to = number(Kind::integer, step.to);
    const auto place = static_cast<uint32_t>(part_.steps.size());
    if (step.op == Micro::loop) loops_.push_back(place);
    if (step.op == Micro::end_loop) {
      s.b = loops_.back();
      part_.steps[loops_.back()].b = place;
      loops_.pop_back();
    }
    part_.steps.push_back(s);
    if (form.to == Kind::none) return;
    const bool at_once = loops_.empty() && definitions_(form.to, step.to) == 1;
    state_(form.to, step.to) = at_once ? stored : written;
    const Kept& kept = kept_(form.to, step.to);
    if (at_once && kept.element != none) move(form.to, step.to, kept.element, false);
  }

  /// Variables, what a loop has left, and what a variable is before it is written.
  void keep_at_end(Kind kind, uint32_t slot) {
    const Kept& kept = kept_(kind, slot);
    const uint8_t state = state_(kind, slot);
    if (kept.element == none || kept.last == chunk_) return;
    if (state == written || (state == 0 && kept.first == chunk_)) move(kind, slot, kept.element, false);
  }

  void forget() {
    for (const auto& [kind, slot] : touched_) {
      number_(kind, slot) = none;
      state_(kind, slot) = 0;
    }
    touched_.clear();
    elements_.clear();
  }

  const Kernel& kernel_;
  const std::vector<Chunk> chunks_;
  ByRegister<Kept> kept_;
  ByRegister<uint32_t> definitions_, constant_, number_;
  enum : uint8_t { available = 1, written, stored };
  ByRegister<uint8_t> state_;  // in the part: nothing yet, read from memory, ...
  std::array<int64_t, 3> room_{};
  // of the part under construction
  Kernel part_;
  uint32_t chunk_ = 0;
  std::vector<uint32_t> loops_;
  std::vector<std::pair<Kind, uint32_t>> touched_;
  std::map<uint32_t, uint32_t> elements_;
};

}  // namespace

std::vector<Kernel> cut_kernel(const Kernel& kernel, uint32_t steps) {
  auto chunks = chunks_of(kernel, steps);
  if (chunks.size() == 1) return {kernel};
  return Cutter(kernel, std::move(chunks))();
}

}  // namespace wengert
