// SPDX-License-Identifier: Apache-2.0
//
// wengert grad, jvp, vjp, hvp: derivatives in one sweep.
#include "wengert/ad/derivatives.h"
#include "wengert/cli/derivative_frame.h"
#include "wengert/cli/verbs.h"

namespace wengert::cli {
namespace {

int run_grad(Context& context) {
  const Differentiation d = begin_differentiation(context);
  const auto derivative = differentiated(d, [&] { return value_and_grad(d.merged, d.wrt); });
  if (!derivative) return exit_ok;
  const auto values = d.run(*derivative);
  show_values(d, std::span(values).first(1));
  std::vector<Result> results;
  const auto names = d.varying_names();
  for (size_t k = 0; k < names.size(); ++k)
    results.push_back({names[k], derivative_label(output_name(d.program(), 0), names[k]), values[k + 1]});
  show(context, "gradient", results);
  return exit_ok;
}

/// The outputs of float dtype: those with a tangent and a cotangent.
void float_outputs(const Program& p, std::vector<std::string>& names, std::vector<Type>& types) {
  for (size_t k = 0; k < p.outputs().size(); ++k) {
    if (!is_float(p.type(p.outputs()[k]).dtype)) continue;
    names.push_back(output_name(p, k));
    types.push_back(p.type(p.outputs()[k]));
  }
}

/// What moves along --v, and how. The other inputs are held fixed: a zero would be multiplied with a partial that may be
/// infinite. Where nothing moves, or no number is asked for (--emit), every input has a direction.
struct Motion {
  std::vector<size_t> inputs;
  std::vector<Array> directions;
};

Motion motion(const Differentiation& d) {
  if (d.context.arguments().has("emit")) return {d.wrt, {}};
  const auto all = vectors(d.context, "v", d.varying_names(), d.varying_types(), false);
  Motion moving;
  for (size_t k = 0; k < all.size(); ++k) {
    bool moves = false;
    for (int64_t i = 0; i < all[k].elements(); ++i) moves |= all[k][i] != 0;
    if (!moves) continue;
    moving.inputs.push_back(d.wrt[k]);
    moving.directions.push_back(all[k]);
  }
  return moving.inputs.empty() ? Motion{d.wrt, all} : moving;
}

int run_jvp(Context& context) {
  const Differentiation d = begin_differentiation(context);
  const Motion moving = motion(d);
  const auto derivative = differentiated(d, [&] { return jvp(d.merged, moving.inputs); });
  if (!derivative) return exit_ok;
  const auto values = d.run(*derivative, moving.directions);
  show_values(d, values);
  std::vector<std::string> names;
  std::vector<Type> types;
  float_outputs(d.program(), names, types);
  std::vector<Result> results;
  for (size_t k = 0; k < names.size(); ++k)
    results.push_back({names[k], names[k] + "_dot", values[d.program().outputs().size() + k]});
  show(context, "tangent", results);
  return exit_ok;
}

int run_vjp(Context& context) {
  const Differentiation d = begin_differentiation(context);
  const auto derivative = differentiated(d, [&] { return vjp(d.merged, d.wrt); });
  if (!derivative) return exit_ok;
  std::vector<std::string> names;
  std::vector<Type> types;
  float_outputs(d.program(), names, types);
  const bool one_scalar = types.size() == 1 && types[0].is_scalar() && !context.arguments().has("seed");
  const auto seeds =
      one_scalar ? std::vector<Array>{Array::filled(types[0], 1)} : vectors(context, "seed", names, types, false);
  const auto values = d.run(*derivative, seeds);
  show_values(d, values);
  std::vector<Result> results;
  const auto inputs = d.varying_names();
  for (size_t k = 0; k < inputs.size(); ++k)
    results.push_back({inputs[k], inputs[k] + "_bar", values[d.program().outputs().size() + k]});
  show(context, "cotangent", results);
  return exit_ok;
}

int run_hvp(Context& context) {
  const Differentiation d = begin_differentiation(context);
  const Motion moving = motion(d);
  // All rows of the Hessian, and the columns of what moves.
  const auto derivative = differentiated(d, [&] { return moving.inputs == d.wrt ? hvp(d.merged, d.wrt) : jvp(grad(d.merged, d.wrt), moving.inputs); });
  if (!derivative) return exit_ok;
  const auto inputs = d.varying_names();
  const auto values = d.run(*derivative, moving.directions);
  std::vector<Result> results;
  for (size_t k = 0; k < inputs.size(); ++k)
    results.push_back({inputs[k], "(H v)_" + inputs[k], values[values.size() - inputs.size() + k]});
  show(context, "product", results);
  return exit_ok;
}

Option direction_option() {
  return {.names = "--v",
          .value = "VALUES",
          .help = "The direction, written like --at; inputs it does not name are held fixed",
          .repeats = true};
}

}  // namespace

Verb grad_verb() {
  return {.name = "grad",
          .summary = "The gradient of a scalar function, in reverse mode",
          .description =
              "One reverse sweep gives the derivative by every input, whatever their number. The function must have "
              "one scalar output; for others there are jacobian and vjp. Derivatives are exact to rounding; where sigmoid, "
              "tanh or softmax saturate, theirs reuse the result and are exact to a rounding of 1, not of themselves.",
          .options = derivative_options(),
          .examples = {{"wengert grad \"x*sin(y)\" --at x=2,y=3", "The gradient at a point"},
                       {"wengert grad \"x*sin(y)\" --wrt y --emit", "The Program that computes it"}},
          .run = run_grad};
}

Verb jvp_verb() {
  return {.name = "jvp",
          .summary = "The Jacobian times a vector, in forward mode",
          .description = "The directional derivative along --v: one forward sweep, whatever the number of outputs.",
          .options = derivative_options({direction_option()}),
          .examples = {{"wengert jvp \"x*sin(y), x+y\" --at x=2,y=3 --v x=1", "How both results change with x"}},
          .run = run_jvp};
}

Verb vjp_verb() {
  return {
      .name = "vjp",
      .summary = "A vector times the Jacobian, in reverse mode",
      .description =
          "The inputs' cotangents for the outputs' cotangents --seed: one reverse sweep, whatever the number of "
          "inputs. Outputs are named as eval names them; a single scalar output has seed 1 by default.",
      .options = derivative_options({{.names = "--seed",
                                      .value = "VALUES",
                                      .help = "Cotangents of the outputs, written like --at; those not named are zero",
                                      .repeats = true}}),
      .examples = {{"wengert vjp \"u = x*y, v = x+y, u, v\" --at x=2,y=3 --seed u=1,v=10",
                    "A weighted sum of the rows"}},
      .run = run_vjp};
}

Verb hvp_verb() {
  return {
      .name = "hvp",
      .summary = "The Hessian of a scalar function times a vector, forward over reverse",
      .description = "Costs a small multiple of the function, whatever the number of inputs (Pearlmutter 1994).",
      .options = derivative_options({direction_option()}),
      .examples = {{"wengert hvp \"sum(x^3)\" --at 'x=[1,2,3]' --v 'x=[1,0,0]'", "The first column of the Hessian"}},
      .run = run_hvp};
}

}  // namespace wengert::cli
