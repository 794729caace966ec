// SPDX-License-Identifier: Apache-2.0
//
// The generator of digits: what an image depends on and what not, what every image has in common, and that the images
// can be told apart.
#include "wengert/train/digits.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <set>
#include <string>

#include "wengert/base/error.h"
#include "wengert/train/digit_path.h"

namespace wengert {
namespace {

const DigitOptions training = DigitOptions::training();
const DigitOptions held_out = DigitOptions::held_out();

std::string id_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.id();
  }
  return "nothing thrown";
}

TEST(Digits, are_the_same_for_any_number_of_threads) {
  const DigitSet one = generate_digits(700, 5, held_out, 1);
  const DigitSet three = generate_digits(700, 5, held_out, 3);
  EXPECT_EQ(one.pixels, three.pixels);
  EXPECT_EQ(one.labels, three.labels);
}

TEST(Digits, image_k_does_not_depend_on_the_size_of_the_set) {
  const DigitSet small = generate_digits(13, 5, training, 1), large = generate_digits(200, 5, training, 2);
  EXPECT_TRUE(std::equal(small.pixels.begin(), small.pixels.end(), large.pixels.begin()));
  EXPECT_TRUE(std::equal(small.labels.begin(), small.labels.end(), large.labels.begin()));
}

TEST(Digits, draw_digit_draws_what_the_set_holds) {
  const DigitSet set = generate_digits(20, 9, held_out, 1);
  std::vector<uint8_t> image(digit_pixels, 77);
  for (uint64_t k = 0; k < 20; ++k) {
    draw_digit(digit_label(9, k), 9, k, held_out, image);
    EXPECT_TRUE(std::ranges::equal(image, set.image(static_cast<int64_t>(k)))) << k;
  }
}

TEST(Digits, no_two_images_of_two_keys_are_equal) {
  std::set<std::vector<uint8_t>> images;
  for (uint64_t key : {1, 2}) {
    const DigitSet set = generate_digits(500, key, training, 1);
    for (int64_t k = 0; k < 500; ++k) images.emplace(set.image(k).begin(), set.image(k).end());
  }
  EXPECT_EQ(images.size(), 1000u);
}

TEST(Digits, labels_of_two_keys_are_arranged_differently) {
  EXPECT_NE(generate_digits(100, 1, training, 1).labels, generate_digits(100, 2, training, 1).labels);
}

TEST(Digits, every_ten_images_show_every_digit_once) {
  for (uint64_t run = 0; run < 50; ++run) {
    std::set<int> shown;
    for (uint64_t k = 0; k < 10; ++k) shown.insert(digit_label(3, 10 * run + k));
    EXPECT_EQ(shown.size(), 10u);
    EXPECT_EQ(*shown.begin(), 0);
    EXPECT_EQ(*shown.rbegin(), 9);
  }
}

TEST(Digits, classes_differ_in_size_by_at_most_one) {
  std::array<int, 10> sizes{};
  for (const uint8_t label : generate_digits(347, 4, training, 2).labels) ++sizes.at(label);
  const auto [least, most] = std::ranges::minmax(sizes);
  EXPECT_EQ(least, 34);
  EXPECT_EQ(most, 35);
}

TEST(Digits, an_empty_set_is_allowed) {
  const DigitSet set = generate_digits(0, 1, training, 4);
  EXPECT_EQ(set.count(), 0);
  EXPECT_TRUE(set.pixels.empty());
}

TEST(Digits, have_white_ink_on_black_paper_and_keep_off_the_border) {
  const DigitSet set = generate_digits(1000, 6, training, 1);
  for (int64_t k = 0; k < set.count(); ++k) {
    const auto image = set.image(k);
    EXPECT_GE(*std::ranges::max_element(image), 0.85 * 255 * 0.75) << k;  // 0.75: the middle of the thinnest pen
    const auto inked = std::ranges::count_if(image, [](uint8_t p) { return p > 127; });
    EXPECT_GT(inked, 15) << k;
    EXPECT_LT(inked, 300) << k;
    for (size_t i = 0; i < digit_side; ++i)
      EXPECT_EQ(image[i] + image[digit_pixels - 1 - i] + image[i * digit_side] + image[i * digit_side + 27], 0) << k;
  }
}

TEST(Digits, are_centred_by_mass_without_translation) {
  DigitOptions options = training;
  options.translation_px = 0;
  options.scale_high = 0.9;  // a larger digit with its mass aside is moved to stay on the paper
  const DigitSet set = generate_digits(300, 8, options, 1);
  for (int64_t k = 0; k < set.count(); ++k) {
    double mass = 0, x = 0, y = 0;
    for (size_t i = 0; i < digit_pixels; ++i) {
      const double grey = set.image(k)[i];
      mass += grey;
      x += grey * (static_cast<double>(i % digit_side) + 0.5);
      y += grey * (static_cast<double>(i / digit_side) + 0.5);
    }
    EXPECT_NEAR(x / mass, 14, 1) << k;
    EXPECT_NEAR(y / mass, 14, 1) << k;
  }
}

TEST(Digits, without_distortion_differ_only_by_style) {
  DigitOptions plain;
  plain.rotation_deg = plain.shear = plain.stretch = plain.proportion = plain.jitter = plain.elastic_px = 0;
  plain.translation_px = plain.pressure = 0;
  plain.scale_low = plain.scale_high = plain.ink_low = 1;
  plain.pen_low_px = plain.pen_high_px = 2.5;
  std::set<std::vector<uint8_t>> images;
  std::vector<uint8_t> image(digit_pixels);
  for (uint64_t k = 0; k < 200; ++k) {
    draw_digit(2, 1, k, plain, image);
    images.insert(image);
  }
  EXPECT_EQ(images.size(), digit_styles(2).size());
}

TEST(Digits, held_out_images_have_grain_that_training_images_lack) {
  const auto lit_corners = [](const DigitOptions& options) {
    const DigitSet set = generate_digits(100, 2, options, 1);
    int lit = 0;
    for (int64_t k = 0; k < set.count(); ++k) lit += set.image(k)[0] > 0;
    return lit;
  };
  EXPECT_EQ(lit_corners(training), 0);
  EXPECT_GT(lit_corners(held_out), 20);
}

// The class whose mean training image is nearest reads most held-out digits: labels belong to their images.
TEST(Digits, class_means_of_the_training_set_read_most_held_out_digits) {
  const DigitSet train = generate_digits(2000, 1, training, 2), test = generate_digits(500, 2, held_out, 2);
  std::array<std::array<double, digit_pixels>, 10> means{};
  for (int64_t k = 0; k < train.count(); ++k)
    for (size_t i = 0; i < digit_pixels; ++i)
      means.at(train.labels[static_cast<size_t>(k)])[i] += train.image(k)[i] / 200.0;
  int right = 0;
  for (int64_t k = 0; k < test.count(); ++k) {
    std::array<double, 10> distances{};
    for (size_t digit = 0; digit < 10; ++digit)
      for (size_t i = 0; i < digit_pixels; ++i) distances[digit] += std::pow(means[digit][i] - test.image(k)[i], 2);
    right += std::ranges::min_element(distances) - distances.begin() == test.labels[static_cast<size_t>(k)];
  }
  EXPECT_GT(right, 325) << "of 500";
}

TEST(Digits, styles_share_each_digit_out_and_stay_in_the_unit_square) {
  for (int digit = 0; digit < 10; ++digit) {
    double total = 0;
    EXPECT_GE(digit_styles(digit).size(), 3u);
    for (const DigitStyle& style : digit_styles(digit)) {
      total += style.share;
      for (const Stroke& stroke : style.strokes) {
        EXPECT_GE(stroke.size(), 3u) << digit;
        for (const Knot& knot : stroke) {
          EXPECT_TRUE(knot.x >= 0 && knot.x <= 1) << digit;
          EXPECT_TRUE(knot.y >= 0 && knot.y <= 1) << digit;
        }
      }
    }
    EXPECT_NEAR(total, 1, 1e-12) << digit;
  }
}

TEST(DigitPath, a_curve_passes_its_knots_and_is_straight_through_knots_in_line) {
  Path path;
  append_curve(std::vector<Knot>{{0, 0}, {1, 1}, {3, 3}, {3, 5}}, 4, path);
  ASSERT_EQ(path.size(), 13u);
  EXPECT_TRUE(path[0].starts);
  EXPECT_DOUBLE_EQ(path[4].x, 1);
  EXPECT_DOUBLE_EQ(path[8].y, 3);
  EXPECT_DOUBLE_EQ(path[12].y, 5);
  EXPECT_DOUBLE_EQ(path[2].x, path[2].y);
}

TEST(DigitPath, a_corner_does_not_bend_the_piece_before_it) {
  Path path;
  append_curve(std::vector<Knot>{{0, 0}, {1, 0, true}, {1, 1}}, 6, path);
  for (size_t i = 0; i <= 6; ++i) EXPECT_NEAR(path[i].y, 0, 1e-15);
  for (size_t i = 6; i <= 12; ++i) EXPECT_NEAR(path[i].x, 1, 1e-15);
}

TEST(DigitPath, a_line_is_as_wide_as_the_pen) {
  std::vector<uint8_t> image(digit_pixels);
  rasterize({{4, 14.3, 1.5, true}, {24, 14.3, 1.5, false}}, 200, digit_side, image);
  double column = 0;
  for (size_t i = 0; i < digit_side; ++i) column += image[i * digit_side + 14];
  EXPECT_NEAR(column, 3 * 200, 8);
}

TEST(DigitPath, lifting_the_pen_leaves_no_ink) {
  std::vector<uint8_t> image(digit_pixels);
  rasterize({{4, 5, 1, true}, {4, 9, 1, false}, {24, 5, 1, true}, {24, 9, 1, false}}, 255, digit_side, image);
  EXPECT_EQ(image[7 * digit_side + 14], 0);
  EXPECT_GT(image[7 * digit_side + 4], 200);
  EXPECT_GT(image[7 * digit_side + 24], 200);
}

TEST(DigitErrors, W830_names_a_digit_that_does_not_exist) {
  std::vector<uint8_t> image(digit_pixels);
  EXPECT_EQ(id_of([&] { draw_digit(10, 1, 0, training, image); }), "W830");
  EXPECT_EQ(id_of([&] { draw_digit(-1, 1, 0, training, image); }), "W830");
}

TEST(DigitErrors, W831_names_the_option_its_range_and_its_value) {
  DigitOptions options;
  options.pen_low_px = 5;
  try {
    validate(options);
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_EQ(error.id(), "W831");
    EXPECT_EQ(error.problem(), "digit option pen_high_px must be in [5, 10]; it is 3.6");
  }
  options = {};
  options.noise = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(id_of([&] { generate_digits(1, 1, options); }), "W831");
  EXPECT_NO_THROW(validate(held_out));
}

TEST(DigitErrors, W832_refuses_negative_counts) {
  EXPECT_EQ(id_of([] { generate_digits(-1, 1, training); }), "W832");
  EXPECT_EQ(id_of([] { generate_digits(1, 1, training, -2); }), "W832");
}

TEST(DigitErrors, W240_tells_the_room_an_image_needs) {
  std::vector<uint8_t> image(100);
  EXPECT_EQ(id_of([&] { draw_digit(1, 1, 0, training, image); }), "W240");
}

TEST(DigitErrors, W430_reports_a_set_beyond_memory) {
  EXPECT_EQ(id_of([] { generate_digits(INT64_MAX, 1, training); }), "W430");
}

}  // namespace
}  // namespace wengert
