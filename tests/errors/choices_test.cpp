// SPDX-License-Identifier: Apache-2.0
//
// W811, W814-W819, W835, W850-W853: choices by text, nets in JSON, losses, schedules, minimization.
#include <cmath>

#include "documented.h"
#include "wengert/nn/loss.h"
#include "wengert/nn/net_json.h"
#include "wengert/nn/regularize.h"
#include "wengert/optim/first_order.h"
#include "wengert/optim/lbfgs.h"
#include "wengert/optim/step_size.h"
#include "wengert/trace/trace.h"

namespace wengert {
namespace {

TEST(ChoiceErrors, W811_a_setting_out_of_range) {
  documented("W811", [] { sgd(1); });
  for (double momentum : {-0.1, 1.5, std::nan("")})
    for (auto make : {sgd, rumelhart, nesterov}) EXPECT_EQ(error_of([&] { make(momentum); }).id(), "W811") << momentum;
  for (const char* text :
       {"adam beta1=1", "adam epsilon=0", "adamw decay=-1", "rmsprop decay=1", "adagrad epsilon=0", "sgd 1"})
    EXPECT_EQ(error_of([&] { parse_optimizer(text); }).id(), "W811") << text;
  for (const char* text : {"step 0 every 10", "step 0.5 every 0", "exponential 1.1", "inverse_time -1",
                           "cosine floor=2", "constant warmup=-1"})
    EXPECT_EQ(error_of([&] { parse_schedule(text); }).id(), "W811") << text;
  for (const char* text : {"normal 0 -1", "uniform 1 0", "sparse 0", "sparse 1.5"})
    EXPECT_EQ(error_of([&] { parse_initializer(text); }).id(), "W811") << text;
  EXPECT_EQ(error_of([] { parse_loss("huber 0"); }).id(), "W811");
  EXPECT_EQ(error_of([] { parse_regularizer("l2 -1"); }).id(), "W811");
  EXPECT_EQ(error_of([] { parse_net("2-2 maxout 1-1"); }).problem(),
            "pieces must be a whole number in [2, 64], found 1");
  EXPECT_EQ(error_of([] { parse_net("2-2 maxout 1-1"); }).where(), "layer 1 of the net");
  const Objective f = [](std::span<const double>, std::span<double>) { return 0.0; };
  EXPECT_EQ(error_of([&] { lbfgs(f, {1}, {.memory = 0}); }).id(), "W811");
  EXPECT_EQ(error_of([&] { lbfgs(f, {1}, {.gradient_tolerance = -1}); }).id(), "W811");
  const LineFunction phi = [](double a) { return LinePoint{a, -a, -1}; };
  EXPECT_EQ(error_of([&] { strong_wolfe(phi, {0, 0, -1}, {.curvature = 1e-5}); }).id(), "W811");
}

TEST(ChoiceErrors, W814_an_unknown_choice) {
  documented("W814", [] { parse_schedule("cosin"); });
  EXPECT_THAT(error_of([] { parse_optimizer("adm"); }).fix(),
              HasSubstr("adam [beta1=0.9] [beta2=0.999] [epsilon=1e-08]"));
  EXPECT_THAT(error_of([] { parse_loss("crossentropy"); }).fix(),
              HasSubstr("cross_entropy; logistic; squared_error; mse; huber [delta=1]"));
  EXPECT_THAT(error_of([] { parse_regularizer("l3 1"); }).fix(), HasSubstr("none; l2 LAMBDA [l1=0]; l1 LAMBDA [l2=0]"));
  EXPECT_THAT(error_of([] { parse_initializer("glorot"); }).fix(), HasSubstr("xavier_uniform; xavier_normal"));
  const Error activation = error_of([] { parse_net("784-30 relux-10"); });
  EXPECT_EQ(activation.id(), "W814");
  EXPECT_EQ(activation.problem(), "the activation \"relux\" is unknown");
  EXPECT_EQ(activation.where(), "layer 1 of the net");
  EXPECT_THAT(activation.fix(), HasSubstr("leaky_relu [slope=0.1]; elu [alpha=1]; maxout [pieces=2]"));
  EXPECT_THAT(activation.fix(), HasSubstr("; relu;"));
  EXPECT_EQ(error_of([] { parse_net("2-2 mul-1"); }).id(), "W814") << "a primitive of two operands is no activation";
  EXPECT_EQ(error_of([] { parse_optimizer(""); }).problem(), "the optimizer \"\" is unknown");
}

TEST(ChoiceErrors, W815_settings_that_do_not_belong_to_a_choice) {
  documented("W815", [] { parse_optimizer("adam beta3=0.5"); });
  const auto problem = [](const char* text) { return error_of([&] { parse_initializer(text); }).problem(); };
  EXPECT_EQ(problem("uniform -0.3"), "the initializer \"uniform -0.3\" does not give high");
  EXPECT_EQ(problem("uniform 0 1 2"), "the initializer \"uniform 0 1 2\" has the number 2 too many");
  EXPECT_EQ(problem("uniform 0 low=0 high=1"), "the initializer \"uniform 0 low=0 high=1\" gives low twice");
  EXPECT_EQ(problem("uniform 0 high"),
            "the initializer \"uniform 0 high\" has the part \"high\", which is neither a number nor followed by one");
  EXPECT_EQ(problem("uniform 0 high=two"),
            "the initializer \"uniform 0 high=two\" sets high to \"two\", which is no number");
  EXPECT_EQ(error_of([] { parse_net("2-3 elu 1 2-1"); }).id(), "W815");
  EXPECT_EQ(error_of([] { parse_net("2-3 sigmoid 2-1"); }).id(), "W815");
}

Error json_error(const std::string& text) {
  return error_of([&] { parse_net_json(text, "net.json"); });
}

TEST(ChoiceErrors, W816_a_net_in_json_with_a_wrong_key_or_value) {
  documented("W816",
             [] { parse_net_json(R"({"inputs": 2, "layers": [{"width": 3, "activate": "relu"}]})", "net.json"); });
  EXPECT_EQ(json_error("[]").problem(), "net.json is array, not an object");
  EXPECT_EQ(json_error("{}").problem(), "net.json has no \"inputs\"");
  EXPECT_EQ(json_error(R"({"inputs": 2})").problem(), "net.json has no \"layers\"");
  EXPECT_EQ(json_error(R"({"inputs": 2, "layers": []})").problem(), "net.json has \"layers\": []");
  EXPECT_EQ(json_error(R"({"inputs": 2, "layers": [7]})").problem(), "layer 1 of net.json is number, not an object");
  EXPECT_EQ(json_error(R"({"inputs": 2.5, "layers": [{"width": 3}]})").problem(), "net.json has \"inputs\": 2.5");
  for (const char* width : {"0", "-1", "1048577", "1e3", "\"3\"", "null", "18446744073709551615"})
    EXPECT_EQ(json_error(std::string(R"({"inputs": 2, "layers": [{"width": )") + width + "}]}").id(), "W816") << width;
  EXPECT_EQ(json_error(R"({"inputs": 2, "layers": [{"width": 3, "activation": 3}]})").fix(),
            "\"activation\" is a text");
  EXPECT_EQ(json_error(R"({"inputs": 2, "layers": [{"width": 3}], "optimizer": "adam"})").id(), "W816");
}

TEST(ChoiceErrors, W816_is_not_said_of_texts_that_are_wrong_themselves) {
  const Error activation =
      json_error(R"({"inputs": 2, "layers": [{"width": 3}, {"width": 3, "activation": "relux"}]})");
  EXPECT_EQ(activation.id(), "W814");
  EXPECT_EQ(activation.where(), "layer 2 of the net");
  EXPECT_EQ(json_error(R"({"inputs": 2, "layers": [{"width": 3}], "loss": "msq"})").id(), "W814");
  EXPECT_EQ(json_error(R"({"inputs": 2, "layers": [{"width": 3}], "regularize": "l2"})").id(), "W815");
  EXPECT_EQ(json_error(R"({"inputs": 2, "layers": [{"width": 3, "activation": "softmax"}], "loss": "logistic"})").id(),
            "W819");
  EXPECT_EQ(json_error("{").id(), "W580");
  EXPECT_EQ(json_error(R"({"inputs": 2, "inputs": 3, "layers": [{"width": 3}]})").id(), "W583");
}

TEST(ChoiceErrors, W817_outputs_and_targets_that_do_not_fit_a_loss) {
  documented("W817", [] { trace(mean_squared_error, {f64({8, 1}), f64({8})}); });
  for (const char* text : {"cross_entropy", "squared_error", "mse", "logistic", "huber"}) {
    const Loss loss = parse_loss(text);
    const auto id = [&](const Type& y, const Type& t) { return error_of([&] { trace(loss.mean, {y, t}); }).id(); };
    EXPECT_EQ(id(f64({8, 2}), f64({8, 2})), "none") << text;
    EXPECT_EQ(id(f64({8, 2}), i64({8})), "none") << text;
    EXPECT_EQ(id(f64({8, 2}), f64({1, 2})), "W817") << text;
    EXPECT_EQ(id(f64({8, 2}), f32({8, 2})), "W817") << text;
    EXPECT_EQ(id(f64({8, 2}), i64({7})), "W817") << text;
    EXPECT_EQ(id(f64({8, 2}), i64({8, 1})), "W817") << text;
    EXPECT_EQ(id(f64({8}), f64({8})), "W817") << text;
  }
}

TEST(ChoiceErrors, W817_a_softmax_of_one_output) {
  const Error error = error_of([] {
    trace([](Expr z, Expr t) { return softmax_cross_entropy(z, t); }, {f64({8, 1}), i64({8})});
  });
  EXPECT_EQ(error.id(), "W817");
  EXPECT_THAT(error.fix(), HasSubstr("take the loss \"logistic\""));
}

TEST(ChoiceErrors, W818_a_layer_that_does_not_go_with_what_comes_before) {
  documented("W818", [] { parse_net("28x28x1-10 softmax"); });
}

TEST(ChoiceErrors, W819_a_loss_that_does_not_go_with_the_last_activation) {
  documented("W819", [] { parse_loss("logistic", Link::softmax); });
}

TEST(ChoiceErrors, W835_a_chain_of_schedules_that_does_not_say_when) {
  documented("W835", [] { parse_schedule("linear floor=0.5, cosine for 10"); });
  const auto problem = [](const char* text) { return error_of([&] { parse_schedule(text); }).problem(); };
  EXPECT_EQ(problem("constant for 5, cosine for 10"),
            "a chain of schedules says in its last part, \" cosine for 10\", how long it holds");
  EXPECT_EQ(problem("constant for ten, cosine"), "a chain of schedules has \"ten\" behind \"for\", which is no number");
  EXPECT_EQ(problem("constant for -1, cosine"), "a chain of schedules has a part that holds for -1 epochs");
  EXPECT_EQ(problem("constant for 5, cosine warmup=2"),
            "a chain of schedules has a warm-up in a part that is not the first");
  for (const char* text : {"constant for nan, cosine", "constant for inf, cosine", "constant for , cosine", "cosine for 5"})
    EXPECT_EQ(error_of([&] { parse_schedule(text); }).id(), "W835") << text;
  for (const char* text : {"constant scaled 2 for 5, cosine", "constant scaled 0"})
    EXPECT_EQ(error_of([&] { parse_schedule(text); }).id(), "W811") << text;
  for (const char* text : {",", "constant for 5,", "constant for 5, cosin", " for 5, cosine"})
    EXPECT_EQ(error_of([&] { parse_schedule(text); }).id(), "W814") << text;
  EXPECT_EQ(error_of([] { chain({}); }).problem(), "a chain of schedules has no part");
}

TEST(MinimizationErrors, W850_a_start_where_the_function_is_not_finite) {
  documented("W850", [] { minimize(trace([](Expr x) { return log(x); }, {f64()}), {Array(0.0)}); });
  const Objective infinite_gradient = [](std::span<const double>, std::span<double> g) {
    g[0] = std::nan("");
    return 1.0;
  };
  EXPECT_THAT(error_of([&] { lbfgs(infinite_gradient, {1}); }).problem(),
              HasSubstr("its value is 1, the largest entry of its gradient not finite"));
  EXPECT_EQ(error_of([] { minimize(trace([](Expr x) { return x * x; }, {f64({2})}), {Array(f64({2}))}); }).id(),
            "W210");
  EXPECT_EQ(error_of([] { minimize(trace([](Expr x) { return x * x; }, {f64()}), {}); }).id(), "W207");
  EXPECT_EQ(error_of([] { minimize(trace([](Expr x) { return x * x; }, {f64()}), {Array(1.0)}, {3}); }).id(), "W131");
}

TEST(MinimizationErrors, W853_a_line_search_uphill) {
  documented("W853", [] { armijo([](double a) { return LinePoint{a, a, 1}; }, {0, 0, 1}); });
  const LineFunction phi = [](double a) { return LinePoint{a, -a, -1}; };
  for (const double slope : {0.0, std::nan(""), -HUGE_VAL})
    EXPECT_EQ(error_of([&] { strong_wolfe(phi, {0, 0, slope}); }).id(), "W853") << slope;
}

}  // namespace
}  // namespace wengert
