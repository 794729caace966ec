// SPDX-License-Identifier: Apache-2.0
//
// wengert profile: where the time of a training step goes, layer by layer.
#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "wengert/cli/duration.h"
#include "wengert/cli/engine.h"
#include "wengert/cli/layer_table.h"
#include "wengert/cli/trained_model.h"
#include "wengert/cli/training_files.h"
#include "wengert/cli/verbs.h"

namespace wengert::cli {
namespace {

/// What is measured: a trained net, or one of a text with its starting values.
struct Subject {
  LearningTask task;
  std::vector<Array> parameters;
  bool classification = false;
};

Subject subject_of(const Arguments& arguments) {
  if (arguments.has("MODEL") == arguments.has("net"))
    throw UsageError("W602", arguments.has("net") ? "MODEL and --net are two nets" : "there is no net to measure", {},
                     "name the folder of a training, or give --net TEXT");
  const DType dtype = arguments.text("dtype") == "f64" ? DType::f64 : DType::f32;
  if (arguments.has("MODEL")) {
    for (const char* option : {"loss", "dtype"})
      if (arguments.has(option))
        throw UsageError("W602", fmt::format("--{} does not change a trained net", option), {},
                         "leave it out, or give --net TEXT");
    Model model = read_model_at(arguments.text("MODEL"));
    const bool classification = model.encoding.class_count() > 0;
    return {std::move(model.task), std::move(model.parameters), classification};
  }
  NetDescription description = parse_net(arguments.text("net")).description;
  if (arguments.has("loss")) description.loss = arguments.text("loss");
  const Link link = make_net(description).link;
  Subject subject{.task = make_task(description, link != Link::identity), .parameters = {}};
  subject.classification = link != Link::identity || subject.task.loss.classifies;
  subject.parameters = subject.task.net.initial_parameters(1, dtype);
  return subject;
}

void print_step(Context& context, const StepCosts& costs, const MachinePeak& peak) {
  const double sum = sum_s(costs), step = costs.step.wall_s, rest = step - sum;
  context.print(fmt::format("a whole step: {}, {:.0f} examples/s; the parts alone: {}; {} {} ({:.0f}%)",
                            duration_text(step), static_cast<double>(costs.batch) / step, duration_text(sum),
                            rest < 0 ? "together they save" : "the remainder is", duration_text(std::abs(rest)),
                            100 * std::abs(rest) / step));
  context.print(
      fmt::format("peak of this machine, measured now: {:.4g} Gflop/s in a matrix product of 512 x 512, {:.4g} GB/s in "
                  "a sum of long arrays",
                  peak.flops_per_s / 1e9, peak.bytes_per_s / 1e9));
  if (std::ranges::any_of(costs.parts, [&](const LayerCost& part) { return share_of_peak(part, peak) > 1; }))
    context.print(
        "more than 100% of it: numbers that stay in the caches are faster there than in memory; or the machine had other work while its peak "
        "was measured");
}

int run(Context& context) {
  const Arguments& arguments = context.arguments();
  const Optimizer optimizer = parse_optimizer(arguments.text("optimizer"));
  const int64_t batch = arguments.integer("batch", 1, 1 << 20);
  const CostOptions options{.compile = engine_wish(arguments), .seconds = arguments.real("seconds", 0.01, 600)};
  const Subject subject = context.stage("read", [&] { return subject_of(arguments); });
  const MadeUpBatch data = made_up_batch(subject.task, subject.classification, batch, subject.parameters[0].dtype());
  const MachinePeak peak = context.stage("peak", [&] { return measure_peak(data.x.dtype(), options.compile); });
  const StepCosts costs = context.stage("measure", [&] {
    return layer_costs(subject.task, optimizer, subject.parameters, data.type, data.x, data.y, options);
  });
  context.print(fmt::format("net {}: {} parameters, batches of {}, {}", subject.task.net.text,
                            subject.task.net.parameter_count(), batch, to_string(costs.dtype)));
  std::string table = cost_table(costs, peak).str(std::max<size_t>(terminal_width(), 60), context.palette());
  if (!table.empty() && table.back() == '\n') table.pop_back();
  context.print(table);
  print_step(context, costs, peak);
  report_choice(context, costs.engine);
  context.document()["net"] = subject.task.net.text;
  context.document().update(costs_json(costs, peak));
  if (arguments.has("out")) {
    write_text(arguments.text("out"), cost_chart(costs, "A training step of " + subject.task.net.text));
    report_files(context, {arguments.text("out")});
  }
  return exit_ok;
}

}  // namespace

Verb profile_verb() {
  std::vector<Option> options{{.names = "MODEL",
                               .value = "PATH",
                               .help = "Folder of a training, or the weights.safetensors in it; or give --net",
                               .completes = Completes::files},
                              {"--net", "TEXT", "Input and layers, such as \"784-128 relu-10 softmax\" (docs/nets.md)"},
                              {"--loss", "TEXT", "Of --net: cross_entropy, mse, ... (default: by the last activation)"},
                              {"--optimizer", "TEXT", "gradient_descent, \"sgd 0.9\", adam, ...", "adam"},
                              {"--batch", "N", "Examples a step", "64"},
                              {"--dtype", "TYPE", "Numbers of --net", "f32", {"f32", "f64"}},
                              {"--seconds", "S", "How long the parts are timed, about", "2"},
                              {"-o,--out", "FILE", "Write a bar chart of the times as SVG", {}, {}, Completes::files}};
  for (Option& option : engine_options()) options.push_back(std::move(option));
  return {.name = "profile",
          .summary =
              "Show where a training step spends its time: each layer forward and backward, operations, bytes, share "
              "of the machine's peak",
          .description =
              "Each layer is compiled as a Program of its own and timed (the least time of many runs) on the values that "
              "it gets in the net, made up of random "
              "inputs; backward is what value and pullback together take beyond the value. The sum is compared with "
              "the whole step, which is one Program: "
              "what it saves or adds is stated.\n\n"
              "Operations count a product and a sum as two; bytes are those of inputs and outputs of each part, read "
              "or written once. The share of the peak is "
              "the larger one of both: of operations in a large matrix product, and of bytes in a sum of long arrays, "
              "which are measured first. "
              "Close to 100% there is nothing left to gain but by doing less; small parts stay in the caches and may "
              "exceed the peak of bytes.",
          .options = options,
          .examples = {{"wengert profile out", "Of a trained net"},
                       {"wengert profile --net \"28x28x1 - conv 6 5 pad=2 relu - max_pool 2 - flatten - 10 softmax\" "
                        "--batch 128 -o layers.svg",
                        "Of a net before it is trained, with a picture"}},
          .run = run};
}

}  // namespace wengert::cli
