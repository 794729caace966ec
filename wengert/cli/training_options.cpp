// SPDX-License-Identifier: Apache-2.0
#include "wengert/cli/training_options.h"

#include <filesystem>
#include <fmt/format.h>

#include "wengert/cli/engine.h"
#include "wengert/cli/program_source.h"
#include "wengert/cli/training_method.h"
#include "wengert/nn/net_json.h"

namespace wengert::cli {
namespace {

/// The values of an option that may be repeated, each a list with commas.
std::vector<std::string> listed_values(const Arguments& arguments, std::string_view name) {
  std::vector<std::string> values;
  for (const std::string& given : arguments.all(name))
    for (size_t at = 0; at <= given.size();) {
      const size_t comma = std::min(given.find(',', at), given.size());
      if (comma > at) values.push_back(given.substr(at, comma - at));
      at = comma + 1;
    }
  return values;
}

char separator_of(const Arguments& arguments) {
  const std::string name = arguments.text("separator");
  if (name == "auto") return '\0';
  if (name == "tab") return '\t';
  if (name == "blanks") return ' ';
  if (name.size() == 1) return name[0];
  throw UsageError("W602", fmt::format("--separator is one character, tab, blanks or auto; found \"{}\"", name), {}, "e.g. --separator=tab");
}

Missing missing_of(const Arguments& arguments) {
  const std::string missing = arguments.text("missing");
  return missing == "drop" ? Missing::drop : missing == "fill" ? Missing::fill : Missing::refuse;
}

/// --test is a share, or a file.
void set_test(DataOptions& options, const Arguments& arguments) {
  const std::string test = arguments.text("test");
  if (std::filesystem::exists(test)) {
    options.test_paths = {test};
    return;
  }
  if (test.find_first_not_of("0123456789.eE+-") != std::string::npos)
    throw UsageError("W602", fmt::format("--test is a share of the examples or a file; there is no file \"{}\"", test), {}, "e.g. --test=0.2");
  options.test = arguments.real("test", 0, 0.9);
}

std::string usual_net(const Dataset& data, int64_t outputs) {
  if (data.steps() > 0) return fmt::format("{} tokens-embedding {} 32-lstm 128-{}", data.features(), data.classes, outputs);
  return fmt::format("{}-128 relu-{}", data.features(), outputs);
}

NetDescription net_description(const Arguments& arguments, const Dataset& data) {
  NetDescription description;
  if (const std::string text = arguments.text("net"); text.ends_with(".json")) {
    description = read_net(text).description;
    for (const char* option : {"initializer", "bias-initializer"})
      if (arguments.has(option))
        throw UsageError("W602", fmt::format("--{} does not change the net in {}", option, text), {}, "write the initializers into the file");
  } else {
    const int64_t outputs = data.is_classification() ? data.classes : data.targets();
    description = parse_net(arguments.has("net") ? text : usual_net(data, outputs), arguments.text("initializer"),
                            arguments.text("bias-initializer"))
                      .description;
  }
  if (arguments.has("loss") || description.loss.empty()) description.loss = arguments.text("loss");
  if (arguments.has("regularize") || description.regularize.empty()) description.regularize = arguments.text("regularize");
  return description;
}

void refuse_settings_of_steps(const Arguments& arguments) {
  for (const char* name : {"rate", "schedule", "batch"})
    if (arguments.has(name))
      throw UsageError("W602", fmt::format("--{} has no meaning for lbfgs, which takes all examples at once and finds its own steps", name), {},
                       fmt::format("leave --{} out, or choose another optimizer", name));
  for (const char* name : {"engine", "math", "threads"})
    if (arguments.has(name))
      throw UsageError("W713", fmt::format("--{} is about steps of single batches, and lbfgs takes all examples at once", name), {},
                       fmt::format("leave --{} out, or choose another optimizer", name));
}

TrainingOptions training_options_of(const Arguments& arguments, const Optimizer& optimizer) {
  TrainingOptions options;
  options.rate = arguments.text("rate").empty() ? optimizer.usual_rate : arguments.real("rate", 0, 1e6);
  options.schedule = parse_schedule(arguments.text("schedule"));
  options.epochs = arguments.integer("epochs", 1, 10'000'000);
  options.batch = arguments.integer("batch", 1, 1 << 24);
  options.patience = arguments.integer("patience", 0, 10'000'000);
  options.key = static_cast<uint64_t>(arguments.integer("seed", 0));
  options.compile = engine_wish(arguments);
  return options;
}

}  // namespace

std::vector<Option> learning_options(const UsualTraining& usual) {
  return joined({{"--net", "TEXT", "Input and layers, such as \"784-128 relu-10 softmax\" (docs/nets.md), or a .json file (default: one hidden layer of 128 relu; of a text an lstm of 128)"},
          {"--loss", "TEXT", "cross_entropy, logistic, squared_error, mse, \"huber 1\" (default: by the data)"},
          {"--regularize", "TEXT", "Penalty on weights: none, \"l2 1e-4\", \"l1 1e-5\"", "none"},
          {"--initializer", "TEXT", "How weights start: he_normal, xavier_uniform, orthogonal, \"normal 0 1\", ...", "he_normal"},
          {"--bias-initializer", "TEXT", "How biases start", "zeros"},
          {"--optimizer", "TEXT", "gradient_descent, \"sgd 0.9\", nesterov, adagrad, rmsprop, adam, adamw, lbfgs", usual.optimizer},
          {"--rate", "R", "Learning rate; unsaid, what suits the optimizer", usual.rate},
          {"--schedule", "TEXT", "Factor on the rate: constant, \"step 0.5 every 1\", cosine, ..., each with warmup=EPOCHS; a chain: \"constant for 10, cosine scaled 0.5\"", usual.schedule},
          {"--epochs", "N", "Passes over the training set", usual.epochs},
          {"--batch", "N", "Examples a batch", "64"},
          {"--patience", "N", "End after N epochs without a better validation loss (0: never)", "0"},
          {"--seed", "K", "Decides what is held out, initial values and shuffles", "1"}},
                joined(method_options(), engine_options()));
}

std::vector<Option> table_options() {
  return {{"--header", "WHEN", "Whether the first line of a table names its columns", "auto", {"auto", "yes", "no"}},
          {"--separator", "CHAR", "Between columns: a character, tab, blanks, or auto", "auto"}};
}

std::vector<Option> data_options() {
  std::vector<Option> options{
      {.names = "--target", .value = "COLUMN", .help = "Column to learn, by name or number (default: the last)", .repeats = true},
      {.names = "--ignore", .value = "COLUMN", .help = "Column to leave out", .repeats = true},
      {"--text", "N", "The data are a text: learn which character comes next, in sequences of N"},
      {.names = "--categorical", .value = "COLUMN", .help = "Column whose numbers are names", .repeats = true},
      {"--learn", "WHAT", "Classes or values of the target", "auto", {"auto", "classes", "values"}},
      {"--standardize", "WHEN", "Whether features get mean 0 and deviation 1 (auto: not those of images)", "auto", {"auto", "yes", "no"}},
      {"--test", "PART", "Share of the examples that is held out to test, or a file of them", "0.2", {}, Completes::files},
      {"--validation", "PART", "Share of the examples, of those for training, that is held out to choose the best epoch", "0"},
      {"--missing", "HOW", "Missing cells: an error, drop the row, or fill with the column's mean", "error", {"error", "drop", "fill"}},
      {"--dtype", "TYPE", "Numbers computed with", "f32", {"f32", "f64"}}};
  for (Option& option : picture_options()) options.push_back(std::move(option));
  for (Option& option : table_options()) options.push_back(std::move(option));
  return options;
}

std::vector<Option> picture_options() {
  return {{"--grey", {}, "Pictures (PNG) are made grey"}, {"--image-size", "HxW", "Pictures (PNG) are brought to this size"}};
}

PictureOptions picture_options_of(const Arguments& arguments, PictureOptions options) {
  const bool grey = options.grey || arguments.has("grey");
  if (arguments.has("image-size")) options = parse_picture_size(arguments.text("image-size"));
  options.grey = grey;
  return options;
}

TableFormat table_format_of(const Arguments& arguments) {
  const std::string header = arguments.text("header");
  return {.separator = separator_of(arguments),
          .header = header == "yes" ? Header::present : header == "no" ? Header::absent : Header::by_content};
}

namespace {

/// Who ends the net in softmax has said that there are classes to tell apart.
bool net_says_classes(const Arguments& arguments) {
  const std::string net = arguments.text("net");
  if (net.empty() || arguments.all("target").size() > 1) return false;
  return (net.ends_with(".json") ? read_net(net) : parse_net(net)).link == Link::softmax;
}

}  // namespace

DataOptions data_options_of(const Arguments& arguments) {
  DataOptions options{.format = table_format_of(arguments), .missing = missing_of(arguments)};
  options.targets = listed_values(arguments, "target");
  options.ignored = listed_values(arguments, "ignore");
  options.categorical = listed_values(arguments, "categorical");
  if (const auto learn = arguments.text("learn"); learn != "auto") options.task = learn == "classes" ? Task::classes : Task::values;
  else if (net_says_classes(arguments)) options.task = Task::classes;
  if (const auto when = arguments.text("standardize"); when != "auto") options.standardize = when == "yes";
  options.dtype = arguments.text("dtype") == "f64" ? DType::f64 : DType::f32;
  options.pictures = picture_options_of(arguments);
  if (arguments.has("text")) options.sequence = arguments.integer("text", 1, 1 << 16);
  set_test(options, arguments);
  options.validation = arguments.real("validation", 0, 0.9);
  options.key = static_cast<uint64_t>(arguments.integer("seed", 0));
  return options;
}

void check_data_options(const Arguments& arguments, Encoding::Source source) {
  using enum Encoding::Source;
  const auto refuse = [&](std::initializer_list<const char*> names, const char* whose) {
    constexpr const char* kinds[] = {"a table", "arrays", "images", "a text"};  // as in Source
    for (const char* name : names)
      if (arguments.has(name))
        throw UsageError("W602", fmt::format("--{} is about {}, and the data are {}", name, whose, kinds[static_cast<size_t>(source)]), {},
                         fmt::format("leave --{} out", name));
  };
  if (source != table) refuse({"target", "ignore", "categorical", "missing", "header", "separator"}, "tables");
  if (source == text) refuse({"learn", "standardize"}, "examples with features and targets");
  if (source == text) refuse({"grey", "image-size"}, "pictures");  // elsewhere the reader does: W838
}

TrainingPlan training_plan(const Arguments& arguments, const Dataset& data) {
  TrainingPlan plan;
  plan.task = make_task(net_description(arguments, data), data.is_classification());
  check_fit(plan.task, data);
  plan.full_batch = parse_full_batch(arguments.text("optimizer"));
  if (plan.full_batch) {
    plan.optimizer.name = plan.optimizer.text = plan.full_batch->text;
    refuse_settings_of_steps(arguments);
  } else {
    plan.optimizer = parse_optimizer(arguments.text("optimizer"));
  }
  plan.options = training_options_of(arguments, plan.optimizer);
  const auto more_settings = apply_methods(arguments, data, plan);
  const TrainingOptions& o = plan.options;
  plan.settings = {{"net", to_json(plan.task.net.description)}, {"optimizer", plan.optimizer.text}, {"rate", shortest(o.rate)},
                   {"schedule", o.schedule.text}, {"batch", std::to_string(o.batch)}, {"seed", std::to_string(o.key)},
                   {"dtype", std::string(to_string(data.x.dtype()))}, {"engine", arguments.text("engine")}, {"math", arguments.text("math")}};
  plan.settings.insert(plan.settings.end(), more_settings.begin(), more_settings.end());
  if (o.schedule.looks_ahead) plan.settings.emplace_back("epochs", std::to_string(o.epochs));
  return plan;
}

}  // namespace wengert::cli
