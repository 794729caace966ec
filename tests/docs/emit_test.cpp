// SPDX-License-Identifier: Apache-2.0
//
// docs/emit.md: its project is written, built and run, and what its commands write is what the page shows.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "page.h"

namespace wengert {
namespace {

TEST(EmitPage, has_a_project_that_builds_and_prints_what_it_shows) {
  if (std::system("cc --version > /dev/null 2>&1 && make --version > /dev/null 2>&1") != 0)
    GTEST_SKIP() << "no cc or no make";
  std::string folder = testing::TempDir() + "/wengert-emit-XXXXXX";
  ASSERT_NE(::mkdtemp(folder.data()), nullptr);
  const auto steps = page_steps(page_text("docs/emit.md"));
  EXPECT_GT(steps.size(), 7u) << "the page has lost its examples";
  for (const PageStep& step : steps) {
    if (step.file.empty()) {
      EXPECT_EQ(shown_by_shell(folder, step.line), step.text) << "$ " << step.line << "\nin \"" << step.section << "\"";
    } else {
      std::ofstream(folder + "/" + step.file) << step.text;
    }
  }
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace wengert
