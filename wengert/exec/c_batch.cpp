// SPDX-License-Identifier: Apache-2.0
//
// The function at many points, of an emitted C file: in lanes, which get copies of the points where these do not lie
// side by side and where fewer are left than there are lanes; so a point's results do not depend on its place.
#include <algorithm>

#include <fmt/format.h>

#include "wengert/exec/c_file.h"
#include "wengert/exec/c_lanes.h"

namespace wengert {
namespace {

std::vector<std::string> strides_of(const CFile& file, const CFunction& function) {
  std::vector<std::string> strides(file.inputs.size(), "c_stride");
  strides.resize(strides.size() + file.constants.size());
  strides.resize(strides.size() + file.outputs.size(), "c_stride");
  const size_t own = (function.has_failures ? 1 : 0) + file.parts[0].scratch.size();
  strides.resize(strides.size() + own, file.name + "_LANES");
  return strides;
}

/// "x, y, ": what NAME_lanes is called with, each parameter written by `argument(parameter, its number)`.
template <class Argument> std::string arguments(const CFile& file, Argument argument) {
  std::string text;
  size_t k = 0;
  for (const auto* list : {&file.inputs, &file.outputs})
    for (const CParameter& p : *list) text += argument(p, k++) + ", ";
  return text;
}

std::string lanes_head(const CFile& file) {
  return c_broken(fmt::format("static int64_t {}_lanes(int64_t c_count, {}int64_t c_stride, void* workspace)",
                              file.name, c_pointers(file, " WENGERT_RESTRICT"))) +
         " {\n";
}

/// NAME_lanes in vectors, with what it needs.
std::string vector_definition(const CFile& file, const CBody& body) {
  std::string text = "/* The first `c_count` of the points count; element k of point i is at [k * c_stride + i]. */\n";
  text += lanes_head(file);
  if (file.guarded)
    text += fmt::format("  {} failures[{}_LANES];\n  int64_t failed = 0, c0;\n", file.single ? "float" : "double",
                        file.name);
  text += body.text + c_unused(file, body.buffers);
  if (body.text.find("c_stride") == std::string::npos) text += "  (void)c_stride;\n";
  text += file.guarded ? "  for (c0 = 0; c0 < c_count; ++c0) failed += failures[c0] != 0;\n  return failed;\n}\n"
                       : "  (void)c_count;\n  return 0;\n}\n";
  return c_lane_definitions(file.name, file.lanes, file.single, body.parts + text) + "\n" + body.parts + text;
}

/// NAME_lanes of one lane: the function itself.
std::string scalar_definition(const CFile& file) {
  const std::string passed = arguments(file, [](const CParameter& p, size_t) { return p.name; });
  return fmt::format("#define {}_LANES 1\n", file.name) + lanes_head(file) + "  (void)c_count;\n  (void)c_stride;\n" +
         fmt::format("  return {}({}workspace);\n}}\n", file.name, passed);
}

std::string copies(const CFile& file, const std::vector<CParameter>& parameters, size_t first, bool back) {
  std::string text;
  for (size_t k = 0; k < parameters.size(); ++k) {
    const int64_t elements = parameters[k].type.elements();
    if (elements == 0) continue;
    const std::string block = fmt::format("b{}[c0 * {}_LANES + c_lane]", first + k, file.name);
    const std::string own =
        fmt::format("{}[points > 0 ? c0 * points + c_from : c_from * {} + c0]", parameters[k].name, elements);
    text += fmt::format("    for (c0 = 0; c0 < {}; ++c0) {} = {};\n", elements, back ? own : block, back ? block : own);
  }
  return text;
}

/// NAME_few: copies points into the lanes, and results back.
std::string gathering_definition(const CFile& file) {
  const std::string& f = file.name;
  std::string text =
      "/* Up to as many points as there are lanes, the last of them in all that are left; element k of point i is at\n"
      "   [k * points + i], or without `points` one point lies behind the other. */\n";
  text += c_broken(fmt::format("static int64_t {}_few(int64_t c_count, int64_t points, {}void* workspace)", f,
                               c_pointers(file, ""))) +
          " {\n";
  size_t block = 0;
  for (const auto* list : {&file.inputs, &file.outputs})
    for (const CParameter& p : *list) {
      const std::string_view type = c_type(p.type.dtype, file.single);
      text += fmt::format("  {}* const b{} = ({}*)(void*)((char*)workspace + {} * {}_LANES);\n", type, block, type,
                          file.block_offset[block], f);
      ++block;
    }
  text += "  int64_t failed, c_lane, c0 = 0;\n";
  text += fmt::format("  for (c_lane = 0; c_lane < {}_LANES; ++c_lane) {{\n", f);
  text += "    const int64_t c_from = c_lane < c_count ? c_lane : c_count - 1;\n";
  text += copies(file, file.inputs, 0, false);
  text += "    (void)c_from;\n  }\n";
  const std::string passed = arguments(file, [](const CParameter&, size_t k) { return fmt::format("b{}", k); });
  text += c_broken(fmt::format("  failed = {0}_lanes(c_count, {1}{0}_LANES, workspace);", f, passed)) + "\n";
  text += "  for (c_lane = 0; c_lane < c_count; ++c_lane) {\n    const int64_t c_from = c_lane;\n";
  text += copies(file, file.outputs, file.inputs.size(), true);
  text += "    (void)c_from;\n  }\n";
  std::string unused = "  (void)points;\n  (void)c0;\n";
  for (const auto* list : {&file.inputs, &file.outputs})
    for (const CParameter& p : *list)
      if (p.type.elements() == 0) unused += fmt::format("  (void){};\n", p.name);
  return text + unused + "  return failed;\n}\n\n";
}

std::string batch_functions(const CFile& file) {
  const std::string& f = file.name;
  const auto from_point = [](const CParameter& p, size_t) { return p.name + " + point"; };
  const auto from_row = [](const CParameter& p, size_t) {
    return fmt::format("{} + point * {}", p.name, p.type.elements());
  };
  std::string text = fmt::format(
      "/* The function at many points: element k of point i is at [k * points + i], of inputs and outputs alike. "
      "Returns\n"
      "   how many of the points are of another branch than the recorded one. The workspace has {0} bytes. */\n",
      f + "_batch_workspace_bytes");
  text += c_broken(file.batch_signature) + " {\n  int64_t failed = 0, point = 0;\n";
  text += fmt::format("  for (; {0}_LANES > 1 && point + {0}_LANES <= points; point += {0}_LANES)\n", f);
  text += c_broken(fmt::format("    failed += {0}_lanes({0}_LANES, {1}points, workspace);", f,
                               arguments(file, from_point))) +
          "\n";
  text += fmt::format("  for (; point < points; point += {}_LANES)\n", f);
  const std::string count = fmt::format("points - point < {0}_LANES ? points - point : {0}_LANES", f);
  text +=
      c_broken(fmt::format("    failed += {}_few({}, points, {}workspace);", f, count, arguments(file, from_point)));
  text +=
      "\n  return failed;\n}\n\n/* The same with one point behind the other: element k of point i is at [i * elements "
      "+ k]. */\n";
  text += c_broken(file.rows_signature) + " {\n  int64_t failed = 0, point;\n";
  text += fmt::format("  for (point = 0; point < points; point += {}_LANES)\n", f);
  text += c_broken(fmt::format("    failed += {}_few({}, 0, {}workspace);", f, count, arguments(file, from_row)));
  return text + "\n  return failed;\n}\n\n";
}

}  // namespace

std::string c_batch(const CFile& file, const CFunction& function, std::set<std::string>& called,
                    std::set<uint32_t>& named) {
  const auto strides = strides_of(file, function);
  const bool vectors = file.lanes > 1 && std::ranges::all_of(file.parts, [&](const Kernel& part) {
                         return varying_registers(part, strides).has_value();
                       });
  std::string text = scalar_definition(file);
  if (vectors) {
    const CBody body = c_body(file, function, file.name + "_lanes_part", strides);
    called.insert(body.functions.begin(), body.functions.end());
    named.insert(body.buffers.begin(), body.buffers.end());
    text = fmt::format(
               "/* Points side by side in the vectors of gcc and clang; define {0}_SCALAR for one point after the "
               "other. */\n"
               "#if (defined(__clang__) || (defined(__GNUC__) && __GNUC__ >= 5)) && !defined({0}_SCALAR)\n"
               "#define {0}_LANES {1}\n",
               file.name, file.lanes) +
           vector_definition(file, body) + "#else\n" + text + "#endif\n\n";
  } else {
    text += "\n";
  }
  return text + gathering_definition(file) + batch_functions(file);
}

}  // namespace wengert
