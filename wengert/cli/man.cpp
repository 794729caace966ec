// SPDX-License-Identifier: Apache-2.0
//
// wengert(1), from the records of the verbs, in the man macros (man 7 man).
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "wengert/cli/help.h"
#include "wengert/cli/table.h"
#include "wengert/cli/verbs.h"

namespace wengert::cli {
namespace {

/// Text for troff: no character of it is a command.
std::string roff(std::string_view text) {
  std::string result;
  bool line_start = true;
  for (char c : text) {
    if (line_start && (c == '.' || c == '\'')) result += "\\&";
    if (c == '\\')
      result += "\\e";
    else if (c == '-')
      result += "\\-";
    else if (c == '^')
      result += "\\(ha";
    else if (c == '~')
      result += "\\(ti";
    else if (c == '`')
      result += "\\(ga";
    else if (c == '\'')
      result += "\\(aq";
    else if (c == '"')
      result += "\\(dq";
    else
      result += c;
    line_start = c == '\n';
  }
  return result;
}

std::string section(std::string_view title, const std::string& body) {
  return fmt::format(".SH {}\n{}", roff(title), body);
}

std::string option_entry(const Option& option) {
  std::string text = fmt::format(".TP\n.B {}", roff(option.names));
  if (!option.value.empty() && !is_positional(option)) text += fmt::format(" \\fI{}\\fP", roff(option.value));
  text += "\n" + roff(option.help);
  if (!option.choices.empty() && option.help.find(option.choices[0]) == std::string_view::npos)
    text += fmt::format(" (one of {})", roff(fmt::format("{}", fmt::join(option.choices, ", "))));
  if (!option.initial.empty()) text += fmt::format(" (default: {})", roff(option.initial));
  return text + ".\n";
}

/// Paragraphs; a blank line parts them, and indented lines keep their form.
std::string paragraphs(std::string_view text) {
  std::string result;
  bool example = false;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    if (line.starts_with("  ") != example) result += (example = !example) ? ".nf\n" : ".fi\n";
    result += line.empty() ? ".PP\n" : roff(line) + "\n";
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return result + (example ? ".fi\n" : "");
}

std::string verb_section(const Verb& verb) {
  std::string text =
      fmt::format(".SS {}\n{}.\n.PP\n.B {}\n", roff(verb.name), roff(verb.summary), roff(synopsis(verb)));
  if (!verb.description.empty()) text += ".PP\n" + paragraphs(verb.description);
  for (const Option& option : verb.options) text += option_entry(option);
  for (const Example& example : verb.examples)
    text += fmt::format(".PP\n{}:\n.PP\n.RS\n.nf\n{}\n.fi\n.RE\n", roff(example.what), roff(example.command));
  return text;
}

}  // namespace

std::string man_page() {
  std::string text =
      ".\\\" Made by wengert --man from the records of its verbs.\n.TH WENGERT 1 \"\" \"wengert " WENGERT_VERSION
      "\" \"User Commands\"\n";
  text += section("NAME", "wengert \\- automatic differentiation of Programs and formulas\n");
  text += section("SYNOPSIS", ".B wengert\n\\fIVERB\\fP ... [\\fIOPTION\\fP]...\n");
  text += section(
      "DESCRIPTION",
      paragraphs("wengert differentiates. It takes a Program, a list of elementary operations in a .wl file, or a "
                 "formula given in its "
                 "place, and turns it into its derivatives, exact to rounding, which it runs or prints as Programs.\n\n"
                 "Results go to standard output; messages, statistics and progress to standard error. A result of more "
                 "than 1000 elements is written whole, but for a terminal, where a note says how many there are.\n\n"
                 "The language of formulas and .wl files is described in docs/language.md.\n\n"
                 "Words behind -- are no options: wengert eval --at x=1 -- -x"));
  std::string list;
  for (const Verb& verb : verbs()) list += verb_section(verb);
  text += section("VERBS", list);
  list.clear();
  for (const Option& option : common_options()) list += option_entry(option);
  text += section("OPTIONS OF EVERY VERB", list);
  list.clear();
  for (const ExitCode& e : exit_codes()) list += fmt::format(".TP\n.B {}\n{}.\n", e.code, roff(e.meaning));
  text += section("EXIT STATUS", list);
  text += section("ENVIRONMENT",
                  ".TP\n.B NO_COLOR\nIf set and not empty, no colours.\n.TP\n.B COLUMNS\nWidth of tables where the "
                  "output is not a terminal.\n.TP\n.B WENGERT_LLVM\nThe file of the compiler, libwengert_llvm.so, where it is not "
                  "beside the tool or in its folder of libraries.\n.TP\n.B WENGERT_CACHE\nThe folder in which machine code is kept for "
                  "the next command; ~/.cache/wengert if it is not set, none if it is empty.\n"
                  ".TP\n.B WENGERT_BLAS\nThe library for large matrix products (else libopenblas.so.0, if it is here); none: "
                  "do without.\n");
  return text;
}

}  // namespace wengert::cli
