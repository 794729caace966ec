// SPDX-License-Identifier: Apache-2.0
#include "wengert/ad/accumulate.h"

#include "wengert/ad/derivatives.h"
#include "wengert/ad/derived_recording.h"
#include "wengert/ad/linearize.h"
#include "wengert/ad/seeds.h"
#include "wengert/passes/simplify.h"
#include "wengert/primitives/convert.h"
#include "wengert/primitives/rearrange.h"

namespace wengert {
namespace {

/// The lines of an accumulation: values and partials first, then what the elimination adds.
class Accumulator {
 public:
  Accumulator(const Program& p, const AccumulationOptions& options)
      : options_(options), recording_(p.name() + "_jacobian"), wrt_(varying_inputs(p, options.wrt)) {
    for (uint32_t k = 0; k < p.inputs(); ++k) inputs_.push_back(recording_.input(p.type(ValueId{k}), std::string(p.value_name(ValueId{k}))));
    std::vector<bool> active(inputs_.size(), false);
    for (const size_t k : wrt_) active[k] = true;
    auto linearized = linearize(p, inputs_, active);
    outputs_ = std::move(linearized.outputs);
    graph_.emplace(linearized.graph, EliminationMode::record, options.written);
    result_.lines_before = recording_.builder().size();
  }

  EliminationGraph& graph() { return *graph_; }
  void add(const EliminationCost& cost) { result_.cost += cost; }

  /// partial : by the vertex of an input and that of an output
  template <class PartialOf> Accumulation finish(const PartialOf& partial) {
    std::vector<Expr> entries;
    for (size_t i = 0; i < outputs_.size(); ++i) {
      if (!is_float(outputs_[i].type().dtype)) continue;
      for (const size_t j : wrt_) {
        const auto &row = graph_->outputs()[i], &column = graph_->inputs()[j];
        entries.push_back(entry(row && column ? partial(*column, *row) : std::nullopt, outputs_[i].type()));
      }
    }
    result_.program = recording_.finish(entries);
    if (options_.simplified && options_.written == Counting::numbers_folded) result_.program = simplify(result_.program);
    return std::move(result_);
  }

 private:
  Expr entry(const std::optional<Partial>& c, const Type& type) {
    if (!c) return zeros(type);
    if (c->line != no_value) return broadcast_to(convert(recording_.expr(c->line), type.dtype), type.shape);
    if (c->is_number()) return filled(Expr(c->number), type);
    return convert(recording_.expr(c->value), type.dtype);
  }

  const AccumulationOptions& options_;
  DerivedRecording recording_;
  std::vector<size_t> wrt_;
  std::vector<Expr> inputs_, outputs_;
  std::optional<EliminationGraph> graph_;
  Accumulation result_;
};

}  // namespace

Accumulation accumulate(const Program& p, std::span<const VertexId> order, const AccumulationOptions& options) {
  Accumulator a(p, options);
  for (VertexId v : order) a.add(a.graph().eliminate(v));
  require_no_vertices_left(a.graph());
  return a.finish([&](VertexId input, VertexId output) { return a.graph().partial(input, output); });
}

Accumulation accumulate_by_steps(const Program& p, std::span<const EliminationStep> steps, const AccumulationOptions& options) {
  Accumulator a(p, options);
  for (const EliminationStep& step : steps) a.add(a.graph().eliminate(step));
  require_no_edges_left(a.graph());
  return a.finish([&](VertexId input, VertexId output) { return a.graph().partial(input, output); });
}

Accumulation accumulate_by_faces(const Program& p, std::span<const Face> faces, const AccumulationOptions& options) {
  Accumulator a(p, options);
  FaceGraph graph(a.graph());
  for (const Face face : faces) a.add(graph.eliminate(face));
  require_no_faces_left(graph);
  return a.finish([&](VertexId input, VertexId output) { return graph.partial(input, output); });
}

}  // namespace wengert
