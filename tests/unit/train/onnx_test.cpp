// SPDX-License-Identifier: Apache-2.0
//
// Nets as ONNX. Every kind of layer and every activation is exported and run by others (onnx_oracle.py), where the onnx
// package and PyTorch are installed (python3-onnx, python3-torch), by OpenCV too (python3-opencv).
#include <filesystem>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wengert/base/error.h"
#include "wengert/base/random.h"
#include "wengert/io/npy.h"
#include "wengert/nn/net_steps.h"
#include "wengert/train/evaluate.h"
#include "wengert/train/onnx_model.h"

namespace wengert {
namespace {

using testing::HasSubstr;

Array drawn(const Shape& shape, uint64_t key, double low, double high) {
  Random random(key);
  Array values(Type{DType::f64, shape});
  for (double& x : values.mutable_values<double>()) x = random.uniform(low, high);
  return values.as(DType::f32);
}

/// A net with weights that are not what they start from; variances are positive.
Model model_of(const std::string& text, Encoding encoding = {}) {
  Model model{make_task(parse_net(text).description, encoding.class_count() > 0), {}, std::move(encoding)};
  uint64_t key = 1;
  for (const ParameterSpec& spec : model.task.net.values())
    model.parameters.push_back(drawn(spec.shape, ++key, spec.name.ends_with("variance") ? 0.5 : -0.6, spec.name.ends_with("variance") ? 1.5 : 0.6));
  return model;
}

/// Examples as the net takes them: numbers, or tokens from 0 to 3.
Array examples(const Net& net, const InputText& input, int64_t count = 3) {
  Array x = drawn({count, net.inputs}, 99, 0.1, 0.9);
  if (!input.tokens) return x;
  for (float& token : x.mutable_values<float>()) token = std::floor(4 * token);
  return x;
}

struct Question {
  std::string name;
  Model model;
  std::optional<Array> x = {};        // raw; drawn where it is not given
  std::optional<Array> encoded = {};  // as the net sees it
};

std::string file_name(std::string text) {
  for (char& c : text)
    if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
  return text;
}

std::vector<Question> layer_questions() {
  std::vector<Question> all;
  for (const LayerKind& kind : layer_kinds()) all.push_back({"kind_" + kind.choice.name, model_of(std::string(kind.example))});
  for (const char* activation :
       {"relu",    "tanh", "sigmoid", "softplus", "exp", "gelu", "silu", "leaky_relu 0.2", "elu 0.7", "selu", "mish", "softsign", "relu6", "maxout 3",
        "softmax", "sin",  "cos",     "atan",     "abs", "neg",  "erf"})
    all.push_back({"activation_" + file_name(activation), model_of(std::string("4 - 6 ") + activation + " - 3")});
  return all;
}

std::vector<Question> net_questions() {
  const std::pair<const char*, const char*> nets[] = {
      {"lenet", "28x28x1 - conv 6 5 pad=2 relu - max_pool 2 - conv 16 5 relu - max_pool 2 - flatten - 120 relu - 84 relu - 10 softmax"},
      {"dense", "12 - 16 relu - 16 tanh - 4 softmax"},
      {"residual",
       "8x8x3 - conv 4 3 pad=1 - batch_norm relu as a - conv 4 3 pad=1 - batch_norm - add a - relu as b - conv 8 3 stride=2 pad=1 - batch_norm as c "
       "- "
       "from b - conv 8 1 stride=2 - add c - relu - global_average_pool - 10 softmax"},
      {"branches",
       "6x6x2 - conv 3 3 pad=1 as a - from a - max_pool 3 stride=1 pad=1 - concatenate a - average_pool 2 - flatten - batch_norm - 3 sigmoid"},
      {"enlarged",
       "3x4x2 - conv_transposed 3 3 stride=2 pad=1 relu - layer_norm - group_norm 3 - average_pool 3 stride=2 pad=1 - global_max_pool - 2"},
      {"series", "20x3 - conv 4 3 stride=2 pad=1 relu - max_pool 2 - flatten - 2 softmax"},
      {"characters", "5 tokens - embedding 4 3 - lstm 6 - 4 softmax"},
      {"transformer", "6 tokens - embedding 4 8 - positions - transformer 2 12 causal=1 - layer_norm - 4 softmax"}};
  std::vector<Question> all;
  for (const auto& [name, text] : nets) all.push_back({name, model_of(text)});
  return all;
}

/// Pixels, scaled and standardized; a table of values with units.
std::vector<Question> encoding_questions() {
  Encoding images;
  images.source = Encoding::Source::images, images.classes = {"a", "b"}, images.example = {4, 3, 2}, images.scale = 1.0 / 255;
  images.means.resize(24), images.deviations.resize(24);
  for (size_t k = 0; k < 24; ++k) images.means[k] = 0.01 * static_cast<double>(k), images.deviations[k] = 0.5 + 0.1 * static_cast<double>(k % 5);
  const Array pixels = drawn({3, 24}, 5, 0, 255);
  Array seen(pixels.type());
  for (size_t k = 0; k < 72; ++k)
    seen.mutable_values<float>()[k] = static_cast<float>((pixels.values<float>()[k] / 255.0 - images.means[k % 24]) / images.deviations[k % 24]);
  const Encoding table{
      .inputs = {{"a", 1}, {"b", 2}}, .targets = {{"y", 3, 20, 4}}, .classes = {}, .example = {2}, .means = {1, -2}, .deviations = {2, 0.5}};
  const Array rows({2, 2}, {3, -1, 0, -2.5});
  Encoding two;
  two.source = Encoding::Source::arrays, two.classes = {"no", "yes"}, two.example = {3};
  return {{"two_classes", model_of("3 - 4 tanh - 1 sigmoid", two)},
          {"pixels", model_of("4x3x2 - conv 3 2 relu - flatten - 2 softmax", images), pixels, seen},
          {"units", model_of("2 - 3 tanh - 1", table), rows.as(DType::f32), Array({2, 2}, {1, 2, -0.5, -1}).as(DType::f32)}};
}

/// What `wengert predict` says, [batch, ...].
Array predicted(const Model& model, const Array& x) {
  const Net& net = model.task.net;
  Array y = predict(model.task, model.parameters, x).values;
  if (model.encoding.class_count() == 0 && !model.encoding.targets.empty()) y = model.encoding.decoded_targets(y).as(DType::f32);
  if (model.encoding.class_count() == 2 && net.outputs == 1) {
    std::vector<double> both;
    for (int64_t k = 0; k < y.elements(); ++k) both.insert(both.end(), {1 - y[k], y[k]});
    return Array({y.elements(), 2}, both).as(DType::f32);
  }
  return net.steps == 0 ? y : y.reshaped({x.shape()[0], net.steps, net.outputs});
}

void write_question(const std::string& folder, const Question& q) {
  const InputText input = net_steps(q.model.task.net).input;
  const Array x = q.x ? *q.x : examples(q.model.task.net, input);
  write_onnx(folder + "/" + q.name + ".onnx", onnx_model(q.model));
  const auto extents = input.shape.extents();
  write_npz(folder + "/" + q.name + ".npz",
            {{"x", x}, {"y", predicted(q.model, q.encoded ? *q.encoded : x)}, {"shape", Array::of<int64_t>({input.shape.rank()}, extents)}},
            Compression::none);
}

/// The status of the oracle, 77 where no Python here has what it needs.
int ask(const std::string& folder) {
  for (const char* python : {"python3", "/usr/bin/python3"}) {
    const int status =
        WEXITSTATUS(std::system((std::string(python) + " '" WENGERT_SOURCE_DIR "/tests/unit/train/onnx_oracle.py' '" + folder + "'").c_str()));
    if (status != 77 && status != 127) return status;
  }
  return 77;
}

TEST(Onnx, says_what_the_net_says_in_the_hands_of_others) {
  const std::string folder = testing::TempDir() + "/wengert-onnx-" + std::to_string(getpid());
  std::filesystem::create_directories(folder);
  for (const auto& questions : {layer_questions(), net_questions(), encoding_questions()})
    for (const Question& question : questions) write_question(folder, question);
  const int status = ask(folder);
  std::filesystem::remove_all(folder);
  if (status == 77) GTEST_SKIP() << "no python3 with onnx and torch here (python3-onnx, python3-torch)";
  EXPECT_EQ(status, 0) << "onnx_oracle.py failed";
}

std::vector<std::string> operators(const Model& model) {
  std::vector<std::string> ops;
  for (const OnnxNode& node : onnx_model(model).nodes) ops.push_back(node.op);
  return ops;
}

TEST(Onnx, graph_of_an_image_net_turns_nothing) {
  EXPECT_THAT(operators(model_of("8x8x2 - conv 3 3 pad=1 relu - max_pool 2 - batch_norm - flatten - 5 relu - 2 softmax")),
              testing::ElementsAre("Conv", "Relu", "MaxPool", "BatchNormalization", "Flatten", "Gemm", "Relu", "Gemm", "Softmax", "Identity"));
}

TEST(Onnx, gives_both_of_two_classes_a_probability) {
  Encoding two;
  two.source = Encoding::Source::arrays, two.classes = {"no", "yes"}, two.example = {3};
  const OnnxModel onnx = onnx_model(model_of("3 - 4 tanh - 1 sigmoid", two));
  EXPECT_EQ(onnx.outputs[0].name, "probabilities");
  EXPECT_EQ(onnx.outputs[0].type.shape, Shape{2});
}

TEST(Onnx, is_said_to_be_impossible_for_a_layer_without_operators) {
  try {
    onnx_model(model_of("3 - 2 cbrt - 2"));
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_EQ(error.id(), "W846");
    EXPECT_THAT(error.problem(), HasSubstr("the activation cbrt of layer 1 (\"2 cbrt\")"));
  }
}

TEST(Onnx, every_kind_of_layer_has_a_form) {
  for (const LayerKind& kind : layer_kinds()) EXPECT_NE(kind.onnx, nullptr) << kind.choice.name;
}

TEST(Onnx, message_is_what_the_format_says) {  // written by hand from onnx.proto
  const OnnxModel model{.name = "g", .nodes = {{"Neg", {"x"}, {"y"}}}, .constants = {}, .inputs = {{"x", f32({2})}}, .outputs = {}, .metadata = {}};
  const Bytes bytes = onnx_bytes(model);
  EXPECT_THAT(std::string(text_of(bytes)), HasSubstr("\x0a\x01x\x12\x01y\x1a\x01y\x22\x03Neg"));
  EXPECT_THAT(std::string(text_of(bytes)).substr(0, 11), "\x08\x07\x12\x07wengert");
}

}  // namespace
}  // namespace wengert
