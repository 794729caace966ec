// SPDX-License-Identifier: Apache-2.0
//
// What a training leaves for those who follow it and look at it afterwards.
#include "tables.h"
#include "tests/unit/draw/xml_check.h"
#include "tool.h"
#include "wengert/io/tensorboard.h"

namespace wengert {
namespace {

using ::testing::HasSubstr;

std::vector<nlohmann::json> lines_of(const std::string& path) {
  std::istringstream text(content_of(path));
  std::vector<nlohmann::json> lines;
  for (std::string line; std::getline(text, line);) lines.push_back(nlohmann::json::parse(line));
  return lines;
}

TEST(Log, has_a_line_an_epoch_and_none_twice_after_going_on) {
  const Folder folder;
  const auto table = folder.write("rings.csv", rings(60));
  const auto train = [&](const std::string& out, const std::string& epochs, bool resume) {
    std::vector<std::string> words{"train", table, "--validation", "0.2", "--epochs", epochs, "-o", folder / out};
    if (resume) words.push_back("--resume");
    ASSERT_EQ(run_tool(words).code, 0);
  };
  train("out", "3", false);
  const std::string before = content_of(folder / "out/metrics.jsonl");
  std::ofstream(folder / "out/metrics.jsonl", std::ios::app) << "{\"epoch\": 4, \"of\": \"a run that was killed\"}\n";
  train("out", "5", true);
  const auto lines = lines_of(folder / "out/metrics.jsonl");
  ASSERT_EQ(lines.size(), 5u);
  for (size_t k = 0; k < lines.size(); ++k) EXPECT_EQ(lines[k]["epoch"], k + 1);
  EXPECT_TRUE(content_of(folder / "out/metrics.jsonl").starts_with(before));
  EXPECT_EQ(nlohmann::json(lines), nlohmann::json::parse(content_of(folder / "out/metrics.json")));
  train("out", "2", false);
  EXPECT_EQ(lines_of(folder / "out/metrics.jsonl").size(), 2u) << "a new training begins a new file";
}

TEST(Log, is_read_by_tensorboard_with_the_same_numbers) {
  const Folder folder;
  const auto table = folder.write("rings.csv", rings(60));
  const auto words = [&](const std::string& epochs) {
    return std::vector<std::string>{"train", table, "--epochs", epochs, "-o", folder / "out"};
  };
  ASSERT_EQ(run_tool(words("2")).code, 0);
  const std::string events = folder / "out/events.out.tfevents.wengert", before = content_of(events);
  EXPECT_EQ(end_of_records(bytes_of(before), 3), before.size()) << "the version and two epochs";
  auto resumed = words("4");
  resumed.push_back("--resume");
  ASSERT_EQ(run_tool(resumed).code, 0);
  const std::string after = content_of(events);
  EXPECT_TRUE(after.starts_with(before)) << "the times of epochs stay what they were";
  EXPECT_EQ(end_of_records(bytes_of(after), 5), after.size());
  EXPECT_THAT(after, HasSubstr("brain.Event:2"));
  for (const char* tag : {"loss/train", "accuracy/train", "loss/test", "accuracy/test", "run/rate"})
    EXPECT_THAT(after, HasSubstr(tag));
  if (std::system("python3 -c 'import tensorboard' 2>/dev/null") != 0) GTEST_SKIP() << "TensorBoard is not installed";
  const auto script =
      folder.write("read.py",
                   "import sys, json\n"
                   "from tensorboard.backend.event_processing.event_accumulator import EventAccumulator\n"
                   "log = EventAccumulator(sys.argv[1]); log.Reload()\n"
                   "lines = [json.loads(line) for line in open(sys.argv[1] + '/metrics.jsonl')]\n"
                   "read = [(event.step, event.value) for event in log.Scalars('loss/train')]\n"
                   "assert [step for step, _ in read] == [line['epoch'] for line in lines], read\n"
                   "assert all(abs(v - line['loss']) <= 1e-6 * abs(v) for (_, v), line in zip(read, lines)), read\n");
  EXPECT_EQ(std::system(("python3 '" + script + "' '" + folder / "out" + "'").c_str()), 0);
}

/// The page without its first line, which is no element.
std::string page_of(const std::string& path) {
  const std::string page = content_of(path);
  EXPECT_TRUE(page.starts_with("<!doctype html>\n"));
  return page.substr(page.find('\n') + 1);
}

void expect_self_contained(const std::string& page) {
  EXPECT_EQ(testing::xml_problem(page), "");
  for (const char* word : {"<script", "<link", "@import", "src=\"http", "href=\"http", "url("})
    EXPECT_EQ(page.find(word), std::string::npos) << word;
  EXPECT_THAT(page, HasSubstr("<html lang=\"en\">"));
  EXPECT_THAT(page, HasSubstr("prefers-color-scheme:dark"));
}

TEST(Report, of_a_classifier_shows_curves_confusion_and_the_worst_rows) {
  const Folder folder;
  const auto table = folder.write("rings & more.csv", rings(120));
  const auto trained = run_tool({"train", table, "--net", "2-8 tanh-2 softmax", "--epochs", "4", "--validation", "0.2",
                                 "--report", "full", "-o", folder / "out"});
  ASSERT_EQ(trained.code, 0) << trained.err;
  EXPECT_THAT(trained.out, HasSubstr("report.html"));
  const std::string page = page_of(folder / "out/report.html");
  expect_self_contained(page);
  for (const char* text : {"wengert train &#39;", "test accuracy", "Confusion matrix", "inside", "8 tanh",
                           "layer1.weight", "A training step, batches of 64", "peak of the process", "Chosen is epoch"})
    EXPECT_THAT(page, HasSubstr(text));
}

TEST(Report, of_images_carries_them_as_pictures) {
  const Folder folder;
  ASSERT_EQ(run_tool({"data", folder / "digits", "--train", "60", "--test", "30"}).code, 0);
  ASSERT_EQ(
      run_tool({"train", folder / "digits", "--net", "784-10 softmax", "--epochs", "1", "-o", folder / "out"}).code, 0);
  const std::string page = page_of(folder / "out/report.html");
  expect_self_contained(page);
  EXPECT_THAT(page, HasSubstr("<img src=\"data:image/png;base64,iVBORw0KGgo"));
  EXPECT_THAT(page, HasSubstr(" and was read as "));
  EXPECT_THAT(page, HasSubstr("report full")) << "how the time of each layer is found";
}

TEST(Report, of_values_and_of_texts_is_made_too_and_of_nobody_who_wants_none) {
  const Folder folder;
  std::string houses = "area,price\n", text;
  for (int k = 0; k < 60; ++k)
    houses += std::to_string(20 + k) + "," + std::to_string(3000 * (20 + k)) + ".5\n", text += "über <b>\n";
  ASSERT_EQ(
      run_tool({"train", folder.write("houses.csv", houses), "--net", "1-1", "--epochs", "3", "-o", folder / "values"})
          .code,
      0);
  expect_self_contained(page_of(folder / "values/report.html"));
  EXPECT_THAT(page_of(folder / "values/report.html"), HasSubstr("Predicted price"));
  ASSERT_EQ(run_tool({"train", folder.write("text.txt", text), "--text", "10", "--net",
                      "10 tokens - embedding 8 4 - gru 6 - 8 softmax", "--epochs", "1", "-o", folder / "text"})
                .code,
            0);
  expect_self_contained(page_of(folder / "text/report.html"));
  EXPECT_THAT(page_of(folder / "text/report.html"), HasSubstr("The hardest places of the test text"));
  ASSERT_EQ(run_tool({"train", folder / "houses.csv", "--net", "1-1", "--epochs", "1", "--report", "none", "-o",
                      folder / "none"})
                .code,
            0);
  EXPECT_FALSE(std::filesystem::exists(folder / "none/report.html"));
}

TEST(Evaluate, measures_classes_values_and_texts) {
  const Folder folder;
  const auto table = folder.write("rings.csv", rings(200));
  ASSERT_EQ(
      run_tool({"train", table, "--epochs", "30", "--rate", "0.01", "--report", "none", "-o", folder / "out"}).code, 0);
  const auto outcome = run_tool({"evaluate", folder / "out/weights.safetensors", table, "--worst", "3", "--json"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const auto said = outcome.json();
  EXPECT_EQ(said["examples"], 200);
  EXPECT_EQ(said["worst"].size(), 3u);
  EXPECT_GE(said["worst"][0]["loss"], said["worst"][2]["loss"]);
  int64_t right = 0, all = 0;
  for (size_t c = 0; c < 2; ++c) {
    const double n = said["confusion"][c][c],
                 column = said["confusion"][0][c].get<double>() + said["confusion"][1][c].get<double>();
    EXPECT_DOUBLE_EQ(said["class_measures"][c]["precision"], n / column);
    right += said["confusion"][c][c].get<int64_t>(), all += said["class_measures"][c]["examples"].get<int64_t>();
  }
  EXPECT_EQ(all, 200);
  EXPECT_NEAR(said["accuracy"], static_cast<double>(right) / 200, 1e-6);
  const auto shown = run_tool({"evaluate", folder / "out/weights.safetensors", table});
  for (const char* text : {"precision", "mean F1", "the worst examples:", "width="})
    EXPECT_THAT(shown.out, HasSubstr(text));
}

TEST(Evaluate, measures_the_part_that_was_held_out_as_the_training_did) {
  const Folder folder;
  const auto table = folder.write("rings.csv", rings(200)), out = folder / "out";
  const auto trained = run_tool({"train", table, "--epochs", "5", "--validation", "0.1", "--test", "0.25", "--seed", "3", "--report", "none",
                                 "--json", "-o", out}).json();
  const auto part = [&](const std::string& name) { return run_tool({"evaluate", out, table, "--part", name, "--json"}).json(); };
  EXPECT_EQ(part("test")["loss"], trained["test_loss"]);
  EXPECT_EQ(part("test")["examples"], 50);
  EXPECT_EQ(part("test")["measured"], "the test part of " + table);
  EXPECT_EQ(part("validation")["loss"], trained["epochs"][trained["best_epoch"].get<size_t>() - 1]["validation_loss"]);
  EXPECT_EQ(part("train")["examples"], 130);
  const auto all = run_tool({"evaluate", out, table});
  EXPECT_THAT(all.out, HasSubstr("200 examples (all of " + table + "): loss"));
  EXPECT_THAT(all.err, HasSubstr("--part test"));
  EXPECT_THAT(run_tool({"predict", out, table}).err, HasSubstr("--part test"));
  EXPECT_EQ(run_tool({"evaluate", out, folder.write("others.csv", rings(150))}).err, "");
  EXPECT_EQ(error_id({"evaluate", out, folder / "others.csv", "--part", "test"}, 2), "W870");
}

TEST(Evaluate, measures_the_end_of_a_text_and_refuses_parts_that_are_not) {
  const Folder folder;
  std::string text;
  for (int k = 0; k < 60; ++k) text += "abcd dcba " + std::string(static_cast<size_t>(k % 3), 'a');
  const auto file = folder.write("text.txt", text), out = folder / "out";
  const auto trained = run_tool({"train", file, "--text", "10", "--test", "0.2", "--net", "10 tokens - embedding 5 4 - gru 6 - 5 softmax", "--epochs",
                                 "1", "--report", "none", "--json", "-o", out});
  ASSERT_EQ(trained.code, 0) << trained.err;
  const auto said = run_tool({"evaluate", out, file, "--part", "test", "--json"}).json();
  EXPECT_EQ(said["nats_per_character"], trained.json()["test_loss"]);
  EXPECT_THAT(run_tool({"evaluate", out, file}).err, HasSubstr("--part test"));
  EXPECT_THAT(run_tool({"evaluate", out, file, "--part", "validation"}).err, HasSubstr("no examples were held out for validation"));
}

TEST(Evaluate, says_errors_in_the_units_of_the_data) {
  const Folder folder;
  std::string houses = "area,price\n";
  for (int k = 0; k < 100; ++k) houses += std::to_string(20 + k) + "," + std::to_string(3000 * (20 + k) + 500) + ".5\n";
  const auto table = folder.write("houses.csv", houses);
  ASSERT_EQ(run_tool({"train", table, "--net", "1-1", "--epochs", "100", "--rate", "0.05", "--report", "none", "-o",
                      folder / "out"})
                .code,
            0);
  const auto said = run_tool({"evaluate", folder / "out/weights.safetensors", table, "--json"}).json();
  EXPECT_GT(said["targets"][0]["explained"], 0.99);
  EXPECT_LT(said["targets"][0]["rmse"], 9000);
  EXPECT_GE(said["targets"][0]["worst_error"], said["targets"][0]["rmse"]);
  EXPECT_NEAR(said["rmse"], said["targets"][0]["rmse"], 1e-3 * static_cast<double>(said["targets"][0]["rmse"]));
}

TEST(Evaluate, says_what_is_wrong_with_the_data) {
  const Folder folder;
  const auto table = folder.write("rings.csv", rings(50)), model = folder / "out/weights.safetensors";
  ASSERT_EQ(run_tool({"train", table, "--epochs", "1", "--report", "none", "-o", folder / "out"}).code, 0);
  EXPECT_EQ(error_id({"evaluate", model, folder.write("new.csv", "width,height\n1,2\n")}, 2), "W851");
  EXPECT_EQ(error_id({"evaluate", model, folder.write("one.csv", "width,place\n1,inside\n")}, 2), "W823")
      << "a column is missing";
  EXPECT_EQ(error_id({"evaluate", model, folder.write("other.csv", "width,height,place\n1,2,beside\n")}, 2), "W825")
      << "another class";
  EXPECT_EQ(error_id({"evaluate", table, table}, 2), error_id({"predict", table, table}, 2)) << "no weights";
  ASSERT_EQ(run_tool({"data", folder / "digits", "--train", "20", "--test", "10"}).code, 0);
  EXPECT_EQ(error_id({"evaluate", model, folder / "digits"}, 2), "W829") << "images where a table was learned";
}

TEST(Profile, counts_and_times_every_layer_and_compares_them_with_the_step) {
  const Folder folder;
  const auto outcome =
      run_tool({"profile", "--net", "8x8x1 - conv 4 3 pad=1 relu - max_pool 2 - flatten - dropout 0.1 - 10 softmax",
                "--batch", "16", "--seconds", "0.05", "-o", folder / "layers.svg", "--json"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const auto said = outcome.json();
  ASSERT_EQ(said["parts"].size(), 7u) << "five layers, loss, optimizer";
  const auto& dense = said["parts"][4];
  EXPECT_EQ(dense["parameters"], 64 * 10 + 10);
  EXPECT_EQ(dense["forward"]["flops"], 16 * (2 * 64 * 10 + 10)) << "a product and a sum are two";
  EXPECT_EQ(dense["forward"]["bytes"], 4 * (16 * 64 + 64 * 10 + 10 + 16 * 10));
  EXPECT_EQ(said["parts"][0]["output"].dump(), "[8,8,4]");
  EXPECT_GT(said["step_s"], 0);
  EXPECT_GT(said["peak"]["flops_per_s"], 0);
  EXPECT_NEAR(said["sum_s"].get<double>() + said["remainder_s"].get<double>(), said["step_s"].get<double>(), 1e-9);
  EXPECT_EQ(testing::xml_problem(content_of(folder / "layers.svg")), "");
}

TEST(Profile, takes_trained_nets_of_every_kind_and_says_what_it_lacks) {
  const Folder folder;
  std::string text;
  for (int k = 0; k < 40; ++k) text += "abc ";
  ASSERT_EQ(run_tool({"train", folder.write("text.txt", text), "--text", "5", "--net",
                      "5 tokens - embedding 4 3 - lstm 4 - 4 softmax", "--epochs", "1", "--report", "none", "-o",
                      folder / "out"})
                .code,
            0);
  const auto shown = run_tool({"profile", folder / "out/weights.safetensors", "--batch", "4", "--seconds", "0.02"});
  ASSERT_EQ(shown.code, 0) << shown.err;
  for (const char* part :
       {"embedding 4 3", "lstm 4", "cross_entropy", "adam", "a whole step", "peak of this machine"})
    EXPECT_THAT(shown.out, HasSubstr(part));
  EXPECT_EQ(error_id({"profile"}, 2), "W602");
  EXPECT_EQ(error_id({"profile", folder / "out/weights.safetensors", "--net", "2-1"}, 2), "W602");
  EXPECT_EQ(error_id({"profile", "--net", "2"}, 2), "W810");
}

}  // namespace
}  // namespace wengert
