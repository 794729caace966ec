// SPDX-License-Identifier: Apache-2.0
#include "wengert/nn/attention.h"

#include <cmath>
#include <fmt/format.h>
#include <limits>
#include <numeric>

#include "wengert/nn/normalization.h"
#include "wengert/nn/operands.h"
#include "wengert/primitives/activation.h"
#include "wengert/primitives/arithmetic.h"
#include "wengert/primitives/convert.h"
#include "wengert/primitives/linalg.h"
#include "wengert/primitives/rearrange.h"
#include "wengert/primitives/select.h"
#include "wengert/primitives/slice.h"
#include "wengert/primitives/softmax.h"

namespace wengert {
namespace {

constexpr double minus_infinity = -std::numeric_limits<double>::infinity();

/// bool[n, n], true where the column is not behind the row.
Expr lower_triangle(int64_t n) {
  std::vector<int64_t> places(static_cast<size_t>(n));
  std::iota(places.begin(), places.end(), 0);
  const Array column = Array::of<int64_t>({n, 1}, places), row = Array::of<int64_t>({1, n}, places);
  return less_equal(constant(row), constant(column));
}

/// Softmax over the last axis among the scores where `mask` is true; 0 everywhere if it nowhere is.
Expr masked_softmax(const Expr& scores, const Expr& mask) {
  return select(mask, softmax(select(mask, scores, minus_infinity)), 0);
}

Expr weights_of(const Expr& scores, const AttentionOptions& options) {
  std::optional<Expr> mask;
  if (options.mask) {
    require_operand(broadcasts_to(options.mask->shape(), scores.shape()), "attention", "mask", *options.mask,
                    fmt::format("what broadcasts to the scores' shape {}", to_string(scores.shape())));
    mask = convert(*options.mask, DType::boolean);
  }
  if (!options.causal) return mask ? masked_softmax(scores, *mask) : softmax(scores);
  const Expr triangle = lower_triangle(scores.shape().back());
  if (!mask) return softmax(select(triangle, scores, minus_infinity));  // everybody sees himself
  return masked_softmax(scores, logical_and(*mask, triangle));
}

/// Those of scaled dot-product attention among themselves.
void check_operands(const Expr& query, const Expr& key, const Expr& value, bool causal) {
  const Type& q = query.type();
  const int rank = query.rank();
  require_operand(is_float(q.dtype) && rank >= 2, "attention", "query", query, "float[...,t,d]");
  const auto fits = [&](const Expr& x, int axis, int64_t extent) {
    return x.rank() == rank && x.type().dtype == q.dtype && x.shape()[axis] == extent &&
           std::equal(x.shape().begin(), x.shape().begin() + rank - 2, q.shape.begin());
  };
  require_operand(fits(key, rank - 1, q.shape.back()), "attention", "key", key,
                  fmt::format("the query's type {} but for the last axis but one", to_string(q)));
  require_operand(fits(value, rank - 2, key.shape()[rank - 2]), "attention", "value", value,
                  fmt::format("the key's type {} but for the last axis", to_string(key.type())));
  require_operand(!causal || key.shape()[rank - 2] == q.shape[rank - 2], "causal attention", "key", key,
                  fmt::format("as many positions as the query {}", to_string(q)));
}

/// [batch, t, d] -> [batch, heads, t, d / heads]
Expr split_heads(const Expr& x, int64_t heads) {
  const int64_t batch = x.shape()[0], t = x.shape()[1], d = x.shape()[2];
  return transpose(reshape(x, {batch, t, heads, d / heads}), {0, 2, 1, 3});
}

/// The reverse.
Expr join_heads(const Expr& x) {
  const int64_t batch = x.shape()[0], heads = x.shape()[1], t = x.shape()[2], width = x.shape()[3];
  return reshape(transpose(x, {0, 2, 1, 3}), {batch, t, heads * width});
}

/// x W + b over the last axis, as one matrix product.
Expr projected(const Expr& x, const Expr& w, const Expr& b) {
  const int64_t batch = x.shape()[0], t = x.shape()[1];
  return reshape(matmul(reshape(x, {batch * t, x.shape()[2]}), w) + b, {batch, t, w.shape()[1]});
}

/// Columns from `first` on of a projection's weight and bias.
Expr part_projected(const Expr& x, const AttentionWeights& w, int64_t first, int64_t count) {
  return projected(x, slice(w.input, {0, first}, {w.input.shape()[0], count}), slice(w.input_bias, {first}, {count}));
}

/// Part k of `parts` of the last axis of [batch, t, parts d].
Expr part(const Expr& x, int64_t k, int64_t parts) {
  const int64_t d = x.shape()[2] / parts;
  return slice(x, {0, 0, k * d}, {x.shape()[0], x.shape()[1], d});
}

void check_weights(std::string_view layer, const Expr& x, const AttentionWeights& w, int64_t heads) {
  require_operand(is_float(x.type().dtype) && x.rank() == 3, layer, "x", x, "float[batch,time,d]");
  const DType dtype = x.type().dtype;
  const int64_t d = x.shape()[2];
  require_operand(heads >= 1 && d % heads == 0, layer, "x", x, fmt::format("a last extent that {} heads share", heads));
  require_type(layer, "input weight", w.input, {dtype, {d, 3 * d}});
  require_type(layer, "input bias", w.input_bias, {dtype, {3 * d}});
  require_type(layer, "output weight", w.output, {dtype, {d, d}});
  require_type(layer, "output bias", w.output_bias, {dtype, {d}});
}

/// query, key, value : [batch, ..., d] before they are split into heads.
Expr by_heads(const std::array<Expr, 3>& projections, const AttentionWeights& w, int64_t heads,
              AttentionOptions options) {
  const auto& [query, key, value] = projections;
  const int64_t batch = key.shape()[0], s = key.shape()[1];
  if (options.mask)
    options.mask = reshape(mask_of("multi_head_attention", *options.mask, {batch, s}), {batch, 1, 1, s});
  const Expr heard = attention(split_heads(query, heads), split_heads(key, heads), split_heads(value, heads), options);
  return projected(join_heads(heard), w.output, w.output_bias);
}

}  // namespace

Expr attention(Expr query, Expr key, Expr value, const AttentionOptions& options) {
  check_operands(query, key, value, options.causal);
  const double scale = 1 / std::sqrt(static_cast<double>(query.shape().back()));
  return matmul(weights_of(matmul(query * scale, key, false, true), options), value);
}

Expr multi_head_attention(Expr x, Expr memory, const AttentionWeights& weights, int64_t heads,
                          const AttentionOptions& options) {
  check_weights("multi_head_attention", x, weights, heads);
  const int64_t d = x.shape()[2];
  const bool fits = memory.rank() == 3 && memory.shape()[0] == x.shape()[0] && memory.shape()[2] == d &&
                    memory.type().dtype == x.type().dtype;
  require_operand(fits, "multi_head_attention", "memory", memory,
                  fmt::format("x's type {} but for the middle axis", to_string(x.type())));
  const Expr keys_values = part_projected(memory, weights, d, 2 * d);
  return by_heads({part_projected(x, weights, 0, d), part(keys_values, 0, 2), part(keys_values, 1, 2)}, weights, heads,
                  options);
}

Expr self_attention(Expr x, const AttentionWeights& weights, int64_t heads, const AttentionOptions& options) {
  check_weights("self_attention", x, weights, heads);
  const Expr all = projected(x, weights.input, weights.input_bias);
  return by_heads({part(all, 0, 3), part(all, 1, 3), part(all, 2, 3)}, weights, heads, options);
}

Expr transformer_block(Expr x, const TransformerWeights& weights, int64_t heads, const AttentionOptions& options) {
  check_weights("transformer_block", x, weights.attention, heads);
  const DType dtype = x.type().dtype;
  const int64_t d = x.shape()[2], m = weights.up_bias.rank() == 1 ? weights.up_bias.shape()[0] : 0;
  require_type("transformer_block", "first norm's scale", weights.norm1_scale, {dtype, {d}});
  require_type("transformer_block", "second norm's scale", weights.norm2_scale, {dtype, {d}});
  require_type("transformer_block", "weight up", weights.up, {dtype, {d, m}});
  require_type("transformer_block", "bias up", weights.up_bias, {dtype, {m}});
  require_type("transformer_block", "weight down", weights.down, {dtype, {m, d}});
  require_type("transformer_block", "bias down", weights.down_bias, {dtype, {d}});
  const Expr y =
      x + self_attention(layer_norm(x, weights.norm1_scale, weights.norm1_bias), weights.attention, heads, options);
  const Expr inner =
      gelu(projected(layer_norm(y, weights.norm2_scale, weights.norm2_bias), weights.up, weights.up_bias));
  return y + projected(inner, weights.down, weights.down_bias);
}

}  // namespace wengert
