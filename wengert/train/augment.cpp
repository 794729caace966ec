// SPDX-License-Identifier: Apache-2.0
#include "wengert/train/augment.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <numbers>
#include <sstream>

#include "wengert/base/choice.h"
#include "wengert/base/error.h"
#include "wengert/base/random.h"

namespace wengert {
namespace {

constexpr uint64_t randomness = 0x61756720;  // a stream apart from those of starting values and shuffles

[[noreturn]] void bad_text(std::string_view text, const std::string& problem) {
  throw UsageError("W839", fmt::format("the augmentation \"{}\" {}", text, problem), {},
                   "write some of \"shift PIXELS rotate DEGREES scale FACTOR noise DEVIATION flip\"");
}

struct Strength {
  std::string_view name;
  double Augmentation::*member;
  Interval range;
};
constexpr Strength strengths[] = {{"shift", &Augmentation::shift, {0, 1e6, true}},
                                  {"rotate", &Augmentation::rotate, {0, 180, true}},
                                  {"scale", &Augmentation::scale, {0, 1, true, true}},
                                  {"noise", &Augmentation::noise, {0, 1e6, true}}};

/// x and y of the picture before, where a pixel of the new one is taken from.
struct Transform {
  double xx, xy, yx, yy, x0, y0;

  Transform(const Augmentation& a, Random& random) {
    const auto within = [&](double most) { return most > 0 ? random.uniform(-most, most) : 0.0; };
    const double angle = within(a.rotate) * std::numbers::pi / 180, factor = 1 + within(a.scale);
    const double dx = within(a.shift), dy = within(a.shift), side = a.flip && random.uniform() < 0.5 ? -1 : 1;
    const double c = std::cos(angle) / factor, s = std::sin(angle) / factor;
    const double mx = static_cast<double>(a.shape[1] - 1) / 2, my = static_cast<double>(a.shape[0] - 1) / 2;
    xx = side * c, xy = side * s, yx = -s, yy = c;  // the inverse: what lands at a place is looked for
    x0 = mx - xx * (mx + dx) - xy * (my + dy), y0 = my - yx * (mx + dx) - yy * (my + dy);
  }
};

/// A place between two of an axis, inside it.
struct Between {
  int64_t low, high;
  double share;  ///< of the high one

  Between(double at, int64_t extent) {
    at = std::clamp(at, 0.0, static_cast<double>(extent - 1));
    low = static_cast<int64_t>(at);
    high = std::min(low + 1, extent - 1);
    share = at - static_cast<double>(low);
  }
};

template <class T>
void move(const Augmentation& a, const Transform& t, std::span<T> numbers, std::vector<double>& before) {
  before.assign(numbers.begin(), numbers.end());
  const int64_t height = a.shape[0], width = a.shape[1], channels = a.shape.rank() == 3 ? a.shape[2] : 1;
  T* to = numbers.data();
  for (int64_t y = 0; y < height; ++y)
    for (int64_t x = 0; x < width; ++x) {
      const auto fx = static_cast<double>(x), fy = static_cast<double>(y);
      const Between across(t.xx * fx + t.xy * fy + t.x0, width), down(t.yx * fx + t.yy * fy + t.y0, height);
      const double* const upper = before.data() + down.low * width * channels;
      const double* const lower = before.data() + down.high * width * channels;
      for (int64_t c = 0; c < channels; ++c) {
        const int64_t left = across.low * channels + c, right = across.high * channels + c;
        const double above = upper[left] + across.share * (upper[right] - upper[left]);
        const double below = lower[left] + across.share * (lower[right] - lower[left]);
        *to++ = static_cast<T>(above + down.share * (below - above));
      }
    }
}

constexpr size_t levels = 4096;

/// As many quantiles of the normal distribution, brought to deviation 1. Noise is drawn from them: a logarithm and a
/// sine a number would cost more than the training step.
std::vector<double> normal_quantiles() {
  std::vector<double> quantiles(levels);
  double x = 0, squares = 0;
  for (size_t k = levels / 2; k < levels; ++k) {
    const double share = (static_cast<double>(k) + 0.5) / levels;
    for (int step = 0; step < 8;
         ++step)  // Newton's; from below, where the distribution is concave, it does not overshoot
      x += (share - std::erfc(-x / std::numbers::sqrt2) / 2) * std::sqrt(2 * std::numbers::pi) * std::exp(x * x / 2);
    quantiles[k] = x, quantiles[levels - 1 - k] = -x;
    squares += 2 * x * x;
  }
  for (double& q : quantiles) q /= std::sqrt(squares / levels);
  return quantiles;
}

template <class T> void add_noise(double deviation, Random random, std::span<T> numbers) {
  static const std::vector<double> quantiles = normal_quantiles();
  constexpr size_t in_a_block = 5;  // times 12 bits
  for (size_t k = 0; k < numbers.size(); k += in_a_block) {
    uint64_t bits = random.bits();
    for (size_t j = k; j < std::min(k + in_a_block, numbers.size()); ++j, bits >>= 12)
      numbers[j] += static_cast<T>(deviation * quantiles[bits % levels]);
  }
}

template <class T>
void augmented(const Augmentation& a, uint64_t key, int64_t epoch, int64_t example, std::span<T> numbers,
               std::vector<double>& scratch) {
  const Random own =
      Random(key).split(randomness).split(static_cast<uint64_t>(epoch)).split(static_cast<uint64_t>(example));
  Random places = own.split(0);
  if (a.moves()) move(a, Transform(a, places), numbers, scratch);
  if (a.noise > 0) add_noise(a.noise, own.split(1), numbers);
}

template <class T>
void augment_rows(const Augmentation& a, uint64_t key, int64_t epoch, std::span<const int64_t> numbers,
                  std::span<T> rows) {
  const size_t width = rows.size() / numbers.size();
  std::vector<double> scratch;
  for (size_t k = 0; k < numbers.size(); ++k)
    augmented(a, key, epoch, numbers[k], rows.subspan(k * width, width), scratch);
}

}  // namespace

Augmentation parse_augmentation(std::string_view text) {
  Augmentation a;
  std::istringstream words{std::string(text)};
  for (std::string word; words >> word;) {
    if (word == "flip") {
      if (a.flip) bad_text(text, "says flip twice");
      a.flip = true;
      continue;
    }
    const auto* const strength = std::ranges::find(strengths, word, &Strength::name);
    if (strength == std::end(strengths))
      bad_text(text, fmt::format("has the word \"{}\", which it does not know", word));
    double value = 0;
    if (!(words >> value)) bad_text(text, fmt::format("has no number behind {}", word));
    if (!strength->range.contains(value))
      bad_text(text, fmt::format("has the number {} behind {}, outside {}", value, word, to_string(strength->range)));
    if (a.*strength->member != 0) bad_text(text, fmt::format("says {} twice", word));
    a.*strength->member = value;
  }
  if (!a.changes()) bad_text(text, "changes nothing");
  return a;
}

std::string to_string(const Augmentation& a) {
  std::string text;
  for (const Strength& strength : strengths)
    if (a.*strength.member > 0)
      text += fmt::format("{}{} {}", text.empty() ? "" : " ", strength.name, shortest(a.*strength.member));
  if (a.flip) text += text.empty() ? "flip" : " flip";
  return text.empty() ? "none" : text;
}

void check_augmentation(const Augmentation& a, int64_t features) {
  const int rank = a.shape.rank();
  if (!a.moves() || ((rank == 2 || rank == 3) && a.shape.elements() == features)) return;
  throw UsageError("W839",
                   fmt::format("the augmentation \"{}\" is for pictures; an example is {} of {} numbers", to_string(a),
                               to_string(a.shape), features),
                   {}, "leave it out, take noise alone, or give images");
}

void augment(const Augmentation& a, uint64_t key, int64_t epoch, std::span<const int64_t> numbers, Array& x) {
  if (numbers.empty() || !a.changes()) return;
  if (x.dtype() == DType::f64)
    augment_rows(a, key, epoch, numbers, x.mutable_values<double>());
  else
    augment_rows(a, key, epoch, numbers, x.mutable_values<float>());
}

}  // namespace wengert
