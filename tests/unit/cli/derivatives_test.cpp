// SPDX-License-Identifier: Apache-2.0
//
// The verbs that evaluate and differentiate.
#include <cmath>

#include "tool.h"

namespace wengert {
namespace {

using testing::HasSubstr;

TEST(Eval, a_formula_at_a_point) {
  const auto r = run_tool({"eval", "x*sin(y)", "--at", "x=2,y=3"});
  EXPECT_EQ(r.code, 0);
  EXPECT_EQ(r.out, "f = 0.2822400161197344\n");
  EXPECT_EQ(r.err, "");
}

TEST(Eval, arrays_of_any_rank) {
  EXPECT_EQ(run_tool({"eval", "x + 1", "--at", "x=[1,2,3]"}).out, "f = [2, 3, 4]\n");
  EXPECT_EQ(run_tool({"eval", "A * 10", "--at", "A=[[1,2],[3,4]]"}).out, "f = [[10, 20],\n     [30, 40]]\n");
}

TEST(Eval, values_come_from_npy_and_npz_files) {
  const Folder folder;
  const std::string header = "{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }";
  std::string npy("\x93NUMPY\x01\x00", 8);
  npy += std::string("\x76\x00", 2) + header + std::string(0x76 - header.size() - 1, ' ') + "\n";
  const double values[] = {1.5, 2.5};
  npy.append(reinterpret_cast<const char*>(values), sizeof values);
  const std::string path = folder.write("x.npy", npy);
  EXPECT_EQ(run_tool({"eval", "2*x", "--at", "x=@" + path}).out, "f = [3, 5]\n");
  EXPECT_EQ(error_id({"eval", "2*x", "--at", "x=@" + folder / "missing.npy"}, 5), "W440");
}

TEST(Eval, precision_is_single_where_asked_for) {
  EXPECT_EQ(run_tool({"eval", "x/3", "--at", "x=1", "--precision", "f32"}).out, "f = 0.33333334\n");
}

TEST(Eval, a_value_without_a_name_goes_to_the_only_input) {
  EXPECT_EQ(run_tool({"eval", "x^2", "--at", "3"}).out, "f = 9\n");
  EXPECT_EQ(error_id({"eval", "x*y", "--at", "3"}, 2), "W604");
}

TEST(Eval, a_formula_may_begin_with_a_minus) {
  EXPECT_EQ(run_tool({"eval", "-x*y", "--at", "x=2,y=3"}).out, "f = -6\n");
  EXPECT_EQ(run_tool({"eval", "-x", "--at", "x=2"}).code, 2) << "a lone -x is an option";
}

TEST(Eval, values_that_json_has_no_number_for_are_texts) {
  const auto r = run_tool({"eval", "log(x), 1/x, 0/x", "--at", "x=0", "--json"}).json();
  EXPECT_EQ(r["value"].dump(), R"({"f[0]":"-inf","f[1]":"inf","f[2]":"nan"})");
}

TEST(Eval, trap_nan_names_the_operation) {
  const auto r = run_tool({"eval", "u = x - 2, log(u)", "--at", "x=1", "--trap-nan"});
  EXPECT_EQ(r.code, 4);
  EXPECT_THAT(r.err, HasSubstr("W301"));
  EXPECT_THAT(r.err, HasSubstr("log"));
  EXPECT_EQ(run_tool({"eval", "u = x - 2, log(u)", "--at", "x=1"}).out, "f = nan\n");
}

TEST(Grad, gives_value_and_gradient) {
  const auto r = run_tool({"grad", "x*sin(y)", "--at", "x=2,y=3", "--json"});
  ASSERT_EQ(r.code, 0);
  EXPECT_DOUBLE_EQ(r.json()["gradient"]["x"], std::sin(3.0));
  EXPECT_DOUBLE_EQ(r.json()["gradient"]["y"], 2 * std::cos(3.0));
  EXPECT_DOUBLE_EQ(r.json()["value"]["f"], 2 * std::sin(3.0));
}

TEST(Grad, wrt_holds_the_other_inputs_fixed) {
  EXPECT_EQ(run_tool({"grad", "x*y", "--at", "x=2,y=3", "--wrt", "y"}).out, "f = 6\ndf/dy = 2\n");
}

TEST(Grad, emit_prints_a_program_that_computes_the_gradient) {
  const auto emitted = run_tool({"grad", "x*sin(y)", "--emit"});
  ASSERT_EQ(emitted.code, 0);
  EXPECT_THAT(emitted.out, HasSubstr("program f_grad("));
  const auto r = run_tool({"eval", "-", "--at", "x=2,y=3", "--json"}, emitted.out).json()["value"];
  EXPECT_DOUBLE_EQ(r.back(), 2 * std::cos(3.0));
}

TEST(Grad, needs_one_scalar_output) { EXPECT_EQ(error_id({"grad", "x, 2*x", "--at", "x=1"}, 3), "W210"); }

TEST(Grad, needs_something_to_differentiate_by) { EXPECT_EQ(error_id({"grad", "1 + 2"}, 2), "W612"); }

TEST(Jvp, is_the_directional_derivative) {
  EXPECT_EQ(run_tool({"jvp", "x*y, x+y", "--at", "x=2,y=3", "--v", "x=1"}).out,
            "f[0] = 6\nf[1] = 5\nf[0]_dot = 3\nf[1]_dot = 1\n");
}

TEST(Jvp, needs_a_direction) { EXPECT_EQ(error_id({"jvp", "x*y", "--at", "x=2,y=3"}, 2), "W604"); }

TEST(Vjp, weighs_the_outputs_by_the_seed) {
  EXPECT_EQ(run_tool({"vjp", "u = x*y, v = x+y, u, v", "--at", "x=2,y=3", "--seed", "u=1,v=10"}).out,
            "u = 6\nv = 5\nx_bar = 13\ny_bar = 12\n");
}

TEST(Vjp, of_one_scalar_needs_no_seed) {
  EXPECT_THAT(run_tool({"vjp", "x*y", "--at", "x=2,y=3"}).out, HasSubstr("x_bar = 3\n"));
}

TEST(Hvp, is_a_column_of_the_hessian) {
  EXPECT_EQ(run_tool({"hvp", "sum(x^3)", "--at", "x=[1,2,3]", "--v", "x=[1,0,0]"}).out, "(H v)_x = [6, 0, 0]\n");
}

TEST(Hessian, is_a_table_for_scalars) {
  const auto r = run_tool({"hessian", "x^2*y", "--at", "x=2,y=3", "--json"}).json()["hessian"];
  EXPECT_EQ(r.dump(), R"({"x":{"x":6.0,"y":4.0},"y":{"x":4.0,"y":0.0}})");
}

class JacobianMode : public testing::TestWithParam<const char*> {};

TEST_P(JacobianMode, gives_the_same_entries) {
  const auto r =
      run_tool({"jacobian", "v=x*y*sin(x*y), cos(v), exp(v)", "--at", "x=1.5,y=0.5", "--json", "--mode", GetParam()});
  ASSERT_EQ(r.code, 0) << r.out << r.err;
  const double p = 0.75, v = p * std::sin(p), slope = std::sin(p) + p * std::cos(p);
  const auto j = r.json()["jacobian"];
  EXPECT_NEAR(j["f[0]"]["x"], -std::sin(v) * slope * 0.5, 1e-15);
  EXPECT_NEAR(j["f[0]"]["y"], -std::sin(v) * slope * 1.5, 1e-15);
  EXPECT_NEAR(j["f[1]"]["x"], std::exp(v) * slope * 0.5, 1e-15);
  EXPECT_NEAR(j["f[1]"]["y"], std::exp(v) * slope * 1.5, 1e-15);
}

INSTANTIATE_TEST_SUITE_P(Modes, JacobianMode, testing::Values("auto", "forward", "reverse", "markowitz", "best"));

TEST(Jacobian, the_best_order_needs_seven_multiplications_for_the_example_of_the_talk) {
  const auto r =
      run_tool({"jacobian", "v1=x*y, v=v1*sin(v1), cos(v), exp(v)", "--emit", "--mode", "best", "--json"}).json();
  EXPECT_EQ(r["cost"]["multiplications"], 7);
  EXPECT_EQ(r["cost"]["additions"], 1);
}

TEST(Jacobian, elimination_takes_all_inputs) {
  EXPECT_EQ(error_id({"jacobian", "x*y, x", "--at", "x=1,y=2", "--wrt", "x", "--mode", "best"}, 2), "W611");
}

TEST(Stats, reports_each_stage_on_standard_error) {
  const auto r = run_tool({"grad", "x*y", "--at", "x=2,y=3", "--stats"});
  EXPECT_THAT(r.err, HasSubstr("stage"));
  for (const char* stage : {"parse", "differentiate", "simplify", "run"}) EXPECT_THAT(r.err, HasSubstr(stage));
  const auto json = run_tool({"grad", "x*y", "--at", "x=2,y=3", "--stats", "--json"}).json();
  EXPECT_GT(json["stats"][0]["peak_bytes"], 100000);
  EXPECT_EQ(json["stats"][0]["stage"], "parse");
}

TEST(Check, agrees_at_a_smooth_point) {
  const auto r = run_tool({"check", "x*sin(y)", "--at", "x=2,y=3", "--json"});
  EXPECT_EQ(r.code, 0);
  EXPECT_EQ(r.json()["passed"], true);
}

TEST(Check, a_negative_answer_is_exit_code_1) {
  // Differences over this step cannot see an oscillation of that frequency.
  const auto r = run_tool({"check", "sin(1e13*x)/1e3", "--at", "x=0.3", "--tolerance", "1e-12", "--json"});
  EXPECT_EQ(r.code, 1) << r.out;
  EXPECT_EQ(r.json()["passed"], false);
}

TEST(Check, random_values_fill_what_is_missing) {
  EXPECT_EQ(run_tool({"check", "x*sin(y)", "--random", "1"}).code, 0);
  EXPECT_EQ(run_tool({"check", "sum(x*x)", "--types", "x=f64[4]", "--random", "1"}).code, 0);
}

}  // namespace
}  // namespace wengert
