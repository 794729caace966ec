// SPDX-License-Identifier: Apache-2.0
//
// What layers ask of their operands. A layer that took what broadcasts would train with a bias for each example or a
// weight that is turned; so every shape is compared, and the error says which operand of which layer is wrong.
#pragma once

#include <string_view>

#include "wengert/ir/expr.h"

namespace wengert {

/// throws : ShapeError W833 unless `found` has the type
///          "lstm takes as hidden weight f32[8,32]; found f32[8,24]"
void require_type(std::string_view layer, std::string_view operand, const Expr& found, const Type& expected);
/// The same for what no single type says. expected : "float[time,batch,features]"
void require_operand(bool good, std::string_view layer, std::string_view operand, const Expr& found,
                     std::string_view expected);

/// A mask as bool: numbers other than 0 are true.
/// throws : ShapeError W833 unless it has the shape
Expr mask_of(std::string_view layer, const Expr& mask, const Shape& shape);

}  // namespace wengert
