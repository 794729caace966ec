// SPDX-License-Identifier: Apache-2.0
#include "wengert/cli/annotate.h"

#include "wengert/ad/derivatives.h"

namespace wengert::cli {
namespace {

constexpr int digits = 4;

}  // namespace

Annotations annotations(const Program& p, const std::vector<Array>& values,
                        const std::vector<std::vector<LocalPartial>>& partials) {
  Annotations notes;
  notes.partials.resize(p.size());
  for (size_t i = 0; i < p.size(); ++i) {
    notes.values.push_back(summary(values[i], digits));
    const auto operands = p.operands(ValueId{static_cast<uint32_t>(i)});
    notes.partials[i].resize(operands.size());
    size_t next = 0;
    for (size_t k = 0; k < operands.size() && next < partials[i].size(); ++k) {
      if (partials[i][next].operand != operands[k]) continue;
      if (partials[i][next].value) notes.partials[i][k] = summary(*partials[i][next].value, digits);
      ++next;
    }
  }
  return notes;
}

void annotate_adjoints(const Program& p, const std::vector<Array>& inputs, Annotations& notes) {
  if (p.outputs().size() != 1 || !p.type(p.outputs()[0]).is_scalar() || !is_float(p.type(p.outputs()[0]).dtype)) return;
  const auto wrt = varying_inputs(p, {});
  if (wrt.empty()) return;
  notes.adjoints.resize(p.size());
  const auto adjoints = line_adjoints(p, inputs, wrt, {Array::filled(p.type(p.outputs()[0]), 1)});
  for (size_t i = 0; i < p.size(); ++i)
    if (adjoints[i]) notes.adjoints[i] = summary(*adjoints[i], digits);
}

}  // namespace wengert::cli
