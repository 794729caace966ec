// SPDX-License-Identifier: Apache-2.0
//
// scan: a loop with a carried state. Kept for the derivative: the carries before each step, stacked. The tangent is a
// scan over tangent carries with those as data; its transpose is a scan in the other direction, whose carry holds the
// cotangents of the carries and the sums for operands that are the same in every step.
#include <cstring>
#include <fmt/format.h>

#include "wengert/primitives/arithmetic.h"
#include "wengert/primitives/control.h"
#include "wengert/primitives/control_rules.h"

namespace wengert {
namespace {

size_t carries(const Attributes& attributes) { return static_cast<size_t>(attributes.integer("carries")); }

Flags float_flags(std::span<const Type> types) {
  Flags result;
  for (const Type& type : types) result.push_back(is_float(type.dtype));
  return result;
}

/// A carry is not sliced, the operands after it are where `mapped` says so.
Flags sliced_operands(const Attributes& attributes) {
  Flags sliced(carries(attributes), false);
  append(sliced, flags(attributes, "mapped"));
  return sliced;
}

class Scan : public Primitive {
 public:
  Scan() : Primitive("scan", Family::control, any_arity, {}, "a nested Program repeated with a carried state") {}
  std::span<const AttributeField> attributes() const override {
    using Kind = AttributeField::Kind;
    static constexpr AttributeField fields[] = {
        {"body", Kind::program, "(carries..., slices...) -> (carries..., results...), one step"},
        {"carries", Kind::integer, "how many operands are the carried state", "1"},
        {"length", Kind::integer, "how many steps", "the operands' leading extent"},
        {"mapped", Kind::integers, "for each operand after the carries: 1 where it is sliced along its leading axis, 0 where it is the same each time", "1 each"},
        {"reverse", Kind::flag, "from the last step to the first", "false"}};
    return fields;
  }
  bool has_kernel() const override { return false; }
  std::vector<Type> infer(const Signature& s) const override;
  void run_bodies(std::span<const ConstView> in, std::span<const View> out, const Attributes& attributes,
                  const std::function<BodyRunner(std::string_view)>& body) const override;
  bool write_bodies(KernelBuilder& k, const Signature& s, std::span<const Place> in, std::span<const Place> out,
                    const BodyWriter& body) const override;
  Augmented augmented(std::span<const Expr> operands, const Attributes& attributes, Site site) const override;
  Tangents jvp(const JvpRule& rule) const override;
  Tangents transpose(const TransposeRule& rule) const override;
};

std::vector<Type> Scan::infer(const Signature& s) const {
  const Program& body = s.attributes.program("body");
  const size_t c = carries(s.attributes);
  const int64_t length = s.attributes.integer("length");
  check_loop_operands(s, body.input_types(), sliced_operands(s.attributes), length);
  std::vector<Type> results = body.output_types();
  s.require(c <= s.operands.size() && results.size() >= c && std::equal(results.begin(), results.begin() + static_cast<int64_t>(c), s.operands.begin()),
            "a body that returns carries of the types it takes", "return the new carries first, each of the type that comes in");
  for (size_t k = c; k < results.size(); ++k) results[k].shape = results[k].shape.with(0, length);
  return results;
}

void Scan::run_bodies(std::span<const ConstView> in, std::span<const View> out, const Attributes& attributes,
                      const std::function<BodyRunner(std::string_view)>& bodies) const {
  const auto body = bodies("body");
  const size_t c = carries(attributes);
  const int64_t length = attributes.integer("length");
  const int64_t by = attributes.flag("reverse") ? -1 : 1, first = by < 0 ? length - 1 : 0;
  Flags stacked(out.size(), true);
  for (size_t k = 0; k < c; ++k) stacked[k] = false;
  const Flags sliced = sliced_operands(attributes);
  std::vector<ConstView> x = slices(in, sliced, first);
  std::vector<View> y = slices(out, stacked, first);
  std::vector<Array> carry, next;
  for (size_t k = 0; k < c; ++k) {
    carry.push_back(Array::from(in[k]));
    next.emplace_back(in[k].type);
  }
  for (int64_t i = 0; i < length; ++i) {
    for (size_t k = 0; k < c; ++k) {
      x[k].data = carry[k].view().data;
      y[k].data = next[k].mutable_view().data;
    }
    body(x, y);
    std::swap(carry, next);
    advance(x, sliced, by);
    advance(y, stacked, by);
  }
  for (size_t k = 0; k < c; ++k) std::memcpy(out[k].data, carry[k].view().data, out[k].type.bytes());
}

/// A carry inside a kernel: a variable, or memory for two of which the body reads one and writes the other, by turns.
struct Carry {
  Type type;
  Place both, now, next;
  std::optional<uint32_t> captured = {};

  Carry(KernelBuilder& k, const Type& t, const Place& from) : type(t) {
    if (type.elements() == 1) {
      const uint32_t start = k.load(from, type.dtype, Integer(0));
      now.value = copied(k, start);
    } else {
      both = k.scratch_place({type.dtype, Shape{2 * type.elements()}});
      copy(k, from, both);
    }
  }
  /// Before step number `step`.
  void turn(KernelBuilder& k, Integer step) {
    if (now.value) return;
    const Integer elements(type.elements()), odd = step & Integer(1);
    now = k.part(both, odd * elements);
    next = k.part(both, (Integer(1) - odd) * elements);
  }
  uint32_t copied(KernelBuilder& k, uint32_t slot) const {
    const Scalar::Register from{slot};
    if (is_float(type.dtype)) return k.variable(Scalar(from)).slot;
    return type.dtype == DType::i64 ? k.variable(Integer(from)).slot : k.variable(Boolean(from)).slot;
  }
  void copy(KernelBuilder& k, const Place& from, const Place& to) const {
    k.loop_elements(type.shape, [&](Integer flat) { k.store(to, type.dtype, flat, k.load(from, type.dtype, flat)); });
  }
  Place target() {
    if (!now.value) return next;
    return {.store = [this](Integer, uint32_t slot) { captured = slot; }};
  }
  /// What the body wrote, out of the way of the variables of other carries.
  void take(KernelBuilder& k) {
    if (now.value) captured = copied(k, *captured);
  }
  void step(KernelBuilder& k) const {
    if (!now.value) return;
    const Scalar::Register to{*now.value}, from{*captured};
    if (is_float(type.dtype)) k.assign(Scalar(to), Scalar(from));
    else if (type.dtype == DType::i64) k.assign(Integer(to), Integer(from));
    else k.assign(Boolean(to), Boolean(from));
  }
};

bool Scan::write_bodies(KernelBuilder& k, const Signature& s, std::span<const Place> in, std::span<const Place> out,
                        const BodyWriter& body) const {
  const size_t c = carries(s.attributes);
  const Integer length(s.attributes.integer("length"));
  const auto inputs = s.attributes.program("body").input_types(), outputs = s.attributes.program("body").output_types();
  const Flags sliced = sliced_operands(s.attributes);
  std::vector<Carry> carry;
  for (size_t j = 0; j < c; ++j) carry.emplace_back(k, inputs[j], in[j]);
  k.loop(length, [&](Integer step) {
    for (Carry& state : carry) state.turn(k, step);
    const Integer i = s.attributes.flag("reverse") ? length - Integer(1) - step : step;
    std::vector<Place> x, y;
    for (size_t j = 0; j < in.size(); ++j)
      x.push_back(j < c ? carry[j].now : sliced[j] ? k.part(in[j], i * Integer(inputs[j].elements())) : in[j]);
    for (size_t j = 0; j < out.size(); ++j)
      y.push_back(j < c ? carry[j].target() : k.part(out[j], i * Integer(outputs[j].elements())));
    body("body", x, y);
    for (Carry& state : carry) state.take(k);
    for (const Carry& state : carry) state.step(k);
  });
  for (size_t j = 0; j < c; ++j) {
    if (carry[j].now.value) k.store(out[j], inputs[j].dtype, Integer(0), *carry[j].now.value);
    else carry[j].copy(k, k.part(carry[j].both, Integer((s.attributes.integer("length") & 1) * inputs[j].elements())), out[j]);
  }
  return true;
}

/// The body with its incoming carries as further stacked results.
Program keeping_carries(const Program& body, size_t c) {
  Recording recording(body.name());
  std::vector<Expr> inputs;
  for (const Type& type : body.input_types()) inputs.push_back(recording.input(type));
  auto outputs = replay(body, inputs);
  outputs.insert(outputs.end(), inputs.begin(), inputs.begin() + static_cast<int64_t>(c));
  return recording.finish(outputs);
}

Primitive::Augmented Scan::augmented(std::span<const Expr> operands, const Attributes& attributes, Site site) const {
  Attributes kept = attributes;
  kept.set("body", NestedProgram(keeping_carries(attributes.program("body"), carries(attributes))));
  auto results = record_all(*this, operands, kept, site);
  const auto residuals = results.end() - static_cast<int64_t>(carries(attributes));
  return {{results.begin(), residuals}, {residuals, results.end()}};
}

/// jvp of the body as a loop body: (c_dot..., c, x..., x_dot...) -> (c_dot..., y_dot...) with every float carry active.
Program tangent_body(const Program& body, const Flags& active, size_t c, const BodyTransforms& bodies, Flags& varies) {
  const Program jvp = bodies.jvp(body, active, varies);
  Recording recording(body.name() + "_jvp");
  std::vector<Expr> carry_dot, primal, x_dot;
  const auto types = body.input_types();
  for (size_t k = 0; k < c; ++k)
    if (active[k]) carry_dot.push_back(recording.input(types[k]));
  for (const Type& type : types) primal.push_back(recording.input(type));
  for (size_t k = c; k < types.size(); ++k)
    if (active[k]) x_dot.push_back(recording.input(types[k]));
  std::vector<Expr> inputs = primal;
  inputs.insert(inputs.end(), carry_dot.begin(), carry_dot.end());
  inputs.insert(inputs.end(), x_dot.begin(), x_dot.end());
  const auto results = replay(jvp, inputs);
  const auto output_types = body.output_types();
  std::vector<Expr> outputs;
  size_t next = 0;
  for (size_t k = 0; k < output_types.size(); ++k) {
    if (varies[k]) outputs.push_back(results[next++]);
    else if (k < c && active[k]) outputs.push_back(zeros(output_types[k]));  // a carry stays a carry
    if (k < c) varies[k] = active[k];
  }
  return recording.finish(outputs);
}

Tangents Scan::jvp(const JvpRule& rule) const {
  const Program& body = rule.attributes.program("body");
  const size_t c = carries(rule.attributes);
  const auto types = body.input_types();
  Flags active = active_operands(rule);
  const Flags floats = float_flags(types);
  for (size_t k = 0; k < c; ++k) active[k] = floats[k];
  Flags varies;
  const Program tangent = tangent_body(body, active, c, rule.bodies, varies);

  std::vector<Expr> carry_dot, operands(rule.residuals.begin(), rule.residuals.end());
  Flags mapped(c, true);
  for (size_t k = 0; k < c; ++k)
    if (active[k]) carry_dot.push_back(rule.tangent(static_cast<int>(k)));
  operands.insert(operands.end(), rule.operands.begin() + static_cast<int64_t>(c), rule.operands.end());
  const Flags own = flags(rule.attributes, "mapped");
  append(mapped, own);
  for (size_t k = c; k < types.size(); ++k) {
    if (!active[k]) continue;
    operands.push_back(rule.tangent(static_cast<int>(k)));
    mapped.push_back(own[k - c]);
  }
  return spread(scan(tangent, carry_dot, operands, mapped, rule.attributes.integer("length"), rule.attributes.flag("reverse"), {}), varies);
}

/// The transposed body as a loop body: carries (c_bar..., sums of shared operands' cotangents...), operands (the data...,
/// y_bar...), results (c_bar..., sums..., x_bar of sliced operands...).
struct TransposedBody {
  const Program& body;
  const TransposeRule& rule;
  size_t c;
  Flags linear, given, sliced;

  Program operator()() const {
    const Program transposed = rule.bodies.transpose(body, linear, given);
    Recording recording(body.name() + "_transpose");
    const auto types = body.input_types(), results = body.output_types();
    std::vector<Expr> inputs, carry_bar, sums, y_bar;
    for (size_t k = 0; k < c; ++k) carry_bar.push_back(recording.input(results[k]));
    for (size_t k = c; k < types.size(); ++k)
      if (linear[k] && !sliced[k]) sums.push_back(recording.input(types[k]));
    for (size_t k = c; k < types.size(); ++k)
      if (!linear[k]) inputs.push_back(recording.input(types[k]));
    for (size_t k = c; k < results.size(); ++k)
      if (given[k]) y_bar.push_back(recording.input(results[k]));
    inputs.insert(inputs.end(), carry_bar.begin(), carry_bar.end());
    inputs.insert(inputs.end(), y_bar.begin(), y_bar.end());
    const auto bars = replay(transposed, inputs);
    std::vector<Expr> outputs(bars.begin(), bars.begin() + static_cast<int64_t>(c)), stacked;
    size_t bar = c, sum = 0;
    for (size_t k = c; k < types.size(); ++k) {
      if (!linear[k]) continue;
      const Expr x_bar = bars[bar++];
      if (sliced[k]) stacked.push_back(x_bar);
      else outputs.push_back(sums[sum++] + x_bar);
    }
    outputs.insert(outputs.end(), stacked.begin(), stacked.end());
    return recording.finish(outputs);
  }
};

Tangents Scan::transpose(const TransposeRule& rule) const {
  const Program& body = rule.attributes.program("body");
  const size_t c = carries(rule.attributes);
  Flags linear = linear_operands(rule), given = given_cotangents(rule);
  for (size_t k = 0; k < c; ++k) linear[k] = given[k] = true;  // tangent scans carry tangents only
  const Flags sliced = sliced_operands(rule.attributes);
  const Program transposed = TransposedBody{body, rule, c, linear, given, sliced}();

  std::vector<Expr> carry, operands;
  Flags mapped;
  for (size_t k = 0; k < c; ++k) carry.push_back(rule.cotangent(static_cast<int>(k)));
  for (size_t k = c; k < linear.size(); ++k) {
    if (!linear[k]) {
      operands.push_back(*rule.operands[k]);
      mapped.push_back(sliced[k]);
    } else if (!sliced[k]) {
      carry.push_back(zeros(rule.operand_types[k]));
    }
  }
  for (size_t k = c; k < given.size(); ++k) {
    if (!given[k]) continue;
    operands.push_back(*rule.cotangents[k]);
    mapped.push_back(true);
  }
  const auto results = scan(transposed, carry, operands, mapped, rule.attributes.integer("length"), !rule.attributes.flag("reverse"), {});

  Tangents bars(linear.size());
  size_t shared = c, stacked = carry.size();
  for (size_t k = 0; k < linear.size(); ++k) {
    if (k < c) bars[k] = rule.linear(static_cast<int>(k)) ? std::optional(results[k]) : std::nullopt;
    else if (linear[k]) bars[k] = sliced[k] ? results[stacked++] : results[shared++];
  }
  return bars;
}

const Scan scan_record;

}  // namespace

const Primitive& scan_p = scan_record;

std::vector<Expr> scan(const Program& body, std::span<const Expr> carry, std::span<const Expr> operands, std::vector<bool> mapped,
                       int64_t length, bool reverse, Site site) {
  if (mapped.empty()) mapped.assign(operands.size(), true);
  length = loop_length(operands, mapped, length);
  std::vector<Expr> all(carry.begin(), carry.end());
  all.insert(all.end(), operands.begin(), operands.end());
  if (body.outputs().empty()) return {};
  Attributes attributes{{"body", NestedProgram(body)}, {"length", length}, {"carries", static_cast<int64_t>(carry.size())},
                        {"mapped", as_integers(mapped)}};
  if (reverse) attributes.set("reverse", true);
  return record_all(scan_p, all, attributes, site);
}

}  // namespace wengert
