// SPDX-License-Identifier: Apache-2.0
//
// The layered layout: what a picture must keep whatever the graph, and what it achieves on small ones.
#include "wengert/draw/layout.h"

#include <gtest/gtest.h>

#include <cmath>

#include "wengert/base/error.h"
#include "wengert/base/random.h"

namespace wengert {
namespace {

std::vector<LayoutVertex> boxes(size_t count) { return std::vector<LayoutVertex>(count, {60, 30}); }

struct Rectangle {
  double left, right, top, bottom;
};

Rectangle around(SvgPoint centre, double width, double height) {
  return {centre.x - width / 2, centre.x + width / 2, centre.y - height / 2, centre.y + height / 2};
}

bool overlap(const Rectangle& a, const Rectangle& b) {
  constexpr double slack = 1e-6;
  return a.left < b.right - slack && b.left < a.right - slack && a.top < b.bottom - slack && b.top < a.bottom - slack;
}

/// A random DAG with labels on half of its edges.
struct RandomGraph {
  std::vector<LayoutVertex> vertices;
  std::vector<LayoutEdge> edges;

  RandomGraph(uint64_t key, size_t size) {
    Random random(key);
    for (size_t v = 0; v < size; ++v) {
      vertices.push_back({random.uniform(30, 150), random.uniform(20, 60)});
      for (size_t k = 0; v > 0 && k < 2; ++k) edges.push_back({random.below(v), v, random.below(2) == 0 ? 0.0 : 35.0});
    }
  }
};

TEST(Layout, of_nothing_is_empty) { EXPECT_EQ(layered_layout({}, {}).centres.size(), 0u); }

TEST(Layout, of_one_vertex_has_room_for_it) {
  const Layout layout = layered_layout(boxes(1), {});
  EXPECT_GE(layout.width, 60);
  EXPECT_GE(layout.height, 30);
}

TEST(Layout, sources_stand_right_above_their_first_successor) {
  const auto layers = longest_path_layers(4, {{0, 1}, {1, 2}, {3, 2}});
  EXPECT_EQ(layers, (std::vector<size_t>{0, 1, 2, 1}));
}

TEST(Layout, refuses_a_circle) {
  try {
    layered_layout(boxes(2), {{0, 1}, {1, 0}});
    FAIL() << "no error";
  } catch (const InternalError& e) {
    EXPECT_EQ(e.id(), "W940");
  }
}

class RandomLayout : public testing::TestWithParam<int> {
 protected:
  RandomGraph graph{static_cast<uint64_t>(GetParam()), 5 + 13 * static_cast<size_t>(GetParam())};
  Layout layout = layered_layout(graph.vertices, graph.edges);
};

TEST_P(RandomLayout, no_two_boxes_overlap) {
  for (size_t a = 0; a < graph.vertices.size(); ++a)
    for (size_t b = 0; b < a; ++b)
      EXPECT_FALSE(overlap(around(layout.centres[a], graph.vertices[a].width, graph.vertices[a].height),
                           around(layout.centres[b], graph.vertices[b].width, graph.vertices[b].height)))
          << a << " and " << b;
}

TEST_P(RandomLayout, no_label_covers_a_box_or_another_label) {
  std::vector<Rectangle> taken;
  for (size_t v = 0; v < graph.vertices.size(); ++v)
    taken.push_back(around(layout.centres[v], graph.vertices[v].width, graph.vertices[v].height));
  for (size_t e = 0; e < graph.edges.size(); ++e) {
    if (graph.edges[e].label_width == 0) continue;
    const Rectangle label = around(layout.labels[e], graph.edges[e].label_width, 14);
    for (const Rectangle& other : taken) EXPECT_FALSE(overlap(label, other)) << "label of edge " << e;
    taken.push_back(label);
  }
}

TEST_P(RandomLayout, edges_lead_downward_from_box_to_box) {
  for (size_t e = 0; e < graph.edges.size(); ++e) {
    const auto& route = layout.routes[e];
    const auto [from, to] = std::pair(graph.edges[e].from, graph.edges[e].to);
    EXPECT_NEAR(route.front().y, layout.centres[from].y + graph.vertices[from].height / 2, 1e-9);
    EXPECT_NEAR(route.back().y, layout.centres[to].y - graph.vertices[to].height / 2, 1e-9);
    EXPECT_LE(std::abs(route.front().x - layout.centres[from].x), graph.vertices[from].width / 2);
    EXPECT_LE(std::abs(route.back().x - layout.centres[to].x), graph.vertices[to].width / 2);
    for (size_t k = 1; k < route.size(); ++k) EXPECT_GE(route[k].y, route[k - 1].y) << "edge " << e;
  }
}

TEST_P(RandomLayout, everything_lies_inside_the_picture) {
  for (size_t v = 0; v < graph.vertices.size(); ++v) {
    const Rectangle box = around(layout.centres[v], graph.vertices[v].width, graph.vertices[v].height);
    EXPECT_GE(box.left, 0);
    EXPECT_GE(box.top, 0);
    EXPECT_LE(box.right, layout.width);
    EXPECT_LE(box.bottom, layout.height);
  }
}

INSTANTIATE_TEST_SUITE_P(Graphs, RandomLayout, testing::Range(0, 8));

TEST(Layout, routes_keep_clear_of_boxes_they_pass) {
  // A chain of five and an edge from its first to its last vertex.
  const Layout layout = layered_layout(boxes(5), {{0, 1}, {1, 2}, {2, 3}, {3, 4}, {0, 4}});
  for (const SvgPoint& p : layout.routes[4])
    for (size_t v = 1; v < 4; ++v) {
      const bool beside = std::abs(p.y - layout.centres[v].y) < 15;
      EXPECT_TRUE(!beside || std::abs(p.x - layout.centres[v].x) > 30) << "vertex " << v;
    }
}

TEST(Layout, untangles_what_has_a_drawing_without_crossings) {
  // Two layers of six, vertex k above vertex 5 - k: drawn in the given order every pair of edges crosses.
  std::vector<LayoutEdge> edges;
  for (size_t k = 0; k < 6; ++k) edges.push_back({k, 6 + (5 - k)});
  EXPECT_EQ(layered_layout(boxes(12), edges).crossings, 0u);
  // A binary tree, leaves first.
  edges.clear();
  for (size_t k = 1; k < 31; ++k) edges.push_back({30 - k, 30 - (k - 1) / 2});
  EXPECT_EQ(layered_layout(boxes(31), edges).crossings, 0u);
}

TEST(Layout, the_complete_bipartite_graph_of_three_has_its_nine_crossings) {
  std::vector<LayoutEdge> edges;
  for (size_t a = 0; a < 3; ++a)
    for (size_t b = 3; b < 6; ++b) edges.push_back({a, b});
  EXPECT_EQ(layered_layout(boxes(6), edges).crossings, 9u);
}

TEST(Layout, a_chain_is_a_straight_line) {
  std::vector<LayoutEdge> edges;
  for (size_t k = 0; k + 1 < 20; ++k) edges.push_back({k, k + 1});
  const Layout layout = layered_layout(boxes(20), edges);
  for (const SvgPoint& centre : layout.centres) EXPECT_NEAR(centre.x, layout.centres[0].x, 1e-6);
}

TEST(Layout, is_the_same_every_time) {
  const RandomGraph graph(7, 80);
  const Layout a = layered_layout(graph.vertices, graph.edges), b = layered_layout(graph.vertices, graph.edges);
  for (size_t v = 0; v < 80; ++v) EXPECT_EQ(a.centres[v].x, b.centres[v].x);
}

}  // namespace
}  // namespace wengert
