// SPDX-License-Identifier: Apache-2.0
#include "objectives/hand.h"

#include "wengert/base/random.h"

namespace wengert::bench {
namespace {

/// A point of the skin near a drawn bone, bound to it and to up to three that are above it or beside it.
void add_point(Hand& hand, Random& random) {
  const auto bone = static_cast<int>(random.below(hand_bones));
  std::array<double, 3> rest{};
  for (int k = bone; k != 0; k = parent_of(k))
    for (size_t i = 0; i < 3; ++i) rest[i] += hand.offset[static_cast<size_t>(k)][i];
  for (const double x : rest) hand.base.push_back(x + random.uniform(-0.1, 0.1));
  std::array<double, hand_bones> weight{};
  weight[static_cast<size_t>(bone)] += random.uniform(0.5, 1);
  weight[static_cast<size_t>(bone == 0 ? 0 : parent_of(bone))] += random.uniform(0, 0.5);
  weight[0] += random.uniform(0, 0.2);
  weight[static_cast<size_t>((bone + 3) % hand_bones)] += random.uniform(0, 0.1);
  double sum = 0;
  for (const double w : weight) sum += w;
  for (const double w : weight) hand.weight.push_back(w / sum);
  for (int k = 0; k < 3; ++k) hand.seen.push_back(random.uniform(-1, 1));
}

}  // namespace

Hand make_hand(int64_t points, uint64_t key) {
  Random random(key);
  Hand hand;
  hand.points = points;
  for (int bone = 1; bone < hand_bones; ++bone) {
    const bool first = bone % 3 == 1;
    const double side = first ? 0.2 * ((bone - 1) / 3 - 2) : 0;
    hand.offset[static_cast<size_t>(bone)] = {side, first ? 0.8 : 0.35, random.uniform(-0.05, 0.05)};
  }
  for (int64_t i = 0; i < points; ++i) add_point(hand, random);
  for (int k = 0; k < hand_pose; ++k) hand.pose.push_back(random.uniform(-0.5, 0.5));
  return hand;
}

void hand_residuals(const Hand& hand, const double* pose, double* residual) {
  const Skeleton<double> skeleton(hand.offset, pose);
  double matrices[hand_bones][12];
  for (int k = 0; k < hand_bones; ++k)
    for (int i = 0; i < 12; ++i) matrices[k][i] = skeleton.entry(k, i / 4, i % 4);
  for (int64_t p = 0; p < hand.points; ++p) {
    const double* const weight = hand.weight.data() + hand_bones * p;
    const double* const x = hand.base.data() + 3 * p;
    double blend[12] = {};
    for (int k = 0; k < hand_bones; ++k)
      for (int i = 0; i < 12; ++i) blend[i] += weight[k] * matrices[k][i];
    double at[3];
    for (int i = 0; i < 3; ++i)
      at[i] = blend[4 * i] * x[0] + blend[4 * i + 1] * x[1] + blend[4 * i + 2] * x[2] + blend[4 * i + 3];
    for (int i = 0; i < 3; ++i) {
      const double* const row = skeleton.rotation + 3 * i;
      residual[3 * p + i] =
          hand.seen[static_cast<size_t>(3 * p + i)] - (row[0] * at[0] + row[1] * at[1] + row[2] * at[2] + pose[3 + i]);
    }
  }
}

}  // namespace wengert::bench
