// SPDX-License-Identifier: Apache-2.0
#include "wengert/cli/training_run.h"

#include <csignal>
#include <filesystem>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "wengert/cli/engine.h"
#include "wengert/cli/interrupt.h"
#include "wengert/cli/table.h"
#include "wengert/cli/training_log.h"
#include "wengert/nn/net_json.h"

namespace wengert::cli {
namespace {

using Clock = std::chrono::steady_clock;

/// Writes the state to the folder, not too often, or after every so many updates.
class Snapshots {
 public:
  Snapshots(std::string path, std::vector<std::pair<std::string, std::string>> settings, int64_t updates)
      : path_(std::move(path)), settings_(std::move(settings)), updates_(updates) {}

  void write(const TrainingState& state) {
    write_snapshot(path_, {state, settings_});
    last_ = Clock::now();
  }
  void after_step(const TrainingState& state) {
    if (updates_ == 0 ? Clock::now() - last_ >= std::chrono::seconds(60) : ++done_ % updates_ == 0) write(state);
  }
  void after_epoch(const TrainingState& state) {
    if (updates_ == 0 && Clock::now() - last_ >= std::chrono::seconds(1)) write(state);
  }

 private:
  std::string path_;
  std::vector<std::pair<std::string, std::string>> settings_;
  int64_t updates_, done_ = 0;
  Clock::time_point last_ = Clock::now();
};

const std::string* setting(const std::vector<std::pair<std::string, std::string>>& settings, const std::string& name) {
  for (const auto& [key, value] : settings)
    if (key == name) return &value;
  return nullptr;
}

/// The value of a setting, which is to be told from another: nets by their texts where these differ.
std::string readable(const std::string& name, const std::string& value, const std::string& other) {
  if (name != "net") return value;
  const auto text_of = [](const std::string& json) { return make_net(parse_net_json(json, "the net")).text; };
  const std::string text = text_of(value);
  return text == text_of(other) ? value : fmt::format("\"{}\"", text);
}

/// The state to go on from.
TrainingState resumed(const std::string& path, const std::vector<std::pair<std::string, std::string>>& settings) {
  if (!std::filesystem::exists(path))
    throw UsageError("W863", fmt::format("there is no snapshot {} to go on from", path), {}, "give the folder with -o, or leave --resume out");
  const Snapshot snapshot = read_snapshot(path);
  for (const auto& [name, value] : settings) {
    const std::string* const before = setting(snapshot.settings, name);
    if (before == nullptr || *before != value)
      throw UsageError("W862", fmt::format("the training in {} was begun with {} {}, not {}", path, name, before ? readable(name, *before, value) : "unknown",
                                           before ? readable(name, value, *before) : value),
                       {},
                       "give the same command with --resume; only --epochs and --patience may change");
  }
  for (const auto& [name, value] : snapshot.settings)
    if (setting(settings, name) == nullptr)
      throw UsageError("W862", fmt::format("the training in {} was begun with {} {}, not without", path, name, value), {},
                       "give the same command with --resume; only --epochs and --patience may change");
  return snapshot.state;
}

/// The table of epochs: what is held out has two columns if there is something.
struct EpochColumns {
  const Encoding& encoding;

  std::string title(const Split& data) const {
    const bool validated = data.validation.count() > 0;
    const auto held_out = validated || data.test.count() > 0
                              ? fmt::format("  {:>9}  {:>9}", validated ? "val. loss" : "test loss", validated ? "val." : "test")
                              : std::string();
    return fmt::format("{:>5}  {:>9}  {:>9}{}  {:>7}  {:>10}", "epoch", "loss", "train", held_out, "seconds", "examples/s");
  }
  std::string row(const EpochReport& e) const {
    const auto held_out = e.validation ? e.validation : e.test;
    return fmt::format("{:5}  {:9.4g}  {:>9}{}  {:7.2f}  {:10.0f}", e.epoch, e.train.loss, score_text(e.train.score, encoding),
                       held_out ? fmt::format("  {:>9.4g}  {:>9}", held_out->loss, score_text(held_out->score, encoding)) : "", e.wall_s,
                       e.samples_per_s);
  }
};

/// With thousands of epochs, lines for the first ten, then for every tenth, then for every hundredth, ...
bool has_line(int64_t epoch, int64_t epochs) {
  int64_t every = 1;
  while (epoch > 10 * every && epochs > 50) every *= 10;
  return epoch % every == 0 || epoch == epochs;
}

void print_heading(Context& context, const TrainingPlan& plan, const Split& data) {
  std::string sets = fmt::format("{} training examples", data.train.count());
  if (data.validation.count() > 0) sets += fmt::format(", {} for validation", data.validation.count());
  sets += fmt::format(", {} test examples", data.test.count());
  context.print(fmt::format("net {}: {} parameters; {}", plan.task.net.text, plan.task.net.parameter_count(), sets));
  std::string method = plan.optimizer.text;
  if (!plan.full_batch) method += " with rate " + shortest(plan.options.rate);
  if (plan.options.accumulate > 1) method += fmt::format(", {} batches an update", plan.options.accumulate);
  if (plan.options.augment.changes()) method += ", pictures changed by " + to_string(plan.options.augment);
  if (plan.options.schedule.text != "constant") method += ", " + plan.options.schedule.text;
  context.print(fmt::format("loss {}, {}", plan.task.loss.text, method));
}

void print_going_on(Context& context, const TrainingState& state, const TrainingOptions& options) {
  if (!is_finished(state, options)) return context.print(fmt::format("going on after epoch {}, step {}", state.epoch, state.step));
  context.print(fmt::format("nothing is left to do after epoch {}: more --epochs{} go on", state.epoch, options.patience > 0 ? " or --patience" : ""));
}

/// Bar and lines of a training under way.
class Display {
 public:
  Display(Context& context, const TrainingPlan& plan, const Split& data, const Encoding& encoding)
      : context_(context), options_(plan.options), examples_(data.train.count()), columns_{encoding},
        progress_("train", static_cast<size_t>(plan.options.epochs) * parts) {}

  void step(const TrainingState& s, int64_t steps) {
    const double epochs = static_cast<double>(s.epoch) + static_cast<double>(s.step) / static_cast<double>(steps);
    const auto examples = static_cast<double>(std::min(s.step * options_.examples_an_update(), examples_));
    if (first_ < 0) first_ = epochs;
    const double seconds = std::chrono::duration<double>(Clock::now() - start_).count();
    progress_.update(static_cast<size_t>(epochs * parts),
                     fmt::format("epoch {}  step {}/{}  loss {:.4g}  {:.0f} examples/s", s.epoch + 1, s.step, steps, s.loss_sum / examples,
                                 (epochs - first_) * static_cast<double>(examples_) / std::max(seconds, 1e-3)));
  }
  void epoch(const TrainingState& s) {
    last_ = s.reports.back();
    if (!has_line(s.epoch, options_.epochs)) return;
    first_ = first_ < 0 ? static_cast<double>(s.epoch) : first_;
    print_last();
  }
  /// The epoch that turned out to be the last has its line, too.
  void end() {
    if (last_.epoch > printed_) print_last();
  }

 private:
  static constexpr size_t parts = 1000;  // of the bar, an epoch

  void print_last() {
    printed_ = last_.epoch;
    progress_.clear();
    context_.print(columns_.row(last_));
  }

  Context& context_;
  const TrainingOptions& options_;
  int64_t examples_;
  EpochColumns columns_;
  Progress progress_;
  Clock::time_point start_ = Clock::now();
  double first_ = -1;  // epochs done when it started
  EpochReport last_ = {};
  int64_t printed_ = 0;  // the last epoch with a line
};

void test(Context& context, const TrainingPlan& plan, const Dataset& data, const Encoding& encoding, TrainedRun& run) {
  if (data.count() == 0) return;
  run.test = Evaluation(plan.task, data, plan.options.compile)(run.state.chosen());
  if (data.is_classification()) run.predicted = predict(plan.task, run.state.chosen(), data.x, plan.options.compile).classes;
  context.print(fmt::format("test {} {}", score_name(encoding), score_text(run.test->score, encoding)));
}

void fill_document(Context& context, const TrainingPlan& plan, const Encoding& encoding, const TrainedRun& run) {
  auto& document = context.document();
  document["net"] = plan.task.net.text;
  document["loss"] = plan.task.loss.text;
  document["optimizer"] = plan.optimizer.text;
  document["epochs"] = metrics_json(run.state.reports, encoding);
  if (run.state.best_epoch > 0) document["best_epoch"] = run.state.best_epoch;
  if (run.test) {
    document["test_loss"] = run.test->loss;
    document[fmt::format("test_{}", score_name(encoding))] = told_score(run.test->score, encoding);
  }
  document["interrupted"] = run.interrupted;
}

void print_end(Context& context, const TrainingPlan& plan, const Encoding& encoding, const TrainedRun& run) {
  const auto& state = run.state;
  if (run.interrupted)
    context.print(fmt::format("interrupted in epoch {}; go on with --resume", state.epoch + 1));
  else if (!run.ended.empty())
    context.print("ended: " + run.ended);
  else if (plan.options.patience > 0 && state.epoch < plan.options.epochs)
    context.print(fmt::format("no better validation loss for {} epochs", plan.options.patience));
  if (state.best_epoch == 0) return;
  const Measure& best = *state.reports[static_cast<size_t>(state.best_epoch - 1)].validation;
  context.print(fmt::format("chosen: epoch {}, of the least validation loss, {:.4g}; {} {}", state.best_epoch, best.loss, score_name(encoding),
                            score_text(best.score, encoding)));
}

nlohmann::ordered_json json_of(const EpochReport& e, const Encoding& encoding) {
  const std::string name(score_name(encoding));
  nlohmann::ordered_json object{{"epoch", e.epoch}, {"rate", e.rate}, {"loss", e.train.loss}, {"train_" + name, told_score(e.train.score, encoding)}};
  const auto add = [&](const std::string& set, const std::optional<Measure>& measure) {
    if (!measure) return;
    object[set + "_loss"] = measure->loss;
    object[set + "_" + name] = told_score(measure->score, encoding);
  };
  add("validation", e.validation);
  add("test", e.test);
  object["wall_s"] = e.wall_s;
  object["samples_per_s"] = e.samples_per_s;
  return object;
}

/// A training that loses one of its processes leaves a snapshot all the same.
void train_by(Ranks* ranks, const TrainingPlan& plan, const Split& data, TrainingState& state, const TrainingObserver& observer, Snapshots& snapshots) {
  const auto asked = [&](std::function<bool()> whether) {
    if (ranks != nullptr) ranks->is_ending = std::move(whether);
  };
  asked(observer.stop);
  try {
    train(plan.task, plan.optimizer, data, plan.options, state, observer, ranks);
    asked({});
  } catch (const Error& error) {
    asked({});
    if (error.id() == "W867" || error.id() == "W869") snapshots.write(state);
    throw;
  }
}

}  // namespace

nlohmann::ordered_json metrics_json(const std::vector<EpochReport>& reports, const Encoding& encoding) {
  auto list = nlohmann::ordered_json::array();
  for (const EpochReport& e : reports) list.push_back(json_of(e, encoding));
  return list;
}

std::string snapshot_path(const std::string& folder) { return (std::filesystem::path(folder) / "snapshot.safetensors").string(); }

std::string_view score_name(const Encoding& encoding) { return encoding.class_count() > 0 ? "accuracy" : "rmse"; }

double told_score(double score, const Encoding& encoding) {
  return encoding.class_count() == 0 && encoding.targets.size() == 1 ? score * encoding.targets[0].deviation : score;
}

std::string score_text(double score, const Encoding& encoding) {
  return encoding.class_count() > 0 ? fmt::format("{:.2f}%", 100 * score) : fmt::format("{:.4g}", told_score(score, encoding));
}

TrainedRun run_training(Context& context, const TrainingPlan& plan, const Split& data, const Encoding& encoding, const std::string& folder,
                        bool resume, Ranks* ranks) {
  auto settings = plan.settings;
  settings.emplace_back("data", fingerprint(data));
  TrainedRun run;
  run.state = resume ? resumed(snapshot_path(folder), settings)
                     : initial_state(plan.task, plan.optimizer, plan.options.key, data.train.x.dtype());
  if (!resume && !plan.start.empty()) run.state.parameters = plan.start;
  print_heading(context, plan, data);
  if (resume) print_going_on(context, run.state, plan.options);
  if (!is_finished(run.state, plan.options)) context.print(EpochColumns{encoding}.title(data));
  const int64_t every = context.arguments().has("snapshot-every") ? context.arguments().integer("snapshot-every", 1) : 0;
  Snapshots snapshots(snapshot_path(folder), settings, every);
  TrainingLog log(folder, run.state.reports, encoding);
  const Interrupt interrupt;
  {
    Display display(context, plan, data, encoding);
    const TrainingObserver observer{.on_step = [&](const TrainingState& s, int64_t steps) {
                                      display.step(s, steps);
                                      snapshots.after_step(s);
                                    },
                                    .on_epoch = [&](const TrainingState& s) {
                                      display.epoch(s);
                                      log.epoch(s.reports.back());
                                      snapshots.after_epoch(s);
                                    },
                                    .stop = [&] { return interrupt.requested(); },
                                    .on_engine = [&](const CompileChoice& choice) { report_choice(context, choice); }};
    if (plan.full_batch) run.ended = train_full_batch(plan.task, *plan.full_batch, data, plan.options, run.state, observer);
    else train_by(ranks, plan, data, run.state, observer, snapshots);
    display.end();
  }
  run.interrupted = interrupt.requested() && run.ended.empty() && !is_finished(run.state, plan.options);
  snapshots.write(run.state);
  print_end(context, plan, encoding, run);
  test(context, plan, data.test, encoding, run);
  fill_document(context, plan, encoding, run);
  return run;
}

}  // namespace wengert::cli
