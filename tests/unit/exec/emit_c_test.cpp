// SPDX-License-Identifier: Apache-2.0
//
// Emitted C: every primitive's kernel, compiled, gives the bits of the reference interpreter; names of a Program stay
// names; what is emitted compiles without a warning.
#include "wengert/exec/emit_c.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "compiled_c.h"
#include "same_values.h"
#include "wengert/ir/primitive.h"
#include "wengert/ir/registry.h"
#include "wengert/kernel/interpret.h"
#include "wengert/primitives/primitives.h"

namespace wengert {
namespace {

using testing::HasSubstr;
using testing::Not;

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

std::string source_of_all(const EmitCOptions& options) {
  std::string text;
  for (const KernelCase& c : kernel_cases()) {
    text += emit_c({.name = c.name, .kernel = c.kernel}, options).source;
    text += call_through_pointers(c.name, c.operands.size() + c.expected.size() + 1);
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
  const CompiledC code(source_of_all({}));
  ASSERT_TRUE(code);
  EXPECT_GT(kernel_cases().size(), 200u);
  for (const KernelCase& c : kernel_cases()) {
    std::vector<Array> outputs;
    for (const Array& y : c.expected) outputs.emplace_back(y.type());
    const size_t workspace = emit_c({.name = c.name, .kernel = c.kernel}).workspace_bytes;
    EXPECT_TRUE(same_values(call_c(code, c.name, c.operands, outputs, workspace), c.expected)) << c.name;
  }
}

}  // namespace
}  // namespace wengert
