// SPDX-License-Identifier: Apache-2.0
#include "wengert/passes/work.h"

#include <algorithm>
#include <unordered_map>

#include "wengert/kernel/kernel.h"
#include "wengert/passes/rewrite.h"
#include "wengert/primitives/rearrange.h"

namespace wengert {
namespace {

constexpr double function_work = 20, move_work = 2;  // in additions

/// Operations of a kernel, its loops as often as they run.
double work_of(const Kernel& kernel) {
  std::unordered_map<uint32_t, double> known;
  for (const auto& constant : kernel.integer_constants) known.emplace(constant.to, static_cast<double>(constant.value));
  double work = 0, times = 1;
  std::vector<double> outer;
  for (const MicroStep& s : kernel.steps) {
    if (s.op == Micro::loop) {
      const auto extent = known.find(s.a);
      outer.push_back(times);
      times *= extent == known.end() ? 1 : extent->second;
    } else if (s.op == Micro::end_loop) {
      times = outer.back();
      outer.pop_back();
    } else if (s.op == Micro::call || s.op == Micro::divide || s.op == Micro::square_root) {
      work += times * function_work;
    } else if (s.op >= Micro::add && s.op <= Micro::select_real) {
      work += times;
    }
  }
  return work;
}

}  // namespace

double work_of(const Program& p, const Instruction& line) {
  const auto elements = static_cast<double>(p.type(line.value).elements());
  if (line.primitive.family == Family::structure || &line.primitive == &broadcast_p || &line.primitive == &reshape_p)
    return 0;
  double bodies = 0;
  for (const auto& [name, value] : line.attributes)
    if (const auto* body = std::get_if<NestedProgram>(&value)) bodies += work_of(**body);
  if (line.attributes.has("length")) bodies *= static_cast<double>(line.attributes.integer("length"));
  if (!line.primitive.has_kernel()) return bodies;
  std::vector<Type> operands;
  for (ValueId v : line.operands) operands.push_back(p.type(v));
  KernelBuilder builder(operands, {&p.type(line.value), 1});
  line.primitive.kernel(builder, line.attributes);
  return std::max(work_of(builder.finish()),
                  line.primitive.family == Family::elementwise ? elements : move_work * elements);
}

double work_of(const Program& p) {
  double work = 0;
  for_each_instruction(p, [&](ValueId v) { work += work_of(p, p[v]); });
  return work;
}

}  // namespace wengert
