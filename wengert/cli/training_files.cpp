// SPDX-License-Identifier: Apache-2.0
#include "wengert/cli/training_files.h"

#include <filesystem>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "wengert/cli/table.h"
#include "wengert/draw/heat_map.h"
#include "wengert/draw/plot.h"
#include "wengert/io/csv.h"
#include "wengert/io/file.h"

namespace wengert::cli {
namespace {

constexpr int64_t most_classes_drawn = 64;

std::vector<int64_t> flat_confusion(const Dataset& test, const TrainedRun& run) {
  std::vector<int64_t> counts;
  for (const auto& row : confusion_matrix(test, run.predicted)) counts.insert(counts.end(), row.begin(), row.end());
  return counts;
}

std::vector<std::string> class_names(const Dataset& data) {
  if (!data.class_names.empty()) return data.class_names;
  std::vector<std::string> names;
  for (int64_t c = 0; c < data.classes; ++c) names.push_back(std::to_string(c));
  return names;
}

/// Columns as in the JSON document; a set that is not there has none.
CsvText metrics_csv(const std::vector<EpochReport>& reports, const Encoding& encoding) {
  const std::string_view score = score_name(encoding);
  const auto told = [&](const Measure& measure) { return shortest(told_score(measure.score, encoding)); };
  const bool validated = !reports.empty() && reports[0].validation, tested = !reports.empty() && reports[0].test;
  std::vector<std::string> header{"epoch", "rate", "loss", fmt::format("train_{}", score)};
  for (const auto& [there, set] : {std::pair(validated, "validation"), std::pair(tested, "test")})
    if (there) header.insert(header.end(), {fmt::format("{}_loss", set), fmt::format("{}_{}", set, score)});
  header.insert(header.end(), {"wall_s", "samples_per_s"});
  CsvText csv(header);
  for (const EpochReport& r : reports) {
    std::vector<std::string> row{std::to_string(r.epoch), shortest(r.rate), shortest(r.train.loss), told(r.train)};
    for (const auto& measure : {r.validation, r.test})
      if (measure) row.insert(row.end(), {shortest(measure->loss), told(*measure)});
    row.insert(row.end(), {fmt::format("{:.4f}", r.wall_s), fmt::format("{:.0f}", r.samples_per_s)});
    csv.row_of(row);
  }
  return csv;
}

std::string loss_chart(const std::vector<EpochReport>& reports, const TrainingPlan& plan) {
  Series train{"training", {}, {}}, validation{"validation", {}, {}}, test{"test", {}, {}};
  for (const EpochReport& r : reports) {
    const auto add = [&](Series& series, double loss) {
      series.x.push_back(static_cast<double>(r.epoch));
      series.y.push_back(loss);
    };
    add(train, r.train.loss);
    if (r.validation) add(validation, r.validation->loss);
    if (r.test) add(test, r.test->loss);
  }
  std::vector<Series> series{train};
  for (const Series& other : {validation, test})
    if (!other.x.empty()) series.push_back(other);
  return line_chart(series, {.title = "Training of " + plan.task.net.text, .x_title = "epoch", .y_title = "mean " + plan.task.loss.text, .from_zero = true});
}

}  // namespace

void print_confusion(Context& context, const Dataset& test, const TrainedRun& run) {
  if (test.steps() > 0) return;  // which character was taken for which says little
  const auto counts = confusion_matrix(test, run.predicted);
  const auto names = class_names(test);
  context.document()["confusion"] = counts;
  context.document()["classes"] = names;
  if (test.classes > most_classes_drawn) return context.print(fmt::format("the confusion matrix of {} classes is left out", test.classes));
  std::vector<Column> columns{{"is \\ read as", Align::right}};
  for (const std::string& name : names) columns.push_back({name, Align::right});
  columns.push_back({"right", Align::right});
  Table table(columns);
  for (size_t actual = 0; actual < counts.size(); ++actual) {
    std::vector<std::string> row{names[actual]};
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

std::vector<std::string> write_run(const std::string& folder, const TrainingPlan& plan, const TrainingData& data, const DataOptions& read,
                                   const TrainedRun& run) {
  const Encoding& encoding = data.encoding;
  const Dataset& test = data.split.test;
  std::vector<std::string> written;
  const auto in_folder = [&](const char* name) { return written.emplace_back((std::filesystem::path(folder) / name).string()); };
  const auto& reports = run.state.reports;
  write_model(in_folder("weights.safetensors"), {plan.task, run.state.chosen(), encoding, record_of(read, data.split)});
  if (reports.empty()) return written;
  write_csv(in_folder("metrics.csv"), metrics_csv(reports, encoding));
  write_text(in_folder("metrics.json"), metrics_json(reports, encoding).dump(2) + "\n");
  write_text(in_folder("loss.svg"), loss_chart(reports, plan));
  if (test.is_classification() && test.count() > 0 && test.steps() == 0 && test.classes <= most_classes_drawn)
    write_text(in_folder("confusion.svg"), confusion_matrix(flat_confusion(test, run), class_names(test)));
  return written;
}

void report_files(Context& context, const std::vector<std::string>& files) {
  for (const std::string& file : files) {
    context.print("wrote " + file);
    context.document()["files"].push_back(file);
  }
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

}  // namespace wengert::cli
