// SPDX-License-Identifier: Apache-2.0
//
// W1xx: recording, Programs and what becomes of them.
#include "documented.h"
#include "wengert/ad/accumulate.h"
#include "wengert/ad/derivatives.h"
#include "wengert/ad/linearize.h"
#include "wengert/api/gradient.h"
#include "wengert/exec/interpreter.h"
#include "wengert/ir/registry.h"
#include "wengert/ir/verify.h"
#include "wengert/kernel/kernel.h"
#include "wengert/passes/scalarize.h"
#include "wengert/primitives/foreign.h"
#include "wengert/primitives/primitives.h"
#include "wengert/trace/trace.h"

namespace wengert {
namespace {

std::vector<Type> like_operand(const Signature& s) { return {s.operands[0]}; }
void twice(std::span<const ConstView> in, std::span<const View> out) { *out[0].as<double>() = 2 * *in[0].as<double>(); }

const Foreign price_p("price_of_errors_test", 1, like_operand, twice);

TEST(ProgramErrors, W101_a_register_without_a_kernel) {
  documented("W101", [] { [[maybe_unused]] Scalar two = 2.0; });
}

TEST(ProgramErrors, W102_an_expression_outside_a_recording) {
  documented("W102", [] { sin(Expr(2)); });
}

TEST(ProgramErrors, W103_a_value_of_another_recording) {
  Expr kept = 0;
  trace([&](Expr x) { return kept = x * 2; }, {f64()}, "encoder");
  const Error error = documented("W103", [&] { trace([&](Expr x) { return x * kept; }, {f64()}, "decoder"); });
  EXPECT_THAT(error.where(), HasSubstr("programs_test.cpp:"));
}

TEST(ProgramErrors, W103_a_number_of_a_finished_recording) {
  Real kept = 0;
  derivative([&](Real x) { return kept = x; }, 2.0);
  documented("W103", [&] { sin(kept); });
}

TEST(ProgramErrors, W104_an_input_after_other_lines) {
  documented("W104", [] {
    ProgramBuilder builder("f");
    builder.literal(1);
    builder.input(f64(), "late");
  });
}

TEST(ProgramErrors, W105_two_records_of_one_name) {
  const size_t before = primitives().size();
  documented("W105", [] { Foreign("sin", 1, like_operand, twice); });
  EXPECT_EQ(primitives().size(), before);
  EXPECT_EQ(find_primitive("sin"), &sin_p);
}

TEST(ProgramErrors, W107_two_values_of_one_name) {
  const Program p = trace([](Expr x, Expr y) { return x + y; }, {f64(), f64()}, "f", {"x", "x"});
  const Error error = documented("W107", [&] { verify(p); });
  EXPECT_THAT(error.where(), HasSubstr("in program \"f\""));
}

TEST(ProgramErrors, W110_elements_as_another_type) {
  const Array a({2}, {1, 2});
  documented("W110", [&] { a.values<float>(); });
}

TEST(ProgramErrors, W120_an_attribute_that_is_missing) {
  const Error error = documented("W120", [] { trace([](Expr x) { return record(broadcast_p, {x}); }, {f64()}); });
  EXPECT_THAT(error.where(), HasSubstr("broadcast %0 in program \"f\""));
}

TEST(ProgramErrors, W120_an_attribute_of_another_kind) {
  const Attributes wrong{{"shape", 2.5}};
  EXPECT_THAT(error_of([&] { trace([&](Expr x) { return record(broadcast_p, {x}, wrong); }, {f64()}); }).what(),
              HasSubstr("W120 usage: the attribute \"shape\" of broadcast is a list of integers"));
}

TEST(ProgramErrors, W515_an_attribute_that_the_operation_does_not_take) {
  const Attributes wrong{{"axs", std::vector<int64_t>{0}}};
  const Error error =
      documented("W515", [&] { trace([&](Expr x) { return record(sum_p, {x}, wrong); }, {f64({3})}, "total"); });
  EXPECT_THAT(error.where(), HasSubstr("sum %0 in program \"total\""));
}

TEST(ProgramErrors, W121_a_wrong_number_of_operands) {
  const Error error = documented("W121", [] { trace([](Expr x) { return record(add_p, {x}); }, {f64()}, "loss"); });
  EXPECT_THAT(error.where(), HasSubstr("add %0 in program \"loss\""));
}

TEST(ProgramErrors, W122_a_loop_of_unknown_length) {
  const Program body = trace([](Expr x) { return 2 * x; }, {f64()});
  documented("W122", [&] { trace([&](Expr x) { return map(body, std::vector<Expr>{x}, {false}); }, {f64()}); });
}

TEST(ProgramErrors, W123_the_largest_of_nothing) {
  const Error error = documented("W123", [] { trace([](Expr) { return maxout({}); }, {f64()}); });
  EXPECT_THAT(error.where(), HasSubstr("programs_test.cpp:"));
}

TEST(ProgramErrors, W130_a_foreign_function_has_no_derivative) {
  const Program p = trace([](Expr x) { return price_p(x); }, {f64()});
  EXPECT_EQ(evaluate(p, {Array(3.0)})[0].item(), 6);
  const Error error = error_of([&] { grad(p); });
  EXPECT_EQ(error.id(), "W130");
  EXPECT_EQ(error.problem(), "there is no derivative rule for the foreign function price_of_errors_test");
  EXPECT_THAT(errors_section("W130"), HasSubstr("\n  fix: " + error.fix() + "\n"));
}

TEST(ProgramErrors, W130_forward_mode_through_the_derivative_of_a_custom_pullback) {
  const Program body = trace([](Expr x) { return exp(x); }, {f64()});
  const Program vjp_rule = trace([](Expr, Expr y, Expr y_bar) { return y * y_bar; }, {f64(), f64(), f64()});
  const Program p = trace([&](Expr x) { return custom_vjp(body, vjp_rule, {&x, 1}); }, {f64()});
  EXPECT_NO_THROW(jvp(grad(p)));
  EXPECT_THAT(error_of([&] { jvp(jvp(p)); }).what(),
              HasSubstr("W130 usage: there is no derivative rule for the derivative in forward mode of a custom VJP\n  "
                        "fix: use reverse"));
}

TEST(ProgramErrors, W131_an_input_that_does_not_exist) {
  const Program p = trace([](Expr x, Expr y) { return x * y; }, {f64(), f64()});
  documented("W131", [&] { grad(p, {2}); });
}

TEST(ProgramErrors, W131_an_input_that_is_no_float) {
  const Program p = trace([](Expr x, Expr i) { return gather(x, i); }, {f64({3}), i64()});
  EXPECT_EQ(error_of([&] { jvp(p, {1}); }).problem(), "input 1 of program \"f\" is i64[] and has no derivative");
}

TEST(ProgramErrors, W131_an_input_that_is_listed_twice) {
  const Program p = trace([](Expr x, Expr y) { return x * y; }, {f64(), f64()});
  EXPECT_EQ(error_of([&] { jvp(p, {1, 1}); }).problem(), "input 1 of program \"f\" is listed twice");
}

TEST(ProgramErrors, W133_a_derivative_rule_that_is_not_linear) {
  const Program body = trace([](Expr x) { return exp(x); }, {f64()}, "body");
  const Program rule = trace([](Expr, Expr y, Expr x_dot) { return y * x_dot * x_dot; }, {f64(), f64(), f64()}, "rule");
  const Error error = documented("W133", [&] { trace([&](Expr x) { return custom_jvp(body, rule, {&x, 1}); }, {f64()}); });
  EXPECT_THAT(error.where(), HasSubstr("programs_test.cpp:"));
  EXPECT_THAT(error.where(), HasSubstr("%4 = mul %3 %2 in program \"rule\""));
}

TEST(ProgramErrors, W132_an_order_that_leaves_a_vertex_out) {
  const Program p = trace([](Expr x) { return exp(sin(x)); }, {f64()});
  documented("W132", [&] { accumulate(p, {}); });
  EXPECT_EQ(error_of([&] { elimination_cost(linearize(p).graph, {}); }).id(), "W132");
}

TEST(ProgramErrors, W132_a_vertex_that_is_no_intermediate_one) {
  const Program p = trace([](Expr x) { return exp(sin(x)); }, {f64()});
  const std::vector<VertexId> input{VertexId{0}};
  EXPECT_THAT(error_of([&] { accumulate(p, input); }).what(),
              HasSubstr("W132 usage: vertex 0 is no intermediate vertex, or was eliminated before\n  fix: give each"));
}

TEST(ProgramErrors, W717_an_edge_that_cannot_be_eliminated_so) {
  EliminationGraph graph(linearize(trace([](Expr x) { return exp(sin(x)); }, {f64()})).graph, EliminationMode::count);
  documented("W717", [&] { graph.eliminate_front(VertexId{1}, VertexId{2}); });
  documented("W717", [&] { graph.eliminate_back(VertexId{0}, VertexId{2}); });
}

TEST(ProgramErrors, W718_steps_that_end_too_early) {
  documented("W718", [] { accumulate_by_steps(trace([](Expr x) { return exp(sin(x)); }, {f64()}), {}); });
}

TEST(ProgramErrors, W719_a_face_that_is_not_there_or_left) {
  const Program p = trace([](Expr x) { return exp(sin(x)); }, {f64()});
  const std::vector<Face> twice{{EdgeId{0}, EdgeId{1}}, {EdgeId{0}, EdgeId{1}}};
  documented("W719", [&] { accumulate_by_faces(p, {}); });
  documented("W719", [&] { accumulate_by_faces(p, twice); });
}

TEST(ProgramErrors, W150_a_recording_that_is_not_the_innermost) {
  RealRecording outer("outer"), inner("inner");
  documented("W150", [&] { outer.input(1); });
}

TEST(ProgramErrors, W151_a_derivative_of_numbers_taken_out) {
  const Error error = documented("W151", [] { derivative([](Real x) { return Real(2 * value(x)); }, 3.0); });
  EXPECT_THAT(error.where(), HasSubstr("programs_test.cpp:"));
}

TEST(ProgramErrors, W152_the_gradient_of_several_results) {
  documented("W152", [] { gradient([](Real x, Real y) { return std::pair(x * y, x + y); }, {2.0, 3.0}); });
}

TEST(ProgramErrors, W160_an_index_known_only_when_the_program_runs) {
  const Program p = trace([](Expr x, Expr i) { return gather(x, i); }, {f64({3}), i64()}, "f", {"x", "i"});
  const Error error = documented("W160", [&] { scalarize(p); });
  EXPECT_THAT(error.where(), HasSubstr("in program \"f\""));
}

TEST(ProgramErrors, W161_a_foreign_function_of_arrays) {
  const Program p = trace([](Expr x) { return price_p(x); }, {f64({2})});
  const Error error = error_of([&] { scalarize(p); });
  EXPECT_EQ(error.id(), "W161") << error.what();
  EXPECT_THAT(error.problem(), HasSubstr("price_of_errors_test on arrays cannot be written as scalars"));
  EXPECT_THAT(errors_section("W161"), HasSubstr("\n  fix: " + error.fix() + "\n"));
}

}  // namespace
}  // namespace wengert
