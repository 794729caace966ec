// SPDX-License-Identifier: Apache-2.0
#include "wengert/nn/operands.h"

#include <fmt/format.h>

#include "wengert/base/error.h"
#include "wengert/primitives/convert.h"

namespace wengert {

void require_operand(bool good, std::string_view layer, std::string_view operand, const Expr& found,
                     std::string_view expected) {
  if (good) return;
  throw ShapeError("W833",
                   fmt::format("{} takes as {} {}; found {}", layer, operand, expected, to_string(found.type())), {},
                   "reshape or transpose it: features and channels are the last axis, weights are [in, out], all "
                   "floats of one dtype");
}

void require_type(std::string_view layer, std::string_view operand, const Expr& found, const Type& expected) {
  require_operand(found.type() == expected, layer, operand, found, to_string(expected));
}

Expr mask_of(std::string_view layer, const Expr& mask, const Shape& shape) {
  require_operand(mask.shape() == shape, layer, "mask", mask, to_string(Type{DType::boolean, shape}));
  return convert(mask, DType::boolean);
}

}  // namespace wengert
