// SPDX-License-Identifier: Apache-2.0
//
// The talk, section 5: the chain rule, and the derivative as a sum over exponentially many paths, which share almost
// everything.
#include <gtest/gtest.h>

#include <set>

#include "derivative_checks.h"
#include "wengert/ad/derivatives.h"
#include "wengert/api/gradient.h"
#include "wengert/exec/interpreter.h"
#include "wengert/ir/text.h"
#include "wengert/teach/paths.h"

namespace wengert {
namespace {

using namespace teach;

/// Layers of these widths, every vertex of one joined to every vertex of the next, with random partials.
PartialGraph layered(const std::vector<uint32_t>& widths) {
  PartialGraph graph;
  Random random(1);
  uint32_t layer = 0;  // its first vertex
  for (size_t k = 0; k + 1 < widths.size(); layer += widths[k++])
    for (uint32_t to = 0; to < widths[k + 1]; ++to)
      for (uint32_t from = 0; from < widths[k]; ++from)
        graph.edges.push_back({ValueId{layer + from}, ValueId{layer + widths[k] + to}, random.normal()});
  graph.vertices = layer + widths.back();
  return graph;
}
ValueId last(const PartialGraph& graph) { return ValueId{static_cast<uint32_t>(graph.vertices - 1)}; }

TEST(TalkPaths, chain_rule_1_the_derivative_of_g_of_f_is_g_prime_at_f_times_f_prime) {
  const auto f = [](auto x) { return sin(x) + x * x; };
  const auto g = [](auto y) { return exp(y) / y; };
  const double x0 = 0.7;
  const auto [fx, f_prime] = derivative(f, x0);
  EXPECT_DOUBLE_EQ(derivative([&](auto x) { return g(f(x)); }, x0).derivative, derivative(g, fx).derivative * f_prime);
}

TEST(TalkPaths, chain_rule_2_through_two_components_is_the_sum_over_both) {
  const auto f1 = [](auto x) { return sin(x); };
  const auto f2 = [](auto x) { return x * x; };
  const auto g = [](auto y1, auto y2) { return y1 * exp(y2); };
  const double x0 = 0.7;
  const auto [y1, y1_prime] = derivative(f1, x0);
  const auto [y2, y2_prime] = derivative(f2, x0);
  const auto by = gradient(g, {y1, y2}).gradient;
  EXPECT_DOUBLE_EQ(derivative([&](auto x) { return g(f1(x), f2(x)); }, x0).derivative,
                   by[0] * y1_prime + by[1] * y2_prime);
}

TEST(TalkPaths, the_derivative_is_the_sum_over_all_paths_of_the_products_of_the_partials) {
  const Program p = parse_formula("a = x*y, b = sin(a), c = a*b, d = c + y*b, exp(d)*b");
  const std::vector<double> at{0.5, 0.8};
  const auto graph = partial_graph(p, at);
  const auto expected = evaluate(grad(p), {Array(at[0]), Array(at[1])});
  for (uint32_t j : {0u, 1u})
    EXPECT_NEAR(sum_over_paths(graph, ValueId{j}, p.outputs()[0]).derivative, expected[j].item(), 1e-14);
  EXPECT_EQ(count_paths(graph, ValueId{0}, p.outputs()[0]), 4);  // a b, a c, a b c, a b (y b)
  EXPECT_EQ(count_paths(graph, ValueId{1}, p.outputs()[0]), 5);  // and y (y b)
}

TEST(TalkPaths, path_by_path_81_paths_take_324_multiplications_where_dynamic_programming_takes_30) {
  const auto graph = layered({1, 3, 3, 3, 3, 1});
  const auto by_paths = sum_over_paths(graph, ValueId{0}, last(graph));
  const auto by_accumulation = forward_accumulation(graph, ValueId{0});
  EXPECT_NEAR(by_paths.derivative, by_accumulation.derivative.back(), 1e-13);
  EXPECT_EQ(by_paths.paths.size(), 81u);
  EXPECT_EQ(by_paths.multiplications, 81 * 4);
  EXPECT_EQ(by_paths.additions, 80);
  EXPECT_EQ(by_accumulation.multiplications, 3 * 9 + 3);  // one an edge, those out of the input are free
  EXPECT_EQ(by_accumulation.additions, 3 * 6 + 2);
}

TEST(TalkPaths, sub_paths_repeat_so_few_of_the_multiplications_are_distinct) {
  const auto graph = layered({1, 3, 3, 3, 3, 1});
  std::set<std::vector<ValueId>> beginnings;  // of two edges and more: each costs one multiplication if it is kept
  for (const Path& path : sum_over_paths(graph, ValueId{0}, last(graph)).paths)
    for (size_t length = 3; length <= path.vertices.size(); ++length)
      beginnings.insert({path.vertices.begin(), path.vertices.begin() + static_cast<long>(length)});
  EXPECT_EQ(beginnings.size(), 9u + 27 + 81 + 81);  // 198 of 324; adding up before multiplying on leaves 30
}

TEST(TalkPaths, forwards_and_backwards_are_the_same_sum) {
  const auto graph = layered({1, 3, 4, 2, 1});
  const auto forward = forward_accumulation(graph, ValueId{0}), reverse = reverse_accumulation(graph, last(graph));
  EXPECT_NEAR(forward.derivative.back(), reverse.derivative.front(), 1e-13);
  for (uint32_t v = 0; v < graph.vertices; ++v) {  // dw/dx from the one, dy/dw from the other
    EXPECT_NEAR(forward.derivative[v], sum_over_paths(graph, ValueId{0}, ValueId{v}).derivative, 1e-13);
    EXPECT_NEAR(reverse.derivative[v], sum_over_paths(graph, ValueId{v}, last(graph)).derivative, 1e-13);
  }
}

TEST(TalkPaths, one_node_more_adds_100000_paths_to_a_million_and_20_multiplications_to_510) {
  const auto before = layered({1, 10, 10, 10, 10, 10, 10, 1}), after = layered({1, 10, 10, 11, 10, 10, 10, 1});
  EXPECT_EQ(count_paths(before, ValueId{0}, last(before)), 1'000'000);
  EXPECT_EQ(count_paths(after, ValueId{0}, last(after)), 1'100'000);  // one more for every way through the other layers
  EXPECT_EQ(reverse_accumulation(before, last(before)).multiplications, 510);
  EXPECT_EQ(reverse_accumulation(after, last(after)).multiplications, 530);  // one an edge of the new node
}

TEST(TalkPaths, one_layer_more_multiplies_their_number_by_its_width) {
  const auto before = layered({1, 10, 10, 10, 1}), after = layered({1, 10, 10, 10, 10, 1});
  EXPECT_EQ(count_paths(after, ValueId{0}, last(after)), 10 * count_paths(before, ValueId{0}, last(before)));
  EXPECT_EQ(reverse_accumulation(after, last(after)).multiplications,
            reverse_accumulation(before, last(before)).multiplications + 100);
}

}  // namespace
}  // namespace wengert
