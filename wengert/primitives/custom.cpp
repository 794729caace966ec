// SPDX-License-Identifier: Apache-2.0
//
// custom: a body with a derivative rule of the user's, and foreign functions. A rule given as a VJP becomes the
// instruction custom_linear, x_dot -> J x_dot: its transpose is the user's Program. Forward mode through it is one VJP an
// output element.
#include <fmt/format.h>

#include "wengert/primitives/control.h"
#include "wengert/primitives/control_rules.h"
#include "wengert/primitives/foreign.h"
#include "wengert/primitives/rule_linearity.h"

namespace wengert {
namespace {

[[noreturn]] void no_rule(std::string_view what, std::string_view fix) {
  throw UsageError("W130", fmt::format("there is no derivative rule for {}", what), {}, std::string(fix));
}

/// Zeros where a float operand does not vary.
std::vector<Expr> float_tangents(const JvpRule& rule) {
  std::vector<Expr> tangents;
  for (size_t k = 0; k < rule.operands.size(); ++k)
    if (is_float(rule.operands[k].type().dtype)) tangents.push_back(rule.tangent(static_cast<int>(k)));
  return tangents;
}

Tangents at_float_results(const std::vector<Expr>& values, std::span<const Expr> results) {
  Flags floats;
  for (const Expr& y : results) floats.push_back(is_float(y.type().dtype));
  return spread(values, floats);
}

/// (x..., y..., x_dot...) -> (y_dot...), given the VJP (x..., y..., y_bar...) -> (x_bar...).
class CustomLinear : public Primitive {
 public:
  CustomLinear() : Primitive("custom_linear", Family::control, any_arity, {}, "the linear map whose transpose is a custom VJP") {}
  std::span<const AttributeField> attributes() const override {
    using Kind = AttributeField::Kind;
    static constexpr AttributeField fields[] = {
        {"vjp", Kind::program, "the VJP that this is the transpose of"},
        {"known", Kind::integer, "how many operands are data, not tangents"}};
    return fields;
  }
  bool has_kernel() const override { return false; }

  std::vector<Type> infer(const Signature& s) const override {
    const auto types = s.attributes.program("vjp").input_types();
    const auto known = static_cast<int64_t>(known_operands(s.attributes));
    s.require(known <= static_cast<int64_t>(std::min(types.size(), s.operands.size())), "the operands and results of its body",
              "call custom_vjp, which records it with all of them");
    return {types.begin() + known, types.end()};
  }
  void run_bodies(std::span<const ConstView> in, std::span<const View> out, const Attributes& attributes,
                  const std::function<BodyRunner(std::string_view)>& body) const override;
  Tangents jvp(const JvpRule& rule) const override {
    for (size_t k = 0; k < known_operands(rule.attributes); ++k)
      if (rule.active(static_cast<int>(k)))
        no_rule("the derivative in forward mode of a custom VJP", "use reverse mode first (grad, then jvp), or give the rule as custom_jvp");
    std::vector<Expr> operands(rule.operands.begin(), rule.operands.begin() + static_cast<int64_t>(known_operands(rule.attributes)));
    for (size_t k = operands.size(); k < rule.operands.size(); ++k) operands.push_back(rule.tangent(static_cast<int>(k)));
    const auto results = record_all(*this, operands, rule.attributes);
    return {results.begin(), results.end()};
  }
  Tangents transpose(const TransposeRule& rule) const override {
    std::vector<Expr> inputs;
    const size_t known = known_operands(rule.attributes);
    for (size_t k = 0; k < known; ++k) inputs.push_back(*rule.operands[k]);
    for (size_t k = 0; k < rule.cotangents.size(); ++k) inputs.push_back(rule.cotangent(static_cast<int>(k)));
    const auto x_bar = replay(rule.attributes.program("vjp"), inputs);
    Tangents bars(rule.operands.size());
    for (size_t k = known; k < bars.size(); ++k)
      if (rule.linear(static_cast<int>(k))) bars[k] = x_bar[k - known];
    return bars;
  }

 private:
  static size_t known_operands(const Attributes& attributes) { return static_cast<size_t>(attributes.integer("known")); }
};

double element(const ConstView& x, int64_t i) { return x.type.dtype == DType::f64 ? x.as<double>()[i] : static_cast<double>(x.as<float>()[i]); }

void CustomLinear::run_bodies(std::span<const ConstView> in, std::span<const View> out, const Attributes& attributes,
                              const std::function<BodyRunner(std::string_view)>& body) const {
  const auto vjp = body("vjp");
  const size_t known = known_operands(attributes);
  std::vector<Array> y_bar, x_bar;
  std::vector<ConstView> inputs(in.begin(), in.begin() + static_cast<int64_t>(known));
  std::vector<View> bars;
  for (const View& y : out) y_bar.emplace_back(y.type);
  for (size_t k = known; k < in.size(); ++k) x_bar.emplace_back(in[k].type);
  for (Array& bar : x_bar) bars.push_back(bar.mutable_view());
  for (const Array& bar : y_bar) inputs.push_back(bar.view());
  for (size_t row = 0; row < out.size(); ++row) {
    for (int64_t i = 0; i < out[row].type.elements(); ++i) {
      const Array unit = Array::filled(Type{out[row].type.dtype, {}}, 1), zero(unit.type());
      char* const place = static_cast<char*>(y_bar[row].mutable_view().data) + i * static_cast<int64_t>(unit.type().bytes());
      std::copy_n(static_cast<const char*>(unit.view().data), unit.type().bytes(), place);
      inputs[known + row] = y_bar[row].view();
      vjp(inputs, bars);
      double y_dot = 0;
      for (size_t k = known; k < in.size(); ++k)
        for (int64_t j = 0; j < in[k].type.elements(); ++j) y_dot += element(bars[k - known], j) * element(in[k], j);
      if (out[row].type.dtype == DType::f64) out[row].as<double>()[i] = y_dot;
      else out[row].as<float>()[i] = static_cast<float>(y_dot);
      std::copy_n(static_cast<const char*>(zero.view().data), unit.type().bytes(), place);
    }
  }
}

const CustomLinear custom_linear_record;

/// The guards of a body hold for its rule too, though the body's results may be dead in a derivative: its lines are
/// recorded beside the rule, and all but the guards go away again as dead code.
void keep_guards(const Program& body, std::span<const Expr> operands) {
  for (uint32_t v = 0; v < body.size(); ++v)
    if (body.primitive(ValueId{v}).is_guard()) {
      replay(body, operands);
      return;
    }
}

void append_floats(std::vector<Type>& types, const std::vector<Type>& of) {
  for (const Type& type : of)
    if (is_float(type.dtype)) types.push_back(type);
}

std::string listed(const std::vector<Type>& types) {
  std::string text;
  for (const Type& type : types) text += (text.empty() ? "" : ", ") + to_string(type);
  return "(" + text + ")";
}

void check_linear(const Program& body, const Program& rule, std::string_view kind, size_t known) {
  std::vector<bool> linear(rule.inputs(), true);
  std::fill_n(linear.begin(), known, false);
  const auto found = find_nonlinearity(rule, linear);
  if (!found) return;
  const std::string_view co = kind == "VJP" ? "co" : "";
  throw UsageError("W133", fmt::format("the {} of \"{}\" must be linear in its {}tangents: {}", kind, body.name(), co, found->reason),
                   found->line ? rule.where(*found->line) : fmt::format("program \"{}\"", rule.name()),
                   std::string(linearity_remedy));
}

std::string rule_remedy(const Program& body, const Program& rule, std::string_view kind, bool inputs_fit) {
  const bool vjp = kind == "VJP";
  if (inputs_fit)
    return fmt::format("return from \"{}\" a {} for each float {} of \"{}\"", rule.name(), vjp ? "cotangent" : "tangent",
                       vjp ? "input" : "result", body.name());
  return fmt::format("give \"{}\" as inputs, used or not: the inputs of \"{}\", its results, and the {}", rule.name(), body.name(),
                     vjp ? "cotangents of the results" : "tangents of the inputs");
}

/// throws unless `rule` maps (x..., y..., floats of `from`) to (floats of `to`), linearly in the former.
void check_rule(const Program& body, const Program& rule, std::string_view kind, const std::vector<Type>& from, const std::vector<Type>& to) {
  std::vector<Type> inputs = body.input_types(), outputs;
  const auto results = body.output_types();
  inputs.insert(inputs.end(), results.begin(), results.end());
  append_floats(inputs, from);
  append_floats(outputs, to);
  if (rule.input_types() != inputs || rule.output_types() != outputs)
    throw ShapeError("W208", fmt::format("the {} of \"{}\" must map {} to {}; \"{}\" maps {} to {}", kind, body.name(), listed(inputs),
                                         listed(outputs), rule.name(), listed(rule.input_types()), listed(rule.output_types())),
                     {}, rule_remedy(body, rule, kind, rule.input_types() == inputs));
  check_linear(body, rule, kind, body.inputs() + results.size());
}

class Custom : public Primitive {
 public:
  Custom() : Primitive("custom", Family::control, any_arity, {}, "a nested Program with a derivative rule of the user's") {}
  std::span<const AttributeField> attributes() const override {
    using Kind = AttributeField::Kind;
    static constexpr AttributeField fields[] = {
        {"body", Kind::program, "the function"},
        {"jvp", Kind::program, "its derivative: (x..., y..., x_dot...) -> (y_dot...), linear in x_dot", "that of vjp"},
        {"vjp", Kind::program, "its derivative: (x..., y..., y_bar...) -> (x_bar...), linear in y_bar", "that of jvp"}};
    return fields;
  }
  bool has_kernel() const override { return false; }
  std::vector<Type> infer(const Signature& s) const override {
    const Program& body = s.attributes.program("body");
    const bool forward = s.attributes.has("jvp");
    if (!forward && !s.attributes.has("vjp"))
      throw UsageError("W120", "custom needs a derivative rule, the attribute \"jvp\" or \"vjp\"", {},
                       "give the rule: custom{body=@f, vjp=@f_vjp}; without one, call{body=@f} differentiates the body itself");
    if (forward) check_rule(body, s.attributes.program("jvp"), "JVP", body.input_types(), body.output_types());
    if (s.attributes.has("vjp")) check_rule(body, s.attributes.program("vjp"), "VJP", body.output_types(), body.input_types());
    return call_p.infer(s);
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
    keep_guards(rule.attributes.program("body"), rule.operands);
    std::vector<Expr> operands(rule.operands.begin(), rule.operands.end());
    operands.insert(operands.end(), rule.results.begin(), rule.results.end());
    const int64_t known = static_cast<int64_t>(operands.size());
    const auto tangents = float_tangents(rule);
    operands.insert(operands.end(), tangents.begin(), tangents.end());
    if (rule.attributes.has("jvp")) return at_float_results(replay(rule.attributes.program("jvp"), operands), rule.results);
    const Attributes attributes{{"vjp", NestedProgram(rule.attributes.program("vjp"))}, {"known", known}};
    return at_float_results(record_all(custom_linear_record, operands, attributes), rule.results);
  }
};

const Custom custom_record;

}  // namespace

const Primitive& custom_p = custom_record;

std::vector<Expr> custom_jvp(const Program& body, const Program& jvp, std::span<const Expr> operands, Site site) {
  return record_all(custom_p, operands, {{"body", NestedProgram(body)}, {"jvp", NestedProgram(jvp)}}, site);
}

std::vector<Expr> custom_vjp(const Program& body, const Program& vjp, std::span<const Expr> operands, Site site) {
  return record_all(custom_p, operands, {{"body", NestedProgram(body)}, {"vjp", NestedProgram(vjp)}}, site);
}

Foreign::Foreign(std::string_view function_name, int operands, Infer infer, Function function, std::string_view remark)
    : Primitive(function_name, Family::control, operands, {}, remark), infer_(std::move(infer)), function_(std::move(function)) {}

Tangents Foreign::jvp(const JvpRule&) const {
  no_rule(fmt::format("the foreign function {}", name), "wrap it in custom_jvp or custom_vjp with its derivative, or hold its operands fixed (wrt)");
}

Expr Foreign::operator()(Sited first, std::initializer_list<Expr> rest) const {
  std::vector<Expr> operands{first.expr};
  operands.insert(operands.end(), rest.begin(), rest.end());
  return record_all(*this, operands, {}, first.site)[0];
}

}  // namespace wengert
