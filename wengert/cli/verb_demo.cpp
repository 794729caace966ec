// SPDX-License-Identifier: Apache-2.0
//
// wengert demo: the main job. Differentiates the talk's example function, trains a net to read digits, leaves weights and
// pictures in a folder.
#include <filesystem>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "wengert/cli/talk_example.h"
#include "wengert/cli/training_files.h"
#include "wengert/cli/training_method.h"
#include "wengert/cli/verbs.h"
#include "wengert/train/digit_files.h"

namespace wengert::cli {
namespace {

void heading(Context& context, std::string_view text) { context.print(context.palette().bold(text)); }

/// The folder with the digits: the user's, or one made now.
std::string data_folder(Context& context, const std::string& out) {
  const Arguments& arguments = context.arguments();
  if (arguments.has("data")) return arguments.text("data");
  DigitFilesOptions options;
  options.key = static_cast<uint64_t>(arguments.integer("seed", 0));
  const std::string folder = (std::filesystem::path(out) / "digits").string();
  context.print(fmt::format("generating {} training digits, and {} test digits with distortions not trained on, in {}", options.train, options.test, folder));
  context.stage("generate", [&] { write_digit_files(folder, options); });
  return folder;
}

int run(Context& context) {
  const Arguments& arguments = context.arguments();
  const std::string out = arguments.text("out");
  make_folder(out);
  heading(context, "1. The talk's example, differentiated");
  const std::string picture = context.stage("differentiate", [&] { return explain_talk_example(context); });

  context.print("");
  heading(context, "2. A net that reads digits, trained by backpropagation");
  const std::string folder = data_folder(context, out);
  const TrainingData data = context.stage("read", [&] { return read_data({{folder}}, {}); });
  TrainingPlan plan = training_plan(arguments, data.split.train);
  check_start(context, data.encoding, plan);
  const TrainedRun run = context.stage("train", [&] { return run_training(context, plan, data.split, data.encoding, out, false); });
  context.print("");
  print_confusion(context, data.split.test, run);

  context.print("");
  heading(context, "3. Results");
  auto files = context.stage("write", [&] { return write_run(out, plan, data, {}, run); });
  files.push_back((std::filesystem::path(out) / "wengert_graph.svg").string());
  write_text(files.back(), picture);
  for (const std::string& file : files) context.print("  " + file);
  context.document()["files"] = files;
  return run.interrupted ? exit_interrupted : exit_ok;
}

}  // namespace

Verb demo_verb() {
  auto options = learning_options({.optimizer = "sgd", .rate = "0.1", .schedule = "step 0.5 every 1", .epochs = "5"});
  options.insert(options.begin(), {"--data", "FOLDER", "MNIST's four IDX files, plain or .gz, instead of generated digits", {}, {}, Completes::directories});
  options.push_back({"-o,--out", "FOLDER", "Where results go", "out", {}, Completes::directories});
  return {.name = "demo",
          .summary = "Differentiate the talk's example, train a net to read digits, leave pictures",
          .description = "The main job of ./run: (1) the example function of the talk with its Jacobian and the operation counts of forward mode, "
                         "reverse mode and the best of all orders; (2) a net trained on generated digits, tested on distortions that it was not "
                         "trained on, or on MNIST with --data; (3) weights, metrics, loss curve, confusion matrix and the drawn Wengert graph.",
          .options = options,
          .examples = {{"wengert demo", "Everything, in some half a minute"}, {"wengert demo --data mnist", "On real digits"}},
          .run = run};
}

}  // namespace wengert::cli
