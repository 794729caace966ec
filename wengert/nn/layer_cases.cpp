// SPDX-License-Identifier: Apache-2.0
#include "wengert/nn/layer_cases.h"

#include <iterator>

#include "wengert/base/random.h"
#include "wengert/nn/activation.h"
#include "wengert/nn/net.h"

namespace wengert {

std::vector<Array> LayerCase::example(DType dtype, uint64_t key) const {
  std::vector<Array> values;
  for (const LayerOperand& operand : operands) {
    if (operand.value) {
      values.push_back(is_float(operand.value->dtype()) ? operand.value->as(dtype) : *operand.value);
      continue;
    }
    Random random = Random(key).split(values.size());
    Array drawn({DType::f64, operand.shape});
    for (double& element : drawn.mutable_values<double>()) element = 0.5 * random.normal();
    values.push_back(drawn.as(DType::f32).as(dtype));  // numbers that f32 holds: both dtypes get the same
  }
  return values;
}

LayerOperand labels(std::string name, const Shape& shape, const std::vector<double>& values) {
  return {std::move(name), shape, false, Array(shape, values).as(DType::i64)};
}

LayerOperand mask(std::string name, const Shape& shape, const std::vector<double>& values) {
  return {std::move(name), shape, false, Array(shape, values).as(DType::boolean)};
}

std::vector<LayerCase> dense_cases() {
  const LayerOperand x = input("x", {3, 4}), w = weight("weight", {4, 6}), b = weight("bias", {6});
  return {{"dense", {w, b, x}, [](std::span<const Expr> o) { return Values{dense(o[2], o[0], o[1])}; }},
          {"maxout", {w, b, x}, [](std::span<const Expr> o) {
             return Values{parse_activation("maxout 3").apply(dense(o[2], o[0], o[1]))};
           }}};
}

const std::vector<LayerCase>& layer_cases() {
  static const std::vector<LayerCase> all = [] {
    std::vector<LayerCase> records;
    for (const auto family :
         {dense_cases, image_cases, normalization_cases, dropout_cases, recurrent_cases, attention_cases, loss_cases}) {
      auto own = family();
      std::move(own.begin(), own.end(), std::back_inserter(records));
    }
    return records;
  }();
  return all;
}

}  // namespace wengert
