// SPDX-License-Identifier: Apache-2.0
//
// compile: which engine is chosen, what is said of it, and that none changes the results.
#include "wengert/api/compile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "random_program.h"
#include "wengert/ad/derivatives.h"
#include "wengert/exec/interpreter.h"
#include "wengert/ir/registry.h"
#include "wengert/ir/text.h"
#include "wengert/trace/trace.h"

namespace wengert {
namespace {

using testing::HasSubstr;

Program example() { return trace([](Expr x, Expr y) { return sum(sin(x) * y); }, {f64({1000}), f64({1000})}, "example"); }

Program long_list(size_t lines) {
  ProgramBuilder b("long");
  ValueId y = b.input(f64(), "x");
  for (size_t k = 0; k < lines; ++k) y = b.append(*find_primitive(k % 2 == 0 ? "sin" : "add"), k % 2 == 0 ? std::vector{y} : std::vector{y, y});
  return b.finish(std::vector{y});
}

TEST(Compile, interprets_what_is_run_seldom_and_says_so) {
  CompileChoice choice;
  compile(example(), {.expected_runs = 3}, &choice);
  EXPECT_EQ(choice.engine, Engine::interpreter);
  EXPECT_THAT(choice.reason, HasSubstr("3 runs"));
}

TEST(Compile, compiles_what_is_run_often) {
  if (!Compiled::is_available()) GTEST_SKIP();
  CompileChoice choice;
  const auto f = compile(grad(example()), {.expected_runs = 1e6}, &choice);
  EXPECT_EQ(choice.engine, Engine::compiled);
  EXPECT_GT(choice.lanes, 1);
  const Array x = Array::filled(f64({1000}), 0.5), y = Array::filled(f64({1000}), 2);
  EXPECT_NEAR(f->run({x, y})[0][7], 2 * std::cos(0.5), 1e-14);
}

TEST(Compile, does_as_it_is_told) {
  CompileChoice choice;
  compile(example(), {.engine = Engine::interpreter, .expected_runs = 1e9}, &choice);
  EXPECT_EQ(choice.engine, Engine::interpreter);
  if (!Compiled::is_available()) GTEST_SKIP();
  compile(example(), {.engine = Engine::compiled, .expected_runs = 1}, &choice);
  EXPECT_EQ(choice.engine, Engine::compiled);
}

TEST(Compile, falls_back_to_the_interpreter_when_time_is_up) {
  if (!Compiled::is_available()) GTEST_SKIP();
  CompileChoice choice;
  const Program p = long_list(100'000);
  const auto f = compile(p, {.expected_runs = 1e9, .most_wall_s = 0.01}, &choice);
  EXPECT_EQ(choice.engine, Engine::interpreter);
  EXPECT_THAT(choice.reason, HasSubstr("took over 0.01 s"));
  EXPECT_EQ(f->run({Array(0.5)}), evaluate(p, {Array(0.5)}));
}

TEST(Compile, takes_long_lists_at_the_level_that_is_soonest_ready) {
  if (!Compiled::is_available()) GTEST_SKIP();
  CompileChoice choice;
  const Program p = long_list(30'000);
  const auto f = compile(p, {.expected_runs = 1e4, .most_wall_s = 600}, &choice);  // on a machine that has other work
  EXPECT_EQ(choice.engine, Engine::compiled);
  EXPECT_EQ(choice.level, 0);
  EXPECT_NEAR(f->run({Array(0.5)})[0].item(), evaluate(p, {Array(0.5)})[0].item(), 1e-12);
}

TEST(Compile, names_the_line_of_an_error_as_the_interpreter_does) {
  if (!Compiled::is_available()) GTEST_SKIP();
  const Program guarded = parse("program f(x) {\n  c = less(x, 0)\n  g = guard(c, expected=false)\n  return sqrt(x)\n}\n");
  const auto message = [&](const Executable& f, double x) -> std::string {
    try {
      f.run({Array(x)});
    } catch (const Error& error) {
      return error.what();
    }
    return "none";
  };
  const auto fast = compile(guarded, {.engine = Engine::compiled});
  EXPECT_EQ(message(*fast, 4), "none");
  EXPECT_EQ(message(*fast, -1), message(Interpreter(guarded), -1));
  EXPECT_THAT(message(*fast, -1), HasSubstr("W701"));
  const Program log_of = parse("program g(x) {\n  y = log(x)\n  return y * 2\n}\n");
  const auto trapping = compile(log_of, {.engine = Engine::compiled, .trap_nan = true});
  EXPECT_THAT(message(*trapping, -1), AllOf(HasSubstr("W301"), HasSubstr("log")));
}

class Folder {
 public:
  explicit Folder(const std::string& name) : path_(std::filesystem::temp_directory_path() / (name + std::to_string(::getpid()))) {
    std::filesystem::remove_all(path_);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  std::string text() const { return path_.string(); }
  std::vector<std::filesystem::path> files() const {
    std::vector<std::filesystem::path> all;
    for (const auto& entry : std::filesystem::directory_iterator(path_)) all.push_back(entry.path());
    return all;
  }

 private:
  std::filesystem::path path_;
};

TEST(Compile, takes_code_from_the_cache_and_makes_it_anew_if_it_is_damaged) {
  if (!Compiled::is_available()) GTEST_SKIP();
  const Folder folder("wengert_code_cache_");
  const Program p = grad(example());
  const Array x = Array::filled(f64({1000}), 0.5), y = Array::filled(f64({1000}), 2);
  std::vector<Array> first;
  const auto taken_from_cache = [&] {
    CompileChoice choice;
    const auto f = compile(p, {.engine = Engine::compiled, .cache_folder = folder.text()}, &choice);
    if (first.empty()) first = f->run({x, y});
    EXPECT_EQ(f->run({x, y}), first);
    return choice.from_cache;
  };
  EXPECT_FALSE(taken_from_cache());
  EXPECT_TRUE(taken_from_cache());
  ASSERT_EQ(folder.files().size(), 1u);
  const auto file = folder.files()[0];
  std::filesystem::resize_file(file, std::filesystem::file_size(file) / 2);
  EXPECT_FALSE(taken_from_cache());
  EXPECT_TRUE(taken_from_cache());
  std::fstream(file, std::ios::in | std::ios::out | std::ios::binary).seekp(200).put('?');
  EXPECT_FALSE(taken_from_cache());
}

TEST(Compile, does_not_run_code_from_a_folder_that_others_may_write_to) {
  if (!Compiled::is_available()) GTEST_SKIP();
  const Folder folder("wengert_open_cache_");
  CompileChoice choice;
  for (int k = 0; k < 2; ++k) {
    compile(example(), {.engine = Engine::compiled, .cache_folder = folder.text()}, &choice);
    std::filesystem::permissions(folder.text(), std::filesystem::perms::all);
  }
  EXPECT_FALSE(choice.from_cache);
}

}  // namespace
}  // namespace wengert
