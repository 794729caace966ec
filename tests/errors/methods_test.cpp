// SPDX-License-Identifier: Apache-2.0
//
// W836, W837: layers that are chosen by text, and values to start from.
#include <cstdio>

#include "documented.h"
#include "wengert/io/safetensors.h"
#include "wengert/nn/layer_choice.h"
#include "wengert/optim/first_order.h"
#include "wengert/train/method.h"

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
  documented("W837", [&] { starting_values(parse_net("4-8 relu-3 softmax"), {path, ""}, 1, DType::f32); });
  const auto none = error_of([&] { starting_values(parse_net("5-8 relu-3 softmax"), {path, "1"}, 1, DType::f32); });
  EXPECT_EQ(none.problem(),
            "digits.safetensors does not have what \"5-8 relu-3 softmax\" is to start from: layer1.weight is [4,8] "
            "there and [5,8] here");
  EXPECT_EQ(none.fix(), "give weights of a net with such layers");
  std::remove(path.c_str());
}

}  // namespace
}  // namespace wengert
