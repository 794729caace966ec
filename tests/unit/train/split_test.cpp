// SPDX-License-Identifier: Apache-2.0
#include "wengert/train/split.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "wengert/base/error.h"

namespace wengert {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<int64_t> numbers(int64_t n) {
  std::vector<int64_t> rows(static_cast<size_t>(n));
  std::iota(rows.begin(), rows.end(), 0);
  return rows;
}

RowSplit split(int64_t n, const DataOptions& options, const std::vector<int64_t>& labels = {}) {
  return split_rows(numbers(n), labels, n, options);
}

std::string error_of(int64_t n, const DataOptions& options, const std::vector<int64_t>& labels = {}) {
  try {
    split(n, options, labels);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

std::vector<int64_t> all_of(const RowSplit& s) {
  std::vector<int64_t> all = s.train;
  all.insert(all.end(), s.test.begin(), s.test.end());
  all.insert(all.end(), s.validation.begin(), s.validation.end());
  std::sort(all.begin(), all.end());
  return all;
}

TEST(Split, puts_every_row_into_one_part) {
  for (int64_t n : {3, 10, 101}) {
    const RowSplit s = split(n, {.test = 0.2, .validation = 0.3});
    EXPECT_EQ(all_of(s), numbers(n));
    EXPECT_EQ(static_cast<int64_t>(s.test.size()), std::max<int64_t>(1, std::llround(0.2 * static_cast<double>(n))));
    EXPECT_TRUE(std::is_sorted(s.train.begin(), s.train.end()) && std::is_sorted(s.test.begin(), s.test.end()));
  }
}

TEST(Split, depends_on_the_key_alone) {
  EXPECT_EQ(split(100, {.key = 7}).test, split(100, {.key = 7}).test);
  EXPECT_NE(split(100, {.key = 7}).test, split(100, {.key = 8}).test);
}

TEST(Split, holds_out_nothing_unless_asked) {
  const RowSplit s = split(10, {.test = 0});
  EXPECT_EQ(s.train, numbers(10));
  EXPECT_TRUE(s.test.empty() && s.validation.empty());
}

TEST(Split, gives_each_part_its_share_of_every_class) {
  std::vector<int64_t> labels;
  for (int64_t k = 0; k < 1000; ++k) labels.push_back(k % 10 == 0 ? 2 : k % 2);  // 100, 400 and 500 rows, mixed
  const RowSplit s = split(1000, {.test = 0.2, .validation = 0.1}, labels);
  const auto count = [&](const std::vector<int64_t>& rows, int64_t c) {
    return std::count_if(rows.begin(), rows.end(), [&](int64_t row) { return labels[static_cast<size_t>(row)] == c; });
  };
  for (auto [c, size] : {std::pair{0, 400}, {1, 500}, {2, 100}}) {
    EXPECT_NEAR(static_cast<double>(count(s.test, c)), 0.2 * size, 1) << c;
    EXPECT_NEAR(static_cast<double>(count(s.validation, c)), 0.1 * size, 1) << c;
  }
  EXPECT_EQ(s.test.size(), 200u);
}

TEST(Split, keeps_a_row_of_every_class_for_training) {
  std::vector<int64_t> labels(20, 0);
  labels[5] = 1, labels[9] = 2;
  for (uint64_t key = 1; key <= 20; ++key) {
    const RowSplit s = split(20, {.test = 0.8, .key = key}, labels);
    EXPECT_THAT(s.train, testing::IsSupersetOf({5, 9})) << key;
    EXPECT_EQ(s.train.size(), 4u);
  }
}

TEST(Split, takes_the_test_rows_that_are_named) {
  const RowSplit s = split(6, {.validation = 0.2, .test_rows = {4, 1}});
  EXPECT_THAT(s.test, ElementsAre(1, 4));
  EXPECT_EQ(s.validation.size(), 1u);
  EXPECT_EQ(all_of(s), numbers(6));
  EXPECT_THAT(error_of(6, {.test_rows = {6}}), HasSubstr("W823 usage: the test row 6 was named; the rows are 0 to 5"));
  EXPECT_THAT(error_of(6, {.test_rows = {-1}}), HasSubstr("W823"));
}

TEST(Split, passes_over_test_rows_that_cannot_be_used) {
  const std::vector<int64_t> usable{0, 2, 3};
  const RowSplit s = split_rows(usable, {}, 4, {.test_rows = {1, 3}});
  EXPECT_THAT(s.test, ElementsAre(3));
  EXPECT_THAT(s.train, ElementsAre(0, 2));
}

TEST(Split, refuses_shares_that_leave_too_little) {
  for (double share : {-0.1, 1.0, 2.0, std::nan("")}) {
    EXPECT_THAT(error_of(10, {.test = share}), HasSubstr("W827")) << share;
    EXPECT_THAT(error_of(10, {.validation = share}), HasSubstr("W827")) << share;
  }
  EXPECT_THAT(
      error_of(1, {}),
      HasSubstr(
          "W827 usage: of 1 rows 1 are for testing and 0 for validation; 1 of the others is needed for training"));
  EXPECT_THAT(error_of(10, {.test = 0.5, .validation = 0.6}), HasSubstr("W827"));
  EXPECT_THAT(error_of(3, {}, {0, 1, 2}), HasSubstr("3 of the others are needed for training"));
  EXPECT_THAT(error_of(2, {.test_rows = {0, 1}}), HasSubstr("W827"));
}

}  // namespace
}  // namespace wengert
