// SPDX-License-Identifier: Apache-2.0
#include "wengert/cli/sweep_files.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <set>

#include "wengert/cli/duration.h"
#include "wengert/cli/html.h"
#include "wengert/cli/output.h"
#include "wengert/cli/table.h"
#include "wengert/cli/training_files.h"
#include "wengert/draw/plot.h"
#include "wengert/draw/svg_text.h"
#include "wengert/io/csv.h"

namespace wengert::cli {
namespace {

constexpr size_t most_curves = 8;

bool is_finished(const SweepRun& run) { return run.state == SweepRun::State::finished; }

std::string score_of(const SweepRun& run, const std::string& score) {
  return score == "accuracy" ? fmt::format("{:.2f}%", 100 * run.validation_score)
                             : fmt::format("{:.4g}", run.validation_score);
}

/// How a run ended, in a cell.
std::string remark_of(const SweepRun& run) {
  return run.state == SweepRun::State::failed ? run.error : std::string(state_text(run.state));
}

CsvText csv_of(const std::vector<const SweepRun*>& order, const std::string& score) {
  std::vector<std::string> header{"run"};
  for (const auto& [name, value] : order[0]->settings) header.push_back(name);
  header.insert(header.end(),
                {"state", "validation_loss", "validation_" + score, "best_epoch", "epochs", "wall_s", "error"});
  CsvText csv(header);
  for (const SweepRun* run : order) {
    std::vector<std::string> row{run->name};
    for (const auto& [name, value] : run->settings) row.push_back(value);
    row.emplace_back(state_text(run->state));
    if (is_finished(*run))
      row.insert(row.end(),
                 {shortest(run->validation_loss), shortest(run->validation_score), std::to_string(run->best_epoch),
                  std::to_string(run->epochs), fmt::format("{:.3f}", run->wall_s)});
    else
      row.insert(row.end(), 5, "");
    row.push_back(run->error);
    csv.row_of(row);
  }
  return csv;
}

std::string curves(const std::vector<const SweepRun*>& order) {
  std::vector<Series> series;
  for (const SweepRun* run : order) {
    if (!is_finished(*run) || series.size() == most_curves) break;
    Series& line = series.emplace_back(
        Series{fmt::format("{}  {}", run->name, settings_text(run->settings)), {}, run->validation_curve});
    for (size_t k = 0; k < line.y.size(); ++k) line.x.push_back(static_cast<double>(k + 1));
  }
  if (series.empty()) return {};
  return figure(
      line_chart(series,
                 {.title = "Validation loss", .x_title = "epoch", .from_zero = true, .width = 1000, .height = 380}),
      fmt::format("the best {} runs", series.size()));
}

/// The values of a setting in finished runs, the best first; none if not all are numbers.
std::vector<double> numbers_of(const std::vector<const SweepRun*>& order, size_t setting) {
  std::vector<double> numbers;
  for (const SweepRun* run : order) {
    const std::string& text = run->settings[setting].second;
    double x = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), x);
    if (error != std::errc{} || end != text.data() + text.size()) return {};
    if (is_finished(*run)) numbers.push_back(x);
  }
  return numbers;
}

/// The best validation loss over a setting whose values are numbers; empty if they are not, or are all one.
std::string dependence(const std::vector<const SweepRun*>& order, size_t setting) {
  Series points{"", numbers_of(order, setting), {}, false};
  for (size_t k = 0; k < points.x.size(); ++k) points.y.push_back(order[k]->validation_loss);  // finished ones come first
  if (points.x.empty()) return {};
  const auto [low, high] = std::ranges::minmax(points.x);
  if (!(low < high)) return {};
  const std::string& name = order[0]->settings[setting].first;
  return figure(line_chart({points}, {.title = "Best validation loss by " + name,
                                      .x_title = name,
                                      .log_x = low > 0 && high / low > 20,
                                      .width = 480,
                                      .height = 300}));
}

std::string runs_table(const std::vector<const SweepRun*>& order, const std::string& score) {
  std::vector<HtmlTable::Column> columns{{"run"}};
  for (const auto& [name, value] : order[0]->settings) columns.push_back({name});
  for (const std::string& title :
       std::vector<std::string>{"validation loss", "validation " + score, "best epoch", "epochs", "time"})
    columns.push_back({title, true});
  columns.push_back({""});
  HtmlTable table(columns);
  for (const SweepRun* run : order) {
    std::vector<std::string> cells{is_finished(*run) ? fmt::format("<a href=\"{0}/report.html\">{0}</a>", run->name)
                                                     : run->name};
    for (const auto& [name, value] : run->settings) cells.push_back(escape_xml(value));
    if (is_finished(*run)) {
      cells.insert(cells.end(),
                   {fmt::format("{:.4g}", run->validation_loss), score_of(*run, score), std::to_string(run->best_epoch),
                    std::to_string(run->epochs), duration_text(run->wall_s)});
    } else {
      cells.insert(cells.end(), 5, "");
      cells.push_back(fmt::format("<span class=\"wrong\">{}</span>", escape_xml(remark_of(*run))));
    }
    table.add(cells);
  }
  return table.str("Runs, the best validation loss first");
}

std::string page_of(const std::string& command, const std::vector<const SweepRun*>& order, const std::string& score) {
  HtmlPage page;
  const auto finished = std::ranges::count_if(order, [](const SweepRun* run) { return is_finished(*run); });
  page.card("runs", std::to_string(order.size()), fmt::format("{} finished", finished));
  if (finished > 0) {
    page.card("best validation loss", fmt::format("{:.4g}", order[0]->validation_loss), "run " + order[0]->name);
    page.card("its validation " + score, score_of(*order[0], score), settings_text(order[0]->settings));
  }
  std::string charts = "<div class=\"grid wide\">\n";
  for (size_t k = 0; k < order[0]->settings.size(); ++k) charts += dependence(order, k);
  std::string remarks = paragraph("Sorted by the validation loss; the test set has no say in it.");
  for (const SweepEdge& edge : edges(order)) remarks += paragraph(escape_xml(edge_text(edge)) + ".");
  page.section("runs", "Runs", remarks + runs_table(order, score));
  page.section("curves", "Curves", curves(order));
  page.section("settings", "By setting", charts + "</div>");
  page.section("command", "Command", fmt::format("<pre><code>{}</code></pre>", escape_xml(command)));
  return page.str("Sweep",
                  settings_text(order[0]->settings).empty() ? "" : "settings of a training, compared by validation",
                  "Written by wengert " WENGERT_VERSION ".");
}

}  // namespace

std::vector<const SweepRun*> ranked(const std::vector<SweepRun>& runs) {
  std::vector<const SweepRun*> order;
  for (const SweepRun& run : runs) order.push_back(&run);
  std::ranges::stable_sort(order, [](const SweepRun* a, const SweepRun* b) {
    const auto loss = [](const SweepRun* run) {
      return is_finished(*run) && !std::isnan(run->validation_loss) ? run->validation_loss : INFINITY;
    };
    return std::pair(!is_finished(*a), loss(a)) < std::pair(!is_finished(*b), loss(b));
  });
  return order;
}

std::vector<SweepEdge> edges(const std::vector<const SweepRun*>& order) {
  std::vector<SweepEdge> found;
  for (size_t k = 0; k < order[0]->settings.size(); ++k) {
    const auto numbers = numbers_of(order, k);
    const std::set<double> tried(numbers.begin(), numbers.end());
    const auto& [name, value] = order[0]->settings[k];
    if (tried.size() < 3) continue;
    if (numbers[0] == *tried.begin() || numbers[0] == *tried.rbegin()) found.push_back({name, value, numbers[0] == *tried.rbegin()});
  }
  return found;
}

std::string edge_text(const SweepEdge& edge) {
  return edge.largest ? fmt::format("{}={} is the largest that was tried: larger ones may be better", edge.name, edge.value)
                      : fmt::format("{}={} is the smallest that was tried: smaller ones may be better", edge.name, edge.value);
}

std::string_view state_text(SweepRun::State state) {
  static constexpr std::string_view texts[] = {"waiting", "running", "finished", "failed", "interrupted"};
  return texts[static_cast<size_t>(state)];
}

nlohmann::ordered_json run_json(const SweepRun& run, const std::string& score) {
  nlohmann::ordered_json object{{"run", run.name},
                                {"folder", run.folder},
                                {"settings", nlohmann::ordered_json::object()},
                                {"state", state_text(run.state)}};
  for (const auto& [name, value] : run.settings) object["settings"][name] = value;
  if (!run.error.empty()) object["error"] = run.error;
  if (!is_finished(run)) return object;
  object["validation_loss"] = number_json(run.validation_loss);
  object["validation_" + score] = number_json(run.validation_score);
  object.update({{"best_epoch", run.best_epoch}, {"epochs", run.epochs}, {"wall_s", run.wall_s}});
  return object;
}

void print_sweep(Context& context, const std::vector<SweepRun>& runs, const std::string& score) {
  const auto order = ranked(runs);
  std::vector<Column> columns{{"run"}};
  for (const auto& [name, value] : order[0]->settings) columns.push_back({name, Align::left, true});
  columns.insert(columns.end(), {{"val. loss", Align::right},
                                 {"val. " + score, Align::right},
                                 {"epoch", Align::right},
                                 {"time", Align::right},
                                 {"", Align::left, true}});
  Table table(columns);
  for (const SweepRun* run : order) {
    std::vector<std::string> cells{run->name};
    for (const auto& [name, value] : run->settings) cells.push_back(value);
    if (is_finished(*run))
      cells.insert(cells.end(), {fmt::format("{:.5g}", run->validation_loss), score_of(*run, score),
                                 fmt::format("{}/{}", run->best_epoch, run->epochs), duration_text(run->wall_s)});
    else
      cells.insert(cells.end(), {"", "", "", "", remark_of(*run)});
    table.add(cells);
  }
  std::string text = table.str(terminal_width(), context.palette());
  if (!text.empty() && text.back() == '\n') text.pop_back();
  context.print(text);
}

std::vector<std::string> write_sweep(const std::string& folder, const std::string& command,
                                     const std::vector<SweepRun>& runs, const std::string& score) {
  const auto order = ranked(runs);
  const auto in_folder = [&](const char* name) { return (std::filesystem::path(folder) / name).string(); };
  nlohmann::ordered_json document{{"command", command}, {"score", score}, {"runs", nlohmann::ordered_json::array()}};
  for (const SweepRun* run : order) document["runs"].push_back(run_json(*run, score));
  write_csv(in_folder("sweep.csv"), csv_of(order, score));
  write_text(in_folder("sweep.json"), document.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
  write_text(in_folder("sweep.html"), page_of(command, order, score));
  return {in_folder("sweep.csv"), in_folder("sweep.json"), in_folder("sweep.html")};
}

}  // namespace wengert::cli
