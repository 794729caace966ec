// SPDX-License-Identifier: Apache-2.0
#include "wengert/check/grad_check.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>
#include <map>
#include <memory>
#include <tuple>

#include "wengert/ad/derivatives.h"
#include "wengert/base/random.h"
#include "wengert/check/judgement.h"
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

double largest(std::span<const double> a) {
  double most = 0;
  for (double x : a) most = std::max(most, std::abs(x));
  return most;
}

bool all_finite(std::span<const double> a) { return std::ranges::all_of(a, [](double x) { return std::isfinite(x); }); }

/// The place of the array that the k-th of all float elements lies in; k becomes its place there.
size_t array_of(std::span<const Array> arrays, size_t& k) {
  size_t a = 0;
  for (;; ++a) {
    const auto n = is_float(arrays[a].dtype()) ? static_cast<size_t>(arrays[a].elements()) : 0;
    if (k < n) return a;
    k -= n;
  }
}

/// "x1[3]": the k-th of all float elements, by the name of its array.
std::string element_name(std::span<const Array> arrays, const std::function<std::string(size_t)>& name, size_t k) {
  const size_t a = array_of(arrays, k);
  return arrays[a].shape().rank() == 0 ? name(a) : fmt::format("{}[{}]", name(a), k);
}

class Checker {
 public:
  Checker(const Program& p, std::span<const Array> x, const GradCheckOptions& options)
      : p_(p), x_(x.begin(), x.end()), options_(options), value_(p), random_(options.key), point_(flattened(x)),
        finite_(p.inputs(), true) {
    for (uint32_t v = 0; v < p.size(); ++v)
      if (p.type(ValueId{v}).dtype == DType::f32) in_f32_ = true;
    report_.tolerance = in_f32_ ? std::max(options.tolerance, 1e-2) : options.tolerance;
    y_ = value_.run(x_);
    outputs_ = flattened(y_);
  }

  GradCheckReport run() {
    if (!point_.empty() && !outputs_.empty()) {
      check_columns();
      check_transpose();
    }
    report_.verdict = failed_ ? Verdict::failed : report_.verified > 0 ? Verdict::passed : Verdict::undecided;
    report_.passed = report_.verdict == Verdict::passed;
    return std::move(report_);
  }

 private:
  /// A direction in which the inputs move, and the exact derivatives of all outputs along it.
  struct Column {
    std::vector<double> v = {}, exact = {};
    std::string name = {};
    double near = 0;  ///< |x| of the one element that moves
  };

  void check_columns() {
    const auto n = static_cast<int64_t>(point_.size());
    const bool every = n <= options_.most_columns;
    report_.columns = every ? n : std::min<int64_t>(options_.most_columns, 32);
    for (int64_t c = 0; c < report_.columns; ++c) check_column(every ? single_element(static_cast<size_t>(c)) : random_direction());
  }

  Column single_element(size_t place) {
    Column column{.v = std::vector<double>(point_.size(), 0), .near = std::abs(point_[place])};
    column.v[place] = 1;
    column.name = element_name(x_, [&](size_t k) { return input_name(k); }, place);
    column.exact = tangent({}, column.v);
    size_t element = place;
    const size_t input = array_of(x_, element);
    if (std::ranges::any_of(column.exact, [](double e) { return std::isnan(e); })) column.exact = without_the_others(column.v, input, element);
    if (!all_finite(column.exact)) finite_[input] = false;
    return column;
  }

  /// Along one element of an input, where zero times the infinite partial of another one made a NaN: the other inputs are
  /// held fixed, and what is still NaN is taken from reverse mode, where the elements of an array do not mix.
  std::vector<double> without_the_others(const std::vector<double>& v, size_t input, size_t element) {
    auto exact = tangent({input}, v);
    for (size_t k = 0; k < exact.size(); ++k) {
      if (!std::isnan(exact[k])) continue;
      std::vector<double> w(outputs_.size(), 0);
      w[k] = 1;
      exact[k] = cotangent({input}, w)[element];
    }
    return exact;
  }

  Column random_direction() {
    Column column{.v = std::vector<double>(point_.size()), .name = "(a random direction)"};
    for (double& component : column.v) component = random_.below(2) == 0 ? -1 : 1;
    column.exact = tangent({}, column.v);
    if (!all_finite(column.exact)) finite_.assign(finite_.size(), false);
    return column;
  }

  void check_column(const Column& column) {
    StepRange range{.scale = 0, .near = column.near, .epsilon = in_f32_ ? 0x1p-23 : 0x1p-52};
    for (size_t k = 0; k < column.v.size(); ++k)
      if (column.v[k] != 0) range.scale = std::max(range.scale, std::abs(point_[k]));
    const auto along = [&](double t) {
      std::vector<double> moved = point_;
      for (size_t k = 0; k < column.v.size(); ++k) moved[k] += t * column.v[k];
      return values_at(moved);
    };
    Differences sweeps(along, range);
    std::vector<Judged> judged(column.exact.size());
    for (bool settled = false; !settled && !sweeps.finished();) {
      sweeps.sweep();
      settled = true;
      for (size_t k = 0; k < judged.size(); ++k) {
        judged[k] = std::isfinite(outputs_[k]) ? judge(column.exact[k], sweeps.of(k), report_.tolerance) : Judged{};
        settled &= judged[k].judgement == Judgement::right || !std::isfinite(outputs_[k]);
      }
    }
    for (size_t k = 0; k < judged.size(); ++k) report(judged[k], column, k);
  }

  void report(const Judged& judged, const Column& column, size_t k) {
    ++report_.entries;
    const double exact = column.exact[k];
    const Difference& d = judged.by;
    const auto output = element_name(y_, [&](size_t i) { return output_name(i); }, k);
    const auto entry = fmt::format("d {} / d {}", output, column.name);
    const auto sides = fmt::format("{}: {} from the left, {} from the right, exact says {}", entry, shortest(d.from_left),
                                   shortest(d.from_right), shortest(exact));
    const double error = std::abs(exact - d.value) / (1 + std::abs(exact));
    if (!std::isfinite(outputs_[k])) report_.undecided.push_back(fmt::format("{}: {} is {} at this point", entry, output, shortest(outputs_[k])));
    else if (judged.judgement == Judgement::undecided) report_.undecided.push_back(sides);
    else if (judged.judgement == Judgement::kink) report_.kinks.push_back(sides);
    else if (judged.judgement == Judgement::wrong && !std::isfinite(d.value)) note(false, error, sides);
    else note(judged.judgement == Judgement::right, error, fmt::format("{}: exact {}, differences {} (+- {:.1g})", entry, shortest(exact), shortest(d.value), d.error));
  }

  /// Keeps the worst entry: a wrong one before a right one, NaN before any number.
  void note(bool right, double error, const std::string& entry) {
    if (right) ++report_.verified;
    else failed_ = true;
    const std::tuple rank(!right, std::isnan(error), std::isnan(error) ? 0 : error);
    if (!report_.worst_entry.empty() && rank <= worst_) return;
    worst_ = rank;
    report_.worst_error = error;
    report_.worst_entry = entry;
  }

  /// Of the inputs by which all derivatives are finite: 0 times infinity proves nothing.
  void check_transpose() {
    std::vector<size_t> wrt;
    bool all = true;
    for (size_t k = 0; k < x_.size(); ++k) {
      if (is_float(x_[k].dtype()) && finite_[k]) wrt.push_back(k);
      all &= finite_[k];
    }
    if (wrt.empty()) return report_.undecided.push_back("<w, J v> = <J' w, v>: by no input are all derivatives finite here");
    if (all) wrt.clear();
    std::vector<double> v(point_.size()), w(outputs_.size());
    for (double& component : v) component = random_.normal();
    for (double& component : w) component = random_.normal();
    auto jv = tangent(wrt, v), jw = cotangent(wrt, w);
    if (!all_finite(jv)) return report_.undecided.push_back("<w, J v> = <J' w, v>: J v is not finite along a random v");
    v = part(wrt, v);
    const double unit = std::max({1.0, largest(jv), largest(jw)});  // squares of large derivatives would overflow
    for (double& x : jv) x /= unit;
    for (double& x : jw) x /= unit;
    const double scale = length(w) * length(jv) + length(jw) * length(v) + length(w) * length(v) / unit;
    report_.transpose_error = std::abs(inner(w, jv) - inner(jw, v)) / scale;
    if (!(report_.transpose_error <= report_.tolerance * 1e-4)) failed_ = true;
  }

  /// The components of v that belong to the inputs in wrt (empty: all).
  std::vector<double> part(const std::vector<size_t>& wrt, const std::vector<double>& v) const {
    if (wrt.empty()) return v;
    const auto arrays = unflattened(x_, v);
    std::vector<Array> chosen;
    for (size_t k : wrt) chosen.push_back(arrays[k]);
    return flattened(chosen);
  }

  /// J v; the inputs that are not in wrt (empty: all) are held fixed.
  std::vector<double> tangent(const std::vector<size_t>& wrt, const std::vector<double>& v) {
    auto& program = tangents_[wrt];
    if (!program) program = std::make_unique<Interpreter>(jvp(p_, wrt));
    std::vector<Array> inputs = x_;
    const auto dots = unflattened(x_, v);
    for (size_t k : varying_inputs(p_, wrt)) inputs.push_back(dots[k]);
    return derivatives(*program, inputs);
  }
  /// J' w, by the inputs in wrt.
  std::vector<double> cotangent(const std::vector<size_t>& wrt, const std::vector<double>& w) {
    auto& program = cotangents_[wrt];
    if (!program) program = std::make_unique<Interpreter>(vjp(p_, wrt));
    std::vector<Array> inputs = x_;
    for (const Array& bar : only_floats(unflattened(y_, w))) inputs.push_back(bar);
    return derivatives(*program, inputs);
  }
  /// What a derivative Program returns after the values.
  std::vector<double> derivatives(const Interpreter& program, const std::vector<Array>& inputs) const {
    auto results = program.run(inputs);
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

  // Named as in a printed Program: the user's name, or the place.
  std::string input_name(size_t k) const {
    const auto name = p_.value_name(ValueId{static_cast<uint32_t>(k)});
    return name.empty() ? fmt::format("%{}", k) : std::string(name);
  }
  std::string output_name(size_t k) const {
    const auto outputs = p_.outputs();
    const auto name = p_.value_name(outputs[k]);
    if (!name.empty() && !p_.is_input(outputs[k]) && std::ranges::count(outputs, outputs[k]) == 1) return std::string(name);
    return outputs.size() == 1 ? p_.name() : fmt::format("{}[{}]", p_.name(), k);
  }

  const Program& p_;
  std::vector<Array> x_, y_;
  GradCheckOptions options_;
  Interpreter value_;
  Random random_;
  std::vector<double> point_, outputs_;
  std::vector<bool> finite_;  // by each input, whether all derivatives are
  bool in_f32_ = false, failed_ = false;
  std::map<std::vector<size_t>, std::unique_ptr<Interpreter>> tangents_, cotangents_;  // by what varies
  std::tuple<bool, bool, double> worst_;                                               // wrong, NaN, error
  GradCheckReport report_;
};

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
    if (Checker(alone, operands, options).run().verdict == Verdict::failed) return v;
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

std::string_view to_string(Verdict verdict) {
  static constexpr std::array<std::string_view, 3> names{"passed", "failed", "undecided"};
  return names[static_cast<size_t>(verdict)];
}

GradCheckReport grad_check(const Program& p, std::span<const Array> x, const GradCheckOptions& options) {
  auto report = Checker(p, x, options).run();
  if (report.verdict != Verdict::failed) return report;
  report.instruction = culprit(p, x, options);
  if (report.instruction) report.where = p.where(*report.instruction);
  return report;
}

}  // namespace wengert
