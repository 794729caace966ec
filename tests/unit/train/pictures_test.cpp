// SPDX-License-Identifier: Apache-2.0
//
// Folders of PNG files as examples, and pictures made alike.
#include "wengert/train/pictures.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "folder.h"
#include "wengert/base/error.h"
#include "wengert/io/idx.h"
#include "wengert/io/png.h"
#include "wengert/train/read_data.h"

namespace wengert {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class PictureFolder : public testing::Test {
 protected:
  std::string operator/(const std::string& name) const { return folder_ / name; }
  std::string write(const std::string& name, const Array& picture) const {
    std::filesystem::create_directories(std::filesystem::path(*this / name).parent_path());
    write_png(*this / name, picture);
    return *this / name;
  }
  /// Three 2x3 pictures of each of two labels.
  std::string two_labels(const std::string& folder = "all") const {
    for (int k = 0; k < 3; ++k) {
      write(folder + "/dark/" + std::to_string(k) + ".png", Array::filled(f32({2, 3}), 0.1 * k));
      write(folder + "/bright/" + std::to_string(k) + ".PNG", Array::filled(f32({2, 3}), 1 - 0.1 * k));
    }
    return *this / folder;
  }
  std::string error_of(const std::vector<std::string>& paths, const DataOptions& options = {}) const {
    try {
      read_data(paths, options);
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  }

  const Folder folder_;
};

TEST_F(PictureFolder, is_examples_whose_labels_are_its_folders) {
  const TrainingData data = read_data(std::vector{two_labels()}, {.test = 0.34});
  EXPECT_THAT(data.encoding.classes, ElementsAre("bright", "dark"));
  EXPECT_EQ(data.encoding.example, (Shape{2, 3}));
  EXPECT_EQ(data.split.train.count(), 4);
  EXPECT_EQ(data.split.test.count(), 2);
  for (int64_t k = 0; k < 4; ++k) EXPECT_EQ(data.split.train.x[k * 6] < 0.5, data.split.train.y[k] == 1) << k;
  EXPECT_EQ(encoding_from_json(to_json(data.encoding), "it"), data.encoding);
}

TEST_F(PictureFolder, may_have_training_and_test_set_apart) {
  two_labels("train");
  write("test/dark/a.png", Array::filled(f32({2, 3}), 0.2));
  const TrainingData data = read_data(std::vector{folder_.path()});
  EXPECT_EQ(data.split.train.count(), 6);
  ASSERT_EQ(data.split.test.count(), 1);
  EXPECT_EQ(data.split.test.y[0], 1);
  write("test/green/a.png", Array::filled(f32({2, 3}), 0.2));
  EXPECT_THAT(error_of({folder_.path()}),
              HasSubstr("has pictures of \"green\"; what was trained on has the classes bright, dark"));
}

TEST_F(PictureFolder, is_predicted_picture_by_picture_or_as_a_folder) {
  const Encoding encoding = read_data(std::vector{two_labels()}).encoding;
  const std::string single[] = {write("b.png", Array::filled(f32({2, 3}), 0.4)),
                                write("a.png", Array::filled(f32({2, 3}), 0.6))};
  const Dataset rows = read_rows(single, encoding);
  EXPECT_FALSE(rows.has_targets());
  EXPECT_THAT(rows.example_names, ElementsAre(single[0], single[1]));
  EXPECT_EQ(rows.x[0], static_cast<float>(102 / 255.0));
  const Dataset labelled = read_rows(std::vector{*this / "all"}, encoding);
  EXPECT_TRUE(labelled.has_targets());
  EXPECT_EQ(labelled.count(), 6);
  EXPECT_EQ(read_rows(std::vector{*this / "all/dark"}, encoding).count(), 3);
}

TEST_F(PictureFolder, gives_the_numbers_of_an_idx_file_of_the_same_pictures) {
  const Bytes pixels{0, 51, 102, 255, 7, 128, 1, 2, 3, 4, 5, 6};
  write_idx(*this / "x.idx", Shape{2, 2, 3}, pixels);
  write_idx(*this / "y.idx", Shape{2}, Bytes{0, 1});
  const std::vector<std::string> pair{*this / "x.idx", *this / "y.idx"};
  const Encoding encoding = read_data(pair, {.test = 0}).encoding;
  const Dataset idx = read_rows(pair, encoding);
  const Array all = idx.x.reshaped({2, 2, 3});
  for (int k = 0; k < 2; ++k) {
    const int64_t numbers[] = {k};
    write(std::to_string(k) + "/p.png", Dataset{.x = all}.rows(numbers).x.reshaped({2, 3}));
  }
  std::filesystem::create_directories(*this / "pictures");
  for (const char* label : {"0", "1"}) std::filesystem::rename(*this / label, *this / "pictures/" + label);
  const Dataset png = read_rows(std::vector{*this / "pictures"}, encoding);
  EXPECT_EQ(png.x, idx.x);
  EXPECT_EQ(png.y, idx.y);
}

TEST_F(PictureFolder, is_made_alike_where_that_is_asked_for_and_later_pictures_too) {
  two_labels();
  write("all/dark/colour.png", Array::filled(f32({4, 6, 3}), 0.2));
  EXPECT_THAT(error_of({*this / "all"}), HasSubstr("colour.png is 4x6 RGB"));
  EXPECT_THAT(error_of({*this / "all"}), HasSubstr("make them alike with --grey"));
  const TrainingData data = read_data(std::vector{*this / "all"}, {.pictures = {true, 2, 2}});
  EXPECT_EQ(data.encoding.example, (Shape{2, 2}));
  EXPECT_EQ(encoding_from_json(to_json(data.encoding), "it"), data.encoding);
  const Dataset rows = read_rows(std::vector{*this / "all/dark/colour.png"}, data.encoding);
  EXPECT_NEAR(rows.x[3], 0.2, 1e-6);
}

TEST_F(PictureFolder, drops_nothing_silently) {
  two_labels();
  write_file_atomically(*this / "all/dark/notes.txt", Bytes{'x'});
  EXPECT_THAT(error_of({*this / "all"}), HasSubstr("notes.txt is no picture"));
  std::filesystem::remove(*this / "all/dark/notes.txt");
  write_file_atomically(*this / "all/dark/bad.png", Bytes{'x'});
  EXPECT_THAT(error_of({*this / "all"}), HasSubstr("bad.png is no PNG file"));
  std::filesystem::remove(*this / "all/dark/bad.png");
  std::filesystem::create_directory(*this / "all/empty");
  EXPECT_THAT(error_of({*this / "all"}), HasSubstr("empty has no pictures"));
  std::filesystem::remove(*this / "all/empty");
  write("all/loose.png", Array::filled(f32({2, 3}), 0.2));
  EXPECT_THAT(error_of({*this / "all"}), HasSubstr("loose.png lies beside folders of labels"));
}

TEST(Pictures, become_grey_by_luma_on_white_paper) {
  const Array colours({1, 2, 4}, {1, 0, 0, 1, 0, 0, 0, 0});
  const Array grey = grey_picture(colours);
  EXPECT_NEAR(grey[0], 0.299, 1e-12);
  EXPECT_EQ(grey[1], 1);
  EXPECT_EQ(grey_picture(Array({1, 1, 1}, {0.25}))[0], 0.25);
}

TEST(Pictures, keep_their_mean_when_they_shrink_by_a_whole_factor_and_constants_always) {
  const Array ramp({1, 4, 1}, {0, 1, 2, 3});
  const Array half = resized_picture(ramp, 1, 2);
  EXPECT_NEAR(half[0] + half[1], 3, 1e-12);
  EXPECT_LT(half[0], half[1]);
  const Array flat = resized_picture(Array::filled(f64({5, 7, 3}), 0.3), 11, 3);
  EXPECT_EQ(flat.shape(), (Shape{11, 3, 3}));
  for (int64_t k = 0; k < flat.elements(); ++k) EXPECT_NEAR(flat[k], 0.3, 1e-12);
  const Array doubled = resized_picture(ramp, 1, 8);
  EXPECT_EQ(doubled[0], 0);
  EXPECT_NEAR(doubled[3], 1.25, 1e-12);
  EXPECT_EQ(doubled[7], 3);
  EXPECT_EQ(resized_picture(ramp, 1, 4), ramp);
}

TEST(Pictures, have_sizes_that_are_written_height_x_width) {
  EXPECT_EQ(parse_picture_size("28x32"), (PictureOptions{false, 28, 32}));
  for (const char* text : {"28", "x28", "28x", "0x4", "4x-1", "4x4x3", "70000x2", ""})
    EXPECT_THROW(parse_picture_size(text), UsageError) << text;
}

}  // namespace
}  // namespace wengert
