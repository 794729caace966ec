// SPDX-License-Identifier: Apache-2.0
//
// What does the sparse Jacobian of bundle adjustment cost, in runs of the plain function? Residuals and the values of a
// compressed-row matrix whose pattern is prepared: by hand, and by Wengert as a loop over the observations whose blocks
// are written where the matrix has them.
#include <memory>

#include "harness/report.h"
#include "objectives/bundle_adjustment.h"
#include "programs/bundle_program.h"
#include "programs/engine.h"

using namespace wengert;
using namespace wengert::bench;

namespace {

/// Residuals and the values of the matrix, in one array each.
struct Result {
  std::vector<double> residual, value;
  explicit Result(const BundleAdjustment& b)
      : residual(static_cast<size_t>(3 * b.observations)), value(static_cast<size_t>(31 * b.observations)) {}
};

/// The Program's executable, with outputs that lie in a Result.
class Loop {
 public:
  Loop(const BundleAdjustment& b, bool jacobian)
      : inputs_(bundle_inputs(b)), result_(b), executable_(make_executable(bundle_program(b, jacobian))) {
    for (const Array& input : inputs_) input_views_.push_back(input.view());
    const int64_t n = b.observations;
    double* const residual = result_.residual.data();
    double* const value = result_.value.data();
    output_views_ = {{f64({n, 2}), residual}, {f64({n}), residual + 2 * n}};
    if (jacobian) output_views_.insert(output_views_.end(), {{f64({n, 2, 15}), value}, {f64({n}), value + 30 * n}});
  }
  void run() { executable_->run(input_views_, output_views_); }
  const Result& result() const { return result_; }

 private:
  std::vector<Array> inputs_;
  Result result_;
  std::unique_ptr<Executable> executable_;
  std::vector<ConstView> input_views_;
  std::vector<View> output_views_;
};

/// J s against a central difference along s, where s is the step of a single number: checks values and pattern.
void check_by_differences(const BundleAdjustment& b, const Result& by_hand) {
  const BundlePattern pattern = bundle_pattern(b);
  const size_t columns = b.camera.size() + b.point.size() + b.weight.size();
  std::vector<double> direction(columns), product(by_hand.residual.size()), difference(product.size());
  for (size_t j = 0; j < columns; ++j) direction[j] = j % 3 == 0 ? 1 : -0.5;
  for (size_t row = 0; row < product.size(); ++row)
    for (auto at = pattern.row_start[row]; at < pattern.row_start[row + 1]; ++at)
      product[row] += by_hand.value[static_cast<size_t>(at)] *
                      direction[static_cast<size_t>(pattern.column[static_cast<size_t>(at)])];
  const double step = 1e-6;
  for (const double sign : {1.0, -1.0}) {
    BundleAdjustment moved = b;
    size_t at = 0;
    for (auto* const part : {&moved.camera, &moved.point, &moved.weight})
      for (double& value : *part) value += sign * step * direction[at++];
    std::vector<double> residual(product.size());
    bundle_residuals(moved, residual.data());
    for (size_t row = 0; row < product.size(); ++row) difference[row] += sign * residual[row] / (2 * step);
  }
  require_close("bundle adjustment, differences", difference, product, 1e-7);
}

/// 32 numbers are written; what was seen, its weight, and which camera and point are read; cameras and points are few.
constexpr double bytes_an_observation = 8 * 32 + 8 * 3 + 8 * 2;

void compare(Report& report, const std::string& size) {
  const BundleAdjustment b = make_bundle_adjustment(parse_size(size, 1)[0], 4);
  Result plain(b), by_hand(b);
  bundle_residuals(b, plain.residual.data());
  bundle_jacobian(b, by_hand.residual.data(), by_hand.value.data());
  require_close("bundle adjustment, residuals by hand", by_hand.residual, plain.residual, 1e-12);
  check_by_differences(b, by_hand);
  std::vector<Candidate> candidates{
      {"plain function, residuals alone", [&] { bundle_residuals(b, plain.residual.data()); }, true},
      {"by hand, compressed rows", [&] { bundle_jacobian(b, by_hand.residual.data(), by_hand.value.data()); }}};
  for (const bool jacobian : {false, true}) {
    const auto loop = std::make_shared<Loop>(b, jacobian);
    loop->run();
    require_close("bundle adjustment, residuals", loop->result().residual, by_hand.residual, 1e-11);
    if (jacobian) require_close("bundle adjustment, matrix", loop->result().value, by_hand.value, 1e-10);
    const std::string name = jacobian ? ": compressed rows" : ": residuals alone";
    candidates.push_back({std::string("Wengert ") + engine_name + name, [=] { loop->run(); }, !jacobian});
  }
  report.time("bundle adjustment, " + std::to_string(b.observations) + " observations, " + std::to_string(b.cameras) +
                  " cameras, " + std::to_string(b.points) + " points",
              candidates, static_cast<double>(b.observations), "observation",
              {.bytes = bytes_an_observation * static_cast<double>(b.observations)});
}

const Question question{
    .name = "bundle_jacobian",
    .text = "What does the sparse Jacobian of bundle adjustment cost?",
    .sizes = "the number of observations. Of the ADBench suite: 31843 563734 (the smallest, and one of the middle)",
    .usual_sizes = {"2048", "31843"}};

}  // namespace

int main(int argc, char** argv) { return run_bench(argc, argv, question, compare); }
