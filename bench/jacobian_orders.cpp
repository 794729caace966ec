// SPDX-License-Identifier: Apache-2.0
//
// Does a Jacobian by fewer operations take less time? The functions of examples/tasks and examples/functions, along
// elimination orders by rules, along the one that planned_jacobian finds, and by the sweeps of jacobian(): the same
// passes and the same compiler for all, some 500 points in lanes, inputs and entries by columns.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "harness/report.h"
#include "programs/engine.h"
#include "wengert/ad/accumulate.h"
#include "wengert/ad/derivatives.h"
#include "wengert/ad/linearize.h"
#include "wengert/api/planned_jacobian.h"
#include "wengert/base/random.h"
#include "wengert/exec/interpreter.h"
#include "wengert/ir/text.h"
#include "wengert/passes/common_subexpressions.h"
#include "wengert/passes/simplify.h"
#include "wengert/plan/elimination_order.h"
#include "wengert/primitives/control.h"
#include "wengert/trace/trace.h"

using namespace wengert;
using namespace wengert::bench;

namespace {

constexpr int64_t points = 504;  // columns a page apart would hinder each other

Program read_function(const std::string& name) {
  for (const char* folder : {"tasks", "functions"}) {
    const auto path = std::filesystem::path(BENCH_EXAMPLES) / folder / (name + ".wl");
    std::ifstream file(path);
    if (!file) continue;
    std::ostringstream text;
    text << file.rdbuf();
    return simplify(parse_programs(text.str(), path.string()).back());
  }
  std::fprintf(stderr, "%s/tasks and functions have no %s.wl\n", BENCH_EXAMPLES, name.c_str());
  std::exit(2);
}

/// Columns of points at which all entries are finite, among such as are drawn from 1/4 to 3.
std::vector<Array> drawn_points(const Program& jacobian) {
  std::vector<Array> columns(jacobian.inputs(), Array(f64({points})));
  Random random(7);
  for (int64_t point = 0, tried = 0; point < points; ++tried) {
    if (tried == 200 * points) {
      std::fprintf(stderr, "%s is hardly anywhere finite between 1/4 and 3\n", jacobian.name().c_str());
      std::exit(1);
    }
    std::vector<Array> x;
    for (size_t k = 0; k < jacobian.inputs(); ++k) x.emplace_back(random.uniform(0.25, 3));
    const auto entries = evaluate(jacobian, x);
    if (!std::ranges::all_of(entries, [](const Array& entry) { return std::isfinite(entry.item()); })) continue;
    for (size_t k = 0; k < x.size(); ++k) columns[k].mutable_values<double>()[static_cast<size_t>(point)] = x[k].item();
    ++point;
  }
  return columns;
}

/// Entries of all points, of one column after the other; into the same memory for all ways, whose place would count too.
class Columns {
 public:
  Columns(std::vector<Array> inputs, size_t entries) : inputs_(std::move(inputs)), outputs_(entries, Array(f64({points}))) {
    for (const Array& input : inputs_) input_views_.push_back(input.view());
    for (Array& output : outputs_) output_views_.push_back(output.mutable_view());
  }

  std::function<void()> run_of(const Program& jacobian) {
    const auto all = trace([&](const std::vector<Expr>& x) { return map(jacobian, x); },
                           std::vector<Type>(inputs_.size(), f64({points})), jacobian.name());
    return [this, executable = std::shared_ptr<Executable>(make_executable(all))] { executable->run(input_views_, output_views_); };
  }
  std::vector<double> entries() const {
    std::vector<double> all;
    for (const Array& output : outputs_) all.insert(all.end(), output.values<double>().begin(), output.values<double>().end());
    return all;
  }

 private:
  std::vector<Array> inputs_, outputs_;
  std::vector<ConstView> input_views_;
  std::vector<View> output_views_;
};

void compare_orders(Report& report, const std::string& name) {
  const Program p = read_function(name);
  const LinearGraph graph = linearize(p).graph;
  JacobianChoice choice;
  const std::vector<std::pair<std::string, Program>> ways{
      {"reverse order", accumulate(p, reverse_order(graph)).program},
      {"forward order", accumulate(p, forward_order(graph)).program},
      {"Markowitz order", accumulate(p, markowitz_order(graph)).program},
      {"forward sweeps", jacobian(p, {}, JacobianMode::forward)},
      {"reverse sweeps", jacobian(p, {}, JacobianMode::reverse)},
      {"Wengert: planned_jacobian", planned_jacobian(p, {}, {}, &choice)},
  };
  Columns columns(drawn_points(ways.front().second), ways.front().second.outputs().size());
  std::vector<Candidate> candidates;
  std::vector<double> expected;
  for (const auto& [way, program] : ways) {
    candidates.push_back({way, columns.run_of(program)});
    candidates.back().run();
    const auto entries = columns.entries();
    if (expected.empty()) expected = entries;
    require_close(name + ", " + way, entries, expected, 1e-9);
  }
  report.note(name + ": operations a point, " + choice.method, choice.operations);
  report.time(name, candidates, points, "point");
}

const Question question{.name = "jacobian_orders",
                        .text = "Does a Jacobian by fewer operations take less time?",
                        .sizes = "names of functions in examples/tasks and examples/functions",
                        .usual_sizes = {"RoeFlux_1d", "HumanHeartDipole", "PropaneCombustion", "BlackScholes", "Bicycle", "Camera", "Greeks",
                                        "Kinetics", "Orbit", "PengRobinson", "RobotArm", "Rotation", "ShallowWater", "Transistor"}};

}  // namespace

int main(int argc, char** argv) { return run_bench(argc, argv, question, compare_orders); }
