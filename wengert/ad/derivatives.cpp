// SPDX-License-Identifier: Apache-2.0
#include "wengert/ad/derivatives.h"

#include <algorithm>
#include <fmt/format.h>

#include "wengert/ad/derived_recording.h"
#include "wengert/ad/hoisted.h"
#include "wengert/ad/linearize.h"
#include "wengert/ad/pullback.h"
#include "wengert/ad/seeds.h"
#include "wengert/passes/fuse_maps.h"
#include "wengert/passes/merge_scans.h"
#include "wengert/passes/scalar_loops.h"
#include "wengert/passes/simplify.h"
#include "wengert/passes/sink_into_maps.h"
#include "wengert/passes/trim_loops.h"
#include "wengert/passes/work.h"
#include "wengert/primitives/control.h"
#include "wengert/primitives/primitives.h"

namespace wengert {
namespace {

std::string input_name(const Program& p, size_t k) {
  const auto name = p.value_name(ValueId{static_cast<uint32_t>(k)});
  return name.empty() ? fmt::format("x{}", k) : std::string(name);
}

std::string output_name(const Program& p, size_t k) {
  const auto name = p.value_name(p.outputs()[k]);
  if (!name.empty() && !p.is_input(p.outputs()[k])) return std::string(name);
  return p.outputs().size() == 1 ? "y" : fmt::format("y{}", k);
}

/// A derivative under construction: the inputs of p declared, p linearized at them.
struct Derivative {
  DerivedRecording recording;
  std::vector<size_t> wrt;
  std::vector<Expr> inputs;

  Derivative(const Program& p, std::string_view suffix, const std::vector<size_t>& chosen)
      : recording(p.name() + std::string(suffix)), wrt(varying_inputs(p, chosen)) {
    for (size_t k = 0; k < p.inputs(); ++k) {
      const ValueId v{static_cast<uint32_t>(k)};
      inputs.push_back(recording.input(p.type(v), std::string(p.value_name(v))));
    }
  }
  /// Further inputs like those in wrt, each in its place among all inputs.
  Tangents like_inputs(const Program& p, std::string_view suffix) {
    Tangents all(inputs.size());
    for (size_t k : wrt) all[k] = recording.input(p.type(ValueId{static_cast<uint32_t>(k)}), input_name(p, k) + std::string(suffix));
    return all;
  }
  Tangents like_outputs(const Program& p, std::string_view suffix) {
    Tangents all(p.outputs().size());
    for (size_t k = 0; k < all.size(); ++k)
      if (is_float(p.type(p.outputs()[k]).dtype)) all[k] = recording.input(p.type(p.outputs()[k]), output_name(p, k) + std::string(suffix));
    return all;
  }
  Program finish(std::span<const Expr> outputs) { return simplify(recording.finish(outputs)); }
  std::vector<bool> active() const {
    std::vector<bool> flags(inputs.size(), false);
    for (size_t k : wrt) flags[k] = true;
    return flags;
  }
};

void require_scalar_output(const Program& p, std::string_view what) {
  const auto types = p.output_types();
  if (types.size() == 1 && types[0].is_scalar() && is_float(types[0].dtype)) return;
  std::string found;
  for (const Type& type : types) found += (found.empty() ? "" : ", ") + to_string(type);
  throw ShapeError("W210", fmt::format("{} needs exactly one scalar float output; program \"{}\" returns ({})", what, p.name(), found), {},
                   "return one scalar, e.g. sum(y), or ask for the jacobian");
}

/// The loop of the values and that of the derivatives as one, and scans that differ in what they return alone. Not for jvp and vjp: whether a rule made of them is linear
/// in its tangents is seen instruction by instruction, and one loop would mix what depends on them with what does not.
Program with_fused_maps(const Program& p) {
  const Program fused = trim_loops(merge_scans(fuse_maps(p)));
  return fused == p ? p : trim_loops(simplify(fused));
}

Program gradient(const Program& original, const std::vector<size_t>& wrt, bool with_value) {
  require_scalar_output(original, "a gradient");
  const Program p = with_hoisted_lines(original);
  Derivative d(p, "_grad", wrt);
  const auto linearized = linearize(p, d.inputs, d.active());
  const Tangents seed{Expr(1.0)};
  const auto x_bar = pullback(linearized.graph, seed);
  std::vector<Expr> outputs;
  if (with_value) outputs.push_back(linearized.outputs[0]);
  for (size_t k : d.wrt) outputs.push_back(filled(x_bar[k], d.inputs[k].type()));
  return with_fused_maps(d.finish(outputs));
}

int64_t elements(const std::vector<Type>& types) {
  int64_t total = 0;
  for (const Type& type : types) total += type.elements();
  return total;
}

}  // namespace

std::vector<size_t> varying_inputs(const Program& p, const std::vector<size_t>& wrt) {
  const auto types = p.input_types();
  std::vector<size_t> chosen = wrt;
  for (size_t k : chosen)
    if (k >= types.size() || !is_float(types[k].dtype))
      throw UsageError("W131", k >= types.size() ? fmt::format("program \"{}\" has {} inputs; input {} was asked for", p.name(), types.size(), k)
                                                 : fmt::format("input {} of program \"{}\" is {} and has no derivative", k, p.name(), to_string(types[k])),
                       {}, "list inputs of float dtype by their place, from 0");
  for (auto k = chosen.begin(); k != chosen.end(); ++k)  // their tangents would be one, and which is not said
    if (std::find(chosen.begin(), k, *k) != k)
      throw UsageError("W131", fmt::format("input {} of program \"{}\" is listed twice", *k, p.name()), {}, "list each input once");
  if (chosen.empty())
    for (size_t k = 0; k < types.size(); ++k)
      if (is_float(types[k].dtype)) chosen.push_back(k);
  return chosen;
}

Program jvp(const Program& p, const std::vector<size_t>& wrt) {
  Derivative d(p, "_jvp", wrt);
  const auto x_dot = d.like_inputs(p, "_dot");
  const auto linearized = linearize(p, d.inputs, d.active());
  const auto y_dot = pushforward(linearized.graph, x_dot);
  std::vector<Expr> outputs = linearized.outputs;
  for (size_t k = 0; k < y_dot.size(); ++k)
    if (const Type type = linearized.outputs[k].type(); is_float(type.dtype)) outputs.push_back(filled(y_dot[k], type));
  return d.finish(outputs);
}

Program vjp(const Program& p, const std::vector<size_t>& wrt) {
  Derivative d(p, "_vjp", wrt);
  const auto y_bar = d.like_outputs(p, "_bar");
  const auto linearized = linearize(p, d.inputs, d.active());
  const auto x_bar = pullback(linearized.graph, y_bar);
  std::vector<Expr> outputs = linearized.outputs;
  for (size_t k : d.wrt) outputs.push_back(filled(x_bar[k], d.inputs[k].type()));
  return d.finish(outputs);
}

Program grad(const Program& p, const std::vector<size_t>& wrt) { return gradient(p, wrt, false); }
Program value_and_grad(const Program& p, const std::vector<size_t>& wrt) { return gradient(p, wrt, true); }

namespace {

Places float_outputs(const std::vector<Expr>& outputs) {
  Places places;
  for (size_t k = 0; k < outputs.size(); ++k)
    if (is_float(outputs[k].type().dtype)) places.places.push_back(k), places.types.push_back(outputs[k].type());
  return places;
}

/// Forward mode with the inputs in `wrt` as scalars.
Program jacobian_by_scalars(const Program& p, const std::vector<size_t>& wrt, const ScalarLoopLimits& limits = {}) {
  Derivative d(p, "_jacobian", wrt);
  const Program scalars = scalar_loops(with_hoisted_lines(p), d.active(), limits);
  std::vector<Expr> inputs;
  std::vector<bool> active;
  std::vector<SplitColumn> columns(p.inputs());
  for (size_t k = 0; k < p.inputs(); ++k) {
    const bool varies = d.active()[k];
    const auto parts = varies ? elements_of(d.inputs[k]) : std::vector{d.inputs[k]};
    columns[k].type = d.inputs[k].type();
    for (size_t i = 0; i < parts.size(); ++i) columns[k].places.push_back(inputs.size() + i);
    inputs.insert(inputs.end(), parts.begin(), parts.end());
    active.resize(inputs.size(), varies);
  }
  std::vector<SplitColumn> by;
  for (size_t k : d.wrt) by.push_back(columns[k]);
  const auto linearized = linearize(scalars, inputs, active);
  const Program columnwise = d.finish(jacobian_by_split_columns(linearized.graph, by, float_outputs(linearized.outputs)));
  return simplify(sink_into_maps(fuse_maps(columnwise)));
}

Program jacobian_of_least_work(const Program& p, const std::vector<size_t>& wrt) {
  constexpr int64_t most_lines = 200'000;  // of all columns: what takes longer to make than it saves
  const Program whole = jacobian(p, wrt);
  int64_t sweeps = 1;
  for (size_t k : varying_inputs(p, wrt)) sweeps += p.input_types()[k].elements();
  ScalarLoopLimits limits;
  limits.lines = std::min(limits.lines, static_cast<size_t>(most_lines / sweeps));
  try {
    const Program columns = jacobian_by_scalars(p, wrt, limits);
    return work_of(columns) < work_of(whole) ? columns : whole;
  } catch (const ResourceError&) {  // too large to be written out
    return whole;
  }
}

}  // namespace

Program jacobian(const Program& p, const std::vector<size_t>& wrt, JacobianMode mode) {
  if (mode == JacobianMode::columns) return jacobian_by_scalars(p, wrt);
  if (mode == JacobianMode::fewest) return jacobian_of_least_work(p, wrt);
  Derivative d(p, "_jacobian", wrt);
  const auto linearized = linearize(with_hoisted_lines(p), d.inputs, d.active());
  Places columns{d.wrt, {}};
  const Places rows = float_outputs(linearized.outputs);
  for (size_t k : d.wrt) columns.types.push_back(d.inputs[k].type());
  if (mode == JacobianMode::by_shape)
    mode = elements(columns.types) <= elements(rows.types) ? JacobianMode::forward : JacobianMode::reverse;
  return d.finish(mode == JacobianMode::forward ? jacobian_by_columns(linearized.graph, columns, rows)
                                                : jacobian_by_rows(linearized.graph, columns, rows));
}

Program hessian(const Program& p, const std::vector<size_t>& wrt) {
  require_scalar_output(p, "a Hessian");
  return jacobian(grad(p, wrt), varying_inputs(p, wrt), JacobianMode::forward).renamed(p.name() + "_hessian");
}

Program hvp(const Program& p, const std::vector<size_t>& wrt) {
  require_scalar_output(p, "a Hessian-vector product");
  const Program gradient = grad(p, wrt);
  Derivative d(gradient, "", varying_inputs(p, wrt));
  const auto v = d.like_inputs(gradient, "_v");
  const auto linearized = linearize(gradient, d.inputs, d.active());
  const auto products = pushforward(linearized.graph, v);
  std::vector<Expr> outputs;
  for (size_t k = 0; k < products.size(); ++k) outputs.push_back(filled(products[k], linearized.outputs[k].type()));
  return d.finish(outputs).renamed(p.name() + "_hvp");
}

Program gauss_newton_product(const Program& p, const Program* loss, const std::vector<size_t>& wrt) {
  Derivative d(p, "_gauss_newton_product", wrt);
  const auto v = d.like_inputs(p, "_v");
  const auto linearized = linearize(p, d.inputs, d.active());
  Tangents product = pushforward(linearized.graph, v);
  if (loss != nullptr) {
    std::vector<Expr> operands = linearized.outputs;
    for (size_t k = 0; k < product.size(); ++k)
      if (is_float(linearized.outputs[k].type().dtype)) operands.push_back(filled(product[k], linearized.outputs[k].type()));
    const auto curved = replay(hvp(*loss), operands);
    for (size_t k = 0, next = 0; k < product.size(); ++k)
      if (is_float(linearized.outputs[k].type().dtype)) product[k] = curved[next++];
  }
  const auto x_bar = pullback(linearized.graph, product);
  std::vector<Expr> outputs;
  for (size_t k : d.wrt) outputs.push_back(filled(x_bar[k], d.inputs[k].type()));
  return d.finish(outputs);
}

}  // namespace wengert
