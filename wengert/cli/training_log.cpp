// SPDX-License-Identifier: Apache-2.0
#include "wengert/cli/training_log.h"

#include <filesystem>
#include <nlohmann/json.hpp>

#include "wengert/cli/training_run.h"
#include "wengert/io/file.h"
#include "wengert/io/tensorboard.h"

namespace wengert::cli {
namespace {

double now_s() { return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count(); }

std::string line_of(const EpochReport& report, const Encoding& encoding) {
  return metrics_json({report}, encoding)[0].dump() + "\n";
}

std::string lines_of(const std::vector<EpochReport>& reports, const Encoding& encoding) {
  std::string text;
  for (const EpochReport& report : reports) text += line_of(report, encoding);
  return text;
}

/// The scalars of an epoch: one picture for the losses of all sets, one for the scores.
Bytes event_of(const EpochReport& report, const Encoding& encoding, double wall_time_s) {
  std::vector<EventScalar> scalars;
  const std::string score(score_name(encoding));
  const auto add = [&](const std::string& set, const Measure& measure) {
    scalars.push_back({"loss/" + set, measure.loss});
    scalars.push_back({score + "/" + set, told_score(measure.score, encoding)});
  };
  add("train", report.train);
  if (report.validation) add("validation", *report.validation);
  if (report.test) add("test", *report.test);
  scalars.push_back({"run/rate", report.rate});
  scalars.push_back({"run/samples_per_s", report.samples_per_s});
  return event_record(wall_time_s, report.epoch, scalars);
}

/// The events so far: as they are in the file where it has them, with the times they were written at; else made anew.
Bytes events_of(const std::string& path, const std::vector<EpochReport>& reports, const Encoding& encoding) {
  if (!reports.empty() && std::filesystem::is_regular_file(path)) {
    Bytes file = read_file(path);
    if (const auto end = end_of_records(file, reports.size() + 1)) {
      file.resize(*end);
      return file;
    }
  }
  double time_s = now_s();
  for (const EpochReport& report : reports) time_s -= report.wall_s;
  Bytes events = first_event_record(time_s);
  for (const EpochReport& report : reports) append(events, event_of(report, encoding, time_s += report.wall_s));
  return events;
}

std::string in(const std::string& folder, const char* name) { return (std::filesystem::path(folder) / name).string(); }

constexpr const char *lines_name = "metrics.jsonl", *events_name = "events.out.tfevents.wengert";

}  // namespace

TrainingLog::TrainingLog(const std::string& folder, const std::vector<EpochReport>& reports, const Encoding& encoding)
    : encoding_(encoding), lines_(in(folder, lines_name), bytes_of(lines_of(reports, encoding))),
      events_(in(folder, events_name), events_of(in(folder, events_name), reports, encoding)) {}

void TrainingLog::epoch(const EpochReport& report) {
  lines_.write(bytes_of(line_of(report, encoding_)));
  events_.write(event_of(report, encoding_, now_s()));
}

}  // namespace wengert::cli
