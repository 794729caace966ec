// SPDX-License-Identifier: Apache-2.0
#include "wengert/primitives/sample.h"

#include "wengert/base/random.h"
#include "wengert/primitives/axes.h"
#include "wengert/primitives/rearrange.h"

namespace wengert {
namespace {

constexpr int64_t low_word = 0xffffffff;

bool is_key(const Type& type) { return type.dtype == DType::i64 && type.shape.rank() > 0 && type.shape.back() == 2; }

/// The axes of an array of keys, without the two words of each.
Shape keys_of(const Shape& shape) { return shape.without(shape.rank() - 1); }

std::vector<Type> infer_sample(const Signature& s) {
  s.require(is_key(s.operands[0]) && is_float(s.attributes.dtype("dtype")), "a key i64[..., 2] and a float dtype",
            "give a key of two integers, e.g. [1, 2] as i64[2], and ask for f64 or f32");
  const Shape keys = keys_of(s.operands[0].shape), shape = s.attributes.shape("shape");
  Shape all = shape;
  for (int axis = keys.rank() - 1; axis >= 0; --axis) all = all.with(0, keys[axis]);
  return {Type{s.attributes.dtype("dtype"), all}};
}

/// Number `counter` of a key, Random::bits in micro-operations.
Integer random_bits(Integer key0, Integer key1, Integer counter) {
  const auto [high, low] = threefry2x32<Integer>(key0, key1, counter >> Integer(32), counter & Integer(low_word));
  return high << Integer(32) | low;
}

/// The leading `precision` bits as a fraction: 53 fill an f64; 24 an f32, which would round more up to 1.
Scalar fraction(Integer bits, int precision) {
  return to_real(bits >> Integer(64 - precision)) * Scalar(std::ldexp(1.0, -precision));
}

/// Stores value(key0, key1, k) for each element k of each key.
template <class Value> void sample_kernel(KernelBuilder& k, const Attributes& attributes, Value value) {
  const Buffer keys = k.operand(0);
  const Integer each(attributes.shape("shape").elements());
  k.loop(keys_of(keys.shape()).elements(), [&](Integer key) {
    const Integer key0 = keys.integer(key * Integer(2)), key1 = keys.integer(key * Integer(2) + Integer(1));
    k.loop(each, [&](Integer i) { k.result().store(key * each + i, value(key0, key1, i)); });
  });
}

/// Random::normal (Box and Muller 1958) from numbers 2i and 2i + 1.
Scalar normal_value(Integer key0, Integer key1, Integer i) {
  const Scalar first = fraction(random_bits(key0, key1, i * Integer(2)), 53);
  const Scalar second = fraction(random_bits(key0, key1, i * Integer(2) + Integer(1)), 53);
  return sqrt(-2 * log(1 - first)) * cos(6.283185307179586 * second);
}

template <class Draw> Example sample_example(uint64_t key, const Shape& shape, DType dtype, Draw draw) {
  Array result(Type{DType::f64, shape});
  Random random(key);
  for (double& x : result.mutable_values<double>()) x = draw(random);
  return {{random_key(key)}, {{"shape", to_list(shape)}, {"dtype", dtype}}, {result.as(dtype)}};
}

template <class Draw> std::vector<Example> sample_examples(Draw draw) {
  const Array two_keys = Array::of<int64_t>({2, 2}, std::vector<int64_t>{0, 7, low_word, low_word});
  return {sample_example(7, {2, 3}, DType::f64, draw), sample_example(uint64_t{1} << 40, {}, DType::f64, draw),
          sample_example(7, {0}, DType::f32, draw),
          {{two_keys}, {{"shape", std::vector<int64_t>{3}}, {"dtype", DType::f32}}}};
}

Expr sample(const Primitive& primitive, Sited key, const Shape& shape, std::optional<DType> dtype) {
  return record(primitive, {key.expr}, {{"shape", to_list(shape)}, {"dtype", float_or_default(dtype)}}, key.site);
}

}  // namespace

Array random_key(uint64_t key) {
  const int64_t words[2] = {static_cast<int64_t>(key >> 32), static_cast<int64_t>(key & 0xffffffff)};
  return Array::of<int64_t>({2}, words);
}

const Nondifferentiable uniform_p{{
    .name = "uniform",
    .infer = infer_sample,
    .kernel = [](KernelBuilder& k, const Attributes& attributes) {
      const int precision = k.result().type().dtype == DType::f32 ? 24 : 53;
      sample_kernel(k, attributes, [&](Integer key0, Integer key1, Integer i) {
        return fraction(random_bits(key0, key1, i), precision);
      });
    },
    .batch = [](const BatchRule& r) { return record_all(uniform_p, r.operands, r.attributes); },
    .examples = [] { return sample_examples([](Random& random) { return random.uniform(); }); },
    .source = "SMDS11, section 3",
    .note = "the only operand is a key, which has no derivative",
    .attributes = {{"shape", AttributeField::Kind::integers, "extents of what is drawn for each key"},
                   {"dtype", AttributeField::Kind::dtype, "dtype of the result", "f64"}}}};

const Nondifferentiable normal_p{{
    .name = "normal",
    .infer = infer_sample,
    .kernel = [](KernelBuilder& k, const Attributes& attributes) { sample_kernel(k, attributes, normal_value); },
    .batch = [](const BatchRule& r) { return record_all(normal_p, r.operands, r.attributes); },
    .examples = [] { return sample_examples([](Random& random) { return random.normal(); }); },
    .source = "BM58",
    .note = "the only operand is a key, which has no derivative",
    .attributes = {{"shape", AttributeField::Kind::integers, "extents of what is drawn for each key"},
                   {"dtype", AttributeField::Kind::dtype, "dtype of the result", "f64"}}}};

const Nondifferentiable split_key_p{{
    .name = "split_key", .arity = 2,
    .infer = [](const Signature& s) -> std::vector<Type> {
      s.require(is_key(s.operands[0]) && s.operands[1] == Type{DType::i64, keys_of(s.operands[0].shape)},
                "keys i64[..., 2] and as many streams i64[...]", "give one stream, an i64, for each key of two integers");
      return {s.operands[0]};
    },
    .kernel = [](KernelBuilder& k, const Attributes&) {
      const Buffer keys = k.operand(0), streams = k.operand(1);
      k.loop(streams.elements(), [&](Integer i) {
        const Integer first = i * Integer(2), second = first + Integer(1), stream = streams.integer(i);
        // The bit that Random::split sets keeps streams apart from the counters of numbers.
        const Integer counter0 = (stream >> Integer(32)) ^ Integer(0x80000000u), counter1 = stream & Integer(low_word);
        const auto [high, low] = threefry2x32<Integer>(keys.integer(first), keys.integer(second), counter0, counter1);
        k.result().store(first, high);
        k.result().store(second, low);
      });
    },
    .batch = [](const BatchRule& r) { return record_all(split_key_p, with_leading_axis(r)); },
    .examples = [] {
      std::vector<Example> all;
      for (uint64_t stream : {uint64_t{0}, uint64_t{5}, uint64_t{1} << 33}) {
        const auto [high, low] = threefry2x32<uint64_t>(0, 7, (stream >> 32) ^ 0x80000000u, stream & 0xffffffff);
        const int64_t streams[] = {static_cast<int64_t>(stream)};
        all.push_back({{random_key(7), Array::of<int64_t>({}, streams)}, {}, {random_key(high << 32 | low)}});
      }
      return all;
    },
    .source = "SMDS11, section 3",
    .note = "keys are integers"}};

Expr uniform(Sited key, const Shape& shape, std::optional<DType> dtype) { return sample(uniform_p, key, shape, dtype); }
Expr normal(Sited key, const Shape& shape, std::optional<DType> dtype) { return sample(normal_p, key, shape, dtype); }

Expr split_key(Sited key, int64_t stream) { return split_key(key, constant(Array::of<int64_t>({}, {&stream, 1}))); }

Expr split_key(Sited key, Expr stream) {
  const Shape words = key.expr.shape();
  if (!is_key(key.expr.type())) return split_key_p(key, {stream});  // refused there
  const Shape keys = broadcast(keys_of(words), stream.shape());
  const Expr all = broadcast_to(key, keys.with(keys.rank(), 2));
  return split_key_p({all, key.site}, {broadcast_to({stream, key.site}, keys)});
}

}  // namespace wengert
