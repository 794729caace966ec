// SPDX-License-Identifier: Apache-2.0
#include "wengert/passes/dead_code.h"

#include "wengert/passes/rewrite.h"

namespace wengert {
namespace {

/// Which lines are needed: one walk backwards. A further result makes its instruction needed, as its operand.
std::vector<bool> needed_lines(const Program& p) {
  std::vector<bool> needed(p.size(), false);
  for (ValueId v : p.outputs()) needed[index(v)] = true;
  for (size_t i = p.size(); i-- > p.inputs();) {
    const ValueId v{static_cast<uint32_t>(i)};
    if (p.primitive(v).is_guard()) needed[i] = true;
    if (!needed[i]) continue;
    for (ValueId operand : p.operands(v)) needed[index(operand)] = true;
  }
  return needed;
}

}  // namespace

Program dead_code(const Program& p) {
  const std::vector<bool> needed = needed_lines(p);
  Rewriter rewriter(p);
  BodyRewriter bodies(dead_code);
  for_each_instruction(p, [&](ValueId v) {
    if (needed[index(v)]) rewriter.copy(v, bodies(p.attributes(v)));
  });
  return rewriter.finish();
}

}  // namespace wengert
