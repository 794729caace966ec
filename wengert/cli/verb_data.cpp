// SPDX-License-Identifier: Apache-2.0
//
// wengert data: examples to train on.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "wengert/cli/context.h"
#include "wengert/cli/verbs.h"
#include "wengert/train/digit_files.h"

namespace wengert::cli {
namespace {

int run(Context& context) {
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

}  // namespace

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
          .run = run};
}

}  // namespace wengert::cli
