// SPDX-License-Identifier: Apache-2.0
#include "wengert/train/array_data.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "wengert/base/error.h"
#include "wengert/train/moments.h"

namespace wengert {
namespace {

constexpr int64_t most_classes = 100'000;

[[noreturn]] void do_not_fit(std::string what, std::string fix) {
  throw UsageError("W821", std::move(what), {}, std::move(fix));
}

void expect_fit(const Examples& examples) {
  const Shape& x = examples.x.shape();
  if (x.rank() < 1 || x.elements() == 0)
    throw UsageError("W827", fmt::format("{} holds no examples: x is {}", examples.name, to_string(examples.x.type())),
                     {}, "give x as [n, features]");
  if (!examples.y) return;
  const Shape& y = examples.y->shape();
  if (y.rank() < 1 || y.rank() > 2 || y[0] != x[0] || y.elements() == 0)
    do_not_fit(fmt::format("x of {} is {} and y is {}: y needs [{}] or [{},k]", examples.name, to_string(x),
                           to_string(y), x[0], x[0]),
               "check that the two belong together");
}

Shape example_shape(const Array& x) { return x.shape().rank() == 1 ? Shape{1} : x.shape().without(0); }

bool is_one_column(const Array& y) { return y.shape().rank() == 1 || y.shape()[1] == 1; }

/// Index "3" or "3,1" of element k, for messages.
std::string place(const Array& array, size_t k) {
  const auto width = static_cast<size_t>(array.elements() / array.shape()[0]);
  return width == 1 ? fmt::format("[{}]", k) : fmt::format("[{}], element {}", k / width, k % width);
}

template <class T> void expect_finite(const Array& array, std::string_view which, const std::string& name) {
  const auto values = array.values<T>();
  const auto wrong = std::find_if(values.begin(), values.end(), [](T v) { return !std::isfinite(v); });
  if (wrong == values.end()) return;
  throw UsageError("W825",
                   fmt::format("{}{} of {} is {}", which, place(array, static_cast<size_t>(wrong - values.begin())),
                               name, static_cast<double>(*wrong)),
                   {}, "correct it, or leave the example out");
}

/// As floats of this type, all of them finite.
Array finite(const Array& array, DType dtype, std::string_view which, const std::string& name) {
  const Array result = array.as(dtype);
  if (dtype == DType::f64)
    expect_finite<double>(result, which, name);
  else
    expect_finite<float>(result, which, name);
  return result;
}

/// y as classes are wanted or possible: integers, or what the options say.
bool is_labels(const Array& y, Task task) {
  if (task != Task::by_target) return task == Task::classes;
  return !is_float(y.dtype()) && is_one_column(y);
}

int64_t largest_label(const Examples& examples) {
  const auto labels = labels_of(examples, most_classes);
  return *std::max_element(labels.begin(), labels.end());
}

/// (value - mean) / deviation of each column of [n, width] as floats of this type, all of them finite. Numbers far from 0 would
/// lose in f32 what tells them apart: the differences are f64.
Array standardized(const Array& array, DType dtype, std::span<const double> means, std::span<const double> deviations, std::string_view which,
                   const std::string& name) {
  Array wide = finite(array, DType::f64, which, name);
  const auto values = wide.mutable_values<double>();
  const size_t width = means.size();
  for (size_t k = 0; k < values.size(); ++k) values[k] = (values[k] - means[k % width]) / deviations[k % width];
  return finite(wide, dtype, which, name);
}

/// Of each column of [n, ...] over the rows.
std::vector<Moments> moments_of(const Array& array, std::span<const int64_t> rows, std::string_view which,
                                const std::string& name) {
  const auto width = static_cast<size_t>(array.elements() / array.shape()[0]);
  const Array values = finite(array, DType::f64, which, name);
  const auto numbers = values.values<double>();
  std::vector<Moments> moments(width);
  for (int64_t row : rows)
    for (size_t k = 0; k < width; ++k) moments[k].add(numbers[static_cast<size_t>(row) * width + k]);
  for (size_t k = 0; k < width; ++k)
    if (!moments[k].is_finite())
      throw UsageError(
          "W826",
          fmt::format("feature or target {} of {} has numbers so large that their mean or deviation overflows", k,
                      name),
          {}, "scale it down");
  return moments;
}

Array flat(const Array& array) { return array.reshaped({array.shape()[0], array.elements() / array.shape()[0]}); }

}  // namespace

Encoding described(const ExampleFiles& files, const DataOptions& options) {
  const Examples& all = files.all;
  expect_fit(all);
  if (files.test) expect_fit(*files.test);
  for (const Examples* set : {&all, files.test ? &*files.test : &all})
    if (!set->y)
      throw UsageError("W827", fmt::format("{} holds x, but no y", set->name), {},
                       "give the targets too: an array y, or a second file");
  Encoding encoding;
  encoding.source = files.source;
  encoding.scale = files.scale;
  encoding.pictures = files.pictures;
  encoding.example = example_shape(all.x);
  if (!all.classes.empty()) {
    if (all.classes.size() == 1)
      throw UsageError("W827", fmt::format("all pictures of {} have the label {}; there is nothing to tell apart", all.name, all.classes[0]), {},
                       "give examples of two classes or more");
    encoding.classes = all.classes;
    encoding.targets.push_back({"label", 1});
  } else if (is_labels(*all.y, options.task)) {
    int64_t most = largest_label(all);
    if (files.test) most = std::max(most, largest_label(*files.test));
    for (int64_t c = 0; c <= most; ++c) encoding.classes.push_back(std::to_string(c));
    if (most == 0)
      throw UsageError("W827", fmt::format("all labels of {} are 0; there is nothing to tell apart", all.name), {},
                       "give examples of two classes or more");
    encoding.numeric_classes = true;
    encoding.targets.push_back({"y", 1});
  } else {
    const int64_t width = all.y->elements() / all.y->shape()[0];
    for (int64_t k = 1; k <= width; ++k) encoding.targets.push_back({width == 1 ? "y" : fmt::format("y{}", k), k});
  }
  encoding.columns = static_cast<int64_t>(encoding.targets.size());
  return encoding;
}

std::vector<int64_t> labels_of(const Examples& examples, int64_t classes) {
  const Array& y = *examples.y;
  if (!is_one_column(y))
    do_not_fit(fmt::format("y of {} is {}; labels are one for each example", examples.name, to_string(y.shape())),
               "give y as [n]");
  std::vector<int64_t> labels(static_cast<size_t>(y.elements()));
  for (size_t k = 0; k < labels.size(); ++k) {
    const double value = y[static_cast<int64_t>(k)];
    if (!(value >= 0 && value < static_cast<double>(classes) && std::trunc(value) == value))
      do_not_fit(fmt::format("label {} in {} is {}; there are {} classes (0 to {})", k, examples.name, value, classes,
                             classes - 1),
                 "check that the labels belong to these examples");
    labels[k] = static_cast<int64_t>(value);
  }
  return labels;
}

void fit(Encoding& encoding, const Examples& examples, std::span<const int64_t> rows, bool standardized,
         std::vector<std::string>& notes) {
  if (!standardized) return;
  int64_t constant = 0;
  for (const Moments& moments : moments_of(examples.x, rows, "x", examples.name)) {
    encoding.means.push_back(moments.mean);
    encoding.deviations.push_back(moments.deviation());
    constant += moments.is_constant();
  }
  if (constant > 0)
    notes.push_back(
        fmt::format("{} of the {} features are constant in the training rows", constant, encoding.features()));
  if (!encoding.classes.empty()) return;
  const auto targets = moments_of(*examples.y, rows, "y", examples.name);
  for (size_t k = 0; k < targets.size(); ++k) {
    encoding.targets[k].mean = targets[k].mean;
    encoding.targets[k].deviation = targets[k].deviation();
    if (targets[k].is_constant())
      notes.push_back(fmt::format("the target {} is constant in the training rows", encoding.targets[k].name));
  }
}

Dataset encoded(const Examples& examples, const Encoding& encoding, DType dtype) {
  expect_fit(examples);
  if (example_shape(examples.x) != encoding.example)
    throw UsageError("W829",
                     fmt::format("one example of {} is {}; those that were trained on are {}", examples.name,
                                 to_string(example_shape(examples.x)), to_string(encoding.example)),
                     {}, "give examples of that shape");
  const int64_t n = examples.x.shape()[0];
  const Array x = encoding.means.empty() ? finite(examples.x, dtype, "x", examples.name)
                                         : standardized(examples.x, dtype, encoding.means, encoding.deviations, "x", examples.name);
  Dataset data{flat(x),
               Array(i64({0})),
               encoding.class_count(),
               encoding.classes,
               {},
               encoding.target_names()};
  data.example_names = examples.files;
  if (!examples.y) return data;
  if (data.is_classification()) {
    data.y = Array::of<int64_t>({n}, labels_of(examples, data.classes));
    return data;
  }
  const Array y = flat(*examples.y);
  const auto width = static_cast<int64_t>(encoding.targets.size());
  if (y.shape()[1] != width)
    do_not_fit(fmt::format("y of {} has {} values an example; {} were trained on", examples.name, y.shape()[1], width),
               "give the same targets");
  std::vector<double> means, deviations;
  for (const TargetColumn& target : encoding.targets)
    means.push_back(target.mean), deviations.push_back(target.deviation);
  data.y = standardized(y, dtype, means, deviations, "y", examples.name);
  return data;
}

}  // namespace wengert
