// SPDX-License-Identifier: Apache-2.0
#include "wengert/exec/emit_c.h"

#include <algorithm>
#include <bit>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "wengert/base/error.h"
#include "wengert/exec/c_file.h"
#include "wengert/exec/c_names.h"
#include "wengert/exec/lower.h"
#include "wengert/ir/text.h"

namespace wengert {
namespace {

std::string function_name(const CFunction& function, const EmitCOptions& options) {
  const std::string& given = options.name;
  if (given.empty()) return c_identifier(function.name, "f");
  if (!is_c_identifier(given))
    throw UsageError("W720", fmt::format("\"{}\" is no name of a C function", given), {},
                     fmt::format("use letters, digits and _, no digit first: {}", c_identifier(given, "f")));
  if (is_reserved_in_c(given))
    throw UsageError("W721", fmt::format("C, C++ or their library has taken the name \"{}\"", given), {},
                     fmt::format("choose another, for example {}", c_identifier(given + "_value", "f")));
  return given;
}

void check_lanes(const EmitCOptions& options) {
  if (options.lanes == 0 || (options.lanes > 0 && options.lanes <= 16 && std::has_single_bit(unsigned(options.lanes))))
    return;
  throw UsageError("W716", fmt::format("a vector of {} points cannot be made", options.lanes), {},
                   "ask for 2, 4, 8 or 16 points at once, or for 1 to have no vectors");
}

/// The comment at the top: what this is, of what, and how it is called and compiled.
std::string head_comment(const CFile& file, const CFunction& function) {
  std::string text = fmt::format("/* {}: written by wengert emit --c out of the program \"{}\".\n", file.name,
                                 c_comment(function.name));
  if (!function.origin.empty()) text += " *\n";
  for (size_t start = 0; start < function.origin.size();) {
    const size_t stop = std::min(function.origin.find('\n', start), function.origin.size());
    text += fmt::format(" *   {}\n", c_comment(std::string_view(function.origin).substr(start, stop - start)));
    start = stop + 1;
  }
  text += fmt::format(" *\n * {}\n *\n", file.signature);
  for (const CParameter& p : file.inputs) text += fmt::format(" *   {:<12} input   {}\n", p.name, p.meaning);
  for (const CParameter& p : file.outputs) text += fmt::format(" *   {:<12} output  {}\n", p.name, p.meaning);
  text += fmt::format(" *   {:<12} {} bytes, aligned as {}{}; what it holds before and after does not matter\n",
                      "workspace", file.workspace_bytes, file.single ? "an int64_t" : "a double",
                      file.workspace_bytes == 0 ? ", may be NULL" : "");
  text += " * Arrays are row-major; no output may overlap an input or another output.\n";
  text +=
      file.guarded
          ? " * Returns 0, or 1 where a comparison turned out otherwise than when the program was recorded: outputs\n"
            " * are then not those of the function. Reentrant; no allocation, no recursion.\n"
          : " * Returns 0. Reentrant; no allocation, no recursion.\n";
  text +=
      file.single
          ? " * Everything is computed in float: inputs, outputs, constants, functions; there is no double in here.\n"
          : " * Compile with -ffp-contract=off for the bits of the interpreter (the default of gcc -std=c99).\n";
  return text + " */\n";
}

std::string declarations(const CFile& file) {
  const std::string& f = file.name;
  std::string text = "#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n";
  text += fmt::format("int {};\n", file.signature.substr(4));
  if (file.lanes > 0) {
    text += file.batch_signature + ";\n" + file.rows_signature + ";\n";
    text += fmt::format("extern const int64_t {}_batch_workspace_bytes;\n", f);
  }
  text += fmt::format("extern const int64_t {0}_workspace_bytes, {0}_inputs, {0}_outputs;\n", f);
  text += fmt::format("extern const int64_t {0}_input_elements[], {0}_output_elements[];\n", f);
  text += fmt::format("extern const int64_t {0}_input_shapes[][{1}], {0}_output_shapes[][{1}];\n", f, file.rank);
  if (file.pattern != nullptr)
    text +=
        fmt::format("extern const int64_t {0}_rows, {0}_columns, {0}_nonzeros, {0}_row_start[], {0}_column[];\n", f);
  if (file.pattern != nullptr && file.pattern->packed)
    text += fmt::format("extern const int64_t {0}_slot[];\nextern const {1} {0}_constant[];\n", f, file.single ? "float" : "double");
  return text + "\n#ifdef __cplusplus\n}\n#endif\n\n";
}

std::string table(const std::string& type_and_name, const std::string& extents, std::span<const int64_t> values) {
  std::vector<std::string> items;
  for (int64_t v : values) items.push_back(c_integer(v));
  if (items.empty()) items.push_back("0");
  return fmt::format("{}{} = {{\n{}}};\n", type_and_name, extents, wrapped(items));
}

std::string pattern_tables(const CFile& file) {
  const std::string& f = file.name;
  const CPattern& m = *file.pattern;
  const std::string entries = fmt::format("[{}]", std::max<size_t>(1, m.column.size()));
  std::string text = fmt::format(
      "/* The matrix in compressed rows: row i has the columns {0}_column[k], k from {0}_row_start[i] up to "
      "{0}_row_start[i + 1]. */\n",
      f);
  text += fmt::format("const int64_t {0}_rows = {1}, {0}_columns = {2}, {0}_nonzeros = {3};\n", f, m.rows, m.columns,
                      m.column.size());
  text += table(fmt::format("const int64_t {}_row_start", f), fmt::format("[{}]", m.row_start.size()), m.row_start);
  text += table(fmt::format("const int64_t {}_column", f), entries, m.column);
  if (!file.pattern->packed) return text + "\n";
  std::vector<std::string> numbers;
  for (double x : m.constant) numbers.push_back(c_real(x, file.single));
  if (numbers.empty()) numbers.push_back("0");
  text += fmt::format(
      "/* Entry k is values[{0}_slot[k]], or {0}_constant[k] at every point where {0}_slot[k] is -1. */\n", f);
  text += table(fmt::format("const int64_t {}_slot", f), entries, m.slot);
  return text + fmt::format("const {} {}_constant{} = {{\n{}}};\n\n", file.single ? "float" : "double", f, entries, wrapped(numbers));
}

std::string sizes(const CFile& file) {
  const std::string& f = file.name;
  std::string text = fmt::format("const int64_t {0}_workspace_bytes = {1}, {0}_inputs = {2}, {0}_outputs = {3};\n", f,
                                 file.workspace_bytes, file.inputs.size(), file.outputs.size());
  if (file.lanes > 0)
    text += fmt::format("const int64_t {}_batch_workspace_bytes = {};\n", f, file.batch_bytes * file.most_lanes());
  for (const auto& [what, parameters] : {std::pair("input", &file.inputs), std::pair("output", &file.outputs)}) {
    std::vector<int64_t> elements, extents;
    for (const CParameter& p : *parameters) {
      elements.push_back(p.type.elements());
      for (int axis = 0; axis < file.rank; ++axis)
        extents.push_back(axis < p.type.shape.rank() ? p.type.shape[axis] : 0);
    }
    const size_t count = std::max<size_t>(1, parameters->size());
    text += table(fmt::format("const int64_t {}_{}_elements", f, what), fmt::format("[{}]", count), elements);
    std::string rows;
    for (size_t k = 0; k < parameters->size(); ++k)
      rows += fmt::format(
          "{}{{{}}}", k == 0 ? "" : ", ",
          fmt::join(std::span(extents).subspan(k * static_cast<size_t>(file.rank), static_cast<size_t>(file.rank)),
                    ", "));
    text += fmt::format("const int64_t {}_{}_shapes[{}][{}] = {{{}}}; /* unused axes are 0 */\n", f, what, count,
                        file.rank, rows.empty() ? "{0}" : rows);
  }
  return text + (file.pattern == nullptr ? "\n" : "\n" + pattern_tables(file));
}

std::string header_text(const CFile& file) {
  std::string guard;
  for (char c : file.name) guard += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return fmt::format(
      "/* {0}.c: see the comment there. */\n#ifndef {1}_H\n#define {1}_H\n\n#include <stdint.h>\n\n"
      "#define {1}_WORKSPACE_BYTES {2}\n{3}\n{4}#endif\n",
      file.name, guard, file.workspace_bytes,
      file.lanes > 0 ? fmt::format("#define {}_BATCH_WORKSPACE_BYTES {}\n", guard, file.batch_bytes * file.most_lanes())
                     : "",
      declarations(file));
}

}  // namespace

EmittedC emit_c(const CFunction& function, const EmitCOptions& options) {
  if (!function.kernel.natives.empty())
    throw UsageError("W723",
                     fmt::format("the kernel of \"{}\" calls {} functions of libraries, which cannot be written as C",
                                 function.name, function.kernel.natives.size()),
                     {}, "lower the Program without LowerOptions::natives");
  check_lanes(options);
  const CFile file = plan_c_file(function, options, function_name(function, options));
  std::string text = head_comment(file, function);
  text += "#include <math.h>\n#include <stdint.h>\n\n";
  text +=
      "#if defined(__clang__)\n#pragma STDC FP_CONTRACT OFF\n#endif\n"
      "#if defined(__cplusplus)\n#define WENGERT_RESTRICT\n#else\n#define WENGERT_RESTRICT restrict\n#endif\n";
  // Put together again they would take a compiler as long as one.
  if (file.parts.size() > 1)
    text +=
        "#if defined(__GNUC__)\n#define WENGERT_PART __attribute__((noinline))\n#else\n#define WENGERT_PART\n"
        "#endif\n";
  text += "\n";
  text += declarations(file) + sizes(file) + c_definitions(file, function);
  if (options.test) text += c_self_test(file, *options.test);
  text += "#undef WENGERT_RESTRICT\n";
  if (file.parts.size() > 1) text += "#undef WENGERT_PART\n";
  return {
      file.name, text, header_text(file), file.signature, file.workspace_bytes, file.batch_bytes * file.most_lanes()};
}

EmittedC emit_c(const Program& p, const EmitCOptions& options) {
  const LoweredProgram lowered = lower(p, {options.scalar_lines, options.scalar_lines});
  CFunction function{.name = p.name(), .kernel = lowered.kernel, .constants = lowered.constants, .has_failures = true};
  function.origin = options.origin;
  if (function.origin.empty() && p.size() <= 60) function.origin = print(p);
  for (uint32_t k = 0; k < p.inputs(); ++k) function.inputs.emplace_back(p.value_name(ValueId{k}));
  for (size_t k = 0; k < p.outputs().size(); ++k) {
    const ValueId v = p.outputs()[k];
    const bool own = !p.is_input(v) && std::ranges::count(p.outputs(), v) == 1;
    const bool given = k < options.outputs.size();
    function.outputs.push_back(given ? options.outputs[k] : own ? std::string(p.value_name(v)) : std::string());
  }
  return emit_c(function, options);
}

}  // namespace wengert
