// SPDX-License-Identifier: Apache-2.0
//
// wengert jacobian, hessian: all partial derivatives.
#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "wengert/ad/accumulate.h"
#include "wengert/ad/derivatives.h"
#include "wengert/ad/linearize.h"
#include "wengert/api/planned_jacobian.h"
#include "wengert/base/error.h"
#include "wengert/cli/derivative_frame.h"
#include "wengert/cli/table.h"
#include "wengert/cli/verbs.h"
#include "wengert/plan/compressed.h"
#include "wengert/plan/elimination_order.h"

namespace wengert::cli {
namespace {

/// Blocks of a matrix: a label, a row's name, a column's name.
struct Block {
  std::string row, column, label;
  Array value;
};

/// A table with headings where all blocks are scalars, a result each otherwise.
void show_blocks(Context& context, std::string_view section, const std::vector<Block>& blocks, size_t columns) {
  auto& object = context.document()[std::string(section)] = nlohmann::ordered_json::object();
  for (const Block& b : blocks) object[b.row][b.column] = to_json(b.value);
  const bool scalars = std::ranges::all_of(blocks, [](const Block& b) { return b.value.shape().rank() == 0; });
  if (!scalars || blocks.size() <= 1 || columns > 8) {
    for (const Block& b : blocks) print_result(context, b.label, b.value);
    return;
  }
  std::vector<Column> heads{{.title = "", .paint = &Palette::cyan}};
  for (size_t k = 0; k < columns; ++k) heads.push_back({"/d" + blocks[k].column, Align::right});
  Table table(std::move(heads));
  for (size_t i = 0; i < blocks.size(); i += columns) {
    std::vector<std::string> cells{"d" + blocks[i].row};
    for (size_t k = 0; k < columns; ++k) cells.push_back(array_text(blocks[i + k].value, 0));
    table.add(std::move(cells));
  }
  std::string text = table.str(terminal_width(), context.palette());
  text.pop_back();
  context.print(text);
}

/// The Jacobian by elimination along a planned order; its cost is reported.
Program eliminated(const Differentiation& d, const std::string& mode) {
  if (d.context.arguments().has("wrt"))
    throw UsageError("W611", fmt::format("--mode {} eliminates by all inputs and takes no --wrt", mode), {},
                     "use --mode forward or reverse");
  const Linearization linear = linearize(d.merged);
  const auto order = mode == "best" ? enumerated_order(linear.graph).choice : markowitz_order(linear.graph);
  const Accumulation result = accumulate(d.merged, order);
  d.context.document()["cost"] = {{"multiplications", result.cost.multiplications},
                                  {"unit_multiplications", result.cost.unit_multiplications},
                                  {"additions", result.cost.additions}};
  d.context.note(fmt::format("{} order: {} multiplications ({} of them by 1 or -1), {} additions", mode,
                             result.cost.multiplications, result.cost.unit_multiplications, result.cost.additions));
  return result.program;
}

/// The Jacobian by the fewest operations found; which way that is, and how many, is reported.
Program planned(const Differentiation& d) {
  JacobianChoice choice;
  // Under --trap-nan every operation has to be there, as it was written.
  const JacobianPlanOptions options{.work = d.context.arguments().has("trap-nan") ? 0 : JacobianPlanOptions{}.work};
  const Program result = planned_jacobian(d.merged, d.wrt, options, &choice);
  auto& document = d.context.document()["accumulation"] = {{"method", choice.method}};
  if (choice.operations > 0)
    document.update({{"operations", choice.operations}, {"swept_operations", choice.swept_operations}});
  return result;
}

/// "x" of a scalar, "x[2]" and "x[0,1]" of the elements of an array.
void add_elements(std::vector<std::string>& names, const std::string& name, const Shape& shape) {
  if (shape.rank() == 0) return names.push_back(name);
  for (int64_t k = 0; k < static_cast<int64_t>(shape.elements()); ++k) {
    std::string indices;
    for (int64_t axis = shape.rank() - 1, rest = k; axis >= 0; rest /= shape[static_cast<size_t>(axis--)])
      indices = fmt::format("{}{}{}", rest % shape[static_cast<size_t>(axis)], indices.empty() ? "" : ",", indices);
    names.push_back(fmt::format("{}[{}]", name, indices));
  }
}

/// What was swept, and how it compares with the least that any colouring takes.
std::string sweeps_text(const CompressedDerivative& c) {
  if (c.sweeps == 0) return fmt::format("{} of {} entries", c.pattern.entries(), c.pattern.rows * c.pattern.columns);
  return fmt::format("{} of {} entries by {} {} {}{}", c.pattern.entries(), c.pattern.rows * c.pattern.columns, c.sweeps,
                     c.reverse ? "reverse" : "forward", c.sweeps == 1 ? "sweep" : "sweeps",
                     c.sweeps == c.lower_bound ? ", the fewest" : fmt::format(", at least {}", c.lower_bound));
}

/// The entries that can be other than 0, a line each. `rows`: names of the rows' elements.
int show_sparse(const Differentiation& d, std::string_view section, const CompressedDerivative& c, const std::vector<std::string>& rows) {
  const auto program = differentiated(d, [&] { return c.values; });
  if (!program) return exit_ok;
  const Array value = d.run(*program)[0];
  d.context.note(sweeps_text(c));
  d.context.document()[std::string(section)] = {{"rows", c.pattern.rows},           {"columns", c.pattern.columns},
                                                {"row_start", c.pattern.row_start}, {"column", c.pattern.column},
                                                {"value", to_json(value)},          {"sweeps", c.sweeps},
                                                {"lower_bound", c.lower_bound},     {"mode", c.reverse ? "reverse" : "forward"}};
  std::vector<std::string> columns;
  const auto names = d.varying_names();
  const auto types = d.varying_types();
  for (size_t k = 0; k < names.size(); ++k) add_elements(columns, names[k], types[k].shape);
  Table table({{.title = "row", .paint = &Palette::cyan}, {.title = "column", .paint = &Palette::cyan}, {"entry", Align::right}});
  for (int64_t i = 0; i < c.pattern.rows; ++i)
    for (auto k = c.pattern.row_start[static_cast<size_t>(i)]; k < c.pattern.row_start[static_cast<size_t>(i) + 1]; ++k)
      table.add({rows[static_cast<size_t>(i)], columns[static_cast<size_t>(c.pattern.column[static_cast<size_t>(k)])],
                 array_text(Array(value[k]), 0)});
  std::string text = table.str(terminal_width(), d.context.palette());
  text.pop_back();
  d.context.print(text);
  return exit_ok;
}

int run_jacobian(Context& context) {
  const Differentiation d = begin_differentiation(context);
  const std::string mode = context.arguments().text("mode");
  if (context.arguments().has("sparse")) {
    if (mode != "auto")
      throw UsageError("W611", fmt::format("--sparse chooses its sweeps itself and takes no --mode {}", mode), {}, "leave out one of the two");
    note_without_derivative(context, d.program());
    std::vector<std::string> rows;
    const auto types = d.program().output_types();
    for (size_t k = 0; k < types.size(); ++k)
      if (is_float(types[k].dtype)) add_elements(rows, output_name(d.program(), k), types[k].shape);
    return show_sparse(d, "jacobian", compressed_jacobian(d.merged, d.wrt), rows);
  }
  const auto derivative = differentiated(d, [&] {
    if (mode == "markowitz" || mode == "best") return eliminated(d, mode);
    return mode == "auto" ? planned(d) : jacobian(d.merged, d.wrt, jacobian_mode(mode));
  });
  if (!derivative) return exit_ok;
  const auto values = d.run(*derivative);
  const auto inputs = d.varying_names();
  std::vector<std::string> outputs;  // those with a derivative
  for (size_t k = 0; k < d.program().outputs().size(); ++k)
    if (is_float(d.program().output_types()[k].dtype)) outputs.push_back(output_name(d.program(), k));
  note_without_derivative(context, d.program());
  std::vector<Block> blocks;
  for (size_t k = 0; k < values.size(); ++k) {
    const std::string row = outputs[k / inputs.size()], column = inputs[k % inputs.size()];
    blocks.push_back({row, column, derivative_label(row, column), values[k]});
  }
  show_blocks(context, "jacobian", blocks, inputs.size());
  return exit_ok;
}

Option sparse_option() {
  return {.names = "--sparse",
          .help = "Only the entries that can be other than 0, between arrays by one sweep for all columns (or rows) that have "
                  "none in common: as many as a colouring has colours"};
}

std::vector<std::string_view> with_eliminations(std::vector<std::string_view> modes) {
  modes.insert(modes.end(), {"markowitz", "best"});
  return modes;
}

int run_hessian(Context& context) {
  const Differentiation d = begin_differentiation(context);
  if (context.arguments().has("sparse")) {
    std::vector<std::string> rows;
    for (size_t k = 0; k < d.wrt.size(); ++k) add_elements(rows, d.varying_names()[k], d.varying_types()[k].shape);
    return show_sparse(d, "hessian", compressed_hessian(d.merged, d.wrt), rows);
  }
  const auto derivative = differentiated(d, [&] { return hessian(d.merged, d.wrt); });
  if (!derivative) return exit_ok;
  const auto values = d.run(*derivative);
  const auto inputs = d.varying_names();
  const std::string f = output_name(d.program(), 0);
  std::vector<Block> blocks;
  for (size_t k = 0; k < values.size(); ++k) {
    const std::string row = inputs[k / inputs.size()], column = inputs[k % inputs.size()];
    blocks.push_back({row, column, fmt::format("d2{}/d{}d{}", f, row, column), values[k]});
  }
  show_blocks(context, "hessian", blocks, inputs.size());
  return exit_ok;
}

}  // namespace

Verb jacobian_verb() {
  return {
      .name = "jacobian",
      .summary = "All partial derivatives of a function with any number of outputs",
      .description =
          "By the fewest operations found: forward sweeps (one an input element), reverse sweeps (one an output "
          "element), or eliminating the intermediate values in an order that is searched for, some 60 ms at most. "
          "--mode asks for one of them: sweeps, forward sweeps written out in scalars (columns), or those if they take "
          "fewer operations (fewest), for what will be compiled; or vertex elimination in Markowitz's order, or in the best "
          "of all orders (up to 16 intermediate values), for Programs of scalars.",
      .options = derivative_options({{.names = "--mode",
                                      .value = "MODE",
                                      .help = "How it is accumulated",
                                      .initial = "auto",
                                      .choices = with_eliminations(jacobian_modes())},
                                     sparse_option()}),
      .examples = {{"wengert jacobian \"v=x*y*sin(x*y), cos(v), exp(v)\" --at x=1.5,y=0.5", "A 2 x 2 Jacobian"},
                   {"wengert jacobian \"v=x*y*sin(x*y), cos(v), exp(v)\" --mode best --emit",
                    "With the fewest multiplications"}},
      .run = run_jacobian};
}

Verb hessian_verb() {
  return {.name = "hessian",
          .summary = "All second derivatives of a scalar function, forward over reverse",
          .options = derivative_options({sparse_option()}),
          .examples = {{"wengert hessian \"x^2*y + sin(y)\" --at x=2,y=3", "A 2 x 2 Hessian"}},
          .run = run_hessian};
}

}  // namespace wengert::cli
