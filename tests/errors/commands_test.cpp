// SPDX-License-Identifier: Apache-2.0
//
// Every command on docs/errors.md is run as it stands there ("$ ..." in a block of console text), in a folder with
// generated digits; what it writes must be what the page shows below it.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <vector>

#include "documented.h"

namespace wengert {
namespace {

/// One command line of the page and what follows it.
struct Command {
  std::string id, line, output;
};

std::vector<Command> commands() {
  std::vector<Command> all;
  std::istringstream page(errors_page());
  std::string id;
  bool console = false;
  for (std::string line; std::getline(page, line);) {
    if (line.starts_with("## ")) id = line.substr(3, 4);
    if (line.starts_with("```"))
      console = line == "```console";
    else if (console && line.starts_with("$ "))
      all.push_back({id, line.substr(2), ""});
    else if (console && !all.empty())
      all.back().output += line + "\n";
  }
  return all;
}

/// What the shell writes for `line` in `folder`, errors included.
std::string shown(const std::string& folder, const std::string& line) {
  const std::string path = folder + ".command";
  std::ofstream(path) << "cd '" << folder << "'\nwengert() { '" << WENGERT_TOOL << "' \"$@\"; }\nexec 2>&1\n"
                      << line << "\n";
  std::string output;
  FILE* const pipe = ::popen(("sh '" + path + "'").c_str(), "r");
  for (char buffer[4096]; const size_t n = std::fread(buffer, 1, sizeof buffer, pipe);) output.append(buffer, n);
  ::pclose(pipe);
  return output;
}

TEST(Commands, of_the_page_write_what_it_shows) {
  std::string folder = testing::TempDir() + "/wengert-page-XXXXXX";
  ASSERT_NE(::mkdtemp(folder.data()), nullptr);
  shown(folder, "wengert data digits --train 20 --test 10");
  const auto all = commands();
  EXPECT_GT(all.size(), 60u) << "the page has lost its examples";
  for (const Command& command : all) {
    if (command.line.find("/dev/full") != std::string::npos && !std::filesystem::exists("/dev/full")) continue;
    EXPECT_EQ(shown(folder, command.line), command.output) << "$ " << command.line << "\nin section " << command.id;
    if (!command.output.empty()) {
      EXPECT_THAT(command.output, HasSubstr(command.id + " ")) << "an example shows its own error: $ " << command.line;
    }
  }
  std::filesystem::remove_all(folder);
  std::filesystem::remove(folder + ".command");
}

}  // namespace
}  // namespace wengert
