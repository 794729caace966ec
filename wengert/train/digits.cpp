// SPDX-License-Identifier: Apache-2.0
#include "wengert/train/digits.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <new>
#include <numbers>
#include <thread>

#include "wengert/base/error.h"
#include "wengert/base/random.h"
#include "wengert/train/digit_path.h"

namespace wengert {
namespace {

constexpr double pi = std::numbers::pi;
constexpr double box_px = 20;                             // MNIST's box
constexpr double margin_px = 1.2;                         // ink and its soft edge stay off the outermost pixels
constexpr uint64_t label_stream = 0x6c6162656cULL << 16;  // labels and images draw from different streams

double up_to(Random& random, double limit) { return random.uniform(-limit, limit); }

// The strokes of a random style as one path of unit height, knots displaced and proportions changed.
Path written(int digit, const DigitOptions& o, Random& random) {
  const auto styles = digit_styles(digit);
  double left = random.uniform();
  size_t style = 0;
  while (style + 1 < styles.size() && (left -= styles[style].share) >= 0) ++style;
  const double waist = up_to(random, o.proportion), middle = up_to(random, o.proportion);
  Path path;
  for (Stroke stroke : styles[style].strokes) {
    Knot drift;  // neighbours stray together (correlation 0.6), or round strokes would become polygons
    for (Knot& knot : stroke) {
      drift = {0.6 * drift.x + 0.8 * o.jitter * random.normal(), 0.6 * drift.y + 0.8 * o.jitter * random.normal()};
      knot.x += middle * std::sin(pi * knot.x) + drift.x;
      knot.y += waist * std::sin(pi * knot.y) + drift.y;
    }
    append_curve(stroke, 6, path);
  }
  return path;
}

// Rotation, shear, stretch and taper about the centre; from unit height to pixels about (0, 0).
void distort(Path& path, const DigitOptions& o, Random& random) {
  const double angle = up_to(random, o.rotation_deg) * pi / 180, shear = up_to(random, o.shear);
  const double stretch = std::exp(up_to(random, o.stretch) / 2);
  const double taper_x = up_to(random, o.taper), taper_y = up_to(random, o.taper);
  const double c = std::cos(angle), s = std::sin(angle);
  for (PathPoint& p : path) {
    double x = (p.x - 0.5) * stretch, y = (p.y - 0.5) / stretch;
    const double wide = 1 + taper_x * y, high = 1 + taper_y * x;
    x = x * wide - shear * y;
    y *= high;
    p.x = box_px * (c * x - s * y);
    p.y = box_px * (s * x + c * y);
  }
}

// Cubic B-spline weights of the four grid points around a place at `t` in [0, 1) of its cell.
std::array<double, 4> spline_weights(double t) {
  const double s = 1 - t;
  return {s * s * s / 6, (4 - 6 * t * t + 3 * t * t * t) / 6, (4 - 6 * s * s + 3 * s * s * s) / 6, t * t * t / 6};
}

// A smooth random displacement over [-16, 16]^2 pixels. A cubic B-spline of spacing h has variance h^2 / 3, hence the
// spacing sigma sqrt 3; it averages its grid so that an rms of 1 there is about 0.48 between the points.
class ElasticField {
 public:
  ElasticField(double rms_px, double sigma_px, Random& random) : spacing_(sigma_px * std::sqrt(3.0)) {
    side_ = static_cast<int>(2 * reach_ / spacing_) + 4;
    const double scale = std::sqrt(3.0) * rms_px / 0.48;  // a uniform number in [-1, 1] has an rms of 1 / sqrt 3
    const auto displacement = [&](uint64_t bits) { return scale * (static_cast<double>(bits & 0xffff) * 0x1p-15 - 1); };
    for (size_t i = 0; i < static_cast<size_t>(side_ * side_); i += 2) {  // 16 bits a coordinate, two points a draw
      const uint64_t bits = random.bits();
      grid_[i] = {displacement(bits), displacement(bits >> 16)};
      grid_[i + 1] = {displacement(bits >> 32), displacement(bits >> 48)};
    }
  }

  void move(PathPoint& p) const {
    const double u = (std::clamp(p.x, -reach_, reach_) + reach_) / spacing_;
    const double v = (std::clamp(p.y, -reach_, reach_) + reach_) / spacing_;
    const int column = static_cast<int>(u), row = static_cast<int>(v);
    const auto across = spline_weights(u - column), down = spline_weights(v - row);
    for (int i = 0; i < 4; ++i)
      for (int j = 0; j < 4; ++j) {
        const auto& d = grid_[static_cast<size_t>((row + i) * side_ + column + j)];
        const double weight = down[static_cast<size_t>(i)] * across[static_cast<size_t>(j)];
        p.x += weight * d[0];
        p.y += weight * d[1];
      }
  }

 private:
  static constexpr double reach_ = 16;
  double spacing_;
  int side_;
  std::array<double, 2> grid_[13 * 13 + 1];  // enough for a sigma of 2 pixels
};

// Pen widths along the path, and the wobble of an unsteady hand: sines of random phase along the way.
void press(Path& path, const DigitOptions& o, Random& random) {
  const double pen = random.uniform(o.pen_low_px, o.pen_high_px), pressure = up_to(random, o.pressure);
  const double period = random.uniform(8, 30), phase = random.uniform(0, 2 * pi);
  const double tremor = o.tremor_px * random.uniform(), wobble = random.uniform(4, 8);
  const double shift = random.uniform(0, 2 * pi);
  double way = 0;
  PathPoint before = path[0];
  for (PathPoint& p : path) {
    way += std::sqrt((p.x - before.x) * (p.x - before.x) + (p.y - before.y) * (p.y - before.y));
    before = p;
    p.radius = std::max(0.3, pen / 2 * (1 + pressure * std::sin(2 * pi * way / period + phase)));
    p.x += tremor * std::sin(2 * pi * way / wobble + shift);
    p.y += tremor * std::cos(2 * pi * way / (1.3 * wobble) + shift);
  }
}

// How far to move [low, high] so that it lies within the image; centred if it cannot.
double kept_inside(double low, double high) {
  const double least = margin_px - low, most = digit_side - margin_px - high;
  return least > most ? (least + most) / 2 : std::clamp(0.0, least, most);
}

// Scales the longer side to MNIST's box and moves the centre of mass to the middle of the image.
void fit(Path& path, const DigitOptions& o, Random& random) {
  const double scale = random.uniform(o.scale_low, o.scale_high);
  const double shift_x = up_to(random, o.translation_px), shift_y = up_to(random, o.translation_px);
  PathBox box = bounds(path);
  const double pen = 2 * path[0].radius;  // its width stays, only the way is scaled
  const double length = std::max({box.right - box.left - pen, box.bottom - box.top - pen, 1.0});
  const double factor = std::max(box_px * scale - pen, 4.0) / length;
  for (PathPoint& p : path) p.x *= factor, p.y *= factor;
  const Knot centre = centre_of_mass(path);
  double x = digit_side / 2.0 - centre.x + shift_x, y = digit_side / 2.0 - centre.y + shift_y;
  box = bounds(path);
  x += kept_inside(box.left + x, box.right + x);
  y += kept_inside(box.top + y, box.bottom + y);
  for (PathPoint& p : path) p.x += x, p.y += y;
}

// A scratch: no ink within gap_px of a short straight line across a point of the path.
void scratch(const Path& path, const DigitOptions& o, Random& random, std::span<uint8_t> image) {
  const bool happens = random.uniform() < o.gap_probability;
  const PathPoint& at = path[random.below(path.size())];
  const double angle = random.uniform(0, pi), c = std::cos(angle), s = std::sin(angle);
  if (!happens) return;
  for (int i = 0; i < digit_side; ++i)
    for (int j = 0; j < digit_side; ++j) {
      const double x = j + 0.5 - at.x, y = i + 0.5 - at.y;
      const double beyond = std::max(std::abs(c * x + s * y) - 4, 0.0);  // the line is 8 pixels long
      const double outside = std::hypot(c * y - s * x, beyond) - o.gap_px;
      uint8_t& pixel = image[static_cast<size_t>(i * digit_side + j)];
      pixel = static_cast<uint8_t>(pixel * std::clamp(outside + 0.5, 0.0, 1.0));
    }
}

// Adds to each pixel a uniform number of that amplitude, from one byte each.
void add_grain(const DigitOptions& o, Random& random, std::span<uint8_t> image) {
  if (o.noise == 0) return;
  const int scale = static_cast<int>(512 * o.noise);
  for (size_t i = 0; i < image.size(); i += 8) {
    uint64_t bits = random.bits();
    for (size_t j = i; j < i + 8; ++j, bits >>= 8) {
      const int grain = (static_cast<int>(bits & 0xff) - 127) * scale / 256;
      image[j] = static_cast<uint8_t>(std::clamp(image[j] + grain, 0, 255));
    }
  }
}

// draw_digit without its checks.
void draw(int digit, uint64_t key, uint64_t index, const DigitOptions& o, std::span<uint8_t> image) {
  Random random = Random(key).split(index);
  Path path = written(digit, o, random);
  distort(path, o, random);
  const ElasticField field(o.elastic_px, o.elastic_sigma_px, random);
  for (PathPoint& p : path) field.move(p);
  press(path, o, random);
  fit(path, o, random);
  rasterize(path, 255 * random.uniform(o.ink_low, 1), digit_side, image);
  scratch(path, o, random, image);
  add_grain(o, random, image);
}

struct Range {
  const char* name;
  double value, low, high;
};

DigitSet reserved(int64_t count) {
  DigitSet set;
  try {
    if (static_cast<size_t>(count) > set.pixels.max_size() / digit_pixels) throw std::bad_alloc();
    set.pixels.resize(static_cast<size_t>(count) * digit_pixels);
    set.labels.resize(static_cast<size_t>(count));
  } catch (const std::bad_alloc&) {
    throw ResourceError("W430", fmt::format("no memory for {} digits of {} bytes each", count, digit_pixels + 1), {},
                        "generate fewer at a time: image k of a key is the same in a set of any size");
  }
  return set;
}

}  // namespace

DigitOptions DigitOptions::held_out() {
  DigitOptions o;
  o.rotation_deg = 15;
  o.shear = 0.32;
  o.stretch = 0.25;
  o.taper = 0.08;
  o.tremor_px = 0.3;
  o.scale_low = 0.82;
  o.scale_high = 1.1;
  o.pen_low_px = 1.4;
  o.pen_high_px = 3.8;
  o.pressure = 0.3;
  o.ink_low = 0.7;
  o.gap_probability = 0.2;
  o.gap_px = 0.5;
  o.noise = 0.05;
  return o;
}

void validate(const DigitOptions& o) {
  const auto ranges = std::to_array<Range>({{"rotation_deg", o.rotation_deg, 0, 180},
                                            {"shear", o.shear, 0, 2},
                                            {"stretch", o.stretch, 0, 2},
                                            {"taper", o.taper, 0, 1},
                                            {"proportion", o.proportion, 0, 0.3},
                                            {"jitter", o.jitter, 0, 0.5},
                                            {"elastic_px", o.elastic_px, 0, 10},
                                            {"elastic_sigma_px", o.elastic_sigma_px, 2, 14},
                                            {"tremor_px", o.tremor_px, 0, 5},
                                            {"scale_low", o.scale_low, 0.3, 1.35},
                                            {"scale_high", o.scale_high, o.scale_low, 1.35},
                                            {"translation_px", o.translation_px, 0, digit_side},
                                            {"pen_low_px", o.pen_low_px, 0.5, 10},
                                            {"pen_high_px", o.pen_high_px, o.pen_low_px, 10},
                                            {"pressure", o.pressure, 0, 1},
                                            {"ink_low", o.ink_low, 0, 1},
                                            {"gap_probability", o.gap_probability, 0, 1},
                                            {"gap_px", o.gap_px, 0, digit_side},
                                            {"noise", o.noise, 0, 1}});
  for (const Range& r : ranges)
    if (!(r.value >= r.low && r.value <= r.high))
      throw UsageError("W831",
                       fmt::format("digit option {} must be in [{}, {}]; it is {}", r.name, r.low, r.high, r.value), {},
                       fmt::format("take {}, or start from DigitOptions::training() or held_out()",
                                   r.value > r.high ? r.high : r.low));
}

int digit_label(uint64_t key, uint64_t index) {
  Random random = Random(key).split(label_stream).split(index / 10);
  std::array<uint8_t, 10> order{0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
  for (uint64_t i = 9; i > 0; --i) std::swap(order[i], order[random.below(i + 1)]);  // Fisher and Yates
  return order[index % 10];
}

void draw_digit(int digit, uint64_t key, uint64_t index, const DigitOptions& options, std::span<uint8_t> image) {
  if (digit < 0 || digit > 9)
    throw UsageError("W830", fmt::format("a digit is 0 to 9; {} was asked for", digit), {},
                     "ask for one of these, or take digit_label(key, index)");
  if (image.size() != digit_pixels)
    throw ShapeError("W240",
                     fmt::format("the image of a digit has {0} x {0} = {1} pixels; room was given for {2}", digit_side,
                                 digit_pixels, image.size()),
                     {}, fmt::format("make the span {} bytes long (digit_pixels)", digit_pixels));
  validate(options);
  draw(digit, key, index, options, image);
}

DigitSet generate_digits(int64_t count, uint64_t key, const DigitOptions& options, int threads) {
  if (count < 0 || threads < 0)
    throw UsageError("W832",
                     fmt::format("counts cannot be negative; {} digits by {} threads were asked for", count, threads),
                     {}, "ask for 0 digits or more; 0 threads mean one a core");
  validate(options);
  DigitSet set = reserved(count);
  const int64_t cores = threads > 0 ? threads : std::max(1u, std::thread::hardware_concurrency());
  const int64_t workers = std::clamp<int64_t>(count / 64, 1, cores);
  const auto draw_range = [&](int64_t worker) {
    for (int64_t k = count * worker / workers; k < count * (worker + 1) / workers; ++k) {
      const auto index = static_cast<size_t>(k);
      set.labels[index] = static_cast<uint8_t>(digit_label(key, index));
      draw(set.labels[index], key, index, options, std::span(set.pixels).subspan(index * digit_pixels, digit_pixels));
    }
  };
  std::vector<std::jthread> running;  // joined at the end, or when a thread cannot be started
  for (int64_t worker = 1; worker < workers; ++worker) running.emplace_back(draw_range, worker);
  draw_range(0);
  running.clear();
  return set;
}

}  // namespace wengert
