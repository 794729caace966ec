// SPDX-License-Identifier: Apache-2.0
#include "wengert/passes/common_subexpressions.h"

#include "wengert/passes/rewrite.h"
#include "wengert/passes/value_table.h"

namespace wengert {

Program common_subexpressions(const Program& p) {
  Rewriter rewriter(p);
  BodyRewriter bodies(common_subexpressions);
  ValueTable table(rewriter.to().view());
  for_each_instruction(p, [&](ValueId v) {
    const Instruction line = p[v];
    const bool literal = p.is_constant(v) && p.type(v).is_scalar() && is_float(p.type(v).dtype);
    if (literal || line.primitive.is_guard()) return void(rewriter.copy(v));  // the builder merges equal literals
    const Attributes& attributes = bodies(line.attributes);
    const ValueId known =
        p.is_constant(v) ? table.find(p.constant(v)) : table.find(line.primitive, rewriter.operands(v), attributes);
    if (known != no_value) return rewriter.set_all(v, line.results, known);
    table.add(rewriter.copy(v, attributes));
  });
  return rewriter.finish();
}

}  // namespace wengert
