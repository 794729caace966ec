// SPDX-License-Identifier: Apache-2.0
//
// Every verb has help, an entry in the man page and completions; the files made from the records are up to date; print,
// explain, draw and primitives do what they say.
#include "../draw/xml_check.h"
#include "tool.h"

#include <sys/resource.h>

namespace wengert {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string file_of_tree(const std::string& name) { return content_of(std::string(WENGERT_SOURCE_DIR) + "/" + name); }

std::vector<std::string> verb_names() {
  std::vector<std::string> names;
  std::istringstream help(run_tool({"--help"}).out);
  bool inside = false;
  for (std::string line; std::getline(help, line);) {
    if (line == "Verbs")
      inside = true;
    else if (inside && line.empty())
      break;
    else if (inside)
      names.push_back(line.substr(2, line.find(' ', 2) - 2));
  }
  return names;
}

TEST(Verbs, all_have_help_and_a_place_in_the_man_page_and_the_completions) {
  const auto names = verb_names();
  EXPECT_GE(names.size(), 15u);
  const std::string man = run_tool({"--man"}).out;
  std::vector<std::string> completions;
  for (const char* shell : {"bash", "zsh", "fish"}) completions.push_back(run_tool({"--completion", shell}).out);
  for (const std::string& name : names) {
    const auto help = run_tool({name, "--help"});
    EXPECT_EQ(help.code, 0) << name;
    EXPECT_THAT(help.out, HasSubstr("wengert " + name)) << name;
    EXPECT_EQ(run_tool({"help", name}).out, help.out) << name;
    EXPECT_THAT(man, HasSubstr(".SS " + name + "\n"));
    EXPECT_THAT(completions, ::testing::Each(HasSubstr(name)));
  }
}

TEST(Verbs, all_answer_an_unknown_option_with_W601) {
  for (const std::string& name : verb_names()) EXPECT_EQ(error_id({name, "--no-such-option"}, 2), "W601") << name;
}

TEST(Verbs, list_their_exit_codes_in_help_and_man_page) {
  for (const char* meaning : {"a check failed", "shape:", "domain:", "resource:", "internal:"}) {
    EXPECT_THAT(run_tool({"--help"}).out, HasSubstr(meaning));
    EXPECT_THAT(run_tool({"--man"}).out, HasSubstr(meaning));
  }
}

class Generated : public ::testing::TestWithParam<std::pair<std::vector<std::string>, std::string>> {};

TEST_P(Generated, is_up_to_date) {
  EXPECT_EQ(run_tool(GetParam().first).out, file_of_tree(GetParam().second)) << "run tools/generate.sh";
}

INSTANTIATE_TEST_SUITE_P(
    Files, Generated,
    ::testing::Values(std::pair(std::vector<std::string>{"--man"}, "man/wengert.1"),
                      std::pair(std::vector<std::string>{"--completion", "bash"}, "completions/wengert.bash"),
                      std::pair(std::vector<std::string>{"--completion", "zsh"}, "completions/_wengert"),
                      std::pair(std::vector<std::string>{"--completion", "fish"}, "completions/wengert.fish"),
                      std::pair(std::vector<std::string>{"primitives", "--markdown"}, "docs/primitives.md")));

TEST(Completion, of_bash_offers_verbs_options_and_choices) {
  const std::string script = std::string(WENGERT_SOURCE_DIR) + "/completions/wengert.bash";
  const auto offered = [&](const std::string& words, int place) {
    const Folder folder;
    const std::string out = folder / "out";
    const std::string command = "source " + shell_word(script) + "; COMP_WORDS=(" + words +
                                "); COMP_CWORD=" + std::to_string(place) +
                                "; _wengert; printf '%s ' \"${COMPREPLY[@]}\"";
    EXPECT_EQ(std::system(("bash -c " + shell_word(command) + " > " + shell_word(out)).c_str()), 0);
    return content_of(out);
  };
  EXPECT_EQ(offered("wengert gr", 1), "grad ");
  EXPECT_EQ(offered("wengert jacobian f --mode re", 4), "reverse ");
  EXPECT_EQ(offered("wengert grad --emi", 2), "--emit ");
  EXPECT_EQ(offered("wengert help gra", 2), "grad ");
  EXPECT_EQ(offered("wengert --completion z", 2), "zsh ");
  EXPECT_EQ(offered("wengert grad --color = al", 4), "always ");
  EXPECT_EQ(offered("wengert grad --color =", 3), "auto always never ");
}

TEST(Color, is_written_only_where_it_is_wanted) {
  const std::vector<std::string> words{"grad", "x*y", "--at", "x=1,y=2"};
  EXPECT_THAT(run_tool(words).out, Not(HasSubstr("\033[")));
  auto always = words;
  always.insert(always.end(), {"--color", "always"});
  EXPECT_THAT(run_tool(always).out, HasSubstr("\033["));
}

TEST(Print, writes_a_program_that_reads_back_the_same) {
  const auto first = run_tool({"print", "v=x*y, sin(v), exp(v)*2"});
  EXPECT_EQ(run_tool({"print", "-"}, first.out).out, first.out);
  EXPECT_EQ(run_tool({"print", "x*y", "--json"}).json()["inputs"]["x"], "f64[]");
}

TEST(Explain, shows_values_partials_adjoints_and_products) {
  const auto r = run_tool({"explain", "x1*x2 + sin(x1)", "--at", "x1=2,x2=3"}, {}, "COLUMNS=140 ");
  EXPECT_EQ(r.code, 0);
  for (const char* part : {"%2 = x1 * x2", "d/dx1 = cos(x1) = -0.416147", "2.58385", "%2_bar * x2 + %3_bar * cos(x1)",
                           "= 1 * 3 + 1 * (-0.416147)"})
    EXPECT_THAT(r.out, HasSubstr(part));
}

TEST(Explain, keeps_to_the_width_it_has) {
  for (const size_t width : {80, 100, 140}) {
    const auto r =
        run_tool({"explain", "a=x*y, b=sin(a)*cos(x), c=a*b+exp(b), c/a + tanh(b*c)", "--at", "x=1.234567,y=0.7654321"},
                 {}, "COLUMNS=" + std::to_string(width) + " ");
    std::istringstream lines(r.out);
    for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), width) << line;
  }
}

TEST(Explain, terms_add_up_to_the_adjoints) {
  const auto rows =
      run_tool({"explain", "v=x*y, w=v*sin(v), cos(w)*x", "--at", "x=1.5,y=0.5", "--json"}).json()["lines"];
  const auto find = [&](const std::string& name) -> nlohmann::ordered_json {
    for (const auto& row : rows)
      if (row["name"] == name) return row;
    return {};
  };
  for (const auto& row : rows) {
    double total = row == rows.back() ? 1 : 0;
    for (const auto& user : rows)
      for (const auto& partial : user["partials"])
        if (partial["by"] == row["name"])
          total += double(find(user["name"])["adjoints"][0]["value"]) * double(partial["value"]);
    EXPECT_NEAR(double(row["adjoints"][0]["value"]), total, 1e-14) << row["name"];
  }
}

TEST(Explain, shows_arrays_by_shape_and_norm) {
  const auto r = run_tool({"explain", "sum(tanh(x)^2)", "--at", "x=[1,2,3,4,5]"});
  EXPECT_THAT(r.out, HasSubstr("[5] norm"));
  EXPECT_THAT(r.out, HasSubstr("sum'("));
}

TEST(Explain, says_where_an_infinite_partial_is_masked) {
  const auto r = run_tool({"explain", "select(x > 0, sqrt(x), 0)", "--at", "x=-1"}, {}, "COLUMNS=140 ");
  EXPECT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.out, HasSubstr("0 (masked)"));
}

TEST(Explain, folds_the_numbers_in_partials) {
  EXPECT_THAT(run_tool({"explain", "sum(x^3)", "--at", "x=[1,2]"}).out, HasSubstr("d/dx = 3 * (x * x)"));
}

TEST(Explain, shows_one_output_where_asked) {
  EXPECT_THAT(run_tool({"explain", "u=x*x, w=sin(x), u, w", "--at", "x=1", "--output", "w"}).out,
              Not(HasSubstr("derivative of u")));
}

TEST(Draw, writes_svg_or_dot_by_the_ending_of_the_file) {
  const Folder folder;
  EXPECT_EQ(run_tool({"draw", "x*sin(y)", "-o", folder / "f.svg"}).code, 0);
  EXPECT_EQ(wengert::testing::xml_problem(content_of(folder / "f.svg")), "");
  EXPECT_EQ(run_tool({"draw", "x*sin(y)", "-o", folder / "f.dot"}).code, 0);
  EXPECT_THAT(content_of(folder / "f.dot"), HasSubstr("digraph"));
  EXPECT_EQ(error_id({"draw", "x*sin(y)", "-o", folder / "f.jpeg"}, 2), "W613");
}

TEST(Draw, puts_numbers_into_the_picture_at_a_point) {
  const auto r = run_tool({"draw", "x*sin(y)", "--at", "x=2,y=3"});
  EXPECT_EQ(wengert::testing::xml_problem(r.out), "");
  EXPECT_THAT(r.out, HasSubstr(">-0.99<"));  // the partial of sin at 3
  EXPECT_THAT(r.out, HasSubstr("adjoint"));
}

TEST(Draw, says_under_json_what_it_drew) {
  const auto r = run_tool({"draw", "x*sin(y)", "--json"}).json();
  EXPECT_EQ(r["boxes"], 4);
  EXPECT_EQ(r["folded"], false);
  EXPECT_THAT(std::string(r["drawing"]), HasSubstr("<svg"));
}

TEST(Primitives, are_listed_with_what_the_registry_knows) {
  const auto all = run_tool({"primitives", "--json"}).json()["primitives"];
  EXPECT_GT(all.size(), 50u);
  bool found = false;
  for (const auto& p : all)
    if (p["name"] == "atan2") found = p["arity"] == 2 && p["family"] == "elementwise";
  EXPECT_TRUE(found);
  EXPECT_THAT(run_tool({"primitives", "--names"}).out, HasSubstr("atan2\n"));
}

TEST(Primitives, each_can_be_shown) {
  std::istringstream names(run_tool({"primitives", "--names"}).out);
  size_t count = 0;
  for (std::string name; std::getline(names, name); ++count) {
    const auto r = run_tool({"primitives", name});
    EXPECT_EQ(r.code, 0) << name << ": " << r.err;
    EXPECT_THAT(r.out, HasSubstr(name));
  }
  EXPECT_GT(count, 50u);
}

TEST(Primitives, one_shows_its_derivative) {
  EXPECT_THAT(run_tool({"primitives", "sin"}).out, HasSubstr("d/dx = cos(x)"));
  EXPECT_EQ(error_id({"primitives", "sinn"}, 2), "W614");
  EXPECT_THAT(run_tool({"primitives", "sinn"}).err, HasSubstr("did you mean \"sin\"?"));
}

// Processor time of the children so far, in milliseconds: what a busy machine does not stretch.
double children_ms() {
  rusage used{};
  getrusage(RUSAGE_CHILDREN, &used);
  const auto ms = [](const timeval& t) { return 1e3 * double(t.tv_sec) + 1e-3 * double(t.tv_usec); };
  return ms(used.ru_utime) + ms(used.ru_stime);
}

TEST(Start, is_instant) {
#ifdef WENGERT_SANITIZED
  GTEST_SKIP() << "a sanitizer's own start takes longer";
#endif
  double least = 1e9;
  for (int k = 0; k < 10; ++k) {
    const double before = children_ms();
    run_tool({"--version"});
    least = std::min(least, children_ms() - before);
  }
  EXPECT_LT(least, 100) << "with the shell that starts it";
}

}  // namespace
}  // namespace wengert
