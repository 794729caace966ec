// SPDX-License-Identifier: Apache-2.0
//
// The interface of derivatives: places, names, types and errors.
#include "wengert/ad/derivatives.h"

#include <gtest/gtest.h>

#include "derivative_checks.h"
#include "wengert/ad/bodies.h"
#include "wengert/exec/interpreter.h"
#include "wengert/ir/text.h"
#include "wengert/primitives/primitives.h"
#include "wengert/trace/trace.h"

namespace wengert {
namespace {

template <class F> Error error_of(F f) {
  try {
    f();
  } catch (const Error& error) {
    return error;
  }
  return InternalError("none", "no error");
}

Program two_by_three() {
  return trace([](Expr x, Expr y) { return std::array{sum(x) * y, x * y}; }, {f64({3}), f64()}, "f", {"x", "y"});
}

TEST(Jvp, has_tangents_behind_the_inputs_and_behind_the_outputs) {
  const Program p = jvp(two_by_three());
  EXPECT_EQ(p.input_types(), (std::vector<Type>{f64({3}), f64(), f64({3}), f64()}));
  EXPECT_EQ(p.output_types(), (std::vector<Type>{f64(), f64({3}), f64(), f64({3})}));
  EXPECT_EQ(p.value_name(ValueId{2}), "x_dot");
  EXPECT_EQ(p.value_name(ValueId{3}), "y_dot");
}

TEST(Jacobian, leaves_out_outputs_without_derivative_in_every_mode) {
  const Program p = trace([](Expr x) { return std::array{less(x, 0), argmax(x), sum(x)}; }, {f32({3})});
  const std::vector<Array> x{Array({3}, {1, -2, 0.5}).as(DType::f32)}, expected{Array({3}, {1, 1, 1}).as(DType::f32)};
  EXPECT_EQ(evaluate(jacobian(p, {}, JacobianMode::forward), x), expected);
  EXPECT_EQ(evaluate(jacobian(p, {}, JacobianMode::reverse), x), expected);
}

TEST(Jacobian, has_the_dtype_of_the_output_in_every_mode) {
  const Program p = trace([](Expr x, Expr y) { return std::array{sum(convert(x, DType::f64) * y), sum(x)}; }, {f32({2}), f64({2})});
  const std::vector<Type> expected{f64({2}), f64({2}), f32({2}), f32({2})};
  EXPECT_EQ(jacobian(p, {}, JacobianMode::forward).output_types(), expected);
  EXPECT_EQ(jacobian(p, {}, JacobianMode::reverse).output_types(), expected);
}

TEST(Vjp, has_cotangents_of_the_outputs_behind_the_inputs) {
  const Program p = vjp(two_by_three());
  EXPECT_EQ(p.input_types(), (std::vector<Type>{f64({3}), f64(), f64(), f64({3})}));
  EXPECT_EQ(p.output_types(), (std::vector<Type>{f64(), f64({3}), f64({3}), f64()}));
  EXPECT_EQ(p.value_name(ValueId{2}), "y0_bar");
}

TEST(Jacobian, has_the_shapes_of_output_and_input_in_this_order) {
  EXPECT_EQ(jacobian(two_by_three()).output_types(), (std::vector<Type>{f64({3}), f64(), f64({3, 3}), f64({3})}));
  EXPECT_EQ(jacobian(two_by_three(), {1}).output_types(), (std::vector<Type>{f64(), f64({3})}));
}

TEST(Jacobian, of_matrices_keeps_all_axes) {
  const Program p = trace([](Expr x) { return transpose(x) * 2; }, {f64({2, 3})});
  const Array j = evaluate(jacobian(p), {Array(f64({2, 3}))})[0];
  EXPECT_EQ(j.shape(), (Shape{3, 2, 2, 3}));
  for (int64_t i = 0; i < 3; ++i)
    for (int64_t k = 0; k < 2; ++k) EXPECT_EQ(j[((i * 2 + k) * 2 + k) * 3 + i], 2);
}

TEST(Jacobian, of_nothing_is_nothing) {
  const Program p = trace([](Expr x) { return 2 * x; }, {f64({0})});
  EXPECT_EQ(evaluate(jacobian(p), {Array(f64({0}))})[0].shape(), (Shape{0, 0}));
  const Program q = trace([](Expr x) { return sum(x); }, {f64({0})});
  for (const auto mode : {JacobianMode::forward, JacobianMode::reverse})
    EXPECT_EQ(evaluate(jacobian(q, {}, mode), {Array(f64({0}))})[0].shape(), (Shape{0}));
}

TEST(Jacobian, by_shape_takes_the_fewer_sweeps) {
  const Program wide = trace([](Expr x) { return sum(sin(x)); }, {f64({50})}), tall = trace([](Expr x) { return sin(broadcast_to(x, {50})); }, {f64()});
  EXPECT_EQ(jacobian(wide), jacobian(wide, {}, JacobianMode::reverse));
  EXPECT_EQ(jacobian(tall), jacobian(tall, {}, JacobianMode::forward));
}

TEST(Gradient, of_a_product_is_the_other_factor_and_no_instruction) {
  const Program g = grad(trace([](Expr x, Expr y) { return x * y; }, {f64(), f64()}));
  EXPECT_EQ(g.size(), 2U) << print(g);
  EXPECT_EQ(g.outputs()[0], ValueId{1});
}

TEST(Gradient, with_the_value_costs_the_value_once) {
  const Program p = trace([](Expr x) { return exp(x); }, {f64()});
  EXPECT_EQ(value_and_grad(p).size(), 2U);  // x and exp x, which is both
}

TEST(Gradient, in_f32_stays_in_f32) {
  const Program p = trace([](Expr x) { return sum(tanh(x) * 0.5); }, {f32({3})});
  EXPECT_EQ(grad(p).output_types(), (std::vector<Type>{f32({3})}));
  for (const Type& type : hessian(p).output_types()) EXPECT_EQ(type.dtype, DType::f32);
}

TEST(Gradient, needs_one_scalar_output) {
  const auto error = error_of([] { grad(two_by_three()); });
  EXPECT_EQ(error.id(), "W210");
  EXPECT_NE(error.problem().find("f64[3]"), std::string::npos) << error.what();
}

TEST(Wrt, names_the_input_that_does_not_exist) {
  const auto error = error_of([] { grad(trace([](Expr x) { return x; }, {f64()}), {3}); });
  EXPECT_EQ(error.id(), "W131");
  EXPECT_NE(error.problem().find("input 3"), std::string::npos) << error.what();
}

TEST(Wrt, orders_results_as_asked) {
  const Program p = trace([](Expr x, Expr y) { return sum(x) * y; }, {f64({3}), f64()});
  EXPECT_EQ(grad(p, {1, 0}).output_types(), (std::vector<Type>{f64(), f64({3})}));
}

TEST(Derivatives, of_an_output_that_is_an_input_are_the_seed) {
  const Program p = trace([](Expr x) { return x; }, {f64()});
  EXPECT_EQ(evaluate(vjp(p), {Array(3.0), Array(7.0)})[1], Array(7.0));
  EXPECT_EQ(evaluate(grad(p), {Array(3.0)})[0], Array(1.0));
}

TEST(Derivatives, of_a_constant_output_are_zero) {
  const Program p = trace([](Expr x) { return constant(Array({2}, {1, 2})) + 0 * floor(sum(x)); }, {f64({3})});
  EXPECT_EQ(evaluate(jvp(p), {Array(f64({3})), Array({3}, {1, 1, 1})})[1], Array({2}, {0, 0}));
  EXPECT_EQ(evaluate(jacobian(p), {Array(f64({3}))})[0], Array(f64({2, 3})));
}

TEST(Bodies, the_jvp_says_which_outputs_vary) {
  const Program body = trace([](Expr x, Expr y) { return std::array{x * y, floor(y), sin(y)}; }, {f64(), f64()});
  std::vector<bool> varies;
  const Program tangent = body_transforms().jvp(body, {true, false}, varies);
  EXPECT_EQ(varies, (std::vector<bool>{true, false, false}));
  EXPECT_EQ(tangent.outputs().size(), 1U);
  EXPECT_EQ(evaluate(tangent, {Array(2.0), Array(3.0), Array(1.0)})[0], Array(3.0));
}

TEST(Bodies, the_transpose_has_zeros_where_there_is_no_influence) {
  const Program body = trace([](Expr a, Expr x, Expr) { return a * x; }, {f64(), f64(), f64({2})});
  const Program transposed = body_transforms().transpose(body, {false, true, true}, {true});
  EXPECT_EQ(evaluate(transposed, {Array(5.0), Array(2.0)}), (std::vector<Array>{Array(10.0), Array({2}, {0, 0})}));
}

TEST(Jacobian, of_a_program_without_outputs_is_empty) {
  for (const Type& type : {f64(), f64({2})}) {
    ProgramBuilder builder("nothing");
    builder.input(type, "x");
    const Program p = builder.finish({});
    for (const JacobianMode mode : {JacobianMode::by_shape, JacobianMode::forward, JacobianMode::reverse})
      EXPECT_TRUE(jacobian(p, {}, mode).outputs().empty());
    EXPECT_TRUE(jvp(p).outputs().empty());
    EXPECT_EQ(vjp(p).outputs().size(), 1u) << "zero";
    EXPECT_THROW(hessian(p), ShapeError);
    EXPECT_THROW(grad(p), ShapeError);
  }
}

TEST(Jacobian, leaves_out_outputs_that_are_no_floats) {
  const Program p = trace([](Expr x, Expr y) { return std::vector<Expr>{less(x, y), x * y}; }, {f64(), f64()});
  for (const JacobianMode mode : {JacobianMode::forward, JacobianMode::reverse}) {
    const auto entries = evaluate(jacobian(p, {}, mode), {Array(2.0), Array(3.0)});
    ASSERT_EQ(entries.size(), 2u);
    EXPECT_EQ(entries[0].item(), 3);
    EXPECT_EQ(entries[1].item(), 2);
  }
}

}  // namespace
}  // namespace wengert
