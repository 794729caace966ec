// SPDX-License-Identifier: Apache-2.0
#include "wengert/nn/import_values.h"

#include <algorithm>
#include <cctype>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <optional>

#include "wengert/base/error.h"
#include "wengert/nn/torch_layers.h"

namespace wengert {
namespace {

constexpr std::string_view remedy = "name modules with --map NAME=LAYER (\"fc1=layer3\"), or correct the net";

/// A layer that wants tensors.
struct Wanting {
  size_t step;
  std::string name;  ///< "layer3"
  TorchForm form;
};

/// Tensors by their places in the file; of a layer one a tensor of its form, -1: not there.
using Places = std::vector<int64_t>;

std::vector<Wanting> wanting_layers(const NetSteps& net) {
  std::vector<Shape> shapes{net.input.shape};
  std::vector<TorchOrder> orders{{.channels_first = net.input.shape.rank() > 2}};
  std::vector<Wanting> all;
  for (size_t k = 0; k < net.steps.size(); ++k) {
    const NetStep& step = net.steps[k];
    const TorchInput input{step, shapes[step.sources[0]], orders[step.sources[0]]};
    const TorchLayer& torch = *step.kind->torch;
    if (torch.form != nullptr) all.push_back({k, fmt::format("layer{}", k + 1), torch.form(input)});
    for (const size_t source : step.sources) torch.order({step, shapes[source], orders[source]});  // each may be one that is refused
    orders.push_back(torch.order(input));
    shapes.push_back(step.layer.shape);
  }
  return all;
}

/// Names as people number them: "fc2" before "fc10".
bool before(std::string_view a, std::string_view b) {
  const auto digits = [](std::string_view text, size_t at) {
    size_t end = at;
    while (end < text.size() && std::isdigit(static_cast<unsigned char>(text[end]))) ++end;
    return text.substr(at, end - at);
  };
  size_t i = 0, j = 0;
  while (i < a.size() && j < b.size()) {
    const auto x = digits(a, i), y = digits(b, j);
    if (!x.empty() && !y.empty() && x != y) return x.size() != y.size() ? x.size() < y.size() : x < y;
    if (a[i] != b[j]) return a[i] < b[j];
    ++i, ++j;
  }
  return a.size() - i < b.size() - j;
}

/// Puts the tensors of a file to layers.
class Matching {
 public:
  Matching(const NamedArrays& tensors, const std::vector<Wanting>& layers, const ImportOptions& options)
      : tensors_(tensors), layers_(layers), taken_(tensors.size(), false) {
    for (size_t k = 0; k < tensors.size(); ++k) taken_[k] = tensors[k].name.ends_with("num_batches_tracked");
    places_.resize(layers.size());
    for (const auto& [from, to] : options.map) assign(from, to);
  }

  /// Layers that are left take the modules that are left. Nothing if they do not fit; then problem() says why.
  std::optional<std::vector<Places>> in_order(std::vector<size_t> order) {
    Matching trial = *this;
    for (size_t k = 0; k < layers_.size(); ++k)
      if (trial.places_[k].empty() && !trial.take_next(k, order)) return problem_ = trial.problem_, std::nullopt;
    std::vector<std::string> left;
    for (const size_t place : order)
      if (!trial.taken_[place]) left.push_back(tensors_[place].name);
    if (left.empty()) return trial.places_;
    problem_ = fmt::format("no layer takes {}", listed(left));
    return {};
  }
  const std::string& problem() const { return problem_; }

 private:
  static std::string listed(const std::vector<std::string>& names) {
    const size_t shown = std::min<size_t>(names.size(), 8);
    return fmt::format("{}{}", fmt::join(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(shown), ", "),
                       shown < names.size() ? fmt::format(" and {} more", names.size() - shown) : "");
  }
  int64_t find(const std::string& name) const {
    const auto found = std::ranges::find(tensors_, name, &NamedArray::name);
    return found == tensors_.end() ? -1 : found - tensors_.begin();
  }
  static std::string joined(const std::string& module, const std::string& tensor) { return module.empty() ? tensor : module + "." + tensor; }

  /// What of the layer's form is in that module; nothing, with a problem, if something is missing or of another shape.
  std::optional<Places> module_places(size_t k, const std::string& module) {
    Places places;
    for (const TorchTensor& t : layers_[k].form.tensors) {
      const int64_t place = find(joined(module, t.name));
      if (place < 0 && !t.optional)
        return complain(k, fmt::format("needs {} {}, which is not in the file", joined(module, t.name), to_string(t.shape)));
      if (place >= 0 && !fits(k, t, place)) return {};
      places.push_back(place);
    }
    return places;
  }
  bool fits(size_t k, const TorchTensor& t, int64_t place) {
    const NamedArray& given = tensors_[static_cast<size_t>(place)];
    if (is_float(given.array.dtype()) && given.array.shape() == t.shape) return true;
    complain(k, fmt::format("needs {} as {}; {} is {}", t.name, to_string(t.shape), given.name, to_string(given.array.type())));
    return false;
  }
  std::nullopt_t complain(size_t k, const std::string& what) {
    problem_ = fmt::format("{} {}", layers_[k].name, what);
    return std::nullopt;
  }
  void put(size_t k, Places places) {
    for (const int64_t place : places)
      if (place >= 0) taken_[static_cast<size_t>(place)] = true;
    places_[k] = std::move(places);
  }

  /// The module that the first tensor left belongs to.
  bool take_next(size_t k, const std::vector<size_t>& order) {
    const auto next = std::ranges::find_if(order, [&](size_t place) { return !taken_[place]; });
    if (next == order.end()) return complain(k, "is left without tensors: the file has no more"), false;
    const std::string& name = tensors_[*next].name;
    const auto& form = layers_[k].form.tensors;
    for (const TorchTensor& t : form) {
      if (name != t.name && !name.ends_with("." + t.name)) continue;
      const auto places = module_places(k, name == t.name ? "" : name.substr(0, name.size() - t.name.size() - 1));
      if (places) put(k, *places);
      return places.has_value();
    }
    std::vector<std::string> wanted;
    for (const TorchTensor& t : form) wanted.push_back(t.name);
    return complain(k, fmt::format("needs {}; next in the file comes {} {}", listed(wanted), name, to_string(tensors_[*next].array.type()))), false;
  }

  /// A module to a layer, or a tensor to a layer's only one.
  void assign(const std::string& from, const std::string& to) {
    const std::string layer = to.substr(0, to.find('.'));
    const auto found = std::ranges::find(layers_, layer, &Wanting::name);
    if (found == layers_.end()) refuse(fmt::format("--map {}={}: no layer {} has parameters", from, to, layer));
    const auto k = static_cast<size_t>(found - layers_.begin());
    if (!places_[k].empty()) refuse(fmt::format("--map {}={}: {} has been given already", from, to, layer));
    const int64_t single = find(from);
    std::optional<Places> places;
    if (single < 0)
      places = module_places(k, from);
    else if (found->form.tensors.size() > 1)
      complain(k, fmt::format("takes a module, not the tensor {} alone", from));
    else if (fits(k, found->form.tensors[0], single))
      places = Places{single};
    if (!places) refuse(fmt::format("--map {}={}: {}", from, to, problem_));
    put(k, *places);
  }
  [[noreturn]] static void refuse(const std::string& what) {
    throw UsageError("W848", what, {}, "name a module or tensor of the file, and a layer of the net: \"fc1=layer3\"");
  }

  const NamedArrays& tensors_;
  const std::vector<Wanting>& layers_;
  std::vector<bool> taken_;
  std::vector<Places> places_;
  std::string problem_;
};

[[noreturn]] void does_not_fit(const Net& net, const std::string& what) {
  throw UsageError("W848", fmt::format("the weights do not fit the net \"{}\": {}", net.text, what), {}, std::string(remedy));
}

/// By the file's order or by that of names. Layers of one shape could change places unseen, so two orders that fit must agree.
std::vector<Places> matched(const Net& net, const NamedArrays& tensors, const std::vector<Wanting>& layers, const ImportOptions& options) {
  Matching matching(tensors, layers, options);
  std::vector<size_t> in_file(tensors.size());
  for (size_t k = 0; k < in_file.size(); ++k) in_file[k] = k;
  std::vector<size_t> by_name = in_file;
  std::ranges::stable_sort(by_name, [&](size_t a, size_t b) { return before(tensors[a].name, tensors[b].name); });
  const auto second = matching.in_order(by_name), first = matching.in_order(in_file);
  if (!first && !second) does_not_fit(net, matching.problem());
  if (first && second && *first != *second)
    does_not_fit(net, "modules in the file's order fit, and in the order of their names, too, to other layers: which is meant cannot be seen");
  return first ? *first : *second;
}

}  // namespace

ImportedValues import_values(const Net& net, const NamedArrays& tensors, const ImportOptions& options) {
  const NetSteps steps = net_steps(net);
  const auto layers = wanting_layers(steps);
  const auto places = matched(net, tensors, layers, options);
  ImportedValues result;
  std::vector<Array> statistics;
  for (size_t k = 0; k < layers.size(); ++k) {
    const Wanting& layer = layers[k];
    const NetStep& step = steps.steps[layer.step];
    ImportedLayer report{layer.name, step.text, {}, {}};
    std::vector<Array> given;
    for (size_t j = 0; j < places[k].size(); ++j) {
      const bool there = places[k][j] >= 0;
      const TorchTensor& t = layer.form.tensors[j];
      (there ? report.tensors : report.absent).push_back(there ? tensors[static_cast<size_t>(places[k][j])].name : t.name);
      given.push_back(there ? tensors[static_cast<size_t>(places[k][j])].array.as(DType::f64) : Array(Type{DType::f64, t.shape}));
    }
    const auto values = layer.form.convert(given);
    const size_t own = step.layer.parameters.size();
    for (size_t j = 0; j < values.size(); ++j) (j < own ? result.values : statistics).push_back(values[j].as(options.dtype));
    result.layers.push_back(std::move(report));
  }
  result.values.insert(result.values.end(), statistics.begin(), statistics.end());
  return result;
}

}  // namespace wengert
