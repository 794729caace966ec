// SPDX-License-Identifier: Apache-2.0
//
// XOR learned from 100 random starts by each of several activations: gradient descent is a local search, and where it
// ends depends on where it starts (the talk, section 3). A rectifier whose unit is off at all four points gets no
// gradient and stays off: it is dead. The table is printed, and stands in docs/xor.md.
#include <gtest/gtest.h>

#include <cmath>
#include <fmt/format.h>

#include "wengert/ad/derivatives.h"
#include "wengert/exec/interpreter.h"
#include "wengert/nn/loss.h"
#include "wengert/nn/net.h"
#include "wengert/optim/first_order.h"
#include "wengert/passes/batch.h"
#include "wengert/passes/scalarize.h"
#include "wengert/passes/simplify.h"
#include "wengert/trace/trace.h"

namespace wengert {
namespace {

constexpr int64_t starts = 100;
constexpr int steps = 5000;
constexpr double rate = 0.1, near = 0.2;

const Array points({4, 2}, {0, 0, 0, 1, 1, 0, 1, 1}), targets({4, 1}, {0, 1, 1, 0});

std::vector<Type> types_of(const Net& net) {
  std::vector<Type> types;
  for (const ParameterSpec& p : net.parameters) types.push_back({DType::f64, p.shape});
  return types;
}

/// `p` for all starts at once: an input for each element of its inputs, with an entry for each start. Nets of this size
/// are scalars: every operation is then one loop over the starts.
Program for_all_starts(const Program& p) {
  const Program scalars = scalarize(p).program;
  return simplify(batch(scalars, std::vector<bool>(scalars.inputs(), true), starts));
}

/// (parameters) -> (parameters after a step of gradient descent on all four points), for all starts at once.
Program descent(const Net& net) {
  const Loss loss = parse_loss("squared_error", net.link);
  const auto types = types_of(net);
  const auto mean = [&](const std::vector<Expr>& p) {
    return loss.mean(net.apply(p, constant(points)), constant(targets));
  };
  const Program gradient = grad(trace(mean, types));
  const auto step = [&](const std::vector<Expr>& p) {
    const auto g = replay(gradient, p);
    std::vector<Expr> next;
    for (size_t k = 0; k < p.size(); ++k)
      next.push_back(p[k] + gradient_descent().update({g[k], p[k], {}, rate, 1}).step);
    return next;
  };
  return for_all_starts(trace(step, types));
}

/// Starting values: an array for each element of the parameters, with an entry for each start. Start k has the key k.
std::vector<Array> initial_values(const Net& net) {
  std::vector<Array> values(static_cast<size_t>(net.parameter_count()), Array(f64({starts})));
  for (int64_t start = 0; start < starts; ++start) {
    size_t at = 0;
    for (const Array& parameter : net.initial_parameters(static_cast<uint64_t>(start), DType::f64))
      for (const double x : parameter.values<double>())
        values[at++].mutable_values<double>()[static_cast<size_t>(start)] = x;
  }
  return values;
}

/// What the net says at the four points: an array for each point and output, with an entry for each start.
std::vector<Array> outputs(const Net& net, std::span<const Array> values) {
  const auto said = [&](const std::vector<Expr>& p) { return net.predict(p, constant(points)); };
  return evaluate(for_all_starts(trace(said, types_of(net))), values.first(static_cast<size_t>(net.parameter_count())));
}

struct Outcome {
  int solved = 0;  ///< all four outputs within `near` of their targets
  int dead = 0;    ///< runs in which a hidden unit is 0 at all four points, at the end
  int dead_at_start = 0;
  int dead_solved = 0;  ///< of the dead ones
};

/// Whether a hidden unit is 0 at all four points. hidden : [point * width + unit][start]
bool has_dead_unit(const std::vector<Array>& hidden, int64_t start) {
  const size_t width = hidden.size() / 4;
  for (size_t unit = 0; unit < width; ++unit) {
    bool dead = true;
    for (size_t point = 0; point < 4; ++point) dead = dead && hidden[point * width + unit][start] == 0;
    if (dead) return true;
  }
  return false;
}

bool is_solved(const std::vector<Array>& said, int64_t start) {
  for (size_t point = 0; point < 4; ++point)
    if (!(std::abs(said[point][start] - targets[static_cast<int64_t>(point)]) < near)) return false;
  return true;
}

Outcome train(int64_t width, const std::string& activation) {
  const Net net = parse_net(fmt::format("2-{} {}-1", width, activation));
  Net hidden = parse_net(fmt::format("2-{} {}", width, activation));  // the first layer alone, with the same parameters
  const Interpreter step(descent(net));
  std::vector<Array> values = initial_values(net);
  const auto before = outputs(hidden, values);
  for (int k = 0; k < steps; ++k) values = step.run(values);
  const auto after = outputs(hidden, values), said = outputs(net, values);
  Outcome outcome;
  for (int64_t start = 0; start < starts; ++start) {
    const bool dead = has_dead_unit(after, start), solved = is_solved(said, start);
    outcome.solved += solved;
    outcome.dead += dead;
    outcome.dead_at_start += has_dead_unit(before, start);
    outcome.dead_solved += dead && solved;
  }
  return outcome;
}

/// A row of the table.
Outcome trained(int64_t width, const std::string& activation) {
  const Outcome o = train(width, activation);
  const std::string dead = fmt::format(" {} | {} | {} |", o.dead_at_start, o.dead, o.dead_solved);
  fmt::print("| 2-{} {}-1 | {} |{}\n", width, activation, o.solved, dead);
  return o;
}

void print_heading() {
  fmt::print(
      "| net | solved | dead unit at the start | dead unit at the end | of these solved |\n|---|---|---|---|---|\n");
}

TEST(XorTraining, smooth_units_solve_it_from_most_starts) {
  print_heading();
  for (const char* activation : {"sigmoid", "tanh", "elu", "softplus", "silu", "gelu"}) {
    EXPECT_GE(trained(2, activation).solved, 50) << activation;
    EXPECT_GE(trained(3, activation).solved, 80) << activation;
  }
}

TEST(XorTraining, pieces_that_never_vanish_solve_it_from_many_starts) {
  print_heading();
  for (const char* activation : {"leaky_relu", "maxout 2"}) {
    EXPECT_GE(trained(2, activation).solved, 50) << activation;
    EXPECT_GE(trained(3, activation).solved, 80) << activation;
  }
}

TEST(XorTraining, a_net_of_two_rectifiers_needs_both_alive) {
  print_heading();
  const Outcome two = trained(2, "relu"), three = trained(3, "relu");
  EXPECT_EQ(two.dead_solved, 0) << "one rectifier and an affine map cannot separate XOR";
  EXPECT_GE(two.dead, two.dead_at_start) << "a dead unit has no gradient and stays dead";
  EXPECT_GE(three.dead, three.dead_at_start);
  EXPECT_LE(two.solved, starts - two.dead);
  EXPECT_GE(two.solved, 15);
  EXPECT_GT(three.solved, two.solved) << "a spare unit";
}

}  // namespace
}  // namespace wengert
