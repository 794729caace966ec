// SPDX-License-Identifier: Apache-2.0
//
// Verb: one job of the tool in one record: its name, what it is for, its options, and what runs. The command line,
// --help, the man page and the shell completions are all read from these records. A new verb is a file verb_NAME.cpp
// with a function that returns its record, and a line in the table of verbs.cpp.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace wengert::cli {

class Context;

/// What a shell completes for a value.
enum class Completes { nothing, files, programs, directories, primitives };

/// An option, a flag, or (a name without dashes) a positional argument.
struct Option {
  std::string_view names;         ///< "-o,--output", "--json", "PROGRAM"
  std::string_view value = {};    ///< what stands for its value in the help: "FILE"; empty: a flag
  std::string_view help = {};     ///< one sentence, without a full stop at its end
  std::string_view initial = {};  ///< the value where none is given; shown in the help
  std::vector<std::string_view> choices = {};
  Completes completes = Completes::nothing;
  bool required = false;
  bool repeats = false;  ///< may be given several times
};

/// "output" of "-o,--output"; a positional's own name.
std::string_view long_name(const Option& option);
bool is_positional(const Option& option);
bool is_flag(const Option& option);

/// What was given on the command line, by long name without dashes.
class Arguments {
 public:
  void add(std::string_view name, std::string value) { values_[std::string(name)].push_back(std::move(value)); }
  void set_initial(std::string_view name, std::string_view value) { initial_[std::string(name)] = value; }

  /// Whether it was given; an initial value does not count.
  bool has(std::string_view name) const { return values_.contains(std::string(name)); }
  /// The last value given, or the initial one, or "".
  std::string text(std::string_view name) const;
  const std::vector<std::string>& all(std::string_view name) const;
  /// throws : UsageError W602 if it is no integer, or outside [least, most]
  int64_t integer(std::string_view name, int64_t least = INT64_MIN, int64_t most = INT64_MAX) const;
  /// throws : UsageError W602 if it is no finite number, or outside [least, most]
  double real(std::string_view name, double least, double most) const;

 private:
  std::map<std::string, std::vector<std::string>> values_;
  std::map<std::string, std::string> initial_;
};

struct Example {
  std::string_view command, what;
};

struct Verb {
  std::string_view name;
  std::string_view summary;           ///< a line for lists of verbs, without a full stop
  std::string_view description = {};  ///< paragraphs for --help and the man page
  std::vector<Option> options = {};   ///< besides those that every verb has
  std::vector<Example> examples = {};
  int (*run)(Context& context) = nullptr;  ///< returns an exit code; errors are thrown
};

/// What every verb takes: --json --stats --color --help.
const std::vector<Option>& common_options();

/// Exit codes. Scripts rely on them; they are listed in --help and the man page.
struct ExitCode {
  int code;
  std::string_view meaning;
};
inline constexpr int exit_ok = 0, exit_negative = 1, exit_usage = 2, exit_shape = 3, exit_domain = 4, exit_resource = 5,
                     exit_internal = 70, exit_interrupted = 130, exit_pipe = 141;
const std::vector<ExitCode>& exit_codes();

}  // namespace wengert::cli
