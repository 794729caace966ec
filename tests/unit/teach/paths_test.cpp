// SPDX-License-Identifier: Apache-2.0
//
// Sums over paths: odd cases and errors.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "derivative_checks.h"
#include "wengert/ad/derivatives.h"
#include "wengert/exec/interpreter.h"
#include "wengert/ir/text.h"
#include "wengert/teach/paths.h"

namespace wengert::teach {
namespace {

using testing::HasSubstr;

template <class F> std::string message_of(F f) {
  try {
    f();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

/// A ladder: every vertex has two edges to the next.
PartialGraph ladder(uint32_t length) {
  PartialGraph graph{length + 1, {}};
  for (uint32_t k = 0; k < length; ++k)
    for (int twice = 0; twice < 2; ++twice) graph.edges.push_back({ValueId{k}, ValueId{k + 1}, 0.5});
  return graph;
}

TEST(TeachPaths, from_a_vertex_to_itself_is_one_of_no_edge) {
  const auto sum = sum_over_paths(ladder(3), ValueId{1}, ValueId{1});
  EXPECT_EQ(sum.paths.size(), 1u);
  EXPECT_EQ(sum.derivative, 1);
  EXPECT_EQ(sum.multiplications + sum.additions, 0);
}

TEST(TeachPaths, that_are_not_there_sum_to_zero) {
  const auto sum = sum_over_paths(ladder(3), ValueId{2}, ValueId{1});
  EXPECT_TRUE(sum.paths.empty());
  EXPECT_EQ(sum.derivative, 0);
  EXPECT_EQ(sum.additions, 0);
  EXPECT_EQ(forward_accumulation(ladder(3), ValueId{2}).derivative[1], 0);
}

TEST(TeachPaths, through_a_line_that_takes_an_operand_twice_are_two) {
  const Program square = parse_formula("x*x");
  const auto sum = sum_over_paths(partial_graph(square, std::vector<double>{3}), ValueId{0}, square.outputs()[0]);
  EXPECT_EQ(sum.paths.size(), 2u);
  EXPECT_EQ(sum.derivative, 6);
}

TEST(TeachPaths, into_a_dead_end_are_not_walked) {
  PartialGraph graph = ladder(60);  // 2^60 paths to its end, 2 to vertex 1
  EXPECT_EQ(sum_over_paths(graph, ValueId{0}, ValueId{1}).paths.size(), 2u);
  EXPECT_EQ(sum_over_paths(graph, ValueId{0}, ValueId{10}).paths.size(), 1024u);
}

TEST(TeachPaths, of_one_long_chain_are_one) {
  PartialGraph chain{100'001, {}};
  for (uint32_t k = 0; k < 100'000; ++k) chain.edges.push_back({ValueId{k}, ValueId{k + 1}, 1});
  EXPECT_EQ(sum_over_paths(chain, ValueId{0}, ValueId{100'000}).multiplications, 99'999);
}

TEST(TeachPaths, that_are_too_many_are_an_error_that_says_how_many) {
  EXPECT_EQ(count_paths(ladder(50), ValueId{0}, ValueId{50}), 0x1p50);
  EXPECT_THAT(message_of([] { sum_over_paths(ladder(50), ValueId{0}, ValueId{50}); }),
              HasSubstr("W841 resource: from vertex 0 to vertex 50"));
  EXPECT_THAT(message_of([] { sum_over_paths(ladder(5000), ValueId{0}, ValueId{5000}); }),
              HasSubstr("W841"));  // beyond 1e308
  EXPECT_EQ(forward_accumulation(ladder(5000), ValueId{0}).derivative.back(), 1);
}

TEST(TeachPaths, of_a_graph_out_of_order_are_an_error) {
  const PartialGraph backward{3, {{ValueId{1}, ValueId{0}, 1}}},
      unsorted{3, {{ValueId{0}, ValueId{2}, 1}, {ValueId{0}, ValueId{1}, 1}}};
  const PartialGraph outside{2, {{ValueId{0}, ValueId{2}, 1}}};
  for (const PartialGraph& graph : {backward, unsorted, outside})
    EXPECT_THAT(message_of([&] { reverse_accumulation(graph, ValueId{1}); }), HasSubstr("W840 usage: edge "));
  EXPECT_THAT(message_of([] { forward_accumulation(ladder(2), ValueId{3}); }),
              HasSubstr("the graph has 3 vertices; vertex 3 was asked for"));
}

TEST(TeachPaths, of_sums_and_products_agree_with_the_engine) {
  const Program p = parse_formula("a = x*y, b = a + sin(x), c = a*b/(1 + y^2), d = max(c, b) - a, tanh(d)*c");
  const std::vector<double> at{0.5, 0.8};
  const auto graph = partial_graph(p, at);
  const auto expected = flat(evaluate(grad(p), {Array(at[0]), Array(at[1])}));
  const auto reverse = reverse_accumulation(graph, p.outputs()[0]).derivative;
  for (uint32_t k : {0u, 1u}) {
    EXPECT_NEAR(sum_over_paths(graph, ValueId{k}, p.outputs()[0]).derivative, expected[k], 1e-15);
    EXPECT_NEAR(forward_accumulation(graph, ValueId{k}).derivative[index(p.outputs()[0])], expected[k], 1e-15);
    EXPECT_NEAR(reverse[k], expected[k], 1e-15);
  }
}

}  // namespace
}  // namespace wengert::teach
