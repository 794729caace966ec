// SPDX-License-Identifier: Apache-2.0
//
// Handwritten-style digits without a download: stroke models (digit_strokes.h) under random distortion, drawn as 28x28
// grey images with light ink on black, fitted to a box of 20 pixels and centred by centre of mass, as MNIST's are
// (LeCun, Bottou, Bengio, Haffner 1998, section III.A). The elastic distortion is a smoothed random displacement field
// (Simard, Steinkraus, Platt 2003, section 2); it moves the pen's way rather than the pixels, so the pen keeps its
// width, and its smoothing is a cubic B-spline over a coarse grid of uniform displacements instead of a Gaussian over
// all pixels.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace wengert {

inline constexpr int digit_side = 28;                         ///< pixels
inline constexpr int digit_pixels = digit_side * digit_side;  ///< bytes of an image

/// Strengths of the distortions, the same random numbers deciding their directions whatever the strengths; "up to"
/// means uniform in [-limit, limit]. The defaults are those of the training set.
struct DigitOptions {
  double rotation_deg = 13;                    ///< up to
  double shear = 0.3;                          ///< up to; sideways shift over height
  double stretch = 0.22;                       ///< up to; logarithm of width over height
  double taper = 0;                            ///< up to; how much larger one side is than its opposite, in both axes
  double proportion = 0.05;                    ///< up to; shift of the waist and of the middle, as part of the height
  double jitter = 0.022;                       ///< rms displacement of each knot, as part of the height
  double elastic_px = 1;                       ///< rms displacement by the elastic field
  double elastic_sigma_px = 4;                 ///< its smoothness, in [2, 14]; Simard et al. found 4 best
  double tremor_px = 0;                        ///< amplitude of a wobble along the stroke
  double scale_low = 0.84, scale_high = 1.08;  ///< size relative to MNIST's box of 20 pixels
  double translation_px = 0.8;                 ///< up to; from the centre of mass
  double pen_low_px = 1.6, pen_high_px = 3.6;  ///< diameter of the pen
  double pressure = 0.20;                      ///< up to; relative change of the pen's diameter along the strokes
  double ink_low = 0.85;                       ///< the faintest ink, 1 being white
  double gap_probability = 0;                  ///< of a scratch across the stroke
  double gap_px = 0;                           ///< half its width
  double noise = 0;                            ///< amplitude of the grain added to every pixel, 1 being white

  /// What a network is trained on: the defaults.
  static DigitOptions training() { return {}; }
  /// What it is tested on: rotation, shear, stretch and pens beyond those of training(), and taper, tremor, scratches
  /// and grain, which training() lacks. A person still reads every digit. Use another key than for training: under
  /// the same key, image k is the same handwriting in both.
  static DigitOptions held_out();
};

/// Throws UsageError W831 if a strength is negative, not finite or out of its range, or a low is above its high.
void validate(const DigitOptions& options);

/// Images and what they show.
struct DigitSet {
  std::vector<uint8_t> pixels;  ///< [n, 28, 28], row-major
  std::vector<uint8_t> labels;  ///< [n]

  int64_t count() const { return static_cast<int64_t>(labels.size()); }
  std::span<const uint8_t> image(int64_t k) const {
    return std::span(pixels).subspan(static_cast<size_t>(k) * digit_pixels, digit_pixels);
  }
};

/// The digit that image `index` of set `key` shows: each run of ten indices is a random arrangement of 0..9.
int digit_label(uint64_t key, uint64_t index);

/// Draws `digit` as image `index` of set `key`: a pure function of its arguments.
///
/// image   : u8[28, 28]; 0 is paper, 255 full ink
/// cost    : some 40 microseconds
/// throws  : UsageError W830 if `digit` is not in 0..9; W831 (options); ShapeError W240 if `image` has not 784 pixels
/// example : std::vector<uint8_t> image(digit_pixels);
///           draw_digit(7, 1, 0, DigitOptions::training(), image);
void draw_digit(int digit, uint64_t key, uint64_t index, const DigitOptions& options, std::span<uint8_t> image);

/// Images 0 .. count - 1 of set `key`; the classes' sizes differ by at most one. The same for any number of threads.
///
/// threads : 0 for one a core
/// throws  : UsageError W832 if `count` or `threads` is negative; W831 (options); ResourceError W430 without memory
DigitSet generate_digits(int64_t count, uint64_t key, const DigitOptions& options, int threads = 0);

}  // namespace wengert
