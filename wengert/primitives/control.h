// SPDX-License-Identifier: Apache-2.0
//
// Nested Programs as instructions: call, map, scan, custom. Their derivatives are again such instructions: a loop is
// differentiated as a loop, and its derivative computes the body's values again rather than storing them; of a scan only
// the carried state before each step is kept (GW08 sec. 12 calls this a checkpoint a step).
//
// Operands flagged 1 in `mapped` have a leading axis and are sliced along it; the others are the same for every step.
// Results of map flagged 1 in `summed` are summed over the steps (in f64), the others are stacked.
#pragma once

#include "wengert/ir/primitive.h"

namespace wengert {

extern const Primitive& call_p;    ///< body
extern const Primitive& map_p;     ///< body, length, mapped, summed
extern const Primitive& scan_p;    ///< body, length, carries, mapped (of the operands after the carries), reverse
extern const Primitive& custom_p;  ///< body, and jvp or vjp

/// body(operands...).
std::vector<Expr> call(const Program& body, std::span<const Expr> operands, Site site = Site::here());

/// Stacked (or summed) body(x_i...) over i. An empty `mapped` means all, an empty `summed` none.
/// throws : ShapeError W206 if leading extents differ
std::vector<Expr> map(const Program& body, std::span<const Expr> operands, std::vector<bool> mapped = {},
                      std::vector<bool> summed = {}, int64_t length = -1, Site site = Site::here());
/// sum over i of body(x_i...), each result summed.
std::vector<Expr> sum_map(const Program& body, std::span<const Expr> operands, std::vector<bool> mapped = {}, Site site = Site::here());

/// body : (carry..., x_i...) -> (carry..., y_i...), repeated; returns the last carry, then the stacked y.
/// length : of the loop; taken from the mapped operands where -1
/// reverse: from the last step to the first
std::vector<Expr> scan(const Program& body, std::span<const Expr> carry, std::span<const Expr> operands,
                       std::vector<bool> mapped = {}, int64_t length = -1, bool reverse = false, Site site = Site::here());

/// body(operands...) with a derivative of the user's own.
///
/// jvp : (x..., y..., x_dot...) -> (y_dot...), linear in x_dot; x_dot and y_dot for float operands and results only
std::vector<Expr> custom_jvp(const Program& body, const Program& jvp, std::span<const Expr> operands, Site site = Site::here());
/// vjp : (x..., y..., y_bar...) -> (x_bar...), linear in y_bar. Forward mode runs it once an output element, and has no
///       derivative of its own (W130): for second derivatives reverse comes first. throws, as custom_jvp : W208, W133
std::vector<Expr> custom_vjp(const Program& body, const Program& vjp, std::span<const Expr> operands, Site site = Site::here());

}  // namespace wengert
