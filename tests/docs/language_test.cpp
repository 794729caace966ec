// SPDX-License-Identifier: Apache-2.0
//
// docs/language.md: its files are read, its commands run, and what they write is what the page shows.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "page.h"

namespace wengert {
namespace {

TEST(Language, of_the_page_is_the_one_that_is_read) {
  std::string folder = testing::TempDir() + "/wengert-language-XXXXXX";
  ASSERT_NE(::mkdtemp(folder.data()), nullptr);
  const auto steps = page_steps(page_text("docs/language.md"));
  EXPECT_GT(steps.size(), 20u) << "the page has lost its examples";
  for (const PageStep& step : steps) {
    if (step.file.empty()) {
      EXPECT_EQ(shown_by_shell(folder, step.line), step.text) << "$ " << step.line << "\nin \"" << step.section << "\"";
    } else {
      std::ofstream(folder + "/" + step.file) << step.text;
    }
  }
  std::filesystem::remove_all(folder);
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
