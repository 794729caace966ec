// SPDX-License-Identifier: Apache-2.0
//
// wengert plan: what it says of the talk's example, and certificates from one run to the next.
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "tool.h"

namespace wengert {
namespace {

using testing::HasSubstr;

nlohmann::json json_of(std::vector<std::string> words) {
  words.push_back("--json");
  const Outcome outcome = run_tool(words);
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  return nlohmann::json::parse(outcome.out);
}

const std::string talk = "v=x*y*sin(x*y), cos(v), exp(v)";

TEST(Plan, of_the_talks_example_takes_seven_multiplications_and_says_that_this_is_proven) {
  const auto document = json_of({"plan", talk});
  EXPECT_EQ(document.at("multiplications"), 7);
  EXPECT_EQ(document.at("additions"), 1);
  EXPECT_EQ(document.at("lower_bound"), 7);
  EXPECT_EQ(document.at("proven"), true);
  EXPECT_EQ(document.at("rivals")[0].at("multiplications"), 10);
  EXPECT_EQ(json_of({"plan", talk, "--as-written"}).at("multiplications"), 9);
}

TEST(Plan, with_arrays_is_made_of_their_elements) {
  const auto document = json_of({"plan", "tanh(matmul(w, x))", "--types", "w=f64[2,3],x=f64[3]"});
  EXPECT_EQ(document.at("inputs"), 9);
  EXPECT_EQ(document.at("outputs"), 2);
}

TEST(Plan, of_large_arrays_is_a_product_along_a_chain) {
  const std::vector<std::string> net{"plan", "tanh(matmul(w, sin(matmul(v, x))))", "--types", "x=f64[60],v=f64[3,60],w=f64[60,3]", "--wrt", "x"};
  auto words = net;
  words.push_back("--chain");
  const auto document = json_of(words);
  EXPECT_EQ(document.at("chain").front().at("values")[0], "x");
  EXPECT_EQ(document.at("chain").front().at("elements"), 60);
  EXPECT_EQ(document.at("chain").back().at("elements"), 60);
  EXPECT_EQ(document.at("proven"), true);
  EXPECT_LT(document.at("operations"), document.at("forward_operations"));
  EXPECT_LE(document.at("operations"), document.at("reverse_operations"));
  const Folder folder;
  words.insert(words.end(), {"--emit", folder / "j.wl"});
  const Outcome outcome = run_tool(words);
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("proven: no product along this chain takes fewer"));
  EXPECT_THAT(content_of(folder / "j.wl"), HasSubstr("_jacobian("));
  EXPECT_EQ(json_of({"plan", "x * sum(x)", "--types", "x=f64[2000]"}).at("chain").size(), 4U) << "without --chain, as it is large";
  EXPECT_EQ(error_id({"plan", "sum(sin(x))", "--types", "x=f64[2000]"}, 5), "W405");
}

TEST(Plan, can_be_checked_by_whoever_doubts_it) {
  const Folder folder;
  const std::string file = folder / "plan.json";
  const std::vector<std::string> plan{"plan", WENGERT_SOURCE_DIR "/examples/tasks/PropaneCombustion.wl", "--as-written",
                                      "--count", "no-units"};
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.begin(), plan.begin(), plan.end());
    return run_tool(more);
  };
  EXPECT_EQ(with({"--certificate", file}).code, 0);
  const Outcome holds = with({"--verify", file});
  EXPECT_EQ(holds.code, 0);
  EXPECT_THAT(holds.out,
              HasSubstr("takes 24 multiplications (no-units) in this order, and no order takes fewer than 24"));
  EXPECT_EQ(error_id({"plan", talk, "--verify", file}, 2), "W726");
  EXPECT_EQ(error_id({"plan", talk, "--verify", folder.write("other.json", "{\"certificate\": 1}")}, 2), "W725");
  std::string text = content_of(file);
  const size_t at = text.find("\"lower_bound\": 24");
  ASSERT_NE(at, std::string::npos);
  text.replace(at, 17, "\"lower_bound\": 23");
  const std::string changed = folder.write("changed.json", text);
  const Outcome wrong = with({"--verify", changed});
  EXPECT_EQ(wrong.code, 1);
  EXPECT_THAT(wrong.out, HasSubstr("wrong: the parts of the bound add up to 24, not to 23"));
}

TEST(Plan, says_how_many_partials_an_order_holds) {
  const auto document = json_of({"plan", talk});
  EXPECT_EQ(document.at("rivals")[0].at("name"), "forward");
  EXPECT_GT(document.at("rivals")[1].at("held"), document.at("held"));
}

TEST(Plan, writes_its_jacobian_as_a_program_with_those_multiplications) {
  const Folder folder;
  const std::string file = folder / "jacobian.wl";
  EXPECT_EQ(run_tool({"plan", talk, "--emit", file}).code, 0);
  const auto planned = run_tool({"eval", file, "--at", "x=2,y=3", "--json"}).json();
  const auto swept = run_tool({"jacobian", talk, "--at", "x=2,y=3", "--json"}).json();
  std::vector<double> entries, expected;
  for (const auto& [name, value] : planned.at("value").items()) entries.push_back(value);
  for (const auto& [output, row] : swept.at("jacobian").items())
    for (const auto& [input, value] : row.items()) expected.push_back(value);
  EXPECT_THAT(entries, testing::Pointwise(testing::DoubleNear(1e-9 * std::abs(expected[3])), expected));
  const std::string text = content_of(file);
  size_t products = 0;
  for (size_t at = text.find("= mul "); at != std::string::npos; at = text.find("= mul ", at + 1)) ++products;
  EXPECT_EQ(products, 9U);  // 7 of the Jacobian, 2 of the function
}

TEST(Plan, writes_its_jacobian_as_c) {
  const Folder folder;
  const std::string file = folder / "jacobian.c";
  const Outcome outcome = run_tool({"plan", talk, "--emit", file});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(content_of(file), HasSubstr("SELF_TEST"));
  EXPECT_EQ(run_tool({"plan", "tanh(matmul(w, x))", "--types", "w=f64[2,3],x=f64[3]", "--emit", folder / "layer.c"}).code, 0);
}

TEST(Plan, is_drawn_step_by_step_or_as_running_totals) {
  const Folder folder;
  EXPECT_EQ(run_tool({"plan", talk, "--draw", folder / "talk.svg"}).code, 0);
  const std::string steps = content_of(folder / "talk.svg");
  EXPECT_THAT(steps, HasSubstr("the linear graph"));
  size_t panels = 0;
  for (size_t at = steps.find("class=\"step\""); at != std::string::npos; at = steps.find("class=\"step\"", at + 1)) ++panels;
  EXPECT_EQ(panels, 4U);  // before, and after each of three
  EXPECT_EQ(run_tool({"plan", WENGERT_SOURCE_DIR "/examples/tasks/BlackScholes.wl", "--draw", folder / "chart.svg"}).code, 0);
  EXPECT_THAT(content_of(folder / "chart.svg"), HasSubstr("partials held"));
}

TEST(Plan, of_the_published_tasks_is_nowhere_worse_than_rules_and_published_counts) {
#ifdef WENGERT_SANITIZED
  const std::string budget = "5";
#else
  const std::string budget = "0.5";
#endif
  const Outcome outcome = run_tool({"plan", "--tasks", "--count", "all", "--budget", budget, "--json"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  std::map<std::string, nlohmann::json> rows;
  const auto document = outcome.json();
  for (const auto& row : document.at("rows")) rows[row.at("function")] = row;
  EXPECT_EQ(rows.size(), 15U);
  EXPECT_EQ(rows.at("talk").at("multiplications"), 7);
  EXPECT_EQ(rows.at("talk").at("additions"), 1);
  EXPECT_EQ(rows.at("talk").at("proven"), true);
  EXPECT_EQ(rows.at("HumanHeartDipole").at("published"), 148);
  EXPECT_LT(rows.at("RoeFlux_1d").at("multiplications"), rows.at("RoeFlux_1d").at("published"));
  int good = 0, others = 0;
  for (const auto& [name, row] : rows) {
    const int64_t found = row.at("multiplications");
    const int64_t rules = std::min({row.at("forward").get<int64_t>(), row.at("reverse").get<int64_t>(), row.at("markowitz").get<int64_t>()});
    EXPECT_LE(found, rules) << name;
    EXPECT_LE(row.at("lower_bound"), found) << name;
    if (row.at("as_published")) continue;
    ++others;
    good += found < rules || row.at("proven");
  }
  EXPECT_EQ(others, 10);
  EXPECT_GE(good, 7);
}

TEST(Plan, of_a_folder_is_a_table_of_its_functions) {
  const Folder folder;
  folder.write("f.wl", "program f(x, y) { v = x*y*sin(x*y)\n return cos(v), exp(v) }");
  const Outcome outcome = run_tool({"plan", "--tasks", folder.path()});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("3 rows: 3 proven optimal"));
  EXPECT_EQ(error_id({"plan", "--tasks", folder / "nothing"}, 2), "W730");
  EXPECT_EQ(error_id({"plan", "--tasks", "--order"}, 2), "W732");
  EXPECT_EQ(error_id({"plan"}, 2), "W603");
  EXPECT_EQ(error_id({"plan", talk, "--draw", "f.png"}, 2), "W729");
}

}  // namespace
}  // namespace wengert
