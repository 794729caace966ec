// SPDX-License-Identifier: Apache-2.0
//
// How a net is mistaken: class by class, and in which examples most.
#pragma once

#include "wengert/train/encoding.h"
#include "wengert/train/evaluate.h"

namespace wengert {

/// NaN where there is nothing to divide by: no example of the class, or none that was read as it.
struct ClassMeasure {
  int64_t actual = 0, predicted = 0, right = 0;

  double precision() const { return static_cast<double>(right) / static_cast<double>(predicted); }
  double recall() const { return static_cast<double>(right) / static_cast<double>(actual); }
  /// The harmonic mean of both: 2 right / (actual + predicted).
  double f1() const { return 2 * static_cast<double>(right) / static_cast<double>(actual + predicted); }
};

/// confusion : [actual][predicted]
std::vector<ClassMeasure> class_measures(const std::vector<std::vector<int64_t>>& confusion);

/// Of the values of one target, in the units of the data.
struct ValueMeasure {
  double rmse = 0, mean_absolute = 0, worst = 0;
  double explained = 0;  ///< 1 - sum (y - prediction)^2 / sum (y - mean)^2; NaN where all y are equal
};
/// A measure a target. said : as predict gives them
std::vector<ValueMeasure> value_measures(const Encoding& encoding, const Dataset& data, const Predictions& said);

/// An answer and how wrong it is.
struct Mistake {
  int64_t place = 0;  ///< of the example; for sequences example * steps + step
  double loss = 0;    ///< -log of the probability of what is right; without probabilities the squared distance to it
  int64_t right = -1, said = -1;                       ///< classes; -1 for values
  double right_probability = 0, said_probability = 0;  ///< where the loss is one of probabilities
};

/// The answers of the greatest loss, the worst first; at most `most`. cost: one pass
std::vector<Mistake> worst_answers(const LearningTask& task, const Dataset& data, const Predictions& said, size_t most);

/// The probability of a class in a row of predictions; a single output is that of the second of two.
double class_probability(const Predictions& said, int64_t row, int64_t c);

/// An example as its data said it: of tables a text a column, with units and categories; of others a number a feature.
std::vector<std::string> decoded_example(const Encoding& encoding, const Array& x, int64_t row);
/// What decoded_example's texts are called; empty for arrays, images and texts.
std::vector<std::string> example_columns(const Encoding& encoding);
/// The characters before the answer at this place of a text, at most `most`; ends of lines as "↵".
std::string text_before(const Encoding& encoding, const Dataset& data, int64_t place, int64_t most);
/// A class as a text shows it: the end of a line as "↵".
std::string shown_class(const Encoding& encoding, int64_t c);
/// A feature before it was brought to mean 0 and deviation 1.
double unscaled_feature(const Encoding& encoding, const Array& x, int64_t row, int64_t feature);

}  // namespace wengert
