// SPDX-License-Identifier: Apache-2.0
//
// Nets that go to other tools, or come from them.
#include "documented.h"
#include "wengert/nn/import_values.h"
#include "wengert/train/c_model.h"
#include "wengert/train/onnx_model.h"

namespace wengert {
namespace {

Model model_of(const std::string& text) {
  Model model{make_task(parse_net(text).description, false), {}};
  model.parameters = model.task.net.initial_parameters(1, DType::f32);
  return model;
}

TEST(Models, W846_layer_without_operators_in_onnx) {
  documented("W846", [] { onnx_model(model_of("3 - 2 cbrt - 2")); });
}

TEST(Models, W847_more_than_a_message_of_protobuf_holds) {  // its example is a command; here one array stands 64 times
  const Array shared(Type{DType::f32, {int64_t{1} << 23}});
  OnnxModel model{.name = "g", .nodes = {}, .constants = {}, .inputs = {}, .outputs = {}, .metadata = {}};
  for (int k = 0; k < 64; ++k) model.constants.push_back({"w" + std::to_string(k), shared});
  EXPECT_EQ(error_of([&] { onnx_bytes(model); }).id(), "W847");
}

TEST(Models, W848_weights_that_do_not_fit) {
  documented("W848", [] { import_values(parse_net("3-4"), {{"fc.weight", Array(f32({4, 5}))}}); });
  documented("W848", [] { import_values(parse_net("3-4 relu-2"), {{"fc.weight", Array(f32({4, 3}))}}, {.map = {{"fc", "layer7"}}}); });
  documented("W848", [] { import_values(parse_net("4x4x2 - flatten - group_norm 2"), {}); });
}

TEST(Models, W849_program_for_sequences) {
  EXPECT_EQ(error_of([] { emit_c_model(model_of("3 tokens - embedding 4 2 - flatten - 2"), {.main = true}); }).id(), "W849");
}

}  // namespace
}  // namespace wengert
