// SPDX-License-Identifier: Apache-2.0
//
// wengert import: weights that another tool trained, as a model that predict, export and emit take.
#include <charconv>
#include <cmath>
#include <filesystem>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "wengert/cli/context.h"
#include "wengert/cli/trained_model.h"
#include "wengert/cli/training_files.h"
#include "wengert/cli/verbs.h"
#include "wengert/io/safetensors.h"
#include "wengert/nn/import_values.h"
#include "wengert/nn/net_json.h"
#include "wengert/nn/net_steps.h"

namespace wengert::cli {
namespace {

std::vector<std::string> split(const std::string& text, char at) {
  std::vector<std::string> parts;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find(at, begin), text.size());
    parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

ImportOptions import_options(const Arguments& arguments) {
  ImportOptions options{.map = {}, .dtype = arguments.text("precision") == "f64" ? DType::f64 : DType::f32};
  for (const std::string& pair : arguments.all("map")) {
    const size_t at = pair.find('=');
    if (at == std::string::npos || at == 0 || at + 1 == pair.size())
      throw UsageError("W602", fmt::format("--map {} is no pair", pair), {}, "write NAME=LAYER: fc1=layer3");
    options.map.emplace_back(pair.substr(0, at), pair.substr(at + 1));
  }
  return options;
}

/// One number for all features, or one a channel; `neutral` where nothing is given.
std::vector<double> each_feature(const Arguments& arguments, std::string_view option, const Shape& example, double least) {
  const auto texts = split(arguments.text(option), ',');
  const int64_t channels = example.rank() > 0 ? example.back() : 1;
  std::vector<double> numbers;
  for (const std::string& text : texts) {
    double x = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), x);
    if (error != std::errc() || end != text.data() + text.size() || !(x > least) || !std::isfinite(x))
      throw UsageError("W602", fmt::format("--{} has \"{}\"", option, text), {},
                       least < 0 ? "give a number, or one for each channel: 0.13 or 0.48,0.45,0.4" : "give numbers above 0");
    numbers.push_back(x);
  }
  if (numbers.size() != 1 && static_cast<int64_t>(numbers.size()) != channels)
    throw UsageError("W602", fmt::format("--{} has {} numbers; the input has {} channels", option, numbers.size(), channels), {},
                     "give one, or one for each channel");
  std::vector<double> all;
  for (int64_t k = 0; k < example.elements(); ++k) all.push_back(numbers[static_cast<size_t>(k) % numbers.size()]);
  return all;
}

/// That of a model whose data this net can take.
Encoding encoding_like(const std::string& path, const Net& net) {
  Encoding encoding = read_model_at(path).encoding;
  if (const std::string problem = misfit(net, encoding); !problem.empty())
    throw UsageError("W602", fmt::format("--like {} is of another net: {}", path, problem), {}, "name a model that was trained on the same data");
  return encoding;
}

/// What data look like, as far as the options say.
Encoding encoding_of(const Arguments& arguments, const Net& net) {
  if (arguments.has("like")) return encoding_like(arguments.text("like"), net);
  const InputText input = net_steps(net).input;
  Encoding encoding;
  encoding.source = Encoding::Source::arrays;
  encoding.example = arguments.has("example") ? parse_input(arguments.text("example"), arguments.text("example")).shape : input.shape;
  if (encoding.example.elements() != net.inputs)
    throw UsageError("W602",
                     fmt::format("--example {} has {} numbers; the net takes {}", arguments.text("example"), encoding.example.elements(), net.inputs),
                     {}, "give the extents of an example");
  if (arguments.has("mean") || arguments.has("deviation")) {
    encoding.means = each_feature(arguments, "mean", input.shape, -HUGE_VAL);
    encoding.deviations = each_feature(arguments, "deviation", input.shape, 0);
  }
  const bool classes = net.link != Link::identity || arguments.has("classes");
  const auto names = arguments.has("classes") ? split(arguments.text("classes"), ',') : std::vector<std::string>{};
  const int64_t count = net.outputs == 1 ? 2 : net.outputs;
  if (!names.empty() && static_cast<int64_t>(names.size()) != count)
    throw UsageError("W602", fmt::format("--classes names {} classes; the net tells {} apart", names.size(), count), {}, "name each");
  for (int64_t k = 0; classes && k < count; ++k) encoding.classes.push_back(names.empty() ? std::to_string(k) : names[static_cast<size_t>(k)]);
  encoding.numeric_classes = classes && names.empty();
  for (int64_t k = 1; k <= (classes ? 1 : net.outputs); ++k)
    encoding.targets.push_back({classes || net.outputs == 1 ? "y" : fmt::format("y{}", k), k});
  encoding.columns = static_cast<int64_t>(encoding.targets.size());
  return encoding;
}

void report(Context& context, const ImportedValues& imported) {
  for (const ImportedLayer& layer : imported.layers) {
    const std::string absent = layer.absent.empty() ? "" : fmt::format("; {} not there: 0", fmt::join(layer.absent, ", "));
    context.print(fmt::format("{} ({}): {}{}", layer.layer, layer.text, fmt::join(layer.tensors, ", "), absent));
    context.document()["layers"].push_back({{"layer", layer.layer}, {"tensors", layer.tensors}, {"absent", layer.absent}});
  }
}

int run(Context& context) {
  const Arguments& arguments = context.arguments();
  const std::string path = arguments.text("WEIGHTS"), folder = arguments.text("out");
  const std::string text = arguments.text("net");
  const Net net = text.ends_with(".json") ? read_net(text) : parse_net(text);
  const Tensors tensors = context.stage("read", [&] { return read_safetensors(path); });
  for (const auto& [key, value] : tensors.metadata)
    if (key == "format" && value == "wengert")
      throw UsageError("W848", fmt::format("{} is a model already: its weights lie as Wengert's, not as PyTorch's", path), {},
                       "give it to `wengert predict` as it is");
  const ImportedValues imported = context.stage("import", [&] { return import_values(net, tensors.arrays, import_options(arguments)); });
  const Encoding encoding = encoding_of(arguments, net);
  Model model{make_task(net.description, encoding.class_count() > 0), imported.values, encoding};
  make_folder(folder);
  const std::string file = (std::filesystem::path(folder) / "weights.safetensors").string();
  context.stage("write", [&] { write_model(file, model); });
  report(context, imported);
  report_files(context, {file});
  return exit_ok;
}

std::vector<Option> import_verb_options() {
  return {{.names = "WEIGHTS",
           .value = "FILE",
           .help = "A safetensors file with the state_dict of a PyTorch module",
           .completes = Completes::files,
           .required = true},
          {.names = "--net", .value = "NET", .help = "What the weights are of: \"784-128 relu-10 softmax\", see docs/nets.md", .required = true},
          {.names = "--map",
           .value = "NAME=LAYER",
           .help = "A module of the file and the layer that it is, e.g. fc1=layer3; the others go in order",
           .repeats = true},
          {.names = "--like", .value = "MODEL", .help = "Data are read as that trained model reads them", .completes = Completes::files},
          {.names = "--example", .value = "EXTENTS", .help = "Extents of an example in the data, e.g. 28x28; those of the net otherwise"},
          {.names = "--mean", .value = "NUMBERS", .help = "Subtracted from each number of the data: one, or one a channel", .initial = "0"},
          {.names = "--deviation", .value = "NUMBERS", .help = "What is left is divided by these", .initial = "1"},
          {.names = "--classes", .value = "NAMES", .help = "Names of the classes, with commas between them; 0, 1, ... otherwise"},
          {.names = "--precision", .value = "P", .help = "Of the weights", .initial = "f32", .choices = {"f32", "f64"}},
          {.names = "-o,--out", .value = "FOLDER", .help = "Where weights.safetensors goes", .initial = "out", .completes = Completes::directories}};
}

}  // namespace

Verb import_verb() {
  return {
      .name = "import",
      .summary = "Take over weights that PyTorch trained, from a safetensors file",
      .description =
          "The layers of the net that have parameters take the file's modules one after the other, by their shapes as PyTorch has them: Linear, "
          "Conv1d to Conv3d, ConvTranspose, BatchNorm, LayerNorm, GroupNorm, Embedding, RNN, LSTM, GRU, MultiheadAttention, "
          "TransformerEncoderLayer. They are turned into the order that Wengert has, those behind a flattened image too. What is missing, left "
          "over, of another shape or not certain is an error; --map then says which module is which layer. See docs/models.md.",
      .options = import_verb_options(),
      .examples =
          {{"wengert import mlp.safetensors --net \"784-128 relu-10 softmax\" -o out", "A net of two Linear modules"},
           {"wengert import lenet.safetensors --net \"28x28x1 - conv 6 5 pad=2 relu - max_pool 2 - flatten - 10\" --map head=layer4 --example 28x28",
            "A module by its name; images from IDX files"}},
      .run = run};
}

}  // namespace wengert::cli
