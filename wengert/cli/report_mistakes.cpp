// SPDX-License-Identifier: Apache-2.0
//
// Of report.html: the confusion matrix, predictions against values, and the worst examples as pictures, rows or places
// of a text.
#include <cmath>
#include <fmt/format.h>

#include "wengert/cli/html.h"
#include "wengert/cli/report.h"
#include "wengert/draw/bar_chart.h"
#include "wengert/draw/plot.h"
#include "wengert/draw/svg_text.h"
#include "wengert/io/base64.h"
#include "wengert/io/png.h"
#include "wengert/train/mistakes.h"

namespace wengert::cli {
namespace {

constexpr int64_t most_classes = 40, most_points = 1500;
constexpr size_t most_pictures = 24, most_rows = 12, most_columns = 10;

std::string share_text(double share) { return std::isnan(share) ? "–" : fmt::format("{:.1f}%", 100 * share); }

/// Coloured by logarithm, so that single mistakes show beside thousands that are right.
std::string confusion_table(const std::vector<std::vector<int64_t>>& confusion, const std::vector<std::string>& names) {
  int64_t most = 1;
  for (const auto& row : confusion)
    for (const int64_t n : row) most = std::max(most, n);
  std::string head, rows;
  for (const std::string& name : names) head += fmt::format("<th scope=\"col\">{}</th>", escape_xml(name));
  for (size_t actual = 0; actual < confusion.size(); ++actual) {
    rows += fmt::format("<tr><th scope=\"row\">{}</th>", escape_xml(names[actual]));
    for (const int64_t n : confusion[actual]) {
      const double share =
          n == 0 ? 0 : std::max(0.12, std::log1p(static_cast<double>(n)) / std::log1p(static_cast<double>(most)));
      rows += fmt::format("<td class=\"cell{}\" style=\"--share:{:.2f}\">{}</td>", share > 0.6 ? " deep" : "", share,
                          n == 0 ? "·" : std::to_string(n));
    }
    rows += "</tr>\n";
  }
  return fmt::format(
      "<div class=\"scroll\" tabindex=\"0\"><table class=\"confusion\"><caption>Confusion matrix: a row a class, a "
      "column what it was read as</caption>"
      "<thead><tr><th scope=\"col\"><span class=\"note\">is \\ read "
      "as</span></th>{}</tr></thead><tbody>\n{}</tbody></table></div>\n",
      head, rows);
}

std::string classes_part(const ReportInput& input, const Predictions& said) {
  const Dataset& test = input.data.test;
  const auto confusion = confusion_matrix(test, said.classes);
  const auto measures = class_measures(confusion);
  const auto& names = input.encoding.classes;
  std::string html;
  if (test.classes <= most_classes)
    html += confusion_table(confusion, names);
  else
    html += paragraph(fmt::format("The confusion matrix of {} classes is left out.", test.classes));
  HtmlTable table(
      {{"class"}, {"examples", true}, {"precision", true}, {"recall", true}, {"F1", true}, {"taken most often for"}});
  for (size_t c = 0; c < measures.size() && c < 200; ++c) {
    size_t worst = c;
    for (size_t other = 0; other < confusion.size(); ++other)
      if (other != c && confusion[c][other] > 0 && (worst == c || confusion[c][other] > confusion[c][worst]))
        worst = other;
    table.add({escape_xml(names[c]), std::to_string(measures[c].actual), share_text(measures[c].precision()),
               share_text(measures[c].recall()), share_text(measures[c].f1()),
               worst == c ? "" : fmt::format("{} ({}×)", escape_xml(names[worst]), confusion[c][worst])});
  }
  return html + "<h3>Class by class</h3>\n" + table.str("Precision, recall and F1 of each class");
}

/// Predictions against values of one target; of many examples every so-and-so-many-th.
std::string scatter(const ReportInput& input, const Array& right, const Array& said, int64_t target,
                    const std::string& name) {
  const int64_t n = input.data.test.count(), k = input.data.test.targets(),
                every = std::max<int64_t>(1, (n + most_points - 1) / most_points);
  Series equal{"equal", {}, {}}, points{"examples", {}, {}, false};
  double low = 1e300, high = -1e300;
  for (int64_t i = 0; i < n; i += every) {
    points.x.push_back(right[i * k + target]), points.y.push_back(said[i * k + target]);
    low = std::min(low, points.x.back()), high = std::max(high, points.x.back());
  }
  equal.x = equal.y = {low, high};
  const std::string drawing = line_chart(
      {points, equal},
      {.title = "Predicted " + name, .x_title = "in the data", .y_title = "predicted", .width = 620, .height = 460});
  return figure(drawing, every > 1 ? fmt::format("every {}th of {} examples", every, n) : "");
}

std::string values_part(const ReportInput& input, const Predictions& said) {
  const Array right = input.encoding.decoded_targets(input.data.test.y),
              values = input.encoding.decoded_targets(said.values);
  const auto names = input.encoding.target_names();
  HtmlTable table(
      {{"target"}, {"RMSE", true}, {"mean |error|", true}, {"worst |error|", true}, {"variance explained", true}});
  std::string drawings;
  const auto measures = value_measures(input.encoding, input.data.test, said);
  for (size_t j = 0; j < measures.size(); ++j) {
    const ValueMeasure& m = measures[j];
    table.add({escape_xml(names[j]), fmt::format("{:.6g}", m.rmse), fmt::format("{:.6g}", m.mean_absolute),
               fmt::format("{:.6g}", m.worst), share_text(m.explained)});
    if (j < 4) drawings += scatter(input, right, values, static_cast<int64_t>(j), names[j]);
  }
  return table.str("Errors of each target on the test set") + drawings;
}

/// The example as grey or coloured pixels, as a data: address; empty if it is none.
std::string picture(const Encoding& encoding, const Array& x, int64_t row) {
  const Shape& shape = encoding.example;
  const bool grey = shape.rank() == 2 || (shape.rank() == 3 && shape[2] == 1),
             colours = shape.rank() == 3 && shape[2] == 3;
  if (encoding.source == Encoding::Source::text || encoding.source == Encoding::Source::table || !(grey || colours))
    return {};
  std::vector<double> values;
  for (int64_t k = 0; k < shape.elements(); ++k) values.push_back(unscaled_feature(encoding, x, row, k));
  const auto [low, high] = std::ranges::minmax(values);
  const double from = low >= 0 && high <= 1 ? 0 : low, to = low >= 0 && high <= 1 ? 1 : high;
  for (double& value : values) value = to > from ? std::clamp((value - from) / (to - from), 0.0, 1.0) : 0;
  return "data:image/png;base64," + base64(png_bytes(Array({shape[0], shape[1], colours ? 3 : 1}, values)));
}

std::string percent(double p) { return p > 0 && p < 0.001 ? "<0.1%" : fmt::format("{:.1f}%", 100 * p); }

std::string pictures(const ReportInput& input, const std::vector<Mistake>& worst) {
  std::string html = "<div class=\"pictures\">\n";
  for (const Mistake& m : worst) {
    const std::string is = escape_xml(shown_class(input.encoding, m.right)),
                      said = escape_xml(shown_class(input.encoding, m.said));
    const std::string place = fmt::format("test example {}", m.place + 1);
    html += fmt::format(
        "<figure><img src=\"{0}\" alt=\"{1}: it is {2}, and was read as {3}\" title=\"{1}\"/>"
        "<figcaption>is <span class=\"right\">{2}</span> ({4})<br/>read as <span class=\"{6}\">{3}</span> "
        "({5})</figcaption></figure>\n",
        picture(input.encoding, input.data.test.x, m.place), place, is, said, percent(m.right_probability),
        percent(m.said_probability), m.right == m.said ? "right" : "wrong");
  }
  return html + "</div>\n";
}

/// The values of an example, in the units of the data.
std::string values_text(const Array& values, int64_t row) {
  std::string text;
  for (int64_t j = 0; j < values.shape()[1]; ++j)
    text += fmt::format("{}{:.6g}", j > 0 ? " " : "", values[row * values.shape()[1] + j]);
  return text;
}

std::string rows(const ReportInput& input, const std::vector<Mistake>& worst, const Predictions& said) {
  const bool classes = input.data.test.is_classification();
  std::vector<HtmlTable::Column> columns{{"test example", true}, {"is"}, {classes ? "read as" : "predicted"}};
  const auto names = example_columns(input.encoding);
  const size_t shown = std::min(most_columns, names.empty() ? size_t(input.encoding.features()) : names.size());
  for (size_t k = 0; k < shown; ++k)
    columns.push_back({names.empty() ? fmt::format("x{}", k) : names[k],
                       names.empty() || input.encoding.inputs[k].categories.empty()});
  HtmlTable table(columns);
  const Dataset& test = input.data.test;
  const Array right = classes ? Array() : input.encoding.decoded_targets(test.y),
              predicted = classes ? Array() : input.encoding.decoded_targets(said.values);
  for (const Mistake& m : worst) {
    std::vector<std::string> cells{std::to_string(m.place + 1)};
    if (classes) {
      const std::string is = shown_class(input.encoding, m.right), read = shown_class(input.encoding, m.said);
      cells.push_back(
          fmt::format("<span class=\"right\">{}</span> ({})", escape_xml(is), percent(m.right_probability)));
      cells.push_back(fmt::format("<span class=\"{}\">{}</span> ({})", m.right == m.said ? "right" : "wrong",
                                  escape_xml(read), percent(m.said_probability)));
    } else {
      cells.push_back(values_text(right, m.place));
      cells.push_back(values_text(predicted, m.place));
    }
    const auto values = decoded_example(input.encoding, test.x, m.place);
    for (size_t k = 0; k < shown; ++k) cells.push_back(escape_xml(values[k]));
    table.add(cells);
  }
  return table.str("The test examples of the greatest loss");
}

std::string places(const ReportInput& input, const std::vector<Mistake>& worst) {
  HtmlTable table(
      {{"what came before, and what came"}, {"probability", true}, {"the net said"}, {"probability", true}});
  for (const Mistake& m : worst)
    table.add({fmt::format("<span class=\"text\">{}<mark>{}</mark></span>",
                           escape_xml(text_before(input.encoding, input.data.test, m.place, 50)),
                           escape_xml(shown_class(input.encoding, m.right))),
               fmt::format("{:.2g}", m.right_probability),
               fmt::format("<span class=\"text\">{}</span>", escape_xml(shown_class(input.encoding, m.said))),
               percent(m.said_probability)});
  return table.str("The hardest places of the test text");
}

}  // namespace

std::string mistakes_part(const ReportInput& input, const Predictions& said) {
  if (input.encoding.source == Encoding::Source::text) return {};  // which character was taken for which says little
  return input.data.test.is_classification() ? classes_part(input, said) : values_part(input, said);
}

std::string worst_part(const ReportInput& input, const Predictions& said) {
  const bool is_text = input.encoding.source == Encoding::Source::text,
             drawn = input.data.test.is_classification() && !picture(input.encoding, input.data.test.x, 0).empty();
  const auto worst = worst_answers(input.plan.task, input.data.test, said, drawn ? most_pictures : most_rows);
  const std::string html = paragraph(
      is_text ? "The places of the test text where the right character was least expected."
              : "The test examples of the greatest loss, the worst first. Look here for wrong labels, too.");
  return html + (is_text ? places(input, worst) : drawn ? pictures(input, worst) : rows(input, worst, said));
}

}  // namespace wengert::cli
