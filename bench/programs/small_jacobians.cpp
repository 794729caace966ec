// SPDX-License-Identifier: Apache-2.0
#include "programs/small_jacobians.h"

#include <numeric>

#include "objectives/bundle_adjustment.h"
#include "objectives/roe_flux.h"
#include "wengert/ad/accumulate.h"
#include "wengert/ad/derivatives.h"
#include "wengert/ad/linearize.h"
#include "wengert/passes/inline_calls.h"
#include "wengert/passes/simplify.h"
#include "wengert/plan/elimination_order.h"
#include "wengert/trace/trace.h"

namespace wengert::bench {

/// Both cases are recorded and one is selected; the other divides by 1 instead of by 0.
template <> void rotate(const Expr* r, const Expr* v, Expr* turned) {
  const Expr square = r[0] * r[0] + r[1] * r[1] + r[2] * r[2];
  const Expr cross[3] = {r[1] * v[2] - r[2] * v[1], r[2] * v[0] - r[0] * v[2], r[0] * v[1] - r[1] * v[0]};
  const Expr turns = greater(square, 0.0), safe = select(turns, square, 1.0);
  const Expr angle = sqrt(safe), c = cos(angle), a = sin(angle) / angle;
  const Expr along = (1.0 - c) / safe * (r[0] * v[0] + r[1] * v[1] + r[2] * v[2]);
  for (int k = 0; k < 3; ++k) turned[k] = select(turns, c * v[k] + a * cross[k] + along * r[k], v[k] + cross[k]);
}

Program roe_flux_program() {
  return trace(
      [](const std::vector<Expr>& q) {
        std::array<Expr, 3> flux{0, 0, 0};
        roe_flux(q.data(), flux.data());
        return flux;
      },
      std::vector<Type>(6, f64()), "roe_flux");
}

Program reprojection_program() {
  return trace(
      [](const std::vector<Expr>& x) {
        const Expr* const camera = x.data();
        const Expr& weight = x[14];
        Expr turned[3]{0, 0, 0};
        const Expr v[3] = {x[11] - camera[3], x[12] - camera[4], x[13] - camera[5]};
        rotate(camera, v, turned);
        const Expr u = turned[0] / turned[2], w = turned[1] / turned[2], square = u * u + w * w;
        const Expr scale = camera[6] * (1.0 + camera[9] * square + camera[10] * square * square);
        return std::pair(weight * (scale * u + camera[7] - x[15]), weight * (scale * w + camera[8] - x[16]));
      },
      std::vector<Type>(17, f64()), "reprojection");
}

namespace {

/// The Jacobian by all inputs in Markowitz' order; its columns `varying` and above are left out.
std::vector<Expr> by_markowitz(const Program& p, size_t varying, std::span<const Expr> x) {
  std::vector<VertexId> order;
  {
    Recording recording;
    std::vector<Expr> inputs;
    for (const Type& type : p.input_types()) inputs.push_back(recording.input(type));
    order = markowitz_order(linearize(p, inputs, std::vector<bool>(inputs.size(), true)).graph);
  }
  const auto entries = replay(accumulate(p, order).program, x);
  std::vector<Expr> chosen;
  for (size_t k = 0; k < entries.size(); ++k)
    if (k % p.inputs() < varying) chosen.push_back(entries[k]);
  return chosen;
}

std::vector<size_t> first(size_t count) {
  std::vector<size_t> places(count);
  std::iota(places.begin(), places.end(), size_t{0});
  return places;
}

}  // namespace

Program value_and_jacobian(const Program& p, size_t varying, Accumulation how) {
  const Program both = trace(
      [&](const std::vector<Expr>& x) {
        std::vector<Expr> outputs = replay(p, x);
        const auto mode = how == Accumulation::forward ? JacobianMode::forward : JacobianMode::reverse;
        const auto entries =
            how == Accumulation::markowitz ? by_markowitz(p, varying, x) : replay(jacobian(p, first(varying), mode), x);
        outputs.insert(outputs.end(), entries.begin(), entries.end());
        return outputs;
      },
      p.input_types(), p.name() + "_value_and_jacobian");
  return simplify(both);
}

Program values_and_packed(const Program& p, const Program& packed) {
  return simplify(trace([&](const std::vector<Expr>& x) { return std::pair(stack(replay(p, x)), replay(packed, x)[0]); },
                        p.input_types(), p.name() + "_and_packed"));
}

Program over_columns(const Program& body, int64_t count) {
  return trace([&](const std::vector<Expr>& columns) { return map(body, columns); },
               std::vector<Type>(body.inputs(), f64({count})), body.name() + "_columns");
}

Program summed_over_columns(const Program& body, int64_t count) {
  return trace([&](const std::vector<Expr>& columns) { return sum_map(body, columns); },
               std::vector<Type>(body.inputs(), f64({count})), body.name() + "_summed");
}

Program over_rows(const Program& body, int64_t count, int64_t values) {
  const auto inputs = static_cast<int64_t>(body.inputs()), outputs = static_cast<int64_t>(body.outputs().size());
  const Program of_row = trace(
      [&](Expr row) {
        std::vector<Expr> x;
        for (int64_t k = 0; k < inputs; ++k) x.push_back(element(row, {k}));
        const auto y = replay(body, x);
        std::vector<Expr> results{stack({y.begin(), y.begin() + values})};
        if (outputs > values)
          results.push_back(reshape(stack({y.begin() + values, y.end()}), {values, outputs / values - 1}));
        return results;
      },
      {f64({inputs})}, body.name() + "_of_row");
  return trace([&](Expr rows) { return map(of_row, {{rows}}); }, {f64({count, inputs})}, body.name() + "_rows");
}

}  // namespace wengert::bench
