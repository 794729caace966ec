// SPDX-License-Identifier: Apache-2.0
//
// docs/tutorial.md: its quick commands print what it shows.
#include <gtest/gtest.h>

#include <cstdlib>

#include "page.h"

namespace wengert {
namespace {

TEST(TutorialPage, has_commands_that_print_what_it_shows) {
  if (std::system("cc --version > /dev/null 2>&1") != 0) GTEST_SKIP() << "no cc";
  expect_page_is_true("docs/tutorial.md", 12);
}

}  // namespace
}  // namespace wengert
