// SPDX-License-Identifier: Apache-2.0
#include "wengert/cli/command_line.h"

#include <algorithm>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "wengert/base/error.h"
#include "wengert/cli/verbs.h"
#include "wengert/ir/text_lexer.h"

namespace wengert::cli {
namespace {

std::vector<Option> all_options(const Verb& verb) {
  std::vector<Option> options = verb.options;
  options.insert(options.end(), common_options().begin(), common_options().end());
  return options;
}

std::string help_hint(const Verb& verb) { return fmt::format("wengert {} --help lists what it takes", verb.name); }

bool known_short(const std::vector<Option>& options, char letter) {
  return std::ranges::any_of(
      options, [&](const Option& o) { return o.names.size() > 1 && o.names[0] == '-' && o.names[1] == letter; });
}

/// "-x*y", "-(a+b)", "-sin(x)": no option, since none of its letters is one or it holds a sign that no option has.
bool is_formula(const std::vector<Option>& options, const std::string& word) {
  if (word.size() < 2 || word[0] != '-' || word[1] == '-') return false;
  return !known_short(options, word[1]) && word.find_first_of("*/+^() ") != std::string::npos;
}

/// The reader of one verb's words: where the values of each option are collected.
struct Reader {
  CLI::App app;
  std::vector<Option> options;
  std::vector<std::vector<std::string>> values;

  explicit Reader(const Verb& verb) : options(all_options(verb)), values(options.size()) {
    app.set_help_flag();
    app.allow_extras();
    for (size_t k = 0; k < options.size(); ++k) add(options[k], values[k]);
  }
  void add(const Option& option, std::vector<std::string>& into) {
    const std::string names(option.names);
    if (is_flag(option)) {
      app.add_flag_function(names, [&into](int64_t times) {  // negative: --json=false
        if (times > 0) into.emplace_back("true");
      });
      return;
    }
    auto* const added = app.add_option(names, into)->expected(1)->allow_extra_args(false);
    added->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    if (is_positional(option) && option.repeats) added->allow_extra_args()->expected(1, CLI::detail::expected_max_vector_size);
  }
};

/// What a word with one minus may have meant.
std::string meant_by(const std::string& word) {
  return fmt::format("for the formula {0} write \"({0})\", or -- {0} at the end of the line", word);
}

[[noreturn]] void surplus(const Verb& verb, const std::vector<Option>& options, const std::string& word) {
  if (word.size() < 2 || word[0] != '-')
    throw UsageError("W603", fmt::format("\"{}\" is one argument too many for {}", word, verb.name), {},
                     "quote a formula with spaces: \"x * y\"");
  const std::string name = word.substr(0, word.find('='));
  std::vector<std::string_view> names;
  for (const Option& option : options)
    if (!is_positional(option)) names.push_back(option.names.substr(option.names.find("--")));
  std::string fix = word[1] == '-' ? text::did_you_mean(name, names) : meant_by(word);
  throw UsageError("W601", fmt::format("{} has no option {}", verb.name, name), {},
                   fix.empty() ? help_hint(verb) : fix);
}

void check_choice(const Option& option, const std::string& value) {
  if (option.choices.empty() || std::ranges::find(option.choices, value) != option.choices.end()) return;
  const std::string hint = text::did_you_mean(value, {option.choices.begin(), option.choices.end()});
  throw UsageError("W602",
                   fmt::format("{} is one of {}; found \"{}\"", option.names, fmt::join(option.choices, ", "), value),
                   {}, hint);
}

void parse(Reader& reader, const Verb& verb, std::vector<std::string> words) {
  std::ranges::reverse(words);  // what App::parse takes
  try {
    reader.app.parse(std::move(words));
  } catch (const CLI::ArgumentMismatch& e) {
    const std::string what = e.what();
    throw UsageError("W602", fmt::format("{} needs a value", what.substr(0, what.find(':'))), {}, help_hint(verb));
  } catch (const CLI::Error& e) {
    throw UsageError("W602", fmt::format("the arguments of {} cannot be read: {}", verb.name, e.what()), {},
                     help_hint(verb));
  }
  auto rest = reader.app.remaining();
  if (const auto end = std::ranges::find(rest, "--"); end != rest.end()) rest.erase(end);  // CLI11 hands it back
  const auto wrong =
      std::ranges::find_if(rest, [](const std::string& word) { return word.size() > 1 && word[0] == '-'; });
  if (!rest.empty()) surplus(verb, reader.options, wrong == rest.end() ? rest.front() : *wrong);
}

}  // namespace

const Verb& find_verb(std::string_view name) {
  std::vector<std::string_view> names;
  for (const Verb& verb : verbs()) {
    if (verb.name == name) return verb;
    names.push_back(verb.name);
  }
  const std::string hint = text::did_you_mean(name, names);
  throw UsageError("W600", fmt::format("there is no verb \"{}\"", name), {},
                   (hint.empty() ? "" : hint + " ") + "wengert --help lists the verbs");
}

Arguments parse_arguments(const Verb& verb, std::span<const std::string> words) {
  Reader reader(verb);
  std::vector<std::string> prepared(words.begin(), words.end());
  const auto end = std::ranges::find(prepared, "--");  // of the options
  for (auto word = prepared.begin(); word != end; ++word)
    if (is_formula(reader.options, *word)) word->insert(0, " ");
  const bool help = std::find(prepared.begin(), end, "--help") != end || std::find(prepared.begin(), end, "-h") != end;
  parse(reader, verb, std::move(prepared));
  Arguments arguments;
  for (size_t k = 0; k < reader.options.size(); ++k) {
    const Option& option = reader.options[k];
    if (!option.initial.empty()) arguments.set_initial(long_name(option), option.initial);
    if (reader.values[k].size() > 1 && !option.repeats && !is_flag(option))
      throw UsageError("W602", fmt::format("{} is given {} times", option.names, reader.values[k].size()), {},
                       "give it once");
    for (std::string& value : reader.values[k]) {
      check_choice(option, value);
      arguments.add(long_name(option), std::move(value));
    }
    if (option.required && !help && !arguments.has(long_name(option)))
      throw UsageError("W603", fmt::format("{} needs {}", verb.name, option.names), {}, help_hint(verb));
  }
  return arguments;
}

}  // namespace wengert::cli
