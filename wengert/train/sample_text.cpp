// SPDX-License-Identifier: Apache-2.0
#include "wengert/train/sample_text.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "wengert/base/random.h"
#include "wengert/io/utf8.h"
#include "wengert/train/text_data.h"

namespace wengert {
namespace {

/// Draws from probabilities to the power of 1 / temperature.
int64_t drawn(std::span<const double> probabilities, double temperature, Random& random) {
  const auto largest = std::ranges::max_element(probabilities);
  if (temperature == 0) return largest - probabilities.begin();
  std::vector<double> weights;
  double total = 0;
  for (const double p : probabilities) total += weights.emplace_back(std::pow(p / *largest, 1 / temperature));
  double left = random.uniform() * total;
  for (size_t k = 0; k < weights.size(); ++k)
    if ((left -= weights[k]) < 0) return static_cast<int64_t>(k);
  return largest - probabilities.begin();
}

/// What the net says comes after a text.
class NextSymbol {
 public:
  NextSymbol(const Model& model, const SampleOptions& options)
      : steps_(model.task.net.inputs), symbols_(model.task.net.outputs), x_(Type{model.parameters[0].dtype(), {1, steps_}}),
        executable_(compile(prediction(model.task, 1, x_.dtype()), wish_of(options))) {
    for (const Array& parameter : model.parameters) inputs_.push_back(parameter);
    inputs_.push_back(x_);
  }

  std::vector<double> after(std::span<const int64_t> text) {
    const auto seen = text.last(std::min(text.size(), static_cast<size_t>(steps_)));
    std::vector<double> x(static_cast<size_t>(steps_));  // behind the text zeros, which nothing before them sees
    for (size_t k = 0; k < seen.size(); ++k) x[k] = static_cast<double>(seen[k]);
    inputs_.back() = Array({1, steps_}, x).as(x_.dtype());
    const Array said = executable_->run(inputs_)[0];
    std::vector<double> probabilities;
    const int64_t row = static_cast<int64_t>(seen.size()) - 1;
    for (int64_t k = 0; k < symbols_; ++k) probabilities.push_back(said[row * symbols_ + k]);
    return probabilities;
  }

 private:
  /// Engines differ in the last bits, and a draw may hang on one: which of them it is depends neither on how many
  /// characters are wanted nor on how busy the machine is, so that longer texts begin like shorter ones.
  static CompileOptions wish_of(const SampleOptions& options) {
    CompileOptions compile = options.compile;
    compile.expected_runs = 500;
    compile.most_wall_s = HUGE_VAL;
    return compile;
  }

  int64_t steps_, symbols_;
  Array x_;
  std::unique_ptr<Executable> executable_;
  std::vector<Array> inputs_;
};

}  // namespace

void sample_text(const Model& model, const SampleOptions& options, const std::function<bool(std::string_view)>& write) {
  if (model.encoding.source != Encoding::Source::text || model.task.net.steps == 0)
    throw UsageError("W829", fmt::format("the net \"{}\" has not learned a text", model.task.net.text), {}, "train one with --text");
  expect_text(options.prompt, "the prompt");
  std::vector<int64_t> text = symbols_of(options.prompt, "the prompt", model.encoding);
  if (text.empty()) text.push_back(0);
  NextSymbol next(model, options);
  Random random(options.key);
  for (int64_t k = 0; k < options.characters; ++k) {
    text.push_back(drawn(next.after(text), options.temperature, random));
    if (!write(model.encoding.classes[static_cast<size_t>(text.back())])) return;
  }
}

}  // namespace wengert
