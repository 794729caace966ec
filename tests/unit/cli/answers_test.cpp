// SPDX-License-Identifier: Apache-2.0
//
// Answers of the tool that could be silently wrong, cut short, or lost: integers, ranges, names, long results, outputs
// without derivative, and standard output that takes no more.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>

#include "tool.h"

namespace wengert {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// What the shell writes for a command line in which `wengert` is the tool, and how it ends.
Outcome run_shell(const std::string& line, const std::string& shell = "sh") {
  const Folder folder;
  const std::string out = folder / "out", err = folder / "err";
  const std::string script = folder.write("script", "wengert() { " + shell_word(WENGERT_TOOL) + " \"$@\"; }\ncd " +
                                                        shell_word(folder.path()) + "\n" + line + "\n");
  const int status =
      std::system((shell + " " + shell_word(script) + " > " + shell_word(out) + " 2> " + shell_word(err)).c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), content_of(out), content_of(err)};
}

TEST(Programs, without_results_are_refused_by_every_verb) {
  const Folder folder;
  for (const char* text : {"program a(x) { return }\n", "program a(x: f64[2]) {\n  return\n}\n"}) {
    const std::string file = folder.write("n.wl", text);
    for (const char* verb :
         {"print", "eval", "grad", "jvp", "vjp", "jacobian", "hessian", "hvp", "explain", "draw", "check"})
      EXPECT_EQ(error_id({verb, file, "--at", "x=1"}, 2), "W507") << verb;
  }
}

TEST(Integers, are_read_digit_by_digit) {
  for (const char* n : {"9007199254740993", "-9007199254740993", "9223372036854775807", "-9223372036854775808"}) {
    EXPECT_EQ(run_tool({"eval", "n", "--types", "n=i64", "--at", std::string("n=") + n}).out,
              std::string("f = ") + n + "\n");
    EXPECT_EQ(run_tool({"eval", "n", "--types", "n=i64", "--at", std::string("n=") + n, "--json"})
                  .json()["value"]["f"]
                  .dump(),
              n);
  }
  EXPECT_EQ(run_tool({"eval", "n", "--types", "n=i64[2]", "--at", "n=[9007199254740993,1]"}).out,
            "f = [9007199254740993, 1]\n");
  EXPECT_EQ(error_id({"eval", "n", "--types", "n=i64", "--at", "n=9223372036854775808"}, 3), "W607");
}

TEST(Numbers, beyond_f32_are_refused_and_do_not_become_infinity) {
  EXPECT_EQ(error_id({"eval", "x", "--at", "x=1e39", "--precision", "f32"}, 2), "W605");
  EXPECT_EQ(error_id({"eval", "x", "--at", "x=1e-60", "--precision", "f32"}, 2), "W605");
  EXPECT_EQ(run_tool({"eval", "x", "--at", "x=inf", "--precision", "f32"}).out, "f = inf\n");
  EXPECT_THAT(run_tool({"eval", "x", "--at", "x=1e-400"}).err,
              AllOf(HasSubstr("W605"), HasSubstr("too small for f64")));
}

TEST(Names, that_are_advised_are_understood) {
  EXPECT_THAT(run_tool({"vjp", "x*y, x+y", "--at", "x=2,y=3"}).err, HasSubstr("--seed 'f[0]=...,f[1]=...'"));
  EXPECT_EQ(run_tool({"vjp", "x*y, x+y", "--at", "x=2,y=3", "--seed", "f[0]=1,f[1]=10"}).out,
            "f[0] = 6\nf[1] = 5\nx_bar = 13\ny_bar = 12\n");
  EXPECT_THAT(run_tool({"eval", "2*`a=b`"}).err, HasSubstr("--at '`a=b`=...'"));
  EXPECT_EQ(run_tool({"eval", "2*`a=b`", "--at", "`a=b`=3"}).out, "f = 6\n");
  EXPECT_EQ(run_tool({"eval", "sum(x)", "--at", "[1,2]"}).out, "f = 3\n") << "a list without a name";
}

TEST(Names, of_results_are_told_apart) {
  const auto value = run_tool({"eval", "`f[1]`=x*2, `f[1]`, 3*x", "--at", "x=1", "--json"}).json()["value"];
  EXPECT_EQ(value.size(), 2u) << value.dump();
  EXPECT_EQ(value["f[0]"], 2);
  EXPECT_EQ(value["f[1]"], 3);
}

TEST(Names, given_twice_or_without_derivative_are_refused) {
  EXPECT_EQ(error_id({"grad", "x*y", "--at", "x=1,y=2", "--wrt", "x,x"}, 2), "W605");
  EXPECT_EQ(error_id({"grad", "x*y", "--at", "x=1,y=2", "--wrt", "x", "--wrt", "x"}, 2), "W605");
  EXPECT_THAT(run_tool({"grad", "x*convert(n, dtype=f64)", "--types", "n=i64", "--wrt", "n", "--at", "x=2,n=3"}).err,
              AllOf(HasSubstr("W131"), HasSubstr("those with one: x")));
  EXPECT_THAT(run_tool({"jvp", "x*y", "--at", "x=1,y=2", "--v", "1"}).err, HasSubstr("--v: a value without a name"));
  EXPECT_THAT(run_tool({"print", "x", "--types", "x=f16"}).err, HasSubstr("write e.g. --types 'x=f64[3],n=i64'"));
  EXPECT_THAT(run_tool({"eval", "x", "--at", "x=@"}).err, HasSubstr("the name of a file is missing after @"));
  EXPECT_THAT(run_tool({"explain", "u=x*y, v=x+y, u, v", "--at", "x=1,y=2", "--output", "total"}).err,
              HasSubstr("it has u, v"));
}

TEST(Dtypes, that_are_mixed_are_explained_with_the_words_of_the_command_line) {
  EXPECT_THAT(run_tool({"eval", "x*y", "--types", "x=f32[2]", "--at", "x=[1,2],y=3"}).err,
              AllOf(HasSubstr("W206"), HasSubstr("--types 'x=f64[2]'")));
  EXPECT_THAT(run_tool({"eval", "x*2", "--at", "x=i64 [1,2]"}).err, HasSubstr("--types 'x=f64[2]'"));
}

TEST(Results, are_written_whole_where_the_output_is_no_terminal) {
  const auto r = run_tool({"eval", "broadcast(x, shape=[5000])", "--at", "x=7"});
  EXPECT_EQ(std::count(r.out.begin(), r.out.end(), '7'), 5000);
  EXPECT_THAT(r.out, Not(HasSubstr("...")));
}

TEST(Results, on_a_terminal_are_cut_with_a_note) {
  const int terminal = ::posix_openpt(O_RDWR | O_NOCTTY);
  if (terminal < 0 || ::grantpt(terminal) != 0 || ::unlockpt(terminal) != 0) GTEST_SKIP() << "no terminals here";
  const std::string name = ::ptsname(terminal);
  const int held = ::open(name.c_str(), O_RDWR | O_NOCTTY);  // so that what was written stays until it is read
  const auto r = run_shell("wengert eval 'broadcast(x, shape=[1200])' --at x=7 > " + name);
  EXPECT_EQ(r.err, "f: 1000 of 1200 elements shown; redirect the output to a file, or give --json, for all\n");
  std::string shown(1 << 14, '\0');
  shown.resize(static_cast<size_t>(std::max<ssize_t>(0, ::read(terminal, shown.data(), shown.size()))));
  EXPECT_THAT(shown, HasSubstr("7, 7"));
  ::close(held);
  ::close(terminal);
}

TEST(Outputs, that_are_no_floats_are_left_out_of_derivatives) {
  const auto r = run_tool({"jacobian", "u = x*y, c = x < y, u, c", "--at", "x=1,y=2"});
  EXPECT_EQ(r.code, 0);
  EXPECT_THAT(r.out, AllOf(HasSubstr("du"), Not(HasSubstr("dc")), Not(HasSubstr("false"))));
  EXPECT_THAT(r.err, HasSubstr("c is bool[] and has no derivative: left out"));
  for (const char* mode : {"forward", "reverse", "markowitz", "best"})
    EXPECT_EQ(run_tool({"jacobian", "c = x < y, u = x*y, c, u", "--at", "x=1,y=2", "--mode", mode}).out, r.out) << mode;
  EXPECT_EQ(run_tool({"jacobian", "x < y", "--at", "x=1,y=2"}).code, 0);
  EXPECT_THAT(run_tool({"explain", "x < y", "--at", "x=1,y=2"}).err,
              AllOf(HasSubstr("f is bool[] and has no derivative"), Not(HasSubstr("of 1 outputs"))));
  EXPECT_EQ(error_id({"explain", "x < y", "--at", "x=1,y=2", "--output", "f"}, 2), "W131");
}

TEST(Attributes, of_an_operation_are_shown) {
  const auto r = run_tool({"primitives", "sum"});
  EXPECT_THAT(
      r.out,
      HasSubstr(
          "attribute axes: the axes that go away; negative ones count from the end; a list of integers, default all"));
  const auto fields = run_tool({"primitives", "slice", "--json"}).json()["attributes"];
  ASSERT_EQ(fields.size(), 3u);
  EXPECT_EQ(fields[2]["default"], "1 each");
  EXPECT_FALSE(fields[0].contains("default"));
}

TEST(Json, has_the_names_of_the_primitives_and_the_verb) {
  const auto names = run_tool({"primitives", "--names", "--json"}).json();
  EXPECT_EQ(names["verb"], "primitives");
  EXPECT_THAT(names["names"], testing::Contains("sin"));
  const Folder folder;
  EXPECT_EQ(run_tool({"data", folder.path(), "--train", "2", "--test", "1", "--json"}).json()["verb"], "data");
  EXPECT_EQ(run_tool({"eval", "x", "--at", "x=1", "--json=false"}).out, "f = 1\n");
  EXPECT_EQ(run_tool({"help", "--json"}).json()["verbs"][0]["name"], "print");
  EXPECT_EQ(run_tool({"help", "grad", "--json"}).json()["name"], "grad");
  EXPECT_EQ(run_tool({"grad", "--help", "--json"}).json()["name"], "grad");
}

TEST(Output, that_is_full_is_told_on_standard_error_with_the_reason) {
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "no /dev/full here";
  for (const char* line :
       {"wengert eval x --at x=1 --json > /dev/full", "wengert print x > /dev/full", "wengert --help > /dev/full",
        "wengert eval 'broadcast(x, shape=[90000])' --at x=1 > /dev/full"}) {
    const auto r = run_shell(line);
    EXPECT_EQ(r.code, 5) << line;
    EXPECT_THAT(r.err, HasSubstr("W610 resource: standard output cannot be written: No space left on device")) << line;
  }
  const auto r = run_shell("wengert eval 'x +' --json > /dev/full");
  EXPECT_EQ(r.code, 2);
  EXPECT_THAT(r.err, AllOf(HasSubstr("W610"), HasSubstr("W500")));
}

TEST(Output, into_a_pipe_that_is_closed_ends_by_the_signal_and_in_silence) {
  if (std::system("command -v bash > /dev/null") != 0) GTEST_SKIP() << "no bash here";
  const auto r =
      run_shell("wengert eval 'broadcast(x, shape=[900000])' --at x=1 | head -c 1; echo \" ${PIPESTATUS[0]}\"", "bash");
  EXPECT_THAT(r.out, HasSubstr(" 141"));
  EXPECT_EQ(r.err, "");
}

TEST(CommandLine, ends_its_options_at_two_dashes) {
  EXPECT_EQ(run_tool({"eval", "--at", "x=1", "--", "-x"}).out, "f = -1\n");
  EXPECT_THAT(run_tool({"eval", "-x", "--at", "x=1"}).err,
              AllOf(HasSubstr("W601"), HasSubstr("write \"(-x)\", or -- -x")));
  EXPECT_EQ(run_tool({"eval", "(-x)", "--at", "x=1"}).out, "f = -1\n");
}

TEST(Programs, on_standard_input_may_be_formulas) {
  EXPECT_EQ(run_tool({"eval", "-", "--at", "x=2,y=3"}, "x*y\n+ 1\n").code, 2);
  EXPECT_EQ(run_tool({"eval", "-", "--at", "x=2,y=3"}, "u = x*y  # a product\nu + 1\n").out, "f = 7\n");
  EXPECT_EQ(run_tool({"eval", "-", "--at", "x=2"}, "wengert 1\nprogram g(x) { return x }\n").out, "g = 2\n");
  EXPECT_EQ(run_tool({"eval", "-", "--at", "x=2", "--types", "x=f32"}, "x*x").out, "f = 4\n");
}

TEST(Programs, in_files_that_might_be_formulas_are_noted) {
  const auto r =
      run_shell("printf 'program g(x) { return 2*x }' > x; wengert eval x --at x=1; wengert eval '(x)' --at x=1");
  EXPECT_EQ(r.out, "g = 2\nf = 1\n");
  EXPECT_THAT(r.err, HasSubstr("x is read as a file, since one of that name is here; for the formula write \"(x)\""));
}

TEST(Drawings, go_to_standard_output_for_a_dash_and_know_endings_in_capitals) {
  EXPECT_THAT(run_tool({"draw", "x*y", "-o", "-"}).out, HasSubstr("<svg"));
  const Folder folder;
  EXPECT_EQ(run_tool({"draw", "x*y", "-o", folder / "F.SVG"}).code, 0);
  EXPECT_THAT(content_of(folder / "F.SVG"), HasSubstr("<svg"));
  EXPECT_FALSE(std::filesystem::exists("-"));
}

TEST(Manual, repeats_no_choices_and_no_names) {
  const std::string man = run_tool({"--man"}).out;
  EXPECT_THAT(man, Not(HasSubstr("f64 or f32 (one of")));
  EXPECT_THAT(man, Not(HasSubstr("FOLDER \\fIFOLDER")));
  EXPECT_THAT(man, HasSubstr(".B 141\n"));
  EXPECT_THAT(man, HasSubstr("docs/language.md"));
}

}  // namespace
}  // namespace wengert
