// SPDX-License-Identifier: Apache-2.0
#include "wengert/passes/fix_inputs.h"

#include <fmt/format.h>

#include "wengert/ir/remedy.h"
#include "wengert/passes/rewrite.h"

namespace wengert {

Program fix_inputs(const Program& p, std::span<const std::optional<Array>> fixed) {
  if (fixed.size() != p.inputs())
    throw ShapeError("W207",
                     fmt::format("program \"{}\" has {} inputs, {} were given", p.name(), p.inputs(), fixed.size()), {},
                     "give one entry an input, empty where it stays an input");
  for (uint32_t k = 0; k < fixed.size(); ++k)
    if (fixed[k] && fixed[k]->type() != p.type(ValueId{k}))
      throw ShapeError("W207",
                       fmt::format("input {} {} of program \"{}\" is {}, found {}", k, p.value_name(ValueId{k}),
                                   p.name(), to_string(p.type(ValueId{k})), to_string(fixed[k]->type())),
                       {}, remedy_for(p.type(ValueId{k}), fixed[k]->type()));
  Rewriter rewriter(p, fixed);
  for_each_instruction(p, [&](ValueId v) { rewriter.copy(v); });
  return rewriter.finish();
}

}  // namespace wengert
