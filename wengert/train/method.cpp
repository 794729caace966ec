// SPDX-License-Identifier: Apache-2.0
#include "wengert/train/method.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>

#include "wengert/base/choice.h"
#include "wengert/base/error.h"
#include "wengert/nn/layer_choice.h"
#include "wengert/optim/transforms.h"

namespace wengert {
namespace {

Optimizer clipped(Optimizer optimizer, const std::string& text) {
  const Chosen chosen = choose(text, "clipping", {{"norm", {{"most", positive}}}, {"value", {{"most", positive}}}});
  return chosen.place == 0 ? clip_norm(std::move(optimizer), chosen.numbers[0])
                           : clip_value(std::move(optimizer), chosen.numbers[0]);
}

Averaging averaging_of(const std::string& text) {
  double decay = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), decay);
  if (error == std::errc() && end == text.data() + text.size()) return Averaging::exponential(decay);
  const Chosen chosen =
      choose(text, "average", {{"exponential", {{"decay", below_one, 0.999}}}, {"polyak", {{"start", counts, 1}}}});
  return chosen.place == 0 ? Averaging::exponential(chosen.numbers[0]) : Averaging::polyak(chosen.numbers[0]);
}

/// "1-2: rate 0.1 decay 1e-4" as groups with these patterns.
void add_groups(const Net& net, const std::string& text, std::vector<ParameterGroup>& groups) {
  const size_t colon = text.find(':');
  if (colon == std::string::npos)
    throw UsageError("W836",
                     fmt::format("the group \"{}\" has no colon between its layers and what holds for them", text), {},
                     "write it like \"1-2: rate 0.1 decay 1e-4\"");
  constexpr double unsaid = -1;
  const Chosen chosen = choose("group" + text.substr(colon + 1), "parameter group",
                               {{"group", {{"rate", non_negative, 1}, {"decay", non_negative, unsaid}}}});
  const std::optional<double> decay = chosen.numbers[1] == unsaid ? std::nullopt : std::optional(chosen.numbers[1]);
  for (const std::string& pattern : parameters_of_layers(net, std::string_view(text).substr(0, colon)))
    groups.push_back({pattern, chosen.numbers[0], decay});
}

void expect_matches(const Net& net, const std::vector<ParameterGroup>& groups) {
  for (const ParameterGroup& group : groups)
    if (std::ranges::none_of(net.parameters, [&](const ParameterSpec& p) { return matches(group.pattern, p.name); }))
      throw UsageError("W836", fmt::format("no parameter is called like \"{}\"", group.pattern), {},
                       fmt::format("the layers with parameters are {}", layers_with_parameters(net)));
}

/// Which group a parameter belongs to: the first that has it; groups.size(): none.
size_t group_of(const std::vector<ParameterGroup>& groups, const ParameterSpec& parameter) {
  const auto has = [&](const ParameterGroup& group) { return matches(group.pattern, parameter.name); };
  return static_cast<size_t>(std::ranges::find_if(groups, has) - groups.begin());
}

/// first, last : where the groups of a text stand
void expect_effect(const Net& net, const std::vector<ParameterGroup>& groups, const std::string& text, size_t first, size_t last) {
  if (std::ranges::any_of(net.parameters, [&](const ParameterSpec& p) {
        const size_t group = group_of(groups, p);
        return first <= group && group < last;
      }))
    return;
  throw UsageError("W836", fmt::format("the group \"{}\" holds for nothing: all of its layers are frozen or in an earlier group", text), {},
                   "leave it out, or say all that holds for a layer in one group");
}

void expect_learning(const Net& net, const std::vector<ParameterGroup>& groups) {
  const auto learns = [&](const ParameterSpec& p) {
    const size_t group = group_of(groups, p);
    return group == groups.size() || groups[group].rate > 0;
  };
  if (net.parameters.empty() || std::ranges::any_of(net.parameters, learns)) return;
  throw UsageError("W836", fmt::format("nothing is left to learn: all layers of \"{}\" are frozen", net.text), {},
                   fmt::format("leave out some of the layers with parameters, {}; `wengert evaluate` measures a net as it is", layers_with_parameters(net)));
}

/// "layer2" of "layer2.weight".
std::string layer_of(const std::string& parameter) { return parameter.substr(0, parameter.find('.')); }

/// "2" of "layer2".
std::string number_of(const std::string& layer) { return layer.substr(std::min<size_t>(5, layer.size())); }

/// A value of the file that does not do, in words; empty: it does.
std::string misfit(const NamedArrays& arrays, const ParameterSpec& spec) {
  const auto found = std::ranges::find(arrays, spec.name, &NamedArray::name);
  if (found == arrays.end()) return spec.name + " is not there";
  if (!is_float(found->array.dtype())) return fmt::format("{} is {}", spec.name, to_string(found->array.type()));
  if (found->array.shape() == spec.shape) return {};
  return fmt::format("{} is {} there and {} here", spec.name, to_string(found->array.shape()), to_string(spec.shape));
}

/// Numbers of the layers all of whose values are in the file as the net has them: "1, 2".
std::string fitting_layers(const NamedArrays& arrays, const std::vector<ParameterSpec>& specs) {
  std::vector<std::string> fitting;
  for (const ParameterSpec& spec : specs) {
    const std::string layer = layer_of(spec.name);
    const bool fits = std::ranges::all_of(
        specs, [&](const ParameterSpec& s) { return layer_of(s.name) != layer || misfit(arrays, s).empty(); });
    if (const std::string number = number_of(layer); fits && (fitting.empty() || fitting.back() != number))
      fitting.push_back(number);
  }
  return fmt::format("{}", fmt::join(fitting, ","));
}

std::vector<std::string> patterns_of(const Net& net, const StartingFile& file) {
  return file.layers.empty() ? std::vector<std::string>{"*"} : parameters_of_layers(net, file.layers);
}

/// How two lists of names differ; empty: not at all.
std::string difference(const std::vector<std::string>& there, const std::vector<std::string>& here, std::string_view one) {
  if (there.size() != here.size()) return fmt::format("{} there and {} here", there.size(), here.size());
  for (size_t k = 0; k < here.size(); ++k)
    if (there[k] != here[k]) return fmt::format("{} {} is \"{}\" there and \"{}\" here", one, k + 1, there[k], here[k]);
  return {};
}

[[noreturn]] void does_not_fit(const Net& net, const StartingFile& file, const NamedArrays& arrays,
                               const std::vector<std::string>& misfits) {
  constexpr size_t most_named = 6;
  std::string list = fmt::format("{}", fmt::join(std::span(misfits).first(std::min(misfits.size(), most_named)), "; "));
  if (misfits.size() > most_named) list += fmt::format("; and {} more", misfits.size() - most_named);
  const std::string fitting = fitting_layers(arrays, net.values());
  throw UsageError("W837", fmt::format("{} does not have what \"{}\" is to start from: {}", file.path, net.text, list),
                   {},
                   fitting.empty() ? "give weights of a net with such layers"
                                   : fmt::format("take the layers that fit: --from-layers {}", fitting));
}

bool starts_from(const Net& net, const StartingFile& file, const ParameterSpec& spec) {
  return std::ranges::any_of(patterns_of(net, file), [&](const std::string& pattern) { return matches(pattern, spec.name); });
}

/// How to let the first or the last layer with parameters start from chance.
std::string anew(const Net& net, const StartingFile& file, bool first) {
  const std::string layer = layer_of((first ? net.parameters.front() : net.parameters.back()).name);
  std::vector<std::string> others;
  for (const ParameterSpec& spec : net.parameters)
    if (const std::string other = layer_of(spec.name); other != layer && starts_from(net, file, spec) && (others.empty() || others.back() != number_of(other)))
      others.push_back(number_of(other));
  if (others.empty()) return "leave --from out: no other layer starts from it";
  return fmt::format("let the {} layer start anew: --from-layers {}", first ? "first" : "last", fmt::join(others, ","));
}

/// The values of a feature would be multiplied by the weights of another.
[[noreturn]] void other_order(const Net& net, const StartingFile& file, const Encoding& before, const std::string& difference) {
  std::vector<std::string> columns;
  for (const InputColumn& input : before.inputs) columns.push_back(input.name);
  throw UsageError("W837", fmt::format("{} was trained on the same features in another order: {}", file.path, difference), {},
                   fmt::format("bring the columns into its order, {}; or {}", fmt::join(columns, ","), anew(net, file, true)));
}

}  // namespace

Optimizer with_methods(Optimizer optimizer, const MethodTexts& texts, const Net& net) {
  std::vector<ParameterGroup> groups;
  for (const std::string& text : texts.frozen)
    for (const std::string& pattern : parameters_of_layers(net, text)) groups.push_back({pattern, 0});
  std::vector<size_t> ends{groups.size()};  // of the groups of each text
  for (const std::string& text : texts.groups) {
    add_groups(net, text, groups);
    ends.push_back(groups.size());
  }
  expect_matches(net, groups);
  for (size_t k = 0; k < texts.groups.size(); ++k) expect_effect(net, groups, texts.groups[k], ends[k], ends[k + 1]);
  if (!groups.empty()) expect_learning(net, groups);
  if (!groups.empty()) optimizer = grouped(std::move(optimizer), std::move(groups));
  if (!texts.clip.empty()) optimizer = clipped(std::move(optimizer), texts.clip);
  if (!texts.average.empty()) optimizer = averaged(std::move(optimizer), averaging_of(texts.average));
  return optimizer;
}

StartingFile read_start(const std::string& path, const std::string& layers) { return {path, layers, read_safetensors(path)}; }

std::vector<Array> starting_values(const Net& net, const StartingFile& file, uint64_t key, DType dtype) {
  const NamedArrays& arrays = file.tensors.arrays;
  std::vector<Array> values = net.initial_parameters(key, dtype);
  const auto patterns = patterns_of(net, file);
  const auto specs = net.values();
  std::vector<std::string> misfits;
  for (size_t k = 0; k < specs.size(); ++k) {
    if (std::ranges::none_of(patterns, [&](const std::string& pattern) { return matches(pattern, specs[k].name); }))
      continue;
    if (const std::string problem = misfit(arrays, specs[k]); !problem.empty())
      misfits.push_back(problem);
    else
      values[k] = std::ranges::find(arrays, specs[k].name, &NamedArray::name)->array.as(dtype);
  }
  if (!misfits.empty()) does_not_fit(net, file, arrays, misfits);
  return values;
}

std::string check_start(const Net& net, const StartingFile& file, const Encoding& encoding) {
  const auto& metadata = file.tensors.metadata;
  const auto found = std::ranges::find(metadata, "encoding", &std::pair<std::string, std::string>::first);
  if (found == metadata.end() || net.parameters.empty()) return {};
  const Encoding before = encoding_from_json(found->second, file.path);
  const bool first = starts_from(net, file, net.parameters.front()), last = starts_from(net, file, net.parameters.back());
  const auto refuse = [&](const std::string& what, const std::string& how, bool at_first) {
    throw UsageError("W837", fmt::format("{} was trained on other {}: {}", file.path, what, how), {}, anew(net, file, at_first));
  };
  const auto there = before.feature_names(), here = encoding.feature_names();  // none of what are no tables
  const std::string features = difference(there, here, "feature"), classes = difference(before.classes, encoding.classes, "class");
  if (first && !there.empty() && !here.empty() && !features.empty()) {
    if (std::ranges::is_permutation(there, here)) other_order(net, file, before, features);
    refuse("features", features, true);
  }
  if (first && before.source == Encoding::Source::text && !classes.empty()) refuse("characters", classes, true);
  if (last && !classes.empty()) refuse("classes", classes, false);
  const bool is_scaled_alike =
      before.scale == encoding.scale && before.means == encoding.means && before.deviations == encoding.deviations;
  return !first || is_scaled_alike ? "" : fmt::format("features are scaled by other numbers here than for {}", file.path);
}

}  // namespace wengert
