// SPDX-License-Identifier: Apache-2.0
//
// Completion scripts for bash, zsh and fish, from the records of the verbs.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "wengert/base/error.h"
#include "wengert/cli/help.h"
#include "wengert/cli/verbs.h"

namespace wengert::cli {
namespace {

std::vector<Option> all_options(const Verb& verb) {
  std::vector<Option> options = verb.options;
  options.insert(options.end(), common_options().begin(), common_options().end());
  return options;
}

/// "-o" of "-o,--output", or "".
std::string_view short_name(const Option& option) {
  return option.names.size() > 2 && option.names[1] != '-' ? option.names.substr(0, 2) : std::string_view{};
}

/// Text inside '...' of a shell.
std::string in_quotes(std::string_view text, std::string_view also = {}) {
  std::string result;
  for (char c : text) {
    if (c == '\'')
      result += "'\\''";
    else if (also.find(c) != std::string_view::npos)
      result += std::string("\\") + c;
    else
      result += c;
  }
  return result;
}

std::string words_of(const Verb& verb) {
  std::string words;
  for (const Option& option : all_options(verb)) {
    if (is_positional(option)) continue;
    if (!short_name(option).empty()) words += std::string(short_name(option)) + " ";
    words += "--" + std::string(long_name(option)) + " ";
  }
  words.pop_back();
  return words;
}

std::string bash_action(const Option& option) {
  if (!option.choices.empty())
    return fmt::format("COMPREPLY=($(compgen -W '{}' -- \"$current\"))", fmt::join(option.choices, " "));
  switch (option.completes) {
    case Completes::files:
    case Completes::programs: return "COMPREPLY=($(compgen -f -- \"$current\"))";
    case Completes::directories: return "COMPREPLY=($(compgen -d -- \"$current\"))";
    case Completes::primitives:
      return "COMPREPLY=($(compgen -W \"$(wengert primitives --names 2>/dev/null)\" -- \"$current\"))";
    case Completes::nothing: break;
  }
  return "COMPREPLY=()";
}

std::string verb_names() {
  std::vector<std::string_view> names;
  for (const Verb& verb : verbs()) names.push_back(verb.name);
  return fmt::format("{}", fmt::join(names, " "));
}

std::string bash() {
  std::string text =
      "# Completion of wengert for bash; made by wengert --completion bash.\n_wengert() {\n"
      "  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} verb=${COMP_WORDS[1]}\n"
      "  [[ $current == = ]] && current=\n  [[ $previous == = && $COMP_CWORD -ge 2 ]] && "
      "previous=${COMP_WORDS[COMP_CWORD - 2]}\n"
      "  if [[ $COMP_CWORD -eq 1 ]]; then\n    COMPREPLY=($(compgen -W '";
  text += verb_names() + " ";
  text += "help --help --version --man --completion' -- \"$current\"))\n    return\n  fi\n  case $verb:$previous in\n";
  text += fmt::format("    help:help) COMPREPLY=($(compgen -W '{}' -- \"$current\")); return ;;\n", verb_names());
  text += "    --completion:--completion) COMPREPLY=($(compgen -W 'bash zsh fish' -- \"$current\")); return ;;\n";
  for (const Verb& verb : verbs())
    for (const Option& option : all_options(verb)) {
      if (is_positional(option) || is_flag(option)) continue;
      const std::string brief =
          short_name(option).empty() ? "" : fmt::format("{}:{} | ", verb.name, short_name(option));
      text += fmt::format("    {}{}:--{}) {}; return ;;\n", brief, verb.name, long_name(option), bash_action(option));
    }
  text += "  esac\n  case $verb in\n";
  for (const Verb& verb : verbs()) {
    text += fmt::format("    {})\n      if [[ $current == -* ]]; then COMPREPLY=($(compgen -W '{}' -- \"$current\"))\n",
                        verb.name, words_of(verb));
    for (const Option& option : verb.options)
      if (is_positional(option)) {
        text += fmt::format("      else {}\n", bash_action(option));
        break;
      }
    text += "      fi ;;\n";
  }
  return text + "  esac\n}\ncomplete -o filenames -F _wengert wengert\n";
}

std::string zsh_action(const Option& option) {
  if (!option.choices.empty()) return fmt::format("({})", fmt::join(option.choices, " "));
  switch (option.completes) {
    case Completes::files: return "_files";
    case Completes::programs: return "_files -g \"*.wl\"";
    case Completes::directories: return "_files -/";
    case Completes::primitives: return "($(wengert primitives --names 2>/dev/null))";
    case Completes::nothing: break;
  }
  return " ";
}

std::string zsh_argument(const Option& option) {
  const std::string help = in_quotes(option.help, "[]:\\");
  if (is_positional(option))
    return fmt::format("'{}:{}:{}'",
                       option.repeats    ? "*"
                       : option.required ? ""
                                         : ":",
                       option.names, zsh_action(option));
  std::string text;
  const std::string value =
      option.value.empty() ? "" : fmt::format(":{}:{}", in_quotes(option.value, ":\\"), zsh_action(option));
  const std::string_view many = option.repeats ? "*" : "";
  if (!short_name(option).empty()) text = fmt::format("'{}{}[{}]{}' ", many, short_name(option), help, value);
  return text + fmt::format("'{}--{}[{}]{}'", many, long_name(option), help, value);
}

std::string zsh() {
  std::string text =
      "#compdef wengert\n# Completion of wengert for zsh; made by wengert --completion zsh.\n_wengert() {\n"
      "  local -a verbs\n  verbs=(\n";
  for (const Verb& verb : verbs()) text += fmt::format("    '{}:{}'\n", verb.name, in_quotes(verb.summary, ":\\"));
  text +=
      "  )\n  if (( CURRENT == 2 )); then\n    _describe verb verbs\n    return\n  fi\n"
      "  local verb=$words[2]\n  shift words\n  (( CURRENT-- ))\n  case $verb in\n";
  for (const Verb& verb : verbs()) {
    text += fmt::format("    {})\n      _arguments", verb.name);
    for (const Option& option : all_options(verb)) text += " \\\n        " + zsh_argument(option);
    text += " ;;\n";
  }
  return text + "  esac\n}\n_wengert \"$@\"\n";
}

std::string fish_value(const Option& option) {
  if (is_flag(option)) return "";
  if (!option.choices.empty()) return fmt::format(" -x -a '{}'", fmt::join(option.choices, " "));
  switch (option.completes) {
    case Completes::files:
    case Completes::programs: return " -r -F";
    case Completes::directories: return " -x -a '(__fish_complete_directories)'";
    case Completes::primitives: return " -x -a '(wengert primitives --names 2>/dev/null)'";
    case Completes::nothing: break;
  }
  return " -x";
}

std::string fish() {
  std::string text = "# Completion of wengert for fish; made by wengert --completion fish.\ncomplete -c wengert -f\n";
  for (const Verb& verb : verbs())
    text += fmt::format("complete -c wengert -n __fish_use_subcommand -a {} -d '{}'\n", verb.name,
                        in_quotes(verb.summary, "\\"));
  for (const Verb& verb : verbs())
    for (const Option& option : all_options(verb)) {
      const std::string condition = fmt::format("complete -c wengert -n '__fish_seen_subcommand_from {}'", verb.name);
      if (is_positional(option)) {
        if (option.completes != Completes::nothing)
          text += condition + (option.completes == Completes::primitives ? fish_value(option).substr(3) : " -F") + "\n";
        continue;
      }
      const std::string brief = short_name(option).empty() ? "" : fmt::format(" -s {}", short_name(option)[1]);
      text += fmt::format("{}{} -l {}{} -d '{}'\n", condition, brief, long_name(option), fish_value(option),
                          in_quotes(option.help, "\\"));
    }
  return text;
}

}  // namespace

std::string completion(std::string_view shell) {
  if (shell == "bash") return bash();
  if (shell == "zsh") return zsh();
  if (shell == "fish") return fish();
  throw UsageError("W602", fmt::format("--completion is one of bash, zsh, fish; found \"{}\"", shell), {},
                   "e.g. wengert --completion bash");
}

}  // namespace wengert::cli
