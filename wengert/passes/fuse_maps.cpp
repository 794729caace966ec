// SPDX-License-Identifier: Apache-2.0
#include "wengert/passes/fuse_maps.h"

#include <algorithm>

#include "wengert/passes/rewrite.h"
#include "wengert/primitives/control.h"

namespace wengert {
namespace {

bool is_map(const Program& p, ValueId v) { return &p.primitive(v) == &map_p; }

/// Whether two maps have equal lengths and slice one value both.
bool loop_over_the_same(const Program& p, ValueId a, ValueId b) {
  if (p.attributes(a).integer("length") != p.attributes(b).integer("length")) return false;
  const auto &mapped_a = p.attributes(a).integers("mapped"), &mapped_b = p.attributes(b).integers("mapped");
  const auto of_a = p.operands(a), of_b = p.operands(b);
  for (size_t i = 0; i < of_a.size(); ++i)
    for (size_t k = 0; k < of_b.size(); ++k)
      if (of_a[i] == of_b[k] && mapped_a[i] != 0 && mapped_b[k] != 0) return true;
  return false;
}

/// The first map after `a` that loops over the same and does not depend on it; no_value if there is none.
ValueId partner(const Program& p, ValueId a) {
  std::vector<bool> depends(p.size(), false);
  depends[index(a)] = true;
  for (auto i = static_cast<uint32_t>(a) + 1; i < p.size(); ++i) {
    const ValueId v{i};
    for (const ValueId operand : p.operands(v))
      if (depends[index(operand)]) depends[i] = true;
    if (!depends[i] && is_map(p, v) && loop_over_the_same(p, a, v)) return v;
  }
  return no_value;
}

/// One map in the place of two: its operands in p, each once, and its attributes.
struct Fusion {
  std::vector<ValueId> operands;
  std::vector<int64_t> mapped, summed;
  ProgramBuilder body;
  std::vector<ValueId> outputs;

  explicit Fusion(std::string name) : body(std::move(name)) {}

  /// Declares the operands of a map as inputs of the body; returns which input each is.
  std::vector<ValueId> declare(const Program& p, ValueId map) {
    const auto& flags = p.attributes(map).integers("mapped");
    const auto types = p.attributes(map).program("body").input_types();
    std::vector<ValueId> inputs;
    for (size_t k = 0; k < flags.size(); ++k) {
      size_t at = 0;
      while (at < operands.size() && (operands[at] != p.operands(map)[k] || mapped[at] != flags[k])) ++at;
      if (at == operands.size()) {
        operands.push_back(p.operands(map)[k]);
        mapped.push_back(flags[k]);
        body.input(types[k]);
      }
      inputs.push_back(ValueId{static_cast<uint32_t>(at)});
    }
    return inputs;
  }

  void append(const Program& p, ValueId map, std::span<const ValueId> inputs) {
    const auto results = append_lines(p.attributes(map).program("body"), inputs, body);
    outputs.insert(outputs.end(), results.begin(), results.end());
    const auto& flags = p.attributes(map).integers("summed");
    summed.insert(summed.end(), flags.begin(), flags.end());
  }

  Attributes attributes(int64_t length) {
    return {{"body", NestedProgram(body.finish(outputs))}, {"length", length}, {"mapped", mapped}, {"summed", summed}};
  }
};

/// The lines between `a` and `b` that `b` needs, in order.
std::vector<ValueId> lines_before(const Program& p, ValueId a, ValueId b) {
  std::vector<bool> needed(index(b) + 1, false);
  needed[index(b)] = true;
  std::vector<ValueId> lines;
  for (auto i = static_cast<uint32_t>(b); i > static_cast<uint32_t>(a); --i) {
    const ValueId v{i};
    if (!needed[i]) continue;
    for (const ValueId operand : p.operands(v)) needed[index(operand)] = true;
    if (v != b && &p.primitive(v) != &result_p) lines.push_back(v);
  }
  std::reverse(lines.begin(), lines.end());
  return lines;
}

/// p with the maps a and b, a first, as one in the place of a.
Program fuse(const Program& p, ValueId a, ValueId b) {
  const auto name = [&](ValueId v) { return p.attributes(v).program("body").name(); };
  Fusion fusion(name(a) + "_and_" + name(b));
  const auto inputs_a = fusion.declare(p, a), inputs_b = fusion.declare(p, b);  // inputs come before every line
  fusion.append(p, a, inputs_a);
  fusion.append(p, b, inputs_b);
  Rewriter rewriter(p);
  for_each_instruction(p, [&](ValueId v) {
    if (v == b || rewriter[v] != no_value) return;
    if (v != a) return void(rewriter.copy(v));
    for (const ValueId earlier : lines_before(p, a, b)) rewriter.copy(earlier);
    std::vector<ValueId> operands;
    for (const ValueId operand : fusion.operands) operands.push_back(rewriter[operand]);
    const ValueId both =
        rewriter.to().append(map_p, operands, fusion.attributes(p.attributes(a).integer("length")), p.site(a));
    rewriter.set_all(a, p[a].results, both);
    rewriter.set_all(b, p[b].results, ValueId{static_cast<uint32_t>(both) + static_cast<uint32_t>(p[a].results)});
  });
  return rewriter.finish();
}

Program with_fused_bodies(const Program& p) {
  Rewriter rewriter(p);
  BodyRewriter bodies(fuse_maps);
  for_each_instruction(p, [&](ValueId v) { rewriter.copy(v, bodies(p.attributes(v))); });
  return rewriter.finish();
}

}  // namespace

Program fuse_maps(const Program& p) {
  Program fused = with_fused_bodies(p);
  for (auto i = static_cast<uint32_t>(fused.inputs()); i < fused.size();) {
    const ValueId v{i};
    const ValueId other = is_map(fused, v) ? partner(fused, v) : no_value;
    if (other == no_value)
      ++i;
    else
      fused = fuse(fused, v, other);  // lines that moved stand here now
  }
  return fused;
}

}  // namespace wengert
