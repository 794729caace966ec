// SPDX-License-Identifier: Apache-2.0
#include "wengert/ad/chain_sweep.h"

#include <map>

#include "wengert/ad/pullback.h"
#include "wengert/ad/seeds.h"
#include "wengert/primitives/index.h"
#include "wengert/primitives/rearrange.h"

namespace wengert {
namespace {

/// The body under construction: everything from outside is an input, residuals first.
class SweepRecorder {
 public:
  SweepRecorder(const LinearGraph& graph, const std::vector<Seed>& seeds, bool reverse)
      : graph_(graph), reverse_(reverse), outer_(Recording::current()), recording_("sweep", dtype()) {
    for (const LinearEdge& edge : graph.edges()) {
      if (edge.is_diagonal()) residual(edge.diagonal.value);
      for (const ValueId v : edge.operands) residual(v);
    }
    std::vector<std::optional<Expr>> inputs(seeds.size());
    for (size_t k = 0; k < seeds.size(); ++k)
      if (seeds[k] != Seed::none) inputs[k] = recording_.input(seeds[k] == Seed::unit ? i64() : type(starts()[k]));
    for (size_t k = 0; k < seeds.size(); ++k)
      seeds_.push_back(seeds[k] == Seed::unit ? unit_vector(*inputs[k], type(starts()[k])) : inputs[k]);
  }

  ChainSweep operator()() {
    const Residuals values = [&](ValueId v) { return inside_.at(v); };
    const Tangents images = reverse_ ? pullback(graph_, seeds_, values) : pushforward(graph_, seeds_, values);
    std::vector<Expr> outputs;
    for (size_t k = 0; k < images.size(); ++k) {
      if (!images[k]) continue;
      result_.images.push_back(k);
      outputs.push_back(filled(images[k], type(ends()[k])));
    }
    result_.body = recording_.finish(outputs);
    return std::move(result_);
  }

 private:
  const std::vector<std::optional<VertexId>>& starts() const { return reverse_ ? graph_.outputs : graph_.inputs; }
  const std::vector<std::optional<VertexId>>& ends() const { return reverse_ ? graph_.inputs : graph_.outputs; }
  const Type& type(const std::optional<VertexId>& v) const { return graph_.type(*v); }
  DType dtype() const { return starts().empty() ? DType::f64 : type(starts()[0]).dtype; }

  void residual(ValueId v) {
    if (v == no_value || inside_.contains(v)) return;
    inside_.emplace(v, recording_.input(outer_.builder().type(v)));
    result_.residuals.push_back(v);
  }
  static Expr unit_vector(const Expr& number, const Type& type) {
    return reshape(one_hot(number, type.elements(), type.dtype), type.shape);
  }

  const LinearGraph& graph_;
  const bool reverse_;
  Recording& outer_;
  Recording recording_;
  std::map<ValueId, Expr> inside_;
  Tangents seeds_;
  ChainSweep result_;
};

}  // namespace

ChainSweep chain_sweep(const LinearGraph& graph, const std::vector<Seed>& seeds, bool reverse) {
  return SweepRecorder(graph, seeds, reverse)();
}

}  // namespace wengert
