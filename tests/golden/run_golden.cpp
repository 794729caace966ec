// SPDX-License-Identifier: Apache-2.0
//
// The golden lists: each .wl file of a folder holds a Program, what is done to it, and what must come out.
//
//   # One sentence: what is promised.
//   program f(x: f64[]) { ... }
//   run: vjp | simplify
//   expect:
//   program f_vjp(...) { ... }
//
// Words after a verb are its arguments (`grad 0`: by input 0; `eliminate reverse`). A text holds what we promise: reuse
// of results, numbers of operations, orders of elimination; never values. Usage: run_golden [FOLDER] [--bless]; --bless
// writes what came out into the files, for a review like that of code.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "wengert/ad/accumulate.h"
#include "wengert/ad/derivatives.h"
#include "wengert/ad/linearize.h"
#include "wengert/ir/primitive.h"
#include "wengert/ir/text.h"
#include "wengert/ir/verify.h"
#include "wengert/passes/batch.h"
#include "wengert/passes/common_subexpressions.h"
#include "wengert/passes/dead_code.h"
#include "wengert/passes/inline_calls.h"
#include "wengert/passes/scalarize.h"
#include "wengert/passes/simplify.h"
#include "wengert/plan/elimination_order.h"

namespace wengert {
namespace {

using Words = std::vector<std::string>;

/// A case: the file up to and with the line `expect:`, and its parts.
struct Golden {
  std::string head, program, expected;
  std::vector<Words> verbs;
};

Words words(const std::string& text) {
  std::istringstream stream(text);
  return {std::istream_iterator<std::string>(stream), {}};
}

std::vector<Words> pipeline(const std::string& text) {
  std::vector<Words> verbs;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, '|');) verbs.push_back(words(part));
  return verbs;
}

std::string contents(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

Golden read(const std::filesystem::path& path) {
  const std::string text = contents(path), run = "\nrun:", expect = "\nexpect:\n";
  const size_t at_run = text.find(run), at_expect = text.find(expect);
  if (at_run == std::string::npos || at_expect == std::string::npos || at_expect < at_run)
    throw std::runtime_error(path.string() + " needs a line \"run: ...\" and below it a line \"expect:\"");
  const size_t at_expected = at_expect + expect.size(), at_verbs = at_run + run.size();
  return {text.substr(0, at_expected), text.substr(0, at_run), text.substr(at_expected),
          pipeline(text.substr(at_verbs, at_expect - at_verbs))};
}

std::vector<size_t> indices(const Words& arguments) {
  std::vector<size_t> result;
  for (const std::string& word : arguments) result.push_back(std::stoul(word));
  return result;
}

EliminationOrder order_named(const std::string& name, const LinearGraph& graph) {
  if (name == "forward") return forward_order(graph);
  if (name == "reverse") return reverse_order(graph);
  if (name == "markowitz") return markowitz_order(graph);
  if (name == "best") return enumerated_order(graph).choice;
  throw std::runtime_error("no elimination order is named " + name);
}

Program eliminated(const Program& p, const Words& arguments) {
  return accumulate(p, order_named(arguments.at(0), linearize(p).graph)).program;
}

using Verb = std::function<Program(const Program&, const Words&)>;

const std::map<std::string, Verb>& verbs() {
  static const auto of = [](auto f) { return [f](const Program& p, const Words& a) { return f(p, indices(a)); }; };
  static const auto pass = [](Program (*f)(const Program&)) {
    return [f](const Program& p, const Words&) { return f(p); };
  };
  static const std::map<std::string, Verb> table{
      {"print", [](const Program& p, const Words&) { return p; }},
      {"jvp", of(jvp)},
      {"vjp", of(vjp)},
      {"grad", of(grad)},
      {"value_and_grad", of(value_and_grad)},
      {"hessian", of(hessian)},
      {"hvp", of(hvp)},
      {"jacobian", of([](const Program& p, const std::vector<size_t>& wrt) { return jacobian(p, wrt); })},
      {"jacobian_forward",
       of([](const Program& p, const std::vector<size_t>& wrt) { return jacobian(p, wrt, JacobianMode::forward); })},
      {"jacobian_reverse",
       of([](const Program& p, const std::vector<size_t>& wrt) { return jacobian(p, wrt, JacobianMode::reverse); })},
      {"gauss_newton_product", [](const Program& p, const Words&) { return gauss_newton_product(p); }},
      {"eliminate", eliminated},
      {"simplify", pass(simplify)},
      {"dead_code", pass(dead_code)},
      {"common_subexpressions", pass(common_subexpressions)},
      {"inline_calls", [](const Program& p, const Words&) { return inline_calls(p); }},
      {"scalarize", [](const Program& p, const Words&) { return scalarize(p).program; }},
      {"batch", [](const Program& p,
                   const Words& a) { return batch(p, std::vector<bool>(p.inputs(), true), std::stol(a.at(0))); }},
  };
  return table;
}

/// How often each primitive occurs: "add 2\nmul 5\n".
std::string counts(const Program& p) {
  std::map<std::string_view, int> count;
  for (uint32_t i = 0; i < p.size(); ++i)
    if (p.primitive(ValueId{i}).family != Family::structure) ++count[p.primitive(ValueId{i}).name];
  std::string text;
  for (const auto& [name, times] : count) text += std::string(name) + " " + std::to_string(times) + "\n";
  return text;
}

std::string run(const Golden& golden, const std::string& file) {
  Program p = parse(golden.program, file);
  for (const Words& words : golden.verbs) {
    if (words.at(0) == "count") return counts(p);
    const auto verb = verbs().find(words[0]);
    if (verb == verbs().end()) throw std::runtime_error("no verb is named " + words[0]);
    p = verb->second(p, {words.begin() + 1, words.end()});
    verify(p);
  }
  const std::string text = print(p);
  EXPECT_EQ(print(parse(text)), text) << "what was printed is read back";
  return text;
}

class GoldenTest : public testing::Test {
 public:
  GoldenTest(std::filesystem::path path, bool bless) : path_(std::move(path)), bless_(bless) {}
  void TestBody() override {
    const Golden golden = read(path_);
    const std::string found = run(golden, path_.filename().string());
    if (bless_)
      std::ofstream(path_) << golden.head << found;
    else
      EXPECT_EQ(found, golden.expected) << "if this is meant: run_golden --bless, and review the difference";
  }

 private:
  std::filesystem::path path_;
  bool bless_;
};

int register_and_run(const std::filesystem::path& folder, bool bless) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (entry.path().extension() == ".wl") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  for (const auto& path : files)
    testing::RegisterTest("Golden", path.stem().c_str(), nullptr, nullptr, path.c_str(), 1,
                          [=]() -> testing::Test* { return new GoldenTest(path, bless); });
  if (files.empty()) std::fprintf(stderr, "no .wl files in %s\n", folder.c_str());
  return files.empty() ? 1 : RUN_ALL_TESTS();
}

}  // namespace
}  // namespace wengert

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  std::filesystem::path folder = WENGERT_SOURCE_DIR "/tests/golden";
  bool bless = false;
  for (int i = 1; i < argc; ++i) {
    if (std::string_view(argv[i]) == "--bless")
      bless = true;
    else
      folder = argv[i];
  }
  return wengert::register_and_run(folder, bless);
}
