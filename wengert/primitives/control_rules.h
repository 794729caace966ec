// SPDX-License-Identifier: Apache-2.0
//
// What the rules of call, map, scan and custom share: flags of operands, slices along the leading axis, and the order of
// operands in derivative instructions (primal operands, then tangents; residual operands, then cotangents).
#pragma once

#include "wengert/ir/primitive.h"

namespace wengert {

using Flags = std::vector<bool>;

Flags flags(const Attributes& attributes, std::string_view name);
std::vector<int64_t> as_integers(const Flags& flags);
Flags negated(Flags flags);
Flags chosen(const Flags& flags, const Flags& which);  ///< flags[k] for the k with which[k]
void append(Flags& flags, const Flags& more);

Flags active_operands(const JvpRule& rule);
Flags linear_operands(const TransposeRule& rule);
Flags given_cotangents(const TransposeRule& rule);
std::vector<Expr> with_tangents(const JvpRule& rule);          ///< operands, then the tangents that are there
std::vector<Expr> with_cotangents(const TransposeRule& rule);  ///< given operands, then the cotangents that are there
/// `values` in order at the places flagged, nothing elsewhere.
Tangents spread(const std::vector<Expr>& values, const Flags& places);

/// throws : ShapeError W206 unless the operands are what a body needs, with a leading `length` where mapped
void check_loop_operands(const Signature& s, const std::vector<Type>& body_inputs, const Flags& mapped, int64_t length);
int64_t loop_length(std::span<const Expr> operands, const Flags& mapped, int64_t length);

/// Views of the first slice (last if reversed) of each sliced operand; the others whole.
template <class V> std::vector<V> slices(std::span<const V> views, const Flags& sliced, int64_t at = 0);
template <class V> void advance(std::vector<V>& views, const Flags& sliced, int64_t by);

extern template std::vector<ConstView> slices(std::span<const ConstView>, const Flags&, int64_t);
extern template std::vector<View> slices(std::span<const View>, const Flags&, int64_t);
extern template void advance(std::vector<ConstView>&, const Flags&, int64_t);
extern template void advance(std::vector<View>&, const Flags&, int64_t);

}  // namespace wengert
