// SPDX-License-Identifier: Apache-2.0
//
// A page of docs/ as what it shows: files ("```wl NAME", "```c NAME") and command lines ("$ ..." in a block of console text) with
// what they write, to be written, run and compared, so that the page cannot go stale.
#pragma once

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace wengert {

/// A file or a command of a page.
struct PageStep {
  std::string section;  ///< the heading "## ..." above it
  std::string file;     ///< the name of a file; empty: a command
  std::string line;     ///< the command
  std::string text;     ///< what the file holds, or the command writes
};

inline std::string page_text(const std::string& name) {
  std::ostringstream text;
  text << std::ifstream(std::string(WENGERT_SOURCE_DIR) + "/" + name).rdbuf();
  return text.str();
}

inline std::vector<PageStep> page_steps(const std::string& page_content) {
  std::vector<PageStep> steps;
  std::istringstream page(page_content);
  std::string section;
  enum { prose, console, file, other } block = prose;
  for (std::string line; std::getline(page, line);) {
    if (block == prose && line.starts_with("## ")) section = line.substr(3);
    if (line.starts_with("```")) {
      const auto name = line.find(' ');
      block = block != prose ? prose : line == "```console" ? console : name != std::string::npos ? file : other;
      if (block == file) steps.push_back({section, line.substr(name + 1), "", ""});
    } else if (block == console && line.starts_with("$ ")) {
      steps.push_back({section, "", line.substr(2), ""});
    } else if (block == console || block == file) {
      steps.back().text += line + "\n";
    }
  }
  return steps;
}

/// What the shell writes for `line` in `folder`, errors included; `wengert` is the tool that was built.
inline std::string shown_by_shell(const std::string& folder, const std::string& line) {
  const std::string path = folder + ".command";
  std::ofstream(path) << "cd '" << folder << "'\nwengert() { '" << WENGERT_TOOL << "' \"$@\"; }\nexec 2>&1\n"
                      << line << "\n";
  std::string output;
  FILE* const pipe = ::popen(("sh '" + path + "'").c_str(), "r");
  for (char buffer[4096]; const size_t n = std::fread(buffer, 1, sizeof buffer, pipe);) output.append(buffer, n);
  ::pclose(pipe);
  std::remove(path.c_str());
  return output;
}

/// Writes the files of docs/NAME into a folder of their own, runs its commands there and compares what they write. A page
/// with `most_lost` steps or fewer has lost its examples.
inline void expect_page_is_true(const std::string& name, size_t most_lost) {
  std::string folder = testing::TempDir() + "/wengert-page-XXXXXX";
  ASSERT_NE(::mkdtemp(folder.data()), nullptr);
  const auto steps = page_steps(page_text(name));
  EXPECT_GT(steps.size(), most_lost) << name << " has lost its examples";
  for (const PageStep& step : steps) {
    if (!step.file.empty()) std::ofstream(folder + "/" + step.file) << step.text;
    else EXPECT_EQ(shown_by_shell(folder, step.line), step.text) << "$ " << step.line << "\nin \"" << step.section << "\"";
  }
  std::filesystem::remove_all(folder);
}

}  // namespace wengert
