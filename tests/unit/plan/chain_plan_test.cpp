// SPDX-License-Identifier: Apache-2.0
//
// Products along a chain of Jacobians: the dynamic programme finds what trying every way finds, the waists that it goes
// along are waists, and the Program of every way has the Jacobian of both sweeps.
#include "wengert/plan/chain_plan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "derivative_checks.h"
#include "random_program.h"
#include "wengert/ad/derivatives.h"
#include "wengert/base/random.h"
#include "wengert/exec/interpreter.h"
#include "wengert/passes/work.h"
#include "wengert/primitives/primitives.h"
#include "wengert/trace/trace.h"

namespace wengert {
namespace {

using How = ChainProduct::How;

int64_t drawn(Random& random, int64_t most) {
  return 1 + static_cast<int64_t>(random.uniform() * static_cast<double>(most));
}

/// A chain of dense Jacobians between states of one vertex each, as Naumann 2024 has it.
struct DenseChain {
  std::vector<int64_t> sizes, work;  ///< of states; of one sweep through each segment, either way

  DenseChain(Random& random, size_t segments) {
    for (size_t k = 0; k <= segments; ++k) sizes.push_back(drawn(random, 20));
    for (size_t k = 0; k < segments; ++k) work.push_back(drawn(random, 400));
  }
  int64_t swept(size_t from, size_t to) const {
    int64_t total = 0;
    for (size_t k = from; k < to; ++k) total += work[k];
    return total;
  }
  ChainCosts costs() const {
    return {.segments = work.size(),
            .product = [this](size_t i, size_t k, size_t j) { return 2 * sizes[i] * sizes[k] * sizes[j]; },
            .push = [this](size_t i, size_t k, size_t j) { return sizes[i] * swept(k, j); },
            .pull = [this](size_t i, size_t k, size_t j) { return sizes[j] * swept(i, k); }};
  }
};

/// The costs of all ways for the segments i .. j - 1: nothing is remembered, nothing is left out.
std::vector<int64_t> all_costs(const ChainCosts& costs, size_t i, size_t j) {
  std::vector<int64_t> all{costs.push(i, i, j), costs.pull(i, j, j)};
  for (size_t k = i + 1; k < j; ++k) {
    const auto before = all_costs(costs, i, k), behind = all_costs(costs, k, j);
    for (const int64_t b : before) all.push_back(b + costs.push(i, k, j));
    for (const int64_t a : behind) all.push_back(a + costs.pull(i, k, j));
    for (const int64_t b : before)
      for (const int64_t a : behind) all.push_back(a + b + costs.product(i, k, j));
  }
  return all;
}

int64_t cost_of(const ChainProduct& plan, const ChainCosts& costs) {
  int64_t total = 0;
  for (const ChainProduct& part : plan.parts) total += cost_of(part, costs);
  switch (plan.how) {
    case How::forward: return costs.push(plan.first, plan.first, plan.last);
    case How::reverse: return costs.pull(plan.first, plan.last, plan.last);
    case How::push: return total + costs.push(plan.first, plan.split, plan.last);
    case How::pull: return total + costs.pull(plan.first, plan.split, plan.last);
    case How::product: break;
  }
  return total + costs.product(plan.first, plan.split, plan.last);
}

TEST(ChainPlan, is_the_cheapest_of_all_ways_of_a_thousand_chains) {
  Random random(5);
  for (int trial = 0; trial < 1000; ++trial) {
    const DenseChain chain(random, static_cast<size_t>(drawn(random, 4)));
    const ChainCosts costs = chain.costs();
    const ChainPlan plan = plan_chain(costs);
    const auto all = all_costs(costs, 0, costs.segments);
    ASSERT_EQ(plan.cost, *std::ranges::min_element(all)) << "trial " << trial;
    ASSERT_EQ(plan.cost, cost_of(plan.choice, costs)) << "trial " << trial;
    ASSERT_LE(plan.cost, std::min(plan.forward, plan.reverse));
    ASSERT_TRUE(plan.proven && plan.lower_bound == plan.cost);
  }
}

TEST(ChainPlan, of_matrices_that_are_there_is_the_matrix_chain_of_textbooks) {
  // Cormen et al., Introduction to Algorithms, sec. 15.2: matrices 30x35 35x15 15x5 5x10 10x20 20x25 take 15125
  // products.
  const std::vector<int64_t> sizes{30, 35, 15, 5, 10, 20, 25};
  const auto never = int64_t{1} << 40;
  const auto factor_only = [&](size_t i, size_t k, size_t j) { return j == i + 1 && k == i ? 0 : never; };
  const ChainPlan plan =
      plan_chain({.segments = 6,
                  .product = [&](size_t i, size_t k, size_t j) { return sizes[i] * sizes[k] * sizes[j]; },
                  .push = factor_only,
                  .pull = factor_only});
  EXPECT_EQ(plan.cost, 15125);
}

/// x -> W_k tanh(... tanh(W_1 x)), the matrices being inputs.
Program net(const std::vector<int64_t>& widths) {
  std::vector<Type> types{f64({widths[0]})};
  for (size_t k = 1; k < widths.size(); ++k) types.push_back(f64({widths[k], widths[k - 1]}));
  return trace(
      [&](const std::vector<Expr>& in) {
        Expr h = in[0];
        for (size_t k = 1; k < widths.size(); ++k) h = k == 1 ? matmul(in[k], h) : matmul(in[k], tanh(h));
        return h;
      },
      types, "net");
}

std::vector<Array> point(const Program& p) {
  Random random(11);
  std::vector<Array> x;
  for (const Type& type : p.input_types()) {
    Array array(type);
    for (double& element : array.mutable_values<double>()) element = random.uniform(-0.5, 0.5);
    x.push_back(array);
  }
  return x;
}

testing::AssertionResult same_jacobian(const Program& p, const std::vector<size_t>& wrt, const ChainProduct& product) {
  const Program chain = chain_jacobian(p, wrt, product);
  for (const JacobianMode mode : {JacobianMode::forward, JacobianMode::reverse}) {
    const Program swept = jacobian(p, wrt, mode);
    if (chain.output_types() != swept.output_types()) return testing::AssertionFailure() << "other types";
    const auto same = all_close(evaluate(chain, point(p)), evaluate(swept, point(p)), 1e-12);
    if (!same) return same;
  }
  return testing::AssertionSuccess();
}

/// A way drawn among all.
ChainProduct random_product(Random& random, size_t first, size_t last) {
  const auto how = last - first == 1 ? static_cast<How>(random.uniform() * 2) : static_cast<How>(random.uniform() * 5);
  if (how == How::forward || how == How::reverse) return {how, first, last};
  const size_t split = first + static_cast<size_t>(drawn(random, static_cast<int64_t>(last - first) - 1));
  ChainProduct result{how, first, last, split, {}};
  if (how != How::push) result.parts.push_back(random_product(random, split, last));
  if (how != How::pull) result.parts.push_back(random_product(random, first, split));
  return result;
}

/// The best way, and some drawn at random.
void expect_same_jacobian(const Program& p, const std::vector<size_t>& wrt = {}) {
  ChainedProgram chained(p, wrt);
  const size_t segments = chained.chain().segments();
  EXPECT_TRUE(same_jacobian(p, wrt, plan_chain(chain_costs(chained.chain())).choice));
  Random random(3);
  for (int trial = 0; trial < 12; ++trial)
    EXPECT_TRUE(same_jacobian(p, wrt, random_product(random, 0, segments))) << "trial " << trial;
}

size_t segments(const Program& p, const std::vector<size_t>& wrt = {}) {
  return ChainedProgram(p, wrt).chain().segments();
}

TEST(ChainJacobian, of_a_net_with_a_bottleneck_takes_half_the_work_of_sweeps) {
  const Program p = net({100, 3, 100});
  ChainedProgram chained(p, {0});
  const ChainPlan plan = plan_chain(chain_costs(chained.chain()));
  EXPECT_LT(plan.cost, std::min(plan.forward, plan.reverse) * 6 / 10);
  EXPECT_TRUE(same_jacobian(p, {0}, plan.choice));
  EXPECT_LT(work_of(chained.jacobian(plan.choice)), work_of(jacobian(p, {0})) * 0.6);
}

TEST(ChainJacobian, is_that_of_sweeps_whichever_way_it_is_formed) { expect_same_jacobian(net({5, 2, 7, 3, 4}), {0}); }

TEST(ChainJacobian, knows_values_that_pass_waists_by) {
  const Program p = net({4, 2, 3});
  expect_same_jacobian(p);          // matrices vary, too, and are used late
  expect_same_jacobian(p, {2, 0});  // in the order of wrt
  expect_same_jacobian(trace([](Expr x, Expr c) { return sin(c) * exp(cos(x) * c) + c; }, {f64({3}), f64({3})}), {0});
}

TEST(ChainJacobian, has_inputs_that_enter_twice_and_outputs_that_are_there_early) {
  const auto twice = [](Expr x, Expr w) {
    const Expr h = tanh(matmul(w, x));
    return h * element(x, {0});
  };
  expect_same_jacobian(trace(twice, {f64({4}), f64({2, 4})}), {0});
  const auto early = [](Expr x, Expr y) {
    const Expr h = sum(x * y), g = exp(h);
    return std::tuple(x, h, g * sin(g) * x, h);
  };
  expect_same_jacobian(trace(early, {f64({3}), f64({3})}));
}

TEST(ChainJacobian, of_scalars_outputs_without_tangents_and_inputs_without_influence) {
  expect_same_jacobian(trace([](Expr x) { return exp(sin(x * x)); }, {f64()}));
  expect_same_jacobian(
      trace([](Expr x, Expr y) { return std::tuple(sum(sin(x)) * sin(x), y * y, less(x, 0.5)); }, {f64({3}), f64({2})}),
      {0});
  expect_same_jacobian(trace(
      [](Expr x, Expr) {
        return std::pair(sin(x), constant(Array({2}, {1.0, 2.0})));
      },
      {f64({3}), f64({2})}));
  expect_same_jacobian(trace([](Expr x) { return x; }, {f64({3})}));
}

TEST(ChainJacobian, leads_through_loops_and_other_instructions) {
  const Program body = trace([](Expr c, Expr x) { return std::pair(c * sin(x), c + x); }, {f64({2}), f64({2})});
  const Program p = trace(
      [&](Expr x) {
        const auto steps = scan(body, {{cos(x)}}, {{stack({x, x * x, exp(x)})}});
        return softmax(cumulative_sum(reshape(steps[1], {6}))) * sum(steps[0]);
      },
      {f64({2})});
  EXPECT_GT(segments(p), 1U);
  expect_same_jacobian(p);
}

TEST(LinearChain, has_no_waist_where_inputs_lead_around_every_value) {
  const auto residual = [](const std::vector<Expr>& in) {
    Expr h = in[0];
    for (int k = 1; k < 5; ++k) h = in[0] + in[1] * in[2] * tanh(h * in[3]) + in[4];
    return h;
  };
  const Program p = trace(residual, std::vector<Type>(5, f64({3})));
  EXPECT_EQ(ChainedProgram(p, {}, {.widest = 1}).chain().segments(), 1U);
  expect_same_jacobian(p);
}

TEST(LinearChain, has_waists_of_several_values_but_not_of_several_types) {
  const auto pair = [](Expr x) {
    const Expr a = sin(x), b = cos(x);
    return exp(a) * tanh(b);
  };
  EXPECT_GT(segments(trace(pair, {f64({3})})), 2U);
  expect_same_jacobian(trace(pair, {f64({3})}));
  const auto mixed = [](Expr x) { return std::pair(sin(convert(exp(x), DType::f32)), cos(x)); };
  const Program p = trace(mixed, {f64({3})});
  EXPECT_EQ(segments(p), 1U);
  const Program chain = chain_jacobian(p, {}, {How::reverse, 0, 1});
  EXPECT_TRUE(all_close(evaluate(chain, point(p)), evaluate(jacobian(p, {}, JacobianMode::reverse), point(p)), 1e-12));
}

TEST(LinearChain, keeps_the_narrowest_waists_of_too_many) {
  const Program p = net({6, 5, 2, 5, 6});
  EXPECT_EQ(ChainedProgram(p, {0}, {.most = 1}).chain().segments(), 2U);
  const LinearChain chain = ChainedProgram(p, {0}, {.most = 1}).chain();
  EXPECT_EQ(chain.elements(chain.state(1)[0]), 2);
}

TEST(ChainJacobian, of_random_programs_is_that_of_sweeps) {
  for (uint64_t key = 1; key <= 30; ++key) {
    const bool single = key % 3 == 0;
    const RandomProgram drawn = random_program(key, {.dtype = single ? DType::f32 : DType::f64});
    ChainedProgram chained(drawn.program, {});
    Random random(key);
    const Program chain = chained.jacobian(random_product(random, 0, chained.chain().segments()));
    EXPECT_TRUE(
        all_close(evaluate(chain, drawn.point), evaluate(jacobian(drawn.program), drawn.point), single ? 1e-3 : 1e-9))
        << "key " << key;
  }
}

}  // namespace
}  // namespace wengert
