// SPDX-License-Identifier: Apache-2.0
//
// wengert evaluate: how good a trained net is on data that say what is right, and where it is wrong.
#include <cmath>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "wengert/cli/engine.h"
#include "wengert/cli/output.h"
#include "wengert/cli/table.h"
#include "wengert/cli/trained_model.h"
#include "wengert/cli/training_files.h"
#include "wengert/cli/verbs.h"
#include "wengert/train/mistakes.h"

namespace wengert::cli {
namespace {

using Json = nlohmann::ordered_json;

/// All that is said about a net on some data.
struct Evaluated {
  const Model& model;
  const Dataset& data;
  std::string what;  ///< the data, in words: "the test part of leaves.csv"
  Measure measure = {};
  Predictions said = {};
  std::vector<Mistake> worst = {};

  const Encoding& encoding() const { return model.encoding; }
  bool is_text() const { return model.encoding.source == Encoding::Source::text; }
};

std::string share_text(double share) { return std::isnan(share) ? "-" : fmt::format("{:.2f}%", 100 * share); }

void print_measure(Context& context, const Evaluated& e) {
  const auto name = score_name(e.encoding());
  context.print(fmt::format("{} examples ({}): loss {:.6g} ({}), {} {}", e.data.count(), e.what, e.measure.loss,
                            e.model.task.loss.text, name, score_text(e.measure.score, e.encoding())));
  auto& document = context.document();
  document["measured"] = e.what;
  document["examples"] = e.data.count();
  document["loss"] = number_json(e.measure.loss);
  document[std::string(name)] = number_json(told_score(e.measure.score, e.encoding()));
  if (!e.is_text() || e.model.task.loss.text != "cross_entropy") return;
  const double nats = e.measure.loss;
  context.print(fmt::format("{:.4f} nats a character, {:.4f} bits, perplexity {:.4g}", nats, nats / std::log(2.0),
                            std::exp(nats)));
  document["nats_per_character"] = number_json(nats);
  document["bits_per_character"] = number_json(nats / std::log(2.0));
}

/// Columns are padded for a terminal.
void print_table(Context& context, const Table& table) {
  std::string text = table.str(terminal_width(), context.palette());
  if (!text.empty() && text.back() == '\n') text.pop_back();
  context.print(text);
}

void print_classes(Context& context, const Evaluated& e) {
  const auto confusion = e.is_text() ? std::vector<std::vector<int64_t>>{} : confusion_matrix(e.data, e.said.classes);
  if (confusion.empty()) return;  // which character was taken for which says little
  Table table({{"class"},
               {"examples", Align::right},
               {"precision", Align::right},
               {"recall", Align::right},
               {"F1", Align::right}});
  auto& list = context.document()["class_measures"] = Json::array();
  double f1_sum = 0;
  int64_t f1_count = 0;
  const auto measures = class_measures(confusion);
  for (size_t c = 0; c < measures.size(); ++c) {
    const ClassMeasure& m = measures[c];
    table.add({e.encoding().classes[c], std::to_string(m.actual), share_text(m.precision()), share_text(m.recall()),
               share_text(m.f1())});
    list.push_back({{"name", e.encoding().classes[c]},
                    {"examples", m.actual},
                    {"predicted", m.predicted},
                    {"precision", number_json(m.precision())},
                    {"recall", number_json(m.recall())},
                    {"f1", number_json(m.f1())}});
    if (m.actual + m.predicted > 0) f1_sum += m.f1(), ++f1_count;
  }
  context.document()["macro_f1"] = number_json(f1_sum / static_cast<double>(f1_count));
  print_table(context, table);
  context.print(fmt::format("mean F1 of the classes: {}", share_text(f1_sum / static_cast<double>(f1_count))));
  print_confusion(context, e.data, {.state = {}, .test = {}, .predicted = e.said.classes});
}

void print_values(Context& context, const Evaluated& e) {
  Table table({{"target"},
               {"RMSE", Align::right},
               {"mean |error|", Align::right},
               {"worst", Align::right},
               {"explained", Align::right}});
  auto& list = context.document()["targets"] = Json::array();
  const auto measures = value_measures(e.encoding(), e.data, e.said);
  const auto names = e.encoding().target_names();
  for (size_t j = 0; j < measures.size(); ++j) {
    const ValueMeasure& m = measures[j];
    table.add({names[j], fmt::format("{:.4g}", m.rmse), fmt::format("{:.4g}", m.mean_absolute),
               fmt::format("{:.4g}", m.worst), share_text(m.explained)});
    list.push_back({{"name", names[j]},
                    {"rmse", number_json(m.rmse)},
                    {"mean_absolute_error", number_json(m.mean_absolute)},
                    {"worst_error", number_json(m.worst)},
                    {"explained", number_json(m.explained)}});
  }
  print_table(context, table);
}

/// The values of a row.
std::string values_text(const Array& values, int64_t row) {
  const int64_t k = values.shape()[1];
  std::string text;
  for (int64_t j = 0; j < k; ++j) text += fmt::format("{}{:.6g}", j > 0 ? " " : "", values[row * k + j]);
  return text;
}

/// What shows an example of the worst in a line.
std::string example_text(const Evaluated& e, int64_t place) {
  if (e.is_text()) return text_before(e.encoding(), e.data, place, 40);
  const auto names = example_columns(e.encoding());
  if (names.empty()) return "";
  const auto values = decoded_example(e.encoding(), e.data.x, place);
  std::string text;
  for (size_t k = 0; k < names.size() && k < 6; ++k)
    text += fmt::format("{}{}={}", k > 0 ? " " : "", names[k], values[k]);
  return names.size() > 6 ? text + " ..." : text;
}

void print_worst(Context& context, const Evaluated& e) {
  if (e.worst.empty()) return;
  const bool classes = e.data.is_classification(), probable = e.model.task.loss.classifies;
  Table table({{e.is_text() ? "place" : "example", Align::right},
               {probable ? "-log p" : "error²", Align::right},
               {"is"},
               {"read as"},
               {e.is_text() ? "after" : "", Align::left, true}});
  auto& list = context.document()["worst"] = Json::array();
  const Array right = classes ? Array() : e.encoding().decoded_targets(e.data.y),
              predicted = classes ? Array() : e.encoding().decoded_targets(e.said.values);
  for (const Mistake& m : e.worst) {
    auto [is, said] = classes ? std::pair(shown_class(e.encoding(), m.right), shown_class(e.encoding(), m.said))
                              : std::pair(values_text(right, m.place), values_text(predicted, m.place));
    Json entry{
        {e.is_text() ? "place" : "example", m.place + 1}, {"loss", number_json(m.loss)}, {"is", is}, {"read_as", said}};
    if (probable) {
      entry["probability"] = number_json(m.right_probability);
      entry["read_as_probability"] = number_json(m.said_probability);
      is += fmt::format(" ({:.2g}%)", 100 * m.right_probability),
          said += fmt::format(" ({:.3g}%)", 100 * m.said_probability);
    }
    table.add({std::to_string(m.place + 1), fmt::format("{:.4g}", m.loss), is, said, example_text(e, m.place)});
    list.push_back(std::move(entry));
  }
  context.print(e.is_text() ? "the hardest places:" : "the worst examples:");
  print_table(context, table);
}

void refuse_nothing_to_compare(const std::vector<std::string>& paths, const Dataset& data) {
  if (data.count() == 0)
    throw UsageError("W851", fmt::format("{} has no examples", fmt::join(paths, " ")), {},
                     "give data with at least one example");
  if (!data.has_targets())
    throw UsageError("W851",
                     fmt::format("{} does not say what is right: there is nothing to compare predictions with",
                                 fmt::join(paths, " ")),
                     {}, "give data with the column that was learned, or use `wengert predict`");
}

/// A part of the data of the training, as it was parted then. throws : UsageError W870
Dataset part_of(const Model& model, const Arguments& arguments) {
  const std::string part = arguments.text("part"), named = arguments.text("MODEL");
  if (!model.data)
    throw UsageError("W870", fmt::format("{} does not say how the data of its training were parted", named), {},
                     "give data that it has not seen, without --part; or train it again");
  for (const char* option : {"header", "separator"})
    if (arguments.has(option))
      throw UsageError("W602", fmt::format("--{} is known: with --part the data are read as in the training", option), {}, "leave it out");
  Split parts = read_parts(arguments.all("DATA"), *model.data, model.encoding, model.parameters[0].dtype());
  Dataset& chosen = part == "test" ? parts.test : part == "validation" ? parts.validation : parts.train;
  if (chosen.count() == 0)
    throw UsageError("W870", fmt::format("no examples were held out for {} when {} was trained", part, named), {},
                     fmt::format("train with --{} 0.2, say", part));
  return std::move(chosen);
}

/// What is measured, in words.
std::string text_of(const Arguments& arguments, bool own_test_set) {
  const std::string paths = fmt::format("{}", fmt::join(arguments.all("DATA"), " ")), part = arguments.text("part");
  if (part != "all") return fmt::format("the {} part of {}", part == "train" ? "training" : part, paths);
  return fmt::format("{} {}", own_test_set ? "the test set of" : "all of", paths);
}

int run(Context& context) {
  const Arguments& arguments = context.arguments();
  const auto most = static_cast<size_t>(arguments.integer("worst", 0, 100'000));
  const Model model = context.stage("read model", [&] { return read_model_at(arguments.text("MODEL")); });
  bool own_test_set = false;
  const Dataset data = context.stage("read data", [&] {
    if (arguments.text("part") != "all") return part_of(model, arguments);
    return read_rows(arguments.all("DATA"), model.encoding, model.parameters[0].dtype(), table_format_of(arguments), &own_test_set);
  });
  refuse_nothing_to_compare(arguments.all("DATA"), data);
  if (arguments.text("part") == "all") note_seen_data(context, model, data);
  const CompileOptions wish = engine_wish(arguments);
  CompileChoice choice;
  Evaluated e{model, data, text_of(arguments, own_test_set)};
  context.stage("evaluate", [&] {
    e.measure = Evaluation(model.task, data, wish)(model.parameters);
    e.said = predict(model.task, model.parameters, data.x, wish, &choice);
    e.worst = worst_answers(model.task, data, e.said, most);
  });
  report_choice(context, choice);
  print_measure(context, e);
  if (data.is_classification())
    print_classes(context, e);
  else
    print_values(context, e);
  print_worst(context, e);
  return exit_ok;
}

}  // namespace

Verb evaluate_verb() {
  std::vector<Option> options{model_option(),
                              {.names = "DATA",
                               .value = "PATH",
                               .help = "Examples in the form that was trained on, with what is right",
                               .completes = Completes::files,
                               .required = true,
                               .repeats = true},
                              {"--part", "PART", "Which part of the data of the training, as they were parted then; all: of any data", "all", {"all", "test", "validation", "train"}},
                              {"--worst", "N", "List the N examples of the greatest loss", "10"}};
  for (Option& option : table_options()) options.push_back(std::move(option));
  for (Option& option : engine_options()) options.push_back(std::move(option));
  return {.name = "evaluate",
          .summary = "Measure a trained net: loss, accuracy or errors, every class, the worst examples",
          .description =
              "For classes: accuracy, precision (of those read as the class, how many are it), recall (of those that "
              "are it, how many were "
              "read as it) and F1 of each, and the confusion matrix. For values: errors of each target in its units, "
              "and the share of the "
              "variance that is explained. For texts: nats a character. Of a folder or archive with a test set, that "
              "set is taken.\n\n"
              "All examples of DATA are measured. If the net was trained on a part of them, that says too little about new ones: --part "
              "test reads the same data as the training did, parts them in the same way, and measures what was held out. The first line "
              "says what was measured.",
          .options = options,
          .examples = {{"wengert evaluate out new.csv", "A net of classes, on new examples"},
                       {"wengert evaluate out iris.csv --part test", "On those that were held out of its training"},
                       {"wengert evaluate out mnist --worst 3 --json", "For a program"}},
          .run = run};
}

}  // namespace wengert::cli
