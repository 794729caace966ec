// SPDX-License-Identifier: Apache-2.0
#include "wengert/exec/lanes.h"

#include <algorithm>
#include <bit>
#include <optional>
#include <unordered_set>

#include "wengert/exec/loop_variables.h"

namespace wengert {
namespace {

constexpr int64_t most_terms_in_single = 4096;
constexpr int vectors_at_once = 4;
constexpr uint32_t most_steps_of_columns = 40;

/// Forward over the steps until nothing changes: variables of loops are read before they are assigned.
class PrecisionFinder {
 public:
  explicit PrecisionFinder(const Kernel& kernel) : kernel_(kernel), known_(known_integers(kernel)), found_(kernel.reals + 1) {}

  std::vector<Precision> operator()() {
    do {
      changed_ = false;
      repeats_.clear();
      begun_.assign(kernel_.reals + 1, none);
      for (const MicroStep& s : kernel_.steps) visit(s);
    } while (changed_);
    return std::move(found_);
  }

 private:
  void raise(uint32_t slot, Precision to) {
    if (to <= found_[slot]) return;
    found_[slot] = to;
    changed_ = true;
  }

  void visit(const MicroStep& s) {
    if (s.op == Micro::loop) repeats_.push_back(known_[s.a].value_or(1024));
    if (s.op == Micro::end_loop) repeats_.pop_back();
    if (s.op == Micro::copy_real && begun_[s.to] == none) begun_[s.to] = repeats_.size();
    if (form_of(s).to == RegisterKind::real) raise(s.to, precision_of(s));
  }

  Precision precision_of(const MicroStep& s) const {
    if (s.op == Micro::load_real) return buffer_type(kernel_, s.a).dtype == DType::f32 ? Precision::single : Precision::full;
    if (s.op == Micro::to_real) return Precision::full;
    // A variable assigned so often since it began is taken for a sum of as many terms.
    if (s.op == Micro::copy_real && terms_of(s.to) > most_terms_in_single) return Precision::full;
    Precision most = Precision::constant;
    for_each_operand(s, [&](RegisterKind kind, uint32_t slot) {
      if (kind == RegisterKind::real) most = std::max(most, found_[slot]);
    });
    return s.op == Micro::round_single ? std::min(most, Precision::single) : most;
  }

  int64_t terms_of(uint32_t slot) const {
    int64_t terms = 1;
    for (size_t depth = begun_[slot]; depth < repeats_.size(); ++depth) terms = std::min<int64_t>(terms * repeats_[depth], 1 << 30);
    return terms;
  }

  static constexpr size_t none = static_cast<size_t>(-1);
  const Kernel& kernel_;
  std::vector<std::optional<int64_t>> known_;
  std::vector<Precision> found_;
  std::vector<int64_t> repeats_;  // of the open loops
  std::vector<size_t> begun_;     // inside how many loops a variable got its first value
  bool changed_ = false;
};

/// Whether one loop can be run in lanes, and how that would be.
class LaneCheck {
 public:
  LaneCheck(const Kernel& kernel, const std::vector<std::optional<int64_t>>& known, uint32_t loop)
      : kernel_(kernel), known_(known), loop_(loop), integer_(kernel.integers + 1), real_varies_(kernel.reals + 1),
        boolean_varies_(kernel.booleans + 1), first_write_(kernel.reals + 1, none), boolean_write_(kernel.booleans + 1, none),
        integer_write_(kernel.integers + 1, none) {}

  size_t gathers = 0, contiguous = 0;

  /// Whether an iteration that is run again finds what it stored itself: of some array it reads elements first and writes
  /// them then (x[i] = x[i] + y[i]).
  bool rewrites() const {
    std::unordered_set<uint32_t> read, written;
    for (uint32_t at = loop_ + 1; at < kernel_.steps[loop_].b; ++at) {
      const MicroStep& s = kernel_.steps[at];
      if (s.op >= Micro::load_real && s.op <= Micro::load_boolean && !written.contains(s.a)) read.insert(s.a);
      if (s.op < Micro::store_real || s.op > Micro::store_boolean || is_of_iteration(kernel_, loop_, s.a)) continue;
      if (read.contains(s.a)) return true;
      written.insert(s.a);
    }
    return false;
  }

  bool operator()() {
    find_variables();
    integer_[kernel_.steps[loop_].to] = {false, 1};
    for (uint32_t at = loop_ + 1; at < kernel_.steps[loop_].b; ++at)
      if (!visit(kernel_.steps[at])) return false;
    return true;
  }

 private:
  static constexpr uint32_t none = 0xffffffff;
  /// The same in all lanes, or first + lane * stride, or anything.
  struct IntegerForm {
    bool varies = false;
    int64_t stride = 0;
    bool uniform() const { return !varies && stride == 0; }
  };

  /// Registers of this loop that are written more than once vary from the start.
  void find_variables() {
    for (uint32_t at = loop_ + 1; at < kernel_.steps[loop_].b; ++at) {
      const MicroStep& s = kernel_.steps[at];
      if (s.op == Micro::copy_real) again(first_write_[s.to], at, [&] { real_varies_[s.to] = true; });
      if (s.op == Micro::copy_boolean) again(boolean_write_[s.to], at, [&] { boolean_varies_[s.to] = true; });
      if (s.op == Micro::copy_integer) again(integer_write_[s.to], at, [&] { integer_[s.to].varies = true; });
    }
  }
  template <class Vary> static void again(uint32_t& first, uint32_t at, Vary vary) {
    if (first == none) first = at;
    else vary();
  }

  bool visit(const MicroStep& s) {
    switch (s.op) {
      case Micro::loop: integer_[s.to] = {}; return integer_[s.a].uniform();
      case Micro::end_loop: return true;
      case Micro::load_real: real_varies_[s.to] = at_another_place(s); return true;
      case Micro::load_integer: integer_[s.to] = {at_another_place(s), 0}; return true;
      case Micro::load_boolean: boolean_varies_[s.to] = at_another_place(s); return true;
      case Micro::store_real: case Micro::store_integer: case Micro::store_boolean: return at_another_place(s);
      case Micro::accumulate_real: return true;
      case Micro::native: return false;
      case Micro::copy_real: return assigns(s);
      case Micro::copy_boolean: boolean_varies_[s.to] = boolean_varies_[s.to] || boolean_varies_[s.a]; return begins_inside(kernel_, loop_, Micro::copy_boolean, s.to);
      case Micro::copy_integer:
        if (!integer_[s.a].uniform()) integer_[s.to] = {true, 0};
        return begins_inside(kernel_, loop_, Micro::copy_integer, s.to);
      default: computes(s); return true;
    }
  }

  /// Whether a load or store is of another element in each lane.
  bool at_another_place(const MicroStep& s) {
    if (is_of_iteration(kernel_, loop_, s.a)) return true;
    count(s);
    return !integer_[s.b].uniform();
  }
  void count(const MicroStep& s) {
    const IntegerForm& i = integer_[s.b];
    if (!i.uniform()) ++(!i.varies && i.stride == 1 ? contiguous : gathers);
  }

  bool assigns(const MicroStep& s) {
    real_varies_[s.to] = real_varies_[s.to] || real_varies_[s.a];
    return begins_inside(kernel_, loop_, Micro::copy_real, s.to) || gathering_of(kernel_, loop_, s.to).has_value();
  }

  void computes(const MicroStep& s);
  IntegerForm form_of_integer(const MicroStep& s) const;
  bool varies(RegisterKind kind, uint32_t slot) const;

  const Kernel& kernel_;
  const std::vector<std::optional<int64_t>>& known_;
  const uint32_t loop_;
  std::vector<IntegerForm> integer_;
  std::vector<bool> real_varies_, boolean_varies_;
  std::vector<uint32_t> first_write_, boolean_write_, integer_write_;
};

bool LaneCheck::varies(RegisterKind kind, uint32_t slot) const {
  if (kind == RegisterKind::integer) return !integer_[slot].uniform();
  return kind == RegisterKind::real ? real_varies_[slot] : boolean_varies_[slot];
}

void LaneCheck::computes(const MicroStep& s) {
  bool any = false;
  for_each_operand(s, [&](RegisterKind kind, uint32_t slot) { any = any || varies(kind, slot); });
  switch (form_of(s).to) {
    case RegisterKind::real: real_varies_[s.to] = any; break;
    case RegisterKind::boolean: boolean_varies_[s.to] = any; break;
    default: integer_[s.to] = any ? form_of_integer(s) : IntegerForm{};
  }
}

/// Of a result that is not the same in all lanes.
LaneCheck::IntegerForm LaneCheck::form_of_integer(const MicroStep& s) const {
  if (s.op < Micro::integer_add || s.op > Micro::integer_multiply) return {true, 0};
  const IntegerForm &a = integer_[s.a], &b = integer_[s.b];
  if (a.varies || b.varies) return {true, 0};
  if (s.op == Micro::integer_add) return {false, a.stride + b.stride};
  if (s.op == Micro::integer_subtract) return {false, a.stride - b.stride};
  if (known_[s.a]) return {false, *known_[s.a] * b.stride};
  if (known_[s.b]) return {false, a.stride * *known_[s.b]};
  return {true, 0};
}

class LanePlanner {
 public:
  LanePlanner(const Kernel& kernel, const std::vector<Precision>& precisions, const LaneOptions& options)
      : kernel_(kernel), precisions_(precisions), options_(options), known_(known_integers(kernel)), lanes_(kernel.steps.size()) {}

  std::vector<uint8_t> operator()() {
    for (uint32_t at = 0; at < kernel_.steps.size(); ++at) {
      const MicroStep& s = kernel_.steps[at];
      if (s.op != Micro::loop) continue;
      lanes_[at] = static_cast<uint8_t>(lanes_for(at));
      if (lanes_[at] == 1) continue;
      for (uint32_t inner = at + 1; inner < s.b; ++inner)
        if (kernel_.steps[inner].op == Micro::loop) lanes_[inner] = 1;
      at = s.b;
    }
    return std::move(lanes_);
  }

 private:
  int lanes_for(uint32_t loop) {
    const MicroStep& s = kernel_.steps[loop];
    const int64_t extent = known_[s.a].value_or(0);
    if (s.function != 1 && s.function != 2) return 1;
    if (extent < 2 || options_.vector_bytes == 0) return 1;
    int widest = options_.vector_bytes / (all_single(loop) ? 4 : 8);
    if (extent < widest) widest = static_cast<int>(std::bit_floor(static_cast<uint64_t>(extent)));
    if (s.function == 2 && (private_bytes(loop) + summed_bytes(loop)) * static_cast<size_t>(widest) > options_.private_bytes) return 1;
    LaneCheck check(kernel_, known_, loop);
    if (!check()) return 1;
    if (s.function == 1 && check.gathers > check.contiguous) return 1;
    if (s.function == 1 && check.gathers == 0 && extent >= vectors_at_once * widest && goes_down_columns(loop)) widest *= vectors_at_once;
    if (extent % widest != 0 && check.rewrites()) return 1 << std::min(std::countr_zero(static_cast<uint64_t>(extent)), std::countr_zero(static_cast<unsigned>(widest)));
    return widest;
  }

  /// Whether a loop inside goes from row to row, with little to do in each: several vectors of a row are then read while it
  /// is in the caches, and their sums do not wait for each other.
  bool goes_down_columns(uint32_t loop) const {
    bool inner = false;
    for (uint32_t at = loop + 1; at < kernel_.steps[loop].b; ++at) {
      const Micro op = kernel_.steps[at].op;
      inner = inner || op == Micro::loop;
      if (op == Micro::call) return false;
    }
    return inner && kernel_.steps[loop].b - loop <= most_steps_of_columns;
  }

  size_t private_bytes(uint32_t loop) const {
    size_t bytes = 0;
    for (size_t k = 0; k < kernel_.scratch.size(); ++k)
      if (kernel_.scratch_loop[k] == loop) bytes += kernel_.scratch[k].bytes();
    return bytes;
  }

  /// Of the arrays that all iterations add to.
  size_t summed_bytes(uint32_t loop) const {
    std::vector<uint32_t> buffers;
    for (uint32_t at = loop + 1; at < kernel_.steps[loop].b; ++at)
      if (kernel_.steps[at].op == Micro::accumulate_real) buffers.push_back(kernel_.steps[at].a);
    std::ranges::sort(buffers);
    buffers.erase(std::unique(buffers.begin(), buffers.end()), buffers.end());
    size_t bytes = 0;
    for (uint32_t buffer : buffers)
      if (!is_of_iteration(kernel_, loop, buffer)) bytes += buffer_type(kernel_, buffer).bytes();
    return bytes;
  }

  bool all_single(uint32_t loop) const {
    bool some = false;
    for (uint32_t at = loop + 1; at < kernel_.steps[loop].b; ++at) {
      const MicroStep& s = kernel_.steps[at];
      if (form_of(s).to != RegisterKind::real) continue;
      if (precisions_[s.to] == Precision::full) return false;
      some = some || precisions_[s.to] == Precision::single;
    }
    return some;
  }

  const Kernel& kernel_;
  const std::vector<Precision>& precisions_;
  const LaneOptions& options_;
  std::vector<std::optional<int64_t>> known_;
  std::vector<uint8_t> lanes_;
};

}  // namespace

std::vector<Precision> real_precisions(const Kernel& kernel) { return PrecisionFinder(kernel)(); }

std::vector<uint8_t> plan_lanes(const Kernel& kernel, const std::vector<Precision>& precisions, const LaneOptions& options) {
  return LanePlanner(kernel, precisions, options)();
}

}  // namespace wengert
