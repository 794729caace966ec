// SPDX-License-Identifier: Apache-2.0
#include "wengert/draw/elimination_steps.h"

#include <algorithm>
#include <cmath>
#include <set>

#include <fmt/format.h>

#include "wengert/draw/layout.h"

namespace wengert {
namespace {

constexpr double font_px = 11, caption_px = 12, title_px = 14, row_px = 1300, gap = 18;

using Edge = std::pair<size_t, size_t>;
using EdgeSet = std::set<Edge>;

EdgeSet edges_of(const EliminationGraph& g) {
  EdgeSet edges;
  for (size_t v = 0; v < g.vertices(); ++v)
    for (const auto& [w, c] : g.successors(VertexId{static_cast<uint32_t>(v)})) edges.insert({v, index(w)});
  return edges;
}

/// The graph before the first elimination or after one.
struct Panel {
  EdgeSet edges, made, added_to;
  std::string caption, cost;
};

struct Picture {
  std::vector<std::string> labels;
  std::vector<bool> is_input, is_output;
  std::vector<size_t> step;  ///< when a vertex is gone; the panels' number for those that stay
  std::vector<Panel> panels;
  EdgeSet ever;
};

Picture prepared(const EliminationGraph& g, const std::vector<std::string>& names) {
  Picture picture;
  picture.is_input.resize(g.vertices()), picture.is_output = picture.is_input;
  for (size_t v = 0; v < g.vertices(); ++v) {
    // A copy of an output that is used further.
    const auto& before = g.predecessors(VertexId{static_cast<uint32_t>(v)});
    picture.labels.push_back(v < names.size() ? names[v] : names[index(before.begin()->first)] + "′");
  }
  for (const auto& x : g.inputs())
    if (x) picture.is_input[index(*x)] = true;
  for (const auto& y : g.outputs())
    if (y) picture.is_output[index(*y)] = true;
  return picture;
}

std::string plural(int64_t count, const char* what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

Panel step_of(EliminationGraph& g, VertexId v, const std::string& label, EliminationCost& total) {
  const EdgeSet before = edges_of(g);
  Panel panel;
  EdgeSet touched;
  for (const auto& [u, a] : g.predecessors(v))
    for (const auto& [w, b] : g.successors(v)) touched.insert({index(u), index(w)});
  const size_t in = g.predecessors(v).size(), out = g.successors(v).size();
  const EliminationCost cost = g.eliminate(v);
  total += cost;
  panel.edges = edges_of(g);
  for (const Edge& e : touched) (before.contains(e) ? panel.added_to : panel.made).insert(e);
  panel.caption = fmt::format("{} goes: {} · {} = {}", label, in, out, plural(cost.multiplications, "product"));
  panel.cost =
      fmt::format("{}; {} so far", plural(cost.additions, "addition"), plural(total.multiplications, "product"));
  return panel;
}

Picture steps_of(const LinearGraph& graph, std::span<const VertexId> order, const std::vector<std::string>& names) {
  elimination_cost(graph, order);  // throws for what is no order
  EliminationGraph g(graph, EliminationGraph::Mode::count);
  Picture picture = prepared(g, names);
  picture.step.assign(g.vertices(), order.size() + 1);
  picture.panels.push_back({edges_of(g), {}, {}, "the linear graph", fmt::format("{} partials", edges_of(g).size())});
  EliminationCost total;
  for (size_t k = 0; k < order.size(); ++k) {
    picture.step[index(order[k])] = k + 1;
    picture.panels.push_back(step_of(g, order[k], picture.labels[index(order[k])], total));
  }
  for (const Panel& panel : picture.panels) picture.ever.insert(panel.edges.begin(), panel.edges.end());
  return picture;
}

/// Of each vertex: a box as wide as its name.
std::vector<LayoutVertex> boxes_of(const Picture& picture) {
  std::vector<LayoutVertex> boxes;
  for (const std::string& label : picture.labels)
    boxes.push_back({std::min(std::max(22.0, text_width(label, font_px) + 10), 90.0), 20});
  return boxes;
}

class Drawing {
 public:
  Drawing(const Picture& picture, const std::string& title) : picture_(picture), boxes_(boxes_of(picture)) {
    std::vector<LayoutEdge> arrows;
    for (const auto& [from, to] : picture.ever) route_[{from, to}] = arrows.size(), arrows.push_back({from, to, 0});
    layout_ = layered_layout(boxes_, arrows);
    double caption = 150;
    for (const Panel& panel : picture.panels)
      caption = std::max({caption, text_width(panel.caption, caption_px) * 1.13, text_width(panel.cost, font_px)});
    width_ = std::max(layout_.width, caption) + gap, height_ = layout_.height + 44 + gap;
    const size_t panels = picture.panels.size();
    columns_ = std::clamp<size_t>(static_cast<size_t>(row_px / width_), 1, panels);
    const size_t rows = (panels + columns_ - 1) / columns_;
    const double whole = std::max(static_cast<double>(columns_) * width_, text_width(title, title_px) * 1.13) + 2 * gap;
    drawing_.emplace(whole, static_cast<double>(rows) * height_ + 48, title);
    drawing_->text({gap, 26}, title, fmt::format("font-size=\"{}\" font-weight=\"bold\" fill=\"#111111\"", title_px));
  }

  std::string run() {
    for (size_t k = 0; k < picture_.panels.size(); ++k) draw_panel(k);
    return drawing_->str();
  }

 private:
  void draw_panel(size_t k) {
    const Panel& panel = picture_.panels[k];
    const double x = gap + static_cast<double>(k % columns_) * width_,
                 y = 40 + static_cast<double>(k / columns_) * height_;
    drawing_->open_group(fmt::format("class=\"step\" transform=\"translate({} {})\"", svg_number(x), svg_number(y)));
    drawing_->rectangle(0, 0, width_ - 8, height_ - 8, "rx=\"4\" fill=\"#fcfcfc\" stroke=\"#dddddd\"");
    drawing_->text({8, 17}, panel.caption,
                   fmt::format("font-size=\"{}\" font-weight=\"600\" fill=\"#111111\"", caption_px));
    drawing_->text({8, 32}, panel.cost, fmt::format("font-size=\"{}\" fill=\"#444444\"", font_px));
    drawing_->open_group(fmt::format("transform=\"translate({} 42)\"", svg_number((width_ - 8 - layout_.width) / 2)));
    for (const Edge& edge : panel.edges) draw_edge(panel, edge);
    for (size_t v = 0; v < boxes_.size(); ++v) draw_vertex(k, v);
    drawing_->close_group(), drawing_->close_group();
  }

  void draw_edge(const Panel& panel, const Edge& edge) {
    const bool made = panel.made.contains(edge), added = panel.added_to.contains(edge);
    const char* color = made || added ? "#00805c" : "#8a8a8a";
    const std::vector<SvgPoint>& route = layout_.routes[route_.at(edge)];
    std::string path = fmt::format("M{} {}", svg_number(route[0].x), svg_number(route[0].y));
    for (size_t k = 1; k < route.size(); ++k) {
      const SvgPoint a = route[k - 1], b = route[k];
      const double end = k + 1 == route.size() ? b.y - 5 : b.y, middle = (a.y + end) / 2;
      path += fmt::format("C{} {} {} {} {} {}", svg_number(a.x), svg_number(middle), svg_number(b.x),
                          svg_number(middle), svg_number(b.x), svg_number(end));
    }
    drawing_->path(path, fmt::format("fill=\"none\" stroke=\"{}\" stroke-width=\"{}\"", color,
                                     added  ? 2.6
                                     : made ? 1.6
                                            : 1.1));
    drawing_->path(fmt::format("M{} {}l-3.4 -6.4h6.8z", svg_number(route.back().x), svg_number(route.back().y)),
                   fmt::format("fill=\"{}\"", color));
  }

  void draw_vertex(size_t panel, size_t v) {
    if (picture_.step[v] < panel) return;  // gone before
    const bool goes = picture_.step[v] == panel;
    const char* fill = picture_.is_input[v] ? "#d7e8f7" : picture_.is_output[v] ? "#fbe3c8" : "#ffffff";
    const char* stroke = picture_.is_input[v] ? "#0072B2" : picture_.is_output[v] ? "#C45A00" : "#555555";
    const SvgPoint centre = layout_.centres[v];
    const LayoutVertex& box = boxes_[v];
    drawing_->rectangle(centre.x - box.width / 2, centre.y - box.height / 2, box.width, box.height,
                        fmt::format("rx=\"9\" fill=\"{}\" stroke=\"{}\"{}", goes ? "none" : fill,
                                    goes ? "#bbbbbb" : stroke, goes ? " stroke-dasharray=\"3 2\"" : ""));
    drawing_->text(
        {centre.x, centre.y + 4}, fitted_text(picture_.labels[v], font_px, box.width - 6),
        fmt::format("text-anchor=\"middle\" font-size=\"{}\" fill=\"{}\"", font_px, goes ? "#aaaaaa" : "#111111"),
        picture_.labels[v]);
  }

  const Picture& picture_;
  std::vector<LayoutVertex> boxes_;
  std::map<Edge, size_t> route_;
  Layout layout_;
  double width_ = 0, height_ = 0;
  size_t columns_ = 1;
  std::optional<SvgDrawing> drawing_;
};

}  // namespace

bool is_drawn_by_steps(const LinearGraph& graph) {
  const EliminationGraph g(graph, EliminationGraph::Mode::count);
  return g.intermediates().size() <= most_steps_drawn && g.vertices() <= most_step_vertices;
}

std::string elimination_steps(const LinearGraph& graph, std::span<const VertexId> order,
                              const std::vector<std::string>& names, const std::string& title) {
  const Picture picture = steps_of(graph, order, names);
  return Drawing(picture, title).run();
}

}  // namespace wengert
