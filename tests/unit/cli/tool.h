// SPDX-License-Identifier: Apache-2.0
//
// Runs the tool as a user would and hands back what it wrote and how it ended.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/wait.h>

#include <cstdlib>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "folder.h"

namespace wengert {

struct Outcome {
  int code = -1;
  std::string out, err;

  nlohmann::ordered_json json() const { return nlohmann::ordered_json::parse(out); }
};

/// A word as the shell takes it back unchanged.
inline std::string shell_word(const std::string& word) {
  std::string quoted = "'";
  for (char c : word) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

/// `wengert WORDS...`, with `input` on standard input and `environment` ("NAME=value ") before the command.
inline Outcome run_tool(const std::vector<std::string>& words, const std::string& input = {},
                        const std::string& environment = {}) {
  const Folder folder;
  const std::string in = folder.write("in", input), out = folder / "out", err = folder / "err";
  std::string command = "env -u NO_COLOR " + environment + shell_word(WENGERT_TOOL);
  for (const std::string& word : words) command += " " + shell_word(word);
  command += " < " + shell_word(in) + " > " + shell_word(out) + " 2> " + shell_word(err);
  const int status = std::system(command.c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), content_of(out), content_of(err)};
}

inline Outcome run_tool(std::initializer_list<std::string> words) { return run_tool(std::vector<std::string>(words)); }

/// The id of the error under --json, checked for its exit code.
inline std::string error_id(std::vector<std::string> words, int code) {
  words.push_back("--json");
  const Outcome outcome = run_tool(words);
  EXPECT_EQ(outcome.code, code) << outcome.out << outcome.err;
  const auto object = nlohmann::json::parse(outcome.out, nullptr, false);
  if (!object.contains("error")) return "no error: " + outcome.out;
  EXPECT_EQ(object["error"]["exit_code"], code);
  return object["error"]["id"];
}

}  // namespace wengert
