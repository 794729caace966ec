// SPDX-License-Identifier: Apache-2.0
//
// Weights of PyTorch's modules. What they say is compared with what PyTorch says where it is installed (torch_modules.py).
#include <filesystem>
#include <fstream>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "derivative_checks.h"
#include "wengert/base/error.h"
#include "wengert/exec/interpreter.h"
#include "wengert/io/npy.h"
#include "wengert/io/safetensors.h"
#include "wengert/nn/import_values.h"
#include "wengert/nn/permuted.h"

namespace wengert {
namespace {

using testing::HasSubstr;

Array counted(const Shape& shape, double from = 0) {
  Array a(Type{DType::f64, shape});
  for (double& x : a.mutable_values<double>()) x = from++;
  return a.as(DType::f32);
}

std::string message_of(const std::string& net, const NamedArrays& tensors, const ImportOptions& options = {}) {
  try {
    import_values(parse_net(net), tensors, options);
  } catch (const UsageError& error) {
    EXPECT_EQ(error.id(), "W848");
    return error.problem();
  }
  return "no error";
}

const NamedArrays two_layers{
    {"fc1.weight", counted({4, 3})}, {"fc1.bias", counted({4})}, {"fc2.weight", counted({2, 4})}, {"fc2.bias", counted({2})}};

TEST(Import, turns_weights_and_keeps_biases) {
  const auto imported = import_values(parse_net("3-4 relu-2"), two_layers);
  EXPECT_EQ(imported.values[0], permuted(two_layers[0].array, {1, 0}));
  EXPECT_EQ(imported.values[1], two_layers[1].array);
  EXPECT_EQ(imported.layers[1].tensors, (std::vector<std::string>{"fc2.weight", "fc2.bias"}));
}

TEST(Import, puts_names_that_do_not_stand_in_order_where_their_shapes_say) {
  NamedArrays turned{two_layers.rbegin(), two_layers.rend()};
  EXPECT_EQ(import_values(parse_net("3-4 relu-2"), turned).values, import_values(parse_net("3-4 relu-2"), two_layers).values);
}

TEST(Import, takes_a_bias_that_is_not_there_as_0_and_says_so) {
  const auto imported = import_values(parse_net("3-4"), {{"weight", counted({4, 3})}});
  EXPECT_EQ(imported.values[1], Array(f32({4})));
  EXPECT_EQ(imported.layers[0].absent, std::vector<std::string>{"bias"});
}

TEST(Import, says_what_is_missing_left_over_or_of_another_shape) {
  EXPECT_THAT(message_of("3-4 relu-4-2", two_layers), HasSubstr("layer2 needs weight as [4,4]; fc2.weight is f32[2,4]"));
  EXPECT_THAT(message_of("3-4 relu-2-5", two_layers), HasSubstr("layer3 is left without tensors"));
  EXPECT_THAT(message_of("3-4", two_layers), HasSubstr("no layer takes fc2.weight, fc2.bias"));
  EXPECT_THAT(message_of("3 - 4 - batch_norm", {two_layers[0], two_layers[1], {"bn.weight", counted({4})}, {"bn.bias", counted({4})}}),
              HasSubstr("layer2 needs bn.running_mean [4], which is not in the file"));
  EXPECT_THAT(message_of("3-4", {{"weight", counted({4, 3}).as(DType::i64)}}), HasSubstr("weight is i64[4,3]"));
}

TEST(Import, does_not_choose_between_two_orders_that_fit) {
  const NamedArrays alike{{"b.weight", counted({3, 3})}, {"a.weight", counted({3, 3}, 9)}};
  EXPECT_THAT(message_of("3-3-3", alike), HasSubstr("which is meant cannot be seen"));
  const auto imported = import_values(parse_net("3-3-3"), alike, {.map = {{"b", "layer2"}}});
  EXPECT_EQ(imported.layers[0].tensors, std::vector<std::string>{"a.weight"});
}

TEST(Import, numbers_in_names_count_as_numbers) {  // as libraries sort them 10 comes before 2
  NamedArrays file;
  for (const char* name : {"0", "10", "2"}) file.push_back({std::string(name) + ".weight", counted({3, 3}, std::stod(name))});
  EXPECT_THAT(message_of("3-3-3-3", file), HasSubstr("which is meant cannot be seen"));
  const auto imported = import_values(parse_net("3-3-3-3"), file, {.map = {{"10", "layer3"}}});
  EXPECT_EQ(imported.layers[2].tensors, std::vector<std::string>{"10.weight"});
}

TEST(Import, refuses_maps_that_name_nothing) {
  EXPECT_THAT(message_of("3-4 relu-2", two_layers, {.map = {{"fc1", "layer9"}}}), HasSubstr("no layer layer9 has parameters"));
  EXPECT_THAT(message_of("3-4 relu-2", two_layers, {.map = {{"fc9", "layer1"}}}), HasSubstr("needs fc9.weight"));
  EXPECT_THAT(message_of("3-4 relu-2", two_layers, {.map = {{"fc1.weight", "layer1.weight"}}}), HasSubstr("takes a module"));
  EXPECT_THAT(message_of("3-4 relu-2", two_layers, {.map = {{"fc1", "layer1"}, {"fc1", "layer1"}}}), HasSubstr("given already"));
}

TEST(Import, refuses_layers_behind_a_flattened_image_that_pytorch_orders_otherwise) {
  EXPECT_THAT(message_of("4x4x2 - flatten - group_norm 2", {}), HasSubstr("group_norm behind a flattened image"));
  EXPECT_THAT(message_of("4x4x2 - flatten as a - 32 - add a - 2", {}), HasSubstr("add behind a flattened image"));
}

/// The folder with modules; empty where no Python here has torch.
std::string write_modules() {
  const std::string folder = testing::TempDir() + "/wengert-modules-" + std::to_string(getpid());
  std::filesystem::create_directories(folder);
  for (const char* python : {"python3", "/usr/bin/python3"}) {
    const int status =
        WEXITSTATUS(std::system((std::string(python) + " '" WENGERT_SOURCE_DIR "/tests/unit/nn/torch_modules.py' '" + folder + "'").c_str()));
    if (status == 77 || status == 127) continue;
    EXPECT_EQ(status, 0) << "torch_modules.py failed";
    return folder;
  }
  return {};
}

Array said(const Net& net, const std::vector<Array>& values, const Array& x) {
  Recording recording("net", DType::f32);
  const Expr input = recording.input(x.type());
  std::vector<Expr> all;
  for (const Array& value : values) all.push_back(constant(value));
  const std::span<const Expr> parts = all;
  const Expr y = net.apply({parts.first(net.parameters.size()), parts.subspan(net.parameters.size()), input}).value;
  return evaluate(recording.finish(std::vector<Expr>{y}), {x})[0];
}

void compare(const std::string& path) {
  std::ifstream file(path + ".net");
  std::string text;
  std::getline(file, text);
  ImportOptions options;
  for (std::string line; std::getline(file, line);) options.map.emplace_back(line.substr(0, line.find('=')), line.substr(line.find('=') + 1));
  const Net net = parse_net(text);
  const auto imported = import_values(net, read_safetensors(path + ".safetensors").arrays, options);
  const NamedArrays data = read_npz(path + ".npz");
  EXPECT_TRUE(all_close({said(net, imported.values, find(data, "x"))}, {find(data, "y")}, 1e-5)) << path;
}

TEST(Import, says_what_pytorch_says) {
  const std::string folder = write_modules();
  if (HasFailure()) return;
  if (folder.empty()) GTEST_SKIP() << "no python3 with torch here (python3-torch)";
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (entry.path().extension() == ".net") compare((entry.path().parent_path() / entry.path().stem()).string());
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace wengert
