// SPDX-License-Identifier: Apache-2.0
//
// wengert plan: what it says of the talk's example, and certificates from one run to the next.
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

}  // namespace
}  // namespace wengert
