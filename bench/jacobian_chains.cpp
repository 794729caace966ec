// SPDX-License-Identifier: Apache-2.0
//
// What does a Jacobian along a chain of waists save? Dense nets, x -> W_k tanh(... tanh(W_1 x)), by x: forward sweeps
// and reverse sweeps of jacobian(), and the product that planned_jacobian plans. A size is the widths of the layers.
#include <algorithm>
#include <cmath>

#include "harness/report.h"
#include "programs/engine.h"
#include "wengert/ad/derivatives.h"
#include "wengert/api/planned_jacobian.h"
#include "wengert/base/random.h"
#include "wengert/primitives/primitives.h"
#include "wengert/trace/trace.h"

using namespace wengert;
using namespace wengert::bench;

namespace {

Program dense_net(const std::vector<int64_t>& widths) {
  std::vector<Type> types{f64({widths[0]})};
  for (size_t k = 1; k < widths.size(); ++k) types.push_back(f64({widths[k], widths[k - 1]}));
  return trace(
      [&](const std::vector<Expr>& in) {
        Expr h = matmul(in[1], in[0]);
        for (size_t k = 2; k < in.size(); ++k) h = matmul(in[k], tanh(h));
        return h;
      },
      types, "net");
}

/// Weights of a size at which no layer saturates.
std::vector<Array> drawn_inputs(const Program& p) {
  Random random(7);
  std::vector<Array> inputs;
  for (const Type& type : p.input_types()) {
    Array array(type);
    const double scale = 1 / std::sqrt(static_cast<double>(type.shape[type.shape.rank() - 1]));
    for (double& element : array.mutable_values<double>()) element = scale * random.normal();
    inputs.push_back(std::move(array));
  }
  return inputs;
}

/// A Program's runs into memory that is there.
class InPlace {
 public:
  InPlace(const Program& program, const std::vector<Array>& inputs)
      : executable_(make_executable(program)), inputs_(inputs), output_(program.output_types()[0]) {}

  void operator()() {
    std::vector<ConstView> from;
    for (const Array& input : inputs_) from.push_back(input.view());
    const View to = output_.mutable_view();
    executable_->run(from, {&to, 1});
  }
  std::span<const double> entries() const { return output_.values<double>(); }

 private:
  std::unique_ptr<Executable> executable_;
  std::vector<Array> inputs_;
  Array output_;
};

void compare_ways(Report& report, const std::string& size) {
  const auto layers = static_cast<size_t>(std::ranges::count(size, 'x')) + 1;
  const Program p = dense_net(parse_size(size, layers));
  const auto inputs = drawn_inputs(p);
  JacobianChoice choice;
  const std::vector<std::pair<std::string, Program>> ways{
      {"forward sweeps", jacobian(p, {0}, JacobianMode::forward)},
      {"reverse sweeps", jacobian(p, {0}, JacobianMode::reverse)},
      {"Wengert: planned_jacobian", planned_jacobian(p, {0}, {}, &choice)}};
  std::vector<Candidate> candidates;
  std::vector<double> expected;
  for (const auto& [way, program] : ways) {
    const auto run = std::make_shared<InPlace>(program, inputs);
    candidates.push_back({way, [=] { (*run)(); }});
    candidates.back().run();
    const auto entries = run->entries();
    if (expected.empty()) expected.assign(entries.begin(), entries.end());
    require_close(size + ", " + way, entries, expected, 1e-9);
  }
  report.note(size + ": operations, " + choice.method, choice.operations);
  report.note(size + ": operations, better sweeps", choice.swept_operations);
  report.time(size, candidates, 1, "Jacobian");
}

const Question question{
    .name = "jacobian_chains",
    .text = "What does a Jacobian along a chain of waists save?",
    .sizes = "widths of the layers: 512x8x512",
    .usual_sizes = {"512x8x512", "200x20x200x20x200", "1000x10x1000", "64x180x37x150x22x90x48", "300x300x300"}};

}  // namespace

int main(int argc, char** argv) { return run_bench(argc, argv, question, compare_ways); }
