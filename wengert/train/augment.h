// SPDX-License-Identifier: Apache-2.0
//
// Pictures of a training set, changed a little each time they are shown: moved, turned, made larger or smaller,
// mirrored, with noise. What is done to an example depends on (key, epoch, number of the example) alone, so it is the
// same in any order, on any number of threads, and after a stop.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "wengert/base/array.h"

namespace wengert {

struct Augmentation {
  double shift = 0;   ///< pixels, up to so many in either direction, along each axis
  double rotate = 0;  ///< degrees, up to so many in either direction
  double scale = 0;   ///< factor from 1 - scale to 1 + scale; below 1
  double noise = 0;   ///< deviation of normal noise (in 4096 steps) on each number, in the units of the examples
  bool flip = false;  ///< mirrored left to right, each second picture on average
  Shape shape = {};   ///< of an example: [height, width] or [height, width, channels]

  bool moves() const { return shift > 0 || rotate > 0 || scale > 0 || flip; }
  bool changes() const { return moves() || noise > 0; }
  friend bool operator==(const Augmentation&, const Augmentation&) = default;
};

/// "shift 2 rotate 15 scale 0.1 noise 0.05 flip", in any order; each once, at least one.
/// throws : UsageError W839 for another word, a number that is missing or out of range, or something said twice
Augmentation parse_augmentation(std::string_view text);
/// Canonical; "none" if nothing is changed.
std::string to_string(const Augmentation& augmentation);

/// throws : UsageError W839 if examples of that shape, or of that many numbers, are no pictures
void check_augmentation(const Augmentation& augmentation, int64_t features);

/// Each row of x, the example of that number, in its version of this epoch (1, 2, ...). Where a picture is moved away,
/// its edge goes on. Between pixels it is bilinear, about the centre of the picture.
///
/// x    : float[n, features], changed in place
/// cost : about 8 ns a number for moving, as much for noise
void augment(const Augmentation& augmentation, uint64_t key, int64_t epoch, std::span<const int64_t> numbers, Array& x);

}  // namespace wengert
