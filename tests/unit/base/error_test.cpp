// SPDX-License-Identifier: Apache-2.0
//
// Errors: the form of a message, the kinds as classes, and places.
#include "wengert/base/error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wengert {
namespace {

Site line_of_call(Site site = Site::here()) { return site; }

TEST(Error, says_id_kind_and_problem_then_where_then_the_fix) {
  const ShapeError error("W201", "extents differ (784 vs 785)", "mlp.cpp:41, %17 = matmul %12 %3", "append a column");
  EXPECT_STREQ(error.what(),
               "W201 shape: extents differ (784 vs 785)\n"
               "  at mlp.cpp:41, %17 = matmul %12 %3\n"
               "  fix: append a column");
  EXPECT_EQ(error.id(), "W201");
  EXPECT_EQ(error.problem(), "extents differ (784 vs 785)");
  EXPECT_EQ(error.where(), "mlp.cpp:41, %17 = matmul %12 %3");
  EXPECT_EQ(error.fix(), "append a column");
}

TEST(Error, leaves_out_lines_it_has_nothing_for) {
  EXPECT_STREQ(UsageError("W103", "a value of another program").what(), "W103 usage: a value of another program");
  EXPECT_STREQ(DomainError("W305", "0 under the root", "", "add a constant").what(),
               "W305 domain: 0 under the root\n  fix: add a constant");
}

TEST(Error, kinds_have_names) {
  EXPECT_EQ(to_string(ErrorKind::usage), "usage");
  EXPECT_EQ(to_string(ErrorKind::shape), "shape");
  EXPECT_EQ(to_string(ErrorKind::domain), "domain");
  EXPECT_EQ(to_string(ErrorKind::resource), "resource");
  EXPECT_EQ(to_string(ErrorKind::internal), "internal");
}

template <class E> class ErrorClasses : public testing::Test {};
using EveryKind = testing::Types<UsageError, ShapeError, DomainError, ResourceError, InternalError>;
TYPED_TEST_SUITE(ErrorClasses, EveryKind);

TYPED_TEST(ErrorClasses, rethrow_at_keeps_the_class_and_adds_the_place) {
  const TypeParam error("W900", "a problem", "", "a fix");
  try {
    error.rethrow_at("net.cpp:7");
  } catch (const TypeParam& placed) {
    EXPECT_EQ(placed.kind(), error.kind());
    EXPECT_EQ(placed.where(), "net.cpp:7");
    EXPECT_EQ(placed.fix(), "a fix");
    EXPECT_THAT(placed.what(), testing::HasSubstr("\n  at net.cpp:7\n"));
    return;
  }
  FAIL() << "another class was thrown";
}

TYPED_TEST(ErrorClasses, rethrow_at_keeps_the_first_place) {
  try {
    TypeParam("W900", "a problem", "inner.cpp:1").rethrow_at("outer.cpp:2");
  } catch (const Error& placed) {
    EXPECT_EQ(placed.where(), "inner.cpp:1");
  }
}

TEST(Site, is_the_line_of_the_caller) {
  const int line = __LINE__ + 1;
  const Site site = line_of_call();
  EXPECT_EQ(site.line, line);
  EXPECT_EQ(to_string(site), "error_test.cpp:" + std::to_string(line));
}

TEST(Site, prints_without_folders_and_nothing_if_unknown) {
  EXPECT_EQ(to_string(Site{"/a/b/net.cpp", 3}), "net.cpp:3");
  EXPECT_EQ(to_string(Site{"net.cpp", 3}), "net.cpp:3");
  EXPECT_EQ(to_string(Site{}), "");
  EXPECT_FALSE(Site{});
}

}  // namespace
}  // namespace wengert
