// SPDX-License-Identifier: Apache-2.0
//
// Emitted C: every primitive's kernel, compiled, gives the bits of the reference interpreter; names of a Program stay
// names; what is emitted compiles without a warning.
#include "wengert/exec/emit_c.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "compiled_c.h"
#include "random_program.h"
#include "same_values.h"
#include "wengert/ad/derivatives.h"
#include "wengert/exec/c_names.h"
#include "wengert/exec/interpreter.h"
#include "wengert/ir/primitive.h"
#include "wengert/ir/registry.h"
#include "wengert/ir/text.h"
#include "wengert/kernel/interpret.h"
#include "wengert/primitives/primitives.h"
#include "wengert/trace/trace.h"

namespace wengert {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* strict_cpp = "c++ -x c++ -std=c++11 -O0 -Wall -Wextra -pedantic -Werror";

/// A kernel with operands, and what reading 1 makes of them.
struct KernelCase {
  std::string name;
  Kernel kernel;
  std::vector<Array> operands, expected;
};

std::vector<Array> interpreted(const Kernel& kernel, const std::vector<Array>& operands) {
  std::vector<Array> results;
  for (const Type& type : kernel.results) results.emplace_back(type);
  std::vector<void*> buffers;
  for (const Array& x : operands) buffers.push_back(const_cast<void*>(x.view().data));
  for (Array& y : results) buffers.push_back(y.mutable_view().data);
  KernelInterpreter().run(kernel, buffers);
  return results;
}

std::vector<Type> types_of(const std::vector<Array>& arrays) {
  std::vector<Type> types;
  for (const Array& x : arrays) types.push_back(x.type());
  return types;
}

KernelCase kernel_case(std::string name, const Primitive& p, const Example& example) {
  const auto operands = types_of(example.operands);
  const auto results = p.result_types({p, operands, example.attributes});
  KernelBuilder builder(operands, results);
  p.kernel(builder, example.attributes);
  KernelCase c{std::move(name), builder.finish(), example.operands, {}};
  c.expected = interpreted(c.kernel, c.operands);
  return c;
}

/// The operands in f32, where the primitive takes them so.
std::optional<Example> narrowed(const Primitive& p, const Example& example) {
  Example narrow = example;
  bool changed = false;
  for (Array& x : narrow.operands)
    if (x.dtype() == DType::f64) x = x.as(DType::f32), changed = true;
  try {
    p.result_types({p, types_of(narrow.operands), narrow.attributes});
  } catch (const Error&) {
    return {};
  }
  return changed ? std::optional(narrow) : std::nullopt;
}

const std::vector<KernelCase>& kernel_cases() {
  static const std::vector<KernelCase> all = [] {
    std::vector<KernelCase> cases;
    for (const Primitive* p : primitives()) {
      if (p->family == Family::structure || !p->has_kernel()) continue;
      for (const Example& example : p->examples()) {
        const auto name = [&] { return "k" + std::to_string(cases.size()) + "_" + std::string(p->name); };
        cases.push_back(kernel_case(name(), *p, example));
        if (const auto narrow = narrowed(*p, example)) cases.push_back(kernel_case(name(), *p, *narrow));
      }
    }
    return cases;
  }();
  return all;
}

std::string source_of_all() {
  std::string text;
  for (const KernelCase& c : kernel_cases()) {
    text += emit_c({.name = c.name, .kernel = c.kernel}).source;
    text += call_through_pointers(c.name, c.operands.size() + c.expected.size() + 1);
  }
  return text;
}

/// An example of each primitive, once a point and once many.
std::string source_of_some(bool single = false) {
  std::string text, last;
  for (const KernelCase& c : kernel_cases()) {
    const std::string primitive = c.name.substr(c.name.find('_'));
    if (primitive != last)
      text += emit_c({.name = c.name, .kernel = c.kernel}, {.single = single, .batch = true}).source;
    last = primitive;
  }
  return text;
}

class EmitC : public testing::Test {
 protected:
  void SetUp() override {
    if (!has_c_compiler()) GTEST_SKIP() << "no C compiler (cc)";
  }
};

TEST_F(EmitC, gives_the_bits_of_the_interpreter_for_every_primitive) {
  const CompiledC code(source_of_all());
  ASSERT_TRUE(code);
  EXPECT_GT(kernel_cases().size(), 200u);
  for (const KernelCase& c : kernel_cases()) {
    std::vector<Array> outputs;
    for (const Array& y : c.expected) outputs.emplace_back(y.type());
    const size_t workspace = emit_c({.name = c.name, .kernel = c.kernel}).workspace_bytes;
    EXPECT_TRUE(same_values(call_c(code, c.name, c.operands, outputs, workspace), c.expected)) << c.name;
  }
}

TEST_F(EmitC, compiles_as_cpp_and_with_clang_without_a_warning) {
  const CFolder folder;
  const std::string file = folder.write("all.c", source_of_some());
  const Ran cpp = run_command(std::string(strict_cpp) + " -fsyntax-only '" + file + "'");
  EXPECT_EQ(cpp.code, 0) << cpp.text.substr(0, 2000);
  if (run_command("clang --version").code != 0) return;
  const Ran clang = run_command("clang -std=c99 -Wall -Wextra -pedantic -Werror -fsyntax-only '" + file + "'");
  EXPECT_EQ(clang.code, 0) << clang.text.substr(0, 2000);
}

TEST_F(EmitC, has_no_double_in_a_file_of_floats) {
  const std::string text = source_of_some(true);
  EXPECT_THAT(text.substr(text.find("*/")), Not(testing::ContainsRegex("[^a-z]double [^i]")));
  const CFolder folder;
  const std::string file = folder.write("all.c", text);
  for (const char* compiler : {"gcc", "clang"}) {
    if (run_command(std::string(compiler) + " --version").code != 0) continue;
    const Ran ran = run_command(std::string(compiler) + " -std=c99 -Wall -Wextra -pedantic -Wdouble-promotion "
                                "-Wfloat-conversion -Werror -fsyntax-only '" + file + "'");
    EXPECT_EQ(ran.code, 0) << compiler << ran.text.substr(0, 2000);
  }
}

/// Programs with their points, compiled together.
struct Emitted {
  std::vector<Program> programs;
  std::vector<std::vector<Array>> points;
  std::vector<EmittedC> code;

  void add(const Program& p, std::vector<Array> point, EmitCOptions options = {}) {
    options.name = "p" + std::to_string(programs.size());
    programs.push_back(p);
    points.push_back(std::move(point));
    code.push_back(emit_c(p, options));
  }
  std::string source() const {
    std::string text;
    for (size_t k = 0; k < code.size(); ++k)
      text += code[k].source + call_through_pointers(code[k].name, points[k].size() + programs[k].outputs().size() + 1);
    return text;
  }
  std::vector<Array> run(const CompiledC& compiled, size_t k) const {
    std::vector<Array> outputs;
    for (const Type& type : programs[k].output_types()) outputs.emplace_back(type);
    int status = -1;
    auto values = call_c(compiled, code[k].name, points[k], outputs, code[k].workspace_bytes, &status);
    EXPECT_EQ(status, 0) << code[k].source;
    return values;
  }
};

std::vector<Array> reference(const Program& p, const std::vector<Array>& x) {
  return evaluate(p, x, {.reference = true});
}

TEST_F(EmitC, gives_the_bits_of_the_interpreter_for_random_programs) {
  Emitted all;
  for (uint64_t key = 0; key < 24; ++key) {
    const auto drawn = random_program(key, {.draws = 20, .dtype = key % 2 == 0 ? DType::f64 : DType::f32});
    all.add(drawn.program, drawn.point);
  }
  const CompiledC compiled(all.source());
  ASSERT_TRUE(compiled);
  for (size_t k = 0; k < all.programs.size(); ++k)
    EXPECT_TRUE(same_values(all.run(compiled, k), reference(all.programs[k], all.points[k]))) << all.code[k].source;
}

TEST_F(EmitC, gives_the_bits_of_the_interpreter_for_their_derivatives) {
  Emitted all;
  for (uint64_t key = 100; key < 108; ++key) {
    auto drawn = random_program(key, {.draws = 10});
    const Program p = vjp(drawn.program);
    for (size_t k = drawn.point.size(); k < p.inputs(); ++k) drawn.point.push_back(Array::filled(p.input_types()[k], 0.5));
    all.add(p, drawn.point);
  }
  const CompiledC compiled(all.source());
  ASSERT_TRUE(compiled);
  for (size_t k = 0; k < all.programs.size(); ++k)
    EXPECT_TRUE(same_values(all.run(compiled, k), reference(all.programs[k], all.points[k]))) << all.code[k].source;
}

TEST_F(EmitC, returns_1_where_a_recorded_branch_no_longer_holds) {
  const Program p = parse("program f(x) {\n  c = less(x, 1)\n  g = guard(c, expected=true)\n  return x * x\n}\n");
  const EmittedC c = emit_c(p);
  const CompiledC compiled(c.source + call_through_pointers("f", 3));
  ASSERT_TRUE(compiled);
  int status = -1;
  EXPECT_EQ(call_c(compiled, "f", {Array(0.5)}, {Array(f64())}, 0, &status)[0], Array(0.25));
  EXPECT_EQ(status, 0);
  call_c(compiled, "f", {Array(2.0)}, {Array(f64())}, 0, &status);
  EXPECT_EQ(status, 1);
  EXPECT_THAT(emit_c(parse_formula("x*x")).source, Not(HasSubstr("failures")));
}

TEST_F(EmitC, takes_any_names_and_lets_none_of_them_become_code) {
  const std::vector<std::string> hostile{
      "*/ int evil(void) { return 1; } /*", "while", "x\ny", "\u03b8", "f", "workspace", "exp", "NAN", "r1", "i2", "t0", "linux", "__FILE__",
      "a b", "a_b", "a-b", "%0", "3d", "\"; system(\"x\");", "\\", "?" "?/", "\xff\xfe", "class", "#error", "y1", "points", "_", "INT64_MAX", "uint64_t", "main", "k", "worst", "error_no_u202e_max",
      "error_no_u202e_found_k", "error_no_u202e_inputs", "printf"};
  ProgramBuilder builder("*/\n#error no\n/* \u202e\\");
  std::vector<ValueId> outputs;
  for (const std::string& name : hostile) builder.input(f64(), name);
  ValueId sum{0};
  for (uint32_t k = 1; k < hostile.size(); ++k) outputs.push_back(sum = builder.append(add_p, std::array{sum, ValueId{k}}));
  for (uint32_t k = 1; k < hostile.size(); ++k) builder.name_value(outputs[k - 1], hostile[k]);
  const Program p = builder.finish(outputs);
  std::vector<Array> point;
  for (size_t k = 0; k < hostile.size(); ++k) point.emplace_back(static_cast<double>(k + 1));
  const EmitCOptions options{.batch = true, .test = CTest{point, reference(p, point)}};
  const EmittedC c = emit_c(p, options);
  EXPECT_THAT(c.source, Not(HasSubstr("\u202e")));
  EXPECT_TRUE(std::ranges::all_of(c.source, [](char sign) { return sign == '\n' || (sign >= ' ' && sign <= '~'); }));
  for (const std::string& language : {strict_c, std::string("cc -std=gnu17 -Wall -Werror"), std::string(strict_cpp)}) {
    const CFolder folder;
    const std::string file = folder.write("f.c", c.source), program = folder.path() + "/f";
    const Ran made = run_command(language + " -D" + c.name + "_SELF_TEST '" + file + "' -o '" + program + "' -lm");
    ASSERT_EQ(made.code, 0) << language << made.text.substr(0, 2000);
    EXPECT_EQ(run_command("'" + program + "'").code, 0);
  }
}

TEST_F(EmitC, tests_itself_on_stored_values) {
  const Program p = parse_formula("sum(exp(x)*y), x > 0.5, y", {{"x", f64({3})}, {"y", f64()}});
  const std::vector<Array> point{Array({3}, {0.25, -1, 2}), Array(3.0)};
  CTest test{point, reference(p, point)};
  const CFolder folder;
  const std::string program = folder.path() + "/f";
  const auto passes = [&](const CTest& values, const std::string& flags) {
    const std::string file = folder.write("f.c", emit_c(p, {.test = values}).source);
    EXPECT_EQ(run_command(strict_c + " -Df_SELF_TEST " + flags + " '" + file + "' -o '" + program + "' -lm").code, 0);
    return run_command("'" + program + "'").code == 0;
  };
  EXPECT_TRUE(passes(test, "-Df_TOLERANCE=0"));
  test.outputs[0] = Array(test.outputs[0].item() * (1 + 1e-9));
  EXPECT_FALSE(passes(test, ""));
}

TEST_F(EmitC, computes_in_float_as_near_as_float_is) {
  const Program p = parse_formula("sum(tanh(x)*exp(-y*x) + lgamma(x+3) + x^2)/3", {{"x", f64({4})}, {"y", f64()}});
  const Program gradient = value_and_grad(p);
  const EmittedC c = emit_c(gradient, {.name = "g", .single = true});
  EXPECT_THAT(c.source, Not(HasSubstr("double*")));
  const CompiledC compiled(c.source + call_through_pointers("g", 6));
  ASSERT_TRUE(compiled);
  const std::vector<Array> x{Array({4}, {0.25, -1, 2, 0.5}), Array(0.75)};
  std::vector<Array> narrow, outputs;
  for (const Array& value : x) narrow.push_back(value.as(DType::f32));
  for (const Type& type : gradient.output_types()) outputs.emplace_back(Type{DType::f32, type.shape});
  const auto found = call_c(compiled, "g", narrow, outputs, c.workspace_bytes), expected = reference(gradient, x);
  for (size_t k = 0; k < found.size(); ++k)
    for (int64_t i = 0; i < found[k].elements(); ++i) EXPECT_NEAR(found[k][i], expected[k][i], 1e-5 * (1 + std::abs(expected[k][i])));
}

TEST_F(EmitC, runs_many_points_in_one_call) {
  const Program p = parse_formula("x*sin(y) + sum(z), z*x", {{"x", f64()}, {"y", f64()}, {"z", f64({2})}});
  const EmittedC c = emit_c(p, {.batch = true});
  const CompiledC compiled(c.source);
  ASSERT_TRUE(compiled);
  constexpr int64_t points = 5;
  using Batch = int64_t (*)(int64_t, const double*, const double*, const double*, double*, double*, void*);
  const auto batch = reinterpret_cast<Batch>(compiled.symbol("f_batch"));
  ASSERT_NE(batch, nullptr);
  double x[points], y[points], z[2 * points], u[points], v[2 * points];
  for (int k = 0; k < points; ++k) x[k] = k, y[k] = 0.5 * k, z[k] = k + 1, z[points + k] = -0.25 * k;
  std::vector<double> workspace(c.batch_workspace_bytes / 8 + 1);
  EXPECT_EQ(batch(points, x, y, z, u, v, workspace.data()), 0);
  for (int k = 0; k < points; ++k) {
    const auto expected = reference(p, {Array(x[k]), Array(y[k]), Array({2}, {z[k], z[points + k]})});
    EXPECT_EQ(Array(u[k]), expected[0]);
    EXPECT_EQ(Array({2}, {v[k], v[points + k]}), expected[1]);
  }
}

TEST_F(EmitC, needs_memory_for_what_is_in_use_at_once) {
  const Program p = trace(
      [](Expr x) {
        for (int k = 0; k < 6; ++k) x = x * cumulative_sum(x);
        return x;
      },
      {f64({100})});
  const EmittedC c = emit_c(p, {.name = "f"});
  EXPECT_LE(c.workspace_bytes, 3 * 800u);
  const CompiledC code(c.source + call_through_pointers("f", 3));
  ASSERT_TRUE(code);
  const std::vector<Array> x{Array::filled(f64({100}), 0.01)};
  EXPECT_EQ(call_c(code, "f", x, {Array(f64({100}))}, c.workspace_bytes), evaluate(p, x, {.reference = true}));
}

TEST_F(EmitC, states_its_sizes_for_whoever_loads_it) {
  const Program p = parse_formula("sum(x, axes=[1])", {{"x", f64({2, 3})}});
  const EmittedC c = emit_c(p, {.name = "rows"});
  EXPECT_EQ(c.signature, "int rows(const double* x, double* out, void* workspace)");
  EXPECT_THAT(c.header, AllOf(HasSubstr(c.signature + ";"), HasSubstr("#define ROWS_WORKSPACE_BYTES 0")));
  const CompiledC compiled(c.source);
  ASSERT_TRUE(compiled);
  const auto number = [&](const std::string& name, size_t place = 0) { return static_cast<const int64_t*>(compiled.symbol("rows_" + name))[place]; };
  EXPECT_EQ(number("inputs"), 1);
  EXPECT_EQ(number("outputs"), 1);
  EXPECT_EQ(number("input_elements"), 6);
  EXPECT_EQ(number("output_elements"), 2);
  EXPECT_EQ(number("input_shapes", 0), 2);
  EXPECT_EQ(number("input_shapes", 1), 3);
  EXPECT_EQ(number("output_shapes", 0), 2);
  EXPECT_EQ(number("output_shapes", 1), 0);
}

TEST_F(EmitC, has_a_header_that_goes_with_it) {
  const EmittedC c = emit_c(parse_formula("x*y"), {.batch = true});
  const CFolder folder;
  folder.write("f.h", c.header);
  const std::string file = folder.write("f.c", "#include \"f.h\"\n#include \"f.h\"\n" + c.source);
  const Ran ran = run_command(strict_c + " -fsyntax-only '" + file + "'");
  EXPECT_EQ(ran.code, 0) << ran.text;
}

TEST(CNames, are_identifiers_whatever_they_are_made_of) {
  EXPECT_EQ(c_identifier("x", "f"), "x");
  EXPECT_EQ(c_identifier("f[0]", "f"), "f_0");
  EXPECT_EQ(c_identifier("df/dx", "f"), "df_dx");
  EXPECT_EQ(c_identifier("\u03b8", "f"), "u03b8");
  EXPECT_EQ(c_identifier("while", "f"), "while_");
  EXPECT_EQ(c_identifier("sinf", "f"), "sinf_");
  EXPECT_EQ(c_identifier("3d", "f"), "f_3d");
  EXPECT_EQ(c_identifier("*/", "f"), "f");
  EXPECT_EQ(c_identifier("__x__", "f"), "x");
}

TEST(CNames, in_comments_cannot_end_them) {
  EXPECT_EQ(c_comment("*/ /* ?" "?/ \\ \n"), "* / / * ? ?/ | <U+000A>");
  EXPECT_EQ(c_comment("**/"), "** /");
  EXPECT_EQ(c_comment("\xe2\x80\xae"), "<U+202E>");
}

TEST(CNumbers, read_back_as_what_they_were) {
  for (double x : {0.0, -0.0, 1.0, 0.1, 1e300, -5e-324, 1.0 / 3, 12345678.0, 1e22}) {
    const double read = std::strtod(c_real(x, false).c_str(), nullptr);
    EXPECT_TRUE(read == x && std::signbit(read) == std::signbit(x)) << c_real(x, false);
    EXPECT_THAT(c_real(x, false), testing::ContainsRegex("[.e]"));
  }
  EXPECT_EQ(c_real(INFINITY, false), "INFINITY");
  EXPECT_EQ(c_real(-INFINITY, true), "-INFINITY");
  EXPECT_EQ(c_real(1e300, true), "INFINITY");
  EXPECT_EQ(c_real(NAN, false), "NAN");
  EXPECT_EQ(c_real(0.1, true), "0.1f");
  EXPECT_EQ(c_integer(INT64_MIN), "INT64_MIN");
  EXPECT_EQ(c_integer(1LL << 40), "INT64_C(1099511627776)");
}

}  // namespace
}  // namespace wengert
