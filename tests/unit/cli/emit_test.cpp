// SPDX-License-Identifier: Apache-2.0
//
// wengert emit: what it writes compiles, and tests itself to the last bit.
#include "tool.h"

namespace wengert {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

bool has_compiler() { return std::system("cc --version > /dev/null 2>&1") == 0; }

/// Compiles `source` with its self-test; what that ends with.
int self_test(const std::string& source, const std::string& name, const std::string& tolerance) {
  const Folder folder;
  const std::string file = folder.write("f.c", source), program = folder / "f";
  const std::string compile = "cc -std=c99 -O2 -Wall -Wextra -pedantic -Werror -ffp-contract=off -D" + name +
                              "_SELF_TEST -D" + name + "_TOLERANCE=" + tolerance + " " + shell_word(file) + " -o " +
                              shell_word(program) + " -lm";
  return std::system(compile.c_str()) != 0 ? -1 : std::system((shell_word(program) + " > /dev/null").c_str());
}

TEST(Emit, writes_one_function_to_standard_output) {
  const auto outcome = run_tool({"emit", "x*sin(y)", "--c"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(outcome.err, "");
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("int f(const double* x, const double* y, double* out, void* workspace);"),
                                 HasSubstr("sin(")));
}

TEST(Emit, describes_what_it_wrote_in_json) {
  const auto json = run_tool({"emit", "x*sin(y)", "--c", "--of", "grad", "--json"}).json();
  EXPECT_EQ(json["verb"], "emit");
  EXPECT_EQ(json["language"], "c");
  EXPECT_EQ(json["inputs"], nlohmann::ordered_json::parse(R"(["f64[]", "f64[]"])"));
  EXPECT_EQ(json["outputs"].size(), 3u);
  EXPECT_EQ(json["self_test"], true);
  EXPECT_THAT(json["source"].get<std::string>(), HasSubstr(json["signature"].get<std::string>()));
  EXPECT_THAT(json["signature"].get<std::string>(), AllOf(HasSubstr("df_dx"), HasSubstr("df_dy")));
}

TEST(Emit, gives_every_derivative_to_the_last_bit) {
  if (!has_compiler()) GTEST_SKIP() << "no cc";
  for (const std::string of : {"value", "grad", "jvp", "vjp", "jacobian", "hessian", "hvp"}) {
    const auto outcome =
        run_tool({"emit", "sum(exp(x)*y) + log(y)", "--types", "x=f64[3]", "--c", "--of", of, "--name", "g"});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_EQ(self_test(outcome.out, "g", "0"), 0) << of;
  }
}

TEST(Emit, takes_the_values_of_the_self_test_from_the_command_line) {
  const auto outcome = run_tool({"emit", "x*y", "--c", "--at", "x=1.625,y=-3"});
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("1.625"), HasSubstr("-4.875")));
  EXPECT_EQ(error_id({"emit", "x*y", "--c", "--at", "x=1.625"}, 2), "W604");
}

TEST(Emit, holds_only_the_entries_that_can_be_other_than_zero_of_a_sparse_jacobian) {
  if (!has_compiler()) GTEST_SKIP() << "no cc";
  const auto outcome = run_tool({"emit", "x*y, sin(z), x+z", "--c", "--of", "jacobian", "--sparse", "--name", "f"});
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("f_nonzeros = 5;"), HasSubstr("0, 2, 3, 5"), HasSubstr("0, 1, 2, 0, 2"),
                                 HasSubstr("double* values")));
  EXPECT_EQ(self_test(outcome.out, "f", "0"), 0);
  const auto blocks =
      run_tool({"emit", "x*2, sum(y)*x, y", "--types", "x=f64[2],y=f64[3]", "--c", "--of", "jacobian", "--sparse"});
  EXPECT_THAT(blocks.out, HasSubstr("_nonzeros = 13;"));
  EXPECT_EQ(self_test(blocks.out, "f_jacobian", "0"), 0);
}

TEST(Emit, holds_what_varies_of_a_jacobian_and_the_constants_once) {
  if (!has_compiler()) GTEST_SKIP() << "no cc";
  const auto outcome = run_tool({"emit", "x*y, 2*x+z", "--c", "--of", "jacobian", "--packed", "--name", "f"});
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("f_nonzeros = 4;"), HasSubstr("0, 1, -1, -1"), HasSubstr("f_constant[4] = {\n  0"), HasSubstr("values")));
  EXPECT_EQ(self_test(outcome.out, "f", "0"), 0);
  const auto by_y = run_tool({"emit", "x*y, 2*x+z", "--c", "--of", "jacobian", "--packed", "--wrt", "z", "--precision", "f32"});
  EXPECT_THAT(by_y.out, AllOf(HasSubstr("_nonzeros = 1;"), HasSubstr("const float f_jacobian_constant[1]")));
}

TEST(Emit, accumulates_a_jacobian_as_it_is_asked_to) {
  if (!has_compiler()) GTEST_SKIP() << "no cc";
  for (const char* mode : {"auto", "forward", "reverse", "columns", "fewest"}) {
    const auto outcome = run_tool({"emit", "x*y, sin(y)*x", "--types", "x=f64[2],y=f64[2]", "--c", "--of", "jacobian", "--mode", mode});
    EXPECT_EQ(self_test(outcome.out, "f_jacobian", "0"), 0) << mode;
  }
}

TEST(Emit, computes_in_float_where_it_is_asked_to_of_formulas_and_files) {
  if (!has_compiler()) GTEST_SKIP() << "no cc";
  const Folder folder;
  const std::string file = folder.write("f.wl", "program f(x: f64[4]) { return tanh(x)/x }\n");
  for (const std::string& source : {file, std::string("exp(-x^2)/y")}) {
    const auto outcome = run_tool({"emit", source, "--c", "--precision", "f32"});
    EXPECT_THAT(outcome.out, AllOf(HasSubstr("const float* x"), Not(HasSubstr("const double* x"))));
    EXPECT_EQ(self_test(outcome.out, "f", "1e-6"), 0) << source;
  }
}

TEST(Emit, writes_a_source_and_a_header) {
  const Folder folder;
  const std::string source = folder / "g.c", header = folder / "g.h";
  const auto outcome = run_tool({"emit", "x*y", "--c", "--name", "g", "-o", source, "--header", header, "--batch"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(outcome.out, "");
  EXPECT_THAT(content_of(source), HasSubstr("int g("));
  EXPECT_THAT(content_of(header), AllOf(HasSubstr("int g("), HasSubstr("int64_t g_batch(int64_t points, ")));
}

TEST(Emit, returns_1_in_its_self_test_where_a_guard_does_not_hold) {
  if (!has_compiler()) GTEST_SKIP() << "no cc";
  const Folder folder;
  const std::string file =
      folder.write("f.wl", "program f(x) {\n  c = less(x, 1)\n  g = guard(c, expected=true)\n  return x*x\n}\n");
  EXPECT_EQ(self_test(run_tool({"emit", file, "--c", "--at", "x=2"}).out, "f", "0"), 0);
  EXPECT_EQ(self_test(run_tool({"emit", file, "--c", "--at", "x=0.5"}).out, "f", "0"), 0);
}

TEST(Emit, refuses_options_that_do_not_go_together) {
  EXPECT_EQ(error_id({"emit", "x", "--c", "--sparse"}, 2), "W722");
  EXPECT_EQ(error_id({"emit", "x", "--c", "--wrt", "x"}, 2), "W722");
  EXPECT_EQ(error_id({"emit", "x", "--c", "--packed"}, 2), "W722");
  EXPECT_EQ(error_id({"emit", "x", "--c", "--mode", "columns"}, 2), "W722");
  EXPECT_EQ(error_id({"emit", "x", "--c", "--of", "jacobian", "--packed", "--mode", "columns"}, 2), "W722");
  EXPECT_EQ(error_id({"emit", "x*y", "--c", "--of", "vjp", "--sparse"}, 2), "W722");
  EXPECT_EQ(error_id({"emit", "x", "--c", "--name", "a b"}, 2), "W720");
  EXPECT_EQ(error_id({"emit", "x", "--c", "--of", "everything"}, 2), "W602");
}

TEST(Emit, leaves_the_self_test_out_where_it_would_be_long) {
  const auto outcome = run_tool({"emit", "sum(x)", "--types", "x=f64[100,100]", "--c"});
  EXPECT_THAT(outcome.err, HasSubstr("no self-test"));
  EXPECT_THAT(outcome.out, Not(HasSubstr("main")));
}

}  // namespace
}  // namespace wengert
