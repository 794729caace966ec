// SPDX-License-Identifier: Apache-2.0
//
// wengert train and predict, as a user would: on a table, stopped and gone on with, killed, and with input that is wrong.
#include <csignal>
#include <fmt/format.h>

#include "tables.h"
#include "tool.h"
#include "wengert/io/safetensors.h"

namespace wengert {
namespace {

using testing::HasSubstr;

TEST(Train, learns_a_table_and_predicts_rows_without_target) {
  const Folder folder;
  const auto table = folder.write("rings.csv", rings(400));
  const auto trained = run_tool({"train", table, "--net", "2-16 tanh-2 softmax", "--epochs", "60", "--rate", "0.01", "-o", folder / "out"});
  ASSERT_EQ(trained.code, 0) << trained.err;
  EXPECT_THAT(trained.out, HasSubstr("320 training examples, 80 test examples"));
  for (const char* file : {"weights.safetensors", "metrics.csv", "metrics.json", "loss.svg", "confusion.svg", "snapshot.safetensors"})
    EXPECT_TRUE(std::filesystem::exists(folder / "out" + "/" + file)) << file;
  const auto measured = run_tool({"predict", folder / "out/weights.safetensors", table, "--json"});
  EXPECT_GT(measured.json()["accuracy"], 0.9);
  const auto rows = folder.write("new.csv", "height,width\n0,0\n0.95,0.95\n");
  const auto predicted = run_tool({"predict", folder / "out/weights.safetensors", rows});
  EXPECT_THAT(predicted.out, HasSubstr("class,p(inside),p(outside)\ninside,"));
  EXPECT_THAT(predicted.out, HasSubstr("\noutside,"));
}

TEST(Train, has_no_columns_for_what_is_not_held_out) {
  const Folder folder;
  const auto table = folder.write("rings.csv", rings(50));
  const auto trained = run_tool({"train", table, "--test", "0", "--epochs", "1", "--report", "none", "-o", folder / "out"});
  EXPECT_THAT(trained.out, HasSubstr("epoch       loss      train  seconds  examples/s\n"));
}

TEST(Train, ends_with_the_line_of_the_last_epoch_and_the_one_that_was_chosen) {
  const Folder folder;
  const auto table = folder.write("rings.csv", rings(60));
  const std::vector<std::string> words{"train", table, "--validation", "0.3", "--patience", "3", "--epochs", "5000", "--rate", "0.03", "--report", "none",
                                       "-o", folder / "out"};
  auto quiet = words;
  quiet.push_back("--json");
  const auto said = run_tool(quiet).json();
  const auto trained = run_tool(words).out;
  EXPECT_THAT(trained, HasSubstr(fmt::format("\n{:5}  ", said["epochs"].size()))) << trained;
  const size_t best = said["best_epoch"];
  const auto& chosen = said["epochs"][best - 1];
  EXPECT_THAT(trained, HasSubstr(fmt::format("chosen: epoch {}, of the least validation loss, {:.4g}; accuracy {:.2f}%\n", best,
                                             chosen["validation_loss"].get<double>(), 100 * chosen["validation_accuracy"].get<double>())));
}

TEST(Train, is_told_by_softmax_that_there_are_classes) {
  const Folder folder;
  const auto table = folder.write("numbers.csv", "a,b\n0,0\n1,1\n2,0\n3,1\n4,0\n5,1\n");
  const auto train = [&](std::vector<std::string> more) {
    more.insert(more.begin(), {"train", table, "--epochs", "1", "--report", "none", "-o", folder / "out"});
    return run_tool(more);
  };
  EXPECT_THAT(train({}).err, HasSubstr("which are taken as classes"));
  const auto told = train({"--net", "1-3 tanh-2 softmax"});
  EXPECT_EQ(told.code, 0) << told.err;
  EXPECT_EQ(told.err, "");
  const auto many = folder.write("many.csv", "a,b\n0,10\n1,11\n2,12\n3,13\n");
  EXPECT_EQ(run_tool({"train", many, "--net", "1-4 softmax", "--test", "0", "--epochs", "1", "-o", folder / "out"}).code, 0) << "each seen once";
}

TEST(Train, gone_on_with_after_a_stop_leaves_the_same_bytes_as_without) {
  const Folder folder;
  const auto table = folder.write("rings.csv", rings(300));
  const std::vector<std::string> words{"train", table, "--epochs", "30", "--validation", "0.2", "--batch", "7"};
  const auto with = [&](std::vector<std::string> more) {
    std::vector<std::string> all = words;
    all.insert(all.end(), more.begin(), more.end());
    return all;
  };
  ASSERT_EQ(run_tool(with({"-o", folder / "whole"})).code, 0);
  auto first = with({"-o", folder / "parts"});
  first[3] = "11";
  ASSERT_EQ(run_tool(first).code, 0);
  const auto second = run_tool(with({"-o", folder / "parts", "--resume"}));
  ASSERT_EQ(second.code, 0) << second.err;
  EXPECT_THAT(second.out, HasSubstr("going on after epoch 11, step 0"));
  EXPECT_THAT(run_tool(with({"-o", folder / "parts", "--resume"})).out, HasSubstr("\nnothing is left to do after epoch 30: more --epochs go on\nchosen:"));
  EXPECT_THAT(run_tool(with({"-o", folder / "parts", "--resume", "--net", "2-3-2"})).err,
              HasSubstr("was begun with net \"2-128 relu-2\", not \"2-3-2\""));
  EXPECT_EQ(content_of(folder / "whole/weights.safetensors"), content_of(folder / "parts/weights.safetensors"));
}

TEST(Train, interrupted_or_killed_can_be_gone_on_with_to_the_same_bytes) {
  const Folder folder;
  const auto table = folder.write("rings.csv", rings(300));
  // Sends a signal to what it runs as soon as another snapshot is there.
  const auto watch = folder.write("watch.sh",
                                  "signal=$1 file=$2; shift 2; before=$(stat -c %y \"$file\" 2>&1)\n"
                                  "(i=0; while [ $i -lt 3000 ] && [ \"$(stat -c %y \"$file\" 2>&1)\" = \"$before\" ]; do sleep 0.01; i=$((i + 1)); done\n"
                                  " kill -s $signal $$) </dev/null >/dev/null 2>&1 &\n"
                                  "exec \"$@\"\n");
  const auto when_written = [&](const std::string& signal) {
    return "sh '" + watch + "' " + signal + " '" + folder / "parts/snapshot.safetensors" + "' ";
  };
  const auto run = [&](const std::string& out, const std::string& epochs, bool resume, const std::string& before) {
    std::vector<std::string> words{"train", table, "--batch", "5", "--epochs", epochs, "-o", folder / out};
    if (resume) words.push_back("--resume");
    return run_tool(words, {}, before);
  };
  const std::string endless = "10000000";  // no machine is so fast that the training ends before the signal comes
  EXPECT_EQ(run("parts", endless, false, when_written("INT")).code, 130);
  for (int kills = 0; kills < 2; ++kills) EXPECT_NE(run("parts", endless, true, when_written("KILL")).code, 0);
  const auto stopped = run("parts", endless, true, when_written("INT"));
  ASSERT_EQ(stopped.code, 130) << stopped.err;
  const std::string said = "interrupted in epoch ";
  const auto at = stopped.out.rfind(said);
  ASSERT_NE(at, std::string::npos);
  const std::string enough = std::to_string(std::stol(stopped.out.substr(at + said.size())) + 20);
  const auto last = run("parts", enough, true, "");
  ASSERT_EQ(last.code, 0) << last.err;
  ASSERT_EQ(run("whole", enough, false, "").code, 0);
  EXPECT_EQ(content_of(folder / "whole/weights.safetensors"), content_of(folder / "parts/weights.safetensors"));
}

TEST(Train, does_not_go_on_with_other_settings_or_other_data) {
  const Folder folder;
  const auto table = folder.write("rings.csv", rings(100)), other = folder.write("other.csv", rings(101));
  EXPECT_EQ(error_id({"train", table, "--resume", "-o", folder / "out"}, 2), "W863");
  ASSERT_EQ(run_tool({"train", table, "--epochs", "1", "-o", folder / "out"}).code, 0);
  EXPECT_EQ(error_id({"train", table, "--resume", "--rate", "0.5", "-o", folder / "out"}, 2), "W862");
  EXPECT_EQ(error_id({"train", other, "--resume", "-o", folder / "out"}, 2), "W862");
}

TEST(Train, learns_values_and_says_the_error_in_the_units_of_the_target) {
  const Folder folder;
  std::string text = "area,price\n";
  for (int k = 0; k < 100; ++k) text += std::to_string(20 + k) + "," + std::to_string(3000 * (20 + k) + 500) + ".5\n";
  const auto table = folder.write("houses.csv", text);
  const auto trained = run_tool({"train", table, "--net", "1-1", "--epochs", "300", "--rate", "0.05", "-o", folder / "out", "--json"});
  ASSERT_EQ(trained.code, 0) << trained.err;
  EXPECT_LT(trained.json()["test_rmse"], 1000) << "prices differ by 3000 and more";
  const auto epochs = nlohmann::json::parse(content_of(folder / "out/metrics.json"));
  EXPECT_EQ(epochs.back()["test_rmse"].get<double>(), trained.json()["test_rmse"].get<double>());
  const auto predicted = run_tool({"predict", folder / "out/weights.safetensors", folder.write("new.csv", "area\n50\n")});
  ASSERT_THAT(predicted.out, HasSubstr("price\n"));
  EXPECT_NEAR(std::stod(predicted.out.substr(6)), 150500.5, 1000);
}

TEST(Train, starts_weights_and_biases_as_it_is_told) {
  const Folder folder;
  const auto table = folder.write("rings.csv", rings(50));
  const auto trained = run_tool({"train", table, "--initializer", "constant 0.25", "--bias-initializer", "constant 0.5", "--net", "2-3 tanh-2", "--optimizer",
                                 "gradient_descent", "--rate", "0", "--epochs", "1", "-o", folder / "out"});
  ASSERT_EQ(trained.code, 0) << trained.err;
  const Tensors weights = read_safetensors(folder / "out/weights.safetensors");
  EXPECT_EQ(weights.arrays[0].array[0], 0.25);
  EXPECT_EQ(weights.arrays[1].array[0], 0.5);
}

TEST(Train, learns_images_by_convolutions_with_statistics_and_dropout) {
  const Folder folder;
  ASSERT_EQ(run_tool({"data", folder / "digits", "--train", "400", "--test", "100"}).code, 0);
  const std::vector<std::string> words{"train", folder / "digits", "--net",
                                       "28x28x1 - conv 4 5 stride=2 - batch_norm - relu - max_pool 2 as a - conv 4 3 pad=1 relu - add a - flatten - dropout 0.1 - 10 softmax",
                                       "--batch", "50", "--rate", "0.01", "-o"};
  const auto trained = [&](const std::string& out, const std::string& epochs, bool resume) {
    auto all = words;
    all.insert(all.end(), {folder / out, "--epochs", epochs});
    if (resume) all.push_back("--resume");
    return run_tool(all);
  };
  const auto whole = trained("whole", "3", false);
  ASSERT_EQ(whole.code, 0) << whole.err;
  ASSERT_EQ(trained("parts", "1", false).code, 0);
  ASSERT_EQ(trained("parts", "3", true).code, 0);
  EXPECT_EQ(content_of(folder / "whole/weights.safetensors"), content_of(folder / "parts/weights.safetensors"));
  const auto measured = run_tool({"predict", folder / "whole/weights.safetensors", folder / "digits", "--json"});
  EXPECT_GT(measured.json()["accuracy"], 0.7);
}

TEST(Train, learns_a_text_and_goes_on_with_it) {
  const Folder folder;
  std::string text;
  for (int k = 0; k < 300; ++k) text += "über ";
  const auto file = folder.write("text.txt", text);
  const auto trained = run_tool({"train", file, "--text", "10", "--net", "10 tokens - embedding 5 8 - gru 12 - 5 softmax", "--rate", "0.02", "--batch", "8",
                                 "--epochs", "8", "-o", folder / "out", "--json"});
  ASSERT_EQ(trained.code, 0) << trained.err;
  EXPECT_GT(trained.json()["test_accuracy"], 0.85);
  const auto written = run_tool({"predict", folder / "out/weights.safetensors", "--sample", "12", "--prompt", "über ü", "--temperature", "0"});
  EXPECT_EQ(written.out, "über über über übe\n") << written.err;
  EXPECT_GT(run_tool({"predict", folder / "out/weights.safetensors", file, "--json"}).json()["accuracy"], 0.85);
  EXPECT_EQ(error_id({"predict", folder / "out/weights.safetensors", "--sample", "5", "--prompt", "x"}, 2), "W825");
  EXPECT_EQ(error_id({"predict", folder / "out/weights.safetensors"}, 2), "W602");
  EXPECT_EQ(error_id({"train", file, "--text", "2000"}, 2), "W827");
  EXPECT_EQ(error_id({"train", file, "--text", "10", "--test", file}, 2), "W828");
  EXPECT_EQ(error_id({"train", folder.write("one.txt", std::string(100, 'a')), "--text", "10"}, 2), "W827") << "a text of one character";
  EXPECT_EQ(error_id({"train", folder.write("latin1.txt", "\xfc" "ber"), "--text", "2"}, 2), "W593");
  ASSERT_EQ(run_tool({"train", folder.write("rings.csv", rings(40)), "--epochs", "1", "-o", folder / "table"}).code, 0);
  EXPECT_EQ(error_id({"predict", folder / "table/weights.safetensors", "--sample", "5"}, 2), "W829") << "a net that has learned no text";
}

TEST(Train, says_what_is_wrong) {
  const Folder folder;
  const auto table = folder.write("rings.csv", rings(100));
  EXPECT_EQ(error_id({"train", folder / "absent.csv"}, 2), "W828");
  EXPECT_EQ(error_id({"train", table, "--net", "3-2"}, 2), "W812");
  EXPECT_EQ(error_id({"train", table, "--net", ""}, 2), "W810");
  EXPECT_EQ(error_id({"train", table, "--optimizer", "adm"}, 2), "W814");
  EXPECT_EQ(error_id({"train", table, "--target", "colour"}, 2), "W823");
  EXPECT_EQ(error_id({"train", table, "--patience", "3"}, 2), "W812");
  EXPECT_EQ(error_id({"train", table, "--net", "2-4-batch_norm-2", "--batch", "79"}, 2), "W812") << "80 examples: the last batch has one";
  EXPECT_EQ(error_id({"train", table, "--epochs", "0"}, 2), "W602");
  EXPECT_EQ(error_id({"train", table, "--test", "absent.csv"}, 2), "W602");
  EXPECT_EQ(error_id({"train", table, "-o", table}, 5), "W441");
}

}  // namespace
}  // namespace wengert
