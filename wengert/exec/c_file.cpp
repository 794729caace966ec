// SPDX-License-Identifier: Apache-2.0
#include "wengert/exec/c_file.h"

#include <algorithm>

#include <fmt/format.h>

#include "wengert/exec/c_names.h"

namespace wengert {
namespace {

/// Names and meanings of `types`, which are called `names` where there are some. What begins like the names of the
/// file's own functions and tables ends in _, as none of those does.
std::vector<CParameter> parameters(std::span<const Type> types, const std::vector<std::string>& names,
                                   std::string_view letter, const std::string& function, CNames& scope) {
  std::vector<CParameter> list;
  for (size_t k = 0; k < types.size(); ++k) {
    const std::string own = k < names.size() ? names[k] : std::string();
    const std::string fallback = types.size() == 1 ? std::string(letter) : fmt::format("{}_{}", letter, k);
    std::string meaning = to_string(types[k]);
    const bool own_prefix = c_identifier(own, fallback).starts_with(function + "_");
    std::string name = scope.take(own, fallback) + (own_prefix ? "_" : "");
    if (!own.empty() && own != name) meaning += fmt::format(", \"{}\"", c_comment(own));
    list.push_back({std::move(name), types[k], std::move(meaning)});
  }
  return list;
}

std::string signature(const CFile& file, const std::string& first) {
  std::string text = first;
  const auto add = [&](const std::string& parameter) { text += (text.ends_with('(') ? "" : ", ") + parameter; };
  for (const CParameter& p : file.inputs) add(fmt::format("const {}* {}", c_type(p.type.dtype, file.single), p.name));
  for (const CParameter& p : file.outputs) add(fmt::format("{}* {}", c_type(p.type.dtype, file.single), p.name));
  add("void* workspace");
  return text + ")";
}

CKernelStyle style_of(const CFile& file, const CFunction& function) {
  CKernelStyle style{.prefix = file.name, .single = file.single, .buffers = {}, .by_point = {}, .memory = &file.memory};
  for (const CParameter& p : file.inputs) style.buffers.push_back(p.name);
  for (const std::string& name : file.constants) style.buffers.push_back(name);
  for (const CParameter& p : file.outputs) style.buffers.push_back(p.name);
  if (function.has_failures) style.buffers.emplace_back(file.guarded ? "failures" : "");
  for (size_t k = 0; k < function.kernel.scratch.size(); ++k) style.buffers.push_back(fmt::format("t{}", k));
  return style;
}

/// Pointers to the scratch buffers, in the workspace, and the count of guards.
std::string local_pointers(const CFile& file, const CFunction& function, const CStatements& body) {
  const Kernel& kernel = function.kernel;
  const auto first = static_cast<uint32_t>(kernel.operands.size() + kernel.results.size());
  std::string text;
  for (uint32_t k = 0; k < kernel.scratch.size(); ++k) {
    if (!body.buffers.contains(first + k)) continue;
    const std::string_view type = c_type(kernel.scratch[k].dtype, file.single);
    text +=
        fmt::format("  {}* const t{} = ({}*)(void*)((char*)workspace + {});\n", type, k, type, file.memory.scratch[k]);
  }
  return text.empty() ? "  (void)workspace;\n" : text;
}

/// Parameters that the statements do not name, so that no compiler asks why.
std::string unused(const CFile& file, const CStatements& body) {
  std::string text;
  uint32_t buffer = 0;
  const auto list = [&](const std::vector<CParameter>& parameters) {
    for (const CParameter& p : parameters)
      if (!body.buffers.contains(buffer++)) text += fmt::format("  (void){};\n", p.name);
  };
  list(file.inputs);
  buffer += static_cast<uint32_t>(file.constants.size());
  list(file.outputs);
  return text;
}

/// The signature with `restrict` at every pointer, for the definition, in lines of at most 120 columns.
std::string restricted(std::string signature) {
  for (size_t at = signature.find("* "); at != std::string::npos; at = signature.find("* ", at + 1))
    if (signature.compare(at, 11, "* workspace") != 0) signature.insert(at + 1, " WENGERT_RESTRICT");
  for (size_t begin = 0; signature.size() - begin > 116;) {
    const size_t comma = signature.rfind(", ", begin + 114);
    if (comma == std::string::npos || comma <= begin) break;
    signature.replace(comma, 2, ",\n    ");
    begin = comma + 2;
  }
  return signature;
}

std::string c_tables(const CFile& file, const CFunction& function, const CStatements& body) {
  std::string text;
  for (size_t k = 0; k < function.constants.size(); ++k) {
    if (!body.buffers.contains(static_cast<uint32_t>(file.inputs.size() + k))) continue;
    const Array& table = function.constants[k];
    text += fmt::format("/* {} */\nstatic const {} {}[{}] = {{\n{}}};\n\n", to_string(table.type()),
                        c_type(table.dtype(), file.single), file.constants[k], std::max<int64_t>(1, table.elements()),
                        wrapped(c_elements(table, file.single)));
  }
  return text;
}

std::string single_definition(const CFile& file, const CFunction& function, const CStatements& body) {
  std::string text = restricted(file.signature) + " {\n";
  if (file.guarded) text += fmt::format("  {} failures[1] = {{0}};\n", file.single ? "float" : "double");
  text += local_pointers(file, function, body) + unused(file, body) + body.text;
  return text + (file.guarded ? "  return failures[0] != 0;\n}\n\n" : "  return 0;\n}\n\n");
}

std::string batch_definition(const CFile& file, const CFunction& function) {
  CKernelStyle style = style_of(file, function);
  style.by_point.assign(style.buffers.size(), false);
  for (size_t k = 0; k < file.inputs.size(); ++k) style.by_point[k] = true;
  for (size_t k = 0; k < file.outputs.size(); ++k)
    style.by_point[file.inputs.size() + file.constants.size() + k] = true;
  style.indent = 2;
  const CStatements body = c_statements(function.kernel, style);
  std::string text = fmt::format(
      "/* The same at many points: element k of point i is at [k * points + i], of inputs and outputs alike. Returns "
      "how many\n"
      "   of the points are of another branch than the recorded one. */\n{} {{\n",
      restricted(file.batch_signature));
  text += "  int64_t failed = 0, point;\n" + local_pointers(file, function, body) + unused(file, body);
  text += "  for (point = 0; point < points; ++point) {\n";
  if (file.guarded) text += fmt::format("    {} failures[1] = {{0}};\n", file.single ? "float" : "double");
  text += body.text;
  if (file.guarded) text += "    failed += failures[0] != 0;\n";
  return text + "  }\n  return failed;\n}\n\n";
}

}  // namespace

CFile plan_c_file(const CFunction& function, const EmitCOptions& options, const std::string& name) {
  const Kernel& kernel = function.kernel;
  CFile file;
  file.name = name;
  file.single = options.single;
  CNames scope;
  for (const char* taken : {name.c_str(), "workspace", "points", "point", "failures", "failed"}) scope.take(taken, "f");
  const size_t inputs = kernel.operands.size() - function.constants.size();
  file.inputs = parameters(std::span(kernel.operands).first(inputs), function.inputs, "x", name, scope);
  file.outputs = parameters(std::span(kernel.results).first(kernel.results.size() - (function.has_failures ? 1 : 0)),
                            function.outputs, "out", name, scope);
  for (size_t k = 0; k < function.constants.size(); ++k) file.constants.push_back(fmt::format("{}_table_{}", name, k));
  for (const auto* list : {&file.inputs, &file.outputs})
    for (const CParameter& p : *list) file.rank = std::max(file.rank, p.type.shape.rank());
  // C compilers take it that memory of one type is not written as another (C99, 6.5, 7).
  file.memory = plan_memory(kernel, {.single = file.single, .by_type = true, .alignment = alignof(double)});
  file.workspace_bytes = file.memory.bytes;
  if (function.has_failures) {
    const size_t failures = kernel.operands.size() + kernel.results.size() - 1;
    file.guarded = std::ranges::any_of(
        kernel.steps, [&](const MicroStep& s) { return s.op == Micro::accumulate_real && s.a == failures; });
  }
  file.signature = signature(file, fmt::format("int {}(", name));
  if (options.batch) file.batch_signature = signature(file, fmt::format("int64_t {}_batch(int64_t points", name));
  file.pattern = options.pattern ? &*options.pattern : nullptr;
  return file;
}

std::string wrapped(const std::vector<std::string>& items) {
  std::string text, line;
  for (size_t k = 0; k < items.size(); ++k) {
    const std::string item = items[k] + (k + 1 < items.size() ? "," : "");
    if (line.size() + item.size() > 115) {
      text += " " + line + "\n";
      line.clear();
    }
    line += " " + item;
  }
  return text + " " + line + "\n";
}

std::vector<std::string> c_elements(const Array& array, bool single) {
  std::vector<std::string> items;
  for (int64_t k = 0; k < array.elements(); ++k) {
    if (array.dtype() == DType::i64)
      items.push_back(c_integer(array.values<int64_t>()[static_cast<size_t>(k)]));
    else if (array.dtype() == DType::boolean)
      items.push_back(array[k] != 0 ? "1" : "0");
    else
      items.push_back(c_real(array[k], single || array.dtype() == DType::f32));
  }
  if (items.empty()) items.push_back("0");
  return items;
}

std::string c_definitions(const CFile& file, const CFunction& function) {
  const CStatements body = c_statements(function.kernel, style_of(file, function));
  std::string text = c_tables(file, function, body) + c_functions(body.functions, file.name, file.single);
  text += single_definition(file, function, body);
  if (!file.batch_signature.empty()) text += batch_definition(file, function);
  return text;
}

}  // namespace wengert
