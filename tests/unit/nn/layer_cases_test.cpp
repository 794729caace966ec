// SPDX-License-Identifier: Apache-2.0
//
// Every layer and loss, by its record (nn/layer_cases.h): nothing here knows any of them. A new record is tested by being
// there, and needs a function of its name in torch_oracle.py.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "derivative_checks.h"
#include "wengert/ad/derivatives.h"
#include "wengert/check/grad_check.h"
#include "wengert/exec/compiled.h"
#include "wengert/exec/interpreter.h"
#include "wengert/io/npy.h"
#include "wengert/nn/layer_cases.h"
#include "wengert/trace/trace.h"

namespace wengert {
namespace {

/// The record's case as a Program of all its operands.
Case case_of(const LayerCase& record, DType dtype) {
  const std::vector<Array> x = record.example(dtype);
  std::vector<Type> types;
  std::vector<std::string> names;
  for (const Array& array : x) types.push_back(array.type());
  for (const LayerOperand& operand : record.operands) names.push_back(operand.name);
  Recording recording(record.name, dtype);
  std::vector<Expr> operands;
  for (size_t k = 0; k < types.size(); ++k) operands.push_back(recording.input(types[k], names[k]));
  return {record.name, recording.finish(record.apply(operands)), x};
}

class EachLayer : public testing::TestWithParam<std::string> {
 protected:
  const LayerCase& record() const { return *std::ranges::find(layer_cases(), GetParam(), &LayerCase::name); }
};

TEST_P(EachLayer, derivatives_by_all_parameters_and_inputs_match_differences) {
  const Case c = with_data_fixed(case_of(record(), DType::f64));
  const auto report = grad_check(c.program, c.x, {.most_columns = 1000});
  EXPECT_TRUE(report.passed) << report.worst_entry << report.where;
  EXPECT_EQ(report.verified, report.entries) << "a kink, or undecided";
}

TEST_P(EachLayer, f32_is_f64_rounded) {
  const Case narrow = case_of(record(), DType::f32), wide = case_of(record(), DType::f64);
  EXPECT_TRUE(all_close(flat(evaluate(narrow.program, narrow.x)), flat(evaluate(wide.program, wide.x)), 2e-6));
}

TEST_P(EachLayer, derivatives_in_compiled_code_are_the_interpreters) {
  if (!Compiled::is_available()) GTEST_SKIP() << "nothing compiles";
  const Case c = with_data_fixed(case_of(record(), DType::f64));
  const Program g = grad(weighted_sum(c.program));
  EXPECT_TRUE(all_close(Compiled(g).run(c.x), evaluate(g, c.x), 1e-12));
}

std::vector<std::string> layer_names() {
  std::vector<std::string> names;
  for (const LayerCase& record : layer_cases()) names.push_back(record.name);
  return names;
}

INSTANTIATE_TEST_SUITE_P(Layers, EachLayer, testing::ValuesIn(layer_names()), [](const auto& p) { return p.param; });

TEST(Layers, have_names_of_their_own) {
  const auto names = layer_names();
  EXPECT_EQ(std::set<std::string>(names.begin(), names.end()).size(), names.size());
}

// PyTorch, where it is installed (python3-torch), says what every record computes; one process for all of them.

const std::string oracle = WENGERT_SOURCE_DIR "/tests/unit/nn/torch_oracle.py";

std::string entry(const std::string& layer, const std::string& operand) { return layer + "/" + operand; }
std::string entry(const std::string& layer, size_t output) { return layer + ">" + std::to_string(output); }

std::vector<Array> output_weights(const Case& c) {
  Random random(3);
  return random_values(c.program.output_types(), random);
}

NamedArrays questions() {
  NamedArrays all;
  for (const LayerCase& record : layer_cases()) {
    const Case c = case_of(record, DType::f32);
    for (size_t k = 0; k < c.x.size(); ++k) all.push_back({entry(record.name, record.operands[k].name), c.x[k]});
    const auto weights = output_weights(c);
    for (size_t k = 0; k < weights.size(); ++k) all.push_back({entry(record.name, k), weights[k]});
  }
  return all;
}

TEST(Layers, are_all_known_to_the_oracle) {  // said here, too, since it may not run
  std::ostringstream text;
  text << std::ifstream(oracle).rdbuf();
  for (const std::string& name : layer_names())
    EXPECT_NE(text.str().find("@layer\ndef " + name + "("), std::string::npos) << name;
}

/// Nothing where no Python here has torch.
NamedArrays ask_torch() {
  const std::string folder = testing::TempDir() + "/wengert-torch-" + std::to_string(getpid());
  std::filesystem::create_directories(folder);
  write_npz(folder + "/in.npz", questions(), Compression::none);
  NamedArrays answers;
  for (const char* python : {"python3", "/usr/bin/python3"}) {
    const int status = std::system(
        (std::string(python) + " '" + oracle + "' '" + folder + "/in.npz' '" + folder + "/out.npz'").c_str());
    if (WEXITSTATUS(status) == 77 || WEXITSTATUS(status) == 127) continue;
    EXPECT_EQ(status, 0) << "torch_oracle.py failed";
    if (status == 0) answers = read_npz(folder + "/out.npz");
    break;
  }
  std::filesystem::remove_all(folder);
  return answers;
}

TEST(Layers, agree_with_pytorch) {
  const NamedArrays answers = ask_torch();
  if (HasFailure()) return;
  if (answers.empty()) GTEST_SKIP() << "no python3 with torch here (python3-torch)";
  for (const LayerCase& record : layer_cases()) {
    const Case c = case_of(record, DType::f32);
    const auto outputs = evaluate(c.program, c.x);
    for (size_t k = 0; k < outputs.size(); ++k)
      EXPECT_TRUE(all_close({outputs[k]}, {find(answers, entry(record.name, k))}, 1e-5))
          << record.name << " output " << k;
    const auto gradients = cotangents(c.program, c.x, output_weights(c));
    size_t next = 0;
    for (const LayerOperand& operand : record.operands) {
      if (operand.value && !is_float(operand.value->dtype())) continue;
      const std::string name = entry(record.name, operand.name);
      EXPECT_TRUE(all_close({gradients[next++]}, {find(answers, name)}, 1e-5)) << "gradient by " << name;
    }
  }
}

}  // namespace
}  // namespace wengert
