// SPDX-License-Identifier: Apache-2.0
//
// Emitted C at many points, in parts, and in float: each gives the bits that the whole function at one point gives.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "byte_program.h"
#include "compiled_c.h"
#include "noisy_kernel.h"
#include "random_program.h"
#include "same_values.h"
#include "wengert/ad/derivatives.h"
#include "wengert/exec/c_parts.h"
#include "wengert/exec/interpreter.h"
#include "wengert/exec/lower.h"
#include "wengert/ir/registry.h"
#include "wengert/ir/text.h"
#include "wengert/primitives/primitives.h"

namespace wengert {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::string quick_c = "cc -std=c99 -O1 -ffp-contract=off -Wall -Wextra -pedantic -Werror";

class EmitCMany : public testing::Test {
 protected:
  void SetUp() override {
    if (!has_c_compiler()) GTEST_SKIP() << "no C compiler (cc)";
  }
};

std::vector<Array> reference(const Program& p, const std::vector<Array>& x) {
  return evaluate(p, x, {.reference = true});
}

/// Programs of all dtypes at points of all kinds, some of them derivatives; none that cannot be emitted.
std::vector<ByteProgram> programs_of_bytes(uint64_t first, size_t count) {
  std::vector<ByteProgram> programs;
  for (uint64_t key = first; programs.size() < count; ++key) {
    ByteProgram r = program_of_bytes(random_bytes(key, 60 + key % 60));
    try {
      if (lower(r.program).kernel.steps.size() > 200) continue;
    } catch (const UsageError&) {
      continue;
    }
    programs.push_back(std::move(r));
  }
  return programs;
}

/// Where element k of point i lies.
struct Layout {
  bool rows;
  size_t operator()(size_t k, size_t i, size_t elements, size_t points) const {
    return rows ? i * elements + k : k * points + i;
  }
};

/// Many points of one Program in memory, and what a batched function makes of them.
struct Batch {
  const ByteProgram& r;
  std::vector<std::vector<Array>> points;

  Batch(const ByteProgram& program, size_t count) : r(program) {
    Random random(count);
    for (size_t i = 0; i < count; ++i) points.push_back(i == 0 ? r.point : near_by(r.point, random, 0.5));
  }

  std::vector<std::byte> packed(size_t input, Layout layout) const {
    const Type& type = r.point[input].type();
    const size_t size = size_of(type.dtype), elements = static_cast<size_t>(type.elements());
    std::vector<std::byte> memory(elements * points.size() * size + 1);
    for (size_t i = 0; i < points.size(); ++i)
      for (size_t k = 0; k < elements; ++k)
        std::memcpy(memory.data() + layout(k, i, elements, points.size()) * size,
                    static_cast<const std::byte*>(points[i][input].view().data) + k * size, size);
    return memory;
  }

  std::vector<std::vector<Array>> run(const CompiledC& code, const EmittedC& c, Layout layout) const {
    std::vector<std::vector<std::byte>> memory;
    for (size_t k = 0; k < r.point.size(); ++k) memory.push_back(packed(k, layout));
    const auto types = r.program.output_types();
    for (const Type& type : types) memory.emplace_back(type.bytes() * points.size() + 1);
    std::vector<double> workspace(c.batch_workspace_bytes / 8 + 1);
    std::vector<void*> pointers;
    for (auto& bytes : memory) pointers.push_back(bytes.data());
    pointers.push_back(workspace.data());
    const std::string name = c.name + (layout.rows ? "_batch_rows_call" : "_batch_call");
    const auto function = reinterpret_cast<int64_t (*)(int64_t, void**)>(code.symbol(name));
    EXPECT_EQ(function(static_cast<int64_t>(points.size()), pointers.data()), 0);
    std::vector<std::vector<Array>> results(points.size());
    for (size_t i = 0; i < points.size(); ++i)
      for (size_t output = 0; output < types.size(); ++output) {
        const size_t size = size_of(types[output].dtype), elements = static_cast<size_t>(types[output].elements());
        Array y(types[output]);
        for (size_t k = 0; k < elements; ++k)
          std::memcpy(static_cast<std::byte*>(y.mutable_view().data) + k * size,
                      memory[r.point.size() + output].data() + layout(k, i, elements, points.size()) * size, size);
        results[i].push_back(y);
      }
    return results;
  }
};

/// Every number of points, so that every remainder of a vector's length occurs, in both layouts.
void expect_batches_are_points(const std::vector<ByteProgram>& programs, EmitCOptions options,
                               const std::string& compiler) {
  std::string text;
  std::vector<EmittedC> code;
  for (const ByteProgram& r : programs) {
    options.batch = true;
    options.name = "p" + std::to_string(code.size());
    code.push_back(emit_c(r.program, options));
    const size_t parameters = r.point.size() + r.program.outputs().size() + 1;
    text += code.back().source + call_batch_through_pointers(options.name + "_batch", parameters) +
            call_batch_through_pointers(options.name + "_batch_rows", parameters);
  }
  const CompiledC compiled(text, compiler);
  ASSERT_TRUE(compiled);
  for (size_t p = 0; p < programs.size(); ++p)
    for (size_t count : {1, 2, 3, 4, 5, 7, 8, 9})
      for (const bool rows : {false, true}) {
        const Batch batch(programs[p], count);
        const auto found = batch.run(compiled, code[p], {rows});
        for (size_t i = 0; i < count; ++i)
          ASSERT_TRUE(same_values(found[i], reference(programs[p].program, batch.points[i])))
              << "point " << i << " of " << count << (rows ? " in rows\n" : "\n") << print(programs[p].program)
              << code[p].source;
      }
}

TEST_F(EmitCMany, points_in_vectors_have_the_bits_of_one) {
  expect_batches_are_points(programs_of_bytes(0, 10), {}, quick_c);
}

TEST_F(EmitCMany, points_in_vectors_of_any_length_and_without_any_have_the_bits_of_one) {
  const auto programs = programs_of_bytes(100, 3);
  for (int lanes : {1, 2, 8, 16}) expect_batches_are_points(programs, {.lanes = lanes}, quick_c);
  expect_batches_are_points(programs, {}, quick_c + " -Dp0_SCALAR -Dp1_SCALAR -Dp2_SCALAR");
  if (run_command("clang --version").code == 0)
    expect_batches_are_points(programs, {}, "clang -std=c99 -O1 -ffp-contract=off -Wall -Wextra -pedantic -Werror");
}

TEST_F(EmitCMany, points_of_another_branch_are_counted_once) {
  const Program p = parse("program f(x) {\n  c = less(x, 1)\n  g = guard(c, expected=true)\n  return x * x\n}\n");
  const EmittedC c = emit_c(p, {.batch = true});
  const CompiledC compiled(c.source);
  ASSERT_TRUE(compiled);
  const auto batch = reinterpret_cast<int64_t (*)(int64_t, const double*, double*, void*)>(compiled.symbol("f_batch"));
  const double x[6] = {0, 2, 0.5, 3, 0, 4};
  double y[6];
  std::vector<double> workspace(c.batch_workspace_bytes / 8 + 1);
  EXPECT_EQ(batch(6, x, y, workspace.data()), 3);
  EXPECT_EQ(batch(5, x, y, workspace.data()), 2);
  EXPECT_EQ(batch(0, x, y, workspace.data()), 0);
}

TEST_F(EmitCMany, arithmetic_is_done_in_vectors) {
  const std::string text = emit_c(parse_formula("x*y + max(x, y)"), {.batch = true}).source;
  EXPECT_THAT(text, AllOf(HasSubstr("vector_size(32)"), HasSubstr("const f_reals r"), HasSubstr("f_MAX(")));
  EXPECT_THAT(text, Not(HasSubstr("f_EACH")));
  EXPECT_THAT(emit_c(parse_formula("sin(x)"), {.single = true, .batch = true}).source,
              AllOf(HasSubstr("#define f_LANES 8\n"), HasSubstr("f_EACH r"), HasSubstr("sinf(")));
}

/// What the function gives in parts of so many steps.
void expect_parts_are_the_whole(const std::vector<ByteProgram>& programs, size_t steps) {
  std::string text;
  std::vector<EmittedC> code;
  for (const ByteProgram& r : programs) {
    code.push_back(emit_c(r.program, {.name = "p" + std::to_string(code.size()), .part_steps = steps}));
    text +=
        code.back().source + call_through_pointers(code.back().name, r.point.size() + r.program.outputs().size() + 1);
  }
  const CompiledC compiled(text, quick_c);
  ASSERT_TRUE(compiled);
  for (size_t p = 0; p < programs.size(); ++p) {
    std::vector<Array> outputs;
    for (const Type& type : programs[p].program.output_types()) outputs.emplace_back(type);
    const auto found = call_c(compiled, code[p].name, programs[p].point, outputs, code[p].workspace_bytes);
    EXPECT_TRUE(same_values(found, reference(programs[p].program, programs[p].point))) << code[p].source;
  }
}

TEST_F(EmitCMany, parts_of_any_length_have_the_bits_of_the_whole) {
  for (size_t steps : {1, 5, 15}) expect_parts_are_the_whole(programs_of_bytes(200, 8), steps);
}

TEST_F(EmitCMany, points_in_vectors_and_parts_have_the_bits_of_one) {
  expect_batches_are_points(programs_of_bytes(300, 4), {.part_steps = 4}, quick_c);
}

/// A recurrence of so many steps, written out, and its gradient.
Program long_gradient(int steps) {
  Recording recording("recurrence");
  const Expr x = recording.input(f64(), "x"), a = recording.input(f64(), "a");
  Expr y = x;
  for (int k = 0; k < steps; ++k) y = a * y * (1.0 - y) + 0.1 * x;
  return value_and_grad(recording.finish({&y, 1}));
}

TEST_F(EmitCMany, long_lists_become_functions_that_share_memory) {
  const Program p = long_gradient(250);
  const EmittedC c = emit_c(p), whole = emit_c(p, {.part_steps = 0});
  EXPECT_THAT(c.source, AllOf(HasSubstr("static WENGERT_PART void recurrence_"), HasSubstr("_part_1(workspace)")));
  EXPECT_GT(c.workspace_bytes, 0u);
  EXPECT_LT(c.workspace_bytes, 8 * p.size());
  EXPECT_EQ(whole.workspace_bytes, 0u);
  const CompiledC compiled(c.source + call_through_pointers(c.name, 6),
                           "cc -std=c99 -O1 -Wall -Wextra -pedantic -Werror");
  ASSERT_TRUE(compiled);
  const std::vector<Array> x{Array(0.3), Array(3.1)};
  std::vector<Array> outputs(3, Array(0.0));
  EXPECT_TRUE(same_values(call_c(compiled, c.name, x, outputs, c.workspace_bytes), reference(p, x)));
}

/// Records whose kernels call no function of libm: what they compute in float is known to the last bit.
std::vector<const Primitive*> exact_records() {
  std::vector<const Primitive*> records;
  for (const Primitive* p : primitives()) {
    if (p->family == Family::structure || !p->has_kernel() || p->examples().empty()) continue;
    bool exact = true;
    for (const Example& example : p->examples()) {
      std::vector<Type> types;
      for (const Array& x : example.operands) types.push_back(x.type());
      KernelBuilder builder(types, p->result_types({*p, types, example.attributes}));
      p->kernel(builder, example.attributes);
      const Kernel kernel = builder.finish();
      exact = exact && std::ranges::find(kernel.steps, Micro::call, &MicroStep::op) == kernel.steps.end();
    }
    if (exact) records.push_back(p);
  }
  return records;
}

Array in_float(const Array& x) { return x.dtype() == DType::f64 ? x.as(DType::f32) : x; }

TEST_F(EmitCMany, floats_are_those_of_every_number_rounded_to_float) {
  std::string text;
  std::vector<RandomProgram> programs;
  std::vector<EmittedC> code;
  for (uint64_t key = 0; key < 16; ++key) {
    programs.push_back(random_program(key, {.draws = 15, .nesting = 0, .only = exact_records()}));
    const Program& p = programs.back().program;
    code.push_back(emit_c(p, {.name = "p" + std::to_string(key), .single = true}));
    text += code.back().source + call_through_pointers(code.back().name, p.inputs() + p.outputs().size() + 1);
  }
  const CompiledC compiled(text, strict_c + " -Wdouble-promotion -Wfloat-conversion");
  ASSERT_TRUE(compiled);
  for (size_t k = 0; k < programs.size(); ++k) {
    const Program& p = programs[k].program;
    std::vector<Array> point, outputs, expected;
    for (const Array& x : programs[k].point) point.push_back(in_float(x));
    for (const Array& y : read_in_float(lower(p, {0, 0}), point)) expected.push_back(in_float(y));
    for (const Array& y : expected) outputs.emplace_back(y.type());
    auto found = call_c(compiled, code[k].name, point, outputs, code[k].workspace_bytes);
    found.pop_back(), expected.pop_back();  // a sum of sines, to the last bit but one
    EXPECT_TRUE(same_values(found, expected)) << code[k].source;
  }
}

}  // namespace
}  // namespace wengert
