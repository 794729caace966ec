// SPDX-License-Identifier: Apache-2.0
#include "wengert/train/model_file.h"

#include <algorithm>
#include <fmt/format.h>

#include "wengert/io/safetensors.h"

namespace wengert {

void write_model(const std::string& path, const Net& net, std::span<const Array> parameters) {
  Tensors tensors;
  tensors.metadata = {{"format", "wengert"}, {"net", net.text}};
  for (size_t k = 0; k < net.parameters.size(); ++k) tensors.arrays.push_back({net.parameters[k].name, parameters[k]});
  write_safetensors(path, tensors);
}

Model read_model(const std::string& path) {
  const Tensors tensors = read_safetensors(path);
  const auto text = std::find_if(tensors.metadata.begin(), tensors.metadata.end(), [](const auto& entry) { return entry.first == "net"; });
  if (text == tensors.metadata.end())
    throw UsageError("W822", fmt::format("{} does not say which net it belongs to (no \"net\" in its metadata)", path), {},
                     "give a file written by `wengert train`");
  Model model{parse_net(text->second), {}};
  for (const ParameterSpec& p : model.net.parameters) {
    const auto found = std::find_if(tensors.arrays.begin(), tensors.arrays.end(), [&](const NamedArray& a) { return a.name == p.name; });
    if (found == tensors.arrays.end() || !(found->array.shape() == p.shape) || !is_float(found->array.dtype()))
      throw UsageError("W822", fmt::format("{} holds {} for the parameter {} of \"{}\", which needs {}", path,
                                           found == tensors.arrays.end() ? "nothing" : to_string(found->array.type()), p.name, model.net.text,
                                           to_string(p.shape)),
                       {}, fmt::format("store floats of shape {} under the name {}, or train the net again", to_string(p.shape), p.name));
    model.parameters.push_back(found->array);
  }
  return model;
}

}  // namespace wengert
