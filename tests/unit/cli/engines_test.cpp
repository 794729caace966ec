// SPDX-License-Identifier: Apache-2.0
//
// --engine and --math, and the verbs compile and bench: the same results by every engine, what is said of the choice,
// and what happens where the compiler is not there.
#include "tool.h"
#include "wengert/exec/compiled.h"

namespace wengert {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* without_compiler = "WENGERT_LLVM=/nonexistent ";

class Engines : public ::testing::Test {
 protected:
  void SetUp() override {
    if (std::string reason; !Compiled::is_available(&reason)) GTEST_SKIP() << "the compiler is not there: " << reason;
  }
};

std::vector<std::string> with(std::vector<std::string> words, const std::vector<std::string>& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

TEST_F(Engines, the_component_is_found_when_the_tool_is_called_by_its_name_alone) {
  const std::string by_name = "sh -c 'cd / && PATH=\"$(dirname \"$0\"):$PATH\" && exec wengert \"$@\"' ";
  const auto run = run_tool({"eval", "x*x", "--at", "x=3", "--engine", "compiled"}, "", by_name);
  EXPECT_EQ(run.code, 0) << run.err;
}

TEST_F(Engines, give_the_same_results) {
  const std::vector<std::vector<std::string>> commands{
      {"eval", "logsumexp(x)", "--at", "x=[1,2,3]"},        {"grad", "sum(x*x*y)", "--at", "x=[1,2,3],y=2"},
      {"jvp", "x*y, x+y", "--at", "x=2,y=3", "--v", "x=1"}, {"vjp", "x*y, x+y", "--at", "x=2,y=3", "--seed", "f[0]=1"},
      {"jacobian", "x*y, x+y", "--at", "x=2,y=3"},          {"hessian", "x*x*y", "--at", "x=2,y=3"},
      {"hvp", "x*x*y", "--at", "x=2,y=3", "--v", "x=1"}};
  for (const auto& words : commands) {
    const auto compiled = run_tool(with(words, {"--engine", "compiled"})), interpreted = run_tool(with(words, {"--engine", "interpreter"}));
    EXPECT_EQ(compiled.code, 0) << compiled.err;
    EXPECT_EQ(compiled.out, interpreted.out) << words[0];
    EXPECT_THAT(compiled.err, HasSubstr("engine: ")) << words[0];
    EXPECT_EQ(run_tool(with(words, {"--engine", "compiled", "--json"})).json()["engine"]["name"], "compiled");
  }
}

TEST_F(Engines, of_compiled_code_name_the_line_of_a_nan) {
  const auto r = run_tool({"eval", "sqrt(log(x))", "--at", "x=0.5", "--trap-nan", "--engine", "compiled"});
  EXPECT_EQ(r.code, 4);
  EXPECT_THAT(r.err, HasSubstr("W301 domain: sqrt makes a NaN"));
}

TEST(EngineChoice, interprets_what_is_run_once_and_says_so_where_it_is_asked) {
  const std::vector<std::string> words{"eval", "x^2", "--at", "x=3"};
  EXPECT_EQ(run_tool(words).err, "");
  EXPECT_THAT(run_tool(with(words, {"--stats"})).err, HasSubstr("engine: interpreter: 1 run of about "));
  EXPECT_EQ(run_tool(with(words, {"--json"})).json()["engine"]["name"], "interpreter");
}

TEST(EngineChoice, refuses_what_chooses_nothing) {
  EXPECT_EQ(error_id({"eval", "x", "--at", "x=1", "--engine", "interpreter", "--math", "fast"}, 2), "W713");
  EXPECT_EQ(error_id({"eval", "x", "--at", "x=1", "--engine", "llvm"}, 2), "W602");
  EXPECT_EQ(error_id({"eval", "x", "--at", "x=1", "--math", "exact"}, 2), "W602");
}

TEST_F(Engines, train_alike_and_say_which) {
  const Folder folder;
  std::string rows = "a,b,kind\n";
  for (int k = 0; k < 60; ++k) rows += std::to_string(k % 7) + "," + std::to_string(k % 5) + "," + (k % 7 > k % 5 ? "more" : "less") + "\n";
  const auto table = folder.write("table.csv", rows);
  const auto loss = [&](const std::string& engine) {
    const auto r = run_tool({"train", table, "--epochs", "3", "--dtype", "f64", "--engine", engine, "-o", folder / engine, "--json"});
    EXPECT_EQ(r.code, 0) << r.err;
    EXPECT_EQ(r.json()["engine"]["name"], engine);
    return r.json()["epochs"][2]["loss"].get<double>();
  };
  EXPECT_NEAR(loss("compiled"), loss("interpreter"), 1e-10);
  EXPECT_EQ(error_id({"train", table, "--epochs", "4", "--resume", "--engine", "interpreter", "-o", folder / "compiled"}, 2), "W862");
  const std::vector<std::string> predict{"predict", folder / "compiled/weights.safetensors", table, "--json"};
  EXPECT_EQ(run_tool(with(predict, {"--engine", "compiled"})).json()["predicted"],
            run_tool(with(predict, {"--engine", "interpreter"})).json()["predicted"]);
}

TEST(MissingCompiler, leaves_training_and_predicting_to_the_interpreter) {
  const Folder folder;
  const auto table = folder.write("table.csv", "a,b\n1,2.5\n2,4.5\n3,6.5\n4,8.5\n5,10.5\n6,12.5\n");
  const auto trained = run_tool({"train", table, "--learn", "values", "--epochs", "2", "-o", folder / "out", "--json"}, {}, without_compiler);
  ASSERT_EQ(trained.code, 0) << trained.err;
  EXPECT_EQ(trained.json()["engine"]["name"], "interpreter");
  EXPECT_EQ(run_tool({"predict", folder / "out/weights.safetensors", table}, {}, without_compiler).code, 0);
  EXPECT_EQ(run_tool({"train", table, "--learn", "values", "--engine", "compiled", "-o", folder / "no"}, {}, without_compiler).code, 2);
}

TEST_F(Engines, are_compared_before_they_are_timed) {
  const auto r = run_tool({"bench", "sum(sin(x)*y)", "--types", "x=f64[1000],y=f64[1000]", "--random", "1", "--of", "value", "--of", "grad",
                           "--seconds", "0.05", "--runs", "1e9", "--json"});
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_EQ(r.err, "");
  const auto document = r.json();
  ASSERT_EQ(document["jobs"].size(), 2u);
  for (const auto& job : document["jobs"]) {
    const auto& engines = job["engines"];
    ASSERT_GE(engines.size(), 4u);
    EXPECT_EQ(engines[0]["engine"], "interpreter");
    for (const auto& e : engines) {
      EXPECT_GT(e["run_s"]["median"], 0);
      EXPECT_LE(e["run_s"]["lower_quartile"], e["run_s"]["upper_quartile"]);
      if (e["engine"] == "compiled") {
        EXPECT_LT(e["difference"], 1e-12);
        EXPECT_GT(e["compile_s"], 0);
        EXPECT_GT(e["code_bytes"], 0);
      }
    }
    EXPECT_THAT(job["best"]["engine"].get<std::string>(), HasSubstr("level ")) << "for a thousand million runs";
  }
}

TEST_F(Engines, are_shown_in_a_table_with_the_best_of_them) {
  const auto r =
      run_tool({"bench", "u=x*y, sin(u), exp(u)", "--at", "x=1,y=2", "--of", "jacobian", "--mode", "forward", "--seconds", "0.05", "--runs", "10"},
               {}, "COLUMNS=200 ");
  ASSERT_EQ(r.code, 0) << r.err;
  for (const char* part : {"jacobian of f", "interpreter", "level 0", "level 1", "level 2", "ahead after", "quartiles",
                           "best for 10 runs: interpreter", "loading the compiler"})
    EXPECT_THAT(r.out, HasSubstr(part));
}

TEST(Bench, times_the_interpreter_alone_without_a_compiler) {
  const auto r = run_tool({"bench", "x*y", "--at", "x=1,y=2", "--seconds", "0.02"}, {}, without_compiler);
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.err, HasSubstr("only the interpreter is timed: /nonexistent"));
  EXPECT_THAT(r.out, HasSubstr("best for 10000 runs: interpreter"));
  EXPECT_THAT(r.out, Not(HasSubstr("level")));
}

TEST_F(Engines, that_are_not_ready_in_time_are_left_out) {
  const auto r = run_tool({"bench", "sin(x)", "--at", "x=1", "--seconds", "0.02", "--limit", "0", "--json"});
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.json()["jobs"][0]["engines"][1]["absent"].get<std::string>(), HasSubstr("given up after 0 s"));
}

TEST(Bench, counts_the_operations_of_a_run) {
  const auto count = [](const std::string& formula, const std::string& at) {
    return run_tool({"bench", formula, "--at", at, "--seconds", "0.01", "--json"}, {}, without_compiler).json()["jobs"][0]["operations"];
  };
  EXPECT_EQ(count("x*y + sin(x)", "x=1,y=2")["arithmetic"], 2);
  EXPECT_EQ(count("x*y + sin(x)", "x=1,y=2")["functions"], 1);
  EXPECT_EQ(count("sin(x)", "x=[1,2,3,4,5]")["functions"], 5);
}

TEST(Bench, and_compile_refuse_what_makes_no_sense) {
  const std::vector<std::string> bench{"bench", "x*y", "--at", "x=1,y=2"};
  EXPECT_EQ(error_id({"bench", "x*y", "--at", "x=1"}, 2), "W604");
  EXPECT_EQ(error_id(with(bench, {"--runs", "0"}), 2), "W602");
  EXPECT_EQ(error_id(with(bench, {"--seconds", "none"}), 2), "W602");
  EXPECT_EQ(error_id(with(bench, {"--limit", "-1"}), 2), "W602");
  EXPECT_EQ(error_id(with(bench, {"--of", "integral"}), 2), "W602");
  EXPECT_EQ(error_id(with(bench, {"--wrt", "x"}), 2), "W714");
  EXPECT_EQ(error_id(with(bench, {"--of", "grad", "--wrt", "z"}), 2), "W606");
  EXPECT_EQ(error_id({"bench", "x, y", "--at", "x=1,y=2", "--of", "grad"}, 3), "W210");
  EXPECT_EQ(error_id({"compile", "x*y", "--mode", "forward"}, 2), "W714");
  EXPECT_EQ(error_id({"compile", "x*y", "--packed"}, 2), "W714");
  EXPECT_EQ(error_id({"compile", "x*y", "--of", "jacobian", "--packed", "--mode", "forward"}, 2), "W714");
  EXPECT_EQ(error_id({"compile", "x*y", "--engine", "interpreter", "--math", "accurate"}, 2), "W713");
}

TEST_F(Engines, of_a_compiled_program_are_described) {
  const std::vector<std::string> words{"compile", "sum(sin(x)*y)", "--types", "x=f64[1000],y=f64[1000]", "--of", "grad"};
  const auto text = run_tool(with(words, {"--runs", "1e6"}));
  ASSERT_EQ(text.code, 0) << text.err;
  for (const char* part : {"grad of ", "compiled in ", "pay for compiling", "lines", "operations", "loops", "code", "workspace"})
    EXPECT_THAT(text.out, HasSubstr(part));
  const auto job = run_tool(with(words, {"--runs", "1e6", "--json"})).json()["jobs"][0];
  EXPECT_GT(job["code_bytes"], 0);
  EXPECT_GT(job["loops"][0]["count"], 0);
  EXPECT_LE(job["workspace_bound_bytes"], job["workspace_bytes"]);
  EXPECT_LE(job["workspace_bytes"], job["workspace_unshared_bytes"]);
  EXPECT_EQ(run_tool(with(words, {"--runs", "1", "--json"})).json()["jobs"][0]["engine"]["name"], "interpreter");
}

/// A sum over the 1000 points of what does not depend on them moves out of the loop over them.
TEST_F(Engines, are_described_by_the_loops_that_are_compiled) {
  const Folder folder;
  const std::string file = folder.write(
      "f.wl",
      "program point(x, a: f64[300]) { return x*sum(exp(a)) }\n"
      "program f(x: f64[1000], a: f64[300]) { return map(x, a, body=@point, mapped=[1, 0]) }\n");
  const auto job = run_tool({"compile", file, "--engine", "compiled", "--json"}).json()["jobs"][0];
  EXPECT_LT(job["operations"]["functions"], 1000);
  EXPECT_EQ(job["loops"][0]["count"], 2);
}

TEST_F(Engines, compile_what_varies_of_a_jacobian) {
  const auto outcome = run_tool({"compile", "x*y, 2*x+z", "--of", "jacobian", "--packed", "--json", "--engine", "compiled"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("4 of the Jacobian's 2 x 3 entries are other than 0, 2 values vary"));
}

TEST(CompileVerb, says_that_there_is_no_compiler) {
  const auto r = run_tool({"compile", "x*y", "--runs", "1e12"}, {}, without_compiler);
  EXPECT_EQ(r.code, 0);
  EXPECT_THAT(r.out, HasSubstr("interpreter: the compiler is not there: /nonexistent"));
  EXPECT_EQ(run_tool({"compile", "x*y", "--engine", "compiled"}, {}, without_compiler).code, 2);
}

}  // namespace
}  // namespace wengert
