// SPDX-License-Identifier: Apache-2.0
#include "wengert/cli/training.h"

#include <filesystem>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "wengert/cli/table.h"
#include "wengert/draw/heat_map.h"
#include "wengert/draw/plot.h"
#include "wengert/io/file.h"
#include "wengert/optim/first_order.h"

namespace wengert::cli {
namespace {

std::vector<int64_t> flat_confusion(const Dataset& test, const TrainedRun& run) {
  std::vector<int64_t> counts;
  for (const auto& row : confusion_matrix(test, run.predicted)) counts.insert(counts.end(), row.begin(), row.end());
  return counts;
}

std::vector<std::string> class_names(int64_t classes) {
  std::vector<std::string> names;
  for (int64_t c = 0; c < classes; ++c) names.push_back(std::to_string(c));
  return names;
}

std::string metrics_csv(const std::vector<EpochReport>& epochs) {
  std::string text = "epoch,loss,train_accuracy,test_accuracy,wall_s,samples_per_s\n";
  for (const EpochReport& e : epochs)
    text += fmt::format("{},{},{},{},{:.3f},{:.0f}\n", e.epoch, e.loss, e.train_accuracy, e.test_accuracy, e.wall_s, e.samples_per_s);
  return text;
}

std::string loss_chart(const std::vector<EpochReport>& epochs) {
  Series loss{"training loss", {}, {}}, errors{"test error rate", {}, {}};
  for (const EpochReport& e : epochs) {
    loss.x.push_back(static_cast<double>(e.epoch));
    loss.y.push_back(e.loss);
    errors.x.push_back(static_cast<double>(e.epoch));
    errors.y.push_back(1 - e.test_accuracy);
  }
  return line_chart({loss, errors}, {.title = "Training", .x_title = "epoch", .y_title = "mean cross-entropy; share wrong", .from_zero = true});
}

nlohmann::ordered_json epoch_json(const EpochReport& e) {
  return {{"epoch", e.epoch}, {"loss", e.loss}, {"train_accuracy", e.train_accuracy}, {"test_accuracy", e.test_accuracy},
          {"wall_s", e.wall_s}, {"samples_per_s", e.samples_per_s}};
}

}  // namespace

std::vector<Option> training_options() {
  return {{"--net", "TEXT", "Widths and activations, such as \"784-128 relu-10\" (default: one hidden layer of 128 relu)"},
          {"--epochs", "N", "Passes over the training set", "5"},
          {"--batch", "N", "Examples a step", "64"},
          {"--rate", "R", "Step size of the first epoch", "0.1"},
          {"--rate-decay", "F", "Factor on the step size after each epoch", "0.5"},
          {"--momentum", "M", "Momentum of the gradient descent", "0.9"},
          {"--seed", "K", "Decides initial values and shuffles", "1"}};
}

TrainingOptions training_options_of(const Arguments& arguments) {
  TrainingOptions options;
  options.epochs = arguments.integer("epochs", 1, 100000);
  options.batch = arguments.integer("batch", 1, 1 << 20);
  options.rate = arguments.real("rate", 0, 1e6);
  options.rate_decay = arguments.real("rate-decay", 0, 10);
  options.key = static_cast<uint64_t>(arguments.integer("seed", 0));
  return options;
}

Net net_of(const Arguments& arguments, const Dataset& data) {
  if (arguments.has("net")) return parse_net(arguments.text("net"));
  return parse_net(fmt::format("{}-128 relu-{}", data.features(), data.classes));
}

TrainedRun train_with_progress(Context& context, const Net& net, const Split& data, const TrainingOptions& options) {
  context.print(fmt::format("net {}: {} parameters; {} training examples, {} test examples", net.text, net.parameter_count(),
                            data.train.count(), data.test.count()));
  context.print("epoch     loss    train     test  seconds  examples/s");
  TrainedRun run;
  const int64_t steps = data.train.count() / options.batch;
  Progress progress("train", static_cast<size_t>(steps * options.epochs));
  TrainingObserver observer;
  observer.on_step = [&](int64_t step, int64_t, double loss) {
    const auto done = static_cast<size_t>(steps) * run.epochs.size() + static_cast<size_t>(step);
    progress.update(done, fmt::format("epoch {}  loss {:.4f}", run.epochs.size() + 1, loss));
  };
  observer.on_epoch = [&](const EpochReport& e) {
    progress.clear();
    run.epochs.push_back(e);
    context.print(fmt::format("{:5}  {:7.4f}  {:6.2f}%  {:6.2f}%  {:7.2f}  {:10.0f}", e.epoch, e.loss, 100 * e.train_accuracy,
                              100 * e.test_accuracy, e.wall_s, e.samples_per_s));
    context.document()["epochs"].push_back(epoch_json(e));
  };
  run.state = train(net, sgd(context.arguments().real("momentum", 0, 0.999999)), data, options, observer);
  run.predicted = predict(net, run.state.parameters, data.test.x);
  context.document()["net"] = net.text;
  context.document()["test_accuracy"] = accuracy(data.test, run.predicted);
  return run;
}

void print_confusion(Context& context, const Dataset& test, const TrainedRun& run) {
  const auto counts = confusion_matrix(test, run.predicted);
  context.document()["confusion"] = counts;
  std::vector<Column> columns{{"is \\ read as", Align::right}};
  for (int64_t c = 0; c < test.classes; ++c) columns.push_back({std::to_string(c), Align::right});
  columns.push_back({"right", Align::right});
  Table table(columns);
  for (size_t actual = 0; actual < counts.size(); ++actual) {
    std::vector<std::string> row{std::to_string(actual)};
    int64_t total = 0;
    for (int64_t count : counts[actual]) {
      row.push_back(count == 0 ? "." : std::to_string(count));
      total += count;
    }
    row.push_back(total == 0 ? "-" : fmt::format("{:.1f}%", 100.0 * static_cast<double>(counts[actual][actual]) / static_cast<double>(total)));
    table.add(row);
  }
  std::string text = table.str(200, context.palette());
  if (!text.empty() && text.back() == '\n') text.pop_back();
  context.print(text);
}

void make_folder(const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error || !std::filesystem::is_directory(folder))
    throw ResourceError("W441", fmt::format("the folder {} cannot be made: {}", folder, error ? error.message() : "a file of that name exists"),
                        {}, "choose another with --out");
}

void write_text(const std::string& path, const std::string& text) {
  write_file_atomically(path, ByteView(reinterpret_cast<const uint8_t*>(text.data()), text.size()));
}

std::vector<std::string> write_run(const std::string& folder, const Net& net, const Dataset& test, const TrainedRun& run) {
  make_folder(folder);
  const auto in_folder = [&](const char* name) { return (std::filesystem::path(folder) / name).string(); };
  std::vector<std::string> written{in_folder("weights.safetensors"), in_folder("metrics.csv"), in_folder("loss.svg"), in_folder("confusion.svg")};
  write_model(written[0], net, run.state.parameters);
  write_text(written[1], metrics_csv(run.epochs));
  write_text(written[2], loss_chart(run.epochs));
  write_text(written[3], confusion_matrix(flat_confusion(test, run), class_names(test.classes)));
  return written;
}

}  // namespace wengert::cli
