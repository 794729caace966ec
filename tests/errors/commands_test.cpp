// SPDX-License-Identifier: Apache-2.0
//
// Every command on docs/errors.md is run as it stands there ("$ ..." in a block of console text), in a folder with
// generated digits; what it writes must be what the page shows below it.
#include <cstdlib>
#include <filesystem>

#include "documented.h"
#include "page.h"

namespace wengert {
namespace {

TEST(Commands, of_the_page_write_what_it_shows) {
  std::string folder = testing::TempDir() + "/wengert-page-XXXXXX";
  ASSERT_NE(::mkdtemp(folder.data()), nullptr);
  shown_by_shell(folder, "wengert data digits --train 20 --test 10");
  const auto all = page_steps(errors_page());
  EXPECT_GT(all.size(), 60u) << "the page has lost its examples";
  for (const PageStep& command : all) {
    const std::string id = command.section.substr(0, 4);
    if (command.line.find("/dev/full") != std::string::npos && !std::filesystem::exists("/dev/full")) continue;
    EXPECT_EQ(shown_by_shell(folder, command.line), command.text) << "$ " << command.line << "\nin section " << id;
    if (!command.text.empty()) {
      EXPECT_THAT(command.text, HasSubstr(id + " ")) << "an example shows its own error: $ " << command.line;
    }
  }
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace wengert
