// SPDX-License-Identifier: Apache-2.0
#include "wengert/train/digit_path.h"

#include <algorithm>
#include <cmath>

namespace wengert {
namespace {

double distance(const Knot& a, const Knot& b) { return std::hypot(b.x - a.x, b.y - a.y); }

// Unit-speed tangent at knot k: the chord of its neighbours over their distance along the polyline; at an end or a
// corner the chord of the piece itself, which runs from knot `from` to `from` + 1.
Knot tangent(std::span<const Knot> knots, size_t k, size_t from) {
  const bool one_sided = k == 0 || k + 1 == knots.size() || knots[k].corner;
  const Knot& before = knots[one_sided ? from : k - 1];
  const Knot& after = knots[one_sided ? from + 1 : k + 1];
  const double length = one_sided ? distance(before, after) : distance(before, knots[k]) + distance(knots[k], after);
  if (length == 0) return {};
  return {(after.x - before.x) / length, (after.y - before.y) / length};
}

// The signed depth of every pixel centre in the ink of one piece: radius minus distance; the deepest is kept.
void deepen(const PathPoint& a, const PathPoint& b, int side, std::span<float> depth) {
  const double reach = std::max(a.radius, b.radius) + 1;
  const auto clamped = [&](double v) { return static_cast<int>(std::clamp(v, 0.0, static_cast<double>(side))); };
  const int top = clamped(std::min(a.y, b.y) - reach), bottom = clamped(std::max(a.y, b.y) + reach + 1);
  const int left = clamped(std::min(a.x, b.x) - reach), right = clamped(std::max(a.x, b.x) + reach + 1);
  const auto ax = static_cast<float>(a.x), ay = static_cast<float>(a.y);
  const auto dx = static_cast<float>(b.x - a.x), dy = static_cast<float>(b.y - a.y);
  const auto radius = static_cast<float>(a.radius), growth = static_cast<float>(b.radius - a.radius);
  const float squared = dx * dx + dy * dy;
  const float inverse = squared > 0 ? 1 / squared : 0;
  for (int i = top; i < bottom; ++i) {
    const float py = static_cast<float>(i) + 0.5f - ay;
    float* row = depth.data() + i * side;
    for (int j = left; j < right; ++j) {
      const float px = static_cast<float>(j) + 0.5f - ax;
      const float along = std::min(std::max((px * dx + py * dy) * inverse, 0.0f), 1.0f);
      const float x = px - along * dx, y = py - along * dy;
      row[j] = std::max(row[j], radius + along * growth - std::sqrt(x * x + y * y));
    }
  }
}

}  // namespace

void append_curve(std::span<const Knot> knots, int pieces, Path& path) {
  path.push_back({knots[0].x, knots[0].y, 0, true});
  for (size_t k = 0; k + 1 < knots.size(); ++k) {
    const Knot &p = knots[k], &q = knots[k + 1];
    const double length = distance(p, q);
    const Knot m = tangent(knots, k, k), n = tangent(knots, k + 1, k);
    for (int piece = 1; piece <= pieces; ++piece) {
      const double t = static_cast<double>(piece) / pieces, s = 1 - t;
      const double at_p = s * s * (1 + 2 * t), at_q = t * t * (1 + 2 * s);
      const double by_m = t * s * s * length, by_n = -t * t * s * length;
      path.push_back({at_p * p.x + at_q * q.x + by_m * m.x + by_n * n.x,
                      at_p * p.y + at_q * q.y + by_m * m.y + by_n * n.y, 0, false});
    }
  }
}

PathBox bounds(const Path& path) {
  PathBox box{1e30, 1e30, -1e30, -1e30};
  for (const PathPoint& p : path) {
    box.left = std::min(box.left, p.x - p.radius);
    box.right = std::max(box.right, p.x + p.radius);
    box.top = std::min(box.top, p.y - p.radius);
    box.bottom = std::max(box.bottom, p.y + p.radius);
  }
  return box;
}

Knot centre_of_mass(const Path& path) {
  double mass = 1e-12, x = path[0].x * mass, y = path[0].y * mass;  // a dot has its own centre
  for (size_t i = 1; i < path.size(); ++i) {
    const PathPoint &a = path[i - 1], &b = path[i];
    if (b.starts) continue;
    const double weight = std::sqrt((b.x - a.x) * (b.x - a.x) + (b.y - a.y) * (b.y - a.y)) * (a.radius + b.radius);
    mass += weight;
    x += weight * (a.x + b.x) / 2;
    y += weight * (a.y + b.y) / 2;
  }
  return {x / mass, y / mass};
}

void rasterize(const Path& path, double ink, int side, std::span<uint8_t> image) {
  constexpr float edge_px = 1.2f;  // the width of the grey edge: a little softer than a pixel, like a scanned pen
  std::vector<float> depth(image.size(), -edge_px);
  for (size_t i = 1; i < path.size(); ++i)
    if (!path[i].starts) deepen(path[i - 1], path[i], side, depth);
  for (size_t i = 0; i < image.size(); ++i) {
    const float cover = std::clamp(depth[i] / edge_px + 0.5f, 0.0f, 1.0f);
    image[i] = static_cast<uint8_t>(cover * static_cast<float>(ink) + 0.5f);
  }
}

}  // namespace wengert
