// SPDX-License-Identifier: Apache-2.0
//
// docs/language.md: its files are read, its commands run, and what they write is what the page shows.
#include <gtest/gtest.h>

#include "page.h"

namespace wengert {
namespace {

TEST(Language, of_the_page_is_the_one_that_is_read) {
  expect_page_is_true("docs/language.md", 20);
}

TEST(Language, of_every_file_of_the_page_is_used_by_a_command) {
  const auto steps = page_steps(page_text("docs/language.md"));
  for (const PageStep& file : steps) {
    bool used = file.file.empty();
    for (const PageStep& command : steps) used |= command.line.find(file.file) != std::string::npos;
    EXPECT_TRUE(used) << file.file;
  }
}

}  // namespace
}  // namespace wengert
