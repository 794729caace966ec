// SPDX-License-Identifier: Apache-2.0
//
// call and map. A map's tangent is a map of the body's JVP with the primal operands as residuals, and its transpose a
// map of that body's transpose: stacked cotangents are sliced, summed ones shared; a shared operand's cotangent is summed.
#include "wengert/primitives/control.h"

#include <cstring>
#include <fmt/format.h>

#include "wengert/ir/remedy.h"
#include "wengert/primitives/control_rules.h"

namespace wengert {
namespace {

class Call : public Primitive {
 public:
  Call() : Primitive("call", Family::control, any_arity, {}, "a nested Program, once") {}
  std::span<const AttributeField> attributes() const override {
    using Kind = AttributeField::Kind;
    static constexpr AttributeField fields[] = {
        {"body", Kind::program, "what is called"}};
    return fields;
  }
  bool has_kernel() const override { return false; }
  std::vector<Type> infer(const Signature& s) const override {
    const Program& body = s.attributes.program("body");
    if (!std::ranges::equal(s.operands, body.input_types()))
      s.refuse("the operands of its body", fmt::format("\"{}\" takes {}", body.name(), listed_inputs(body)));
    return body.output_types();
  }
  void run_bodies(std::span<const ConstView> in, std::span<const View> out, const Attributes&,
                  const std::function<BodyRunner(std::string_view)>& body) const override {
    body("body")(in, out);
  }
  bool write_bodies(KernelBuilder&, const Signature&, std::span<const Place> in, std::span<const Place> out,
                    const BodyWriter& body) const override {
    body("body", in, out);
    return true;
  }
  Tangents jvp(const JvpRule& rule) const override {
    std::vector<bool> varies;
    const Program body = rule.bodies.jvp(rule.attributes.program("body"), active_operands(rule), varies);
    return spread(call(body, with_tangents(rule), {}), varies);
  }
  Tangents transpose(const TransposeRule& rule) const override {
    const Program body = rule.bodies.transpose(rule.attributes.program("body"), linear_operands(rule), given_cotangents(rule));
    return spread(call(body, with_cotangents(rule), {}), linear_operands(rule));
  }
};

class Map : public Primitive {
 public:
  Map() : Primitive("map", Family::control, any_arity, {}, "a nested Program over a leading axis") {}
  std::span<const AttributeField> attributes() const override {
    using Kind = AttributeField::Kind;
    static constexpr AttributeField fields[] = {
        {"body", Kind::program, "what is run for each place of the leading axis"},
        {"length", Kind::integer, "how many places", "the operands' leading extent"},
        {"mapped", Kind::integers, "1 for each operand that is sliced along its leading axis, 0 for one that is the same each time", "1 each"},
        {"summed", Kind::integers, "1 for each result that is summed over the places, 0 for one that is stacked", "0 each"}};
    return fields;
  }
  bool has_kernel() const override { return false; }

  std::vector<Type> infer(const Signature& s) const override {
    const Program& body = s.attributes.program("body");
    const auto mapped = flags(s.attributes, "mapped"), summed = flags(s.attributes, "summed");
    const int64_t length = s.attributes.integer("length");
    check_loop_operands(s, body.input_types(), mapped, length);
    s.require(summed.size() == body.outputs().size(), "a `summed` flag for each output of its body", "map, sum_map and scan set the flags");
    std::vector<Type> results = body.output_types();
    for (size_t k = 0; k < results.size(); ++k) {
      s.require(!summed[k] || is_float(results[k].dtype), "float results where they are summed", "cast them in the body, or use map");
      if (!summed[k]) results[k].shape = results[k].shape.with(0, length);
    }
    return results;
  }

  void run_bodies(std::span<const ConstView> in, std::span<const View> out, const Attributes& attributes,
                  const std::function<BodyRunner(std::string_view)>& body) const override;
  bool write_bodies(KernelBuilder& k, const Signature& s, std::span<const Place> in, std::span<const Place> out,
                    const BodyWriter& body) const override;

  Tangents jvp(const JvpRule& rule) const override {
    std::vector<bool> varies;
    const Program body = rule.bodies.jvp(rule.attributes.program("body"), active_operands(rule), varies);
    auto mapped = flags(rule.attributes, "mapped");
    const auto summed = chosen(flags(rule.attributes, "summed"), varies);
    append(mapped, chosen(mapped, active_operands(rule)));
    return spread(map(body, with_tangents(rule), mapped, summed, rule.attributes.integer("length"), {}), varies);
  }

  Tangents transpose(const TransposeRule& rule) const override {
    const auto linear = linear_operands(rule), given = given_cotangents(rule);
    const Program body = rule.bodies.transpose(rule.attributes.program("body"), linear, given);
    const auto mapped = flags(rule.attributes, "mapped");
    auto sliced = chosen(mapped, negated(linear));
    append(sliced, negated(chosen(flags(rule.attributes, "summed"), given)));
    const auto summed = negated(chosen(mapped, linear));
    return spread(map(body, with_cotangents(rule), sliced, summed, rule.attributes.integer("length"), {}), linear);
  }
};

/// acc += x, elementwise, in f64.
void accumulate(std::vector<double>& sums, const View& x) {
  for (size_t i = 0; i < sums.size(); ++i)
    sums[i] += x.type.dtype == DType::f64 ? x.as<double>()[i] : static_cast<double>(x.as<float>()[i]);
}

void store(const std::vector<double>& sums, const View& y) {
  for (size_t i = 0; i < sums.size(); ++i) {
    if (y.type.dtype == DType::f64) y.as<double>()[i] = sums[i];
    else y.as<float>()[i] = static_cast<float>(sums[i]);
  }
}

void Map::run_bodies(std::span<const ConstView> in, std::span<const View> out, const Attributes& attributes,
                     const std::function<BodyRunner(std::string_view)>& bodies) const {
  const auto body = bodies("body");
  const auto mapped = flags(attributes, "mapped"), summed = flags(attributes, "summed");
  std::vector<ConstView> x = slices(in, mapped);
  std::vector<View> y = slices(out, negated(summed));
  std::vector<Array> terms;
  std::vector<std::vector<double>> sums(out.size());
  for (size_t k = 0; k < out.size(); ++k) {
    if (!summed[k]) continue;
    sums[k].resize(static_cast<size_t>(out[k].type.elements()));
    terms.emplace_back(out[k].type);
    y[k].data = terms.back().mutable_view().data;
  }
  for (int64_t i = 0, length = attributes.integer("length"); i < length; ++i) {
    body(x, y);
    for (size_t k = 0; k < out.size(); ++k)
      if (summed[k]) accumulate(sums[k], y[k]);
    advance(x, mapped, 1);
    advance(y, negated(summed), 1);
  }
  for (size_t k = 0; k < out.size(); ++k)
    if (summed[k]) store(sums[k], out[k]);
}

/// Where one sum of a map grows: a register, or memory.
struct Sum {
  std::optional<Scalar> total;
  Place place;
};

Sum start_sum(KernelBuilder& k, const Type& type, const Place& out) {
  if (type.elements() == 1) return {k.variable(Scalar(0.0)), {}};
  const Type wide{DType::f64, type.shape};
  const Place place = type.dtype == DType::f64 && out.is_buffer() ? out : k.scratch_place(wide);
  k.loop_elements(type.shape, [&](Integer flat) { k.store(place, DType::f64, flat, Scalar(0.0).slot); });
  return {{}, place};
}

Place terms_of(KernelBuilder& k, const Sum& sum) {
  return {.store = [&k, sum](Integer flat, uint32_t slot) {
    const Scalar term(Scalar::Register{slot});
    if (sum.total) k.assign(*sum.total, *sum.total + term);
    else k.accumulate(sum.place, flat, term);
  }};
}

void finish_sum(KernelBuilder& k, const Type& type, const Sum& sum, const Place& out) {
  if (sum.total) return k.store(out, type.dtype, Integer(0), sum.total->slot);
  if (sum.place.buffer == out.buffer) return;
  k.loop_elements(type.shape, [&](Integer flat) { k.store(out, type.dtype, flat, k.load(sum.place, DType::f64, flat)); });
}

bool Map::write_bodies(KernelBuilder& k, const Signature& s, std::span<const Place> in, std::span<const Place> out,
                       const BodyWriter& body) const {
  const auto mapped = flags(s.attributes, "mapped"), summed = flags(s.attributes, "summed");
  const auto inputs = s.attributes.program("body").input_types(), outputs = s.attributes.program("body").output_types();
  std::vector<Sum> sums(out.size());
  for (size_t j = 0; j < out.size(); ++j)
    if (summed[j]) sums[j] = start_sum(k, outputs[j], out[j]);
  k.loop_over_points(Integer(s.attributes.integer("length")), [&](Integer i) {
    std::vector<Place> x, y;
    for (size_t j = 0; j < in.size(); ++j) x.push_back(mapped[j] ? k.part(in[j], i * Integer(inputs[j].elements())) : in[j]);
    for (size_t j = 0; j < out.size(); ++j)
      y.push_back(summed[j] ? terms_of(k, sums[j]) : k.part(out[j], i * Integer(outputs[j].elements())));
    body("body", x, y);
  });
  for (size_t j = 0; j < out.size(); ++j)
    if (summed[j]) finish_sum(k, outputs[j], sums[j], out[j]);
  return true;
}

const Call call_record;
const Map map_record;

}  // namespace

const Primitive& call_p = call_record;
const Primitive& map_p = map_record;

std::vector<Expr> call(const Program& body, std::span<const Expr> operands, Site site) {
  if (body.outputs().empty()) return {};  // the tangents of a body that depends on nothing that varies
  return record_all(call_p, operands, {{"body", NestedProgram(body)}}, site);
}

std::vector<Expr> map(const Program& body, std::span<const Expr> operands, std::vector<bool> mapped, std::vector<bool> summed,
                      int64_t length, Site site) {
  if (mapped.empty()) mapped.assign(operands.size(), true);
  if (summed.empty()) summed.assign(body.outputs().size(), false);
  if (body.outputs().empty()) return {};
  return record_all(map_p, operands, {{"body", NestedProgram(body)}, {"length", loop_length(operands, mapped, length)},
                                      {"mapped", as_integers(mapped)}, {"summed", as_integers(summed)}}, site);
}

std::vector<Expr> sum_map(const Program& body, std::span<const Expr> operands, std::vector<bool> mapped, Site site) {
  return map(body, operands, std::move(mapped), std::vector<bool>(body.outputs().size(), true), -1, site);
}

}  // namespace wengert
