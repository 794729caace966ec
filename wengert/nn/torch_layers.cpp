// SPDX-License-Identifier: Apache-2.0
#include "wengert/nn/torch_layers.h"

#include <fmt/format.h>
#include <numeric>

#include "wengert/base/error.h"
#include "wengert/nn/permuted.h"

namespace wengert {
namespace {

using Arrays = std::vector<Array>;
using Given = std::span<const Array>;

TorchOrder as_before(const TorchInput& in) { return in.order; }
TorchOrder a_row(const TorchInput&) { return {}; }
TorchOrder channels_in_front(const TorchInput&) { return {.channels_first = true}; }

TorchOrder flattened(const TorchInput& in) {
  if (in.shape.rank() == 1) return in.order;
  return {.flattened = in.order.channels_first ? in.shape : Shape()};
}

[[noreturn]] void in_another_order(const TorchInput& in, std::string_view what) {
  throw UsageError("W848", fmt::format("{} behind a flattened image takes its numbers in an order that PyTorch does not have", what),
                   fmt::format("the layer \"{}\"", in.step.text), "put it in front of the flatten");
}

TorchOrder joined(const TorchInput& in) {
  if (in.order.flattened.rank() > 0) in_another_order(in, in.step.kind->choice.name);
  return in.order;
}

const Shape& shape_of(const TorchInput& in, size_t parameter) { return in.step.layer.parameters[parameter].shape; }

/// Rows [channels spatial...] of PyTorch as [spatial... channels]: along the first axis of `array`.
Array rows_in_order(const Array& array, const Shape& flattened) {
  if (flattened.rank() == 0) return array;
  const int rank = flattened.rank();
  std::vector<int64_t> extents{flattened.back()};
  extents.insert(extents.end(), flattened.begin(), flattened.end() - 1);
  extents.push_back(array.elements() / flattened.elements());
  std::vector<int> order(static_cast<size_t>(rank + 1));
  std::iota(order.begin(), order.end(), 1);
  order[static_cast<size_t>(rank - 1)] = 0, order[static_cast<size_t>(rank)] = rank;
  return permuted(array.reshaped(Shape(std::span<const int64_t>(extents))), order).reshaped(array.shape());
}

TorchForm dense_form(const TorchInput& in) {
  const Shape& w = shape_of(in, 0);
  return {{{"weight", {w[1], w[0]}}, {"bias", {w[1]}, true}}, [order = in.order](Given t) {
            return Arrays{rows_in_order(permuted(t[0], {1, 0}), order.flattened), t[1]};
          }};
}

/// [out, in, taps...] as [taps..., in, out], and of a transposed convolution [in, out, taps...] as [taps..., out, in].
Array taps_in_front(const Array& weight) {
  std::vector<int> order;
  for (int axis = 2; axis < weight.shape().rank(); ++axis) order.push_back(axis);
  order.insert(order.end(), {1, 0});
  return permuted(weight, order);
}

TorchForm conv_form(const TorchInput& in) {
  const Shape& w = shape_of(in, 0);
  std::vector<int64_t> extents{w.back(), w[w.rank() - 2]};
  extents.insert(extents.end(), w.begin(), w.end() - 2);
  return {{{"weight", Shape(std::span<const int64_t>(extents))}, {"bias", shape_of(in, 1), true}}, [](Given t) {
            return Arrays{taps_in_front(t[0]), t[1]};
          }};
}

TorchForm batch_norm_form(const TorchInput& in) {
  const Shape& c = shape_of(in, 0);
  return {{{"weight", c}, {"bias", c}, {"running_mean", c}, {"running_var", c}}, [order = in.order](Given t) {
            Arrays all;
            for (const Array& array : t) all.push_back(rows_in_order(array, order.flattened));
            return all;
          }};
}

TorchForm layer_norm_form(const TorchInput& in) {
  const Shape& c = shape_of(in, 0);
  return {{{"weight", c}, {"bias", c, true}}, [order = in.order](Given t) {
            return Arrays{rows_in_order(t[0], order.flattened), rows_in_order(t[1], order.flattened)};
          }};
}

TorchForm group_norm_form(const TorchInput& in) {
  if (in.order.flattened.rank() > 0) in_another_order(in, "group_norm");
  return {{{"weight", shape_of(in, 0)}, {"bias", shape_of(in, 1)}}, [](Given t) { return Arrays(t.begin(), t.end()); }};
}

/// embedding and positions.
TorchForm table_form(const TorchInput& in) {
  return {{{"weight", shape_of(in, 0)}}, [](Given t) { return Arrays(t.begin(), t.end()); }};
}

std::vector<TorchTensor> recurrent_tensors(const TorchInput& in) {
  const Shape &x = shape_of(in, 0), &h = shape_of(in, 1);
  return {{"weight_ih_l0", {x[1], x[0]}}, {"weight_hh_l0", {h[1], h[0]}}, {"bias_ih_l0", {h[1]}, true}, {"bias_hh_l0", {h[1]}, true}};
}

Array sum_of(const Array& a, const Array& b) {
  Array sum(Type{DType::f64, a.shape()});
  for (int64_t k = 0; k < a.elements(); ++k) sum.mutable_values<double>()[static_cast<size_t>(k)] = a[k] + b[k];
  return sum.as(a.dtype());
}

TorchForm recurrent_form(const TorchInput& in) {
  return {recurrent_tensors(in), [](Given t) { return Arrays{permuted(t[0], {1, 0}), permuted(t[1], {1, 0}), sum_of(t[2], t[3])}; }};
}

/// Of the second bias the last third is the state's own (recurrent.h).
TorchForm gru_form(const TorchInput& in) {
  return {recurrent_tensors(in), [](Given t) {
            const int64_t h = t[3].elements() / 3;
            std::vector<double> added, own;
            for (int64_t k = 0; k < 3 * h; ++k) (k < 2 * h ? added : own).push_back(t[3][k]);
            added.resize(static_cast<size_t>(3 * h), 0);
            return Arrays{permuted(t[0], {1, 0}), permuted(t[1], {1, 0}), sum_of(t[2], Array(added)), Array(own).as(t[3].dtype())};
          }};
}

std::vector<TorchTensor> attention_tensors(int64_t d, const std::string& prefix) {
  return {{prefix + "in_proj_weight", {3 * d, d}},
          {prefix + "in_proj_bias", {3 * d}, true},
          {prefix + "out_proj.weight", {d, d}},
          {prefix + "out_proj.bias", {d}, true}};
}

TorchForm attention_form(const TorchInput& in) {
  return {attention_tensors(in.shape[1], ""), [](Given t) { return Arrays{permuted(t[0], {1, 0}), t[1], permuted(t[2], {1, 0}), t[3]}; }};
}

/// That of TransformerEncoderLayer with norm_first=True and activation="gelu".
TorchForm transformer_form(const TorchInput& in) {
  const int64_t d = in.shape[1], width = shape_of(in, 8)[1];
  std::vector<TorchTensor> tensors = attention_tensors(d, "self_attn.");
  tensors.insert(tensors.end(), {{"linear1.weight", {width, d}},
                                 {"linear1.bias", {width}, true},
                                 {"linear2.weight", {d, width}},
                                 {"linear2.bias", {d}, true},
                                 {"norm1.weight", {d}},
                                 {"norm1.bias", {d}, true},
                                 {"norm2.weight", {d}},
                                 {"norm2.bias", {d}, true}});
  return {tensors, [](Given t) {
            return Arrays{t[8],  t[9],  permuted(t[0], {1, 0}), t[1], permuted(t[2], {1, 0}), t[3],
                          t[10], t[11], permuted(t[4], {1, 0}), t[5], permuted(t[6], {1, 0}), t[7]};
          }};
}

}  // namespace

const TorchLayer torch_kept{nullptr, as_before}, torch_joined{nullptr, joined}, torch_row{nullptr, a_row}, torch_flatten{nullptr, flattened},
    torch_dense{dense_form, a_row}, torch_conv{conv_form, channels_in_front}, torch_conv_transposed{conv_form, channels_in_front},
    torch_pool{nullptr, channels_in_front}, torch_batch_norm{batch_norm_form, as_before}, torch_layer_norm{layer_norm_form, as_before},
    torch_group_norm{group_norm_form, as_before}, torch_embedding{table_form, a_row}, torch_positions{table_form, as_before},
    torch_rnn{recurrent_form, a_row}, torch_lstm{recurrent_form, a_row}, torch_gru{gru_form, a_row}, torch_attention{attention_form, as_before},
    torch_transformer{transformer_form, as_before};

}  // namespace wengert
