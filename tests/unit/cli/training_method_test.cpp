// SPDX-License-Identifier: Apache-2.0
//
// wengert train with clipping, averages, accumulated gradients, groups of layers, values to start from, pictures and
// augmentation, as a user would.
#include "tool.h"
#include "wengert/io/npy.h"
#include "wengert/io/png.h"
#include "wengert/io/safetensors.h"

namespace wengert {
namespace {

using testing::HasSubstr;

std::string table() {
  std::string text = "a,b,class\n";
  for (int k = 0; k < 120; ++k)
    text += std::to_string(k * 37 % 101) + "," + std::to_string(k * 53 % 97) +
            (k * 37 % 101 > k * 53 % 97 ? ",more\n" : ",less\n");
  return text;
}

std::vector<std::string> with(std::vector<std::string> words, std::initializer_list<std::string> more) {
  words.insert(words.end(), more);
  return words;
}

/// Pictures of 8 x 8 with a stripe across or down.
std::string pictures(const Folder& folder) {
  for (int k = 0; k < 20; ++k) {
    std::vector<double> across(64, 0.1), down(64, 0.1);
    for (size_t j = 0; j < 8; ++j)
      across[static_cast<size_t>(2 + k % 4) * 8 + j] = down[j * 8 + static_cast<size_t>(2 + k % 4)] = 0.9;
    for (const auto& [label, numbers] : {std::pair("across", across), std::pair("down", down)}) {
      std::filesystem::create_directories(folder / "stripes" + "/" + label);
      write_png(folder / "stripes" + "/" + label + "/" + std::to_string(k) + ".png", Array({8, 8}, numbers));
    }
  }
  return folder / "stripes";
}

TEST(TrainMethods, are_told_and_gone_on_with_bit_for_bit) {
  const Folder folder;
  const std::vector<std::string> words{"train",        folder.write("t.csv", table()),
                                       "--net",        "2 - 8 tanh as inner - 8 tanh - 2 softmax",
                                       "--validation", "0.2",
                                       "--batch",      "7",
                                       "--accumulate", "2",
                                       "--clip",       "norm 1",
                                       "--average",    "0.9",
                                       "--group",      "2: rate 0.5 decay 1e-3",
                                       "--freeze",     "inner",
                                       "--schedule",   "linear floor=0.5 for 3, constant scaled 0.5"};
  const auto whole = run_tool(with(words, {"--epochs", "8", "-o", folder / "whole"}));
  ASSERT_EQ(whole.code, 0) << whole.err;
  EXPECT_THAT(whole.out, HasSubstr("adam, layer1.* rate=0, layer2.* rate=0.5 decay=0.001, clip_norm 1, exponential "
                                   "average decay=0.9 with rate 0.001, 2 batches an update"));
  ASSERT_EQ(run_tool(with(words, {"--epochs", "3", "-o", folder / "parts"})).code, 0);
  ASSERT_EQ(run_tool(with(words, {"--epochs", "8", "-o", folder / "parts", "--resume"})).code, 0);
  EXPECT_EQ(content_of(folder / "whole/weights.safetensors"), content_of(folder / "parts/weights.safetensors"));
  auto without = words;
  without.erase(without.begin() + 8, without.begin() + 10);
  EXPECT_EQ(error_id(with(without, {"-o", folder / "parts", "--resume"}), 2), "W862");
  auto other = words;
  other[11] = "norm 2";
  EXPECT_EQ(error_id(with(other, {"-o", folder / "parts", "--resume"}), 2), "W862");
}

TEST(TrainMethods, start_from_the_values_of_another_training) {
  const Folder folder;
  const auto data = folder.write("t.csv", table());
  ASSERT_EQ(run_tool({"train", data, "--net", "2-6 tanh-2 softmax", "--epochs", "2", "-o", folder / "old"}).code, 0);
  const std::vector<std::string> words{
      "train",    data, "--net", "2-6 tanh-3 tanh-2 softmax", "--from", folder / "old/weights.safetensors",
      "--epochs", "2"};
  EXPECT_EQ(error_id(with(words, {"-o", folder / "new"}), 2), "W837");
  const auto trained = run_tool(with(words, {"--from-layers", "1", "--freeze", "1", "-o", folder / "new"}));
  ASSERT_EQ(trained.code, 0) << trained.err;
  EXPECT_EQ(find(read_safetensors(folder / "new/weights.safetensors").arrays, "layer1.weight"),
            find(read_safetensors(folder / "old/weights.safetensors").arrays, "layer1.weight"));
  EXPECT_EQ(error_id({"train", data, "--from-layers", "1", "-o", folder / "new"}, 2), "W602");
  EXPECT_EQ(error_id({"train", data, "--optimizer", "lbfgs", "--clip", "norm 1", "-o", folder / "new"}, 2), "W602");
  EXPECT_EQ(error_id({"train", data, "--augment", "shift 1", "-o", folder / "new"}, 2), "W839");
}

TEST(TrainMethods, that_go_step_by_step_are_refused_for_all_examples_at_once) {
  const Folder folder;
  const std::vector<std::string> words{"train", folder.write("t.csv", table()), "--optimizer", "lbfgs", "-o", folder / "o"};
  const std::pair<const char*, const char*> options[] = {{"--accumulate", "2"}, {"--average", "0.9"},       {"--group", "1: rate 2"},
                                                         {"--freeze", "1"},     {"--snapshot-every", "10"}, {"--report", "full"}};
  for (const auto& [option, value] : options) EXPECT_EQ(error_id(with(words, {option, value}), 2), "W602") << option;
  EXPECT_EQ(error_id(with(words, {"--shards", "2"}), 2), "W868");
  EXPECT_EQ(error_id(with(words, {"--augment", "noise 0.1"}), 2), "W839");
  const auto text = folder.write("t.txt", "abcabcabcabcabcabcabcabcabcabcabcabcabcabcabc");
  EXPECT_EQ(error_id({"train", text, "--text", "4", "--augment", "noise 0.1", "-o", folder / "o"}, 2), "W839");
}

TEST(TrainData, of_one_kind_has_no_options_of_another) {
  const Folder folder;
  const auto data = folder.write("t.csv", table()), text = folder.write("t.txt", "abcabcabcabcabcabcabcabcabcabcabcabcabcabcabc");
  EXPECT_EQ(error_id({"train", data, "--grey", "-o", folder / "o"}, 2), "W838");
  EXPECT_EQ(error_id({"train", text, "--text", "4", "--grey", "-o", folder / "o"}, 2), "W602");
  EXPECT_EQ(error_id({"train", text, "--text", "4", "--target", "a", "-o", folder / "o"}, 2), "W602");
  EXPECT_EQ(error_id({"train", text, "--text", "4", "--standardize", "yes", "-o", folder / "o"}, 2), "W602");
  EXPECT_EQ(error_id({"train", pictures(folder), "--missing", "fill", "-o", folder / "o"}, 2), "W602");
}

TEST(TrainMethods, keep_the_averages_for_who_predicts) {
  const Folder folder;
  const auto data = folder.write("t.csv", table());
  const auto trained = run_tool({"train", data, "--net", "2-8 tanh-2 softmax", "--epochs", "3", "--rate", "0.1", "--average", "0.9", "--test",
                                 data, "-o", folder / "o", "--json"});
  ASSERT_EQ(trained.code, 0) << trained.err;
  const auto said = run_tool({"predict", folder / "o/weights.safetensors", data, "--json"});
  ASSERT_EQ(said.code, 0) << said.err;
  EXPECT_EQ(said.json()["accuracy"], trained.json()["test_accuracy"]);
}

TEST(TrainMethods, that_start_from_a_file_go_on_and_compare_what_it_learned) {
  const Folder folder;
  const auto data = folder.write("t.csv", table());
  ASSERT_EQ(run_tool({"train", data, "--net", "2-6 tanh-2 softmax", "--epochs", "1", "-o", folder / "old"}).code, 0);
  const std::vector<std::string> words{"train", data, "--net", "2-6 tanh-2 softmax", "--from", folder / "old/weights.safetensors"};
  ASSERT_EQ(run_tool(with(words, {"--epochs", "4", "-o", folder / "whole"})).code, 0);
  ASSERT_EQ(run_tool(with(words, {"--epochs", "2", "-o", folder / "parts"})).code, 0);
  ASSERT_EQ(run_tool(with(words, {"--epochs", "4", "-o", folder / "parts", "--resume"})).code, 0);
  EXPECT_EQ(content_of(folder / "whole/weights.safetensors"), content_of(folder / "parts/weights.safetensors"));
  std::string other = table();
  for (size_t at = 0; (at = other.find("more", at)) != std::string::npos;) other.replace(at, 4, "much");
  auto changed = words;
  changed[1] = folder.write("other.csv", other);
  EXPECT_EQ(error_id(with(changed, {"-o", folder / "new"}), 2), "W837");
  EXPECT_EQ(run_tool(with(changed, {"--from-layers", "1", "--epochs", "1", "-o", folder / "new"})).code, 0);
}

TEST(TrainPictures, learns_a_folder_with_changed_pictures_and_predicts_single_ones) {
  const Folder folder;
  const auto data = pictures(folder);
  const std::vector<std::string> words{"train",     data,
                                       "--net",     "8x8x1 - flatten - 16 relu - 2 softmax",
                                       "--augment", "shift 1 noise 0.05 flip",
                                       "--rate",    "0.01",
                                       "--batch",   "8"};
  const auto trained = run_tool(with(words, {"--epochs", "30", "-o", folder / "out"}));
  ASSERT_EQ(trained.code, 0) << trained.err;
  EXPECT_THAT(trained.out, HasSubstr("32 training examples, 8 test examples"));
  ASSERT_EQ(run_tool(with(words, {"--epochs", "12", "-o", folder / "parts"})).code, 0);
  ASSERT_EQ(run_tool(with(words, {"--epochs", "30", "-o", folder / "parts", "--resume"})).code, 0);
  EXPECT_EQ(content_of(folder / "out/weights.safetensors"), content_of(folder / "parts/weights.safetensors"));
  const auto model = folder / "out/weights.safetensors";
  EXPECT_GT(run_tool({"predict", model, data, "--json"}).json()["accuracy"], 0.9);
  const auto one = run_tool({"predict", model, data + "/down/3.png", data + "/across/4.png"});
  ASSERT_EQ(one.code, 0) << one.err;
  EXPECT_THAT(one.out, HasSubstr("file,class,p(across),p(down)\n" + data + "/down/3.png,down,"));
  write_png(folder / "colour.png", Array::filled(f32({16, 16, 3}), 0.5));
  EXPECT_EQ(error_id({"predict", model, folder / "colour.png"}, 2), "W829");
  EXPECT_EQ(run_tool({"predict", model, folder / "colour.png", "--grey", "--image-size", "8x8"}).code, 0);
}

TEST(TrainPictures, predicts_pictures_with_a_net_that_learned_idx_files) {
  const Folder folder;
  ASSERT_EQ(run_tool({"data", folder / "digits", "--train", "200", "--test", "50"}).code, 0);
  ASSERT_EQ(run_tool({"train", folder / "digits", "--epochs", "1", "-o", folder / "out"}).code, 0);
  write_png(folder / "d.png", Array(f32({28, 28})));
  const auto said = run_tool({"predict", folder / "out/weights.safetensors", folder / "d.png"});
  EXPECT_EQ(said.code, 0) << said.err;
  EXPECT_THAT(said.out, HasSubstr("file,class,p(0)"));
}

TEST(TrainArrays, takes_a_pair_of_files) {
  const Folder folder;
  std::vector<double> x, y;
  for (int k = 0; k < 40; ++k) x.push_back(k % 7), y.push_back(2 * (k % 7) - 1);
  write_npy(folder / "x.npy", Array({40, 1}, x));
  write_npy(folder / "y.npy", Array({40, 1}, y));
  const auto trained =
      run_tool({"train", folder / "x.npy", folder / "y.npy", "--net", "1-1", "--epochs", "2", "-o", folder / "out"});
  ASSERT_EQ(trained.code, 0) << trained.err;
  EXPECT_THAT(trained.out, HasSubstr("32 training examples, 8 test examples"));
  const auto said = run_tool({"predict", folder / "out/weights.safetensors", folder / "x.npy", folder / "y.npy"});
  EXPECT_THAT(said.out, HasSubstr("rmse on 40 examples")) << said.err;
  EXPECT_EQ(error_id({"eval", "x", "y"}, 2), "W603") << "others take one";
}

}  // namespace
}  // namespace wengert
