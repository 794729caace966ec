// SPDX-License-Identifier: Apache-2.0
#include "wengert/ir/primitive.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "wengert/ir/registry.h"

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

void Signature::require(bool condition, std::string_view expected) const {
  if (condition) return;
  constexpr size_t shown = 8;
  std::string found;
  for (const Type& type : operands.first(std::min(shown, operands.size())))
    found += (found.empty() ? "" : ", ") + to_string(type);
  if (operands.size() > shown) found += fmt::format(", ... {} in all", operands.size());
  throw ShapeError("W206", fmt::format("{} needs {}; found ({})", primitive.name, expected, found));
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
bool Primitive::differentiable(int) const { return family != Family::nondifferentiable && family != Family::structure; }

}  // namespace wengert
