// SPDX-License-Identifier: Apache-2.0
//
// W836, W837: layers that are chosen by text, and values to start from.
#include <cstdio>

#include "documented.h"
#include "wengert/io/safetensors.h"
#include "wengert/nn/layer_choice.h"
#include "wengert/optim/first_order.h"
#include "wengert/train/method.h"
#include "wengert/train/model_file.h"

namespace wengert {
namespace {

TEST(MethodErrors, W836_layers_that_the_net_does_not_have) {
  const Net net = parse_net("4 - 8 relu as inner - relu - 2 softmax");
  documented("W836", [&] { parameters_of_layers(net, "2-5"); });
  const auto refusal = [&](const char* text) { return error_of([&] { parameters_of_layers(net, text); }).problem(); };
  EXPECT_EQ(refusal("outer"),
            "the layers \"outer\" name \"outer\", which no layer of \"4-8 relu as inner-relu-2 softmax\" is called");
  EXPECT_EQ(refusal("2"), "the layers \"2\" have no parameters");
  EXPECT_EQ(refusal("3-1"), "the layers \"3-1\" go from 3 down to 1");
  EXPECT_EQ(refusal("1,"), "the layers \"1,\" have an empty part");
  EXPECT_EQ(refusal("1-"), "the layers \"1-\" have \"\" where a number is to stand");
  EXPECT_EQ(refusal(""), "the layers \"\" have an empty part");
  const auto method = [&](const MethodTexts& texts) { return error_of([&] { with_methods(sgd(), texts, net); }); };
  EXPECT_EQ(method({.groups = {"1-2 rate 0.1"}}).id(), "W836");
  EXPECT_EQ(method({.frozen = {"*.gain"}}).problem(), "no parameter is called like \"*.gain\"");
  EXPECT_EQ(method({.groups = {"1: rate 2", "inner: decay 1"}}).problem(),
            "the group \"inner: decay 1\" holds for nothing: all of its layers are frozen or in an earlier group");
  EXPECT_EQ(method({.groups = {"1: rate 2"}, .frozen = {"1"}}).id(), "W836");
  EXPECT_EQ(method({.frozen = {"1", "3"}}).problem(),
            "nothing is left to learn: all layers of \"4-8 relu as inner-relu-2 softmax\" are frozen");
  EXPECT_EQ(method({.groups = {"*: rate 0"}}).id(), "W836");
  EXPECT_NO_THROW(with_methods(sgd(), {.groups = {"1: rate 2", "1,3: decay 1"}}, net)) << "layer 3 is new";
  EXPECT_EQ(method({.groups = {"1: speed 2"}}).id(), "W815");
  EXPECT_EQ(method({.groups = {"1: rate -1"}}).id(), "W811");
  EXPECT_EQ(method({.clip = "length 1"}).id(), "W814");
  EXPECT_EQ(method({.average = "1"}).id(), "W811");
  EXPECT_EQ(method({.average = "0.9x"}).id(), "W814");
}

TEST(MethodErrors, W837_values_that_a_net_cannot_start_from) {
  const std::string path = "digits.safetensors";
  write_safetensors(path, {{{"layer1.weight", Array(f32({4, 8}))},
                            {"layer1.bias", Array(f32({8}))},
                            {"layer2.weight", Array(f32({8, 10}))}},
                           {}});
  documented("W837", [&] { starting_values(parse_net("4-8 relu-3 softmax"), read_start(path), 1, DType::f32); });
  const auto none = error_of([&] { starting_values(parse_net("5-8 relu-3 softmax"), read_start(path, "1"), 1, DType::f32); });
  EXPECT_EQ(none.problem(),
            "digits.safetensors does not have what \"5-8 relu-3 softmax\" is to start from: layer1.weight is [4,8] "
            "there and [5,8] here");
  EXPECT_EQ(none.fix(), "give weights of a net with such layers");
  std::remove(path.c_str());
}

TEST(MethodErrors, W837_values_of_other_features_or_classes) {
  const std::string path = "flowers.safetensors";
  Encoding flowers;
  flowers.inputs = {{.name = "width"}, {.name = "height"}};
  flowers.targets = {{.name = "kind"}};
  flowers.classes = {"rose", "tulip"};
  flowers.columns = 3;
  flowers.inputs[1].number = 2, flowers.targets[0].number = 3;
  flowers.example = {2};
  const LearningTask task = make_task(parse_net("2-3 relu-2 softmax").description, true);
  write_model(path, {task, task.net.initial_parameters(1, DType::f32), flowers});
  const auto refusal = [&](const Encoding& encoding, const char* layers) {
    return error_of([&] { check_start(task.net, read_start(path, layers), encoding); });
  };
  Encoding others = flowers;
  others.classes[1] = "daisy";
  EXPECT_EQ(refusal(others, "").problem(),
            "flowers.safetensors was trained on other classes: class 2 is \"tulip\" there and \"daisy\" here");
  EXPECT_EQ(refusal(others, "").fix(), "let the last layer start anew: --from-layers 1");
  EXPECT_EQ(refusal(others, "2").fix(), "leave --from out: no other layer starts from it");
  EXPECT_EQ(check_start(task.net, read_start(path, "1"), others), "");
  others = flowers;
  std::swap(others.inputs[0], others.inputs[1]);
  EXPECT_EQ(refusal(others, "").problem(),
            "flowers.safetensors was trained on the same features in another order: feature 1 is \"width\" there and \"height\" here");
  EXPECT_EQ(refusal(others, "").fix(), "bring the columns into its order, width,height; or let the first layer start anew: --from-layers 2");
  EXPECT_EQ(refusal(others, "1").id(), "W837");
  EXPECT_EQ(check_start(task.net, read_start(path, "2"), others), "");
  others = flowers;
  others.means = {1, 2}, others.deviations = {1, 1};
  EXPECT_EQ(check_start(task.net, read_start(path), others), "features are scaled by other numbers here than for " + path);
  EXPECT_EQ(check_start(task.net, read_start(path), flowers), "");
  std::remove(path.c_str());
}

}  // namespace
}  // namespace wengert
