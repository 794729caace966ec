// SPDX-License-Identifier: Apache-2.0
#include "wengert/io/base64.h"

#include <gtest/gtest.h>

namespace wengert {
namespace {

TEST(Base64, is_that_of_its_specification) {
  const auto of = [](std::string_view text) { return base64(bytes_of(text)); };
  EXPECT_EQ(of(""), "");
  EXPECT_EQ(of("f"), "Zg==");
  EXPECT_EQ(of("fo"), "Zm8=");
  EXPECT_EQ(of("foo"), "Zm9v");
  EXPECT_EQ(of("foobar"), "Zm9vYmFy");
}

}  // namespace
}  // namespace wengert
