// SPDX-License-Identifier: Apache-2.0
//
// Context: what a verb is run with: its arguments, where results and messages go, and the record of its stages. Results
// go to standard output, as text or (--json) as one object at the end; messages, statistics and progress to standard
// error.
#pragma once

#include <chrono>
#include <memory>
#include <optional>

#include <nlohmann/json_fwd.hpp>

#include "wengert/cli/terminal.h"
#include "wengert/cli/verb.h"

namespace wengert::cli {

/// A stage of a verb, as --stats reports it.
struct StageRecord {
  std::string name;
  double wall_ms = 0;
  std::optional<size_t> lines;  ///< of the Program it made
  size_t peak_bytes = 0;        ///< resident memory of the process at its highest, up to the end of the stage
};

class Context {
 public:
  Context(const Verb& verb, Arguments arguments);
  ~Context();

  const Verb& verb() const { return verb_; }
  const Arguments& arguments() const { return arguments_; }
  bool json() const { return json_; }
  /// Colours of standard output.
  const Palette& palette() const { return palette_; }

  /// Elements of a result that are shown: all but on a terminal, which long results would flood.
  int64_t most_elements() const;
  /// A line of the result; nothing under --json.
  void print(std::string_view line);
  /// A message for the reader, on standard error.
  void note(std::string_view message);
  /// The object that --json writes at the end, behind the member "verb"; the verb fills it in either case.
  nlohmann::ordered_json& document() { return *document_; }

  /// Runs `f` as a stage. `lines` of its record is the result's size where it is a Program.
  template <class F> auto stage(std::string name, F f);

  /// Writes what is still to be written. throws : ResourceError W610 if standard output takes no more
  void finish();

 private:
  void end_stage(std::string name, std::chrono::steady_clock::time_point start, std::optional<size_t> lines);
  void report_stages();

  const Verb& verb_;
  Arguments arguments_;
  bool json_;
  Palette palette_;
  std::unique_ptr<nlohmann::ordered_json> document_;
  std::vector<StageRecord> stages_;
};

template <class F> auto Context::stage(std::string name, F f) {
  const auto start = std::chrono::steady_clock::now();
  if constexpr (std::is_void_v<decltype(f())>) {
    f();
    end_stage(std::move(name), start, {});
  } else {
    auto result = f();
    std::optional<size_t> lines;
    if constexpr (requires {
                    result.outputs();
                    result.size();
                  })
      lines = result.size();
    end_stage(std::move(name), start, lines);
    return result;
  }
}

}  // namespace wengert::cli
