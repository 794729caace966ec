// SPDX-License-Identifier: Apache-2.0
//
// Elimination of edges and faces, in any order and mixture: the Jacobian of forward mode, and as many multiplications
// and additions as there are lines of them in the Program that is written, in each convention of counting.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "derivative_checks.h"
#include "wengert/ad/accumulate.h"
#include "wengert/ad/derivatives.h"
#include "wengert/ad/linearize.h"
#include "wengert/base/random.h"
#include "wengert/exec/interpreter.h"
#include "wengert/ir/text.h"
#include "wengert/primitives/arithmetic.h"
#include "wengert/trace/trace.h"

namespace wengert {
namespace {

using Kind = EliminationStep::Kind;
constexpr Counting every_counting[] = {Counting::all, Counting::units_free, Counting::numbers_folded};

/// Scalar lines among which many have partials that are 1, -1 or another number.
Program small_program(Random& random) {
  return trace(
      [&](Expr x, Expr y, Expr z) {
        std::vector<Expr> pool{x, y, z};
        const auto any = [&] { return pool[pool.size() - 1 - random.below(std::min<size_t>(pool.size(), 4))]; };
        for (int k = 0; k < 9; ++k) {
          const Expr a = any(), b = any();
          const std::array<Expr, 8> made{a + b, a - b, sin(a) * b, a * b, -a, 2 * a, cos(b), a * a};
          pool.push_back(made[random.below(8)]);
        }
        const size_t last = pool.size() - 1;
        return std::array{pool[last], pool[last - 1], pool[last - 2 - random.below(3)]};
      },
      {f64(), f64(), f64()});
}

/// One of three vertices drawn at random: that of the least degree, so that graphs of a hundred vertices do not fill
/// up.
VertexId cheap_vertex(const EliminationGraph& g, const std::vector<VertexId>& left, Random& random) {
  VertexId best = left[random.below(left.size())];
  for (int k = 0; k < 2; ++k)
    if (const VertexId v = left[random.below(left.size())]; g.markowitz_degree(v) < g.markowitz_degree(best)) best = v;
  return best;
}

/// Vertices, and edges into and out of them.
std::vector<EliminationStep> random_steps(const LinearGraph& graph, Random& random) {
  EliminationGraph g(graph, EliminationMode::count);
  std::vector<EliminationStep> steps;
  for (auto left = g.intermediates(); !left.empty(); left = g.intermediates()) {
    const VertexId v = cheap_vertex(g, left, random);
    const auto &before = g.predecessors(v), &after = g.successors(v);
    EliminationStep step = EliminationStep::vertex(v);
    const uint64_t kind = random.below(4);
    if (kind == 1 && !before.empty())
      step = EliminationStep::front(std::next(before.begin(), static_cast<int64_t>(random.below(before.size())))->first,
                                    v);
    if (kind == 2 && !after.empty())
      step =
          EliminationStep::back(v, std::next(after.begin(), static_cast<int64_t>(random.below(after.size())))->first);
    g.eliminate(step);
    steps.push_back(step);
  }
  return steps;
}

/// Faces, mostly of one vertex after the other.
std::vector<Face> random_faces(const LinearGraph& graph, Random& random) {
  FaceGraph g(EliminationGraph(graph, EliminationMode::count));
  std::vector<Face> sequence;
  for (auto left = g.faces(); !left.empty(); left = g.faces()) {
    Face face = left[random.below(left.size())];
    if (!sequence.empty() && random.below(4) != 0)  // stay at the vertex
      for (const Face f : left)
        if (g.ends(f.first).second == g.ends(sequence.back().first).second) face = f;
    g.eliminate(face);
    sequence.push_back(face);
  }
  return sequence;
}

/// Lines behind the partials that multiply or add.
EliminationCost written(const Accumulation& a) {
  EliminationCost cost;
  for (auto v = static_cast<uint32_t>(a.lines_before); v < a.program.size(); ++v) {
    cost.multiplications += &a.program.primitive(ValueId{v}) == &mul_p;
    cost.additions += &a.program.primitive(ValueId{v}) == &add_p;
  }
  return cost;
}

/// `accumulated` by options; its Jacobian at x, its counts, and those of `cost`.
template <class Accumulated>
void check(const Accumulated& accumulated, const EliminationCost& cost, const std::vector<Array>& x,
           const std::vector<double>& expected) {
  for (const Counting counting : every_counting) {
    const Accumulation a = accumulated(AccumulationOptions{.written = counting, .simplified = false});
    EXPECT_EQ(a.cost, cost);
    EXPECT_EQ(written(a).multiplications, cost.multiplications_in(counting));
    EXPECT_EQ(written(a).additions, cost.additions_in(counting));
    EXPECT_TRUE(all_close(flat(evaluate(a.program, x)), expected, 1e-9));
  }
  EXPECT_TRUE(all_close(flat(evaluate(accumulated(AccumulationOptions{}).program, x)), expected, 1e-9));
}

void check_random_orders(const Program& p, const std::vector<Array>& x, Random& random) {
  const LinearGraph graph = linearize(p).graph;
  const auto expected = flat(evaluate(jacobian(p, {}, JacobianMode::forward), x));
  const auto steps = random_steps(graph, random);
  check([&](const AccumulationOptions& options) { return accumulate_by_steps(p, steps, options); },
        steps_cost(graph, steps), x, expected);
  const auto faces = random_faces(graph, random);
  check([&](const AccumulationOptions& options) { return accumulate_by_faces(p, faces, options); },
        faces_cost(graph, faces), x, expected);
}

TEST(EdgeAndFaceElimination, any_order_gives_the_jacobian_and_writes_what_it_counts) {
  Random random(1);
  for (int k = 0; k < 60; ++k)
    check_random_orders(small_program(random), {Array(0.7), Array(-0.4), Array(1.1)}, random);
}

class EliminationOfTasks : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Tasks, EliminationOfTasks,
                         testing::Values("BlackScholes", "HumanHeartDipole", "PropaneCombustion", "RoeFlux_1d"));

TEST_P(EliminationOfTasks, by_edges_and_faces_gives_the_jacobian_and_writes_what_it_counts) {
  std::stringstream text;
  text << std::ifstream(WENGERT_SOURCE_DIR "/examples/tasks/" + std::string(GetParam()) + ".wl").rdbuf();
  const Program p = parse(text.str());
  Random random(2);
  std::vector<Array> x;
  for (size_t k = 0; k < p.inputs(); ++k) x.push_back(Array(random.uniform(0.6, 1.4)));
  check_random_orders(p, x, random);
}

TEST(EdgeAndFaceElimination, all_faces_at_a_vertex_are_the_vertex) {
  Random random(3);
  for (int k = 0; k < 40; ++k) {
    const LinearGraph graph = linearize(small_program(random)).graph;
    EliminationGraph vertices(graph, EliminationMode::count);
    FaceGraph faces(EliminationGraph(graph, EliminationMode::count));
    EliminationCost by_vertices, by_faces;
    for (const VertexId v : vertices.intermediates()) {
      by_vertices += vertices.eliminate(v);
      for (auto left = faces.faces(); !left.empty(); left = faces.faces()) {
        const auto at = std::ranges::find_if(left, [&](Face f) { return faces.ends(f.first).second == v; });
        if (at == left.end()) break;
        by_faces += faces.eliminate(*at);
      }
    }
    EXPECT_LE(by_faces.multiplications, by_vertices.multiplications);  // fewer where nothing depends on a vertex
  }
}

/// Edges by their ends; inputs are the first vertices, outputs the last ones.
LinearGraph graph_of(uint32_t vertices, uint32_t inputs, uint32_t outputs,
                     std::initializer_list<std::pair<uint32_t, uint32_t>> edges) {
  LinearGraph graph;
  for (uint32_t v = 0; v < vertices; ++v) {
    const VertexId vertex = graph.add_vertex(f64());
    if (v < inputs) graph.inputs.push_back(vertex);
    if (v >= vertices - outputs) graph.outputs.push_back(vertex);
  }
  for (const auto& [from, to] : edges)
    graph.add_edge({.from = {VertexId{from}}, .to = {VertexId{to}}, .diagonal = {ValueId{0}}});
  return graph;
}

/// The "lion": two inputs, 2 -> 3 in the middle, and an output that both of these lead to.
LinearGraph lion() { return graph_of(8, 2, 4, {{0, 2}, {1, 2}, {2, 3}, {2, 4}, {3, 4}, {3, 5}, {3, 6}, {3, 7}}); }

TEST(EdgeElimination, can_take_fewer_multiplications_than_any_order_of_vertices) {
  const VertexId v{2}, w{3}, y{4};
  const std::vector<VertexId> forward{v, w}, reverse{w, v};
  EXPECT_EQ(elimination_cost(lion(), forward).multiplications, 12);
  EXPECT_EQ(elimination_cost(lion(), reverse).multiplications, 12);
  const std::vector steps{EliminationStep::back(w, y), EliminationStep::vertex(v), EliminationStep::vertex(w)};
  EXPECT_EQ(steps_cost(lion(), steps).multiplications, 11);
}

template <class F> std::string id_of(F f) {
  try {
    f();
  } catch (const Error& error) {
    return error.id();
  }
  return "none";
}

TEST(EdgeElimination, needs_an_edge_and_an_intermediate_vertex) {
  EliminationGraph g(lion(), EliminationMode::count);
  const VertexId x{0}, v{2}, w{3}, y{5};
  EXPECT_EQ(id_of([&] { g.eliminate_front(x, w); }), "W717");
  EXPECT_EQ(id_of([&] { g.eliminate_front(w, y); }), "W717");
  EXPECT_EQ(id_of([&] { g.eliminate_back(x, v); }), "W717");
  EXPECT_EQ(id_of([&] { g.eliminate_back(VertexId{99}, v); }), "W717");
  EXPECT_EQ(id_of([&] { g.eliminate_front(x, VertexId{99}); }), "W717");
  g.eliminate_front(x, v);
  EXPECT_EQ(id_of([&] { g.eliminate_front(x, v); }), "W717");
}

TEST(EdgeElimination, takes_a_vertex_away_with_its_last_edge) {
  EliminationGraph g(lion(), EliminationMode::count);
  const VertexId v{2}, w{3};
  EXPECT_EQ(g.eliminate_front(v, w), (EliminationCost{4, 0, 1}));  // one of its four successors is after v already
  EXPECT_EQ(g.intermediates(), std::vector{v});
}

TEST(EdgeElimination, has_to_go_on_to_the_end) {
  const std::vector steps{EliminationStep::vertex(VertexId{2})};
  EXPECT_EQ(id_of([&] { steps_cost(lion(), steps); }), "W718");
}

/// The "bat": two lions that share 6, the vertex in the middle. tests/slow/edge_elimination_test.cpp enumerates it.
LinearGraph bat() {
  return graph_of(11, 4, 4,
                  {{0, 4}, {1, 4}, {2, 5}, {3, 5}, {4, 6}, {5, 6}, {4, 7}, {5, 8}, {6, 7}, {6, 8}, {6, 9}, {6, 10}});
}

TEST(FaceElimination, can_take_fewer_multiplications_than_any_order_of_edges) {
  const VertexId v{4}, w{5}, middle{6}, y{8};
  std::vector order{v, w, middle};
  do EXPECT_EQ(elimination_cost(bat(), order).multiplications, 24);
  while (std::next_permutation(order.begin(), order.end()));
  const std::vector edges{EliminationStep::front(v, middle), EliminationStep::vertex(v), EliminationStep::back(middle, y),
                          EliminationStep::vertex(w), EliminationStep::vertex(middle)};
  EXPECT_EQ(steps_cost(bat(), edges).multiplications, 23);

  FaceGraph g(EliminationGraph(bat(), EliminationMode::count));
  int64_t multiplications = 0;
  const auto eliminate = [&](auto which) {  // all faces that are as asked for
    for (auto all = g.faces(); std::ranges::any_of(all, which); all = g.faces())
      multiplications += g.eliminate(*std::ranges::find_if(all, which)).multiplications;
  };
  const auto through = [&](VertexId vertex) { return [&g, vertex](Face f) { return g.ends(f.first).second == vertex; }; };
  for (const auto& [from, to] : {std::pair(v, VertexId{7}), std::pair(w, y)})  // both are there as edges, too
    eliminate([&, from = from, to = to](Face f) { return g.ends(f.first) == std::pair(from, middle) && g.ends(f.second).second == to; });
  for (const VertexId vertex : {v, w, middle}) eliminate(through(vertex));
  EXPECT_EQ(multiplications, 22);
}

TEST(FaceElimination, takes_faces_that_are_there_and_all_of_them) {
  const FaceGraph g(EliminationGraph(lion(), EliminationMode::count));
  const std::vector<Face> none, wrong{{EdgeId{0}, EdgeId{1}}}, beyond{{EdgeId{0}, EdgeId{99}}},
      twice{g.faces()[0], g.faces()[0]};
  EXPECT_EQ(id_of([&] { faces_cost(lion(), none); }), "W719");
  EXPECT_EQ(id_of([&] { faces_cost(lion(), wrong); }), "W719");
  EXPECT_EQ(id_of([&] { faces_cost(lion(), beyond); }), "W719");
  EXPECT_EQ(id_of([&] { faces_cost(lion(), twice); }), "W719");
}

}  // namespace
}  // namespace wengert
