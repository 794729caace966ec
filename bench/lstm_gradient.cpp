// SPDX-License-Identifier: Apache-2.0
//
// What does the gradient of the loss of a stacked LSTM cost, in runs of the plain function? By Wengert as a scan over
// the characters.
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "harness/report.h"
#include "objectives/lstm.h"
#include "programs/lstm_program.h"
#include "programs/runner.h"
#include "wengert/ad/derivatives.h"

using namespace wengert;
using namespace wengert::bench;

namespace {

/// Value against the plain function, gradient against its central differences along a direction.
void check(const Lstm& lstm, const Runner& runner) {
  const double value = lstm_loss(lstm);
  require_close("LSTM, value", runner.output(0), {&value, 1}, 1e-12);
  const auto gradient = runner.outputs_from(1);
  const auto moved = [&](double step) {
    Lstm other = lstm;
    size_t at = 0;
    for (auto* const part : {&other.gates, &other.ends})
      for (double& number : *part) number += step * (at++ % 3 == 0 ? 1 : -0.5);
    return lstm_loss(other);
  };
  double slope = 0;
  for (size_t at = 0; at < gradient.size(); ++at) slope += gradient[at] * (at % 3 == 0 ? 1 : -0.5);
  const double step = 1e-5, difference = (moved(step) - moved(-step)) / (2 * step);
  require_close("LSTM, difference", {&difference, 1}, {&slope, 1}, 1e-8);
}

void compare(Report& report, const std::string& size) {
  const auto numbers = parse_size(size, 2);
  if (numbers[1] < 2) {
    std::fprintf(stderr, "at least 2 characters are needed: the second is what the first predicts\n");
    std::exit(2);
  }
  const Lstm lstm = make_lstm(numbers[0], numbers[1], 5);
  const auto value = std::make_shared<Runner>(lstm_program(lstm), lstm_inputs(lstm));
  const auto gradient = std::make_shared<Runner>(value_and_grad(lstm_program(lstm), {0, 1}), lstm_inputs(lstm));
  value->run(), gradient->run();
  check(lstm, *gradient);
  double sink = 0;
  const std::vector<Candidate> candidates{
      {"plain function, value alone", [&] { sink += lstm_loss(lstm); }, true},
      {std::string("Wengert ") + engine_name + ": value alone", [=] { value->run(); }, true},
      {std::string("Wengert ") + engine_name + ": value and gradient", [=] { gradient->run(); }}};
  report.time("LSTM, " + std::to_string(lstm.layers) + " layers, " + std::to_string(lstm.steps) + " characters of " +
                  std::to_string(lstm.size),
              candidates, static_cast<double>(lstm.steps), "character");
}

const Question question{.name = "lstm_gradient",
                        .text = "What does the gradient of the loss of a stacked LSTM cost?",
                        .sizes = "LxC: layers, characters. Of the ADBench suite: 2x1024 4x1024 2x4096 4x4096",
                        .usual_sizes = {"2x1024", "4x4096"}};

}  // namespace

int main(int argc, char** argv) { return run_bench(argc, argv, question, compare); }
