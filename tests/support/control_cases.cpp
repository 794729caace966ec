// SPDX-License-Identifier: Apache-2.0
//
// The control records' cases: nested, reversed, with shared operands, summed outputs, integer carries, no step and one.
#include <fmt/format.h>

#include "derivative_cases.h"
#include "wengert/base/error.h"
#include "wengert/base/random.h"
#include "wengert/trace/trace.h"

namespace wengert {
namespace {

/// Numbers between 0.5 and 1.5, always the same.
std::vector<Array> some_values(const std::vector<Type>& types) {
  Random random(11);
  std::vector<Array> values;
  for (const Type& type : types) {
    Array value(Type{DType::f64, type.shape});
    for (double& x : value.mutable_values<double>()) x = random.uniform(0.5, 1.5);
    values.push_back(value.as(type.dtype));
  }
  return values;
}

template <class F> Case made(std::string name, F f, const std::vector<Type>& types) {
  return {name, trace(f, types, name), some_values(types)};
}

Program product_and_sine() {
  return trace([](Expr a, Expr b) { return std::pair(a * b, sin(a) + b * b * b); }, {f64(), f64()}, "product_and_sine");
}

Program steps() {
  return trace([](Expr a) { return floor(3 * a); }, {f64()}, "steps");
}

/// A row times a shared matrix, and a number that depends on the row alone.
Program row_times_matrix() {
  return trace([](Expr row, Expr matrix) { return std::pair(tanh(matmul(row, matrix)), sum(row * row)); }, {f64({3}), f64({3, 2})},
               "row_times_matrix");
}

/// (state, x) -> (next state, output).
Program cell() {
  return trace([](Expr s, Expr x) { return std::pair(tanh(0.5 * s + x), s * x); }, {f64({2}), f64({2})}, "cell");
}

/// (state, count, x, w) -> (state, count, output): an integer is carried along, w is the same in every step.
Program counting_cell() {
  return trace(
      [](Expr s, Expr n, Expr x, Expr w) {
        const Expr power = gather(w, n);
        return std::vector<Expr>{s * power + sin(x), convert(2 - convert(n, DType::f64), DType::i64), s + power};
      },
      {f64(), i64(), f64(), f64({3})}, "counting_cell");
}

std::vector<Case> call_cases() {
  const Program inner = product_and_sine();
  const Program outer = trace([&](Expr a, Expr b) { return call(inner, {{a + b, a}})[1]; }, {f64(), f64()}, "outer");
  return {made("call", [&](Expr a, Expr b) { return call(inner, {{a, b}}); }, {f64(), f64()}),
          made("call of a call", [&](Expr a, Expr b) { return call(outer, {{a, b}}); }, {f64(), f64()}),
          made("call of what does not vary", [](Expr a) { return call(steps(), {{a}}); }, {f64()}),
          made("call with one value twice", [&](Expr a) { return call(inner, {{a, a}}); }, {f64()})};
}

std::vector<Case> map_cases() {
  const Program f = product_and_sine(), rows = row_times_matrix();
  const Program inside = trace([&](Expr a, Expr b) { return map(f, {{a, b}}, {true, false}); }, {f64({3}), f64()}, "inside");
  const auto over = [](const Program& body, std::vector<bool> mapped, std::vector<bool> summed) {
    return [=](const std::vector<Expr>& x) { return map(body, x, mapped, summed); };
  };
  return {made("map", over(f, {}, {}), {f64({4}), f64({4})}),
          made("map with a shared operand", over(rows, {true, false}, {}), {f64({4, 3}), f64({3, 2})}),
          made("map with summed results", over(rows, {true, false}, {true, true}), {f64({4, 3}), f64({3, 2})}),
          made("map with one summed result", over(f, {false, true}, {false, true}), {f64(), f64({3})}),
          made("map of a map", over(inside, {true, true}, {true, false}), {f64({2, 3}), f64({2})}),
          made("map of what does not vary", over(steps(), {}, {}), {f64({3})}),
          made("map over one", over(f, {}, {true, false}), {f64({1}), f64({1})}),
          made("map over none", over(f, {true, false}, {true, false}), {f64({0}), f64()})};
}

std::vector<Case> scan_cases() {
  const auto over = [](const Program& body, size_t carries, std::vector<bool> mapped, int64_t length, bool reverse) {
    return [=](const std::vector<Expr>& x) {
      const std::span all(x);
      return scan(body, all.first(carries), all.subspan(carries), mapped, length, reverse);
    };
  };
  const Program nested = trace(
      [](Expr s, Expr row) {
        const auto inner = scan(cell(), {{s}}, {{row}});
        return std::pair(inner[0], sum(inner[1]));
      },
      {f64({2}), f64({3, 2})}, "nested");
  const Program power = trace([](Expr s, Expr w) { return sin(s * w); }, {f64(), f64()}, "power");
  return {made("scan", over(cell(), 1, {}, -1, false), {f64({2}), f64({4, 2})}),
          made("scan from the end", over(cell(), 1, {}, -1, true), {f64({2}), f64({4, 2})}),
          made("scan with an integer carry", over(counting_cell(), 2, {true, false}, -1, false), {f64(), i64(), f64({4}), f64({3})}),
          made("scan of a scan", over(nested, 1, {}, -1, false), {f64({2}), f64({2, 3, 2})}),
          made("scan without sliced operands", over(power, 1, {false}, 5, false), {f64(), f64()}),
          made("scan of one step", over(cell(), 1, {}, -1, true), {f64({2}), f64({1, 2})}),
          made("scan of no step", over(cell(), 1, {}, -1, false), {f64({2}), f64({0, 2})})};
}

std::vector<Case> custom_cases() {
  const Program f = product_and_sine(), rows = row_times_matrix();
  return {made("custom_jvp", [&](Expr a, Expr b) { return custom_jvp(f, jvp_rule(f), {{a, b}}); }, {f64(), f64()}),
          made("custom_jvp of arrays", [&](Expr a, Expr b) { return custom_jvp(rows, jvp_rule(rows), {{a, b}}); }, {f64({3}), f64({3, 2})}),
          made("custom_jvp inside a map",
               [&](Expr a, Expr b) {
                 const Program body = trace([&](Expr x, Expr y) { return custom_jvp(f, jvp_rule(f), {{x, y}}); }, {f64(), f64()}, "body");
                 return map(body, {{a, b}}, {true, false}, {false, true});
               },
               {f64({3}), f64()})};
}

std::vector<Case> custom_vjp_cases() {
  const Program f = product_and_sine(), rows = row_times_matrix();
  return {made("custom_vjp", [&](Expr a, Expr b) { return custom_vjp(f, vjp_rule(f), {{a, b}}); }, {f64(), f64()}),
          made("custom_vjp of arrays", [&](Expr a, Expr b) { return custom_vjp(rows, vjp_rule(rows), {{a, b}}); }, {f64({3}), f64({3, 2})})};
}

}  // namespace

std::vector<std::string_view> control_records() { return {"call", "map", "scan", "custom", "custom_linear"}; }

std::vector<Case> control_cases(std::string_view name) {
  if (name == "call") return call_cases();
  if (name == "map") return map_cases();
  if (name == "scan") return scan_cases();
  if (name == "custom") return custom_cases();
  if (name == "custom_linear") return custom_vjp_cases();  // recorded by the derivative of custom with a VJP
  throw UsageError("W120", fmt::format("no cases for the control record {}", name));
}

}  // namespace wengert
