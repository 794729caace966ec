// SPDX-License-Identifier: Apache-2.0
//
// Functions of the text form that are no record as they are written: attributes left out (`sum(x)` means all axes, an
// axis may count from the end), and what is made of several operations (`mean`, `clamp`, `greater`). They record the
// same lines as the C++ functions of the same names.
#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "wengert/ir/text_reader.h"

namespace wengert::text {
namespace {

using Operands = std::vector<Operand>;
using Result = std::optional<Operand>;

int rank(ProgramReader& reader, Operand& x) {
  x.value = reader.line(x);
  return reader.type(x).shape.rank();
}

int64_t from_front(int64_t axis, int rank) { return axis < 0 && axis >= -rank ? axis + rank : axis; }

/// The list of axes with negative ones counted from the end; all axes if it was left out, or `otherwise`.
std::vector<int64_t> axes(ProgramReader& reader, const Head& head, Operand& x) {
  const int n = rank(reader, x);
  std::vector<int64_t> result;
  if (head.attributes.has("axes"))
    result = head.attributes.integers("axes");
  else
    for (int axis = 0; axis < n; ++axis) result.push_back(axis);
  for (int64_t& axis : result) axis = from_front(axis, n);
  std::sort(result.begin(), result.end());
  return result;
}

Result call_with(ProgramReader& reader, const Head& head, Operands& operands, std::string_view name,
                 AttributeValue value) {
  Head complete = head;
  complete.attributes.set(std::string(name), std::move(value));
  return reader.record(complete, operands);
}

Result over_axes(ProgramReader& reader, const Head& head, Operands& operands) {
  if (operands.size() != 1) return {};
  auto over = axes(reader, head, operands[0]);
  return over.empty() && head.name.is("sum") ? operands[0] : call_with(reader, head, operands, "axes", std::move(over));
}

/// `axis`, the last if it was left out (the first for gather and concatenate).
Result along_axis(ProgramReader& reader, const Head& head, Operands& operands) {
  if (operands.empty()) return {};
  const bool from_first = head.name.is("gather") || head.name.is("scatter_add") || head.name.is("concatenate");
  const int64_t axis = head.attributes.has("axis") ? head.attributes.integer("axis") : from_first ? 0 : -1;
  return call_with(reader, head, operands, "axis", from_front(axis, rank(reader, operands[0])));
}

Result reversed_axes(ProgramReader& reader, const Head& head, Operands& operands) {
  if (operands.size() != 1 || head.attributes.has("order")) return {};
  std::vector<int64_t> order;
  for (int axis = rank(reader, operands[0]) - 1; axis >= 0; --axis) order.push_back(axis);
  return order.size() < 2 ? operands[0] : call_with(reader, head, operands, "order", std::move(order));
}

/// A second operand that has a usual value.
Result with_parameter(ProgramReader& reader, const Head& head, Operands& operands) {
  if (operands.size() != 1) return {};
  Operand parameter;
  parameter.number = head.name.is("elu") ? 1 : 0.1;
  return reader.record(head, {operands[0], parameter});
}

void need(ProgramReader& reader, const Head& head, const Operands& operands, size_t count) {
  if (operands.size() != count) wrong_count(reader.source(), head.name, head.name.text, count, operands.size());
}

/// For functions of several operations: the right number of operands, and no attributes.
void need_only(ProgramReader& reader, const Head& head, const Operands& operands, size_t count) {
  need(reader, head, operands, count);
  if (!head.attributes.empty())
    reader.source().fail("W504", head.name.at, fmt::format("{} takes no attributes", head.name.text),
                         fmt::format("leave out {}=...", displayed(head.attributes.begin()->first)));
}

Operand reshape(ProgramReader& reader, const Head& head, const Operand& x, const Shape& shape) {
  return reader.record(head, "reshape", {x}, {{"shape", std::vector<int64_t>(shape.begin(), shape.end())}});
}

Result mean(ProgramReader& reader, const Head& head, Operands& operands) {
  need(reader, head, operands, 1);
  const auto over = axes(reader, head, operands[0]);
  const Shape& shape = reader.type(operands[0]).shape;
  Operand count;
  count.number = 1;
  for (int64_t axis : over)
    if (axis >= 0 && axis < shape.rank()) count.number *= static_cast<double>(shape[static_cast<int>(axis)]);
  const Operand total = over.empty() ? operands[0] : reader.record(head, "sum", operands, {{"axes", over}});
  return reader.record(head, "div", {total, count});
}

Result clamp(ProgramReader& reader, const Head& head, Operands& operands) {
  need_only(reader, head, operands, 3);
  return reader.record(head, "min", {reader.record(head, "max", {operands[0], operands[1]}), operands[2]});
}

Result greater(ProgramReader& reader, const Head& head, Operands& operands) {
  need_only(reader, head, operands, 2);
  return reader.record(head, head.name.is("greater") ? "less" : "less_equal", {operands[1], operands[0]});
}

Result digamma(ProgramReader& reader, const Head& head, Operands& operands) {
  need_only(reader, head, operands, 1);
  return reader.record(head, "polygamma", {Operand{}, operands[0]});
}

/// A vector on the left is a row, on the right a column; the axis that makes it a matrix goes away again.
Result matrix_product(ProgramReader& reader, const Head& head, Operands& operands) {
  if (operands.size() != 2) return {};
  const bool row = rank(reader, operands[0]) == 1, column = rank(reader, operands[1]) == 1;
  if (row == column && !row) return {};
  const bool transposed =
      head.attributes.has(row ? "transpose_a" : "transpose_b") || (column && head.attributes.has("transpose_b"));
  if (transposed) reader.source().fail("W504", head.name.at, "a vector has no transpose", "leave the attribute out");
  if (row) operands[0] = reshape(reader, head, operands[0], reader.type(operands[0]).shape.with(0, 1));
  if (column) operands[1] = reshape(reader, head, operands[1], reader.type(operands[1]).shape.with(1, 1));
  Operand product = reader.record(head, operands);
  const auto drop_axis = [&](int from_end) {
    const Shape shape = reader.type(product).shape;
    product = reshape(reader, head, product, shape.without(shape.rank() - from_end));
  };
  if (column) drop_axis(1);
  if (row) drop_axis(column ? 1 : 2);
  return product;
}

/// solve and triangular_solve: a right-hand side with one axis less than the matrix is a vector.
Result solver(ProgramReader& reader, const Head& head, Operands& operands) {
  if (operands.size() != 2) return {};
  Head complete = head;
  if (head.name.is("triangular_solve") && !head.attributes.has("lower")) complete.attributes.set("lower", true);
  const int n = rank(reader, operands[0]);
  if (rank(reader, operands[1]) + 1 != n) return reader.record(complete, operands);
  const Shape shape = reader.type(operands[1]).shape;
  operands[1] = reshape(reader, head, operands[1], shape.with(shape.rank(), 1));
  return reshape(reader, head, reader.record(complete, operands), shape);
}

/// The dtype of the result, f64 if it was left out.
Result with_dtype(ProgramReader& reader, const Head& head, Operands& operands) {
  if (head.attributes.has("dtype")) return {};
  return call_with(reader, head, operands, "dtype", DType::f64);
}

/// To and from i64 and bool this is another record, and nothing at all where the dtype is right already.
Result convert(ProgramReader& reader, const Head& head, Operands& operands) {
  if (operands.size() != 1 || !head.attributes.has("dtype")) return {};
  operands[0].value = reader.line(operands[0]);
  const DType from = reader.type(operands[0]).dtype, to = head.attributes.dtype("dtype");
  if (from == to) return operands[0];
  return reader.record(head, is_float(from) && is_float(to) ? "convert" : "cast", operands, head.attributes);
}

/// map, sum_map and scan: all operands are mapped, no result is summed (of sum_map, all), and the length is theirs.
Result loop(ProgramReader& reader, const Head& head, Operands& operands) {
  Attributes attributes = head.attributes;
  const bool scan = head.name.is("scan");
  if (scan && !attributes.has("carries")) attributes.set("carries", int64_t{1});
  const size_t carries = scan ? static_cast<size_t>(std::max<int64_t>(0, attributes.integer("carries"))) : 0;
  const size_t sliced = operands.size() - std::min(operands.size(), carries);
  if (!attributes.has("mapped")) attributes.set("mapped", std::vector<int64_t>(sliced, 1));
  if (!scan && !attributes.has("summed"))
    attributes.set("summed",
                   std::vector<int64_t>(attributes.program("body").outputs().size(), head.name.is("sum_map")));
  const std::vector<int64_t> mapped = attributes.integers("mapped");  // a copy: `set` moves what attributes hold
  for (size_t k = 0; k < sliced && k < mapped.size() && !attributes.has("length"); ++k) {
    Operand& x = operands[operands.size() - sliced + k];
    if (mapped[k] != 0 && rank(reader, x) > 0) attributes.set("length", reader.type(x).shape[0]);
  }
  return reader.record(head, scan ? "scan" : "map", operands, attributes);
}

struct Entry {
  std::string_view name;
  Function function;
};
constexpr std::array entries{Entry{"sum", over_axes},
                             Entry{"max_reduce", over_axes},
                             Entry{"min_reduce", over_axes},
                             Entry{"logsumexp", over_axes},
                             Entry{"norm", over_axes},
                             Entry{"reverse", over_axes},
                             Entry{"softmax", along_axis},
                             Entry{"log_softmax", along_axis},
                             Entry{"argmax", along_axis},
                             Entry{"cumulative_sum", along_axis},
                             Entry{"gather", along_axis},
                             Entry{"scatter_add", along_axis},
                             Entry{"concatenate", along_axis},
                             Entry{"transpose", reversed_axes},
                             Entry{"leaky_relu", with_parameter},
                             Entry{"elu", with_parameter},
                             Entry{"matmul", matrix_product},
                             Entry{"solve", solver},
                             Entry{"triangular_solve", solver},
                             Entry{"one_hot", with_dtype},
                             Entry{"uniform", with_dtype},
                             Entry{"normal", with_dtype},
                             Entry{"convert", convert},
                             Entry{"map", loop},
                             Entry{"sum_map", loop},
                             Entry{"scan", loop},
                             Entry{"mean", mean},
                             Entry{"clamp", clamp},
                             Entry{"greater", greater},
                             Entry{"greater_equal", greater},
                             Entry{"digamma", digamma}};

}  // namespace

void wrong_count(const Source& source, const Token& name, std::string_view function, size_t count, size_t given) {
  static constexpr std::array<std::string_view, 3> operands{"x", "x, y", "x, y, z"};
  source.fail("W506", name.at,
              fmt::format("{} takes {} operand{}, {} {} given", function, count, count == 1 ? "" : "s", given,
                          given == 1 ? "is" : "are"),
              count > 0 && count <= operands.size() ? fmt::format("write {}({})", function, operands[count - 1])
                                                    : fmt::format("give {} operands", count));
}

Function find_function(std::string_view name) {
  const auto found =
      std::find_if(entries.begin(), entries.end(), [&](const Entry& entry) { return entry.name == name; });
  return found == entries.end() ? nullptr : found->function;
}

std::string_view attributes_of(std::string_view function) {
  if (function == "mean") return "sum";
  return function == "sum_map" ? "map" : function;
}

bool means_function(std::string_view name) { return operation(name) != nullptr || find_function(name) != nullptr; }

std::vector<std::string_view> function_names() {
  std::vector<std::string_view> names;
  for (const Entry& entry : entries)
    if (operation(entry.name) == nullptr) names.push_back(entry.name);
  return names;
}

}  // namespace wengert::text
