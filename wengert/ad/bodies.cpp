// SPDX-License-Identifier: Apache-2.0
#include "wengert/ad/bodies.h"

#include "wengert/ad/linearize.h"
#include "wengert/ad/pullback.h"
#include "wengert/ad/seeds.h"
#include "wengert/passes/batch.h"
#include "wengert/passes/simplify.h"

namespace wengert {
namespace {

std::vector<Expr> declare_inputs(Recording& recording, const Program& body) {
  std::vector<Expr> inputs;
  for (const Type& type : body.input_types()) inputs.push_back(recording.input(type));
  return inputs;
}


class Bodies : public BodyTransforms {
 public:
  Program jvp(const Program& body, const std::vector<bool>& active, std::vector<bool>& varies) const override {
    Recording recording(body.name() + "_jvp");
    const auto inputs = declare_inputs(recording, body);
    Tangents x_dot(inputs.size());
    for (size_t k = 0; k < inputs.size(); ++k)
      if (active[k]) x_dot[k] = recording.input(inputs[k].type());
    const auto linearized = linearize(body, inputs, active);
    const auto y_dot = pushforward(linearized.graph, x_dot);
    std::vector<Expr> outputs;
    varies.clear();
    for (size_t k = 0; k < y_dot.size(); ++k) {
      varies.push_back(y_dot[k].has_value());
      if (y_dot[k]) outputs.push_back(filled(y_dot[k], linearized.outputs[k].type()));
    }
    return simplify(recording.finish(outputs));
  }

  Program transpose(const Program& body, const std::vector<bool>& linear, const std::vector<bool>& cotangents) const override {
    Recording recording(body.name() + "_transpose");
    const auto types = body.input_types(), output_types = body.output_types();
    std::vector<std::optional<Expr>> given(types.size());
    for (size_t k = 0; k < types.size(); ++k)
      if (!linear[k]) given[k] = recording.input(types[k]);
    Tangents y_bar(output_types.size());
    for (size_t k = 0; k < output_types.size(); ++k)
      if (cotangents[k]) y_bar[k] = recording.input(output_types[k]);
    // The body is linear where it is transposed, so its derivative does not depend on the point: zeros stand for it.
    std::vector<Expr> inputs;
    for (size_t k = 0; k < types.size(); ++k) inputs.push_back(given[k] ? *given[k] : zeros(types[k]));
    const auto linearized = linearize(body, inputs, linear);
    const auto x_bar = pullback(linearized.graph, y_bar);
    std::vector<Expr> outputs;
    for (size_t k = 0; k < types.size(); ++k)
      if (linear[k]) outputs.push_back(filled(x_bar[k], types[k]));
    return simplify(recording.finish(outputs));
  }

  Program batch(const Program& body, const std::vector<bool>& batched, int64_t size) const override {
    return wengert::batch(body, batched, size);
  }
};

}  // namespace

const BodyTransforms& body_transforms() {
  static const Bodies bodies;
  return bodies;
}

}  // namespace wengert
