// SPDX-License-Identifier: Apache-2.0
#include "wengert/api/engine_costs.h"

#include <algorithm>

#include "wengert/ir/primitive.h"

namespace wengert {
namespace {

// Measured on two processors with AVX2; only their order of magnitude counts.
constexpr double line_s = 40e-9, element_s = 2e-9;                  // a line interpreted, and an element of its results
constexpr double load_s = 0.05, soon_line_s = 6e-6, well_line_s = 25e-6;  // loading the compiler; a line at level 0, at 1 and 2
constexpr double faster = 0.7;                                      // of an interpreter's run is saved at least
constexpr double most_lines_at_leisure = 10'000;                    // beyond, levels 1 and 2 take over a quarter second

/// Lines and elements a run goes through, bodies as often as they are run.
struct Work {
  double lines = 0, elements = 0, code_lines = 0;
};

Work work_of(const Program& p) {
  Work work;
  for (uint32_t i = 0; i < p.size(); ++i) {
    const ValueId v{i};
    if (p.primitive(v).family == Family::structure) continue;
    work.lines += 1;
    work.code_lines += 1;
    work.elements += static_cast<double>(p.type(v).elements());
    const Attributes& attributes = p.attributes(v);
    const double times = attributes.has("length") ? static_cast<double>(attributes.integer("length")) : 1;
    for (const auto& [name, attribute] : attributes) {
      if (!std::holds_alternative<NestedProgram>(attribute)) continue;
      const Work body = work_of(*std::get<NestedProgram>(attribute));
      work.lines += times * body.lines;
      work.elements += times * body.elements;
      work.code_lines += body.code_lines;
    }
  }
  return work;
}

}  // namespace

EngineCosts engine_costs(const Program& p) {
  const Work work = work_of(p);
  return {work.lines * line_s + work.elements * element_s, load_s + work.code_lines * soon_line_s, load_s + work.code_lines * well_line_s,
          work.code_lines};
}

double EngineCosts::gain(double runs) const { return faster * run_s * runs; }

int EngineCosts::level(double runs) const {
  const bool well = gain(runs) > 2 * well_s && code_lines < most_lines_at_leisure * 20;
  return well || code_lines < most_lines_at_leisure ? -1 : 0;
}

double EngineCosts::compile_s(int level) const { return level == 0 ? soon_s : well_s; }

}  // namespace wengert
