// SPDX-License-Identifier: Apache-2.0
//
// Attention: every query gets a mean of values, weighted by how well their keys go with it,
//
//     softmax(q k^T / sqrt(d)) v,
//
// by several heads at once, and the transformer's block made of it. Which keys a query may look at is said by masks,
// true for what it may (PyTorch's key_padding_mask is true for what it may not). A query that may look at none gets 0.
#pragma once

#include <optional>

#include "wengert/ir/expr.h"

namespace wengert {

struct AttentionOptions {
  bool causal = false;            ///< query i looks at keys 0, ... i only
  std::optional<Expr> mask = {};  ///< bool, or numbers of which all but 0 are true; none: all are
};

/// Scaled dot-product attention.
///
/// shapes : query [..., t, d], key [..., s, d], value [..., s, e] -> [..., t, e], the axes in front equal; causal: t =
/// s mask   : a shape that broadcasts to [..., t, s] cost   : 2 t s (d + e) operations and t s exponentials for each of
/// [...]; memory t s, which the pullback reads throws : ShapeError W833 source : VSPUJGKP17, eq. (1)
Expr attention(Expr query, Expr key, Expr value, const AttentionOptions& options = {});

/// PyTorch's are the transposes: input = in_proj_weight^T, output = out_proj.weight^T.
struct AttentionWeights {
  Expr input;  ///< [d, 3d]: for query, key and value, one beside the other; in each the heads, one beside the other
  Expr input_bias;   ///< [3d]
  Expr output;       ///< [d, d]
  Expr output_bias;  ///< [d]
};

/// Concat(head_1, ... head_h) W_output + bias, head_j = attention of the j-th parts of query, key and value, each
/// d/heads wide: those of `x` for the query, of `memory` for key and value.
///
/// shapes : x [batch, t, d], memory [batch, s, d] -> [batch, t, d]
/// mask   : [batch, s], false at padding
/// cost   : 2 (2 t + 2 s) d^2 + 4 t s d operations an example
/// throws : ShapeError W833, also if `heads` does not divide d
/// source : VSPUJGKP17, section 3.2.2
Expr multi_head_attention(Expr x, Expr memory, const AttentionWeights& weights, int64_t heads,
                          const AttentionOptions& options = {});
/// The same of x with itself, the three products with weights as one.
Expr self_attention(Expr x, const AttentionWeights& weights, int64_t heads, const AttentionOptions& options = {});

struct TransformerWeights {
  Expr norm1_scale, norm1_bias;  ///< [d]
  AttentionWeights attention;
  Expr norm2_scale, norm2_bias;  ///< [d]
  Expr up, up_bias;              ///< [d, m], [m]; m is 4d as a rule
  Expr down, down_bias;          ///< [m, d], [d]
};

/// A block in which normalization comes first, so that a path without it leads through all blocks:
///
///     y = x + self_attention(layer_norm(x)),    z = y + gelu(layer_norm(y) U + u) D + d
///
/// shapes : x [batch, t, d] -> [batch, t, d]
/// throws : ShapeError W833
/// source : XYHZZXZLWL20, figure 1(b); gelu exact, as PyTorch's default
Expr transformer_block(Expr x, const TransformerWeights& weights, int64_t heads, const AttentionOptions& options = {});

}  // namespace wengert
