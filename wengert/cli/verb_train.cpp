// SPDX-License-Identifier: Apache-2.0
//
// wengert train, predict, data: a net from examples, its predictions, and examples to train on.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "wengert/cli/training.h"
#include "wengert/cli/verbs.h"
#include "wengert/train/digit_files.h"

namespace wengert::cli {
namespace {

void report_files(Context& context, const std::vector<std::string>& files) {
  for (const std::string& file : files) {
    context.print("wrote " + file);
    context.document()["files"].push_back(file);
  }
}

int run_train(Context& context) {
  const Arguments& arguments = context.arguments();
  const auto options = training_options_of(arguments);
  const Split data = context.stage("read", [&] { return read_mnist_folder(arguments.text("DATA")); });
  const Net net = net_of(arguments, data.train);
  make_folder(arguments.text("out"));
  const TrainedRun run = context.stage("train", [&] { return train_with_progress(context, net, data, options); });
  print_confusion(context, data.test, run);
  report_files(context, context.stage("write", [&] { return write_run(arguments.text("out"), net, data.test, run); }));
  return exit_ok;
}

int run_predict(Context& context) {
  const Arguments& arguments = context.arguments();
  const Model model = context.stage("read", [&] { return read_model(arguments.text("MODEL")); });
  const Split data = read_mnist_folder(arguments.text("DATA"));
  if (model.net.inputs != data.test.features())
    throw UsageError("W812", fmt::format("the net \"{}\" has {} inputs, the images have {} pixels", model.net.text, model.net.inputs, data.test.features()),
                     {}, "give the data that the net was made for");
  const auto predicted = context.stage("predict", [&] { return predict(model.net, model.parameters, data.test.x.as(model.parameters[0].dtype())); });
  if (arguments.has("each"))
    for (int64_t c : predicted) context.print(std::to_string(c));
  else
    context.print(fmt::format("accuracy on {} examples: {:.2f}%", data.test.count(), 100 * accuracy(data.test, predicted)));
  context.document()["predicted"] = predicted;
  context.document()["accuracy"] = accuracy(data.test, predicted);
  return exit_ok;
}

int run_data(Context& context) {
  const Arguments& arguments = context.arguments();
  DigitFilesOptions options;
  options.train = arguments.integer("train", 1, 10'000'000);
  options.test = arguments.integer("test", 1, 10'000'000);
  options.key = static_cast<uint64_t>(arguments.integer("seed", 0));
  context.stage("generate", [&] { write_digit_files(arguments.text("FOLDER"), options); });
  context.print(fmt::format("wrote {} training and {} test digits to {}", options.train, options.test, arguments.text("FOLDER")));
  context.document() = {{"folder", arguments.text("FOLDER")}, {"train", options.train}, {"test", options.test}};
  return exit_ok;
}

const Option data_folder{"DATA", "FOLDER", "Folder with train-images-idx3-ubyte and the other three files of MNIST, plain or .gz", {}, {},
                         Completes::directories, true};

}  // namespace

Verb train_verb() {
  auto options = training_options();
  options.insert(options.begin(), data_folder);
  options.push_back({"-o,--out", "FOLDER", "Where weights, metrics and pictures go", "out", {}, Completes::directories});
  return {.name = "train",
          .summary = "Train a net of dense layers on labelled images",
          .description = "Stochastic gradient descent with momentum on the softmax cross-entropy. Leaves weights.safetensors, metrics.csv, "
                         "loss.svg and confusion.svg. The same seed gives the same weights.",
          .options = options,
          .examples = {{"wengert data digits && wengert train digits", "On generated digits"},
                       {"wengert train mnist --net \"784-30 sigmoid-10\" --epochs 3", "Another net, on files of your own"}},
          .run = run_train};
}

Verb predict_verb() {
  return {.name = "predict",
          .summary = "Classify the test images of a folder with a trained net",
          .options = {{"MODEL", "FILE", "Weights written by train", {}, {}, Completes::files, true}, data_folder,
                      {"--each", {}, "Print the class of every image, a line each"}},
          .examples = {{"wengert predict out/weights.safetensors digits", "Accuracy of a trained net"}},
          .run = run_predict};
}

Verb data_verb() {
  return {.name = "data",
          .summary = "Generate handwritten-style digits as IDX files",
          .description = "Stroke models of 0 to 9 under random affine and elastic distortion, 28x28 grey, in MNIST's format. The test set has "
                         "distortions that do not occur in the training set.",
          .options = {{"FOLDER", "FOLDER", "Where the four files go", {}, {}, Completes::directories, true},
                      {"--train", "N", "Training images", "40000"},
                      {"--test", "N", "Test images", "10000"},
                      {"--seed", "K", "Decides the images", "1"}},
          .examples = {{"wengert data digits --train 1000 --test 100", "A small set"}},
          .run = run_data};
}

}  // namespace wengert::cli
