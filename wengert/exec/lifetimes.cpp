// SPDX-License-Identifier: Apache-2.0
#include "wengert/exec/lifetimes.h"

#include <algorithm>
#include <map>

#include "wengert/exec/strides.h"
#include "wengert/kernel/step_form.h"

namespace wengert {
namespace {

constexpr uint32_t none = Kernel::whole_run;
constexpr uint8_t over_points = 2;      // Micro::loop
constexpr size_t most_candidates = 64;  // of which one is chosen to be replaced

/// What a loop does with a buffer that lives around it.
struct Visit {
  uint32_t outermost = none, innermost = none;  ///< loops: of all of it, below the buffer's scope; of each access
  uint32_t first = 0, last = 0;                 ///< steps
  uint32_t index = none;                        ///< the register of the first access's element
  bool regular = true;                          ///< one innermost loop, one index, plain loads and stores
  bool loads = false, stores = false;
};

class LifetimeFinder {
 public:
  LifetimeFinder(const Kernel& kernel, const std::vector<uint8_t>* lanes)
      : kernel_(kernel), lanes_(lanes), strides_(kernel), lives_(kernel.scratch.size()), scope_(kernel.scratch_scope),
        birth_(kernel.scratch.size()), death_(kernel.scratch.size()), first_(first_scratch(kernel)) {
    scope_.resize(kernel.scratch.size(), none);
  }

  std::vector<Lifetime> operator()() {
    find_loops();
    for_each_access([&](uint32_t buffer, uint32_t at) { scope_[buffer] = common(scope_[buffer], inside_[at]); });
    for_each_access([&](uint32_t buffer, uint32_t at) { visit(buffer, at); });
    for (uint32_t k = 0; k < lives_.size(); ++k)
      if (lives_[k].used) find_interval(k);
    find_replacements();
    return std::move(lives_);
  }

 private:
  /// inside_[step]: the innermost loop that it is in; a loop's own step is outside of it.
  void find_loops() {
    inside_.resize(kernel_.steps.size());
    depth_.resize(kernel_.steps.size());
    std::vector<uint32_t> open{none};
    for (uint32_t at = 0; at < kernel_.steps.size(); ++at) {
      if (kernel_.steps[at].op == Micro::end_loop) open.pop_back();
      inside_[at] = open.back();
      if (kernel_.steps[at].op != Micro::loop) continue;
      depth_[at] = static_cast<uint32_t>(open.size());
      open.push_back(at);
    }
  }

  template <class Access> void for_each_access(Access access) {
    for (uint32_t at = 0; at < kernel_.steps.size(); ++at) {
      const MicroStep& s = kernel_.steps[at];
      if (form_of(s).buffer && s.a >= first_) access(static_cast<uint32_t>(s.a - first_), at);
      if (s.op != Micro::native) continue;
      for (uint32_t buffer : kernel_.natives[s.a].buffers)
        if (buffer >= first_) access(static_cast<uint32_t>(buffer - first_), at);
    }
  }

  uint32_t depth(uint32_t loop) const { return loop == none ? 0 : depth_[loop]; }
  uint32_t common(uint32_t a, uint32_t b) const {
    while (a != b) {
      if (depth(a) >= depth(b))
        a = inside_[a];
      else
        b = inside_[b];
    }
    return a;
  }
  /// The loop around `at` that is directly inside `scope`; none if there is none between.
  uint32_t outermost_below(uint32_t scope, uint32_t at) const {
    uint32_t loop = none;
    for (uint32_t around = inside_[at]; around != scope; around = inside_[around]) loop = around;
    return loop;
  }

  void visit(uint32_t buffer, uint32_t at) {
    const MicroStep& s = kernel_.steps[at];
    const uint32_t outermost = outermost_below(scope_[buffer], at);
    Visit& now = death_[buffer];
    const bool again = lives_[buffer].used && outermost != none && now.outermost == outermost;
    if (!again)
      now = {
          .outermost = outermost, .innermost = inside_[at], .first = at, .index = s.op == Micro::native ? none : s.b};
    now.last = at;
    now.loads |= s.op >= Micro::load_real && s.op <= Micro::load_boolean;
    now.stores |= s.op >= Micro::store_real && s.op <= Micro::store_boolean;
    const bool plain = s.op != Micro::native && s.op != Micro::accumulate_real;
    now.regular =
        now.regular && plain && outermost != none && now.innermost == inside_[at] && strides_.same(now.index, s.b);
    if (!lives_[buffer].used || birth_[buffer].first == now.first) birth_[buffer] = now;
    lives_[buffer].used = true;
  }

  void find_interval(uint32_t k) {
    lives_[k].first = birth_[k].outermost == none ? birth_[k].first : birth_[k].outermost;
    lives_[k].last = death_[k].outermost == none ? death_[k].last : kernel_.steps[death_[k].outermost].b;
  }

  /// Of the buffers that end in a loop, each gives its place to at most one of those that begin there.
  void find_replacements() {
    std::map<uint32_t, std::vector<uint32_t>> ending;
    for (uint32_t k = 0; k < lives_.size(); ++k)
      if (lives_[k].used && death_[k].regular && !death_[k].stores) ending[death_[k].outermost].push_back(k);
    for (uint32_t k = 0; k < lives_.size(); ++k) {
      if (!lives_[k].used || !birth_[k].regular || !birth_[k].stores) continue;
      const auto candidates = ending.find(birth_[k].outermost);
      if (candidates == ending.end()) continue;
      const auto last = candidates->second.begin() +
                        static_cast<std::ptrdiff_t>(std::min(candidates->second.size(), most_candidates));
      const auto found = std::find_if(candidates->second.begin(), last, [&](uint32_t old) { return replaces(k, old); });
      if (found == last) continue;
      lives_[k].in_place_of = *found;
      candidates->second.erase(found);
    }
  }

  bool replaces(uint32_t k, uint32_t old) const {
    const Visit &begin = birth_[k], &end = death_[old];
    return kernel_.scratch[k].dtype == kernel_.scratch[old].dtype &&
           kernel_.scratch[k].elements() == kernel_.scratch[old].elements() &&
           kernel_.scratch_loop[k] == kernel_.scratch_loop[old] && begin.innermost == end.innermost &&
           end.last < begin.first && scope_[k] == scope_[old] && strides_.same(begin.index, end.index) &&
           goes_once(begin);
  }

  /// Whether no two iterations mean the same element. In lanes the last vector of an extent that does not come out even
  /// computes elements again, of what is overwritten by then.
  bool goes_once(const Visit& v) const {
    std::vector<uint32_t> loops;
    for (uint32_t loop = v.innermost;; loop = inside_[loop]) {
      loops.push_back(loop);
      const auto extent = strides_.constant(kernel_.steps[loop].a);
      const int64_t lanes = lanes_ == nullptr ? 1 : std::max<int64_t>((*lanes_)[loop], 1);
      if (!extent || *extent % lanes != 0 || kernel_.steps[loop].function == over_points) return false;
      if (loop == v.outermost) break;
    }
    return strides_.tells_apart(v.index, loops);
  }

  const Kernel& kernel_;
  const std::vector<uint8_t>* const lanes_;
  const Strides strides_;
  std::vector<Lifetime> lives_;
  std::vector<uint32_t> scope_, inside_, depth_;
  std::vector<Visit> birth_, death_;  // what the first and the last loop that touches a buffer does with it
  const size_t first_;
};

}  // namespace

std::vector<Lifetime> scratch_lifetimes(const Kernel& kernel, const std::vector<uint8_t>* lanes) {
  return LifetimeFinder(kernel, lanes)();
}

}  // namespace wengert
