// SPDX-License-Identifier: Apache-2.0
#include "wengert/cli/report.h"

#include <cmath>
#include <fmt/format.h>
#include <sys/resource.h>

#include "wengert/cli/duration.h"
#include "wengert/cli/html.h"
#include "wengert/draw/bar_chart.h"
#include "wengert/draw/plot.h"
#include "wengert/draw/svg_text.h"
#include "wengert/nn/net_json.h"

namespace wengert::cli {
namespace {

const std::vector<EpochReport>& reports(const ReportInput& input) { return input.run.state.reports; }

double total_s(const ReportInput& input) {
  double sum = 0;
  for (const EpochReport& report : reports(input)) sum += report.wall_s;
  return sum;
}

/// A measure by epoch; sets that are not there have no line.
std::string curve(const ReportInput& input, const std::string& title, double (*of)(const Measure&), double scale,
                  bool from_zero) {
  Series train{"training", {}, {}}, validation{"validation", {}, {}}, test{"test", {}, {}};
  for (const EpochReport& r : reports(input)) {
    const auto add = [&](Series& series, const Measure& measure) {
      series.x.push_back(static_cast<double>(r.epoch));
      series.y.push_back(scale * of(measure));
    };
    add(train, r.train);
    if (r.validation) add(validation, *r.validation);
    if (r.test) add(test, *r.test);
  }
  std::vector<Series> series{train};
  for (const Series& other : {validation, test})
    if (!other.x.empty()) series.push_back(other);
  return figure(
      line_chart(series, {.title = title, .x_title = "epoch", .from_zero = from_zero, .width = 560, .height = 330}));
}

std::string curves_part(const ReportInput& input) {
  if (reports(input).empty()) return {};
  const bool classes = input.encoding.class_count() > 0, one = input.encoding.targets.size() == 1;
  std::string html = "<div class=\"grid wide\">\n";
  html += curve(
      input, fmt::format("Loss: mean {}", input.plan.task.loss.text), [](const Measure& m) { return m.loss; }, 1, true);
  html += curve(
      input, classes ? "Accuracy, %" : "Root of the mean squared error", [](const Measure& m) { return m.score; },
      classes ? 100
      : one   ? input.encoding.targets[0].deviation
              : 1,
      !classes);
  html += "</div>\n";
  if (input.run.state.best_epoch > 0)
    html += paragraph(fmt::format("Chosen is epoch {}, of the least validation loss.", input.run.state.best_epoch));
  return html +
         "<p class=\"note\">Of the training set each batch is measured before its update, so that the curve is the "
         "mean over an epoch; other sets are measured at its end.</p>\n";
}

/// Layers of one example, forward: shapes, parameters, operations.
StepCosts shapes_of(const ReportInput& input) {
  const int64_t count = input.plan.task.net.statistics.empty() ? 1 : 2;  // one alone cannot be normalised
  const Dataset batch = input.data.train.rows(std::vector<int64_t>(static_cast<size_t>(count), 0));
  StepCosts costs = layer_costs(input.plan.task, input.plan.optimizer, input.run.state.chosen(), batch_type(batch, count), batch.x, batch.y,
                                {.compile = {}, .seconds = 0, .backward = false});
  for (LayerCost& layer : costs.parts) {
    if (layer.forward.flops) *layer.forward.flops /= static_cast<double>(count);
    layer.output_bytes /= count;
  }
  return costs;
}

std::string net_part(const ReportInput& input, const StepCosts& shapes) {
  HtmlTable table({{"#", true}, {"layer"}, {"output"}, {"parameters", true}, {"operations an example", true}});
  const Net& net = input.plan.task.net;
  double all = 0;
  table.add({"0", "input", escape_xml(net.description.input), "", ""});
  for (size_t k = 0; k < shapes.parts.size(); ++k) {
    const LayerCost& layer = shapes.parts[k];
    all += layer.forward.flops.value_or(0);
    std::string text = net.description.layers[k].text;  // with the link of the last one
    table.add({std::to_string(k + 1), escape_xml(text), escape_xml(to_string(layer.output)),
               layer.parameters > 0 ? std::to_string(layer.parameters) : "",
               layer.forward.flops ? count_text(*layer.forward.flops) : "–"});
  }
  table.add({"", "<strong>all</strong>", "", fmt::format("<strong>{}</strong>", net.parameter_count()),
             fmt::format("<strong>{}</strong>", count_text(all))});
  return table.str("The net layer by layer") +
         "<p class=\"note\">Operations forward; a product and a sum are two, so multiply-adds are half as many.</p>\n";
}

std::string weights_part(const ReportInput& input) {
  const auto specs = input.plan.task.net.values();
  const auto& values = input.run.state.chosen();
  std::string html = "<div class=\"grid\">\n";
  const size_t shown = std::min<size_t>(specs.size(), 60);
  for (size_t k = 0; k < shown; ++k) {
    double sum = 0, squares = 0;
    std::vector<double> all;
    for (int64_t i = 0; i < values[k].elements(); ++i) all.push_back(values[k][i]), sum += all.back();
    const double mean = sum / static_cast<double>(all.size());
    for (const double value : all) squares += (value - mean) * (value - mean);
    html += figure(histogram(all, {.title = specs[k].name}),
                   fmt::format("{} {}; mean {:.3g}, deviation {:.3g}", to_string(specs[k].shape),
                               all.size() == 1 ? "number" : fmt::format("= {} numbers", all.size()), mean,
                               std::sqrt(squares / static_cast<double>(all.size()))));
  }
  html += "</div>\n";
  return shown < specs.size() ? html + paragraph(fmt::format("{} more are not shown.", specs.size() - shown)) : html;
}

std::string time_part(const ReportInput& input) {
  std::string html = paragraph(fmt::format("{} epochs took {}; the last one {:.0f} examples a second.",
                                           reports(input).size(), duration_text(total_s(input)),
                                           reports(input).empty() ? 0 : reports(input).back().samples_per_s));
  if (!input.costs)
    return html +
           paragraph(
               "The time of each layer was not measured: `wengert profile` on the weights does it, or --report full.");
  const StepCosts& costs = *input.costs;
  html += figure(cost_chart(costs, fmt::format("A training step, batches of {}", costs.batch)));
  HtmlTable table({{"layer"},
                   {"forward", true},
                   {"backward", true},
                   {"operations", true},
                   {"bytes", true},
                   {"share of peak", true}});
  for (const LayerCost& cost : costs.parts) {
    const double flops = cost.forward.flops.value_or(NAN) + cost.backward.flops.value_or(NAN),
                 share = share_of_peak(cost, input.peak);
    table.add({escape_xml(cost.name), duration_text(cost.forward.wall_s),
               cost.kind == "optimizer" ? "" : duration_text(cost.backward.wall_s), count_text(flops),
               bytes_text(cost.forward.bytes + cost.backward.bytes), escape_xml(peak_share_text(share))});
  }
  const double rest = costs.step.wall_s - sum_s(costs);
  return html + table.str("Time of each layer") +
         fmt::format(
             "<p class=\"note\">Each part was compiled alone and timed; their sum is {}, a whole step, which is one "
             "Program, takes {}: {} {}. The peak of this machine, measured: {:.3g} Gflop/s in a "
             "large matrix product, {:.3g} GB/s in a sum of long arrays; the share is the larger one of both. It exceeds 100% where "
             "numbers stay in the caches, or where the machine had other work while its peak was measured.</p>\n",
             duration_text(sum_s(costs)), duration_text(costs.step.wall_s),
             rest < 0 ? "together they save" : "the remainder is", duration_text(std::abs(rest)),
             input.peak.flops_per_s / 1e9, input.peak.bytes_per_s / 1e9);
}

double bytes_of(const std::vector<Array>& arrays) {
  double sum = 0;
  for (const Array& a : arrays) sum += static_cast<double>(a.type().bytes());
  return sum;
}

std::string memory_part(const ReportInput& input, const StepCosts& shapes) {
  const auto& state = input.run.state;
  double activations = 0;
  for (const LayerCost& layer : shapes.parts)
    activations += static_cast<double>(layer.output_bytes * input.plan.options.batch);
  double data = 0;
  for (const Dataset* set : {&input.data.train, &input.data.validation, &input.data.test})
    data += static_cast<double>(set->x.type().bytes() + set->y.type().bytes());
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const double peak = static_cast<double>(usage.ru_maxrss) * 1024;
  const std::vector<std::pair<const char*, double>> entries{{"peak of the process", peak},
                                                            {"examples", data},
                                                            {"outputs of layers, of a batch", activations},
                                                            {"parameters", bytes_of(state.parameters)},
                                                            {"state of the optimizer", bytes_of(state.optimizer)},
                                                            {"best parameters, kept", bytes_of(state.best)}};
  std::vector<Bar> bars;
  for (const auto& [name, bytes] : entries)
    if (bytes > 0) bars.push_back({name, {bytes / (1 << 20)}, bytes_text(bytes)});
  return figure(bar_chart(bars, {.title = "Memory", .x_title = "MiB"}),
                "Outputs of layers are what is kept for the way back if nothing is shared or computed anew.");
}

std::string settings_part(const ReportInput& input) {
  const TrainingPlan& plan = input.plan;
  std::string rows;
  const auto add = [&](std::string_view name, std::string_view value) {
    rows += fmt::format("<tr><th scope=\"row\">{}</th><td>{}</td></tr>\n", escape_xml(name), escape_xml(value));
  };
  add("net", plan.task.net.text);
  add("loss", plan.task.loss.text);
  add("regularize", plan.task.regularizer.text);
  for (const auto& [name, value] : plan.settings)
    if (name != "net") add(name, value);
  add("epochs", fmt::format("{} of {}", input.run.state.epoch, plan.options.epochs));
  if (plan.options.patience > 0) add("patience", std::to_string(plan.options.patience));
  add("training examples", std::to_string(input.data.train.count()));
  add("validation examples", std::to_string(input.data.validation.count()));
  add("test examples", std::to_string(input.data.test.count()));
  return fmt::format(
             "<p>To do it again:</p>\n<pre><code>{}</code></pre>\n<div class=\"scroll\" tabindex=\"0\"><table "
             "class=\"settings\"><caption>Settings of the run</caption><tbody>\n{}</tbody></table></div>\n",
             escape_xml(input.command), rows) +
         "<p class=\"note\">Equal settings give equal weights, bit for bit, on the same kind of machine by the same "
         "engine.</p>\n";
}

void add_cards(HtmlPage& page, const ReportInput& input) {
  const std::string score(score_name(input.encoding));
  if (input.run.test) {
    page.card("test " + score, score_text(input.run.test->score, input.encoding),
              fmt::format("{} examples", input.data.test.count()));
    page.card("test loss", fmt::format("{:.4g}", input.run.test->loss),
              input.encoding.source == Encoding::Source::text ? "nats a character" : input.plan.task.loss.text);
  }
  if (const auto best = input.run.state.best_epoch; best > 0) {
    const Measure& validation = *reports(input)[static_cast<size_t>(best - 1)].validation;
    page.card("validation " + score, score_text(validation.score, input.encoding),
              fmt::format("best of {} epochs: {}", reports(input).size(), best));
  }
  page.card("parameters", count_text(static_cast<double>(input.plan.task.net.parameter_count())),
            fmt::format("{} layers", input.plan.task.net.description.layers.size()));
  page.card("time", duration_text(total_s(input)), fmt::format("{} epochs", reports(input).size()));
}

}  // namespace

Option report_option() {
  return {"--report",
          "WHAT",
          "report.html: full, with the time of each layer; short, without it; auto, full after a training of 15 s or "
          "more; or none",
          "auto",
          {"auto", "full", "short", "none"}};
}

void time_layers(ReportInput& input, double seconds) {
  const int64_t count = std::min(input.plan.options.batch, input.data.train.count());
  std::vector<int64_t> numbers;
  for (int64_t k = 0; k < count; ++k) numbers.push_back(k);
  const Dataset batch = input.data.train.rows(numbers);
  input.peak = measure_peak(batch.x.dtype(), input.plan.options.compile);
  input.costs = layer_costs(input.plan.task, input.plan.optimizer, input.run.state.chosen(), batch_type(batch, count),
                            batch.x, batch.y, {.compile = input.plan.options.compile, .seconds = seconds});
}

std::string report_page(const ReportInput& input) {
  HtmlPage page;
  add_cards(page, input);
  page.section("curves", "Curves", curves_part(input));
  if (input.data.test.count() > 0) {
    const Predictions said =
        predict(input.plan.task, input.run.state.chosen(), input.data.test.x, input.plan.options.compile);
    page.section("mistakes", input.encoding.class_count() > 0 ? "Classes" : "Errors", mistakes_part(input, said));
    page.section("worst", input.encoding.source == Encoding::Source::text ? "Hardest places" : "Worst examples",
                 worst_part(input, said));
  }
  const StepCosts shapes = shapes_of(input);
  page.section("net", "Net", net_part(input, shapes));
  page.section("weights", "Weights", weights_part(input));
  page.section("time", "Time", time_part(input));
  page.section("memory", "Memory", memory_part(input, shapes));
  page.section("settings", "Settings", settings_part(input));
  const std::string ended = input.run.interrupted ? ", interrupted" : "";
  return page.str(fmt::format("Training of {}", input.encoding.source == Encoding::Source::text ? "a net on a text"
                                                : input.encoding.class_count() > 0              ? "a classifier"
                                                                                                : "a net of values") +
                      ended,
                  input.plan.task.net.text,
                  "Written by wengert " WENGERT_VERSION ". This page is one file and loads nothing.");
}

}  // namespace wengert::cli
