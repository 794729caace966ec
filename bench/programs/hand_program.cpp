// SPDX-License-Identifier: Apache-2.0
#include "programs/hand_program.h"

#include "programs/term.h"
#include "wengert/trace/trace.h"

namespace wengert::bench {
namespace {

/// The bones' matrices, [16, 12], as scalars of the pose put together.
Expr skeleton(const Hand& hand, Expr pose) {
  std::vector<Term> angles;
  for (int64_t k = 0; k < hand_pose; ++k) angles.emplace_back(element(pose, {k}));
  const Skeleton<Term> posed(hand.offset, angles.data());
  std::vector<Expr> entries;
  for (int k = 0; k < hand_bones; ++k)
    for (int i = 0; i < 12; ++i) entries.push_back(posed.entry(k, i / 4, i % 4));
  return reshape(stack(entries), {hand_bones, 12});
}

/// (matrices[16, 12], base[3], weight[16], seen[3]) -> residual[3]: one point.
Program point_body() {
  return trace(
      [](Expr matrices, Expr base, Expr weight, Expr seen) {
        const Expr blend = reshape(matmul(weight, matrices), {3, 4});
        return seen - (matmul(slice(blend, {0, 0}, {3, 3}), base) + reshape(slice(blend, {0, 3}, {3, 1}), {3}));
      },
      {f64({hand_bones, 12}), f64({3}), f64({hand_bones}), f64({3})}, "skin");
}

Expr skin_by_arrays(int64_t n, Expr matrices, Expr base, Expr weight) {
  const Expr blend = reshape(matmul(weight, matrices), {n, 3, 4});
  return sum(slice(blend, {0, 0, 0}, {n, 3, 3}) * reshape(base, {n, 1, 3}), {2}) +
         reshape(slice(blend, {0, 0, 3}, {n, 3, 1}), {n, 3});
}

}  // namespace

Program hand_program(const Hand& hand, HandForm form) {
  const int64_t n = hand.points;
  return trace(
      [&](Expr pose, Expr base, Expr weight, Expr seen) {
        const Expr matrices = skeleton(hand, pose);
        if (form == HandForm::arrays) return seen - skin_by_arrays(n, matrices, base, weight);
        return map(point_body(), {{matrices, base, weight, seen}}, {false, true, true, true})[0];
      },
      {f64({hand_pose}), f64({n, 3}), f64({n, hand_bones}), f64({n, 3})}, "hand", {"pose", "base", "weight", "seen"});
}

std::vector<Array> hand_inputs(const Hand& hand) {
  return {Array(hand.pose), Array({hand.points, 3}, hand.base), Array({hand.points, hand_bones}, hand.weight),
          Array({hand.points, 3}, hand.seen)};
}

}  // namespace wengert::bench
