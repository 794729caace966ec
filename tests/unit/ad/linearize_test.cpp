// SPDX-License-Identifier: Apache-2.0
//
// What linearize makes of a Program: values, partials, and the graph over them.
#include "wengert/ad/linearize.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "wengert/ad/derivatives.h"
#include "wengert/exec/interpreter.h"
#include "wengert/trace/trace.h"

namespace wengert {
namespace {

/// Edges u -> v of a graph of diagonals, with the numbers known beforehand.
struct Diagonal {
  size_t from, to;
  std::optional<double> number;
  bool operator==(const Diagonal&) const = default;
};

std::vector<Diagonal> diagonals(const LinearGraph& graph) {
  std::vector<Diagonal> all;
  for (const LinearEdge& edge : graph.edges())
    all.push_back({index(edge.from[0]), index(edge.to[0]), edge.diagonal.is_number() ? std::optional(edge.diagonal.number) : std::nullopt});
  return all;
}

size_t instruction_edges(const LinearGraph& graph, const Primitive& primitive) {
  return static_cast<size_t>(std::ranges::count_if(graph.edges(), [&](const LinearEdge& edge) { return edge.primitive == &primitive; }));
}

template <class F> std::string id_of(F f) {
  try {
    f();
  } catch (const Error& error) {
    return error.id();
  }
  return "none";
}

TEST(Linearize, has_a_vertex_for_what_varies_and_an_edge_for_each_partial) {
  const Program p = trace([](Expr x, Expr y) { return sin(x * y) - 3; }, {f64(), f64()});
  const auto [program, graph] = linearize(p);
  EXPECT_EQ(graph.vertices(), 5U);  // x, y, x y, sin, the result; none for 3
  EXPECT_EQ(diagonals(graph), (std::vector<Diagonal>{{0, 2, {}}, {1, 2, {}}, {2, 3, {}}, {3, 4, 1}}));
}

TEST(Linearize, partials_that_are_zero_make_no_edge) {
  const Program p = trace([](Expr x) { return x * 2 + floor(x) * 3; }, {f64()});
  const auto graph = linearize(p).graph;
  for (const LinearEdge& edge : graph.edges()) EXPECT_NE(edge.diagonal.number, 0);
}

TEST(Linearize, the_program_returns_the_values_and_then_what_the_graph_refers_to) {
  const Program p = trace([](Expr x, Expr y) { return x * y; }, {f64(), f64()});
  const auto values = evaluate(linearize(p).program, {Array(3.0), Array(5.0)});
  EXPECT_EQ(values, (std::vector<Array>{Array(15.0), Array(5.0), Array(3.0)}));
}

TEST(Linearize, a_value_used_twice_has_two_edges) {
  const Program p = trace([](Expr x) { return x * x; }, {f64()});
  EXPECT_EQ(diagonals(linearize(p).graph).size(), 2U);
}

TEST(Linearize, what_is_held_fixed_has_no_vertex) {
  const Program p = trace([](Expr x, Expr y) { return x * y; }, {f64(), f64()});
  Recording recording;
  const std::vector<Expr> inputs{recording.input(f64()), recording.input(f64())};
  const auto linearized = linearize(p, inputs, {true, false});
  EXPECT_TRUE(linearized.graph.inputs[0].has_value());
  EXPECT_FALSE(linearized.graph.inputs[1].has_value());
  EXPECT_EQ(linearized.graph.edges().size(), 1U);
}

TEST(Linearize, an_output_that_does_not_vary_has_no_vertex) {
  const Program p = trace([](Expr x) { return std::pair(x, floor(x)); }, {f64()});
  const auto graph = linearize(p).graph;
  EXPECT_TRUE(graph.outputs[0].has_value());
  EXPECT_FALSE(graph.outputs[1].has_value());
}

TEST(Linearize, composite_rules_are_taken_apart_into_linear_instructions) {
  const Program p = trace([](Expr a, Expr b) { return matmul(a, b); }, {f64({2, 3}), f64({3, 2})});
  const auto graph = linearize(p).graph;
  EXPECT_EQ(instruction_edges(graph, matmul_p), 2U);  // one by each operand; their sum is two diagonals
  const Program q = trace([](Expr x) { return sum(softmax(x)); }, {f64({3})});
  EXPECT_EQ(instruction_edges(linearize(q).graph, softmax_p), 0U);
}

TEST(Linearize, names_and_source_lines_stay_with_the_values) {
  const Program p = trace([](Expr x) { return exp(x); }, {f64()}, "f", {"energy"});
  const auto program = linearize(p).program;
  EXPECT_EQ(program.value_name(ValueId{0}), "energy");
  EXPECT_TRUE(program.site(ValueId{1}));
}

// Rules that are wrong in ways that linearize can see.
const Composite squares_its_tangent_p{{
    .name = "squares_its_tangent",
    .infer = [](const Signature& s) -> std::vector<Type> { return {s.operands[0]}; },
    .kernel = [](KernelBuilder& k, const Attributes&) { k.result().store(0, k.operand(0).real(0)); },
    .jvp = [](const JvpRule& r) -> Tangents { return {r.tangent(0) * r.tangent(0)}; }}};
const Composite rounds_its_tangent_p{{
    .name = "rounds_its_tangent",
    .infer = [](const Signature& s) -> std::vector<Type> { return {s.operands[0]}; },
    .kernel = [](KernelBuilder& k, const Attributes&) { k.result().store(0, k.operand(0).real(0)); },
    .jvp = [](const JvpRule& r) -> Tangents { return {floor(r.tangent(0))}; }}};

const Composite adds_a_term_p{{.name = "adds_a_term",
                               .infer = [](const Signature& s) -> std::vector<Type> { return {s.operands[0]}; },
                               .kernel = [](KernelBuilder& k, const Attributes&) { k.result().store(0, k.operand(0).real(0)); },
                               .jvp = [](const JvpRule& r) -> Tangents { return {r.tangent(0) + r.operands[0]}; }}};
const Composite returns_its_operand_p{{.name = "returns_its_operand",
                                       .infer = [](const Signature& s) -> std::vector<Type> { return {s.operands[0]}; },
                                       .kernel = [](KernelBuilder& k, const Attributes&) { k.result().store(0, k.operand(0).real(0)); },
                                       .jvp = [](const JvpRule& r) -> Tangents { return {r.operands[0]}; }}};

TEST(Linearize, a_rule_that_is_not_linear_is_an_error_of_its_author) {
  EXPECT_EQ(id_of([] { linearize(trace([](Expr x) { return adds_a_term_p(x); }, {f64()})); }), "W133");
  EXPECT_EQ(id_of([] { linearize(trace([](Expr x) { return returns_its_operand_p(x); }, {f64()})); }), "W133");
  EXPECT_EQ(id_of([] { linearize(trace([](Expr x) { return squares_its_tangent_p(x); }, {f64()})); }), "W133");
  EXPECT_EQ(id_of([] { linearize(trace([](Expr x) { return rounds_its_tangent_p(x); }, {f64()})); }), "W133");
}

// Rules whose tangents or cotangents do not fit: twice one too few, twice of another shape.
constexpr auto same_type = [](const Signature& s) -> std::vector<Type> { return {s.operands[0]}; };
constexpr auto copies = [](KernelBuilder& k, const Attributes&) {
  k.loop(k.result().elements(), [&](Integer i) { k.result().store(i, k.operand(0).real(i)); });
};
const Composite forgets_its_tangent_p{
    {.name = "forgets_its_tangent", .infer = same_type, .kernel = copies, .jvp = [](const JvpRule&) -> Tangents { return {}; }}};
const Composite sums_its_tangent_p{
    {.name = "sums_its_tangent", .infer = same_type, .kernel = copies, .jvp = [](const JvpRule& r) -> Tangents { return {sum(r.tangent(0))}; }}};
const Linear forgets_its_cotangent_p{
    {.name = "forgets_its_cotangent", .infer = same_type, .kernel = copies, .transpose = [](const TransposeRule&) -> Tangents { return {}; }}};
const Linear sums_its_cotangent_p{{.name = "sums_its_cotangent",
                                   .infer = same_type,
                                   .kernel = copies,
                                   .transpose = [](const TransposeRule& r) -> Tangents { return {sum(r.cotangent())}; }}};

TEST(Linearize, a_rule_with_a_tangent_of_another_type_or_none_is_refused) {
  EXPECT_EQ(id_of([] { jvp(trace([](Expr x) { return forgets_its_tangent_p(x); }, {f64({3})})); }), "W208");
  EXPECT_EQ(id_of([] { jvp(trace([](Expr x) { return sums_its_tangent_p(x); }, {f64({3})})); }), "W208");
}

TEST(Pullback, a_rule_with_a_cotangent_of_another_type_or_none_is_refused) {
  EXPECT_EQ(id_of([] { vjp(trace([](Expr x) { return forgets_its_cotangent_p(x); }, {f64({3})})); }), "W208");
  EXPECT_EQ(id_of([] { vjp(trace([](Expr x) { return sums_its_cotangent_p(x); }, {f64({3})})); }), "W208");
}

}  // namespace
}  // namespace wengert
