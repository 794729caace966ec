// SPDX-License-Identifier: Apache-2.0
//
// The mechanics of vertex elimination: roles, parallel edges, counting, dtypes.
#include "wengert/ad/eliminate.h"

#include <gtest/gtest.h>

#include "derivative_checks.h"
#include "wengert/ad/accumulate.h"
#include "wengert/ad/derivatives.h"
#include "wengert/ad/linearize.h"
#include "wengert/exec/interpreter.h"
#include "wengert/plan/elimination_order.h"
#include "wengert/trace/trace.h"

namespace wengert {
namespace {

EliminationGraph counting(const Program& p) { return EliminationGraph(linearize(p).graph, EliminationGraph::Mode::count); }

template <class F> std::string id_of(F f) {
  try {
    f();
  } catch (const Error& error) {
    return error.id();
  }
  return "none";
}

TEST(EliminationGraph, parallel_edges_are_one) {
  const auto g = counting(trace([](Expr x) { return exp(x * x); }, {f64()}));
  ASSERT_EQ(g.intermediates().size(), 1U);
  EXPECT_EQ(g.predecessors(g.intermediates()[0]).size(), 1U);
  EXPECT_EQ(g.markowitz_degree(g.intermediates()[0]), 1);
}

TEST(EliminationGraph, a_multiplication_is_counted_for_each_pair_of_neighbours) {
  auto g = counting(trace([](Expr x, Expr y) {  // x y has two predecessors and three successors
    const Expr v = x * y;
    return std::array{sin(v), cos(v), exp(v)};
  }, {f64(), f64()}));
  EXPECT_EQ(g.eliminate(g.intermediates()[0]), (EliminationCost{6, 0, 0}));
}

TEST(EliminationGraph, products_with_one_are_listed_beside) {
  auto g = counting(trace([](Expr x, Expr y) { return sin(x - y); }, {f64(), f64()}));
  EXPECT_EQ(g.eliminate(g.intermediates()[0]), (EliminationCost{2, 2, 0}));
}

TEST(EliminationGraph, fill_in_on_an_existing_edge_is_an_addition) {
  auto g = counting(trace([](Expr x) { return sin(x) * x; }, {f64()}));
  EXPECT_EQ(g.eliminate(g.intermediates()[0]), (EliminationCost{1, 0, 1}));
}

TEST(EliminationGraph, only_intermediates_can_be_eliminated_and_only_once) {
  auto g = counting(trace([](Expr x) { return sin(exp(x)); }, {f64()}));
  const VertexId v = g.intermediates()[0];
  EXPECT_EQ(id_of([&] { g.eliminate(*g.inputs()[0]); }), "W132");
  EXPECT_EQ(id_of([&] { g.eliminate(*g.outputs()[0]); }), "W132");
  EXPECT_EQ(id_of([&] { g.eliminate(VertexId{99}); }), "W132");
  g.eliminate(v);
  EXPECT_EQ(id_of([&] { g.eliminate(v); }), "W132");
}

TEST(EliminationGraph, needs_scalars_or_arrays_of_one_shape) {
  EXPECT_EQ(id_of([] { counting(trace([](Expr x) { return sum(x); }, {f64({3})})); }), "W211");
  EXPECT_EQ(id_of([] { accumulate(trace([](Expr x) { return matmul(x, x); }, {f64({2, 2})}), {}); }), "W211");
  EXPECT_EQ(id_of([] { counting(trace([](Expr x) { return sin(x) * x; }, {f64({3})})); }), "none");
}

TEST(Accumulate, takes_choices_between_scalars) {
  const Program p = trace([](Expr x, Expr y) { return select(less(x, y), sin(x) * y, cos(y)); }, {f64(), f64()});
  const auto graph = linearize(p).graph;
  for (const double y : {-1.0, 2.0}) {
    const std::vector<Array> x{Array(0.5), Array(y)};
    EXPECT_TRUE(all_close(flat(evaluate(accumulate(p, markowitz_order(graph)).program, x)), flat(evaluate(jacobian(p), x)), 1e-15));
    EXPECT_EQ(accumulate(p, markowitz_order(graph)).cost.multiplications, elimination_cost(graph, markowitz_order(graph)).multiplications);
  }
}

TEST(Accumulate, mixes_dtypes_in_the_wider_one) {
  const Program p = trace([](Expr x, Expr y) { return convert(sin(convert(x, DType::f64) * y), DType::f32); }, {f32(), f64()});
  const auto entries = evaluate(accumulate(p, forward_order(linearize(p).graph)).program, {Array(0.5).as(DType::f32), Array(2.0)});
  EXPECT_NEAR(entries[0].item(), 2 * std::cos(1.0), 1e-6);
  EXPECT_NEAR(entries[1].item(), 0.5 * std::cos(1.0), 1e-6);
}

TEST(Accumulate, of_what_does_not_depend_is_zero) {
  const Program p = trace([](Expr x, Expr y) { return std::pair(sin(x), floor(y)); }, {f64(), f64()});
  EXPECT_EQ(flat(evaluate(accumulate(p, forward_order(linearize(p).graph)).program, {Array(0.0), Array(1.5)})), (std::vector<double>{1, 0, 0, 0}));
}

}  // namespace
}  // namespace wengert
