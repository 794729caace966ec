// SPDX-License-Identifier: Apache-2.0
#include "wengert/exec/c_file.h"

#include <algorithm>

#include <fmt/format.h>

#include "wengert/exec/c_names.h"
#include "wengert/exec/c_parts.h"

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

size_t element_bytes(DType dtype, bool single) { return dtype == DType::f64 && single ? 4 : size_of(dtype); }

/// Room for arrays of `types`, 8-byte aligned: the offset of each from `bytes` on, which grows.
std::vector<size_t> laid_out(std::span<const Type> types, bool single, size_t& bytes) {
  std::vector<size_t> offsets;
  for (const Type& type : types) {
    offsets.push_back(bytes);
    bytes += (static_cast<size_t>(type.elements()) * element_bytes(type.dtype, single) + 7) & ~size_t{7};
  }
  return offsets;
}

CKernelStyle style_of(const CFile& file, const CFunction& function, const std::vector<std::string>& strides) {
  CKernelStyle style{.prefix = file.name, .single = file.single, .buffers = {}, .strides = strides, .memory = &file.memory};
  for (const CParameter& p : file.inputs) style.buffers.push_back(p.name);
  for (const std::string& name : file.constants) style.buffers.push_back(name);
  for (const CParameter& p : file.outputs) style.buffers.push_back(p.name);
  if (function.has_failures) style.buffers.emplace_back(file.guarded ? "failures" : "");
  for (size_t k = 0; k < file.parts[0].scratch.size(); ++k) style.buffers.push_back(fmt::format("t{}", k));
  return style;
}

/// Pointers to the scratch buffers, in the workspace.
std::string local_pointers(const CFile& file, const CStatements& body, bool lanes) {
  const Kernel& kernel = file.parts[0];
  const auto first = static_cast<uint32_t>(first_scratch(kernel));
  std::string text;
  for (uint32_t k = 0; k < kernel.scratch.size(); ++k) {
    if (!body.buffers.contains(first + k)) continue;
    const std::string_view type = c_type(kernel.scratch[k].dtype, file.single);
    const std::string times = lanes ? fmt::format(" * {}_LANES", file.name) : "";
    text += fmt::format("  {}* const t{} = ({}*)(void*)((char*)workspace + {}{});\n", type, k, type,
                        file.scratch_offset[k], times);
  }
  return text;
}

/// The parameters and arguments of a part: the buffers that it names.
struct PartCall {
  std::string parameters, arguments;
};
PartCall part_call(const CFile& file, const CStatements& body, bool lanes) {
  PartCall call;
  uint32_t buffer = 0;
  const auto list = [&](const std::vector<CParameter>& parameters, std::string_view qualifier) {
    for (const CParameter& p : parameters) {
      if (!body.buffers.contains(buffer++)) continue;
      call.parameters +=
          fmt::format("{}{}* WENGERT_RESTRICT {}, ", qualifier, c_type(p.type.dtype, file.single), p.name);
      call.arguments += p.name + ", ";
    }
  };
  list(file.inputs, "const ");
  buffer += static_cast<uint32_t>(file.constants.size());
  list(file.outputs, "");
  if (file.guarded && body.buffers.contains(buffer)) {
    call.parameters += fmt::format("{}* failures, ", file.single ? "float" : "double");
    call.arguments += "failures, ";
  }
  call.parameters += lanes ? "int64_t c_stride, void* workspace" : "void* workspace";
  call.arguments += lanes ? "c_stride, workspace" : "workspace";
  return call;
}

std::string c_tables(const CFile& file, const CFunction& function, const std::set<uint32_t>& buffers) {
  std::string text;
  for (size_t k = 0; k < function.constants.size(); ++k) {
    if (!buffers.contains(static_cast<uint32_t>(file.inputs.size() + k))) continue;
    const Array& table = function.constants[k];
    text += fmt::format("/* {} */\nstatic const {} {}[{}] = {{\n{}}};\n\n", to_string(table.type()),
                        c_type(table.dtype(), file.single), file.constants[k], std::max<int64_t>(1, table.elements()),
                        wrapped(c_elements(table, file.single)));
  }
  return text;
}

std::string single_definition(const CFile& file, const CBody& body) {
  std::string text =
      c_broken(fmt::format("int {}({}void* workspace)", file.name, c_pointers(file, " WENGERT_RESTRICT")));
  text += " {\n";
  if (file.guarded) text += fmt::format("  {} failures[1] = {{0}};\n", file.single ? "float" : "double");
  text += body.text + c_unused(file, body.buffers);
  return text + (file.guarded ? "  return failures[0] != 0;\n}\n\n" : "  return 0;\n}\n\n");
}

void plan_batch(CFile& file, int lanes) {
  std::vector<Type> types;
  for (const auto* list : {&file.inputs, &file.outputs})
    for (const CParameter& p : *list) types.push_back(p.type);
  file.lanes = lanes;
  file.batch_bytes = file.workspace_bytes;
  file.block_offset = laid_out(types, file.single, file.batch_bytes);
  const std::string pointers = c_pointers(file, "");
  file.batch_signature = fmt::format("int64_t {}_batch(int64_t points, {}void* workspace)", file.name, pointers);
  file.rows_signature = fmt::format("int64_t {}_batch_rows(int64_t points, {}void* workspace)", file.name, pointers);
}

}  // namespace

CFile plan_c_file(const CFunction& function, const EmitCOptions& options, const std::string& name) {
  const Kernel& kernel = function.kernel;
  CFile file;
  file.name = name;
  file.single = options.single;
  CNames scope;
  for (const char* taken :
       {name.c_str(), "workspace", "points", "point", "failures", "failed", "c_stride", "c_lane", "c_count", "c_from"})
    scope.take(taken, "f");
  const size_t inputs = kernel.operands.size() - function.constants.size();
  file.inputs = parameters(std::span(kernel.operands).first(inputs), function.inputs, "x", name, scope);
  file.outputs = parameters(std::span(kernel.results).first(kernel.results.size() - (function.has_failures ? 1 : 0)),
                            function.outputs, "out", name, scope);
  for (size_t k = 0; k < function.constants.size(); ++k) file.constants.push_back(fmt::format("{}_table_{}", name, k));
  for (const auto* list : {&file.inputs, &file.outputs})
    for (const CParameter& p : *list) file.rank = std::max(file.rank, p.type.shape.rank());
  const bool is_long = options.part_steps > 0 && kernel.steps.size() > 10 * options.part_steps;
  file.parts = is_long ? cut_kernel(kernel, static_cast<uint32_t>(options.part_steps)) : std::vector{kernel};
  // C compilers take it that memory of one type is not written as another (C99, 6.5, 7).
  file.memory = plan_memory(kernel, {.single = file.single, .by_type = true, .alignment = alignof(double)});
  file.workspace_bytes = file.memory.bytes;
  file.scratch_offset = file.memory.scratch;
  const auto crossing = laid_out(std::span(file.parts[0].scratch).subspan(kernel.scratch.size()), file.single, file.workspace_bytes);
  file.scratch_offset.insert(file.scratch_offset.end(), crossing.begin(), crossing.end());
  if (function.has_failures) {
    const size_t failures = kernel.operands.size() + kernel.results.size() - 1;
    file.guarded = std::ranges::any_of(
        kernel.steps, [&](const MicroStep& s) { return s.op == Micro::accumulate_real && s.a == failures; });
  }
  file.signature = fmt::format("int {}({}void* workspace)", name, c_pointers(file, ""));
  if (options.batch) plan_batch(file, options.lanes > 0 ? options.lanes : options.single ? 8 : 4);
  file.pattern = options.pattern ? &*options.pattern : nullptr;
  return file;
}

std::string c_pointers(const CFile& file, std::string_view restriction) {
  std::string text;
  const auto list = [&](const std::vector<CParameter>& parameters, std::string_view qualifier) {
    for (const CParameter& p : parameters)
      text += fmt::format("{}{}*{} {}, ", qualifier, c_type(p.type.dtype, file.single), restriction, p.name);
  };
  list(file.inputs, "const ");
  list(file.outputs, "");
  return text;
}

std::string c_unused(const CFile& file, const std::set<uint32_t>& buffers) {
  std::string text;
  uint32_t buffer = 0;
  const auto list = [&](const std::vector<CParameter>& parameters) {
    for (const CParameter& p : parameters)
      if (!buffers.contains(buffer++)) text += fmt::format("  (void){};\n", p.name);
  };
  list(file.inputs);
  buffer += static_cast<uint32_t>(file.constants.size());
  list(file.outputs);
  return text;
}

std::string c_broken(std::string signature) {
  for (size_t begin = 0; signature.size() - begin > 116;) {
    const size_t comma = signature.rfind(", ", begin + 114);
    if (comma == std::string::npos || comma <= begin) break;
    signature.replace(comma, 2, ",\n    ");
    begin = comma + 2;
  }
  return signature;
}

CBody c_body(const CFile& file, const CFunction& function, const std::string& name,
             const std::vector<std::string>& strides) {
  const CKernelStyle style = style_of(file, function, strides);
  const bool lanes = !strides.empty(), whole = file.parts.size() == 1;
  const std::string_view no_stride = "  (void)c_stride;\n", no_workspace = "  (void)workspace;\n";
  CBody result;
  for (size_t k = 0; k < file.parts.size(); ++k) {
    const CStatements body = c_statements(file.parts[k], style);
    result.functions.insert(body.functions.begin(), body.functions.end());
    result.buffers.insert(body.buffers.begin(), body.buffers.end());
    std::string text = local_pointers(file, body, lanes);
    if (text.empty()) text = no_workspace;
    if (lanes && body.text.find("c_stride") == std::string::npos) text += no_stride;
    text += body.text;
    if (whole) return result.text = text, result;
    const PartCall call = part_call(file, body, lanes);
    result.parts += c_broken(fmt::format("static WENGERT_PART void {}_{}({})", name, k, call.parameters));
    result.parts += fmt::format(" {{\n{}}}\n\n", text);
    result.text += c_broken(fmt::format("  {}_{}({});", name, k, call.arguments)) + "\n";
  }
  return result;
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
  CBody body = c_body(file, function, file.name + "_part", {});
  std::string batch;
  if (file.lanes > 0) batch = c_batch(file, function, body.functions, body.buffers);
  std::string text = c_tables(file, function, body.buffers) + c_functions(body.functions, file.name, file.single);
  return text + body.parts + single_definition(file, body) + batch;
}

}  // namespace wengert
