// SPDX-License-Identifier: Apache-2.0
//
// wengert sweep: combinations and draws, going on, failing runs, an interrupt.
#include <cmath>
#include <map>

#include "tables.h"
#include "tests/unit/draw/xml_check.h"
#include "tool.h"

namespace wengert {
namespace {

using ::testing::HasSubstr;

std::vector<std::string> sweep_of(const std::string& table, const std::string& out, std::vector<std::string> more) {
  std::vector<std::string> words{"sweep", table, "-o", out, "--report", "none", "--jobs", "2"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

std::string modified(const std::string& path) {
  return std::to_string(std::filesystem::last_write_time(path).time_since_epoch().count());
}

/// How many processes have this in their command lines.
int processes_with(const std::string& words) {
  int count = 0;
  std::error_code gone;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", gone))
    count += content_of(entry.path() / "cmdline").find(words) != std::string::npos;
  return count;
}

TEST(Sweep, runs_all_combinations_and_sorts_them_by_validation) {
  const Folder folder;
  const auto table = folder.write("rings.csv", rings(80));
  const auto words = sweep_of(
      table, folder / "out",
      {"--vary", "rate=0.001,0.05", "--vary", "net=2-4 tanh-2 softmax,2-2 softmax", "--epochs", "4", "--json"});
  const auto outcome = run_tool(words);
  ASSERT_EQ(outcome.code, 0) << outcome.out << outcome.err;
  const auto said = outcome.json();
  ASSERT_EQ(said["runs"].size(), 4u);
  for (size_t k = 0; k < 4; ++k) {
    EXPECT_EQ(said["runs"][k]["state"], "finished");
    if (k > 0) {
      EXPECT_LE(said["runs"][k - 1]["validation_loss"], said["runs"][k]["validation_loss"]);
    }
    EXPECT_FALSE(said["runs"][k].contains("test_accuracy")) << "the test set is not looked at to choose";
  }
  EXPECT_EQ(said["best"]["run"], said["runs"][0]["run"]);
  const std::string best = said["best"]["run"];
  EXPECT_TRUE(std::filesystem::exists(folder / "out/" + best + "/weights.safetensors"));
  const std::string page = content_of(folder / "out/sweep.html");
  EXPECT_EQ(testing::xml_problem(page.substr(page.find('\n') + 1)), "");
  EXPECT_THAT(content_of(folder / "out/sweep.csv"),
              HasSubstr("run,rate,net,state,validation_loss,validation_accuracy,best_epoch"));
  const auto before = modified(folder / "out/001/weights.safetensors");
  std::filesystem::remove(folder / "out/002/result.json");
  const auto again = run_tool(words);
  ASSERT_EQ(again.code, 0) << again.err;
  EXPECT_EQ(again.json()["runs"], said["runs"]) << "one was done again, to the same result";
  EXPECT_EQ(modified(folder / "out/001/weights.safetensors"), before) << "one that is finished is left alone";
}

TEST(Sweep, says_that_the_best_value_is_the_last_one_that_was_tried) {
  const Folder folder;
  const auto table = folder.write("rings.csv", rings(80));
  const auto words = sweep_of(table, folder / "out", {"--vary", "rate=1e-9,1e-8,0.03", "--epochs", "2"});
  const auto outcome = run_tool(words);
  EXPECT_THAT(outcome.out, HasSubstr("\nrate=0.03 is the largest that was tried: larger ones may be better\n"));
  EXPECT_THAT(content_of(folder / "out/sweep.html"), HasSubstr("is the largest that was tried"));
  auto with_json = words;
  with_json.push_back("--json");
  EXPECT_EQ(run_tool(with_json).json()["best_at_edge"][0]["edge"], "largest");
}

TEST(Sweep, tells_of_runs_that_fail_and_goes_on_with_the_others) {
  const Folder folder;
  const auto table = folder.write("rings.csv", rings(60));
  const auto outcome =
      run_tool(sweep_of(table, folder / "out", {"--vary", "net=2-2 softmax;3-2 softmax;2-0", "--epochs", "1"}));
  EXPECT_EQ(outcome.code, 1) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("W812"));
  EXPECT_THAT(outcome.out, HasSubstr("W81"));
  EXPECT_THAT(outcome.out, HasSubstr("best by validation: run 001"));
}

TEST(Sweep, draws_the_same_runs_for_a_larger_number) {
  const Folder folder;
  const auto table = folder.write("rings.csv", rings(60));
  const auto settings = [&](const std::string& number) {
    const auto outcome = run_tool(sweep_of(table, folder / "out",
                                           {"--vary", "rate=log 1e-4..1e-1", "--vary", "batch=8..32", "--vary",
                                            "optimizer=adam,sgd", "--epochs", "1", "--random", number, "--json"}));
    EXPECT_EQ(outcome.code, 0) << outcome.out << outcome.err;
    std::map<std::string, nlohmann::json> by_name;
    const auto said = outcome.json();
    for (const auto& run : said["runs"]) by_name[run["run"]] = run["settings"];
    return by_name;
  };
  const auto two = settings("2"), three = settings("3");
  ASSERT_EQ(three.size(), 3u);
  for (const auto& [name, values] : two) EXPECT_EQ(three.at(name), values);
  for (const auto& [name, values] : three) {
    const double rate = std::stod(values["rate"].get<std::string>()),
                 batch = std::stod(values["batch"].get<std::string>());
    EXPECT_TRUE(rate >= 1e-4 && rate <= 1e-1) << rate;
    EXPECT_TRUE(batch >= 8 && batch <= 32 && batch == std::floor(batch)) << batch;
  }
}

TEST(Sweep, interrupted_leaves_no_process_and_can_be_gone_on_with) {
  const Folder folder;
  const auto table = folder.write("rings.csv", rings(60));
  const auto words = [&](const std::string& epochs) {
    return sweep_of(table, folder / "out", {"--vary", "rate=0.001,0.002,0.003", "--epochs", epochs});
  };
  // An interrupt as soon as a snapshot is there.
  const auto watch = folder.write("watch.sh",
                                  "(i=0; while [ $i -lt 3000 ] && ! [ -e \"$1\" ]; do sleep 0.01; i=$((i + 1)); done; "
                                  "kill -s INT $$) </dev/null >/dev/null 2>&1 &\n"
                                  "shift; exec \"$@\"\n");
  const auto stopped =
      run_tool(words("10000000"), {}, "sh '" + watch + "' '" + folder / "out/001/snapshot.safetensors" + "' ");
  EXPECT_EQ(stopped.code, 130) << stopped.out << stopped.err;
  EXPECT_THAT(stopped.out, HasSubstr("interrupted"));
  EXPECT_EQ(processes_with("--out=" + folder / "out/"), 0) << "a process is left";
  EXPECT_EQ(nlohmann::json::parse(content_of(folder / "out/001/result.json"))["interrupted"], true);
}

TEST(Sweep, says_what_is_wrong) {
  const Folder folder;
  const auto table = folder.write("rings.csv", rings(60));
  const auto id = [&](std::vector<std::string> more) {
    return error_id(sweep_of(table, folder / "out", std::move(more)), 2);
  };
  EXPECT_EQ(id({"--vary", "rate"}), "W852");
  EXPECT_EQ(id({"--vary", "pace=1,2"}), "W852");
  EXPECT_EQ(id({"--vary", "test=0.1,0.2"}), "W852") << "runs are judged by the same examples";
  EXPECT_EQ(id({"--vary", "seed=1,2"}), "W852") << "it decides which they are";
  EXPECT_EQ(id({"--vary", "rate=1,1"}), "W852");
  EXPECT_EQ(id({"--vary", "rate=log -1..1", "--random", "2"}), "W852");
  EXPECT_EQ(id({"--vary", "rate=0.1,0.2", "--rate", "0.1"}), "W852");
  EXPECT_EQ(id({"--vary", "rate=0.1,0.2", "--vary", "rate=0.3"}), "W852");
  EXPECT_EQ(id({"--vary", "rate=0.1,0.2", "--validation", "0"}), "W855");
  ASSERT_EQ(run_tool(sweep_of(table, folder / "out", {"--vary", "rate=0.1", "--epochs", "1"})).code, 0);
  EXPECT_EQ(id({"--vary", "rate=0.1", "--epochs", "2"}), "W854");
}

}  // namespace
}  // namespace wengert
