// SPDX-License-Identifier: Apache-2.0
//
// wengert train: a net from examples.
#include <filesystem>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "wengert/cli/command_text.h"
#include "wengert/cli/parallel_training.h"
#include "wengert/cli/report.h"
#include "wengert/cli/training_files.h"
#include "wengert/cli/training_method.h"
#include "wengert/cli/verbs.h"
#include "wengert/train/sharded_updates.h"

namespace wengert::cli {
namespace {

/// What must be the same in all processes of a training.
std::string settings_text(const TrainingPlan& plan, const Split& data) {
  std::string text = fingerprint(data);
  for (const auto& [name, value] : plan.settings) text += fmt::format("\n{} {}", name, value);
  return text;
}

/// lbfgs writes its snapshot after epochs, and has no step whose layers could be timed.
void refuse_unserved(const Arguments& arguments, const TrainingPlan& plan) {
  if (!plan.full_batch) return;
  const auto refuse = [](const char* option, const char* fix) {
    throw UsageError("W602", fmt::format("{} is about updates of single batches, and lbfgs takes all examples at once", option), {}, fix);
  };
  if (arguments.has("snapshot-every")) refuse("--snapshot-every", "leave it out: the snapshot is written after epochs");
  if (arguments.text("report") == "full") refuse("--report full", "leave it out, or choose another optimizer");
}

/// report.html. Layers are timed where that is asked for, or where it is short beside the training.
std::string write_report(Context& context, const TrainingPlan& plan, const TrainingData& data, const TrainedRun& run, const std::string& folder) {
  const Arguments& arguments = context.arguments();
  ReportInput input{.plan = plan, .encoding = data.encoding, .data = data.split, .run = run, .command = command_text(context.verb(), arguments)};
  double trained_s = 0;
  for (const EpochReport& report : run.state.reports) trained_s += report.wall_s;
  const bool is_long = arguments.text("report") == "auto" && trained_s > 15 && !run.interrupted;
  if (!plan.full_batch && (arguments.text("report") == "full" || is_long)) time_layers(input, 1);
  const std::string path = (std::filesystem::path(folder) / "report.html").string();
  write_text(path, report_page(input));
  return path;
}

int run(Context& context) {
  const Arguments& arguments = context.arguments();
  const std::string folder = arguments.text("out");
  Team team;
  TrainingData data;
  TrainingPlan plan;
  const auto prepare = [&] {
    data = context.stage("read", [&] { return read_data(arguments.all("DATA"), data_options_of(arguments)); });
    check_data_options(arguments, data.encoding.source);
    for (const std::string& note : data.notes) context.note("note: " + note);
    plan = training_plan(arguments, data.split.train);
    refuse_unserved(arguments, plan);
    check_start(context, data.encoding, plan);
    apply_augmentation(arguments, data.encoding, plan);
    take_shards(plan, arguments, data.split.train, team.ranks());
    if (!team.serves()) make_folder(folder);
    return settings_text(plan, data.split);
  };
  if (!team.agree(prepare)) return exit_ok;
  if (team.serves()) {
    serve_updates(plan.task, data.split, plan.options, *team.ranks());
    return exit_ok;
  }
  const TrainedRun run = context.stage("train", [&] { return run_training(context, plan, data.split, data.encoding, folder, arguments.has("resume"), team.ranks()); });
  if (!run.predicted.empty()) print_confusion(context, data.split.test, run);
  auto files = context.stage("write", [&] { return write_run(folder, plan, data, data_options_of(arguments), run); });
  if (arguments.text("report") != "none" && !run.state.reports.empty())
    files.push_back(context.stage("report", [&] { return write_report(context, plan, data, run, folder); }));
  report_files(context, files);
  return run.interrupted ? exit_interrupted : exit_ok;
}

}  // namespace

Verb train_verb() {
  auto options = learning_options({.optimizer = "adam", .rate = "", .schedule = "constant", .epochs = "20"});
  options.insert(options.begin(), {.names = "DATA", .value = "PATH", .help = "A table, a folder of images, or arrays: see above", .completes = Completes::files, .required = true, .repeats = true});
  for (Option& option : data_options()) options.push_back(std::move(option));
  options.push_back(augment_option());
  options.push_back({"--resume", {}, "Go on from the snapshot in the folder of results"});
  options.push_back(shards_option());
  options.push_back({"--snapshot-every", "N", "Write the snapshot after every N updates (default: after epochs, at most once a second, and every minute)"});
  options.push_back(report_option());
  options.push_back({"-o,--out", "FOLDER", "Where weights, metrics, pictures and snapshots go", "out", {}, Completes::directories});
  return {.name = "train",
          .summary = "Train a net on a table, on images, on arrays, or on a text",
          .description =
              "DATA is a table (CSV with or without header; the last column is learned unless --target names another; text becomes classes or "
              "categories), a folder with MNIST's four IDX files, two IDX files (images, labels), an .npz file with x and y, a pair of .npy files (x, y), a folder "
              "of PNG files with one folder a label, or with --text a text, of which the next character is learned.\n\n"
              "A part of the examples is held out to test (--test), and with --validation another to choose the best epoch. Leaves "
              "weights.safetensors (what predict reads), metrics.csv, metrics.json, loss.svg, for classes confusion.svg, and "
              "snapshot.safetensors, from which --resume goes on, bit for bit as if there had been no stop: give the same command with "
              "--resume. The same seed gives the same weights on the same kind of machine, by the same --engine.\n\n"
              "Started by mpirun, several processes share each update: its examples are cut into --shards, and their gradients are added in an "
              "order that does not depend on the number of processes, so that the weights have the same bits as those of one process with "
              "as many --shards. The first process prints and writes. If one of them dies, the training ends with a snapshot.",
          .options = options,
          .examples = {{"wengert train iris.csv --net \"4-16 tanh-3 softmax\" --epochs 200", "Classes in the last column of a table"},
                       {"wengert train houses.csv --target price --validation 0.1 --patience 20", "Values, with early stopping"},
                       {"wengert data digits && wengert train digits --epochs 3", "Generated digits"},
                       {"wengert train mnist --net \"28x28x1 - conv 6 5 pad=2 relu - max_pool 2 - flatten - 10 softmax\" --epochs 3", "A convolutional net"},
                       {"mpirun -n 4 wengert train mnist --batch 256", "The same net as with one process and --shards 8, by four"},
                       {"wengert train photos --image-size 32x32 --augment \"shift 2 rotate 10 flip\" --net \"32x32x3 - conv 16 3 relu - max_pool 2 - flatten - 4 softmax\"",
                        "A folder of pictures, one folder a label"},
                       {"wengert train mnist --from out/weights.safetensors --freeze 1-2 --average 0.999", "Going on from another training's values"},
                       {"wengert train text.txt --text 64 --epochs 5", "A text, character by character"},
                       {"wengert train mnist --net \"784-30 sigmoid-10 sigmoid\" --loss squared_error --optimizer gradient_descent --rate 3 --batch 10",
                        "Another net, loss and optimizer"}},
          .run = run};
}

}  // namespace wengert::cli
