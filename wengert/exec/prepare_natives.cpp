// SPDX-License-Identifier: Apache-2.0
#include "wengert/exec/prepare_natives.h"

#include <algorithm>

#include "wengert/kernel/step_form.h"

namespace wengert {
namespace {

class NativePreparation {
 public:
  explicit NativePreparation(Kernel& kernel) : kernel_(kernel) {}

  void operator()() {
    std::vector<uint32_t> open;  // the loops around a step, the outermost first
    for (uint32_t at = 0; at < kernel_.steps.size(); ++at) {
      const MicroStep& s = kernel_.steps[at];
      if (s.op == Micro::end_loop) open.pop_back();
      if (s.op == Micro::native && kernel_.natives[s.a].prepared) prepare(s.a, open);
      if (s.op == Micro::loop) open.push_back(at);
    }
    if (!insertions_.empty()) insert();
  }

 private:
  /// The step of a new call, to be done before another step.
  struct Insertion { uint32_t before, native; };

  void prepare(uint32_t number, const std::vector<uint32_t>& open) {
    const auto how = kernel_.natives[number].prepared;
    const uint32_t buffer = kernel_.natives[number].buffers[how->operand], base = kernel_.natives[number].bases[how->operand];
    const auto loop = std::ranges::find_if(open, [&](uint32_t around) { return leaves(around, buffer, base); });
    if (loop == open.end()) return;
    const uint32_t form = new_buffer(how->type, {open.begin(), loop});
    insertions_.push_back({*loop, static_cast<uint32_t>(kernel_.natives.size())});
    kernel_.natives.push_back({how->prepare, {buffer, form}, {base, Place::nowhere}, 1, how->multiplications});
    NativeCall& call = kernel_.natives[number];
    call.function = how->function;
    call.buffers[how->operand] = form;
    call.bases[how->operand] = Place::nowhere;
  }

  /// Whether all iterations find the same there.
  bool leaves(uint32_t loop, uint32_t buffer, uint32_t base) const {
    for (uint32_t at = loop; at < kernel_.steps[loop].b; ++at) {
      const MicroStep& s = kernel_.steps[at];
      const StepForm form = form_of(s);
      if (base != Place::nowhere && form.to == RegisterKind::integer && s.to == base) return false;
      if (s.op == Micro::native ? kernel_.natives[s.a].buffers.back() == buffer : form.buffer && writes(s.op) && s.a == buffer) return false;
    }
    return true;
  }
  static bool writes(Micro op) { return op >= Micro::store_real && op <= Micro::accumulate_real; }

  uint32_t new_buffer(const Type& type, const std::vector<uint32_t>& around) {
    constexpr uint8_t points = 2;
    const auto own = std::ranges::find_if(around, [&](uint32_t loop) { return kernel_.steps[loop].function == points; });
    kernel_.scratch.push_back(type);
    kernel_.scratch_loop.push_back(own == around.end() ? Kernel::whole_run : *own);
    kernel_.scratch_scope.push_back(around.empty() ? Kernel::whole_run : around.back());
    return static_cast<uint32_t>(first_scratch(kernel_) + kernel_.scratch.size() - 1);
  }

  void insert() {
    std::ranges::stable_sort(insertions_, {}, &Insertion::before);
    std::vector<MicroStep> steps;
    std::vector<uint32_t> place(kernel_.steps.size());
    auto next = insertions_.begin();
    for (uint32_t at = 0; at < kernel_.steps.size(); ++at) {
      for (; next != insertions_.end() && next->before == at; ++next) steps.push_back({Micro::native, 0, 0, next->native, 0, 0});
      place[at] = static_cast<uint32_t>(steps.size());
      steps.push_back(kernel_.steps[at]);
    }
    for (MicroStep& s : steps)
      if (s.op == Micro::loop || s.op == Micro::end_loop) s.b = place[s.b];
    for (auto* const list : {&kernel_.scratch_loop, &kernel_.scratch_scope})
      for (uint32_t& loop : *list)
        if (loop != Kernel::whole_run) loop = place[loop];
    kernel_.steps = std::move(steps);
  }

  Kernel& kernel_;
  std::vector<Insertion> insertions_;
};

}  // namespace

void prepare_natives(Kernel& kernel) { NativePreparation{kernel}(); }

}  // namespace wengert
