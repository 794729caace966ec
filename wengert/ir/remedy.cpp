// SPDX-License-Identifier: Apache-2.0
#include "wengert/ir/remedy.h"

#include <algorithm>
#include <fmt/format.h>

namespace wengert {

std::string remedy_for(const Type& expected, const Type& found) {
  if (found.shape == expected.shape) return fmt::format("convert it to {}", to_string(expected.dtype));
  if (found.elements() == expected.elements()) return fmt::format("reshape it to {}", to_string(expected.shape));
  const bool leading_axis = found.shape.rank() > 0 && found.shape.without(0) == expected.shape;
  if (leading_axis)
    return fmt::format("give one of the {}, or batch the program to run over all of them", found.shape[0]);
  return fmt::format("give {}, or record the program again for {}", to_string(expected), to_string(found));
}

std::string listed_inputs(const Program& p) {
  constexpr size_t shown = 8;
  std::string text;
  for (uint32_t k = 0; k < std::min(shown, p.inputs()); ++k) {
    const auto name = p.value_name(ValueId{k});
    text += fmt::format("{}{} {}", k == 0 ? "" : ", ", name.empty() ? fmt::format("%{}", k) : std::string(name),
                        to_string(p.type(ValueId{k})));
  }
  if (p.inputs() > shown) text += fmt::format(", ... {} in all", p.inputs());
  return text.empty() ? "none" : text;
}

}  // namespace wengert
