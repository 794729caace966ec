// SPDX-License-Identifier: Apache-2.0
//
// Whether a derivative rule is linear in its tangents (a VJP: in its cotangents). One that is not gives a derivative
// that depends on the seed, or a term that no seed asks for, and both modes may well agree on it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "wengert/ir/program.h"

namespace wengert {

struct Nonlinearity {
  std::string reason;           ///< "mul is not linear in them"
  std::optional<ValueId> line;  ///< of the rule; none where a whole output is meant
};

/// What to do about one, for messages.
inline constexpr std::string_view linearity_remedy =
    "make each term a product of one of them with what depends on the point, as f'(x) * x_dot; a zero is 0";

/// The first place at which `rule` is not linear in the inputs flagged, if any.
///
/// Seen: products of two, functions and comparisons of them, terms and outputs that do not depend on them. What nested
/// Programs, foreign functions and composite operations make of them is not looked into; a value made with a constant 0
/// counts as 0, since zeros stand for tangents that do not vary.
std::optional<Nonlinearity> find_nonlinearity(const Program& rule, const std::vector<bool>& linear);

}  // namespace wengert
