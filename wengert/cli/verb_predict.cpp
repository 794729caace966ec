// SPDX-License-Identifier: Apache-2.0
//
// wengert predict: what a trained net says of new rows.
#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "wengert/cli/engine.h"
#include "wengert/cli/trained_model.h"
#include "wengert/cli/training_files.h"
#include "wengert/cli/verbs.h"
#include "wengert/io/csv.h"
#include "wengert/train/sample_text.h"

namespace wengert::cli {
namespace {

std::string class_name(const Encoding& encoding, int64_t c) { return encoding.classes[static_cast<size_t>(c)]; }

/// The probability of every class; a single output is that of the second of two.
std::vector<double> probabilities(const Predictions& said, int64_t row) {
  const int64_t outputs = said.values.shape()[1];
  std::vector<double> result;
  for (int64_t k = 0; k < outputs; ++k) result.push_back(said.values[row * outputs + k]);
  return outputs == 1 ? std::vector{1 - result[0], result[0]} : result;
}

/// One row a prediction: the file, where each is one, then the class and its probabilities, or the values.
CsvText table_of(const Model& model, const Dataset& data, const Predictions& said) {
  const Encoding& encoding = model.encoding;
  const bool with_probabilities = model.task.loss.classifies;
  const bool classes = encoding.class_count() > 0;
  std::vector<std::string> header = classes ? std::vector<std::string>{"class"} : encoding.target_names();
  if (classes && with_probabilities)
    for (const std::string& name : encoding.classes) header.push_back("p(" + name + ")");
  const std::vector<std::string>& files = data.example_names;
  if (!files.empty()) header.insert(header.begin(), "file");
  CsvText csv(header);
  const Array values = classes ? said.values : encoding.decoded_targets(said.values);
  for (int64_t row = 0; row < values.shape()[0]; ++row) {
    std::vector<std::string> fields;
    if (!files.empty()) fields.push_back(files[static_cast<size_t>(row)]);
    if (classes) fields.push_back(class_name(encoding, said.classes[static_cast<size_t>(row)]));
    const auto number = [&](double x) { return values.dtype() == DType::f32 ? shortest(static_cast<float>(x)) : shortest(x); };
    if (classes && with_probabilities)
      for (double p : probabilities(said, row)) fields.push_back(number(p));
    for (int64_t k = 0; !classes && k < values.shape()[1]; ++k) fields.push_back(number(values[row * values.shape()[1] + k]));
    csv.row_of(fields);
  }
  return csv;
}

void report_score(Context& context, const Model& model, const Dataset& data) {
  const Measure measure = Evaluation(model.task, data, engine_wish(context.arguments()))(model.parameters);
  const auto name = score_name(model.encoding);
  context.print(fmt::format("{} on {} examples: {}, loss {:.4g}", name, data.count(), score_text(measure.score, model.encoding), measure.loss));
  context.document()[std::string(name)] = told_score(measure.score, model.encoding);
  context.document()["loss"] = measure.loss;
}

/// --sample: text that the net goes on with.
int sample(Context& context, const Model& model) {
  const Arguments& arguments = context.arguments();
  if (arguments.has("DATA")) throw UsageError("W602", "--sample makes a text of its own: it takes no DATA", {}, "leave out one of them");
  std::string text = arguments.text("prompt");
  const SampleOptions options{.characters = arguments.integer("sample", 1, 100'000'000),
                              .prompt = text.empty() ? model.encoding.classes.empty() ? "" : model.encoding.classes[0] : text,
                              .temperature = arguments.real("temperature", 0, 100),
                              .key = static_cast<uint64_t>(arguments.integer("seed", 0)),
                              .compile = engine_wish(arguments)};
  context.stage("sample", [&] {
    sample_text(model, options, [&](std::string_view character) {
      text += character;
      return true;
    });
  });
  context.print(text);
  context.document()["text"] = text;
  return exit_ok;
}

int run(Context& context) {
  const Arguments& arguments = context.arguments();
  Model model = context.stage("read model", [&] { return read_model_at(arguments.text("MODEL")); });
  model.encoding.pictures = picture_options_of(arguments, model.encoding.pictures);
  if (arguments.has("sample")) return sample(context, model);
  if (!arguments.has("DATA")) throw UsageError("W602", "there are no DATA to predict", {}, "name a file, or ask for a text with --sample");
  const Dataset data = context.stage("read data", [&] {
    return read_rows(arguments.all("DATA"), model.encoding, model.parameters[0].dtype(), table_format_of(arguments));
  });
  CompileChoice choice;
  const CompileOptions wish = engine_wish(arguments);
  const Predictions said = context.stage("predict", [&] { return predict(model.task, model.parameters, data.x, wish, &choice); });
  if (data.count() > 0) report_choice(context, choice);
  const CsvText table = table_of(model, data, said);
  const bool each = arguments.has("each") || !data.has_targets();
  if (arguments.has("out")) {
    write_csv(arguments.text("out"), table);
    report_files(context, {arguments.text("out")});
  } else if (each) {
    context.print(std::string_view(table.text()).substr(0, table.text().size() - 1));
  }
  if (data.has_targets() && data.count() > 0) {
    note_seen_data(context, model, data);
    report_score(context, model, data);
  }
  auto& rows = context.document()["predicted"] = nlohmann::ordered_json::array();
  for (size_t k = 0; k < said.classes.size(); ++k)
    if (model.encoding.class_count() > 0) rows.push_back(class_name(model.encoding, said.classes[k]));
  if (model.encoding.class_count() == 0) {
    const Array values = model.encoding.decoded_targets(said.values);
    for (int64_t k = 0; k < values.elements(); ++k) rows.push_back(values[k]);
  }
  return exit_ok;
}

}  // namespace

Verb predict_verb() {
  std::vector<Option> options{model_option(),
                              {.names = "DATA", .value = "PATH", .help = "Rows in the form that was trained on, or pictures; they need no target", .completes = Completes::files, .repeats = true},
                              {"--sample", "N", "Write N characters of text, by a net that was trained with --text"},
                              {"--prompt", "TEXT", "What the text goes on from"},
                              {"--temperature", "T", "Below 1 likelier characters are taken oftener; 0: the likeliest", "1"},
                              {"--seed", "K", "Decides which characters are drawn", "1"},
                              {"--each", {}, "Print the prediction of every row, also where the data say what is right"},
                              {"-o,--out", "FILE", "Write the predictions to a CSV file", {}, {}, Completes::files}};
  for (Option& option : picture_options()) options.push_back(std::move(option));
  for (Option& option : table_options()) options.push_back(std::move(option));
  for (Option& option : engine_options()) options.push_back(std::move(option));
  return {.name = "predict",
          .summary = "Predict with a trained net, and measure it where the data say what is right",
          .description = "Columns are found by their names (without header, by their places), and encoded as in the training. For classes a line "
                         "is the class and the probability of each; for values it is in the units of the data.",
          .options = options,
          .examples = {{"wengert predict out iris.csv", "Accuracy of a trained net"},
                       {"wengert predict out new.csv -o predicted.csv", "Predictions as a file"},
                       {"wengert predict out photos/*.png --grey --image-size 28x28", "Pictures, a line each"},
                       {"wengert predict out --sample 300 --prompt \"ROMEO:\" --temperature 0.8", "A text that a net of characters makes up"}},
          .run = run};
}

}  // namespace wengert::cli
