// SPDX-License-Identifier: Apache-2.0
#include "programs/hand_program.h"

#include "programs/term.h"
#include "wengert/trace/trace.h"

namespace wengert::bench {
namespace {

/// The bones' matrices, [48, 4], three rows each with the translation first, and the rotation of the hand, [3, 3], as
/// scalars of the pose put together.
struct Posed {
  Expr matrices = 0, rotation = 0, translation = 0;

  Posed(const Hand& hand, Expr pose) {
    std::vector<Term> angles;
    for (int64_t k = 0; k < hand_pose; ++k) angles.emplace_back(element(pose, {k}));
    const Skeleton<Term> posed(hand.offset, angles.data());
    std::vector<Expr> entries;
    for (int k = 0; k < hand_bones; ++k)
      for (int i = 0; i < 12; ++i) entries.push_back(posed.entry(k, i / 4, (i + 3) % 4));
    matrices = reshape(stack(entries), {3 * hand_bones, 4});
    rotation = reshape(stack({posed.rotation, posed.rotation + 9}), {3, 3});
    translation = slice(pose, {3}, {3});
  }
};

/// (matrices[48, 4], rotation[3, 3], translation[3], base[3], weight[16], seen[3]) -> residual[3]: one point.
Program point_body() {
  return trace(
      [](Expr matrices, Expr rotation, Expr translation, Expr base, Expr weight, Expr seen) {
        const Expr by_bone =
            reshape(matmul(matrices, concatenate({constant(Array({1}, {1.0})), base})), {hand_bones, 3});
        return seen - (matmul(rotation, matmul(weight, by_bone)) + translation);
      },
      {f64({3 * hand_bones, 4}), f64({3, 3}), f64({3}), f64({3}), f64({hand_bones}), f64({3})}, "skin");
}

Expr skin_by_arrays(int64_t n, const Posed& posed, Expr base, Expr weight) {
  const Expr blend = reshape(matmul(weight, reshape(posed.matrices, {hand_bones, 12})), {n, 3, 4});
  const Expr at = sum(slice(blend, {0, 0, 1}, {n, 3, 3}) * reshape(base, {n, 1, 3}), {2}) +
                  reshape(slice(blend, {0, 0, 0}, {n, 3, 1}), {n, 3});
  return matmul(at, transpose(posed.rotation)) + posed.translation;
}

}  // namespace

Program hand_program(const Hand& hand, HandForm form) {
  const int64_t n = hand.points;
  return trace(
      [&](Expr pose, Expr base, Expr weight, Expr seen) {
        const Posed posed(hand, pose);
        if (form == HandForm::arrays) return seen - skin_by_arrays(n, posed, base, weight);
        return map(point_body(), {{posed.matrices, posed.rotation, posed.translation, base, weight, seen}},
                   {false, false, false, true, true, true})[0];
      },
      {f64({hand_pose}), f64({n, 3}), f64({n, hand_bones}), f64({n, 3})}, "hand", {"pose", "base", "weight", "seen"});
}

std::vector<Array> hand_inputs(const Hand& hand) {
  return {Array(hand.pose), Array({hand.points, 3}, hand.base), Array({hand.points, hand_bones}, hand.weight),
          Array({hand.points, 3}, hand.seen)};
}

}  // namespace wengert::bench
