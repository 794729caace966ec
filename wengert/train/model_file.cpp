// SPDX-License-Identifier: Apache-2.0
#include "wengert/train/model_file.h"

#include <algorithm>
#include <fmt/format.h>

#include "wengert/io/checked_tensors.h"
#include "wengert/nn/net_json.h"

namespace wengert {
namespace {

const std::string* find_metadata(const Tensors& tensors, std::string_view key) {
  const auto found = std::ranges::find(tensors.metadata, key, &std::pair<std::string, std::string>::first);
  return found == tensors.metadata.end() ? nullptr : &found->second;
}

const std::string& metadata(const Tensors& tensors, std::string_view key, const std::string& path) {
  if (const std::string* found = find_metadata(tensors, key)) return *found;
  if (const std::string* format = find_metadata(tensors, "format"); format != nullptr && format->starts_with("wengert snapshot"))
    throw UsageError("W822", fmt::format("{} is a snapshot, from which a training goes on, and no trained net", path), {},
                     "give the weights.safetensors beside it; `wengert train --resume` makes it");
  throw UsageError("W822", fmt::format("{} does not say which net it belongs to (no \"{}\" in its metadata)", path, key), {},
                   "give a file written by `wengert train`");
}

Array parameter(const Tensors& tensors, const ParameterSpec& spec, const std::string& path, const Net& net) {
  const auto found = std::ranges::find(tensors.arrays, spec.name, &NamedArray::name);
  const bool there = found != tensors.arrays.end();
  if (!there || found->array.shape() != spec.shape || !is_float(found->array.dtype()))
    throw UsageError("W822", fmt::format("{} holds {} for the parameter {} of \"{}\", which needs {}", path,
                                         there ? to_string(found->array.type()) : "nothing", spec.name, net.text, to_string(spec.shape)),
                     {}, "give a file written by `wengert train`, unchanged");
  return found->array;
}

std::string usual_loss(const Net& net, bool classification) {
  if (!classification) return "mse";
  return net.outputs == 1 ? "logistic" : "cross_entropy";
}

}  // namespace

LearningTask make_task(NetDescription description, bool classification) {
  LearningTask task{.net = make_net(std::move(description)), .loss = {}};
  if (task.net.description.loss.empty()) task.net.description.loss = usual_loss(task.net, classification);
  task.loss = parse_loss(task.net.description.loss, task.net.link);
  task.regularizer = parse_regularizer(task.net.description.regularize.empty() ? "none" : task.net.description.regularize);
  return task;
}

void write_model(const std::string& path, const Model& model) {
  const Net& net = model.task.net;
  if (net.description.layers.empty())
    throw UsageError("W822", fmt::format("the net \"{}\" was made by hand: no text says how to make it again", net.text), {},
                     "write its parameters with write_safetensors, and read them where the net is made");
  Tensors tensors;
  tensors.metadata = {{"format", "wengert"}, {"net", to_json(net.description)}, {"encoding", to_json(model.encoding)}};
  if (model.data) tensors.metadata.emplace_back("data", to_json(*model.data));
  const auto specs = net.values();
  for (size_t k = 0; k < specs.size(); ++k) tensors.arrays.push_back({specs[k].name, model.parameters[k]});
  write_checked(path, std::move(tensors));
}

std::string misfit(const Net& net, const Encoding& encoding) {
  const int64_t classes = encoding.class_count(), told_apart = net.outputs == 1 ? 2 : net.outputs;
  const auto targets = static_cast<int64_t>(encoding.targets.size());
  if (encoding.features() != net.inputs) return fmt::format("examples have {} features, the net takes {}", encoding.features(), net.inputs);
  if (classes > 0 && classes != told_apart) return fmt::format("there are {} classes, the net tells {} apart", classes, told_apart);
  if (classes == 0 && targets != net.outputs) return fmt::format("there are {} targets, the net says {}", targets, net.outputs);
  return {};
}

Model read_model(const std::string& path) {
  const Tensors tensors = read_safetensors(path);
  Model model;
  const std::string net = metadata(tensors, "net", path);
  if (const std::string problem = checksum_problem(tensors); !problem.empty())
    throw UsageError("W864", fmt::format("the weights {} are damaged: {}", path, problem), {},
                     fmt::format("copy the file again; if it was changed on purpose, write \"{}\" for \"crc32\" in its metadata", unchecked_content));
  model.encoding = encoding_from_json(metadata(tensors, "encoding", path), path);
  model.task = make_task(parse_net_json(net, path), model.encoding.class_count() > 0);
  if (const std::string problem = misfit(model.task.net, model.encoding); !problem.empty())
    throw UsageError("W822", fmt::format("the net and the encoding in {} do not belong together: {}", path, problem), {},
                     "give a file written by `wengert train`, unchanged");
  if (const std::string* data = find_metadata(tensors, "data")) model.data = record_from_json(*data, path);
  for (const ParameterSpec& spec : model.task.net.values())
    model.parameters.push_back(parameter(tensors, spec, path, model.task.net));
  return model;
}

}  // namespace wengert
