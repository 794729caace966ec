// SPDX-License-Identifier: Apache-2.0
//
// What the tool answers to wrong input: an id, a reason, a remedy, the right exit code; never a crash.
#include "tool.h"

namespace wengert {
namespace {

using testing::HasSubstr;

TEST(CommandLine, an_unknown_verb_is_W600_with_the_nearest_one) {
  EXPECT_EQ(error_id({"gard", "x"}, 2), "W600");
  EXPECT_THAT(run_tool({"gard", "x"}).err, HasSubstr("did you mean \"grad\"?"));
}

TEST(CommandLine, an_unknown_option_is_W601_with_the_nearest_one) {
  EXPECT_EQ(error_id({"grad", "x", "--tipes", "x=f64"}, 2), "W601");
  EXPECT_THAT(run_tool({"grad", "x", "--tipes=x=f64"}).err, HasSubstr("did you mean \"--types\"?"));
  EXPECT_EQ(error_id({"--stats", "grad", "x"}, 2), "W601") << "options follow the verb";
}

TEST(CommandLine, a_wrong_or_missing_value_is_W602) {
  EXPECT_EQ(error_id({"jacobian", "x", "--at", "x=1", "--mode", "revers"}, 2), "W602");
  EXPECT_THAT(run_tool({"jacobian", "x", "--mode", "revers"}).err, HasSubstr("did you mean \"reverse\"?"));
  EXPECT_EQ(error_id({"explain", "x", "--at", "x=1", "--digits", "many"}, 2), "W602");
  EXPECT_EQ(error_id({"explain", "x", "--at", "x=1", "--digits", "99"}, 2), "W602");
  EXPECT_EQ(error_id({"check", "x", "--at", "x=1", "--tolerance", "nan"}, 2), "W602");
  EXPECT_EQ(run_tool({"grad", "x", "--at"}).code, 2);
  EXPECT_EQ(run_tool({"--completion", "tcsh"}).code, 2);
  EXPECT_EQ(error_id({"grad", "x", "--precision", "f32", "--precision", "f64"}, 2), "W602");
}

TEST(CommandLine, missing_and_surplus_arguments_are_W603) {
  EXPECT_EQ(error_id({"grad"}, 2), "W603");
  EXPECT_EQ(error_id({"grad", "x", "*", "y"}, 2), "W603");
}

TEST(CommandLine, no_words_at_all_show_the_help_and_are_an_error) {
  const auto r = run_tool(std::vector<std::string>{});
  EXPECT_EQ(r.code, 2);
  EXPECT_THAT(r.err, HasSubstr("Verbs"));
}

TEST(Values, that_are_missing_are_named_with_their_types) {
  EXPECT_EQ(error_id({"eval", "x*y + z", "--at", "x=1"}, 2), "W604");
  const auto r = run_tool({"eval", "x*y + z", "--at", "x=1"});
  EXPECT_THAT(r.err, HasSubstr("no value for the inputs y (f64[]), z (f64[])"));
  EXPECT_THAT(r.err, HasSubstr("--at 'y=...,z=...'"));
}

TEST(Values, that_cannot_be_read_are_W605) {
  for (const char* values : {"", "x", "x=", "x=1,", "x=[1,2", "x=[1,[2]]", "x=[[1,2],[3]]", "x=1e999", "x=1..2",
                             "x=1,x=2", "=1", "x=i64 1.5", "x=[1]]", "x=[[[[[[[[[1]]]]]]]]]", "x=bool 3"})
    EXPECT_EQ(error_id({"eval", "x", "--at", values}, 2), "W605") << values;
  EXPECT_EQ(error_id({"print", "x", "--types", "x=f16"}, 2), "W605");
  EXPECT_EQ(error_id({"print", "x", "--types", "f64"}, 2), "W605");
}

TEST(Values, for_what_is_no_input_are_W606) {
  EXPECT_EQ(error_id({"eval", "speed*2", "--at", "sped=1"}, 2), "W606");
  EXPECT_THAT(run_tool({"eval", "speed*2", "--at", "sped=1"}).err, HasSubstr("did you mean \"speed\"?"));
  EXPECT_EQ(error_id({"grad", "x*y", "--at", "x=1,y=2", "--wrt", "z"}, 2), "W606");
  EXPECT_EQ(error_id({"jvp", "x*y", "--at", "x=1,y=2", "--v", "z=1"}, 2), "W606");
  EXPECT_EQ(error_id({"explain", "x*y", "--at", "x=1,y=2", "--output", "z"}, 2), "W606");
}

TEST(Values, of_another_shape_or_kind_are_W607) {
  const Folder folder;
  const std::string file = folder.write("f.wl", "program f(x: f64[3], n: i64[], m: bool[]) { return x, n, m }\n");
  EXPECT_EQ(error_id({"eval", file, "--at", "x=[1,2],n=1,m=true"}, 3), "W607");
  EXPECT_EQ(error_id({"eval", file, "--at", "x=[1,2,3],n=1.5,m=true"}, 3), "W607");
  EXPECT_EQ(error_id({"eval", file, "--at", "x=[1,2,3],n=1,m=1"}, 3), "W607");
  EXPECT_EQ(error_id({"eval", file, "--at", "x=[1,2,3],n=1e300,m=true"}, 3), "W607");
  EXPECT_EQ(run_tool({"eval", file, "--at", "x=[1,2,3],n=7,m=true"}).out, "f[0] = [1, 2, 3]\nf[1] = 7\nf[2] = true\n");
}

TEST(Programs, one_of_several_is_chosen_by_name) {
  const Folder folder;
  const std::string file = folder.write("two.wl", "program first(x) { return x }\nprogram second(x) { return 2*x }\n");
  EXPECT_EQ(run_tool({"eval", file, "--at", "x=1"}).out, "second = 2\n");
  EXPECT_EQ(run_tool({"eval", file, "--at", "x=1", "--program", "first"}).out, "first = 1\n");
  EXPECT_EQ(error_id({"eval", file, "--at", "x=1", "--program", "frist"}, 2), "W608");
}

TEST(Programs, that_are_no_files_are_told_apart) {
  const Folder folder;
  EXPECT_EQ(error_id({"print", folder.path()}, 2), "W609");
  EXPECT_EQ(error_id({"print", folder / "missing.wl"}, 5), "W440");
  EXPECT_EQ(error_id({"print", folder.write("empty.wl", "")}, 2).substr(0, 2), "W5");
  EXPECT_EQ(error_id({"print", folder.write("binary.wl", std::string("\x7f"
                                                                     "ELF\0\x01\xff\xfe",
                                                                     8))},
                     2)
                .substr(0, 2),
            "W5");
  EXPECT_EQ(error_id({"print", "/dev/null"}, 2).substr(0, 2), "W5");
}

TEST(Programs, are_texts_so_a_file_with_a_NUL_byte_is_W501) {
  EXPECT_EQ(error_id({"print", "/dev/zero"}, 2), "W501");
  const auto r = run_tool({"print", "-"}, std::string("program f(x) { return x } # ") + '\0' + "\n");
  EXPECT_EQ(r.code, 2);
  EXPECT_THAT(r.err, HasSubstr("W501 usage: standard input is not a text: it has a NUL byte\n  at byte 28 of"));
}

TEST(Programs, options_for_formulas_do_not_go_with_files) {
  const Folder folder;
  const std::string file = folder.write("f.wl", "program f(x) { return x }\n");
  EXPECT_EQ(error_id({"print", file, "--precision", "f32"}, 2), "W611");
  EXPECT_EQ(error_id({"print", file, "--types", "x=f32"}, 2), "W611");
  EXPECT_EQ(error_id({"print", "x*y", "--program", "f"}, 2), "W611");
}

TEST(Formulas, that_make_no_sense_are_errors_of_the_reader) {
  for (const char* formula :
       {"", " ", "x +", "sin(", "x y", ")", "sinn(x)", "x = = 1", "\"", "\xff\xfe", "%", "@", "1 = x"})
    EXPECT_EQ(error_id({"print", formula}, 2).substr(0, 2), "W5") << formula;
}

TEST(Formulas, with_an_unknown_function_name_the_nearest) {
  EXPECT_THAT(run_tool({"print", "sinn(x)"}).err, HasSubstr("did you mean"));
}

TEST(Formulas, of_great_depth_end_in_an_error_not_in_a_crash) {
  const int depth = 30000;
  const auto r = run_tool({"print", std::string(depth, '(') + "x" + std::string(depth, ')')});
  EXPECT_TRUE(r.code == 2 || r.code == 5) << r.code;
}

TEST(Formulas, with_huge_numbers_overflow_as_ieee_754_says) {
  EXPECT_EQ(run_tool({"eval", "x*x", "--at", "x=1e300"}).out, "f = inf\n");
  EXPECT_EQ(run_tool({"eval", "x*1e-320", "--at", "x=1"}).out, "f = 1e-320\n");
}

TEST(Formulas, of_unfitting_shapes_are_shape_errors) {
  const auto r = run_tool({"eval", "x + y", "--at", "x=[1,2],y=[1,2,3]"});
  EXPECT_EQ(r.code, 3);
  EXPECT_THAT(r.err, HasSubstr("W203"));
}

TEST(Output, a_full_disk_is_W610) {
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "no /dev/full here";
  const std::string command = shell_word(WENGERT_TOOL) + " --help > /dev/full 2> /dev/null";
  const int status = std::system(command.c_str());
  EXPECT_EQ(WEXITSTATUS(status), 5) << "W610";
}

TEST(Output, in_a_folder_that_is_not_there_is_W441) {
  EXPECT_EQ(error_id({"draw", "x*y", "-o", "/nowhere/at/all.svg"}, 5), "W441");
}

TEST(Errors, under_json_have_all_their_parts) {
  const auto r = run_tool({"eval", "x*y", "--at", "x=1", "--json"});
  EXPECT_EQ(r.code, 2);
  EXPECT_EQ(r.err, "");
  const auto error = r.json()["error"];
  EXPECT_EQ(error["id"], "W604");
  EXPECT_EQ(error["kind"], "usage");
  EXPECT_EQ(error["exit_code"], 2);
  EXPECT_THAT(std::string(error["problem"]), HasSubstr("y (f64[])"));
  EXPECT_THAT(std::string(error["fix"]), HasSubstr("--at"));
}

}  // namespace
}  // namespace wengert
