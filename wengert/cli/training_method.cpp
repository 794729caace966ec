// SPDX-License-Identifier: Apache-2.0
#include "wengert/cli/training_method.h"

#include <fmt/format.h>

#include "wengert/cli/trained_model.h"
#include "wengert/io/compress.h"

namespace wengert::cli {
namespace {

/// A number that other starting values would not have.
std::string checksum(const std::vector<Array>& arrays) {
  Bytes sums;
  for (const Array& a : arrays)
    append(sums, crc32({static_cast<const unsigned char*>(a.view().data), a.type().bytes()}), ByteOrder::little);
  return fmt::format("{:08x}", crc32(sums));
}

void refuse_for_full_batch(const Arguments& arguments) {
  for (const char* name : {"clip", "average", "accumulate", "group", "freeze"})
    if (arguments.has(name))
      throw UsageError(
          "W602",
          fmt::format("--{} has no meaning for lbfgs, which takes all examples at once and finds its own steps", name),
          {}, fmt::format("leave --{} out, or choose another optimizer", name));
}

}  // namespace

std::vector<Option> method_options() {
  return {{"--clip", "TEXT", "Gradients are clipped: \"norm 1\" (all together), \"value 0.5\" (each element)"},
          {"--average", "TEXT",
           "Tested and kept are averages of the weights: 0.999 (exponential), \"polyak 1000\" (from that update on)"},
          {"--accumulate", "N", "An update takes the mean gradient of N batches", "1"},
          {.names = "--group",
           .value = "TEXT",
           .help = "Layers with a rate and a decay of their own: \"1-2: rate 0.1 decay 1e-4\"",
           .repeats = true},
          {.names = "--freeze",
           .value = "LAYERS",
           .help = "Layers that keep their values: 1-2, a name, \"*.bias\"",
           .repeats = true},
          {.names = "--from",
           .value = "PATH",
           .help = "Start from the values of a training (its folder), or of a safetensors file",
           .completes = Completes::files},
          {"--from-layers", "LAYERS", "Only these layers start from the file (default: all)"}};
}

std::vector<std::pair<std::string, std::string>> apply_methods(const Arguments& arguments, const Dataset& data,
                                                               TrainingPlan& plan) {
  std::vector<std::pair<std::string, std::string>> settings;
  if (plan.full_batch)
    refuse_for_full_batch(arguments);
  else
    plan.optimizer = with_methods(std::move(plan.optimizer),
                                  {.clip = arguments.text("clip"),
                                   .average = arguments.text("average"),
                                   .groups = arguments.all("group"),
                                   .frozen = arguments.all("freeze")},
                                  plan.task.net);
  plan.options.accumulate = arguments.integer("accumulate", 1, 1 << 24);
  if (plan.options.accumulate > 1) settings.emplace_back("accumulate", std::to_string(plan.options.accumulate));
  if (arguments.has("from")) {
    plan.start_file = read_start(weights_at(arguments.text("from")), arguments.text("from-layers"));
    plan.start = starting_values(plan.task.net, *plan.start_file, plan.options.key, data.x.dtype());
    settings.emplace_back("from", checksum(plan.start));
  } else if (arguments.has("from-layers")) {
    throw UsageError("W602", "--from-layers says which layers start from a file, and no file is given", {},
                     "name it with --from");
  }
  return settings;
}

void check_start(Context& context, const Encoding& encoding, TrainingPlan& plan) {
  if (!plan.start_file) return;
  const std::string note = wengert::check_start(plan.task.net, *plan.start_file, encoding);
  plan.start_file.reset();
  if (!note.empty()) context.note("note: " + note);
}

Option augment_option() {
  return {"--augment", "TEXT",
          "Training pictures are changed at each showing: \"shift 2 rotate 15 scale 0.1 noise 0.05 flip\""};
}

void apply_augmentation(const Arguments& arguments, const Encoding& encoding, TrainingPlan& plan) {
  if (!arguments.has("augment")) return;
  Augmentation augmentation = parse_augmentation(arguments.text("augment"));
  augmentation.shape = encoding.example;
  const auto refuse = [&](const std::string& why, const std::string& fix) {
    throw UsageError("W839", fmt::format("the augmentation \"{}\" {}", to_string(augmentation), why), {}, fix);
  };
  if (plan.full_batch)
    refuse("has no meaning for lbfgs, which takes all examples at once", "leave it out, or choose another optimizer");
  if (encoding.source == Encoding::Source::text) refuse("has no meaning for a text", "leave it out");
  check_augmentation(augmentation, encoding.features());
  if (augmentation.moves() && !encoding.means.empty())
    refuse("would mix features that were standardized apart", "leave them as they are: --standardize no");
  plan.options.augment = augmentation;
  plan.settings.emplace_back("augment", to_string(augmentation));
}

}  // namespace wengert::cli
