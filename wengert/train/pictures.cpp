// SPDX-License-Identifier: Apache-2.0
#include "wengert/train/pictures.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fmt/format.h>

#include "wengert/base/error.h"

namespace wengert {
namespace {

constexpr int64_t largest = 1 << 15;

/// What one place of a resized axis is made of: weights of `weights.size()` places from `first` on.
struct Window {
  int64_t first = 0;
  std::vector<double> weights = {};
};

/// Triangles around the centres of the new places, as wide as two places of whichever are wider.
std::vector<Window> windows(int64_t from, int64_t to) {
  const double scale = static_cast<double>(from) / static_cast<double>(to), reach = std::max(1.0, scale);
  std::vector<Window> all;
  for (int64_t k = 0; k < to; ++k) {
    const double centre = (static_cast<double>(k) + 0.5) * scale - 0.5;
    const auto first = std::clamp<int64_t>(static_cast<int64_t>(std::ceil(centre - reach)), 0, from - 1);
    const auto last = std::clamp<int64_t>(static_cast<int64_t>(std::floor(centre + reach)), 0, from - 1);
    Window window{first};
    double sum = 0;
    for (int64_t j = first; j <= last; ++j)
      sum += window.weights.emplace_back(std::max(0.0, 1 - std::abs(static_cast<double>(j) - centre) / reach));
    if (sum == 0) window.weights.assign(1, sum = 1);  // a centre before the first place, or behind the last
    for (double& w : window.weights) w /= sum;
    all.push_back(std::move(window));
  }
  return all;
}

/// Along the middle axis of [outer, from, inner].
std::vector<double> along(const std::vector<double>& values, int64_t outer, int64_t from, int64_t to, int64_t inner) {
  std::vector<double> result(static_cast<size_t>(outer * to * inner));
  const auto all = windows(from, to);
  for (int64_t o = 0; o < outer; ++o)
    for (int64_t k = 0; k < to; ++k)
      for (size_t j = 0; j < all[static_cast<size_t>(k)].weights.size(); ++j) {
        const Window& window = all[static_cast<size_t>(k)];
        const double* const source =
            &values[static_cast<size_t>((o * from + window.first + static_cast<int64_t>(j)) * inner)];
        double* const target = &result[static_cast<size_t>((o * to + k) * inner)];
        for (int64_t i = 0; i < inner; ++i) target[i] += window.weights[j] * source[i];
      }
  return result;
}

std::vector<double> numbers_of(const Array& array) {
  const Array wide = array.as(DType::f64);
  const auto values = wide.values<double>();
  return {values.begin(), values.end()};
}

int64_t extent(std::string_view digits, std::string_view text) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || end != digits.data() + digits.size() || value < 1 || value > largest)
    throw UsageError(
        "W838", fmt::format("the size \"{}\" of pictures is no HEIGHTxWIDTH with extents from 1 to {}", text, largest),
        {}, "write it like 28x28");
  return value;
}

}  // namespace

PictureOptions parse_picture_size(std::string_view text) {
  const size_t x = text.find('x');
  PictureOptions options;
  options.height = extent(text.substr(0, x), text);
  options.width = extent(x == std::string_view::npos ? "" : text.substr(x + 1), text);
  return options;
}

Array grey_picture(const Array& picture) {
  const int64_t channels = picture.shape()[2], pixels = picture.elements() / channels;
  if (channels == 1) return picture;
  const auto values = numbers_of(picture);
  std::vector<double> grey;
  for (int64_t k = 0; k < pixels; ++k) {
    const double* const p = &values[static_cast<size_t>(k * channels)];
    const double luma = channels < 3 ? p[0] : 0.299 * p[0] + 0.587 * p[1] + 0.114 * p[2];
    const double alpha = channels % 2 == 0 ? p[channels - 1] : 1;
    grey.push_back(alpha * luma + (1 - alpha));
  }
  return Array({picture.shape()[0], picture.shape()[1], 1}, grey).as(picture.dtype());
}

Array resized_picture(const Array& picture, int64_t height, int64_t width) {
  const int64_t h = picture.shape()[0], w = picture.shape()[1], channels = picture.shape()[2];
  if (h == height && w == width) return picture;
  const auto rows = along(numbers_of(picture), 1, h, height, w * channels);
  return Array({height, width, channels}, along(rows, height, w, width, channels)).as(picture.dtype());
}

Array changed_picture(Array picture, const PictureOptions& options) {
  if (options.grey) picture = grey_picture(picture);
  return options.height > 0 ? resized_picture(picture, options.height, options.width) : picture;
}

}  // namespace wengert
