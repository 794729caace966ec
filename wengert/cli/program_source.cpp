// SPDX-License-Identifier: Apache-2.0
#include "wengert/cli/program_source.h"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "wengert/base/error.h"
#include "wengert/io/file.h"
#include "wengert/ir/primitive.h"
#include "wengert/ir/text.h"
#include "wengert/ir/text_lexer.h"

namespace wengert::cli {
namespace {

constexpr size_t program_limit = size_t{1} << 30;  // some 25 million lines

std::string known_names(const std::vector<std::string>& names) {
  return names.empty() ? "it has none" : fmt::format("it has {}", fmt::join(names, ", "));
}

/// A name as --at and --seed take it.
std::string name_on_command_line(const std::string& name) {
  return name.find_first_of("=,@` ") == std::string::npos && !name.starts_with('[') ? name : text::escape(name, '`');
}

/// Values without a name get that of the only thing there is. throws : UsageError W604 if there are several, W606
void check_value_names(std::vector<NamedValue>& given, std::string_view option, std::string_view what,
                       const std::vector<std::string>& names) {
  for (NamedValue& value : given) {
    if (value.name.empty() && names.size() == 1) value.name = names[0];
    if (value.name.empty())
      throw UsageError(
          "W604", fmt::format("{}: a value without a name, but there are {} {}s", option, names.size(), what), {},
          names.empty() ? "give no value" : fmt::format("write {} {}=...", option, name_on_command_line(names[0])));
    if (std::ranges::find(names, value.name) == names.end()) unknown_name(option, value.name, what, names);
  }
}

/// A file, rather than a formula: "-", a name ending in .wl, or the name of something that is there.
bool is_path(const std::string& word) {
  if (word == "-" || word.ends_with(".wl")) return true;
  std::error_code error;
  if (word.empty() || word.size() > 4000) return false;
  const auto status = std::filesystem::status(word, error);
  if (std::filesystem::is_directory(status))
    return word.find('/') != std::string::npos || word.find('.') != std::string::npos;
  return std::filesystem::exists(status);
}

std::string program_text(const std::string& path) {
  std::error_code error;
  if (path != "-" && std::filesystem::is_directory(path, error))
    throw UsageError("W609", fmt::format("{} is a directory; a Program is a file or a formula", path), {},
                     "name a .wl file in it");
  return read_text(path, program_limit);
}

Program chosen(std::vector<Program> programs, const std::string& name, const std::string& path) {
  if (name.empty()) return programs.back();
  std::vector<std::string> names;
  for (Program& p : programs) {
    if (p.name() == name) return p;
    names.push_back(p.name());
  }
  const std::string hint = text::did_you_mean(name, {names.begin(), names.end()});
  throw UsageError("W608", fmt::format("{} holds no program \"{}\"", path, name), {},
                   hint.empty() ? known_names(names) : hint);
}

/// A list of Programs, rather than a formula: it begins with `program`, or with the line `wengert 1`.
bool holds_programs(std::string_view content) {
  const text::Source source(content, "standard input");
  const text::Lexer lexer(source);
  return lexer.current().is("program") ||
         (lexer.current().is("wengert") && lexer.ahead().kind == text::Token::Kind::number);
}

Program load_file(const Context& context, const std::string& path, const std::string& content, bool typed_by_precision) {
  const Arguments& a = context.arguments();
  for (const std::string_view option : {"types", "precision"})
    if (a.has(option) && (typed_by_precision || option != "precision"))
      throw UsageError("W611", fmt::format("--{} is for formulas; {} declares the types of its inputs", option, path),
                       {}, "write the types in the file: program f(x: f32[3]) { ... }");
  const Program p = chosen(parse_programs(content, path == "-" ? "standard input" : path), a.text("program"), path);
  if (p.outputs().empty())
    throw UsageError("W507", fmt::format("program \"{}\" of {} returns nothing", p.name(), path), {},
                     "name its results: return value, ...");
  return p;
}

std::vector<std::string> input_names(const Program& p) {
  std::vector<std::string> names;
  for (size_t k = 0; k < p.inputs(); ++k) names.push_back(input_name(p, k));
  return names;
}

bool is_used(const Program& p, ValueId input) {
  if (std::ranges::find(p.outputs(), input) != p.outputs().end()) return true;
  for (size_t i = p.inputs(); i < p.size(); ++i)
    if (std::ranges::find(p.operands(ValueId{static_cast<uint32_t>(i)}), input) !=
        p.operands(ValueId{static_cast<uint32_t>(i)}).end())
      return true;
  return false;
}

/// The name of the one input of a formula, for a value given without a name.
std::string only_input(const std::string& formula) {
  const auto names = input_names(parse_formula(formula));
  if (names.size() == 1) return names[0];
  throw UsageError("W604", fmt::format("--at: a value without a name, but the formula has {} inputs", names.size()), {},
                   names.empty() ? "give no value" : fmt::format("write --at {}=...", name_on_command_line(names[0])));
}

Program read_formula(const std::string& formula, const std::vector<FormulaInput>& inputs, DType precision) {
  try {
    return parse_formula(formula, inputs);
  } catch (const ShapeError& error) {
    std::vector<std::string> others;
    for (const auto& [name, type] : inputs)
      if (type.dtype != precision && type.dtype != DType::boolean)
        others.push_back(fmt::format("{}={}", name_on_command_line(name), to_string(Type{precision, type.shape})));
    if (error.id() != "W206" || others.empty()) throw;
    throw ShapeError(error.id(), error.problem(), error.where(),
                     fmt::format("declare one dtype: --types '{}'; or convert in the formula: convert(x, dtype={})",
                                 fmt::join(others, ","), to_string(precision)));
  }
}

Program load_formula(const Arguments& a, const std::string& formula, std::vector<NamedValue>& given, bool typed_by_precision) {
  if (a.has("program"))
    throw UsageError("W611", "--program is for files; a formula is one Program", {}, "leave it out");
  const DType precision = typed_by_precision && a.text("precision") == "f32" ? DType::f32 : DType::f64;
  std::vector<FormulaInput> inputs;
  const auto typed = parse_types(a.all("types"));
  for (const auto& [name, type] : typed) inputs.push_back({name, type});
  for (NamedValue& value : given) {
    if (value.name.empty()) value.name = only_input(formula);
    if (std::ranges::any_of(typed, [&](const auto& t) { return t.first == value.name; })) continue;
    Type type = value.value.type();
    if (is_float(type.dtype) && !value.typed) type.dtype = precision;
    inputs.push_back({value.name, type});
  }
  if (precision == DType::f32 && inputs.empty())  // no values: the names must be known before their type can be
    for (const std::string& name : input_names(parse_formula(formula))) inputs.push_back({name, f32()});
  Program p = read_formula(formula, inputs, precision);
  for (size_t k = 0; k < inputs.size(); ++k)
    if (!is_used(p, ValueId{static_cast<uint32_t>(k)})) {
      auto names = input_names(p);
      std::erase(names, inputs[k].name);
      unknown_name(k < typed.size() ? "--types" : "--at", inputs[k].name, "input", names);
    }
  return p;
}

/// throws : UsageError W131 for an input without derivative, with the names of those that have one
void check_varies(const Program& p, size_t input) {
  const auto types = p.input_types();
  if (is_float(types[input].dtype)) return;
  std::vector<std::string> others;
  for (size_t k = 0; k < types.size(); ++k)
    if (is_float(types[k].dtype)) others.push_back(input_name(p, k));
  throw UsageError(
      "W131",
      fmt::format("input {} of program \"{}\" is {} and has no derivative", input_name(p, input), p.name(),
                  to_string(types[input])),
      {}, others.empty() ? "no input is of float dtype" : fmt::format("those with one: {}", fmt::join(others, ", ")));
}

const NamedValue* find_value(const std::vector<NamedValue>& given, std::string_view name) {
  const auto found = std::ranges::find(given, name, &NamedValue::name);
  return found == given.end() ? nullptr : &*found;
}

[[noreturn]] void missing_values(std::string_view option, std::string_view what, const std::vector<std::string>& names,
                                 const std::vector<Type>& types) {
  std::vector<std::string> list, assignments;
  for (size_t k = 0; k < names.size(); ++k) {
    list.push_back(fmt::format("{} ({})", names[k], to_string(types[k])));
    assignments.push_back(name_on_command_line(names[k]) + "=" + (types[k].is_scalar() ? "..." : "[...]"));
  }
  throw UsageError("W604",
                   fmt::format("no value for the {}{} {}", what, names.size() == 1 ? "" : "s", fmt::join(list, ", ")),
                   {}, fmt::format("add {} '{}'", option, fmt::join(assignments, ",")));
}

}  // namespace

void unknown_name(std::string_view option, std::string_view name, std::string_view what,
                  const std::vector<std::string>& names) {
  const std::string hint = text::did_you_mean(name, {names.begin(), names.end()});
  throw UsageError("W606", fmt::format("{}: there is no {} \"{}\"", option, what, name), {},
                   hint.empty() ? known_names(names) : hint);
}

std::vector<Option> program_options() {
  return {
      {.names = "PROGRAM",
       .help = "A .wl file, a formula such as \"x*sin(y)\", or - for either on standard input",
       .completes = Completes::programs,
       .required = true},
      {.names = "--program", .value = "NAME", .help = "Which Program of a file with several; the last one otherwise"},
      {.names = "--at",
       .value = "VALUES",
       .help = "Values of the inputs: x=2,A=[[1,2],[3,4]],w=@weights.npy",
       .repeats = true},
      {.names = "--types", .value = "TYPES", .help = "Types of a formula's inputs: x=f64[3],n=i64", .repeats = true},
      {.names = "--precision",
       .value = "DTYPE",
       .help = "Precision of a formula: f64 or f32",
       .initial = "f64",
       .choices = {"f64", "f32"}}};
}

std::vector<Option> joined(std::vector<Option> first, const std::vector<Option>& more) {
  first.insert(first.end(), more.begin(), more.end());
  return first;
}

Option trap_nan_option() {
  return {.names = "--trap-nan", .help = "Stop at the first operation that makes a NaN, and name it"};
}
Option wrt_option() {
  return {.names = "--wrt",
          .value = "NAMES",
          .help = "The inputs to differentiate by: x,y; the others are held fixed",
          .repeats = true};
}
Option emit_option() { return {.names = "--emit", .help = "Print the derivative as a Program instead of running it"}; }

std::string input_name(const Program& p, size_t k) {
  const auto name = p.value_name(ValueId{static_cast<uint32_t>(k)});
  return name.empty() ? fmt::format("%{}", k) : std::string(name);
}

std::string output_name(const Program& p, size_t k) {
  const ValueId v = p.outputs()[k];
  const auto outputs = p.outputs();
  const auto name = p.value_name(v);
  const auto generic = [&](size_t place) { return fmt::format("{}[{}]", p.name(), place); };
  bool own = !name.empty() && !p.is_input(v) && std::ranges::count(outputs, v) == 1;
  for (size_t place = 0; place < outputs.size() && own && name.ends_with(']'); ++place) own = name != generic(place);
  if (own) return std::string(name);
  return outputs.size() == 1 ? p.name() : generic(k);
}

void note_without_derivative(Context& context, const Program& p) {
  for (size_t k = 0; k < p.outputs().size(); ++k)
    if (const Type& type = p.type(p.outputs()[k]); !is_float(type.dtype))
      context.note(fmt::format("{} is {} and has no derivative: left out", output_name(p, k), to_string(type)));
}

std::vector<Array> Point::inputs() const {
  std::vector<Array> values;
  std::vector<std::string> names;
  std::vector<Type> types;
  for (size_t k = 0; k < program.inputs(); ++k) {
    const std::string name = input_name(program, k);
    const Type& type = program.type(ValueId{static_cast<uint32_t>(k)});
    if (const NamedValue* value = find_value(given, name)) {
      values.push_back(fitted(*value, type, fmt::format("input {} of program \"{}\"", name, program.name())));
      continue;
    }
    names.push_back(name);
    types.push_back(type);
  }
  if (!names.empty()) missing_values("--at", "input", names, types);
  return values;
}

Point load(Context& context, bool typed_by_precision) {
  const Arguments& a = context.arguments();
  Point point{{}, parse_values(a.all("at"), "--at")};
  const std::string source = a.text("PROGRAM");
  const bool file = is_path(source);
  std::error_code error;
  if (file && source != "-" && !source.ends_with(".wl") && source.find('/') == std::string::npos &&
      !std::filesystem::is_directory(source, error))
    context.note(
        fmt::format("{0} is read as a file, since one of that name is here; for the formula write \"({0})\"", source));
  point.program = context.stage("parse", [&] {
    const std::string content = file ? program_text(source) : source;
    const bool programs = file && (source != "-" || holds_programs(content));
    return programs ? load_file(context, source, content, typed_by_precision)
                    : load_formula(a, content, point.given, typed_by_precision);
  });
  if (!file && source.size() > 1 && input_names(point.program) == std::vector{source})  // such as a name that is misspelt
    context.note(fmt::format("{} is read as a formula of one variable: there is no file of that name", source));
  check_value_names(point.given, "--at", "input", input_names(point.program));
  context.document()["program"] = point.program.name();
  return point;
}

std::vector<size_t> varying(const Context& context, const Program& p) {
  const auto names = input_names(p);
  std::vector<size_t> chosen;
  for (const std::string& list : context.arguments().all("wrt")) {
    size_t start = 0;
    while (start <= list.size()) {
      const size_t stop = std::min(list.find(',', start), list.size());
      const std::string name = list.substr(start, stop - start);
      const auto place = std::ranges::find(names, name);
      if (place == names.end()) unknown_name("--wrt", name, "input", names);
      chosen.push_back(static_cast<size_t>(place - names.begin()));
      check_varies(p, chosen.back());
      if (std::ranges::count(chosen, chosen.back()) > 1)
        throw UsageError("W605", fmt::format("--wrt: {} is given twice", name), {}, "give each name once");
      start = stop + 1;
    }
  }
  return chosen;
}

std::vector<Array> vectors(const Context& context, std::string_view option, const std::vector<std::string>& names,
                           const std::vector<Type>& types, bool all) {
  const std::string flag = fmt::format("--{}", option);
  auto given = parse_values(context.arguments().all(option), flag);
  check_value_names(given, flag, option == "seed" ? "output" : "input", names);
  std::vector<Array> result;
  std::vector<std::string> missing;
  std::vector<Type> missing_types;
  for (size_t k = 0; k < names.size(); ++k) {
    const NamedValue* const value = find_value(given, names[k]);
    if (value == nullptr) missing.push_back(names[k]), missing_types.push_back(types[k]);
    result.push_back(value == nullptr ? Array(types[k])
                                      : fitted(*value, types[k], fmt::format("{} {}", flag, names[k])));
  }
  if (!missing.empty() && (all || given.empty())) missing_values(flag, "vector", missing, missing_types);
  return result;
}

}  // namespace wengert::cli
