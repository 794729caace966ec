// SPDX-License-Identifier: Apache-2.0
#include "wengert/cli/explanation.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "wengert/cli/output.h"
#include "wengert/cli/table.h"
#include "wengert/draw/formula.h"
#include "wengert/ir/primitive.h"

namespace wengert::cli {
namespace {

/// A use of a value: line `user` has it as operand with this partial.
struct Use {
  ValueId user;
  const LocalPartial* partial;
};

std::vector<std::vector<Use>> uses(const Explanation& e) {
  std::vector<std::vector<Use>> all(e.program.size());
  for (uint32_t i = 0; i < e.program.size(); ++i)
    for (const LocalPartial& partial : e.partials[i]) all[index(partial.operand)].push_back({ValueId{i}, &partial});
  return all;
}

/// Numbers stand in the formulas, not in rows.
bool has_row(const Program& p, ValueId v) { return !written_number(p, v); }

std::string line_text(const Program& p, ValueId v) {
  const std::string name = value_label(p, v);
  if (p.is_input(v)) return p.type(v).is_scalar() ? name : name + ": " + to_string(p.type(v));
  return name + " = " + line_formula(p, v);
}

std::string partials_text(const Explanation& e, ValueId v) {
  std::vector<std::string> lines;
  for (const LocalPartial& partial : e.partials[index(v)]) {
    if (!has_row(e.program, partial.operand)) continue;
    std::string text = fmt::format("d/d{}", value_label(e.program, partial.operand));
    const std::string number = partial.value ? summary(*partial.value, e.digits) : "";
    if (!partial.formula.empty() && partial.formula != number) text += " = " + partial.formula;
    if (!number.empty())
      text += " = " + number;
    else if (partial.formula.empty())
      text += fmt::format(": linear map, {}'", e.program.primitive(v).name);
    if (std::ranges::find(lines, text) == lines.end()) lines.push_back(text);
  }
  return fmt::format("{}", fmt::join(lines, "\n"));
}

bool needs_parentheses(const std::string& factor) {
  return factor.find(" + ") != std::string::npos || factor.find(" - ") != std::string::npos || factor.starts_with('-');
}

/// "v3_bar * v2": the contribution of one use in symbols.
std::string symbolic_term(const Program& p, const Use& use) {
  const std::string bar = value_label(p, use.user) + "_bar";
  const std::string& factor = use.partial->formula;
  if (factor == "1") return bar;
  if (factor == "-1") return "(-" + bar + ")";
  if (!factor.empty()) return bar + (needs_parentheses(factor) ? " * (" + factor + ")" : " * " + factor);
  if (use.partial->value)
    return fmt::format("{} * d{}/d{}", bar, value_label(p, use.user), value_label(p, use.partial->operand));
  return fmt::format("{}'({})", p.primitive(use.user).name, bar);
}

std::string factor_text(const std::string& number) { return number.starts_with('-') ? "(" + number + ")" : number; }

/// "-0.498 * 0.682", or nothing where a linear map is no number.
std::string numeric_term(const Explanation& e, const Sweep& sweep, const Use& use) {
  const auto& bar = sweep.adjoints[index(use.user)];
  if (!use.partial->value || !bar || bar->shape().rank() != 0) return {};
  const double partial = (*use.partial->value)[0];
  const std::string adjoint = summary(*bar, e.digits);
  if (partial == 1) return factor_text(adjoint);
  if ((*bar)[0] == 0 && !std::isfinite(partial)) return "0 (masked)";
  return fmt::format("{} * {}", factor_text(adjoint), factor_text(summary(*use.partial->value, e.digits)));
}

/// The chain rule for one line's adjoint: symbols, then numbers.
struct Chain {
  std::vector<std::string> symbols, numbers;
  bool numeric = true;
};

Chain chain_of(const Explanation& e, const Sweep& sweep, ValueId v, const std::vector<Use>& used) {
  Chain chain;
  const auto outputs = e.program.outputs();
  for (size_t k = 0; k < outputs.size(); ++k) {
    if (outputs[k] != v || !sweep.seeds[k]) continue;
    const std::string seed = summary(*sweep.seeds[k], e.digits);
    chain.symbols.push_back(seed + " (seed)");
    chain.numbers.push_back(seed);
  }
  for (const Use& use : used) {
    if (!sweep.adjoints[index(use.user)]) continue;
    chain.symbols.push_back(symbolic_term(e.program, use));
    chain.numbers.push_back(numeric_term(e, sweep, use));
    if (chain.numbers.back().empty()) chain.numeric = false;
  }
  return chain;
}

std::string chain_text(const Chain& chain) {
  if (chain.symbols.empty()) return "0: the output does not depend on it";
  std::string text = fmt::format("{}", fmt::join(chain.symbols, " + "));
  const bool says_nothing = chain.numbers.size() == 1 && chain.numbers[0].find_first_of("*(") == std::string::npos;
  if (chain.numeric && !says_nothing) text += fmt::format("\n= {}", fmt::join(chain.numbers, " + "));
  return text;
}

std::string adjoint_text(const Explanation& e, const Sweep& sweep, ValueId v) {
  const auto& adjoint = sweep.adjoints[index(v)];
  return adjoint ? summary(*adjoint, e.digits) : std::string();
}

std::string value_text(const Explanation& e, ValueId v) { return summary(e.values[index(v)], e.digits); }

Table whole_table(const Explanation& e, const Sweep& sweep) {
  Table table({{.title = "line"},
               {.title = "value", .align = Align::right, .paint = &Palette::green},
               {.title = "partials", .wraps = true},
               {.title = "adjoint", .align = Align::right, .paint = &Palette::yellow},
               {.title = "chain rule", .wraps = true}});
  const auto used = uses(e);
  for (uint32_t i = 0; i < e.program.size(); ++i) {
    const ValueId v{i};
    if (!has_row(e.program, v)) continue;
    const std::string chain = sweep.adjoints[i] ? chain_text(chain_of(e, sweep, v, used[i])) : "";
    table.add({line_text(e.program, v), value_text(e, v), partials_text(e, v), adjoint_text(e, sweep, v), chain});
  }
  return table;
}

Table values_table(const Explanation& e) {
  Table table({{.title = "line", .wraps = true},
               {.title = "value", .align = Align::right, .paint = &Palette::green},
               {.title = "partials", .wraps = true}});
  for (uint32_t i = 0; i < e.program.size(); ++i)
    if (const ValueId v{i}; has_row(e.program, v))
      table.add({line_text(e.program, v), value_text(e, v), partials_text(e, v)});
  return table;
}

Table adjoints_table(const Explanation& e, const Sweep& sweep) {
  Table table({{.title = "line"},
               {.title = "adjoint", .align = Align::right, .paint = &Palette::yellow},
               {.title = "chain rule", .wraps = true}});
  const auto used = uses(e);
  for (uint32_t i = static_cast<uint32_t>(e.program.size()); i-- > 0;)
    if (const ValueId v{i}; has_row(e.program, v) && sweep.adjoints[i])
      table.add(
          {value_label(e.program, v) + "_bar", adjoint_text(e, sweep, v), chain_text(chain_of(e, sweep, v, used[i]))});
  return table;
}

bool has_maps(const Explanation& e) {
  return std::ranges::any_of(e.partials, [](const auto& all) {
    return std::ranges::any_of(all, [](const LocalPartial& p) { return !p.value; });
  });
}

}  // namespace

std::string explanation_text(const Explanation& e, size_t width, const Palette& palette) {
  constexpr size_t least_cell = 26;
  std::string text;
  if (e.sweeps.size() == 1) {
    const Table table = whole_table(e, e.sweeps[0]);
    if (table.least_width(least_cell) <= width)
      text = table.str(width, palette) + palette.dim(fmt::format("v_bar is the derivative of {} by v", e.sweeps[0].of));
  }
  if (text.empty()) {
    text = palette.cyan("From the inputs down: values and partials") + "\n" + values_table(e).str(width, palette);
    for (const Sweep& sweep : e.sweeps)
      text += "\n" + palette.cyan(fmt::format("From the outputs up: v_bar, the derivative of {} by v", sweep.of)) +
              "\n" + adjoints_table(e, sweep).str(width, palette);
    text.pop_back();
  }
  if (has_maps(e)) text += "\n" + palette.dim("f'(v_bar): the transpose of the derivative of f, applied to v_bar");
  return text;
}

nlohmann::ordered_json rows_json(const Explanation& e) {
  auto rows = nlohmann::ordered_json::array();
  const auto used = uses(e);
  for (uint32_t i = 0; i < e.program.size(); ++i) {
    const ValueId v{i};
    if (!has_row(e.program, v)) continue;
    nlohmann::ordered_json row{{"name", value_label(e.program, v)},
                               {"formula", line_formula(e.program, v)},
                               {"type", to_string(e.program.type(v))},
                               {"value", to_json(e.values[i])}};
    auto& partials = row["partials"] = nlohmann::ordered_json::array();
    for (const LocalPartial& partial : e.partials[i]) {
      nlohmann::ordered_json entry{{"by", value_label(e.program, partial.operand)}, {"formula", partial.formula}};
      if (partial.value) entry["value"] = to_json(*partial.value);
      partials.push_back(std::move(entry));
    }
    auto& adjoints = row["adjoints"] = nlohmann::ordered_json::array();
    for (const Sweep& sweep : e.sweeps) {
      if (!sweep.adjoints[i]) continue;
      const Chain chain = chain_of(e, sweep, v, used[i]);
      adjoints.push_back({{"of", sweep.of},
                          {"value", to_json(*sweep.adjoints[i])},
                          {"terms", chain.symbols},
                          {"numbers", chain.numbers}});
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace wengert::cli
