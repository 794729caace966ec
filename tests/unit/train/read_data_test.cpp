// SPDX-License-Identifier: Apache-2.0
//
// From paths to examples. Real data sets are read where there are some, in $WENGERT_DATA.
#include "wengert/train/read_data.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <numeric>

#include "folder.h"
#include "wengert/base/error.h"
#include "wengert/io/compress.h"
#include "wengert/io/idx.h"
#include "wengert/io/npy.h"
#include "wengert/train/digit_files.h"

namespace wengert {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Paths = std::vector<std::string>;

std::string error_of(const Paths& paths, const DataOptions& options = {}) {
  try {
    read_data(paths, options);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

std::string real_file(const std::string& name) {
  const char* data = std::getenv("WENGERT_DATA");
  return std::string(data ? data : "") + "/" + name;
}

/// Mean and population deviation of feature j.
std::pair<double, double> moments(const Array& x, int64_t j) {
  const int64_t n = x.shape()[0], width = x.shape()[1];
  double mean = 0, squares = 0;
  for (int64_t k = 0; k < n; ++k) mean += x[k * width + j] / static_cast<double>(n);
  for (int64_t k = 0; k < n; ++k)
    squares += (x[k * width + j] - mean) * (x[k * width + j] - mean) / static_cast<double>(n);
  return {mean, std::sqrt(squares)};
}

std::string points(int n) {
  std::string text = "x,y,class\n";
  for (int k = 0; k < n; ++k)
    text += std::to_string(k * 7 % 10) + "," + std::to_string(k * k % 11) + (k % 2 ? ",odd\n" : ",even\n");
  return text;
}

TEST(ReadData, splits_a_table) {
  const Folder folder;
  const TrainingData data = read_data(Paths{folder.write("points.csv", points(100))}, {.validation = 0.1});
  EXPECT_EQ(data.split.train.count(), 70);
  EXPECT_EQ(data.split.test.count(), 20);
  EXPECT_EQ(data.split.validation.count(), 10);
  EXPECT_EQ(data.split.train.x.dtype(), DType::f32);
  EXPECT_THAT(data.split.test.class_names, ElementsAre("even", "odd"));
  const auto [mean, deviation] = moments(data.split.train.x, 1);
  EXPECT_NEAR(mean, 0, 1e-6);
  EXPECT_NEAR(deviation, 1, 1e-6);
}

TEST(ReadData, takes_a_table_for_testing) {
  const Folder folder;
  const std::string train = folder.write("a.data", points(20));
  const TrainingData data = read_data(Paths{train}, {.test_paths = {folder.write("b.data", "class,y,x\nodd,1,2\n")}});
  EXPECT_EQ(data.split.train.count(), 20);
  EXPECT_THAT(data.split.test.y.values<int64_t>(), ElementsAre(1));
  EXPECT_THAT(error_of({train}, {.test_paths = {folder.write("c.data", "x,y\n1,2\n")}}),
              HasSubstr("W823 usage: the test set " + folder / "c.data" + " lacks the target \"class\""));
  EXPECT_THAT(error_of({train}, {.test_paths = {folder / "b.data"}, .test_rows = {1}}),
              HasSubstr("W827 usage: test rows were named"));
}

TEST(ReadData, reads_compressed_tables_of_any_name) {
  const Folder folder;
  write_file_atomically(folder / "points.gz", deflate_gzip(bytes_of(points(30))));
  EXPECT_EQ(read_data(Paths{folder / "points.gz"}).split.train.count(), 24);
}

TEST(ReadData, reads_rows_to_predict_like_those_that_were_trained_on) {
  const Folder folder;
  const std::string path = folder.write("points.csv", points(50));
  const TrainingData data = read_data(Paths{path}, {.test_rows = {49}});
  const Dataset all = read_rows(Paths{path}, encoding_from_json(to_json(data.encoding), "model"));
  EXPECT_EQ(all.rows(std::vector<int64_t>{49}).x, data.split.test.x);
  EXPECT_EQ(all.count(), 50);
  const Dataset unlabelled = read_rows(Paths{folder.write("new.csv", "x,y,class\n1,2,\n3,4,?\n")}, data.encoding);
  EXPECT_EQ(unlabelled.count(), 2);
  EXPECT_FALSE(unlabelled.has_targets());
}

/// The images of an IDX file as rows of pixels in [0, 1].
Array pixels(const std::string& path) {
  const Array images = read_idx(path).array(DType::f32, 1.0 / 255);
  return images.reshaped({images.shape()[0], images.elements() / images.shape()[0]});
}

TEST(ReadData, reads_generated_digits_as_pixels_between_0_and_1) {
  const Folder folder;
  write_digit_files(folder.path(), {.train = 30, .test = 10});
  const TrainingData data = read_data(Paths{folder.path()}, {.validation = 0.2});
  EXPECT_EQ(data.encoding.example, (Shape{28, 28}));
  EXPECT_EQ(data.split.train.count(), 24);
  EXPECT_EQ(data.split.validation.count(), 6);
  EXPECT_EQ(data.split.train.classes, 10);
  EXPECT_EQ(data.split.test.x, pixels(folder / "t10k-images-idx3-ubyte"));
  EXPECT_EQ(read_rows(Paths{folder.path()}, data.encoding).x, data.split.test.x);
  const Paths pair{folder / "train-images-idx3-ubyte", folder / "train-labels-idx1-ubyte"};
  EXPECT_EQ(read_data(pair, {.test = 0}).split.train.x, pixels(pair[0]));
  EXPECT_EQ(read_rows(Paths{pair[0]}, data.encoding).count(), 30);
}

TEST(ReadData, reads_arrays_of_an_archive) {
  const Folder folder;
  const int64_t labels[] = {0, 2, 0, 2};
  const Array x({4, 1, 2}, {1, 5, 2, 5, 3, 5, 4, 5}), y = Array::of<int64_t>({4}, labels);
  write_npz(folder / "a.npz", {{"x", x}, {"y", y}, {"x_test", x}, {"y_test", y}});
  const TrainingData data = read_data(Paths{folder / "a.npz"}, {.dtype = DType::f64});
  EXPECT_EQ(data.split.train.classes, 3);
  EXPECT_EQ(data.split.test.x, data.split.train.x);
  EXPECT_EQ(data.split.train.x[1], 0);
  EXPECT_THAT(data.notes, ElementsAre("1 of the 2 features are constant in the training rows",
                                      "without a training row: the class \"1\""));
  write_npz(folder / "b.npz", {{"x", x}});
  EXPECT_EQ(read_rows(Paths{folder / "b.npz"}, data.encoding, DType::f64).x, data.split.train.x);
  EXPECT_THAT(error_of({folder / "b.npz"}), HasSubstr("W827 usage: " + folder / "b.npz" + " holds x, but no y"));
}

TEST(ReadData, reads_values_from_a_pair_of_arrays) {
  const Folder folder;
  write_npy(folder / "x.npy", Array(std::vector<double>{1, 2, 3, 4}));
  write_npy(folder / "y.npy", Array({4, 2}, {0, 1, 2, 3, 4, 5, 6, 7}));
  const TrainingData data = read_data(Paths{folder / "x.npy", folder / "y.npy"}, {.dtype = DType::f64, .test = 0});
  EXPECT_EQ(data.split.train.targets(), 2);
  EXPECT_THAT(data.split.train.target_names, ElementsAre("y1", "y2"));
  EXPECT_NEAR(data.encoding.decoded_targets(data.split.train.y)[3], 3, 1e-15);
  EXPECT_THROW(data.encoding.decoded_targets(Array({3}, {1, 2, 3})), ShapeError);
  EXPECT_EQ(encoding_from_json(to_json(data.encoding), "model"), data.encoding);
}

TEST(ReadData, keeps_numbers_far_from_0_apart_in_f32) {
  const Folder folder;
  std::vector<double> seconds;  // since 1970: neighbouring floats are 128 apart
  for (int k = 0; k < 20; ++k) seconds.push_back(1.6e9 + k);
  write_npy(folder / "x.npy", Array(seconds));
  write_npy(folder / "y.npy", Array(seconds));
  const TrainingData data = read_data(Paths{folder / "x.npy", folder / "y.npy"}, {.test = 0});
  const double step = data.split.train.x[1] - data.split.train.x[0];
  EXPECT_NEAR(step, 1 / data.encoding.deviations[0], 1e-6);
  EXPECT_EQ(data.split.train.y[19] - data.split.train.y[18], data.split.train.x[19] - data.split.train.x[18]);
}

TEST(ReadData, tests_on_the_test_set_of_an_archive_that_is_named_for_testing) {
  const Folder folder;
  const int64_t labels[] = {0, 1, 0, 1};
  const Array x({4, 1}, {0, 1, 2, 3}), other({4, 1}, {5, 6, 7, 8}), y = Array::of<int64_t>({4}, labels);
  write_npz(folder / "train.npz", {{"x", x}, {"y", y}});
  write_npz(folder / "both.npz", {{"x", x}, {"y", y}, {"x_test", other}, {"y_test", y}});
  const DataOptions options{.standardize = false, .dtype = DType::f64, .test_paths = {folder / "both.npz"}};
  EXPECT_EQ(read_data(Paths{folder / "train.npz"}, options).split.test.x, other);
}

TEST(ReadData, holds_out_shares_of_all_of_a_text_as_of_a_table) {
  const Folder folder;
  const Paths text{folder.write("t.txt", std::string(400, 'a') + std::string(400, 'b'))};
  const Split split = read_data(text, {.sequence = 8, .test = 0.2, .validation = 0.25}).split;
  EXPECT_EQ(split.test.count(), 159 / 8);
  EXPECT_EQ(split.validation.count(), 199 / 8);
  EXPECT_EQ(split.train.count(), 439 / 8);
  EXPECT_THAT(error_of(text, {.sequence = 8, .test = 0.9, .validation = 0.9}), HasSubstr("W827 usage: the training part of"));
}

TEST(ReadData, refuses_shares_of_a_text_that_are_none) {
  const Folder folder;
  const Paths text{folder.write("t.txt", std::string(400, 'a') + std::string(400, 'b'))};
  for (const double share : {-0.1, 1.0, 1.5})
    EXPECT_THAT(error_of(text, {.sequence = 8, .test = share}), HasSubstr("W827 usage: a share of")) << share;
}

TEST(ReadData, refuses_arrays_that_do_not_fit_or_are_not_finite) {
  const Folder folder;
  const auto refused = [&](const Array& x, const Array& y, const DataOptions& options = {}) {
    write_npz(folder / "a.npz", {{"x", x}, {"y", y}});
    return error_of({folder / "a.npz"}, options);
  };
  const Array x({3, 2}, {1, 2, 3, 4, 5, 6}), y({3}, {0, 1, 2});
  EXPECT_THAT(refused(x, Array({2}, {0, 1})),
              HasSubstr("W821 usage: x of " + folder / "a.npz" + " is [3,2] and y is [2]: y needs [3] or [3,k]"));
  for (bool standardize : {false, true})
    EXPECT_THAT(refused(Array({3, 2}, {1, 2, 3, 4, NAN, 6}), y, {.standardize = standardize, .test = 0}),
                HasSubstr("W825 usage: x[2], element 0 of " + folder / "a.npz" + " is nan"));
  EXPECT_THAT(refused(x, Array({3}, {0, INFINITY, 2}), {.standardize = false}), HasSubstr("W825 usage: y[1] of"));
  EXPECT_THAT(refused(Array({3, 1}, {1e300, 2, 3}), y, {.standardize = false}), HasSubstr("is inf"));
  EXPECT_THAT(refused(x, Array({3}, {0, -1, 2}).as(DType::i64)), HasSubstr("W821 usage: label 1 in"));
  EXPECT_THAT(refused(x, Array({3}, {0, 0.5, 2}), {.task = Task::classes}), HasSubstr("W821 usage: label 1 in"));
  EXPECT_THAT(refused(x, Array({3}, {0, 0, 0}).as(DType::i64)), HasSubstr("W827 usage: all labels"));
  EXPECT_THAT(refused(Array(f64({0, 2})), Array(f64({0}))),
              HasSubstr("W827 usage: " + folder / "a.npz" + " holds no examples: x is f64[0,2]"));
}

TEST(ReadData, refuses_rows_of_another_kind_or_shape) {
  const Folder folder;
  const Encoding table = read_data(Paths{folder.write("points.csv", points(20))}).encoding;
  write_digit_files(folder / "digits", {.train = 20, .test = 10});
  const auto refused = [](const Paths& paths, const Encoding& encoding) {
    try {
      read_rows(paths, encoding);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("no error");
  };
  EXPECT_THAT(refused({folder / "digits"}, table),
              HasSubstr("W829 usage: " + folder / "digits" + " is not of the kind that was trained on: a table"));
  const Encoding images = read_data(Paths{folder / "digits"}).encoding;
  EXPECT_THAT(refused({folder / "points.csv"}, images), HasSubstr("kind that was trained on: images"));
  write_idx(folder / "small.idx", Array(f64({3, 2, 2})));
  EXPECT_THAT(refused({folder / "small.idx"}, images), HasSubstr("is [2,2]; those that were trained on are [28,28]"));
}

TEST(ReadData, says_what_it_accepts) {
  const Folder folder;
  EXPECT_THAT(error_of({folder / "nothing"}),
              HasSubstr("W828 usage: there is nothing at " + folder / "nothing" +
                        "\n  fix: check the name"));
  EXPECT_THAT(error_of({}), HasSubstr("W828 usage: no data were named\n  fix: give a folder with MNIST's four IDX files, a pair of"));
  EXPECT_THAT(error_of({folder.write("a.xlsx", "PK")}), HasSubstr("is of a kind that is not read"));
  EXPECT_THAT(error_of({folder.write("a.csv", "1"), folder.write("b.csv", "2")}), HasSubstr("are no pair that is known"));
  EXPECT_THAT(error_of({folder.path()}), HasSubstr("W820"));
  EXPECT_THAT(error_of({folder.write("image", std::string_view("\0\0\10\3", 4))}), HasSubstr("W593"));
  EXPECT_THAT(error_of({folder / "a.csv"}, {.dtype = DType::i64}),
              HasSubstr("W828 usage: examples were asked for as i64"));
}

TEST(ReadData, reads_the_real_iris) {
  const std::string path = real_file("iris/iris.data");
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "no file " << path;
  const TrainingData data = read_data(Paths{path});
  EXPECT_THAT(data.split.test.class_names, ElementsAre("Iris-setosa", "Iris-versicolor", "Iris-virginica"));
  EXPECT_EQ(data.split.train.count(), 120);
  std::vector<int> each(3);
  for (int64_t label : data.split.test.y.values<int64_t>()) ++each[static_cast<size_t>(label)];
  EXPECT_THAT(each, testing::Each(testing::AllOf(testing::Ge(9), testing::Le(11))));
  EXPECT_TRUE(data.notes.empty());
}

TEST(ReadData, reads_the_real_optdigits_with_their_test_file) {
  const std::string train = real_file("digits/optdigits.tra"), test = real_file("digits/optdigits.tes");
  if (!std::filesystem::exists(train)) GTEST_SKIP() << "no file " << train;
  const TrainingData data = read_data(Paths{train}, {.test_paths = {test}});
  EXPECT_EQ(data.split.train.x.type(), f32({3823, 64}));
  EXPECT_EQ(data.split.test.x.type(), f32({1797, 64}));
  EXPECT_EQ(data.split.train.classes, 10);
  EXPECT_EQ(data.split.train.y.values<int64_t>()[2], 7);
  EXPECT_THAT(data.notes, ElementsAre(HasSubstr("\"column65\" holds 10 different integers"),
                                      HasSubstr("constant in the training rows")));
}

TEST(ReadData, reads_real_regressions_with_their_published_splits) {
  const std::string folder = real_file("uci_regression/");
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "no folder " << folder;
  for (const auto& [name, rows, features] :
       {std::tuple{"yacht", 308, 6}, {"wine-quality-red", 1599, 11}, {"boston-housing", 506, 13}, {"energy", 768, 8}}) {
    DataOptions options{.dtype = DType::f64};
    const Bytes text = read_file(folder + name + "/test_rows.csv");
    const std::string first(text_of(text).substr(0, text_of(text).find('\n')));
    CsvReader reader(first, "test_rows");
    ASSERT_TRUE(reader.next());
    for (std::string_view field : reader.fields()) options.test_rows.push_back(std::stoll(std::string(field)));
    const TrainingData data = read_data(Paths{folder + name + "/data.csv"}, options);
    EXPECT_FALSE(data.split.train.is_classification()) << name;
    EXPECT_EQ(data.split.train.count() + data.split.test.count(), rows) << name;
    EXPECT_EQ(data.split.test.count(), static_cast<int64_t>(options.test_rows.size())) << name;
    EXPECT_EQ(data.split.train.features(), features) << name;
    const auto [mean, deviation] = moments(data.split.train.y, 0);
    EXPECT_NEAR(mean, 0, 1e-12);
    EXPECT_NEAR(deviation, 1, 1e-12);
  }
}

TEST(ReadData, reads_the_real_mnist) {
  const std::string folder = real_file("mnist");
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "no folder " << folder;
  const TrainingData data = read_data(Paths{folder});
  EXPECT_EQ(data.split.train.x.shape(), (Shape{60000, 784}));
  EXPECT_EQ(data.split.test.x, pixels(folder + "/t10k-images-idx3-ubyte.gz"));
  EXPECT_EQ(data.split.train.classes, 10);
}

}  // namespace
}  // namespace wengert
