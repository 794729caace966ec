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

TEST(Jvp, holds_fixed_what_does_not_move) {
  for (const char* v : {"x=1", "x=1,y=0"}) {
    EXPECT_THAT(run_tool({"jvp", "sqrt(y)+x", "--at", "x=1,y=0", "--v", v}).out, HasSubstr("f_dot = 1\n"));
    EXPECT_THAT(run_tool({"jvp", "pow(x,y)", "--at", "x=-2,y=2", "--v", v}).out, HasSubstr("f_dot = -4\n"));
  }
  EXPECT_THAT(run_tool({"jvp", "sqrt(y)+x", "--at", "x=1,y=4", "--v", "x=0,y=0"}).out, HasSubstr("f_dot = 0\n"));
}

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

TEST(Hvp, holds_fixed_what_does_not_move) {
  EXPECT_EQ(run_tool({"hvp", "sqrt(y)+x^3", "--at", "x=1,y=0", "--v", "x=1"}).out, "(H v)_x = 6\n(H v)_y = 0\n");
  EXPECT_THAT(run_tool({"hvp", "pow(x,y)", "--at", "x=-2,y=3", "--v", "x=1"}).out, HasSubstr("(H v)_x = -12\n"));
}

class NanOutput : public testing::TestWithParam<std::vector<std::string>> {};

TEST_P(NanOutput, is_named_beside_every_derivative) {
  const auto r = run_tool(GetParam());
  EXPECT_EQ(r.code, 0);
  EXPECT_THAT(r.err, testing::EndsWith("note: f is nan at this point, so its derivatives mean nothing\n"));
  auto words = GetParam();
  words.push_back("--json");
  EXPECT_EQ(run_tool(words).json()["nan_outputs"].dump(), R"(["f"])");
  words.push_back("--trap-nan");
  const auto trapped = run_tool(words);
  EXPECT_EQ(trapped.code, 4);
  EXPECT_EQ(trapped.json()["error"]["id"], "W301");
  EXPECT_EQ(trapped.json()["error"]["where"], "%1 = log x in program \"f\"");
}

INSTANTIATE_TEST_SUITE_P(Verbs, NanOutput,
                         testing::Values(std::vector<std::string>{"grad", "log(x)", "--at", "x=-1"}, std::vector<std::string>{"jacobian", "log(x)", "--at", "x=-1"},
                                         std::vector<std::string>{"jacobian", "log(x)", "--at", "x=-1", "--mode", "best"},
                                         std::vector<std::string>{"hessian", "log(x)", "--at", "x=-1"}, std::vector<std::string>{"vjp", "log(x)", "--at", "x=-1"},
                                         std::vector<std::string>{"jvp", "log(x)", "--at", "x=-1", "--v", "x=1"},
                                         std::vector<std::string>{"hvp", "log(x)", "--at", "x=-1", "--v", "x=1"}));

TEST(Derivatives, of_outputs_that_are_partly_nan_say_which_part) {
  EXPECT_EQ(run_tool({"jacobian", "log(x), x", "--at", "x=[-1,2,-3]"}).err, "note: f[0] is nan in 2 of 3 elements at this point, so the derivatives mean nothing there\n");
  EXPECT_EQ(run_tool({"grad", "x*x", "--at", "x=1", "--json"}).json()["nan_outputs"].dump(), "[]");
}

TEST(Derivatives, at_nan_are_nan) {
  for (const char* formula : {"relu(x)", "abs(x)", "leaky_relu(x, 0.1)", "elu(x, 1)", "max(x, 1)", "min(1, x)", "clamp(x, 0, 1)", "gelu(x)", "silu(x)", "softplus(x)"})
    EXPECT_THAT(run_tool({"grad", formula, "--at", "x=nan"}).out, HasSubstr("df/dx = nan\n")) << formula;
}

TEST(Derivatives, that_trap_name_the_line_they_come_from) {
  const auto r = run_tool({"grad", "u = x*x, v = x*x, u + sqrt(v)", "--at", "x=0", "--trap-nan"});
  EXPECT_EQ(r.code, 4);
  EXPECT_THAT(r.err, HasSubstr("at the derivative of mul at %2, in program \"f_grad\""));
  EXPECT_THAT(r.err, testing::Not(HasSubstr(".cpp")));
}

TEST(Derivatives, through_a_rule_that_is_not_linear_are_an_error_of_its_author) {
  const std::string program = R"(program square(x: f64[]) { %1 = mul x x
  return %1 }
program rule(x: f64[], y: f64[], x_dot: f64[]) { %3 = mul x_dot x_dot
  return %3 }
program f(x: f64[]) { %1 = custom{body=@square, jvp=@rule} x
  return %1 }
)";
  for (const char* verb : {"grad", "check"}) {
    const auto r = run_tool({verb, "-", "--at", "x=3"}, program);
    EXPECT_EQ(r.code, 2) << r.err;
    EXPECT_THAT(r.err, HasSubstr("W133 usage: the JVP of \"square\" must be linear in its tangents: mul is not linear in them"));
    EXPECT_THAT(r.err, HasSubstr("%3 = mul x_dot x_dot in program \"rule\""));
  }
}

TEST(Hessian, is_unbounded_where_the_curvature_is) {
  const auto entry = [](const char* formula, const char* at, const char* row, const char* column) {
    return run_tool({"hessian", formula, "--at", at, "--json"}).json()["hessian"][row][column].dump();
  };
  EXPECT_EQ(entry("hypot(x, y)", "x=0,y=0", "x", "x"), "\"inf\"");
  EXPECT_EQ(entry("norm(x)", "x=[0,0]", "x", "x").substr(0, 8), "[[\"inf\",");
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

/// x * x with a rule that is wrong by a factor.
constexpr const char* wrong_square = R"(program square(x: f64[]) { %1 = mul x x
  return %1 }
program square_rule(x: f64[], y: f64[], x_dot: f64[]) { %3 = mul x x_dot
  return %3 }
program f(x: f64[]) { %1 = custom{body=@square, jvp=@square_rule} x
  return %1 }
)";

TEST(Check, a_negative_answer_is_exit_code_1) {
  const auto r = run_tool({"check", "-", "--at", "x=3", "--json"}, wrong_square);
  EXPECT_EQ(r.code, 1) << r.out << r.err;
  EXPECT_EQ(r.json()["passed"], false);
  EXPECT_EQ(r.json()["verdict"], "failed");
}

TEST(Check, that_verifies_nothing_is_exit_code_1_too) {
  for (const char* formula : {"sqrt(x)", "abs(x)", "log(x - 1)", "sin(1e13*(x + 0.3))"}) {
    const auto r = run_tool({"check", formula, "--at", "x=0", "--json"});
    EXPECT_EQ(r.code, 1) << formula << r.out;
    EXPECT_EQ(r.json()["verdict"], "undecided") << formula;
    EXPECT_EQ(r.json()["verified"], 0) << formula;
  }
  const auto nothing = run_tool({"check", "2*3"});
  EXPECT_EQ(nothing.code, 1);
  EXPECT_THAT(nothing.out, HasSubstr("nothing to check"));
}

TEST(Check, passes_where_something_is_verified_and_lists_the_rest) {
  const auto r = run_tool({"check", "sqrt(x), x, abs(x)", "--at", "x=0"});
  EXPECT_EQ(r.code, 0);
  EXPECT_THAT(r.out, HasSubstr("the derivatives agree with differences"));
  EXPECT_THAT(r.out, HasSubstr("3 entries along 1 directions, 1 verified"));
  EXPECT_THAT(r.out, HasSubstr("undecided       d f[0] / d x: nan from the left"));
  EXPECT_THAT(r.out, HasSubstr("kink            d f[2] / d x: -1 from the left, 1 from the right, exact says 0"));
}

TEST(Check, verifies_derivatives_whatever_the_scale) {
  const std::pair<const char*, const char*> cases[] = {{"1/x", "x=1e-8"},         {"cos(x)", "x=1e10"},       {"sin(1e7*x)", "x=1"},     {"sin(1e4*x)", "x=1"},
                                                       {"sqrt(x)", "x=1e-12"},    {"x*1e300", "x=1"},         {"pow(x,y)", "x=-2,y=2"},  {"x^3", "x=1e100"},
                                                       {"exp(x)", "x=700"},       {"x*sin(1/x)", "x=0.001"},  {"x + y", "x=1e-300,y=1"}, {"1e8 + x - 1e8", "x=0.3"},
                                                       {"sum(sqrt(x))", "x=[1,0]"}};
  for (const auto& [formula, at] : cases) {
    const auto r = run_tool({"check", formula, "--at", at, "--json"});
    EXPECT_EQ(r.code, 0) << formula << r.out;
    EXPECT_EQ(r.json()["verdict"], "passed") << formula;
    EXPECT_TRUE(r.json()["kinks"].empty()) << formula << r.out;
  }
}

TEST(Check, states_the_tolerance_used) {
  EXPECT_THAT(run_tool({"check", "x*x", "--at", "x=1"}).out, HasSubstr("tolerance       1e-06 relative"));
  EXPECT_THAT(run_tool({"check", "x*x", "--at", "x=1", "--precision", "f32"}).out, HasSubstr("tolerance       0.01 relative"));
}

TEST(Check, random_values_fill_what_is_missing) {
  EXPECT_EQ(run_tool({"check", "x*sin(y)", "--random", "1"}).code, 0);
  EXPECT_EQ(run_tool({"check", "sum(x*x)", "--types", "x=f64[4]", "--random", "1"}).code, 0);
}

}  // namespace
}  // namespace wengert
