// SPDX-License-Identifier: Apache-2.0
//
// wengert sweep: many trainings, and which of them is best.
#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <thread>

#include "wengert/cli/command_text.h"
#include "wengert/cli/report.h"
#include "wengert/cli/sweep_files.h"
#include "wengert/cli/training_files.h"
#include "wengert/cli/training_options.h"
#include "wengert/cli/verbs.h"
#include "wengert/io/file.h"

namespace wengert::cli {
namespace {

const UsualTraining usual{.optimizer = "adam", .rate = "", .schedule = "constant", .epochs = "20"};

/// Those of train that a run is given as they are.
std::vector<Option> passed_options() {
  std::vector<Option> options = learning_options(usual);
  for (Option& option : data_options()) options.push_back(std::move(option));
  options.push_back(report_option());
  return options;
}

/// Not the seed: it also decides which examples are held out, by which the runs are compared.
std::vector<Option> varied_options() {
  std::vector<Option> options = learning_options(usual);
  std::erase_if(options, [](const Option& option) { return option.names == "--seed"; });
  return options;
}

std::vector<SweepSettings> runs_of(const Arguments& arguments) {
  std::vector<VariedSetting> varied;
  for (const std::string& text : arguments.all("vary")) {
    varied.push_back(parse_varied(text, varied_options()));
    const std::string& name = varied.back().name;
    const auto same = std::ranges::count(varied, name, &VariedSetting::name);
    if (same > 1 || arguments.has(name))
      throw UsageError("W852", fmt::format("--vary \"{}\" varies {}, which is said before", text, name), {},
                       "say each setting once");
  }
  if (!arguments.has("random")) return grid(varied);
  return drawn(varied, arguments.integer("random", 1, 10'000), static_cast<uint64_t>(arguments.integer("seed", 0)));
}

void refuse_no_validation(const Arguments& arguments) {
  if (arguments.real("validation", 0, 0.9) > 0) return;
  throw UsageError("W855", "a sweep chooses by a validation set, and --validation 0 holds out none", {},
                   "hold out a share of the training examples, e.g. --validation 0.1");
}

/// The command of a run, from "train".
std::vector<std::string> words_of(const Arguments& arguments, const SweepSettings& settings,
                                  const std::string& folder) {
  std::vector<std::string> words{"train"};
  for (const std::string& path : arguments.all("DATA")) words.push_back(path);
  for (const Option& option : passed_options()) {
    const std::string name(long_name(option));
    for (const std::string& value : arguments.all(name))
      words.push_back(is_flag(option) ? "--" + name : fmt::format("--{}={}", name, value));
  }
  if (!arguments.has("validation")) words.push_back("--validation=" + arguments.text("validation"));
  for (const auto& [name, value] : settings) words.push_back(fmt::format("--{}={}", name, value));
  words.insert(words.end(), {"--json", "--out=" + folder});
  return words;
}

std::vector<SweepRun> planned_runs(const Arguments& arguments, const std::string& folder) {
  std::vector<SweepRun> runs;
  for (const SweepSettings& settings : runs_of(arguments)) {
    const std::string name = fmt::format("{:03}", runs.size() + 1),
                      own = (std::filesystem::path(folder) / name).string();
    runs.push_back({.name = name, .folder = own, .settings = settings, .words = words_of(arguments, settings, own)});
  }
  return runs;
}

/// What decides the runs: all but how many are drawn and how many run at a time.
std::string essence(const Verb& verb, const Arguments& arguments) {
  Arguments deciding;
  for (const Option& option : verb.options)
    if (const std::string name(long_name(option)); name != "random" && name != "jobs" && name != "out")
      for (const std::string& value : arguments.all(name)) deciding.add(name, value);
  return command_text(verb, deciding) + (arguments.has("random") ? " --random" : "");
}

/// A folder that holds another sweep would mix its runs with these.
void claim(const std::string& folder, const std::string& command) {
  make_folder(folder);
  const std::string path = (std::filesystem::path(folder) / "command.txt").string();
  if (std::filesystem::is_regular_file(path)) {
    std::string before(text_of(read_file(path)));
    while (!before.empty() && before.back() == '\n') before.pop_back();
    if (before == command) return;
    throw UsageError("W854", fmt::format("{} holds the runs of another sweep: {}", folder, before), {},
                     "choose another folder with --out, or give that command again");
  }
  write_text(path, command + "\n");
}

int64_t jobs_of(const Arguments& arguments) {
  const int64_t asked = arguments.integer("jobs", 0, 1024);
  return asked > 0 ? asked : std::max<int64_t>(1, std::thread::hardware_concurrency());
}

void report_best(Context& context, const std::vector<SweepRun>& runs, const std::string& score) {
  const auto order = ranked(runs);
  const SweepRun& best = *order[0];
  if (best.state != SweepRun::State::finished) return;
  context.document()["best"] = run_json(best, score);
  std::string test;
  if (best.test_score) {
    test = score == "accuracy" ? fmt::format("; its test accuracy is {:.2f}%", 100 * *best.test_score)
                               : fmt::format("; its test rmse is {:.4g}", *best.test_score);
    context.document()["best"]["test_" + score] = *best.test_score;
  }
  context.print(fmt::format("best by validation: run {}, {}{}", best.name, settings_text(best.settings), test));
  for (const SweepEdge& edge : edges(order)) {
    context.print(edge_text(edge));
    context.document()["best_at_edge"].push_back({{"setting", edge.name}, {"value", edge.value}, {"edge", edge.largest ? "largest" : "smallest"}});
  }
  context.print("weights: " + (std::filesystem::path(best.folder) / "weights.safetensors").string());
}

int run(Context& context) {
  const Arguments& arguments = context.arguments();
  const std::string folder = arguments.text("out"), command = essence(context.verb(), arguments);
  refuse_no_validation(arguments);
  auto runs = planned_runs(arguments, folder);
  const int64_t jobs = jobs_of(arguments);
  claim(folder, command);
  std::string score = "score";
  bool interrupted = false;
  context.print(fmt::format("{} runs, {} at a time", runs.size(), jobs));
  {
    Progress progress("sweep", runs.size());
    progress.update(0);
    interrupted = run_all(runs, jobs, score, [&](const SweepRun& ended) {
      progress.clear();
      const std::string how =
          ended.state == SweepRun::State::finished
              ? fmt::format("validation loss {:.5g} in {:.3g} s", ended.validation_loss, ended.wall_s)
          : ended.state == SweepRun::State::failed ? ended.error
                                                   : std::string(state_text(ended.state));
      context.print(fmt::format("run {}  {}: {}", ended.name, settings_text(ended.settings), how));
      const auto done = std::ranges::count_if(runs, [](const SweepRun& r) {
        return r.state == SweepRun::State::finished || r.state == SweepRun::State::failed;
      });
      progress.update(static_cast<size_t>(done));
    });
  }
  print_sweep(context, runs, score);
  const auto files = write_sweep(folder, command, runs, score);
  context.document()["runs"] = nlohmann::ordered_json::array();
  for (const SweepRun* r : ranked(runs)) context.document()["runs"].push_back(run_json(*r, score));
  context.document()["interrupted"] = interrupted;
  report_best(context, runs, score);
  report_files(context, files);
  if (interrupted) return exit_interrupted;
  return std::ranges::any_of(runs, [](const SweepRun& r) { return r.state == SweepRun::State::failed; }) ? exit_negative
                                                                                                         : exit_ok;
}

std::vector<Option> sweep_options() {
  std::vector<Option> options{
      {.names = "DATA",
       .value = "PATH",
       .help = "As for train",
       .completes = Completes::files,
       .required = true,
       .repeats = true},
      {.names = "--vary",
       .value = "NAME=VALUES",
       .help =
           "A setting of train and its values: \"rate=0.001,0.003\", or for --random a range: \"rate=log 1e-4..1e-1\"",
       .required = true,
       .repeats = true},
      {"--random", "N", "Draw N runs instead of all combinations"},
      {"--jobs", "J", "Runs at a time (0: one a processor)", "0"}};
  for (Option& option : passed_options()) {
    if (option.names == "--validation") option.initial = "0.1";
    options.push_back(std::move(option));
  }
  options.push_back({"-o,--out", "FOLDER", "Where the runs and the overview go", "sweep", {}, Completes::directories});
  return options;
}

}  // namespace

Verb sweep_verb() {
  return {.name = "sweep",
          .summary = "Train with many settings, several at a time, and compare them by validation",
          .description =
              "Each --vary names an option of train and its values, parted by commas, or by semicolons where values "
              "have commas; every combination is run. "
              "With --random N, N combinations are drawn, from lists and from ranges: \"rate=log 1e-4..1e-1\" evenly "
              "by logarithm, \"batch=16..256\" evenly, "
              "in whole numbers where both ends are whole; --seed decides, and a larger N begins with the same runs. "
              "All other options of train hold for every run.\n\n"
              "A run is a process of its own, with all that train leaves in OUT/001, OUT/002, ... Runs are sorted by "
              "their least validation loss, never by the "
              "test set, which is looked at for the best one alone. The same command goes on with a sweep that was "
              "interrupted: finished runs are kept, others "
              "go on from their snapshots. Leaves sweep.csv, sweep.json and sweep.html.\n\n"
              "The exit code is 0 if all runs are finished, 1 if some failed (the table says why), 130 if it was "
              "interrupted.",
          .options = sweep_options(),
          .examples = {{"wengert sweep iris.csv --vary \"rate=0.001,0.003,0.01\" --vary \"net=4-8 tanh-3 softmax,4-32 "
                        "relu-3 softmax\"",
                        "Six runs"},
                       {"wengert sweep digits --vary \"rate=log 1e-4..1e-1\" --vary \"batch=16..256\" --random 20 "
                        "--epochs 5 --jobs 2",
                        "Twenty at random"}},
          .run = run};
}

}  // namespace wengert::cli
