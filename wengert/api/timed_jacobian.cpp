// SPDX-License-Identifier: Apache-2.0
#include "wengert/api/timed_jacobian.h"

#include <time.h>

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "wengert/ad/derivatives.h"
#include "wengert/api/planned_jacobian.h"
#include "wengert/api/scalar_form.h"
#include "wengert/base/error.h"
#include "wengert/exec/interpreter.h"
#include "wengert/exec/operation_count.h"
#include "wengert/passes/schedule.h"
#include "wengert/plan/elimination_search.h"
#include "wengert/primitives/control.h"
#include "wengert/primitives/rearrange.h"
#include "wengert/trace/trace.h"

namespace wengert {
namespace {

constexpr uint64_t searches = 12;            ///< with keys of their own, in two ways of counting
constexpr double shortest_s = 1e-3;          ///< of a repetition
/// What a load or store adds to the ranking before anything is timed. Weights of products, additions, divisions, stores and
/// moves, fitted by timing small loops, ranked the ways of 12 tasks no better (mean rank correlation 0.20, by this 0.22).
constexpr double moved_in_operations = 0.5;

/// A way and its Program.
struct Candidate {
  TimedWay way;
  Program program;

  double expected() const { return way.operations + moved_in_operations * static_cast<double>(way.moved); }
};

/// Candidates whose Programs differ.
class Field {
 public:
  void add(std::string name, Program program) {
    const auto same = [&](const Candidate& other) { return other.program == program; };
    if (std::any_of(candidates_.begin(), candidates_.end(), same)) return;
    TimedWay way{std::move(name)};
    const auto count = operations_of(program);
    way.operations = count ? count->arithmetic + count->functions + count->memory : 0;
    way.moved = moved_values(scheduled(program));
    candidates_.push_back({std::move(way), std::move(program)});
  }
  std::vector<Candidate> best(size_t count) {
    std::stable_sort(candidates_.begin(), candidates_.end(),
                     [](const Candidate& a, const Candidate& b) { return a.expected() < b.expected(); });
    if (candidates_.size() > count)
      candidates_.erase(candidates_.begin() + static_cast<int64_t>(count), candidates_.end());
    return std::move(candidates_);
  }

 private:
  std::vector<Candidate> candidates_;
};

void add_orders(Field& field, const ScalarForm& form, int64_t work) {
  const LinearGraph graph = form.graph();
  const EliminationProblem problem(graph, Counting::numbers_folded), all(graph, Counting::all);
  std::vector<NumberedOrder> starts;
  for (RuleOrder& rule : rule_orders(problem)) {
    const std::string_view name = rule.name;
    field.add(name == "forward" || name == "reverse" ? fmt::format("{} order", name) : std::string(name), form.jacobian(problem.named(rule.order)));
    starts.push_back(std::move(rule.order));
  }
  const auto words = static_cast<int64_t>((problem.vertices() + 63) / 64);
  for (uint64_t key = 1; key <= searches; ++key) {
    const SearchResult found =
        search_order(key % 3 == 0 ? all : problem, starts,
                     {.eliminations = work / words / static_cast<int64_t>(searches), .key = key});
    field.add(fmt::format("search {}", key), form.jacobian(problem.named(found.order)));
  }
}

/// The candidates' loops over points, into the same memory, whose place would count too.
class Course {
 public:
  Course(std::span<const Array> at, const std::vector<Type>& entries, int64_t points, MathLibrary math)
      : points_(points), math_(math) {
    for (const Array& x : at) {
      inputs_.push_back(at_all_points(x));
      input_views_.push_back(inputs_.back().view());
    }
    for (const Type& entry : entries) outputs_.emplace_back(Type{entry.dtype, with_points(entry.shape)});
    for (Array& output : outputs_) output_views_.push_back(output.mutable_view());
  }

  std::unique_ptr<Executable> compiled(const Program& jacobian) const {
    std::vector<Type> types;
    for (const Array& input : inputs_) types.push_back(input.type());
    const Program loop = trace([&](const std::vector<Expr>& x) { return map(jacobian, x); }, types, jacobian.name());
    return compile(loop, {.engine = Engine::compiled, .math = math_, .cache_folder = ""});
  }

  /// Seconds of a point.
  double time(const Executable& executable, int64_t runs) {
    const double start = processor_s();
    for (int64_t k = 0; k < runs; ++k) executable.run(input_views_, output_views_);
    return (processor_s() - start) / static_cast<double>(runs * points_);
  }
  int64_t runs_for(const Executable& executable) {
    time(executable, 1);
    const double once = time(executable, 1) * static_cast<double>(points_);
    return std::clamp<int64_t>(static_cast<int64_t>(shortest_s / std::max(once, 1e-9)), 1, 100'000);
  }

 private:
  static double processor_s() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
  }
  Shape with_points(const Shape& shape) const {
    std::vector<int64_t> extents{points_};
    extents.insert(extents.end(), shape.begin(), shape.end());
    return Shape(std::span<const int64_t>(extents));
  }
  Array at_all_points(const Array& x) const {
    const Program repeat =
        trace([&](Expr one) { return broadcast_to(one, with_points(x.shape())); }, {x.type()}, "repeat");
    return compile(repeat, {.engine = Engine::interpreter})->run({x})[0];
  }

  int64_t points_;
  MathLibrary math_;
  std::vector<Array> inputs_, outputs_;
  std::vector<ConstView> input_views_;
  std::vector<View> output_views_;
};

/// In turn, so that a slow moment falls on all of them.
void time_all(std::vector<Candidate>& candidates, Course& course, int repetitions) {
  std::vector<std::unique_ptr<Executable>> executables;
  std::vector<int64_t> runs;
  std::vector<std::vector<double>> seconds(candidates.size());
  for (const Candidate& candidate : candidates) {
    executables.push_back(course.compiled(candidate.program));
    runs.push_back(course.runs_for(*executables.back()));
  }
  for (int repetition = 0; repetition < std::max(repetitions, 1); ++repetition)
    for (size_t k = 0; k < candidates.size(); ++k) seconds[k].push_back(course.time(*executables[k], runs[k]));
  for (size_t k = 0; k < candidates.size(); ++k) {
    std::sort(seconds[k].begin(), seconds[k].end());
    const auto quantile = [&](size_t quarter) { return seconds[k][(seconds[k].size() - 1) * quarter / 4]; };
    candidates[k].way.lower_s = quantile(1), candidates[k].way.median_s = quantile(2),
    candidates[k].way.upper_s = quantile(3);
  }
}

/// Elements of float arrays: how many, and how many of them are finite.
struct Finite {
  size_t all = 0, finite = 0;

  explicit Finite(const std::vector<Array>& arrays) {
    for (const Array& array : arrays) {
      if (array.dtype() == DType::f64) count(array.values<double>());
      if (array.dtype() == DType::f32) count(array.values<float>());
    }
  }
  template <class T> void count(std::span<const T> values) {
    all += values.size();
    finite += static_cast<size_t>(std::count_if(values.begin(), values.end(), [](T x) { return std::isfinite(x); }));
  }
  bool is_none() const { return all > 0 && finite == 0; }
};

/// Entries of the Jacobian that are infinite or NaN at the point.
/// throws : DomainError W738 if none is finite, or no value of `p` is: what runs on NaN there runs on numbers elsewhere
size_t nonfinite_entries(const Program& p, const Program& jacobian, std::span<const Array> at) {
  const std::vector<Array> x(at.begin(), at.end());
  const Finite values(evaluate(p, x)), entries(evaluate(jacobian, x));
  if (values.is_none() || entries.is_none())
    throw DomainError("W738",
                      fmt::format("nothing to be timed: program \"{}\" has no finite {} at the point given", p.name(),
                                  values.is_none() ? "value" : "derivative"),
                      {}, "give a point where it is defined: functions may take another time on NaN than on numbers");
  return entries.all - entries.finite;
}

}  // namespace

TimedJacobian timed_jacobian(const Program& p, std::span<const Array> at, const std::vector<size_t>& wrt,
                             const TimedJacobianOptions& options) {
  const auto varying = varying_inputs(p, wrt);
  if (at.size() != p.inputs())
    throw ShapeError("W207",
                     fmt::format("program \"{}\" has {} inputs; {} values were given", p.name(), p.inputs(), at.size()),
                     {}, "give one for each input");
  const auto form = scalar_form(p, varying, JacobianPlanOptions{}.most_elements);
  if (!form)
    throw UsageError("W737", fmt::format("orders of elimination cannot be searched for in program \"{}\"", p.name()),
                     {}, "loops, guards, rules of the user's own and large arrays stay with planned_jacobian");
  Field field;
  const Program forward = jacobian(p, wrt, JacobianMode::forward);
  const size_t nonfinite = nonfinite_entries(p, forward, at);
  field.add("forward sweeps", forward);
  field.add("reverse sweeps", jacobian(p, wrt, JacobianMode::reverse));
  add_orders(field, *form, options.work);
  std::vector<Candidate> candidates = field.best(std::max<size_t>(options.candidates, 1));
  Course course(at, candidates[0].program.output_types(), std::max<int64_t>(options.points, 1), options.math);
  time_all(candidates, course, options.repetitions);
  std::stable_sort(candidates.begin(), candidates.end(),
                   [](const Candidate& a, const Candidate& b) { return a.way.median_s < b.way.median_s; });
  TimedJacobian result{candidates[0].program, {}, nonfinite};
  for (Candidate& candidate : candidates) result.ways.push_back(std::move(candidate.way));
  return result;
}

}  // namespace wengert
