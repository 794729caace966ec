// SPDX-License-Identifier: Apache-2.0
#include "wengert/cli/help.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "wengert/cli/table.h"
#include "wengert/cli/verbs.h"

namespace wengert::cli {
namespace {

constexpr std::string_view what_it_is =
    "Automatic differentiation: a Program (a .wl file) or a formula in, exact derivatives out.";

/// "-o, --output FILE"; options without a short name are indented to the others.
std::string usage(const Option& option) {
  std::string names(option.names);
  if (const auto comma = names.find(','); comma != std::string::npos)
    names.insert(comma + 1, " ");
  else if (names.starts_with("--"))
    names.insert(0, "    ");
  return option.value.empty() || is_positional(option) ? names : names + " " + std::string(option.value);
}

std::string explained(const Option& option) {
  std::string text(option.help);
  if (!option.choices.empty() && text.find(option.choices[0]) == std::string::npos)
    text += fmt::format(": {}", fmt::join(option.choices, ", "));
  if (!option.initial.empty()) text += fmt::format(" (default: {})", option.initial);
  return text;
}

std::string option_table(const std::vector<Option>& options, size_t width) {
  size_t widest = 0;
  for (const Option& option : options) widest = std::max(widest, columns(usage(option)));
  std::string text;
  for (const Option& option : options) {
    const auto lines = wrapped(explained(option), width - std::min(width - 20, widest + 4));
    for (size_t k = 0; k < lines.size(); ++k)
      text += fmt::format("  {:<{}}  {}\n", k == 0 ? usage(option) : "", widest, lines[k]);
  }
  return text;
}

std::vector<Option> chosen(const std::vector<Option>& options, bool positional) {
  std::vector<Option> result;
  std::ranges::copy_if(options, std::back_inserter(result),
                       [&](const Option& o) { return is_positional(o) == positional; });
  return result;
}

nlohmann::ordered_json options_json(const std::vector<Option>& options) {
  auto list = nlohmann::ordered_json::array();
  for (const Option& option : options) {
    nlohmann::ordered_json entry{{"names", option.names}, {"help", option.help}};
    if (!option.value.empty()) entry["value"] = option.value;
    if (!option.choices.empty()) entry["choices"] = option.choices;
    if (!option.initial.empty()) entry["default"] = option.initial;
    list.push_back(std::move(entry));
  }
  return list;
}

std::string paragraph(std::string_view text, size_t width) {
  return fmt::format("{}\n", fmt::join(wrapped(text, width), "\n"));
}

}  // namespace

std::string synopsis(const Verb& verb) {
  std::string text = fmt::format("wengert {}", verb.name);
  for (const Option& option : verb.options)
    if (is_positional(option)) {
      const std::string name = fmt::format("{}{}", option.names, option.repeats ? "..." : "");
      text += option.required ? " " + name : fmt::format(" [{}]", name);
    }
  return text + " [OPTION]...";
}

std::string help_json() {
  nlohmann::ordered_json object;
  for (const Verb& verb : verbs()) object["verbs"].push_back({{"name", verb.name}, {"summary", verb.summary}});
  object["options"] = options_json(common_options());
  for (const ExitCode& e : exit_codes()) object["exit_codes"].push_back({{"code", e.code}, {"meaning", e.meaning}});
  return object.dump(2) + "\n";
}

std::string help_json(const Verb& verb) {
  nlohmann::ordered_json object{{"name", verb.name}, {"summary", verb.summary}, {"usage", synopsis(verb)}};
  object["description"] = verb.description;
  object["options"] = options_json(verb.options);
  for (const Option& option : common_options()) object["options"].push_back(options_json({option})[0]);
  auto& examples = object["examples"] = nlohmann::ordered_json::array();
  for (const Example& example : verb.examples)
    examples.push_back({{"command", example.command}, {"what", example.what}});
  return object.dump(2) + "\n";
}

std::string tool_help(const Palette& palette) {
  std::string text = fmt::format("{}\n\n{}\n  wengert VERB ... [OPTION]...\n\n{}\n", what_it_is, palette.bold("Usage"),
                                 palette.bold("Verbs"));
  for (const Verb& verb : verbs())
    text += fmt::format("  {}  {}\n", palette.cyan(fmt::format("{:<10}", verb.name)), verb.summary);
  text +=
      fmt::format("\n{}\n{}", palette.bold("Options of every verb"), option_table(common_options(), terminal_width()));
  text += fmt::format("\n{}\n", palette.bold("Exit codes"));
  for (const ExitCode& e : exit_codes()) text += fmt::format("  {:>2}  {}\n", e.code, e.meaning);
  text += fmt::format(
      "\n{}\n  wengert grad \"x*sin(y)\" --at x=2,y=3\n  wengert help VERB | wengert VERB --help\n  wengert --version "
      "| --man | --completion SHELL\n",
      palette.bold("More"));
  return text;
}

std::string verb_help(const Verb& verb, const Palette& palette) {
  const size_t width = std::min<size_t>(terminal_width(), 100);
  std::string text = fmt::format("{}.\n\n{}\n  {}\n", verb.summary, palette.bold("Usage"), synopsis(verb));
  if (!verb.description.empty()) text += "\n" + paragraph(verb.description, width);
  if (const auto arguments = chosen(verb.options, true); !arguments.empty())
    text += fmt::format("\n{}\n{}", palette.bold("Arguments"), option_table(arguments, width));
  auto options = chosen(verb.options, false);
  options.insert(options.end(), common_options().begin(), common_options().end());
  text += fmt::format("\n{}\n{}", palette.bold("Options"), option_table(options, width));
  if (!verb.examples.empty()) text += fmt::format("\n{}\n", palette.bold("Examples"));
  for (const Example& example : verb.examples)
    text += fmt::format("  {}\n      {}\n", palette.cyan(example.command), example.what);
  return text;
}

}  // namespace wengert::cli
