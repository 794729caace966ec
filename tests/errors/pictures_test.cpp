// SPDX-License-Identifier: Apache-2.0
//
// W838, W839, W842-W845: pictures that are read, written, made alike and changed.
#include <filesystem>

#include "documented.h"
#include "folder.h"
#include "wengert/io/png.h"
#include "wengert/train/augment.h"
#include "wengert/train/picture_files.h"
#include "wengert/train/read_data.h"

namespace wengert {
namespace {

void write(const std::string& path, Shape shape) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  write_png(path, Array(Type{DType::f32, shape}));
}

TEST(PictureErrors, W838_a_size_of_pictures_that_is_none) {
  documented("W838", [] { parse_picture_size("28"); });
  const InFolder here;
  write_file_atomically("points.csv", Bytes{'a', ',', 'b', '\n', '1', ',', '2', '\n'});
  const auto error = error_of([] { read_data(std::vector<std::string>{"points.csv"}, {.pictures = {.grey = true}}); });
  EXPECT_EQ(error.id(), "W838");
  EXPECT_EQ(error.problem(), "pictures are to be made alike, and points.csv is no PNG file and no folder of them");
}

TEST(PictureErrors, W839_an_augmentation_that_makes_no_sense) {
  documented("W839", [] { parse_augmentation("shift 2 turn 15"); });
  const auto refusal = [](const char* text) { return error_of([&] { parse_augmentation(text); }).problem(); };
  EXPECT_EQ(refusal(""), "the augmentation \"\" changes nothing");
  EXPECT_EQ(refusal("shift"), "the augmentation \"shift\" has no number behind shift");
  EXPECT_EQ(refusal("scale 1"), "the augmentation \"scale 1\" has the number 1 behind scale, outside (0, 1)");
  EXPECT_EQ(refusal("flip flip"), "the augmentation \"flip flip\" says flip twice");
  EXPECT_EQ(refusal("noise 1 noise 2"), "the augmentation \"noise 1 noise 2\" says noise twice");
  Augmentation moved = parse_augmentation("shift 2");
  moved.shape = {5};
  EXPECT_EQ(error_of([&] { check_augmentation(moved, 5); }).problem(),
            "the augmentation \"shift 2\" is for pictures; an example is [5] of 5 numbers");
}

TEST(PictureErrors, W842_a_file_that_is_no_picture) {
  documented("W842", [] { parse_png(Bytes{'G', 'I', 'F', '8', '9', 'a'}, "cat.png"); });
}

TEST(PictureErrors, W843_an_array_that_is_no_picture) {
  documented("W843", [] { png_bytes(Array(f32({3, 28, 28}))); });
  EXPECT_EQ(error_of([] { png_bytes(Array(i64({28, 28}))); }).id(), "W843");
  EXPECT_EQ(error_of([] { png_bytes(Array(f32({0, 28}))); }).id(), "W843");
}

TEST(PictureErrors, W844_numbers_that_are_no_brightness) {
  documented("W844", [] { png_bytes(Array({2, 2}, {0, 0.5, 1.5, 1})); });
  EXPECT_EQ(error_of([] { png_bytes(Array({1, 1}, {0.0 / 0.0})); }).id(), "W844");
}

TEST(PictureErrors, W845_folders_of_pictures_that_are_not_alike) {
  const InFolder here;
  write("pets/cat/1.png", {32, 32, 3});
  write("pets/dog/2.png", {32, 24, 3});
  documented("W845", [] { read_data(std::vector<std::string>{"pets"}); });
}

}  // namespace
}  // namespace wengert
