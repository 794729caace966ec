// SPDX-License-Identifier: Apache-2.0
//
// wengert export: a trained net as a file for other tools.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "wengert/cli/context.h"
#include "wengert/cli/trained_model.h"
#include "wengert/cli/training_files.h"
#include "wengert/cli/verbs.h"
#include "wengert/train/onnx_model.h"

namespace wengert::cli {
namespace {

/// "f32[batch,1,28,28]".
std::string text_of(const OnnxPort& port) {
  std::string text = fmt::format("{}[batch", to_string(port.type.dtype));
  for (const int64_t extent : port.type.shape) text += fmt::format(",{}", extent);
  return text + "]";
}

void describe(Context& context, const OnnxModel& onnx) {
  for (const auto& [member, ports] : {std::pair("inputs", onnx.inputs), std::pair("outputs", onnx.outputs)})
    for (const OnnxPort& port : ports) {
      context.document()[member][port.name] = text_of(port);
      context.print(fmt::format("{} {} {}", member == std::string("inputs") ? "input " : "output", port.name, text_of(port)));
    }
  context.document()["nodes"] = onnx.nodes.size();
}

int run(Context& context) {
  const Arguments& arguments = context.arguments();
  const std::string path = arguments.text("output");
  if (!path.ends_with(".onnx"))
    throw UsageError("W847", fmt::format("{} does not say in which format: the name ends in none that is known", path), {},
                     "let it end in .onnx; C is written by `wengert emit --c`");
  const Model model = context.stage("read model", [&] { return read_model_at(arguments.text("MODEL")); });
  const OnnxModel onnx = context.stage("export", [&] { return onnx_model(model); });
  context.stage("write", [&] { write_onnx(path, onnx); });
  describe(context, onnx);
  report_files(context, {path});
  return exit_ok;
}

}  // namespace

Verb export_verb() {
  return {.name = "export",
          .summary = "Write a trained net as an ONNX file, which other tools run",
          .description =
              "The file says of an example what `wengert predict` says: the encoding of the data, the layers as operators that others know (Conv, "
              "Gemm, BatchNormalization, LSTM), and the probabilities or values at the end. Images are [batch, channels, height, width] with pixels "
              "as the data have them, tables rows of features before standardization. Names of classes and features stand in its metadata. "
              "See docs/models.md.",
          .options = {model_option(),
                      {.names = "-o,--output",
                       .value = "FILE",
                       .help = "Where to write; the ending says the format: .onnx",
                       .initial = "model.onnx",
                       .completes = Completes::files}},
          .examples = {{"wengert export out -o digits.onnx", "A trained net for other tools"}},
          .run = run};
}

}  // namespace wengert::cli
