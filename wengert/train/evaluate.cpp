// SPDX-License-Identifier: Apache-2.0
#include "wengert/train/evaluate.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace wengert {
namespace {

constexpr int64_t rows_at_once = 500;

std::vector<ConstView> views(std::span<const Array> arrays) {
  std::vector<ConstView> result;
  for (const Array& a : arrays) result.push_back(a.view());
  return result;
}

}  // namespace

double mean_score(const Dataset& data, double sum) {
  const auto n = static_cast<double>(data.answers());
  return data.is_classification() ? sum / n : std::sqrt(sum / (n * static_cast<double>(data.targets())));
}

Evaluation::Evaluation(const LearningTask& task, const Dataset& data, const CompileOptions& wish)
    : data_(data), batches_(data, [task](const BatchType& type) { return evaluation(task, type); }, 200, wish) {}

std::vector<Measure> Evaluation::sums(std::span<const Array> parameters, int64_t part, int64_t step) {
  std::vector<Measure> sums;
  Array loss({data_.x.dtype(), {}}), score({data_.x.dtype(), {}});
  for (int64_t first = part * rows_at_once; first < data_.count(); first += step * rows_at_once) {
    const int64_t count = std::min(rows_at_once, data_.count() - first);
    auto inputs = views(parameters);
    const Executable& run = batches_.slice(first, count, inputs);
    const View outputs[] = {loss.mutable_view(), score.mutable_view()};
    run.run(inputs, outputs);
    sums.push_back({loss.item() * static_cast<double>(count), score.item()});
  }
  return sums;
}

Measure Evaluation::total(std::span<const Measure> sums) const {
  Measure all;
  for (const Measure& sum : sums) all.loss += sum.loss, all.score += sum.score;
  return {all.loss / static_cast<double>(data_.count()), mean_score(data_, all.score)};
}

Predictions predict(const LearningTask& task, std::span<const Array> parameters, const Array& x, const CompileOptions& wish,
                    CompileChoice* choice) {
  const int64_t n = x.shape()[0], outputs = task.net.outputs, steps = std::max<int64_t>(1, task.net.steps);
  const Dataset rows{.x = x, .y = Array(i64({n}))};
  Batches batches(rows, [&](const BatchType& type) { return prediction(task, type.count(), type.x.dtype); }, 20, wish);
  Predictions result{Array({x.dtype(), {n * steps, outputs}}), std::vector<int64_t>(static_cast<size_t>(n * steps))};
  auto* const values = static_cast<std::byte*>(result.values.mutable_view().data);
  for (int64_t first = 0; first < n; first += rows_at_once) {
    const int64_t count = std::min(rows_at_once, n - first);
    auto inputs = views(parameters);
    const Executable& run = batches.slice(first, count, inputs);
    inputs.pop_back();  // nothing to compare with
    const View to[] = {{{x.dtype(), {count * steps, outputs}}, values + static_cast<size_t>(first * steps * outputs) * size_of(x.dtype())},
                       {i64({count * steps}), result.classes.data() + first * steps}};
    run.run(inputs, to);
  }
  if (choice != nullptr && batches.choice() != nullptr) *choice = *batches.choice();
  return result;
}

std::vector<std::vector<int64_t>> confusion_matrix(const Dataset& data, std::span<const int64_t> predicted) {
  const auto classes = static_cast<size_t>(data.classes);
  std::vector<std::vector<int64_t>> table(classes, std::vector<int64_t>(classes, 0));
  const auto labels = data.y.values<int64_t>();
  for (size_t k = 0; k < labels.size(); ++k)
    if (predicted[k] < data.classes) ++table[static_cast<size_t>(labels[k])][static_cast<size_t>(predicted[k])];
  return table;
}

double accuracy(const Dataset& data, std::span<const int64_t> predicted) {
  const auto labels = data.y.values<int64_t>();
  int64_t right = 0;
  for (size_t k = 0; k < labels.size(); ++k) right += labels[k] == predicted[k];
  return labels.empty() ? 0 : static_cast<double>(right) / static_cast<double>(labels.size());
}

}  // namespace wengert
