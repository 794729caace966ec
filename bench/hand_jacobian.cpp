// SPDX-License-Identifier: Apache-2.0
//
// What does the Jacobian of hand tracking's residuals by the 26 numbers of the pose cost, in runs of the plain
// function? By Wengert as a loop over the points, the columns written out in it, and as products of matrices.
#include <memory>

#include "harness/report.h"
#include "objectives/hand.h"
#include "programs/hand_program.h"
#include "programs/runner.h"
#include "wengert/ad/derivatives.h"

using namespace wengert;
using namespace wengert::bench;

namespace {

std::vector<double> by_differences(const Hand& hand) {
  const auto rows = static_cast<size_t>(3 * hand.points);
  std::vector<double> jacobian(rows * hand_pose), high(rows), low(rows);
  const double step = 1e-6;
  for (size_t j = 0; j < hand_pose; ++j) {
    std::vector<double> above = hand.pose, below = hand.pose;
    above[j] += step, below[j] -= step;
    hand_residuals(hand, above.data(), high.data());
    hand_residuals(hand, below.data(), low.data());
    for (size_t row = 0; row < rows; ++row) jacobian[row * hand_pose + j] = (high[row] - low[row]) / (2 * step);
  }
  return jacobian;
}

void add_program(std::vector<Candidate>& candidates, const Hand& hand, HandForm form, const std::string& name,
                 std::span<const double> values, std::span<const double> entries) {
  const Program p = hand_program(hand, form);
  const auto value = std::make_shared<Runner>(p, hand_inputs(hand));
  const auto mode = form == HandForm::loop ? JacobianMode::columns : JacobianMode::by_shape;
  const auto matrix = std::make_shared<Runner>(jacobian(p, {0}, mode), hand_inputs(hand));
  value->run(), matrix->run();
  require_close("hand, " + name + ", residuals", value->output(0), values, 1e-12);
  require_close("hand, " + name + ", Jacobian", matrix->output(0), entries, 1e-8);
  const std::string engine = std::string("Wengert ") + engine_name + ": " + name;
  candidates.push_back({engine + ", residuals alone", [=] { value->run(); }, true});
  candidates.push_back({engine + ", Jacobian", [=] { matrix->run(); }});
}

/// 78 entries and 3 residuals are written; of a point, its weights, where it is and where it was seen are read.
constexpr double bytes_a_point = 8 * (3 * hand_pose + 3) + 8 * (hand_bones + 6);

void compare(Report& report, const std::string& size) {
  const Hand hand = make_hand(parse_size(size, 1)[0], 6);
  std::vector<double> residual(static_cast<size_t>(3 * hand.points));
  const auto plain = [&] { hand_residuals(hand, hand.pose.data(), residual.data()); };
  plain();
  const auto entries = by_differences(hand);
  std::vector<Candidate> candidates{{"plain function, residuals alone", plain, true}};
  add_program(candidates, hand, HandForm::arrays, "products of matrices", residual, entries);
  add_program(candidates, hand, HandForm::loop, "loop over points", residual, entries);
  report.time("hand, " + std::to_string(hand.points) + " points", candidates, static_cast<double>(hand.points),
              "point", {.bytes = bytes_a_point * static_cast<double>(hand.points)});
}

const Question question{.name = "hand_jacobian",
                        .text = "What does the Jacobian of hand tracking's residuals by the pose cost?",
                        .sizes = "the number of points; from 100 to 12800, as in the literature",
                        .usual_sizes = {"100", "12800"}};

}  // namespace

int main(int argc, char** argv) { return run_bench(argc, argv, question, compare); }
