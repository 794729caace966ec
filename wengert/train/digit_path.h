// SPDX-License-Identifier: Apache-2.0
//
// The pen's way over the paper: curves through knots as polylines, and their grey picture. The curve is the cubic
// Hermite spline whose tangent at a knot is the chord between its neighbours (Catmull and Rom 1974, by chord length),
// so that unevenly spaced knots give no loops. The picture is anti-aliased by the signed distance to the inked region.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "wengert/train/digit_strokes.h"

namespace wengert {

/// A point of the pen's way; `radius` of the pen in the unit of x and y; `starts`: the pen was lifted before it.
struct PathPoint {
  double x = 0, y = 0, radius = 0;
  bool starts = false;
};

using Path = std::vector<PathPoint>;

/// Appends the curve through `knots` (at least two) to `path`, with `pieces` straight pieces between two knots.
void append_curve(std::span<const Knot> knots, int pieces, Path& path);

/// The box around the inked region.
struct PathBox {
  double left, top, right, bottom;
};
PathBox bounds(const Path& path);

/// The centre of mass of the ink: pieces weighted by length and pen; overlaps count twice.
Knot centre_of_mass(const Path& path);

/// Grey levels of `path`, in pixels, pixel (i, j) being the square [j, j+1] x [i, i+1]; `ink` is the darkest level.
///
/// image : side * side, row-major, 0 where there is no ink
/// cost  : pixels within the pen's reach, summed over the pieces
void rasterize(const Path& path, double ink, int side, std::span<uint8_t> image);

}  // namespace wengert
