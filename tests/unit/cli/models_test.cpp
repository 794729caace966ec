// SPDX-License-Identifier: Apache-2.0
//
// wengert import, export and emit of a trained net, as a user would. What the files say is tested beside the functions that write them.
#include "tables.h"
#include "tool.h"
#include "wengert/io/npy.h"
#include "wengert/io/safetensors.h"

namespace wengert {
namespace {

using testing::HasSubstr;

/// A state_dict of Linear(2, 3), ReLU, Linear(3, 2): the class is that of the larger number.
std::string state_dict(const Folder& folder) {
  const Array first({3, 2}, {1, 0, 0, 1, 0, 0}), second({2, 3}, {4, 0, 0, 0, 4, 0});
  write_safetensors(folder / "mlp.safetensors", {{{"0.weight", first}, {"0.bias", Array({0, 0, 0})}, {"2.weight", second}}, {}});
  return folder / "mlp.safetensors";
}

TEST(ImportVerb, makes_a_model_that_predicts) {
  const Folder folder;
  const auto imported = run_tool({"import", state_dict(folder), "--net", "2 - 3 relu - 2 softmax", "--classes", "left,right", "-o", folder / "out"});
  ASSERT_EQ(imported.code, 0) << imported.err;
  EXPECT_THAT(imported.out, HasSubstr("layer1 (3 relu): 0.weight, 0.bias\nlayer2 (2 softmax): 2.weight; bias not there: 0\n"));
  write_npy(folder / "x.npy", Array({3, 2}, {1, 0, 0, 1, 2, 1.5}));
  const auto predicted = run_tool({"predict", folder / "out/weights.safetensors", folder / "x.npy"});
  EXPECT_THAT(predicted.out, HasSubstr("class,p(left),p(right)\nleft,0.98"));
  EXPECT_THAT(predicted.out, HasSubstr("\nright,"));
  EXPECT_EQ(error_id({"import", folder / "out/weights.safetensors", "--net", "2 - 3 relu - 2 softmax", "-o", folder / "again"}, 2), "W848");
}

TEST(ImportVerb, says_which_option_is_wrong) {
  const Folder folder;
  const auto weights = state_dict(folder);
  for (const std::vector<std::string>& wrong : std::vector<std::vector<std::string>>{
           {"--classes", "a"}, {"--mean", "x"}, {"--deviation", "0"}, {"--mean", "1,2,3"}, {"--example", "3x3"}, {"--map", "0"}}) {
    std::vector<std::string> words{"import", weights, "--net", "2 - 3 relu - 2 softmax", "-o", folder / "out"};
    words.insert(words.end(), wrong.begin(), wrong.end());
    EXPECT_EQ(error_id(words, 2), "W602") << wrong[0] << " " << wrong[1];
  }
}

TEST(ExportVerb, takes_a_folder_and_says_what_goes_in_and_out) {
  const Folder folder;
  ASSERT_EQ(run_tool({"import", state_dict(folder), "--net", "2 - 3 relu - 2 softmax", "-o", folder / "out"}).code, 0);
  const auto exported = run_tool({"export", folder / "out", "-o", folder / "net.onnx", "--json"});
  EXPECT_EQ(exported.json()["inputs"]["x"], "f32[batch,2]");
  EXPECT_EQ(exported.json()["outputs"]["probabilities"], "f32[batch,2]");
  EXPECT_THAT(content_of(folder / "net.onnx"), HasSubstr("Gemm"));
  const auto emitted = run_tool({"emit", folder / "out", "--c", "--main"});
  EXPECT_THAT(emitted.out, HasSubstr("void predict(const float* x, float* outputs) {"));
  EXPECT_EQ(error_id({"emit", folder / "out", "--c", "--batch"}, 2), "W849");
}

TEST(TrainedNets, are_taken_by_every_verb_as_a_folder_or_as_the_weights_in_it) {
  const Folder folder;
  const auto table = folder.write("rings.csv", rings(60)), out = folder / "out";
  ASSERT_EQ(run_tool({"train", table, "--epochs", "1", "--report", "none", "-o", out}).code, 0);
  const auto run = [&](const std::string& net, const std::string& verb) {
    std::vector<std::string> words{verb, net};
    if (verb == "predict" || verb == "evaluate") words.push_back(table);
    if (verb == "profile") words.insert(words.end(), {"--seconds", "0.02"});
    if (verb == "export") words.insert(words.end(), {"-o", folder / "net.onnx"});
    if (verb == "emit") words.insert(words.end(), {"--c", "--main", "-o", folder / "net.c"});
    if (verb == "train") words = {"train", table, "--from", net, "--epochs", "1", "--report", "none", "-o", folder / "next"};
    return run_tool(words);
  };
  for (const char* verb : {"predict", "evaluate", "profile", "export", "emit", "train"}) {
    for (const std::string& net : {out, out + "/weights.safetensors"}) EXPECT_EQ(run(net, verb).code, 0) << verb << run(net, verb).err;
    EXPECT_THAT(run(folder / "nothing", verb).err, HasSubstr("no file or folder of that name")) << verb;
  }
  EXPECT_THAT(run(folder.path(), "evaluate").err, HasSubstr("has no weights.safetensors"));
  EXPECT_THAT(run(table, "predict").err, HasSubstr("rings.csv is no trained net: it is no safetensors file"));
  std::filesystem::remove(out + "/weights.safetensors");
  EXPECT_THAT(run(out, "evaluate").err, HasSubstr("give its command again with --resume"));
}

TEST(EmitVerb, does_not_take_a_name_that_nothing_has_for_a_formula) {
  EXPECT_EQ(error_id({"emit", "no_such_folder", "--c", "--main"}, 2), "W856");
  EXPECT_EQ(error_id({"emit", "no/such/weights.safetensors", "--c"}, 2), "W856");
  EXPECT_EQ(error_id({"emit", "x*y", "--c", "--main"}, 2), "W849");
  EXPECT_THAT(run_tool({"emit", "no_such_folder", "--c"}).err, HasSubstr("no_such_folder is read as a formula of one variable"));
  EXPECT_EQ(run_tool({"emit", "x", "--c"}).err.find("is read as"), std::string::npos);
}

}  // namespace
}  // namespace wengert
