// SPDX-License-Identifier: Apache-2.0
#include "wengert/cli/command_text.h"

#include <fmt/format.h>

namespace wengert::cli {

std::string shell_word(const std::string& word) {
  constexpr std::string_view plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./,:@%";
  if (!word.empty() && word.find_first_not_of(plain) == std::string::npos) return word;
  std::string quoted = "'";
  for (const char c : word) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

std::string command_text(const Verb& verb, const Arguments& arguments) {
  std::string positionals, options;
  for (const Option& option : verb.options)
    for (const std::string& value : arguments.all(long_name(option))) {
      if (is_positional(option))
        positionals += " " + shell_word(value);
      else
        options += fmt::format(" --{}{}", long_name(option), is_flag(option) ? "" : " " + shell_word(value));
    }
  return fmt::format("wengert {}{}{}", verb.name, positionals, options);
}

}  // namespace wengert::cli
