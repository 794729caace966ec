// SPDX-License-Identifier: Apache-2.0
//
// What does the gradient of the log-likelihood of a Gaussian mixture cost, in runs of the plain function? By hand, and
// by Wengert as loops over points (and components) and as products of matrices.
#include <memory>

#include "harness/report.h"
#include "objectives/mixture.h"
#include "programs/mixture_program.h"
#include "programs/runner.h"
#include "wengert/ad/derivatives.h"

using namespace wengert;
using namespace wengert::bench;

namespace {

/// The gradient by hand against a central difference along a direction.
void check_by_difference(const Mixture& mix, std::span<const double> gradient) {
  const auto moved = [&](double step) {
    Mixture other = mix;
    size_t at = 0;
    double slope = 0;
    for (auto* const part : {&other.alpha, &other.mean, &other.factor})
      for (double& value : *part) {
        const double direction = at % 3 == 0 ? 1 : -0.5;
        slope += direction * gradient[at++];
        value += step * direction;
      }
    return std::pair(log_likelihood(other), slope);
  };
  const double step = 1e-6;
  const auto [above, slope] = moved(step);
  const double difference = (above - moved(-step).first) / (2 * step);
  require_close("mixture, difference", {&difference, 1}, {&slope, 1}, 1e-6);
}

void add_program(std::vector<Candidate>& candidates, const Mixture& mix, MixtureForm form, const std::string& name,
                 double value, std::span<const double> gradient) {
  const auto runner =
      std::make_shared<Runner>(value_and_grad(mixture_program(mix, form), {1, 2, 3}), mixture_inputs(mix));
  runner->run();
  require_close("mixture, " + name + ", value", runner->output(0), {&value, 1}, 1e-11);
  require_close("mixture, " + name + ", gradient", runner->outputs_from(1), gradient, 1e-9);
  candidates.push_back({std::string("Wengert ") + engine_name + ": " + name, [=] { runner->run(); }});
}

void compare(Report& report, const std::string& size) {
  const auto numbers = parse_size(size, 3);
  const Mixture mix = make_mixture(numbers[0], numbers[1], numbers[2], 3);
  std::vector<double> gradient(static_cast<size_t>(mix.parameters())), again(gradient);
  const double value = log_likelihood(mix), by_hand = log_likelihood_gradient(mix, gradient);
  require_close("mixture, value by hand", {&by_hand, 1}, {&value, 1}, 1e-12);
  check_by_difference(mix, gradient);
  double sink = 0;
  std::vector<Candidate> candidates{{"plain function, value alone", [&] { sink += log_likelihood(mix); }, true},
                                    {"by hand", [&] { sink += log_likelihood_gradient(mix, again); }}};
  add_program(candidates, mix, MixtureForm::arrays, "products of matrices", value, gradient);
  const int64_t work = numbers[0] * numbers[0] * numbers[1] * numbers[2];
  if (engine_is_fast || work <= 10'000'000) {
    add_program(candidates, mix, MixtureForm::point, "loop over points", value, gradient);
    add_program(candidates, mix, MixtureForm::loop, "loops over points and components", value, gradient);
  }
  // A triangle times a vector, the transposed triangle times a vector, and a product of two vectors added to a
  // triangle.
  const auto d = static_cast<double>(numbers[0]);
  report.time("mixture d=" + std::to_string(numbers[0]) + " K=" + std::to_string(numbers[1]) +
                  " n=" + std::to_string(numbers[2]) + ", " + std::to_string(mix.parameters()) + " parameters",
              candidates, static_cast<double>(numbers[2]), "point",
              {.multiply_adds = 1.5 * d * (d + 1) * static_cast<double>(numbers[1] * numbers[2])});
}

const Question question{
    .name = "mixture_gradient",
    .text = "What does the gradient of a Gaussian mixture's log-likelihood cost?",
    .sizes =
        "DxKxN: dimensions, components, points. Of the ADBench suite: 2x5x1000 10x25x1000 64x50x1000 "
        "2x5x10000 10x25x10000 64x50x10000",
    .usual_sizes = {"2x5x1000", "10x25x1000"}};

}  // namespace

int main(int argc, char** argv) { return run_bench(argc, argv, question, compare); }
