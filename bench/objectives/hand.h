// SPDX-License-Identifier: Apache-2.0
//
// Hand tracking in the manner of the ADBench suite: a skeleton posed by 26 numbers, a skin that follows it by linear
// blending, and the distances of points of the skin from points seen. The suite's hand is a data file; this one is made
// by a seeded generator: a palm and five fingers of three bones, each point of the skin bound to up to four bones.
//
//   pose      = rotation vector 3, translation 3, then for each finger: abduction, flexion of its three joints
//   A_k       = posed parent(k) T(offset_k) Rz(abduction) Rx(flexion) T(-rest position of k), 3 x 4; the palm's is 1
//   residual  = seen - (R (sum_k weight_k A_k (x, 1)) + translation)
//
// Source: Srajer, Kukelova, Fitzgibbon 2018, "A benchmark of selected algorithmic differentiation tools on some
// problems in computer vision and machine learning", section 4.3.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

namespace wengert::bench {

inline constexpr int hand_bones = 16, hand_pose = 26;

struct Hand {
  int64_t points = 0;
  std::array<std::array<double, 3>, hand_bones> offset{};  ///< of a bone's joint from its parent's, at rest
  std::vector<double> base, weight, seen;                  ///< [n, 3], [n, 16], [n, 3]
  std::vector<double> pose;                                ///< [26]
};

Hand make_hand(int64_t points, uint64_t key);

inline int parent_of(int bone) { return bone % 3 == 1 ? 0 : bone - 1; }

/// seen - skin, [n, 3], in plain loops.
void hand_residuals(const Hand& hand, const double* pose, double* residual);

/// What the pose makes of the hand. T is a number, or a type that records.
///
/// turn, place : of each bone's joint, from the palm's
/// rotation    : of the whole hand
template <class T> struct Skeleton {
  T turn[hand_bones][9], place[hand_bones][3], rest[hand_bones][3], rotation[9];

  Skeleton(const std::array<std::array<double, 3>, hand_bones>& offset, const T* pose) {
    rotation_of(pose, rotation);
    for (int k = 0; k < 9; ++k) turn[0][k] = T(k % 4 == 0 ? 1.0 : 0.0);
    for (int k = 0; k < 3; ++k) place[0][k] = rest[0][k] = T(0.0);
    for (int bone = 1; bone < hand_bones; ++bone) {
      const int above = parent_of(bone), finger = (bone - 1) / 3, joint = (bone - 1) % 3;
      const T* const angles = pose + 6 + 4 * finger;
      T local[9];
      joint_rotation(joint == 0, angles[0], angles[joint + 1], local);
      for (int i = 0; i < 3; ++i) {
        T sum = place[above][i];
        for (int j = 0; j < 3; ++j)
          sum = sum + turn[above][3 * i + j] * T(offset[static_cast<size_t>(bone)][static_cast<size_t>(j)]);
        place[bone][i] = sum;
        rest[bone][i] = rest[above][i] + T(offset[static_cast<size_t>(bone)][static_cast<size_t>(i)]);
        for (int j = 0; j < 3; ++j)
          turn[bone][3 * i + j] = turn[above][3 * i] * local[j] + turn[above][3 * i + 1] * local[3 + j] +
                                  turn[above][3 * i + 2] * local[6 + j];
      }
    }
  }

  /// Entry (i, j) of A_k, 3 x 4: where a point of the hand at rest is when bone k is posed.
  T entry(int k, int i, int j) const {
    const T* const row = turn[k] + 3 * i;
    return j < 3 ? row[j] : T(place[k][i] - (row[0] * rest[k][0] + row[1] * rest[k][1] + row[2] * rest[k][2]));
  }

 private:
  /// Of a rotation vector that is not 0, by Rodrigues' formula.
  static void rotation_of(const T* r, T* m) {
    using std::cos, std::sin, std::sqrt;
    const T square = r[0] * r[0] + r[1] * r[1] + r[2] * r[2], angle = sqrt(square);
    const T c = cos(angle), a = sin(angle) / angle, b = (T(1.0) - c) / square;
    for (int i = 0; i < 3; ++i)
      for (int j = 0; j < 3; ++j) m[3 * i + j] = b * r[i] * r[j] + (i == j ? c : T(0.0));
    m[1] = m[1] - a * r[2], m[2] = m[2] + a * r[1], m[3] = m[3] + a * r[2];
    m[5] = m[5] - a * r[0], m[6] = m[6] - a * r[1], m[7] = m[7] + a * r[0];
  }
  /// Rz(abduction) Rx(flexion); without abduction Rx alone.
  static void joint_rotation(bool with_abduction, const T& abduction, const T& flexion, T* m) {
    using std::cos, std::sin;
    const T c = cos(flexion), s = sin(flexion), zero(0.0);
    const T cz = with_abduction ? T(cos(abduction)) : T(1.0), sz = with_abduction ? T(sin(abduction)) : zero;
    m[0] = cz, m[1] = -(sz * c), m[2] = sz * s;
    m[3] = sz, m[4] = cz * c, m[5] = -(cz * s);
    m[6] = zero, m[7] = s, m[8] = c;
  }
};

}  // namespace wengert::bench
