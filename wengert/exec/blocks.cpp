// SPDX-License-Identifier: Apache-2.0
#include "wengert/exec/blocks.h"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <set>

#include "wengert/exec/loop_variables.h"

namespace wengert {
namespace {

using Known = std::vector<std::optional<int64_t>>;

/// An integer in iteration i: a number that is the same throughout the loop (0 if `from_zero`), and stride * i, and
/// something from `low` to `high`. Initially of what was computed before the loop.
struct IndexForm {
  int64_t stride = 0, low = 0, high = 0;
  bool known = true, from_zero = false;

  bool is_fixed() const { return known && stride == 0 && low == high; }
  bool is_range() const { return known && stride == 0 && from_zero; }
  /// Whether iterations never have a value in common.
  bool differs() const { return known && stride != 0 && high - low < std::abs(stride); }
};
constexpr IndexForm anything{.known = false};

IndexForm times(IndexForm x, int64_t factor) {
  if (factor < 0) std::swap(x.low, x.high);
  return {x.stride * factor, x.low * factor, x.high * factor, x.known, x.from_zero};
}

IndexForm index_below(const IndexForm& extent) {
  if (!extent.is_range()) return anything;
  return {0, 0, std::max<int64_t>(extent.high - 1, 0), true, true};
}

/// Whether one loop can be cut, and which sums its blocks need.
class BlockCheck {
 public:
  BlockCheck(const Kernel& kernel, const Known& known, uint32_t loop)
      : kernel_(kernel), known_(known), loop_(loop), integer_(kernel.integers + 1) {
    for (const auto& c : kernel.integer_constants) integer_[c.to] = {0, c.value, c.value, true, true};
  }

  std::vector<uint32_t> buffers, variables;

  bool operator()() {
    const uint32_t end = kernel_.steps[loop_].b;
    integer_[kernel_.steps[loop_].to] = {.stride = 1, .from_zero = true};
    for (uint32_t at = loop_ + 1; at < end; ++at)
      if (!visit(kernel_.steps[at])) return false;
    for (uint32_t at = loop_ + 1; at < end; ++at)
      if (uses_sums(kernel_.steps[at])) return false;
    return true;
  }

 private:
  bool visit(const MicroStep& s) {
    switch (s.op) {
      case Micro::loop: integer_[s.to] = index_below(integer_[s.a]); return true;
      case Micro::end_loop: return true;
      case Micro::load_integer: integer_[s.to] = anything; return true;
      case Micro::store_real:
      case Micro::store_integer:
      case Micro::store_boolean: return is_apart(s.a, integer_[s.b]);
      case Micro::accumulate_real:
        if (!is_apart(s.a, integer_[s.b])) add(buffers, s.a);
        return true;
      case Micro::native: return is_apart(kernel_.natives[s.a]);
      case Micro::copy_real: return assigns(s);
      case Micro::copy_boolean: return begins_inside(kernel_, loop_, s.op, s.to);
      case Micro::copy_integer: integer_[s.to] = anything; return begins_inside(kernel_, loop_, s.op, s.to);
      default:
        if (form_of(s).to == RegisterKind::integer) integer_[s.to] = computed(s);
        return true;
    }
  }

  static void add(std::vector<uint32_t>& all, uint32_t one) {
    if (std::ranges::find(all, one) == all.end()) all.push_back(one);
  }

  bool is_apart(uint32_t buffer, const IndexForm& index) const {
    return index.differs() || is_of_iteration(kernel_, loop_, buffer);
  }

  /// What a library call writes, its last buffer, begins at another place in each iteration; it never reaches the next
  /// one's.
  bool is_apart(const NativeCall& call) const {
    return is_apart(call.buffers.back(),
                    call.bases.back() == Place::nowhere ? IndexForm{} : integer_[call.bases.back()]);
  }

  bool assigns(const MicroStep& s) {
    if (begins_inside(kernel_, loop_, s.op, s.to)) return true;
    add(variables, s.to);
    return is_sum(kernel_, loop_, s.to);
  }

  /// Whether a step reads or stores to a buffer that is summed: then a block needs more of it than its own sums.
  bool uses_sums(const MicroStep& s) const {
    const auto summed = [&](uint32_t buffer) { return std::ranges::find(buffers, buffer) != buffers.end(); };
    if (s.op == Micro::native) return std::ranges::any_of(kernel_.natives[s.a].buffers, summed);
    return form_of(s).buffer && s.op != Micro::accumulate_real && summed(s.a);
  }

  IndexForm computed(const MicroStep& s) const;

  const Kernel& kernel_;
  const Known& known_;
  const uint32_t loop_;
  std::vector<IndexForm> integer_;
};

IndexForm BlockCheck::computed(const MicroStep& s) const {
  bool fixed = true;
  for_each_operand(s, [&](RegisterKind kind, uint32_t slot) {
    fixed = fixed && kind == RegisterKind::integer && integer_[slot].is_fixed();
  });
  if (s.op < Micro::integer_add || s.op > Micro::integer_remainder) return fixed ? IndexForm{} : anything;
  const IndexForm &a = integer_[s.a], &b = integer_[s.b];
  const auto divisor = known_[s.b].value_or(0);
  if (a.known && b.known && s.op == Micro::integer_add)
    return {a.stride + b.stride, a.low + b.low, a.high + b.high, true, a.from_zero && b.from_zero};
  if (a.known && b.known && s.op == Micro::integer_subtract)
    return {a.stride - b.stride, a.low - b.high, a.high - b.low, true, a.from_zero && b.from_zero};
  if (s.op == Micro::integer_multiply && known_[s.b]) return times(a, *known_[s.b]);
  if (s.op == Micro::integer_multiply && known_[s.a]) return times(b, *known_[s.a]);
  if (a.is_range() && a.low >= 0 && divisor > 0) {
    if (s.op == Micro::integer_divide) return {0, a.low / divisor, a.high / divisor, true, true};
    if (s.op == Micro::integer_remainder) return {0, 0, std::min(a.high, divisor - 1), true, true};
  }
  return fixed ? IndexForm{} : anything;
}

/// Estimates what a loop costs: steps, weighed by what they take in compiled code.
class WorkEstimate {
 public:
  WorkEstimate(const Kernel& kernel, const Known& known, const std::vector<uint8_t>& lanes)
      : kernel_(kernel), known_(known), lanes_(lanes) {}

  double of_loop(uint32_t at) const {
    const MicroStep& s = kernel_.steps[at];
    constexpr double triangular = 8;  // an extent that another loop sets
    const double extent = known_[s.a] ? static_cast<double>(*known_[s.a]) : triangular;
    double body = 1;
    for (uint32_t inner = at + 1; inner < s.b; ++inner) {
      const bool nested = kernel_.steps[inner].op == Micro::loop;
      body += nested ? of_loop(inner) : of_step(kernel_.steps[inner]);
      if (nested) inner = kernel_.steps[inner].b;
    }
    return extent * body / std::max<int>(lanes_[at], 1);
  }

 private:
  /// In vectors of products and sums.
  static constexpr double steps_a_multiplication = 0.15;

  double of_step(const MicroStep& s) const {
    switch (s.op) {
      case Micro::native: return 1000 + steps_a_multiplication * kernel_.natives[s.a].multiplications;
      case Micro::call: return 20;
      case Micro::divide:
      case Micro::square_root: return 4;
      default: return form_of(s).to == RegisterKind::integer || s.op == Micro::copy_real ? 0.25 : 1;
    }
  }

  const Kernel& kernel_;
  const Known& known_;
  const std::vector<uint8_t>& lanes_;
};

class BlockPlanner {
 public:
  BlockPlanner(const Kernel& kernel, const std::vector<uint8_t>& lanes, const BlockOptions& options)
      : kernel_(kernel), lanes_(lanes), options_(options), known_(known_integers(kernel)) {}

  std::vector<BlockedLoop> operator()() const {
    std::vector<BlockedLoop> all;
    for (uint32_t at = 0; at < kernel_.steps.size(); ++at) {
      if (kernel_.steps[at].op != Micro::loop) continue;
      BlockedLoop one = cut(at);
      if (one.blocks > 1) all.push_back(std::move(one));
      at = kernel_.steps[at].b;
    }
    return all;
  }

 private:
  BlockedLoop cut(uint32_t at) const {
    const MicroStep& s = kernel_.steps[at];
    const int64_t extent = known_[s.a].value_or(0);
    BlockedLoop one;
    one.loop = at, one.extent = extent;
    const double work = s.function == 0 || extent < 2 ? 0 : WorkEstimate(kernel_, known_, lanes_).of_loop(at);
    if (work < 2 * options_.block_work) return one;
    BlockCheck check(kernel_, known_, at);
    if (!check() || !sums_allowed(check) || is_read_later(at, check)) return one;
    const double sums = sum_bytes(check) / 8;
    constexpr double sum_work =
        8;  // zeroing a sum, adding to it in lanes, adding it up: a small part of what a block does
    const double of_work = work / std::max(options_.block_work, sum_work * 8 * sums);
    const auto longest = static_cast<double>(std::min(options_.most_blocks, extent / std::max<int>(lanes_[at], 1)));
    double most = std::min(of_work, longest);
    most = std::min(static_cast<double>(std::bit_ceil(static_cast<uint64_t>(most))), longest);  // of three, one of two threads would have two
    if (sums > 0) most = std::min(most, static_cast<double>(options_.sums_bytes) / (8 * sums));
    one.blocks = static_cast<int64_t>(most);
    one.buffers = std::move(check.buffers), one.variables = std::move(check.variables);
    return one;
  }

  /// What an iteration leaves in a register is for itself, but for sums.
  bool is_read_later(uint32_t loop, const BlockCheck& check) const {
    using Register = std::pair<RegisterKind, uint32_t>;
    std::set<Register> written;
    for (uint32_t at = loop; at < kernel_.steps[loop].b; ++at)
      if (const StepForm form = form_of(kernel_.steps[at]); form.to != RegisterKind::none)
        written.emplace(form.to, kernel_.steps[at].to);
    for (uint32_t variable : check.variables) written.erase(Register(RegisterKind::real, variable));
    bool is_read = false;
    for (uint32_t at = kernel_.steps[loop].b + 1; at < kernel_.steps.size(); ++at)
      for_each_operand(kernel_.steps[at], [&](RegisterKind kind, uint32_t slot) {
        is_read = is_read || written.contains({kind, slot});
      });
    return is_read;
  }

  bool sums_allowed(const BlockCheck& check) const {
    if (options_.any_sums) return true;
    return check.variables.empty() &&
           std::ranges::all_of(check.buffers, [&](uint32_t buffer) { return buffer == options_.counts; });
  }

  double sum_bytes(const BlockCheck& check) const {
    double bytes = 8 * static_cast<double>(check.variables.size());
    for (uint32_t buffer : check.buffers) bytes += static_cast<double>(buffer_type(kernel_, buffer).bytes());
    return bytes;
  }

  const Kernel& kernel_;
  const std::vector<uint8_t>& lanes_;
  const BlockOptions& options_;
  const Known known_;
};

}  // namespace

std::vector<BlockedLoop> plan_blocks(const Kernel& kernel, const std::vector<uint8_t>& lanes,
                                     const BlockOptions& options) {
  return BlockPlanner(kernel, lanes, options)();
}

}  // namespace wengert
