// SPDX-License-Identifier: Apache-2.0
#include "wengert/train/mistakes.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace wengert {
namespace {

Mistake class_mistake(const LearningTask& task, const Predictions& said, int64_t place, int64_t right) {
  Mistake mistake{.place = place, .right = right, .said = said.classes[static_cast<size_t>(place)]};
  mistake.right_probability = class_probability(said, place, right);
  mistake.said_probability = class_probability(said, place, mistake.said);
  mistake.loss = -std::log(mistake.right_probability);
  if (task.loss.classifies) return mistake;
  mistake.loss = 0;  // outputs are values near 0 and 1
  const int64_t classes = std::max<int64_t>(2, said.values.shape()[1]);
  for (int64_t c = 0; c < classes; ++c)
    mistake.loss += std::pow(class_probability(said, place, c) - (c == right ? 1 : 0), 2);
  return mistake;
}

Mistake value_mistake(const Dataset& data, const Predictions& said, int64_t place) {
  Mistake mistake{.place = place};
  const int64_t k = data.targets();
  for (int64_t j = place * k; j < (place + 1) * k; ++j) mistake.loss += std::pow(said.values[j] - data.y[j], 2);
  return mistake;
}

}  // namespace

std::vector<ClassMeasure> class_measures(const std::vector<std::vector<int64_t>>& confusion) {
  std::vector<ClassMeasure> measures(confusion.size());
  for (size_t actual = 0; actual < confusion.size(); ++actual)
    for (size_t predicted = 0; predicted < confusion.size(); ++predicted) {
      const int64_t n = confusion[actual][predicted];
      measures[actual].actual += n;
      measures[predicted].predicted += n;
      if (actual == predicted) measures[actual].right += n;
    }
  return measures;
}

std::vector<ValueMeasure> value_measures(const Encoding& encoding, const Dataset& data, const Predictions& said) {
  const Array right = encoding.decoded_targets(data.y), values = encoding.decoded_targets(said.values);
  const int64_t n = data.count(), k = data.targets();
  std::vector<ValueMeasure> measures(static_cast<size_t>(k));
  for (int64_t j = 0; j < k; ++j) {
    ValueMeasure& m = measures[static_cast<size_t>(j)];
    double mean = 0, squares = 0, spread = 0;
    for (int64_t i = 0; i < n; ++i) mean += right[i * k + j] / static_cast<double>(n);
    for (int64_t i = 0; i < n; ++i) {
      const double error = values[i * k + j] - right[i * k + j];
      squares += error * error;
      spread += std::pow(right[i * k + j] - mean, 2);
      m.mean_absolute += std::abs(error) / static_cast<double>(n);
      m.worst = std::max(m.worst, std::abs(error));
    }
    m.rmse = std::sqrt(squares / static_cast<double>(n));
    m.explained = spread > 0 ? 1 - squares / spread : std::nan("");
  }
  return measures;
}

double class_probability(const Predictions& said, int64_t row, int64_t c) {
  const int64_t outputs = said.values.shape()[1];
  if (outputs == 1) return c == 1 ? said.values[row] : 1 - said.values[row];
  return said.values[row * outputs + c];
}

std::vector<Mistake> worst_answers(const LearningTask& task, const Dataset& data, const Predictions& said,
                                   size_t most) {
  std::vector<Mistake> all;
  for (int64_t place = 0; place < data.answers(); ++place)
    all.push_back(data.is_classification()
                      ? class_mistake(task, said, place, data.y.values<int64_t>()[static_cast<size_t>(place)])
                      : value_mistake(data, said, place));
  // A loss that is no number is the worst there is; among equals the first in the data comes first.
  const auto is_worse = [](const Mistake& a, const Mistake& b) {
    const bool a_nan = std::isnan(a.loss), b_nan = std::isnan(b.loss);
    if (a_nan != b_nan) return a_nan;
    return a_nan || a.loss == b.loss ? a.place < b.place : a.loss > b.loss;
  };
  const auto end = all.begin() + static_cast<std::ptrdiff_t>(std::min(most, all.size()));
  std::partial_sort(all.begin(), end, all.end(), is_worse);
  all.erase(end, all.end());
  return all;
}

std::string shown_class(const Encoding& encoding, int64_t c) {
  const std::string& name = encoding.classes[static_cast<size_t>(c)];
  if (encoding.source != Encoding::Source::text) return name;
  return name == "\n" ? "↵" : name == "\t" ? "⇥" : name == "\r" ? "␍" : name;
}

std::string text_before(const Encoding& encoding, const Dataset& data, int64_t place, int64_t most) {
  std::string text;  // sequences follow each other without a gap, so their characters in a row are the text
  for (int64_t k = std::max<int64_t>(0, place - most + 1); k <= place; ++k)
    text += shown_class(encoding, static_cast<int64_t>(data.x[k]));
  return text;
}

double unscaled_feature(const Encoding& encoding, const Array& x, int64_t row, int64_t feature) {
  const double value = x[row * x.shape()[1] + feature];
  if (encoding.means.empty()) return value;
  const auto at = static_cast<size_t>(feature);
  return value * encoding.deviations[at] + encoding.means[at];
}

std::vector<std::string> example_columns(const Encoding& encoding) {
  std::vector<std::string> names;
  for (const InputColumn& column : encoding.inputs) names.push_back(column.name);
  return names;
}

std::vector<std::string> decoded_example(const Encoding& encoding, const Array& x, int64_t row) {
  std::vector<std::string> texts;
  const auto number = [&](int64_t feature) {
    return fmt::format("{:.6g}", unscaled_feature(encoding, x, row, feature));
  };
  int64_t feature = 0;
  for (const InputColumn& column : encoding.inputs) {
    if (column.categories.empty())
      texts.push_back(number(feature));
    else {
      std::string name = "missing";
      for (size_t k = 0; k < column.categories.size(); ++k)
        if (x[row * x.shape()[1] + feature + static_cast<int64_t>(k)] > 0.5) name = column.categories[k];
      texts.push_back(std::move(name));
    }
    feature += column.features();
  }
  if (encoding.inputs.empty())
    for (; feature < x.shape()[1]; ++feature) texts.push_back(number(feature));
  return texts;
}

}  // namespace wengert
