// SPDX-License-Identifier: Apache-2.0
//
// docs/emit.md: its project is written, built and run, and what its commands write is what the page shows.
#include <gtest/gtest.h>

#include <cstdlib>

#include "page.h"

namespace wengert {
namespace {

TEST(EmitPage, has_a_project_that_builds_and_prints_what_it_shows) {
  if (std::system("cc --version > /dev/null 2>&1 && make --version > /dev/null 2>&1") != 0)
    GTEST_SKIP() << "no cc or no make";
  expect_page_is_true("docs/emit.md", 11);
}

}  // namespace
}  // namespace wengert
