// SPDX-License-Identifier: Apache-2.0
//
// W2xx: types and shapes that do not fit.
#include <array>

#include "documented.h"
#include "wengert/ad/accumulate.h"
#include "wengert/ad/derivatives.h"
#include "wengert/api/function.h"
#include "wengert/api/gradient.h"
#include "wengert/draw/heat_map.h"
#include "wengert/draw/plot.h"
#include "wengert/draw/sparsity_plot.h"
#include "wengert/exec/interpreter.h"
#include "wengert/passes/fix_inputs.h"
#include "wengert/passes/scalarize.h"
#include "wengert/primitives/primitives.h"
#include "wengert/trace/trace.h"
#include "wengert/train/digits.h"

namespace wengert {
namespace {

TEST(ShapeErrors, W204_a_wrong_number_of_elements) {
  documented("W204", [] { Array({3}, {1, 2}); });
  documented("W204", [] { Array({2}, {1, 2}).item(); });
}

TEST(ShapeErrors, W205_operands_of_two_dtypes) {
  const Error error = documented("W205", [] { trace([](Expr x, Expr y) { return x + y; }, {f32(), f64()}); });
  EXPECT_THAT(error.where(), HasSubstr("shapes_test.cpp:"));
}

TEST(ShapeErrors, W206_an_operand_that_an_operation_does_not_take) {
  const Error error = error_of([] { trace([](Expr x) { return cholesky(x); }, {f64({2, 3})}, "loss"); });
  EXPECT_EQ(error.problem(), "cholesky needs square float matrices; found (f64[2,3])");
  EXPECT_THAT(error.where(), HasSubstr("cholesky %0 in program \"loss\""));
}

TEST(ShapeErrors, W206_says_what_would_make_the_operand_fit) {
  const auto fix = [](auto f, const Type& type) { return error_of([&] { trace(f, {type}); }).fix(); };
  EXPECT_EQ(fix([](Expr x) { return softmax(x, 2); }, f64({2, 3})), "take one of the axes 0 to 1 of f64[2,3]");
  EXPECT_EQ(fix([](Expr x) { return sum(x, {1}); }, f64({3})), "take axis 0, the only one of f64[3]");
  EXPECT_EQ(fix([](Expr x) { return sum(x, {0}); }, f64()), "f64[] has no axes; reshape it to [1], or leave sum out");
  EXPECT_EQ(fix([](Expr x) { return sin(x); }, i64({3})), "cast integers and truth values to f64 or f32 first");
  EXPECT_EQ(fix([](Expr x) { return reshape(x, {4}); }, f64({2, 3})),
            "the extents must have the product 6; [4] have 4");
  EXPECT_EQ(fix(
                [](Expr x) {
                  return concatenate({x, reshape(x, {3, 2})}, 0);
                },
                f64({2, 3})),
            "slice or pad one of them: their extents at axis 1 are 3 and 2");
  EXPECT_EQ(fix(
                [](Expr x) {
                  return concatenate({x, slice(x, {0, 0}, {2, 1})}, 0);
                },
                f64({2, 3})),
            "join along axis 1");
  EXPECT_EQ(
      fix(
          [](Expr x) {
            return record(call_p, {x}, {{"body", NestedProgram(trace([](Expr y) { return y; }, {f64()}, "g", {"y"}))}});
          },
          f64({3})),
      "\"g\" takes y f64[]");
}

TEST(ShapeErrors, W206_of_a_record_without_a_remedy_names_its_page) {
  const Attributes none;
  const Type types[] = {f32(), f64()};
  EXPECT_EQ(error_of([&] {
              Signature{sin_p, {types, 1}, none}.require(false, "luck");
            }).fix(),
            "`wengert primitives sin` shows what it takes; reshape, transpose and convert make operands fit");
  EXPECT_EQ(error_of([&] {
              Signature{add_p, types, none}.refuse("one dtype");
            }).fix(),
            "convert one of them: convert(x, dtype=f64)");
}

TEST(ShapeErrors, W207_inputs_that_do_not_fit_the_program) {
  const Program p = trace([](Expr x) { return sum(x); }, {f64({3})}, "total", {"x"});
  documented("W207", [&] { evaluate(p, {}); });
  documented("W207", [&] { evaluate(p, {Array({2}, {1, 2})}); });
  EXPECT_EQ(error_of([&] {
              trace([&](Expr y) { return replay(p, {&y, 1}); }, {f64()});
            }).problem(),
            "input 0 of program \"total\" is f64[3], found f64[]");
  const auto fix = [&](const Array& x) { return error_of([&] { evaluate(p, {x}); }).fix(); };
  EXPECT_EQ(fix(Array({3}, {1, 2, 3}).as(DType::f32)), "convert it to f64");
  EXPECT_EQ(fix(Array({2, 3}, {1, 2, 3, 4, 5, 6})), "give one of the 2, or batch the program to run over all of them");
  EXPECT_EQ(fix(Array({3, 1}, {1, 2, 3})), "reshape it to [3]");
  EXPECT_EQ(error_of([&] { fix_inputs(p, {}); }).problem(), "program \"total\" has 1 inputs, 0 were given");
  EXPECT_EQ(error_of([&] { scalarize(p).split({}); }).id(), "W207");
}

TEST(ShapeErrors, W208_a_derivative_rule_that_does_not_fit_its_body) {
  const Program body = trace([](Expr x) { return exp(x); }, {f64()}, "body");
  const Program rule = trace([](Expr y, Expr y_bar) { return y * y_bar; }, {f64(), f64()}, "rule");
  documented("W208", [&] { trace([&](Expr x) { return custom_vjp(body, rule, {&x, 1}); }, {f64()}); });
  EXPECT_THAT(
      error_of([&] {
        trace([&](Expr x) { return custom_jvp(body, rule, {&x, 1}); }, {f64()});
      }).problem(),
      HasSubstr(
          "the JVP of \"body\" must map (f64[], f64[], f64[]) to (f64[]); \"rule\" maps (f64[], f64[]) to (f64[])"));
  const Program two = trace(
      [](Expr x, Expr y, Expr y_bar) {
        return std::vector<Expr>{x, y * y_bar};
      },
      {f64(), f64(), f64()}, "two");
  EXPECT_EQ(error_of([&] {
              trace([&](Expr x) { return custom_vjp(body, two, {&x, 1}); }, {f64()});
            }).fix(),
            "return from \"two\" a cotangent for each float input of \"body\"");
}

const Composite halve_p{{.name = "halve",
                         .infer = [](const Signature& s) -> std::vector<Type> { return {s.operands[0]}; },
                         .kernel = [](KernelBuilder& k, const Attributes&) { k.result().store(0, k.operand(0).real(0) / 2.0); },
                         .jvp = [](const JvpRule& r) -> Tangents { return {sum(r.tangent(0)) / 2}; }}};

TEST(ShapeErrors, W208_a_record_whose_rule_gives_a_tangent_of_another_shape) {
  const Program p = trace([](Expr x) { return sum(halve_p(x)); }, {f64({3})}, "loss");
  const Error error = documented("W208", [&] { grad(p); });
  EXPECT_THAT(error.where(), HasSubstr("shapes_test.cpp:"));
  EXPECT_THAT(error.where(), HasSubstr("halve"));
}

TEST(ShapeErrors, W209_an_axis_that_a_stack_does_not_have) {
  documented("W209", [] { trace([](Expr x) { return stack({x, x}, 2); }, {f64({3})}); });
}

TEST(ShapeErrors, W211_elimination_over_arrays) {
  const Program p = trace([](Expr x) { return exp(sum(x * x)); }, {f64({2})});
  documented("W211", [&] { accumulate(p, {}); });
}

TEST(ShapeErrors, W212_a_window_larger_than_what_it_goes_over) {
  const Error error = documented("W212", [] { trace([](Expr x, Expr w) { return convolve(x, w); }, {f64({1, 2, 1}), f64({3, 1, 1})}); });
  EXPECT_THAT(error.where(), HasSubstr("shapes_test.cpp:"));
  const auto padded = error_of([] { trace([](Expr x) { return windows(x, {4}, {.padding = {1}, .dilation = {3}}); }, {f64({1, 5, 1})}); });
  EXPECT_EQ(padded.problem(), "the windows of windows have 4 taps of dilation 3, 10 from end to end; spatial axis 0 has 5 elements with 1 + 1 of padding");
  EXPECT_EQ(padded.fix(), "take a window that is smaller by 1, or pad by 3 more");
}

TEST(ShapeErrors, W213_channels_that_do_not_fit) {
  documented("W213", [] { trace([](Expr x, Expr w) { return convolve(x, w); }, {f64({1, 4, 3}), f64({2, 2, 5})}); });
  documented("W213", [] { trace([](Expr x, Expr w) { return convolve(x, w, {.groups = 2}); }, {f64({1, 4, 4}), f64({2, 2, 5})}); });
  EXPECT_EQ(error_of([] { trace([](Expr y, Expr w) { return convolve_transposed(y, w); }, {f64({1, 4, 3}), f64({2, 3, 5})}); }).problem(),
            "convolve_transposed of 3 channels needs weights for as many, [..., 3]; they are f64[2,3,5]");
}

TEST(ShapeErrors, W240_no_room_for_an_image) {
  std::vector<uint8_t> image(100);
  documented("W240", [&] { draw_digit(7, 1, 0, DigitOptions::training(), image); });
}

TEST(ShapeErrors, W241_a_series_of_unequal_length) {
  documented("W241", [] { line_chart({{"train", {1, 2, 3}, {0.9, 0.4}}}); });
}

TEST(ShapeErrors, W242_a_matrix_of_too_few_entries) {
  const std::vector<double> five(5);
  documented("W242", [&] { heat_map(2, 3, five); });
  const std::vector<int64_t> counts(3);
  EXPECT_EQ(error_of([&] {
              confusion_matrix(counts, {"cat", "dog"});
            }).problem(),
            "a confusion matrix of 2 classes has 2 x 2 = 4 counts; 3 were given");
}

TEST(ShapeErrors, W243_labels_that_do_not_fit) {
  const std::vector<double> six(6);
  documented("W243", [&] { heat_map(2, 3, six, {.row_labels = {"a", "b", "c"}}); });
}

TEST(ShapeErrors, W244_an_entry_outside_the_pattern) {
  const std::vector<std::pair<int64_t, int64_t>> entries{{0, 0}, {3, 1}};
  documented("W244", [&] { sparsity_pattern(3, 3, entries); });
  EXPECT_EQ(error_of([&] { sparsity_pattern(-1, 3, {}); }).problem(), "a pattern cannot have -1 x 3 entries");
}

TEST(ShapeErrors, W250_a_direction_of_wrong_length) {
  const std::vector<double> x{2, 3}, direction{1};
  documented("W250", [&] { jvp([](Real a, Real b) { return a * b; }, x, direction); });
}

TEST(ShapeErrors, W251_points_that_are_no_matrix) {
  const Function f([](std::span<const Real> x) { return x[0] * x[1]; });
  documented("W251", [&] { f.values(Array({2}, {1, 2})); });
}

TEST(ShapeErrors, W251_a_number_of_results_that_varies) {
  const Function uneven([](std::span<const Real> x) { return std::vector<Real>(x[0] < 0 ? 1 : 2, x[0]); });
  EXPECT_THAT(error_of([&] {
                uneven.values(Array({2, 1}, {-1, 1}));
              }).what(),
              HasSubstr("W251 shape: \"f\" has 1 results at some"));
}

}  // namespace
}  // namespace wengert
