// SPDX-License-Identifier: Apache-2.0
#include "wengert/primitives/convert.h"

#include "wengert/primitives/axes.h"

namespace wengert {
namespace {

std::vector<Type> converted(const Signature& s) { return {Type{s.attributes.dtype("dtype"), s.operands[0].shape}}; }

/// Element i of operand 0 as an integer; only for integers and bools.
Integer whole(const Buffer& x, Integer i) {
  return x.type().dtype == DType::i64 ? x.integer(i) : to_integer(x.boolean(i));
}

void cast_kernel(KernelBuilder& k, const Attributes&) {
  const Buffer x = k.operand(0), y = k.result();
  const bool from_float = is_float(x.type().dtype);
  k.parallel_loop(y.elements(), [&](Integer i) {
    if (is_float(y.type().dtype)) y.store(i, to_real(whole(x, i)));
    else if (y.type().dtype == DType::i64) y.store(i, from_float ? to_integer(x.real(i)) : whole(x, i));
    else y.store(i, logical_not(from_float ? equal(x.real(i), 0) : integer_equal(whole(x, i), 0)));
  });
}

}  // namespace

const Linear convert_p{{
    .name = "convert",
    .infer = [](const Signature& s) {
      s.require(is_float(s.operands[0].dtype) && is_float(s.attributes.dtype("dtype")),
                "a float operand and a float dtype; cast is for i64 and bool", "use cast");
      return converted(s);
    },
    .kernel = [](KernelBuilder& k, const Attributes&) {
      k.parallel_loop(k.result().elements(), [&](Integer i) { copy_element(k, 0, i, i); });
    },
    .transpose = [](const TransposeRule& r) -> Tangents { return {convert(r.cotangent(), r.operand_types[0].dtype)}; },
    .batch = [](const BatchRule& r) { return record_all(convert_p, r.operands, r.attributes); },
    .examples = [] {
      return std::vector<Example>{
          {{Array({2}, {0.5, -3})}, {{"dtype", DType::f32}}, {Array({2}, {0.5, -3}).as(DType::f32)}},
          {{Array({2}, {0.5, -3}).as(DType::f32)}, {{"dtype", DType::f64}}, {Array({2}, {0.5, -3})}},
          {{Array(1.5)}, {{"dtype", DType::f64}}, {Array(1.5)}}};
    },
    .note = "between floats; rounding is not differentiated",
    .attributes = {{"dtype", AttributeField::Kind::dtype, "dtype of the result"}},
    .access = Access::elementwise}};

const Nondifferentiable cast_p{{
    .name = "cast",
    .infer = [](const Signature& s) {
      s.require(!is_float(s.operands[0].dtype) || !is_float(s.attributes.dtype("dtype")),
                "an operand or a dtype that is i64 or bool; convert is for floats", "use convert");
      return converted(s);
    },
    .kernel = cast_kernel,
    .batch = [](const BatchRule& r) { return record_all(cast_p, r.operands, r.attributes); },
    .examples = [] {
      const Array x({3}, {-1.5, 0, 2.75}), whole = x.as(DType::i64), truth = x.as(DType::boolean);
      std::vector<Example> all;
      for (const Array& from : {x, x.as(DType::f32), whole, truth})
        for (DType to : {DType::f64, DType::f32, DType::i64, DType::boolean})
          if (!is_float(from.dtype()) || !is_float(to)) all.push_back({{from}, {{"dtype", to}}, {from.as(to)}});
      return all;
    },
    .note = "to i64 and bool piecewise constant; from them there is nothing to differentiate",
    .attributes = {{"dtype", AttributeField::Kind::dtype, "dtype of the result"}},
    .access = Access::elementwise}};

const Nondifferentiable stop_gradient_p{{
    .name = "stop_gradient",
    .infer = [](const Signature& s) -> std::vector<Type> { return {s.operands[0]}; },
    .kernel = [](KernelBuilder& k, const Attributes&) {
      k.parallel_loop(k.result().elements(), [&](Integer i) { copy_element(k, 0, i, i); });
    },
    .batch = [](const BatchRule& r) { return record_all(stop_gradient_p, r.operands); },
    .examples = [] {
      const Array x({2}, {0.5, -3});
      return std::vector<Example>{{{x}, {}, {x}}, {{Array(1.5)}, {}, {Array(1.5)}}};
    },
    .note = "the identity, held constant: derivative zero by declaration",
    .access = Access::elementwise}};

Expr convert(Sited x, DType dtype) {
  const DType from = x.expr.type().dtype;
  if (from == dtype) return x;
  const Attributes attributes{{"dtype", dtype}};
  return is_float(from) && is_float(dtype) ? convert_p(x, {}, attributes) : cast_p(x, {}, attributes);
}

Expr stop_gradient(Sited x) { return stop_gradient_p(x); }

}  // namespace wengert
