// SPDX-License-Identifier: Apache-2.0
//
// main() of an emitted C file.
#include <algorithm>

#include <fmt/format.h>

#include "wengert/exec/c_file.h"

namespace wengert {
namespace {

/// Arrays that a compiler cannot take for constants: it would compute functions of them itself.
std::string stored(const CFile& file, const std::vector<CParameter>& parameters, const std::vector<Array>& values,
                   std::string_view what) {
  std::string text;
  for (size_t k = 0; k < parameters.size(); ++k)
    text += fmt::format("{} {}_{}_{}[{}] = {{\n{}}};\n", c_type(parameters[k].type.dtype, file.single), file.name, what,
                        parameters[k].name, std::max<int64_t>(1, parameters[k].type.elements()),
                        wrapped(c_elements(values[k], file.single)));
  return text;
}

constexpr std::string_view main_begins = R"(
/* 0 for equal numbers and for two NaNs, else the distance relative to 1 + the expected size. */
static # @_difference(# found, # expected) {
  if (found == expected || (found != found && expected != expected)) return 0;
  if (!(fabs~(found - expected) < INFINITY)) return INFINITY;
  return fabs~(found - expected) / (1 + fabs~(expected));
}

int main(void) {
  # worst = 0, difference;
  int64_t k;
)";

/// @ stands for the name, # for the type of reals, ~ for the suffix of their functions.
std::string replaced(std::string_view text, const CFile& file) {
  std::string result;
  for (char c : text)
    result += c == '@'   ? file.name
              : c == '#' ? std::string(c_type(DType::f64, file.single))
              : c == '~' ? std::string(file.single ? "f" : "")
                         : std::string(1, c);
  return result;
}

}  // namespace

std::string c_self_test(const CFile& file, const CTest& test) {
  const std::string& f = file.name;
  const std::string_view real = c_type(DType::f64, file.single);
  std::string text = fmt::format(
      "#ifdef {0}_SELF_TEST\n#include <stdio.h>\n\n#ifndef {0}_TOLERANCE\n#define {0}_TOLERANCE {1}\n#endif\n\n", f,
      file.single ? "1e-4" : "1e-12");
  text += stored(file, file.inputs, test.inputs, "test") + stored(file, file.outputs, test.outputs, "expected");
  std::string arguments, comparisons;
  for (const CParameter& p : file.inputs) arguments += fmt::format("{}_test_{}, ", f, p.name);
  for (const CParameter& p : file.outputs) {
    text += fmt::format("static {} {}_found_{}[{}];\n", c_type(p.type.dtype, file.single), f, p.name,
                        std::max<int64_t>(1, p.type.elements()));
    arguments += fmt::format("{}_found_{}, ", f, p.name);
    comparisons += fmt::format(
        "  for (k = 0; k < {0}; ++k) {{\n    difference = {1}_difference(({3}){1}_found_{2}[k], "
        "({3}){1}_expected_{2}[k]);\n"
        "    if (difference > worst) worst = difference;\n  }}\n",
        test.fails ? 0 : p.type.elements(), f, p.name, real);
  }
  text += fmt::format("static union {{\n  {} real;\n  int64_t integer;\n}} {}_workspace[{}];\n", real, f,
                      std::max<size_t>(1, file.workspace_bytes / 8));
  text += replaced(main_begins, file);
  text += fmt::format(
      "  if ({0}({1}{0}_workspace) != {2}) {{\n    printf(\"{0}: wrong return value\\n\");\n    return 1;\n  }}\n", f,
      arguments, test.fails ? 1 : 0);
  return text + comparisons +
         fmt::format(
             "  printf(\"{0}: largest difference %g, tolerance %g: %s\\n\", (double)worst, "
             "(double){0}_TOLERANCE,\n"
             "         worst <= ({1}){0}_TOLERANCE ? \"passed\" : \"FAILED\");\n"
             "  return !(worst <= ({1}){0}_TOLERANCE);\n}}\n#endif\n\n",
             f, real);
}

}  // namespace wengert
