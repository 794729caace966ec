// SPDX-License-Identifier: Apache-2.0
#include "wengert/cli/output.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "wengert/ir/text.h"

namespace wengert::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr int64_t most_rows = 64, most_columns = 32;  // of a matrix that is written with a line a row

Json element_json(const Array& array, int64_t k) {
  switch (array.dtype()) {
    case DType::boolean: return array[k] != 0;
    case DType::i64: return array.values<int64_t>()[static_cast<size_t>(k)];
    case DType::f32:
      return std::isfinite(array[k]) ? Json(std::strtod(shortest(static_cast<float>(array[k])).c_str(), nullptr))
                                     : number_json(array[k]);
    case DType::f64: break;
  }
  return number_json(array[k]);
}

Json nested(const Array& array, int axis, int64_t& next) {
  if (axis == array.shape().rank()) return element_json(array, next++);
  Json list = Json::array();
  for (int64_t i = 0; i < array.shape()[axis]; ++i) list.push_back(nested(array, axis + 1, next));
  return list;
}

std::string element_text(const Array& array, int64_t k) {
  switch (array.dtype()) {
    case DType::boolean: return array[k] != 0 ? "true" : "false";
    case DType::i64: return std::to_string(array.values<int64_t>()[static_cast<size_t>(k)]);
    case DType::f32: return shortest(static_cast<float>(array[k]));
    case DType::f64: break;
  }
  return shortest(array[k]);
}

/// Columns aligned at the right.
std::string matrix_text(const Array& array, size_t indent) {
  const int64_t rows = array.shape()[0], cols = array.shape()[1];
  std::vector<size_t> widths(static_cast<size_t>(cols), 0);
  for (int64_t k = 0; k < array.elements(); ++k) {
    size_t& width = widths[static_cast<size_t>(k % cols)];
    width = std::max(width, element_text(array, k).size());
  }
  std::string text = "[";
  for (int64_t i = 0; i < rows; ++i) {
    text += i ? ",\n" + std::string(indent + 1, ' ') + "[" : "[";
    for (int64_t j = 0; j < cols; ++j)
      text += fmt::format("{}{:>{}}", j ? ", " : "", element_text(array, i * cols + j), widths[static_cast<size_t>(j)]);
    text += "]";
  }
  return text + "]";
}

}  // namespace

Json number_json(double value) {
  if (std::isfinite(value)) return value;
  return std::isnan(value) ? "nan" : value > 0 ? "inf" : "-inf";
}

Json to_json(const Array& array) {
  int64_t next = 0;
  return nested(array, 0, next);
}

std::string array_text(const Array& array, size_t indent, int64_t most) {
  if (array.shape().rank() == 2 && array.elements() > 0 && array.shape()[0] <= most_rows &&
      array.shape()[1] <= most_columns)
    return matrix_text(array, indent);
  return to_string(array, most);
}

void print_result(Context& context, const std::string& label, const Array& value) {
  const int64_t most = context.most_elements(), count = value.elements();
  const bool matrix = value.shape().rank() == 2 && value.shape()[0] <= most_rows && value.shape()[1] <= most_columns;
  context.print(fmt::format("{} = {}", context.palette().cyan(label), array_text(value, columns(label) + 3, most)));
  if (!context.json() && count > most && !matrix)
    context.note(fmt::format("{}: {} of {} elements shown; redirect the output to a file, or give --json, for all",
                             label, most, count));
}

void show(Context& context, std::string_view section, const std::vector<Result>& results) {
  Json& object = context.document()[std::string(section)] = Json::object();
  for (const Result& r : results) {
    if (context.json()) object[r.key] = to_json(r.value);
    print_result(context, r.label, r.value);
  }
}

void show_program(Context& context, std::string_view section, const Program& program) {
  std::string text = print(program);
  context.document()[std::string(section)] = text;
  if (!context.palette().on()) {
    while (text.ends_with('\n')) text.pop_back();
    context.print(text);
    return;
  }
  size_t start = 0;
  while (start < text.size()) {
    const size_t stop = std::min(text.find('\n', start), text.size());
    std::string line = text.substr(start, stop - start);
    const auto equals = line.find(" = ");
    if (line.starts_with("program ") || line.starts_with("}"))
      line = context.palette().bold(line);
    else if (line.starts_with("  return"))
      line = context.palette().green(line);
    else if (equals != std::string::npos)
      line = context.palette().cyan(line.substr(0, equals)) + line.substr(equals);
    context.print(line);
    start = stop + 1;
  }
}

}  // namespace wengert::cli
