// SPDX-License-Identifier: Apache-2.0
//
// The tool: `wengert VERB ...`. Finds the verb, runs it, and turns what was thrown into a message and an exit code.
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <new>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "wengert/base/error.h"
#include "wengert/cli/command_line.h"
#include "wengert/cli/context.h"
#include "wengert/cli/help.h"
#include "wengert/cli/verbs.h"

namespace wengert::cli {
namespace {

int exit_code(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::usage: return exit_usage;
    case ErrorKind::shape: return exit_shape;
    case ErrorKind::domain: return exit_domain;
    case ErrorKind::resource: return exit_resource;
    case ErrorKind::internal: break;
  }
  return exit_internal;
}

void write_message(const Error& error) {
  const Palette palette(color_wanted("auto", standard_error));
  const std::string what = error.what();
  const auto head = what.find(": ");
  std::fprintf(stderr, "%s%s\n", palette.red(what.substr(0, head)).c_str(), what.substr(head).c_str());
}

/// The message on standard error, or under --json the object {"error": ...} on standard output; on standard error all
/// the same where standard output takes no more.
int report(const Error& error, bool json) {
  const int code = exit_code(error.kind());
  if (json && std::ferror(stdout) == 0) {
    const nlohmann::ordered_json object{{"error",
                                         {{"id", error.id()},
                                          {"kind", to_string(error.kind())},
                                          {"problem", error.problem()},
                                          {"where", error.where()},
                                          {"fix", error.fix()},
                                          {"exit_code", code}}}};
    write_output(object.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
    try {
      flush_output();
    } catch (const Error& full) {
      write_message(full);
      json = false;
    }
  }
  if (!json || std::ferror(stdout) != 0) write_message(error);
  return code;
}

int run_verb(const Verb& verb, std::span<const std::string> words) {
  Arguments arguments = parse_arguments(verb, words);
  if (arguments.has("help")) {
    write_output(arguments.has("json")
                     ? help_json(verb)
                     : verb_help(verb, Palette(color_wanted(arguments.text("color"), standard_output))));
    flush_output();
    return exit_ok;
  }
  Context context(verb, std::move(arguments));
  const int code = verb.run(context);
  context.finish();
  return code;
}

/// What comes without a verb: --help, --version, and the texts made from the records.
int run_tool(const std::vector<std::string>& words, bool json) {
  const std::string& first = words[0];
  const std::string second = words.size() > 1 ? words[1] : std::string();
  const Palette palette(color_wanted("auto", standard_output));
  if (first == "help" && !second.empty() && !second.starts_with('-'))
    write_output(json ? help_json(find_verb(second)) : verb_help(find_verb(second), palette));
  else if (first == "-h" || first == "--help" || first == "help")
    write_output(json ? help_json() : tool_help(palette));
  else if (first == "-V" || first == "--version")
    write_output("wengert " WENGERT_VERSION "\n");
  else if (first == "--man")
    write_output(man_page());
  else if (first == "--completion")
    write_output(completion(second));
  else if (first.starts_with('-'))
    throw UsageError("W601", fmt::format("wengert has no option {} before a verb", first), {},
                     "options follow the verb: wengert VERB ... ; wengert --help lists the verbs");
  else
    return run_verb(find_verb(first), std::span(words).subspan(1));
  flush_output();
  return exit_ok;
}

int run(const std::vector<std::string>& words) {
  const auto end = std::ranges::find(words, "--");  // of the options
  const bool json =
      std::find(words.begin(), end, "--json") != end || std::find(words.begin(), end, "--json=true") != end;
  try {
    return run_tool(words, json);
  } catch (const Error& error) {
    return report(error, json);
  } catch (const std::bad_alloc&) {
    return report(ResourceError("W401", "there is not enough memory", {}, "use smaller inputs"), json);
  } catch (const std::exception& error) {
    return report(InternalError("W960", fmt::format("an exception that nothing expected: {}", error.what()), {},
                                "this is a bug in Wengert; please report it with the command"),
                  json);
  }
}

/// Compiled code is kept from one command to the next where caches lie, unless WENGERT_CACHE says otherwise.
void keep_code_at_home() {
  const char *const cache = std::getenv("XDG_CACHE_HOME"), *const home = std::getenv("HOME");
  if (cache != nullptr && *cache == '/') ::setenv("WENGERT_CACHE", fmt::format("{}/wengert", cache).c_str(), 0);
  else if (home != nullptr && *home == '/') ::setenv("WENGERT_CACHE", fmt::format("{}/.cache/wengert", home).c_str(), 0);
}

}  // namespace
}  // namespace wengert::cli

int main(int count, char** words) {
  wengert::cli::keep_code_at_home();
  std::signal(SIGXFSZ, SIG_IGN);  // a limit on file sizes (ulimit -f) is an error of writing like others, not a sudden end
  std::setvbuf(stdout, nullptr, _IOLBF, 1 << 16);  // a long job shows its lines as they come, in pipes too
  if (count < 2) {
    std::fputs(wengert::cli::tool_help(wengert::cli::Palette()).c_str(), stderr);
    return wengert::cli::exit_usage;
  }
  return wengert::cli::run({words + 1, words + count});
}
