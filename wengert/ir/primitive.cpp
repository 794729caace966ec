// SPDX-License-Identifier: Apache-2.0
#include "wengert/ir/primitive.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "wengert/ir/registry.h"
#include "wengert/ir/text_lexer.h"

namespace wengert {
namespace {

/// A line of the list itself; nothing is ever asked of it but its name.
class StructureLine : public Primitive {
 public:
  StructureLine(std::string_view line, std::string_view remark) : Primitive(line, Family::structure, 0, {}, remark) {}
  std::vector<Type> infer(const Signature&) const override { return {}; }
  bool has_kernel() const override { return false; }
};

const StructureLine input_line("input", "an argument of the Program");
const StructureLine constant_line("constant", "a number or array known when the Program was made");
const StructureLine result_line("result", "a further result of the instruction before it");

/// Says which axes there are, if an attribute names another one.
std::string axis_remedy(const Signature& s) {
  if (s.operands.empty()) return {};
  const Type& type = s.operands[0];
  const int rank = type.shape.rank();
  bool inside = true;
  const auto check = [&](int64_t axis) { inside = inside && axis >= 0 && axis < rank; };
  if (const auto* axis = s.attributes.find("axis"); axis != nullptr && std::holds_alternative<int64_t>(*axis))
    check(std::get<int64_t>(*axis));
  if (const auto* axes = s.attributes.find("axes"); axes != nullptr)
    if (const auto* list = std::get_if<std::vector<int64_t>>(axes)) std::for_each(list->begin(), list->end(), check);
  if (inside) return {};
  if (rank == 0) return fmt::format("{} has no axes; reshape it to [1], or leave {} out", to_string(type), s.primitive.name);
  if (rank == 1) return fmt::format("take axis 0, the only one of {}", to_string(type));
  return fmt::format("take one of the axes 0 to {} of {}", rank - 1, to_string(type));
}

/// What to do about operands that a primitive does not take, as far as their types tell.
std::string remedy(const Signature& s) {
  if (std::string axis = axis_remedy(s); !axis.empty()) return axis;
  const bool mixed = std::ranges::any_of(s.operands, [&](const Type& type) { return type.dtype != s.operands[0].dtype; });
  if (mixed && s.primitive.family == Family::elementwise) return "convert one of them: convert(x, dtype=f64)";
  return fmt::format("`wengert primitives {}` shows what it takes; reshape, transpose and convert make operands fit", s.primitive.name);
}

[[noreturn]] void unknown_attribute(const Primitive& primitive, const std::string& name) {
  std::vector<std::string_view> known;
  for (const AttributeField& field : primitive.attributes()) known.push_back(field.name);
  std::string fix = text::did_you_mean(name, known);
  if (fix.empty()) fix = known.empty() ? "leave it out" : fmt::format("its attributes are {}", fmt::join(known, ", "));
  throw UsageError("W515", fmt::format("{} takes no attribute \"{}\"", primitive.name, text::displayed(name)), {}, fix);
}

bool is_of_kind(const AttributeValue& value, AttributeField::Kind kind) {
  const bool whole_real = kind == AttributeField::Kind::real && std::holds_alternative<int64_t>(value);
  return whole_real || value.index() == static_cast<size_t>(kind);
}

[[noreturn]] void no_rule(const Primitive& primitive, std::string_view rule) {
  throw InternalError("W902", fmt::format("{} has no {}", primitive.name, rule));
}

}  // namespace

const Primitive& input_p = input_line;
const Primitive& constant_p = constant_line;
const Primitive& result_p = result_line;

std::string_view to_string(Family family) {
  static constexpr std::array<std::string_view, 7> names{"structure", "elementwise", "linear", "bilinear",
                                                         "composite", "nondifferentiable", "control"};
  return names[static_cast<size_t>(family)];
}

std::string_view to_string(AttributeField::Kind kind) {
  static constexpr std::array<std::string_view, 8> names{"true or false", "an integer", "a real",    "a dtype",
                                                         "a list of integers", "a text", "an array", "a program"};
  static_assert(names.size() == std::variant_size_v<AttributeValue>);
  return names[static_cast<size_t>(kind)];
}

void Primitive::check_attributes(const Attributes& given) const {
  for (const auto& [key, value] : given) {
    const auto fields = attributes();
    const auto field = std::ranges::find(fields, key, &AttributeField::name);
    if (field == fields.end()) unknown_attribute(*this, key);
    if (!is_of_kind(value, field->kind))
      throw UsageError("W120", fmt::format("the attribute \"{}\" of {} is {}", key, name, to_string(field->kind)), {},
                       fmt::format("{}: {}", key, field->meaning));
  }
}

std::vector<Type> Primitive::result_types(const Signature& signature) const {
  check_attributes(signature.attributes);
  std::vector<Type> results = infer(signature);
  if (results.empty()) throw UsageError("W507", fmt::format("{} has no result here", name), {}, "give its body a result");
  return results;
}

void Signature::require(bool condition, std::string_view expected, std::string_view fix) const {
  if (!condition) refuse(expected, fix);
}

void Signature::refuse(std::string_view expected, std::string_view fix) const {
  constexpr size_t shown = 8;
  std::string found;
  for (const Type& type : operands.first(std::min(shown, operands.size())))
    found += (found.empty() ? "" : ", ") + to_string(type);
  if (operands.size() > shown) found += fmt::format(", ... {} in all", operands.size());
  throw ShapeError("W206", fmt::format("{} needs {}; found ({})", primitive.name, expected, found), {},
                   fix.empty() ? remedy(*this) : std::string(fix));
}

Expr JvpRule::tangent(int k) const {
  const auto& t = tangents[static_cast<size_t>(k)];
  return t ? *t : zeros(operands[static_cast<size_t>(k)].type());
}

Expr TransposeRule::cotangent(int k) const {
  const auto& c = cotangents[static_cast<size_t>(k)];
  return c ? *c : zeros(result_types[static_cast<size_t>(k)]);
}

Primitive::Primitive(std::string_view n, Family f, int operands, std::string_view src, std::string_view remark)
    : name(n), family(f), arity(operands), source(src), note(remark), id(register_primitive(*this)) {}

void Primitive::kernel(KernelBuilder&, const Attributes&) const { no_rule(*this, "kernel"); }
Primitive::Augmented Primitive::augmented(std::span<const Expr> operands, const Attributes& attributes, Site site) const {
  return {record_all(*this, operands, attributes, site), {}};
}
std::vector<Expr> Primitive::partials(std::span<const Expr>, Expr) const { no_rule(*this, "partials"); }
Tangents Primitive::jvp(const JvpRule&) const { no_rule(*this, "JVP"); }
Tangents Primitive::transpose(const TransposeRule&) const { no_rule(*this, "transpose"); }
std::vector<Expr> Primitive::batch(const BatchRule&) const { return {}; }
Primitive::Loop Primitive::native_loop(DType) const { return nullptr; }
void Primitive::run_bodies(std::span<const ConstView>, std::span<const View>, const Attributes&,
                           const std::function<BodyRunner(std::string_view)>&) const {
  no_rule(*this, "bodies");
}
bool Primitive::write_bodies(KernelBuilder&, const Signature&, std::span<const Place>, std::span<const Place>,
                             const BodyWriter&) const {
  return false;
}
bool Primitive::differentiable(int) const { return family != Family::nondifferentiable && family != Family::structure; }

}  // namespace wengert
