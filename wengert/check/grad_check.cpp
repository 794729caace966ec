// SPDX-License-Identifier: Apache-2.0
#include "wengert/check/grad_check.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <tuple>

#include "wengert/ad/derivatives.h"
#include "wengert/base/random.h"
#include "wengert/check/differences.h"
#include "wengert/exec/interpreter.h"
#include "wengert/ir/primitive.h"

namespace wengert {
namespace {

/// All float elements of some arrays in one row, and back.
std::vector<double> flattened(std::span<const Array> arrays) {
  std::vector<double> all;
  for (const Array& a : arrays)
    for (int64_t i = 0; is_float(a.dtype()) && i < a.elements(); ++i) all.push_back(a[i]);
  return all;
}

std::vector<Array> unflattened(std::span<const Array> like, std::span<const double> values) {
  std::vector<Array> arrays;
  size_t next = 0;
  for (const Array& a : like) {
    arrays.push_back(a);
    if (!is_float(a.dtype())) continue;
    Array wide(Type{DType::f64, a.shape()});
    for (double& x : wide.mutable_values<double>()) x = values[next++];
    arrays.back() = wide.as(a.dtype());
  }
  return arrays;
}

std::vector<Array> only_floats(std::vector<Array> arrays) {
  std::erase_if(arrays, [](const Array& a) { return !is_float(a.dtype()); });
  return arrays;
}

double inner(std::span<const double> a, std::span<const double> b) {
  double sum = 0;
  for (size_t k = 0; k < a.size(); ++k) sum += a[k] * b[k];
  return sum;
}

double length(std::span<const double> a) { return std::sqrt(inner(a, a)); }

/// "x1[3]": the k-th of all float elements, by the name of its array.
std::string element_name(std::span<const Array> arrays, const std::function<std::string(size_t)>& name, size_t k) {
  for (size_t a = 0; a < arrays.size(); ++a) {
    if (!is_float(arrays[a].dtype())) continue;
    const auto n = static_cast<size_t>(arrays[a].elements());
    if (k < n) return arrays[a].shape().rank() == 0 ? name(a) : fmt::format("{}[{}]", name(a), k);
    k -= n;
  }
  return "?";
}

class Checker {
 public:
  Checker(const Program& p, std::span<const Array> x, const GradCheckOptions& options)
      : p_(p), x_(x.begin(), x.end()), options_(options), value_(p), random_(options.key), point_(flattened(x)) {
    y_ = value_.run(x_);
    outputs_ = flattened(y_);
  }

  GradCheckReport run() {
    report_.passed = true;
    if (!point_.empty() && !outputs_.empty()) {
      check_columns();
      check_transpose();
    }
    return std::move(report_);
  }

 private:
  void check_columns() {
    const Interpreter tangents(jvp(p_));
    const auto n = static_cast<int64_t>(point_.size());
    const bool every = n <= options_.most_columns;
    report_.columns = every ? n : std::min<int64_t>(options_.most_columns, 32);
    for (int64_t c = 0; c < report_.columns; ++c) {
      std::vector<double> v(point_.size(), 0);
      if (every) v[static_cast<size_t>(c)] = 1;
      else
        for (double& component : v) component = random_.below(2) == 0 ? -1 : 1;
      check_column(tangents, v, every ? element_name(x_, [&](size_t k) { return input_name(k); }, static_cast<size_t>(c)) : "a random direction");
    }
  }

  void check_column(const Interpreter& tangents, const std::vector<double>& v, const std::string& column) {
    double scale = 1;
    for (size_t k = 0; k < v.size(); ++k)
      if (v[k] != 0) scale = std::max(scale, std::abs(point_[k]));
    const auto exact = tangent(tangents, v);
    const auto along = [&](double t) {
      std::vector<double> moved = point_;
      for (size_t k = 0; k < v.size(); ++k) moved[k] += t * v[k];
      return values_at(moved);
    };
    const auto numerical = differences(along, options_.largest_step * scale);
    for (size_t k = 0; k < exact.size(); ++k)
      compare(exact[k], numerical[k], [&] { return fmt::format("d {} / d {}", element_name(y_, [&](size_t i) { return output_name(i); }, k), column); });
  }

  void compare(double exact, const Difference& d, const std::function<std::string()>& entry) {
    ++report_.entries;
    const double scale = 1 + std::abs(exact), difference = std::abs(exact - d.value);
    const bool fits = std::isfinite(exact) && difference <= options_.tolerance * scale + 10 * d.error;
    const bool noisy = !(10 * d.error <= 1e-2 * scale);
    const auto sides = [&] {
      return fmt::format("{}: {} from the left, {} from the right, exact says {}", entry(), shortest(d.from_left), shortest(d.from_right),
                         shortest(exact));
    };
    // A central difference may hit the stated choice at a kink, as for abs at 0: it is named all the same.
    if (is_kink(exact, d) && (!fits || noisy || d.kink(1e-2))) report_.kinks.push_back(sides());
    else if (is_undecided(exact, d) || (fits && noisy)) report_.undecided.push_back(sides());
    else note(fits, difference / scale, [&] {
      return fmt::format("{}: exact {}, differences {} (+- {:.1g})", entry(), shortest(exact), shortest(d.value), d.error);
    });
  }

  /// The derivatives from both sides differ, and the exact one is one of them or lies between.
  static bool is_kink(double exact, const Difference& d) {
    if (!std::isfinite(exact) || !std::isfinite(d.from_left) || !std::isfinite(d.from_right)) return false;
    const double slack = 1e-3 * (1 + std::abs(exact));
    const auto [low, high] = std::minmax(d.from_left, d.from_right);
    return d.kink(1e-3) && exact >= low - slack && exact <= high + slack;
  }

  /// The function ends here, or rises too steeply for differences to say how steeply.
  static bool is_undecided(double exact, const Difference& d) {
    constexpr double steep = 1e3;
    if (!std::isfinite(d.from_left) || !std::isfinite(d.from_right)) return true;
    return std::isinf(exact) && std::max(std::abs(d.from_left), std::abs(d.from_right)) > steep;
  }

  /// Keeps the worst entry: a wrong one before a right one, NaN before any number.
  void note(bool right, double error, const std::function<std::string()>& entry) {
    if (!right) report_.passed = false;
    const std::tuple rank(!right, std::isnan(error), std::isnan(error) ? 0 : error);
    if (!report_.worst_entry.empty() && rank <= worst_) return;
    worst_ = rank;
    report_.worst_error = error;
    report_.worst_entry = entry();
  }

  void check_transpose() {
    const Interpreter tangents(jvp(p_)), cotangents(vjp(p_));
    std::vector<double> v(point_.size()), w(outputs_.size());
    for (double& component : v) component = random_.normal();
    for (double& component : w) component = random_.normal();
    const auto jv = tangent(tangents, v);
    std::vector<Array> inputs = x_;
    for (const Array& bar : only_floats(unflattened(y_, w))) inputs.push_back(bar);
    auto results = cotangents.run(inputs);
    results.erase(results.begin(), results.begin() + static_cast<int64_t>(y_.size()));
    const auto jw = flattened(results);
    const double scale = length(w) * length(jv) + length(jw) * length(v) + length(w) * length(v);
    if (std::isinf(scale)) return report_.undecided.push_back("<w, J v> = <J' w, v>: a derivative is infinite here");
    report_.transpose_error = std::abs(inner(w, jv) - inner(jw, v)) / scale;
    if (!(report_.transpose_error <= options_.tolerance * 1e-4)) report_.passed = false;
  }

  std::vector<double> tangent(const Interpreter& tangents, const std::vector<double>& v) {
    std::vector<Array> inputs = x_;
    for (const Array& dot : only_floats(unflattened(x_, v))) inputs.push_back(dot);
    auto results = tangents.run(inputs);
    results.erase(results.begin(), results.begin() + static_cast<int64_t>(y_.size()));
    return flattened(results);
  }

  /// Outputs at a moved point; NaN where it cannot be evaluated there.
  std::vector<double> values_at(const std::vector<double>& moved) {
    try {
      return flattened(value_.run(unflattened(x_, moved)));
    } catch (const UsageError& error) {
      if (error.id() != "W701") throw;  // a guard: another branch
      return std::vector<double>(outputs_.size(), std::nan(""));
    }
  }

  std::string input_name(size_t k) const {
    const auto name = p_.value_name(ValueId{static_cast<uint32_t>(k)});
    return name.empty() ? fmt::format("x{}", k) : std::string(name);
  }
  std::string output_name(size_t k) const {
    const auto name = p_.value_name(p_.outputs()[k]);
    return name.empty() ? fmt::format("y{}", k) : std::string(name);
  }

  const Program& p_;
  std::vector<Array> x_, y_;
  GradCheckOptions options_;
  Interpreter value_;
  Random random_;
  std::vector<double> point_, outputs_;
  std::tuple<bool, bool, double> worst_;  // wrong, NaN, error
  GradCheckReport report_;
};

/// What is computed in f32 anywhere is checked to the precision of f32.
GradCheckOptions fitted(GradCheckOptions options, const Program& p) {
  for (uint32_t v = 0; v < p.size(); ++v) {
    if (p.type(ValueId{v}).dtype != DType::f32) continue;
    options.tolerance = std::max(options.tolerance, 1e-2);
    options.largest_step = std::max(options.largest_step, 0.1);
  }
  return options;
}

/// The values of every line at x.
std::vector<Array> every_value(const Program& p, std::span<const Array> x) {
  Recording recording(p.name());
  std::vector<Expr> inputs;
  for (const Type& type : p.input_types()) inputs.push_back(recording.input(type));
  return evaluate(recording.finish(replay_lines(p, inputs)), x);
}

/// The first line whose own derivative is wrong at the values it gets.
std::optional<ValueId> culprit(const Program& p, std::span<const Array> x, const GradCheckOptions& options) {
  const auto values = every_value(p, x);
  for (uint32_t i = 0; i < p.size(); ++i) {
    const ValueId v{i};
    if (p.primitive(v).family == Family::structure || p.primitive(v).is_guard()) continue;
    std::vector<Array> operands;
    for (ValueId operand : p.operands(v)) operands.push_back(values[index(operand)]);
    const Program alone = single_instruction(p, v);
    if (!Checker(alone, operands, options).run().passed) return v;
  }
  return std::nullopt;
}

}  // namespace

Program single_instruction(const Program& p, ValueId line) {
  Recording recording(std::string(p.primitive(line).name));
  std::vector<Expr> operands;
  for (ValueId v : p.operands(line)) operands.push_back(recording.input(p.type(v)));
  return recording.finish(record_all(p.primitive(line), operands, p.attributes(line)));
}

GradCheckReport grad_check(const Program& p, std::span<const Array> x, const GradCheckOptions& chosen) {
  const auto options = fitted(chosen, p);
  auto report = Checker(p, x, options).run();
  if (report.passed) return report;
  report.instruction = culprit(p, x, options);
  if (report.instruction) report.where = p.where(*report.instruction);
  return report;
}

}  // namespace wengert
