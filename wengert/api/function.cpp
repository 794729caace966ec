// SPDX-License-Identifier: Apache-2.0
#include "wengert/api/function.h"

#include <algorithm>
#include <fmt/format.h>
#include <mutex>
#include <numeric>

#include "wengert/api/recorded_program.h"

namespace wengert {
namespace {

using Kept = std::shared_ptr<const RecordedProgram>;
using Purpose = RecordedProgram::Purpose;

/// Points of a batch, row-major.
struct Points {
  std::span<const double> numbers;
  size_t count, inputs;

  std::vector<double> rows(const std::vector<size_t>& which) const {
    std::vector<double> x;
    x.reserve(which.size() * inputs);
    for (size_t k : which) x.insert(x.end(), row(k).begin(), row(k).end());
    return x;
  }
  std::span<const double> row(size_t k) const { return numbers.subspan(k * inputs, inputs); }
};

/// Some of the points, by their numbers, and the Program that holds there.
struct Part {
  Kept program;
  std::vector<size_t> points;
};

/// Moves those of the points `rest` at which `program` holds into a part; returns how many.
size_t take_part(const Kept& program, const Points& points, std::vector<size_t>& rest, std::vector<Part>& parts) {
  if (rest.empty() || program->inputs() != points.inputs) return 0;
  const auto holds = program->holds_at(points.rows(rest), rest.size());
  Part part{program, {}};
  std::vector<size_t> left;
  for (size_t i = 0; i < rest.size(); ++i) (holds[i] ? part.points : left).push_back(rest[i]);
  rest = std::move(left);
  const size_t taken = part.points.size();
  if (taken != 0) parts.push_back(std::move(part));
  return taken;
}

}  // namespace

struct Function::State {
  Recordable function;
  FunctionOptions options;

  std::mutex recording;        // held while `function` runs
  mutable std::mutex mutex;    // guards what follows
  std::vector<Kept> programs;  // last used first
  FunctionStatistics statistics;
  size_t misses = 0;  // in a row
  std::map<std::string, size_t> divergences;

  std::vector<Kept> kept() const {
    const std::lock_guard lock(mutex);
    return programs;
  }
  Kept find(std::span<const double> x);
  Kept find_kept(std::span<const double> x);
  Kept record(std::span<const double> x);
  void used(const Kept& program, size_t points);
  void add(const Kept& program);
  [[noreturn]] void diverges() const;
  std::vector<Part> partition(const Points& points);
  /// Results of all points, row-major; sets how many results the function has.
  std::vector<double> run(Purpose purpose, const Points& points, size_t& results);
};

void Function::State::used(const Kept& program, size_t points) {
  const std::lock_guard lock(mutex);
  statistics.hits += points;
  misses = 0;
  const auto place = std::find(programs.begin(), programs.end(), program);
  if (place != programs.end()) std::rotate(programs.begin(), place, place + 1);
}

Kept Function::State::find_kept(std::span<const double> x) {
  for (const Kept& program : kept())
    if (program->inputs() == x.size() && program->holds_at(x, 1)[0]) {
      used(program, 1);
      return program;
    }
  return nullptr;
}

Kept Function::State::find(std::span<const double> x) {
  if (Kept program = find_kept(x)) return program;
  const std::lock_guard lock(recording);
  if (Kept program = find_kept(x)) return program;  // another thread may have recorded it meanwhile
  return record(x);
}

Kept Function::State::record(std::span<const double> x) {
  const auto program = std::make_shared<const RecordedProgram>(record_list(function, x, options.name), options.jacobian_work);
  if (!program->holds_at(x, 1)[0])
    throw InternalError("W904", fmt::format("a recording of \"{}\" does not hold at its own point", options.name));
  add(program);
  return program;
}

void Function::State::add(const Kept& program) {
  const std::lock_guard lock(mutex);
  ++statistics.records;
  if (!programs.empty()) ++divergences[program->first_difference(*programs.front())];
  programs.insert(programs.begin(), program);
  if (programs.size() > options.programs) {
    programs.pop_back();
    ++statistics.evictions;
  }
  if (options.misses_in_a_row != 0 && ++misses > options.misses_in_a_row) diverges();
}

void Function::State::diverges() const {
  const auto fewer = [](const auto& a, const auto& b) { return a.second < b.second; };
  const auto& [what, times] = *std::max_element(divergences.begin(), divergences.end(), fewer);
  throw UsageError(
      "W702",
      fmt::format("\"{}\" was recorded anew at {} points in a row; what came out otherwise was {} of {} times {}",
                  options.name, misses, times, statistics.records - 1, what),
      {},
      fmt::format("write that choice without a branch (max, min, abs, stop_gradient instead of value), or raise "
                  "FunctionOptions::programs ({}) and misses_in_a_row ({})",
                  options.programs, options.misses_in_a_row));
}

std::vector<Part> Function::State::partition(const Points& points) {
  std::vector<Part> parts;
  std::vector<size_t> rest(points.count);
  std::iota(rest.begin(), rest.end(), size_t{0});
  for (const Kept& program : kept())
    if (const size_t taken = take_part(program, points, rest, parts)) used(program, taken);
  while (!rest.empty()) {
    const std::lock_guard lock(recording);
    const Kept program = record(points.row(rest[0]));
    if (const size_t taken = take_part(program, points, rest, parts); taken > 1) used(program, taken - 1);
  }
  return parts;
}

std::vector<double> Function::State::run(Purpose purpose, const Points& points, size_t& results) {
  const auto parts = partition(points);
  results = parts.empty() ? 0 : parts[0].program->outputs();
  std::vector<double> all;
  for (const Part& part : parts) {
    if (part.program->outputs() != results)
      throw ShapeError("W251",
                       fmt::format("\"{}\" has {} results at some of the points and {} at others", options.name,
                                   results, part.program->outputs()),
                       {}, "call it point by point");
    const auto found = part.program->run(purpose, points.rows(part.points), part.points.size());
    const size_t width = found.size() / part.points.size();
    all.resize(points.count * width);
    for (size_t i = 0; i < part.points.size(); ++i)
      std::copy_n(found.data() + i * width, width, all.data() + part.points[i] * width);
  }
  return all;
}

Function::Function(Recordable f, FunctionOptions options, int) : state_(std::make_unique<State>()) {
  state_->function = std::move(f);
  state_->options = std::move(options);
}
Function::~Function() = default;
Function::Function(Function&&) noexcept = default;
Function& Function::operator=(Function&&) noexcept = default;

std::vector<double> Function::operator()(std::span<const double> x) const {
  return state_->find(x)->run(Purpose::values, x, 1);
}

ValueAndGradient Function::gradient(std::span<const double> x) const {
  const auto all = state_->find(x)->run(Purpose::gradient, x, 1);
  return {all[0], {all.begin() + 1, all.end()}};
}

ValueAndJacobian Function::jacobian(std::span<const double> x) const {
  const Kept program = state_->find(x);
  return {program->run(Purpose::values, x, 1), program->run(Purpose::jacobian, x, 1)};
}

namespace {

Points checked(const Array& points, const std::string& name) {
  if (points.dtype() != DType::f64 || points.shape().rank() != 2)
    throw ShapeError("W251",
                     fmt::format("\"{}\" takes points as f64[count, inputs]; found {}", name, to_string(points.type())),
                     {}, "reshape a single point to [1, inputs], or call the function with it");
  return {points.values<double>(), static_cast<size_t>(points.shape()[0]), static_cast<size_t>(points.shape()[1])};
}

}  // namespace

Array Function::values(const Array& points) const {
  size_t results = 0;
  const auto all = state_->run(Purpose::values, checked(points, state_->options.name), results);
  return Array({points.shape()[0], static_cast<int64_t>(results)}, all);
}

Array Function::jacobians(const Array& points) const {
  size_t results = 0;
  const auto all = state_->run(Purpose::jacobian, checked(points, state_->options.name), results);
  return Array({points.shape()[0], static_cast<int64_t>(results), points.shape()[1]}, all);
}

Program Function::program(std::span<const double> x) const {
  const std::lock_guard lock(state_->recording);
  return to_program(record_list(state_->function, x, state_->options.name));
}

FunctionStatistics Function::statistics() const {
  const std::lock_guard lock(state_->mutex);
  FunctionStatistics now = state_->statistics;
  now.programs = state_->programs.size();
  return now;
}

}  // namespace wengert
