// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "derivative_checks.h"
#include "wengert/ad/derivatives.h"
#include "wengert/check/grad_check.h"
#include "wengert/exec/interpreter.h"
#include "wengert/nn/loss.h"
#include "wengert/nn/layer.h"
#include "wengert/nn/net_json.h"
#include "wengert/nn/regularize.h"
#include "wengert/primitives/sample.h"
#include "wengert/trace/trace.h"

namespace wengert {
namespace {

Program program_of(const Net& net, int64_t batch, bool with_link = true, DType dtype = DType::f64) {
  std::vector<Type> types{{dtype, {batch, net.inputs}}};
  for (const ParameterSpec& p : net.parameters) types.push_back({dtype, p.shape});
  return trace(
      [&](const std::vector<Expr>& x) {
        const auto parameters = std::span(x).subspan(1);
        return with_link ? net.predict(parameters, x[0]) : net.apply(parameters, x[0]);
      },
      types);
}

std::vector<double> outputs(const Net& net, const Array& x, const std::vector<Array>& parameters,
                            bool with_link = true) {
  return flat(evaluate(program_of(net, x.shape()[0], with_link, x.dtype()), joined({x}, parameters)));
}

const Array x({2, 2}, {0.5, -1, 2, 0.25});

TEST(Net, computes_what_its_text_says) {
  const Net net = parse_net("2-2 tanh-1");
  const std::vector<Array> p{Array({2, 2}, {1, 2, 3, 4}), Array({2}, {0.5, -0.5}), Array({2, 1}, {2, -1}),
                             Array({1}, {0.25})};
  const auto by_hand = [&](double a, double b) {
    return 2 * std::tanh(a + 3 * b + 0.5) - std::tanh(2 * a + 4 * b - 0.5) + 0.25;
  };
  EXPECT_TRUE(all_close(outputs(net, x, p), {by_hand(0.5, -1), by_hand(2, 0.25)}, 1e-15));
}

TEST(Net, the_exact_solution_of_xor_is_exact) {  // the talk, section 2
  const Net net = parse_net("2-2 relu-1");
  const std::vector<Array> p{Array({2, 2}, {1, 1, 1, 1}), Array({2}, {0, -1}), Array({2, 1}, {1, -2}), Array({1}, {0})};
  EXPECT_EQ(outputs(net, Array({4, 2}, {0, 0, 0, 1, 1, 0, 1, 1}), p), (std::vector<double>{0, 1, 1, 0}));
}

TEST(Net, a_last_softmax_or_sigmoid_is_its_link) {
  const Net plain = parse_net("2-3 relu-2"), soft = parse_net("2-3 relu-2 softmax"),
            logistic = parse_net("2-3 relu-2 sigmoid");
  const auto p = plain.initial_parameters(1, DType::f64);
  EXPECT_EQ(soft.link, Link::softmax);
  EXPECT_EQ(logistic.link, Link::sigmoid);
  EXPECT_EQ(outputs(soft, x, p, false), outputs(plain, x, p)) << "apply stops before the link";
  const auto z = outputs(plain, x, p), probability = outputs(soft, x, p), each = outputs(logistic, x, p);
  EXPECT_NEAR(probability[0], std::exp(z[0]) / (std::exp(z[0]) + std::exp(z[1])), 1e-15);
  EXPECT_NEAR(each[0], 1 / (1 + std::exp(-z[0])), 1e-15);
  EXPECT_EQ(parse_net("2-3 sigmoid-2").link, Link::identity) << "a hidden one is an activation like any other";
}

TEST(Net, maxout_units_are_the_largest_of_their_pieces) {
  const Net net = parse_net("2-2 maxout 3");
  ASSERT_EQ(net.parameters[0].shape, (Shape{2, 6}));
  ASSERT_EQ(net.parameters[1].shape, (Shape{6}));
  EXPECT_EQ(net.outputs, 2);
  const std::vector<Array> p{Array({2, 6}, {1, 0, 0, 1, -1, 2, 0, 1, 1, 0, 3, -1}), Array({6}, {0, 0, 0.5, 0, 0, 1})};
  // unit 0: columns 0, 2, 4; unit 1: columns 1, 3, 5
  const auto unit0 = [](double a, double b) { return std::max({a, b + 0.5, -a + 3 * b}); };
  const auto unit1 = [](double a, double b) { return std::max({b, a, 2 * a - b + 1}); };
  EXPECT_EQ(outputs(net, x, p), (std::vector<double>{unit0(0.5, -1), unit1(0.5, -1), unit0(2, 0.25), unit1(2, 0.25)}));
}

TEST(Net, every_activation_has_the_right_gradient) {
  for (const char* activation : {"relu",  "leaky_relu", "leaky_relu 0.2", "elu",     "elu 0.5",  "elu 1e-1", "sigmoid",
                                 "tanh",  "softplus",   "gelu",           "silu",    "selu",     "mish",     "softsign",
                                 "relu6", "maxout",     "maxout 3",       "softmax", "identity", "sin"}) {
    const Net net = parse_net(std::string("2-3 ") + activation + "-1");
    const Program p = program_of(net, 2);
    const Program loss = trace([&](const std::vector<Expr>& in) { return sum(replay(p, in)[0]); }, p.input_types());
    const auto report = grad_check(loss, joined({x}, net.initial_parameters(3, DType::f64)));
    EXPECT_TRUE(report.passed) << activation << ": " << report.worst_entry;
  }
}

TEST(Net, modern_activations_have_their_known_values) {
  const auto at = [](const char* text, double value) {
    const Activation activation = parse_activation(text);
    return evaluate(trace([&](Expr y) { return activation.apply(y); }, {f64({1, 1})}), {Array({1, 1}, {value})})[0]
        .item();
  };
  EXPECT_NEAR(at("selu", 1), 1.0507009873554805, 1e-15);
  EXPECT_NEAR(at("selu", -1), -1.1113307378125625, 1e-13);  // 1.0507... 1.6732... (1/e - 1)
  EXPECT_NEAR(at("mish", 1), std::tanh(std::log1p(std::exp(1))), 1e-15);
  EXPECT_EQ(at("softsign", -3), -0.75);
  EXPECT_EQ(at("relu6", 7), 6);
  EXPECT_EQ(at("leaky_relu", -1), -0.1);
  EXPECT_EQ(at("leaky_relu 0.2", -1), -0.2);
}

TEST(Net, texts_are_kept_in_canonical_form_and_read_back) {
  EXPECT_EQ(parse_net(" 2 -3 elu 1e-3 - 1 ").text, "2-3 elu alpha=0.001-1");
  for (const char* text :
       {"784-128 relu-10 softmax", "2-3 elu alpha=1e-05-1", "2-2 maxout pieces=3-1 sigmoid", "1-1"}) {
    EXPECT_EQ(parse_net(text).text, text);
    EXPECT_EQ(parse_net(text).description, parse_net(parse_net(text).text).description);
  }
  EXPECT_EQ(parse_net("2-3 leaky_relu 0.1-1 linear").text, "2-3 leaky_relu-1");
}

TEST(Net, parameters_start_as_asked_and_depend_on_key_and_place_alone) {
  const Net net = parse_net("2-3 relu-1", "uniform -0.3 0.3", "constant 0.1");
  const auto p = net.initial_parameters(5, DType::f64);
  for (const double w : flat({{p[0], p[2]}})) EXPECT_LE(std::abs(w), 0.3);
  EXPECT_EQ(flat({{p[1], p[3]}}), std::vector<double>(4, 0.1));
  EXPECT_EQ(p, net.initial_parameters(5, DType::f64));
  EXPECT_NE(p, net.initial_parameters(6, DType::f64));
  EXPECT_EQ(net.initial_parameters(5, DType::f32)[0], p[0].as(DType::f32));
  EXPECT_EQ(parse_net("2-3 relu-7", "uniform -0.3 0.3").initial_parameters(5, DType::f64)[0], p[0]);
}

TEST(Net, can_be_made_by_hand_from_any_code) {
  Net net{.text = "bilinear", .inputs = 2, .outputs = 1};
  net.parameters = {{"w", {2, 2}, he_normal()}, {"c", {1}, zeros_initializer(), ParameterKind::bias}};
  net.apply = [](std::span<const Expr> p, Expr v) {
    return reshape(sum(matmul(v, p[0]) * v, {1}), {v.shape()[0], 1}) + p[1];
  };
  EXPECT_EQ(net.parameter_count(), 5);
  const std::vector<Array> p{Array({2, 2}, {1, 2, 3, 4}), Array({1}, {0.5})};
  EXPECT_EQ(outputs(net, x, p), (std::vector<double>{0.25 - 2.5 + 4 + 0.5, 4 + 2.5 + 0.25 + 0.5}));
  const Loss loss = parse_loss("mse", net.link);
  const Program error = trace(
      [&](const std::vector<Expr>& in) {
        return loss.mean(net.apply(in, constant(x)), constant(Array({2, 1}, {1, 2})));
      },
      {f64({2, 2}), f64({1})});
  EXPECT_TRUE(grad_check(error, net.initial_parameters(1, DType::f64)).passed);
}

TEST(Net, values_have_names_and_are_added_and_put_side_by_side) {
  const Net net = parse_net("2 - 2 as a - 2 relu - add a - relu as b - from a - concatenate b - 1");
  EXPECT_EQ(net.text, "2-2 as a-2 relu-add a-relu as b-from a-concatenate b-1");
  ASSERT_EQ(net.parameters.size(), 6u);
  EXPECT_EQ(net.parameters[2].name, "layer2.weight");
  EXPECT_EQ(net.parameters[4].shape, (Shape{4, 1})) << net.parameters[4].name;
  const std::vector<Array> p{Array({2, 2}, {1, 2, 3, 4}), Array({2}, {0.5, -0.5}), Array({2, 2}, {1, -1, -1, 2}),
                             Array({2}, {0.25, 0}),       Array({4, 1}, {1, 2, 3, 4}), Array({1}, {0.125})};
  const auto by_hand = [](double first, double second) {
    const double a0 = first + 3 * second + 0.5, a1 = 2 * first + 4 * second - 0.5;
    const double c0 = std::max(a0 - a1 + 0.25, 0.0), c1 = std::max(-a0 + 2 * a1, 0.0);
    return a0 + 2 * a1 + 3 * std::max(a0 + c0, 0.0) + 4 * std::max(a1 + c1, 0.0) + 0.125;
  };
  EXPECT_TRUE(all_close(outputs(net, x, p), {by_hand(0.5, -1), by_hand(2, 0.25)}, 1e-14));
}

TEST(Net, examples_have_shapes) {
  const Net net = parse_net("2x3x1 - flatten - 2 softmax");
  EXPECT_EQ(net.inputs, 6);
  EXPECT_EQ(net.description.input, "2x3x1");
  const auto p = net.initial_parameters(1, DType::f64);
  const Array pixels({1, 6}, {1, 2, 3, 4, 5, 6});
  EXPECT_EQ(outputs(net, pixels, p), outputs(parse_net("6-2 softmax"), pixels, p));
  const Net sequence = parse_net("4x3 - 5 tanh - 2 softmax");  // a layer for every position
  EXPECT_EQ(sequence.steps, 4);
  EXPECT_EQ(sequence.outputs, 2);
}

TEST(Net, what_is_wrong_with_a_text_is_said_with_the_layer) {
  const auto message = [](const char* text) {
    try {
      parse_net(text);
    } catch (const Error& error) {
      return error.id() + " " + error.where() + ": " + error.problem();
    }
    return std::string("accepted");
  };
  EXPECT_EQ(message("2-2-add a"), "W810 layer 2 of the net: the layer \"add a\" has add without the name of an earlier value (known: none)");
  EXPECT_EQ(message("2-3 as a-2-add a"), "W818 layer 3 of the net: add takes values of one shape, like [2]; found [3]");
  EXPECT_EQ(message("2x2-flatten-flatter"), "W814 layer 2 of the net: the layer or activation \"flatter\" is unknown");
  EXPECT_EQ(message("2-2 flatter"), "W814 layer 1 of the net: the activation \"flatter\" is unknown");
  EXPECT_EQ(message("2-2 flatten-1"), "W810 layer 1 of the net: the layer \"2 flatten\" has \"flatten\" behind it, which is a layer of its own: put a - between them");
  EXPECT_EQ(message("2-3 as 4"), "W810 layer 1 of the net: the layer \"3 as 4\" has the name \"4\"; names are letters, digits and _");
  EXPECT_EQ(message("2x2x2-flatten-1"), "accepted");
  EXPECT_EQ(message("2-"), "W810 layer 1 of the net: the layer \"\" is empty");
}

TEST(Net, every_kind_of_layer_stands_in_the_documentation) {
  std::ifstream file(WENGERT_SOURCE_DIR "/docs/nets.md");
  const std::string page{std::istreambuf_iterator<char>(file), {}};
  for (const LayerKind& kind : layer_kinds()) {
    const size_t at = page.find("| `" + kind.choice.name);
    ASSERT_NE(at, std::string::npos) << kind.choice.name;
    EXPECT_NE(page.substr(at, page.find('\n', at) - at).find(kind.help), std::string::npos) << kind.help;
  }
}

/// (x, parameters..., statistics...) -> a sum of the outputs in training with weights of their own, so that no gradient is
/// 0 by symmetry.
Program weighted_outputs(const Net& net, int64_t batch) {
  std::vector<Type> types{f64({batch, net.inputs})};
  for (const ParameterSpec& p : net.values()) types.push_back({DType::f64, p.shape});
  return trace(
      [&](const std::vector<Expr>& in) {
        const std::span<const Expr> all(in);
        const size_t learned = net.parameters.size();
        const NetInputs inputs{all.subspan(1, learned), all.subspan(1 + learned), in[0], true, constant(random_key(7))};
        const Expr y = net.apply(inputs).value;
        Array weights(y.type());
        for (int64_t k = 0; k < weights.elements(); ++k) weights.mutable_values<double>()[static_cast<size_t>(k)] = std::cos(static_cast<double>(k) + 1);
        return sum(y * constant(weights));
      },
      types);
}

TEST(Net, every_kind_of_layer_has_the_right_gradient) {
  for (const LayerKind& kind : layer_kinds()) {
    const Net net = parse_net(std::string(kind.example));
    EXPECT_NE(net.text.find(kind.choice.name == "dense" ? "2" : kind.choice.name == "identity" ? "3" : kind.choice.name), std::string::npos) << net.text;
    const bool tokens = net.description.input.ends_with("tokens");
    Array points(f64({3, net.inputs}));
    for (int64_t k = 0; k < points.elements(); ++k)
      points.mutable_values<double>()[static_cast<size_t>(k)] = tokens ? static_cast<double>(k % 4) : std::sin(3.0 * static_cast<double>(k));
    const auto at = joined({points}, net.initial_parameters(5, DType::f64));
    const Program p = weighted_outputs(net, 3);
    const auto types = p.input_types();
    const Program learned = trace([&](const std::vector<Expr>& in) {
                                    std::vector<Expr> all{constant(points)};
                                    all.insert(all.end(), in.begin(), in.end());
                                    return replay(p, all)[0];
                                  },
                                  std::vector<Type>(types.begin() + 1, types.end()));
    const auto report = grad_check(tokens ? learned : p, tokens ? std::vector<Array>(at.begin() + 1, at.end()) : at);
    EXPECT_TRUE(report.passed) << net.text << ": " << report.worst_entry;
  }
}

TEST(NetJson, says_all_that_a_net_is) {
  const char* text = R"({"inputs": 784,
    "layers": [{"width": 128, "activation": "relu", "initializer": "orthogonal gain=1.4", "bias_initializer": "constant 0.1"},
               {"width": 10, "activation": "softmax"}],
    "loss": "cross_entropy", "regularize": "l2 1e-4"})";
  const Net net = parse_net(text);
  EXPECT_EQ(net.text, "784-128 relu-10 softmax");
  EXPECT_EQ(net.link, Link::softmax);
  EXPECT_EQ(net.description.layers[0].initializer, "orthogonal gain=1.4");
  EXPECT_EQ(net.description.layers[1].initializer, "he_normal");
  EXPECT_EQ(net.description.loss, "cross_entropy");
  EXPECT_EQ(net.description.regularize, "l2 1e-4");
  EXPECT_EQ(net.initial_parameters(1, DType::f64)[1][0], 0.1);
}

TEST(NetJson, what_is_written_is_read_back_the_same) {
  for (const char* text : {"784-128 relu-10 softmax", "2-3 elu alpha=1e-05-1", "3-2 maxout pieces=3-1 sigmoid", "2x2-flatten-4 as a-tanh-add a-1"}) {
    NetDescription d = parse_net(text, "sparse 3", "uniform -1 1").description;
    d.regularize = "l1 1e-5";
    d.loss = "mse";
    EXPECT_EQ(parse_net_json(to_json(d), "text"), d);
    EXPECT_EQ(make_net(d).initial_parameters(1, DType::f64), parse_net(to_json(d)).initial_parameters(1, DType::f64));
  }
  EXPECT_EQ(to_json(parse_net("2-3 relu-1").description),
            R"({"inputs":2,"layers":[{"width":3,"activation":"relu"},{"width":1}]})");
}

TEST(NetJson, a_file_holds_a_net) {
  const std::string path = testing::TempDir() + "/wengert-net.json";
  const NetDescription d = parse_net("2-3 tanh-1").description;
  write_net(path, d);
  EXPECT_EQ(read_net(path).description, d);
  std::filesystem::remove(path);
}

TEST(Regularize, is_the_sum_of_both_norms_over_weights_alone) {
  const Net net = parse_net("2-2 tanh-1");
  const std::vector<Array> p{Array({2, 2}, {1, -2, 3, 0}), Array({2}, {100, 100}), Array({2, 1}, {0.5, -0.5}),
                             Array({1}, {100})};
  const auto value = [&](const char* text) {
    std::vector<Type> types;
    for (const Array& a : p) types.push_back(a.type());
    const Regularizer r = parse_regularizer(text);
    return evaluate(trace([&](const std::vector<Expr>& in) { return penalty(r, net.parameters, in); }, types), p)[0]
        .item();
  };
  EXPECT_EQ(value("none"), 0);
  EXPECT_EQ(value("l1 0.25"), 0.25 * 7);
  EXPECT_EQ(value("l2 0.25"), 0.125 * 14.5);
  EXPECT_EQ(value("l2 0.25 l1=0.5"), 0.125 * 14.5 + 0.5 * 7);
  EXPECT_EQ(value("l1 0.5 l2 0.25"), 0.125 * 14.5 + 0.5 * 7);
  EXPECT_EQ(parse_regularizer("l1 1e-5 l2 0.5").text, "l1 1e-05 l2=0.5");
}

TEST(Regularize, the_gradient_is_the_decay_of_weights) {
  const Net net = parse_net("2-1");
  const Array w({2, 1}, {3, 0}), b({1}, {7});
  const Regularizer r{{}, 0.5, 0.25};
  const Program p =
      trace([&](const std::vector<Expr>& in) { return penalty(r, net.parameters, in); }, {w.type(), b.type()});
  EXPECT_EQ(flat(evaluate(grad(p), {w, b})), (std::vector<double>{0.5 + 0.75, 0, 0}));
}

}  // namespace
}  // namespace wengert
