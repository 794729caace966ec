// SPDX-License-Identifier: Apache-2.0
#include "derivative_checks.h"

#include <cmath>
#include <fmt/format.h>

#include "random_program.h"
#include "same_values.h"
#include "wengert/ad/derivatives.h"
#include "wengert/check/grad_check.h"
#include "wengert/exec/interpreter.h"
#include "wengert/ir/text.h"
#include "wengert/passes/batch.h"
#include "wengert/primitives/primitives.h"

namespace wengert {
namespace {

std::vector<Array> after(std::vector<Array> arrays, size_t count) {
  arrays.erase(arrays.begin(), arrays.begin() + static_cast<int64_t>(count));
  return arrays;
}

double inner(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (size_t k = 0; k < a.size(); ++k) sum += a[k] * b[k];
  return sum;
}

double absolute_inner(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (size_t k = 0; k < a.size(); ++k) sum += std::abs(a[k] * b[k]);
  return sum;
}

testing::AssertionResult labelled(std::string_view what, const testing::AssertionResult& result) {
  if (result) return result;
  return testing::AssertionFailure() << what << ": " << result.message();
}

bool computes_in_f32(const Program& p) {
  for (uint32_t v = 0; v < p.size(); ++v)
    if (p.type(ValueId{v}).dtype == DType::f32) return true;
  return false;
}

/// jvp(f) along fixed directions: x -> <grad f, v>.
Program along(const Program& f, const std::vector<Array>& v) {
  Recording recording("along");
  std::vector<Expr> inputs;
  for (const Type& type : f.input_types()) inputs.push_back(recording.input(type));
  for (const Array& direction : v) inputs.push_back(constant(direction));
  const auto outputs = replay(jvp(f), inputs);
  return recording.finish(std::span(outputs).last(1));
}

}  // namespace

bool close(double a, double b, double tolerance) {
  return a == b || (std::isnan(a) && std::isnan(b)) || std::abs(a - b) <= tolerance * (1 + std::abs(b));
}

testing::AssertionResult all_close(const std::vector<double>& found, const std::vector<double>& expected, double tolerance) {
  if (found.size() != expected.size()) return testing::AssertionFailure() << found.size() << " numbers, expected " << expected.size();
  for (size_t i = 0; i < found.size(); ++i)
    if (!close(found[i], expected[i], tolerance))
      return testing::AssertionFailure() << "number " << i << " is " << shortest(found[i]) << ", expected " << shortest(expected[i]);
  return testing::AssertionSuccess();
}

testing::AssertionResult all_close(const std::vector<Array>& found, const std::vector<Array>& expected, double tolerance) {
  if (found.size() != expected.size()) return testing::AssertionFailure() << found.size() << " arrays, expected " << expected.size();
  for (size_t k = 0; k < found.size(); ++k) {
    if (found[k].type() != expected[k].type())
      return testing::AssertionFailure() << "array " << k << " is " << to_string(found[k].type()) << ", expected " << to_string(expected[k].type());
    for (int64_t i = 0; i < found[k].elements(); ++i)
      if (!close(found[k][i], expected[k][i], tolerance))
        return testing::AssertionFailure() << "array " << k << " element " << i << " is " << shortest(found[k][i]) << ", expected "
                                           << shortest(expected[k][i]);
  }
  return testing::AssertionSuccess();
}

std::vector<double> flat(std::span<const Array> arrays) {
  std::vector<double> all;
  for (const Array& a : arrays)
    for (int64_t i = 0; is_float(a.dtype()) && i < a.elements(); ++i) all.push_back(a[i]);
  return all;
}

std::vector<Array> random_values(const std::vector<Type>& types, Random& random) {
  std::vector<Array> values;
  for (const Type& type : types) {
    Array value(Type{is_float(type.dtype) ? DType::f64 : type.dtype, type.shape});
    if (is_float(type.dtype))
      for (double& x : value.mutable_values<double>()) x = random.normal();
    values.push_back(value.as(type.dtype));
  }
  return values;
}

std::vector<Array> joined(std::vector<Array> a, const std::vector<Array>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

std::vector<Array> tangents(const Program& p, const std::vector<Array>& x, const std::vector<Array>& x_dot) {
  return after(evaluate(jvp(p), joined(x, x_dot)), p.outputs().size());
}

std::vector<Array> cotangents(const Program& p, const std::vector<Array>& x, const std::vector<Array>& y_bar) {
  return after(evaluate(vjp(p), joined(x, y_bar)), p.outputs().size());
}

std::vector<double> dense(const std::vector<Array>& entries, const std::vector<Type>& outputs, const std::vector<Type>& inputs) {
  std::vector<double> matrix;
  for (size_t i = 0; i < outputs.size(); ++i)
    for (int64_t row = 0; row < outputs[i].elements(); ++row)
      for (size_t j = 0; j < inputs.size(); ++j) {
        const int64_t n = inputs[j].elements();
        for (int64_t column = 0; column < n; ++column) matrix.push_back(entries[i * inputs.size() + j][row * n + column]);
      }
  return matrix;
}

Program weighted_sum(const Program& p) {
  Random random(5);
  Recording recording("weighted_" + p.name());
  std::vector<Expr> inputs;
  for (const Type& type : p.input_types()) inputs.push_back(recording.input(type));
  Expr total = constant(Array(0.0));
  for (const Expr& y : replay(p, inputs)) {
    if (!is_float(y.type().dtype)) continue;
    Array w(Type{DType::f64, y.shape()});
    for (double& weight : w.mutable_values<double>()) weight = random.uniform(0.5, 1.5);
    total += sum(convert(y, DType::f64) * constant(w));
  }
  return recording.finish({&total, 1});
}

testing::AssertionResult value_is_known(const Case& c) {
  if (c.results.empty()) return testing::AssertionSuccess();
  return same_values(evaluate(c.program, c.x), c.results, 2);
}

testing::AssertionResult native_equals_reference(const Case& c) {
  return same_values(evaluate(c.program, c.x), evaluate(c.program, c.x, {.reference = true}));
}

testing::AssertionResult tangents_match_differences(const Case& c) {
  const auto report = grad_check(c.program, c.x);
  if (report.verdict == Verdict::failed) return testing::AssertionFailure() << report.worst_entry << "; transpose error " << report.transpose_error << " " << report.where;
  if (c.may_be_kink) return testing::AssertionSuccess();
  if (!report.kinks.empty()) return testing::AssertionFailure() << "a sample must not lie at a kink: " << report.kinks[0];
  if (!report.undecided.empty()) return testing::AssertionFailure() << "a sample must be decided: " << report.undecided[0];
  return testing::AssertionSuccess();
}

testing::AssertionResult pullback_is_transpose(const Case& c) {
  Random random(2);
  const Interpreter forward(jvp(c.program)), reverse(vjp(c.program));
  const size_t outputs = c.program.outputs().size();
  const double tolerance = computes_in_f32(c.program) ? 1e-6 : 1e-12;
  for (int k = 0; k < 5; ++k) {
    const auto v = random_values(float_types(c.program.input_types()), random), w = random_values(float_types(c.program.output_types()), random);
    const auto jv = flat(after(forward.run(joined(c.x, v)), outputs)), jw = flat(after(reverse.run(joined(c.x, w)), outputs));
    const double left = inner(flat(w), jv), right = inner(jw, flat(v));
    const double scale = absolute_inner(flat(w), jv) + absolute_inner(jw, flat(v));
    if (!(std::abs(left - right) <= tolerance * (scale + absolute_inner(flat(w), flat(w)) + absolute_inner(flat(v), flat(v)))))
      return testing::AssertionFailure() << "<w, J v> = " << shortest(left) << ", <J' w, v> = " << shortest(right);
  }
  return testing::AssertionSuccess();
}

testing::AssertionResult both_modes_give_one_jacobian(const Case& c) {
  const auto inputs = float_types(c.program.input_types()), outputs = float_types(c.program.output_types());
  return all_close(dense(evaluate(jacobian(c.program, {}, JacobianMode::forward), c.x), outputs, inputs),
                   dense(evaluate(jacobian(c.program, {}, JacobianMode::reverse), c.x), outputs, inputs), 1e-12);
}

testing::AssertionResult second_order_agrees(const Case& c) {
  const Program f = weighted_sum(c.program);
  const auto inputs = float_types(f.input_types());
  if (const auto result = tangents_match_differences({c.name, grad(f), c.x, {}, c.may_be_kink}); !result) return labelled("gradient", result);
  Random random(3);
  const auto v = random_values(inputs, random);
  const auto forward_over_reverse = evaluate(hvp(f), joined(c.x, v)), reverse_over_forward = evaluate(grad(along(f, v)), c.x);
  if (const auto result = all_close(reverse_over_forward, forward_over_reverse, 1e-10); !result) return labelled("reverse over forward", result);
  const auto h = dense(evaluate(hessian(f), c.x), inputs, inputs);
  const auto n = static_cast<size_t>(std::lround(std::sqrt(static_cast<double>(h.size()))));
  for (size_t i = 0; i < n; ++i)
    for (size_t j = 0; j < i; ++j)
      if (!close(h[i * n + j], h[j * n + i], 1e-10))
        return testing::AssertionFailure() << "the Hessian at (" << i << ", " << j << ") is " << shortest(h[i * n + j]) << ", transposed "
                                           << shortest(h[j * n + i]);
  return testing::AssertionSuccess();
}

testing::AssertionResult text_round_trips(const Case& c) {
  const std::string text = print(c.program);
  if (parse(text) == c.program) return testing::AssertionSuccess();
  return testing::AssertionFailure() << "reads back as\n" << print(parse(text)) << "printed was\n" << text;
}

namespace {

constexpr int64_t batch_size = 3;

/// x[0], x[1], x[2] one behind the other along a new leading axis.
Array stacked(const std::vector<Array>& x) {
  std::vector<std::byte> bytes;
  for (const Array& each : x) {
    const auto* data = static_cast<const std::byte*>(each.view().data);
    bytes.insert(bytes.end(), data, data + each.type().bytes());
  }
  return Array::from({{x[0].dtype(), x[0].shape().with(0, batch_size)}, bytes.data()});
}

testing::AssertionResult batch_equals_looping(const Case& c, const std::vector<bool>& batched) {
  Random random(4);
  std::vector<std::vector<Array>> points(batch_size, c.x), results(c.program.outputs().size());
  std::vector<Array> inputs, expected;
  for (auto& point : points) point = near_by(c.x, random, 1e-3);
  for (size_t k = 0; k < c.x.size(); ++k) {
    std::vector<Array> column;
    for (auto& point : points) column.push_back(batched[k] ? point[k] : point[k] = points[0][k]);
    inputs.push_back(batched[k] ? stacked(column) : column[0]);
  }
  for (const auto& point : points) {
    const auto y = evaluate(c.program, point);
    for (size_t k = 0; k < y.size(); ++k) results[k].push_back(y[k]);
  }
  for (const auto& result : results) expected.push_back(stacked(result));
  return all_close(evaluate(batch(c.program, batched, batch_size), inputs), expected, 1e-13);
}

}  // namespace

testing::AssertionResult batch_equals_looping(const Case& c) {
  std::vector<bool> batched(c.x.size(), true);
  if (const auto result = batch_equals_looping(c, batched); !result) return labelled("all batched", result);
  for (size_t k = 0; k < c.x.size() && c.x.size() > 1; ++k) {
    batched.assign(c.x.size(), false);
    batched[k] = true;
    if (const auto result = batch_equals_looping(c, batched); !result) return labelled(fmt::format("input {} batched", k), result);
  }
  return testing::AssertionSuccess();
}

testing::AssertionResult edges_are_as_stated(const Program& p, const std::vector<StatedPartials>& edges) {
  for (const StatedPartials& edge : edges) {
    const std::vector<Array> x(edge.at.begin(), edge.at.end());
    for (const auto mode : {JacobianMode::forward, JacobianMode::reverse}) {
      const auto result = all_close(flat(evaluate(jacobian(p, {}, mode), x)), edge.partials, 1e-14);
      if (!result) return labelled(fmt::format("at {} by {} mode", shortest(edge.at[0]), mode == JacobianMode::forward ? "forward" : "reverse"), result);
    }
  }
  return testing::AssertionSuccess();
}

}  // namespace wengert
