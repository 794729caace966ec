// SPDX-License-Identifier: Apache-2.0
//
// W8xx: nets, optimizers, training, and the data for them.
#include <cmath>
#include <filesystem>

#include "../unit/train/thread_ranks.h"
#include "documented.h"
#include "folder.h"
#include "wengert/io/idx.h"
#include "wengert/io/checked_tensors.h"
#include "wengert/nn/net.h"
#include "wengert/optim/first_order.h"
#include "wengert/train/digit_files.h"
#include "wengert/train/digits.h"
#include "wengert/train/loop.h"
#include "wengert/train/model_file.h"
#include "wengert/train/read_data.h"
#include "wengert/train/sharded_updates.h"
#include "wengert/train/snapshot.h"

namespace wengert {
namespace {

/// Four points in two classes.
Split points() {
  const int64_t classes[] = {0, 1, 1, 0};
  const Dataset all{Array({4, 2}, {0, 0, 0, 1, 1, 0, 1, 1}).as(DType::f32), Array::of<int64_t>({4}, classes), 2};
  return {all, all};
}

LearningTask task_of(const std::string& net, bool classification = true) { return make_task(parse_net(net).description, classification); }

TrainingState trained(const std::string& net, const Split& data, const TrainingOptions& options) {
  const LearningTask task = task_of(net, data.train.is_classification());
  TrainingState state = initial_state(task, sgd(), options.key, DType::f32);
  train(task, sgd(), data, options, state);
  return state;
}

std::string refusal(const std::string& net) {
  return error_of([&] { parse_net(net); }).problem();
}

TEST(TrainingErrors, W810_a_net_whose_text_makes_no_sense) {
  documented("W810", [] { parse_net("784 relu-10"); });
  EXPECT_EQ(refusal(""), "the net \"\" has no layer: it needs at least two widths");
  EXPECT_EQ(refusal("2-0"), "the layer \"0\" does not start with a width from 1 to 1048576");
  EXPECT_EQ(refusal("2--1"), "the layer \"\" is empty");
  EXPECT_EQ(refusal("2-99999999999999999999"), "the layer \"99999999999999999999\" does not start with a width from 1 to 1048576");
  EXPECT_EQ(refusal("0x4-1"), "the net \"0x4-1\" has the extent \"0\" in its input, which is no number from 1 to 1048576");
  EXPECT_EQ(refusal("2"), "the net \"2\" has no layer: it needs at least two widths");
  EXPECT_EQ(error_of([] { make_net({}); }).id(), "W810");
  EXPECT_EQ(error_of([] { make_net({.input = "0", .layers = {{"1"}}}); }).id(), "W810");
  EXPECT_EQ(error_of([] { parse_net("2-3 tanh-1"); }).id(), "none");
}

TEST(TrainingErrors, W812_a_net_that_does_not_fit_the_data) {
  const Error error = error_of([] { trained("3-2", points(), {.batch = 2}); });
  EXPECT_EQ(error.id(), "W812");
  EXPECT_EQ(error.problem(), "the net \"3-2\" has 3 inputs and 2 outputs; the data has 2 features and 2 classes");
  EXPECT_EQ(error.fix(), "start the net with 2 and end it with 2");
  EXPECT_EQ(error_of([] { trained("2-3", points(), {.batch = 2}); }).id(), "W812");
  EXPECT_EQ(error_of([] { trained("2-1", points(), {.batch = 2}); }).id(), "none") << "one output can say which of two classes";
}

TEST(TrainingErrors, W812_options_that_train_nothing) {
  EXPECT_EQ(error_of([] { trained("2-2", points(), {.batch = 0}); }).problem(), "a batch of 0 examples trains nothing");
  EXPECT_THAT(error_of([] { trained("2-2", points(), {.patience = 3}); }).problem(), HasSubstr("needs a validation set"));
  EXPECT_EQ(error_of([] { trained("2-2", points(), {.batch = 5}); }).id(), "none") << "a batch may be larger than the set";
}

TEST(TrainingErrors, W812_a_loss_for_classes_and_targets_that_are_values) {
  Split data = points();
  data.train.y = data.test.y = Array({4, 2}, {0, 1, 2, 3, 4, 5, 6, 7}).as(DType::f32);
  data.train.classes = data.test.classes = 0;
  const LearningTask task = task_of("2-2 softmax");
  TrainingState state = initial_state(task, sgd(), 1, DType::f32);
  EXPECT_EQ(error_of([&] { train(task, sgd(), data, {}, state); }).problem(), "the loss cross_entropy is for classes; the targets are values");
}

TEST(TrainingErrors, W812_a_state_of_another_net) {
  const LearningTask task = task_of("2-2");
  TrainingState state = initial_state(task_of("2-3-2"), sgd(), 1, DType::f32);
  EXPECT_THAT(error_of([&] { train(task, sgd(), points(), {}, state); }).problem(), HasSubstr("does not fit the net \"2-2\" with sgd"));
}

TEST(TrainingErrors, W813_a_loss_that_is_no_number) {
  Split data = points();
  data.train.x.mutable_values<float>()[5] = std::nanf("");
  const Error error = error_of([&] { trained("2-2", data, {.batch = 4}); });
  EXPECT_EQ(error.id(), "W813");
  EXPECT_EQ(error.kind(), ErrorKind::domain);
  EXPECT_THAT(error.problem(), testing::MatchesRegex("the loss is -?nan at step 1 of epoch 1"));
  EXPECT_THAT(errors_section("W813"), HasSubstr("\n  fix: " + error.fix() + "\n"));
}

TEST(TrainingErrors, W813_a_rate_at_which_training_diverges) {
  const Error error = error_of([] { trained("2-8 relu-2", points(), {.batch = 4, .epochs = 100, .rate = 1e30}); });
  EXPECT_EQ(error.id(), "W813") << error.what();
  EXPECT_THAT(error.fix(), HasSubstr("lower the rate (now 1e+30)"));
}

/// The error of reading these.
Error reading(std::vector<std::string> paths) {
  return error_of([&] { read_data(paths); });
}

TEST(TrainingErrors, W820_files_that_are_missing) {
  const Folder folder;
  EXPECT_EQ(reading({folder.path()}).problem(), "there is no train-images-idx3-ubyte (or train-images-idx3-ubyte.gz) in " + folder.path());
  write_digit_files(folder.path(), {.train = 40, .test = 10});
  EXPECT_EQ(reading({folder.path()}).id(), "none");
  std::filesystem::remove(folder / "t10k-labels-idx1-ubyte");
  const Error error = reading({folder.path()});
  EXPECT_EQ(error.id(), "W820");
  EXPECT_THAT(error.problem(), HasSubstr("there is no t10k-labels-idx1-ubyte"));
  EXPECT_THAT(error.fix(), HasSubstr("`wengert data`"));
}

TEST(TrainingErrors, W821_images_and_labels_that_do_not_belong_together) {
  const Folder folder;
  write_idx(folder / "images-ubyte", Array(f64({3, 2, 2})));
  write_idx(folder / "labels-ubyte", Array({2}, {0, 1}));
  EXPECT_THAT(reading({folder / "images-ubyte", folder / "labels-ubyte"}).problem(), HasSubstr("is [3,2,2] and y is [2]: y needs [3] or [3,k]"));
  write_digit_files(folder.path(), {.train = 40, .test = 10});
  write_idx(folder / "t10k-images-idx3-ubyte", Array(f64({10, 2, 2})));
  EXPECT_EQ(reading({folder.path()}).id(), "W829");
}

TEST(TrainingErrors, W822_a_file_of_weights_that_holds_no_net) {
  const Folder folder;
  write_safetensors(folder / "other", {{{"embedding", Array(1.0)}}, {{"format", "pt"}}});
  const Error error = error_of([&] { read_model(folder / "other"); });
  EXPECT_EQ(error.id(), "W822");
  EXPECT_EQ(error.problem(), folder / "other" + " does not say which net it belongs to (no \"net\" in its metadata)");
  EXPECT_EQ(error.fix(), "give a file written by `wengert train`");
}

TEST(TrainingErrors, W822_weights_that_do_not_fit_their_net) {
  const Folder folder;
  const LearningTask task = task_of("2-1");
  Encoding encoding;
  encoding.source = Encoding::Source::arrays;
  encoding.columns = 1;
  encoding.classes = {"0", "1"};
  encoding.targets = {{.name = "y"}};
  encoding.example = {2};
  const Model model{task, task.net.initial_parameters(1, DType::f32), encoding};
  write_model(folder / "good", model);
  EXPECT_EQ(read_model(folder / "good").parameters, model.parameters);
  EXPECT_EQ(read_model(folder / "good").encoding, encoding);
  Tensors tensors = read_safetensors(folder / "good");
  tensors.metadata.pop_back();  // its checksum
  tensors.arrays[0].array = Array(f64({3}));
  write_checked(folder / "bad", tensors);
  EXPECT_EQ(error_of([&] { read_model(folder / "bad"); }).problem(),
            folder / "bad" + " holds f64[3] for the parameter layer1.weight of \"2-1\", which needs [2,1]");
  tensors.arrays.clear();
  write_checked(folder / "bad", tensors);
  EXPECT_THAT(error_of([&] { read_model(folder / "bad"); }).problem(), HasSubstr("holds nothing for the parameter layer1.weight"));
}

TEST(TrainingErrors, W822_a_net_made_by_hand_has_no_file) {
  LearningTask task = task_of("2-1");
  task.net.description = {};
  EXPECT_THAT(error_of([&] { write_model("never", {task, {}}); }).problem(), HasSubstr("was made by hand"));
}

TEST(TrainingErrors, W860_a_snapshot_that_is_none) {
  const Folder folder;
  write_safetensors(folder / "s", {{{"w", Array(1.0)}}, {{"format", "wengert"}}});
  EXPECT_EQ(error_of([&] { read_snapshot(folder / "s"); }).problem(),
            folder / "s" + " is no snapshot of a training: its format is \"wengert\", not \"wengert snapshot 2\"");
}

TEST(TrainingErrors, W861_a_snapshot_that_is_damaged) {
  const Folder folder;
  const LearningTask task = task_of("2-1");
  write_snapshot(folder / "s", {initial_state(task, sgd(), 1, DType::f32)});
  Tensors tensors = read_safetensors(folder / "s");
  tensors.arrays[0].array = Array(f64({3}));
  write_safetensors(folder / "t", tensors);
  EXPECT_EQ(error_of([&] { read_snapshot(folder / "t"); }).id(), "W861");
}

TEST(TrainingErrors, W864_weights_that_are_damaged) {
  const Folder folder;
  const LearningTask task = task_of("2-1");
  Encoding encoding;
  encoding.source = Encoding::Source::arrays;
  encoding.columns = 1;
  encoding.targets = {{.name = "y"}};
  encoding.example = {2};
  write_model(folder / "w", {task, task.net.initial_parameters(1, DType::f32), encoding});
  Tensors tensors = read_safetensors(folder / "w");
  tensors.arrays[0].array.mutable_values<float>()[1] = 5;
  write_safetensors(folder / "w", tensors);
  const Error error = error_of([&] { read_model(folder / "w"); });
  EXPECT_EQ(error.id(), "W864");
  EXPECT_THAT(error.problem(), testing::MatchesRegex("the weights .*/w are damaged: its checksum is \"[0-9a-f]+\", its content has [0-9a-f]+"));
  EXPECT_THAT(errors_section("W864"), HasSubstr("\n  fix: " + error.fix() + "\n"));
  tensors.metadata.pop_back();
  write_safetensors(folder / "w", tensors);
  EXPECT_THAT(error_of([&] { read_model(folder / "w"); }).problem(), HasSubstr("it has no \"crc32\" in its metadata"));
  tensors.metadata.emplace_back("crc32", "unchecked");
  write_safetensors(folder / "w", tensors);
  EXPECT_EQ(read_model(folder / "w").parameters[0][1], 5) << "changed on purpose";
}

TEST(TrainingErrors, W865_one_of_several_processes_without_the_component_that_speaks_MPI) {
  ::setenv("WENGERT_MPI", "/nonexistent", 1);
  documented("W865", [] { join_ranks({.rank = 0, .count = 4}); });
  ::unsetenv("WENGERT_MPI");
}

TEST(TrainingErrors, W866_processes_that_do_not_train_the_same) {
  as_ranks(
      3, [](Ranks& ranks) { documented("W866", [&] { agree(ranks, [] { return "the same"; }); }); },
      [](Ranks& ranks) { EXPECT_FALSE(agree(ranks, [&] { return ranks.rank() == 2 ? "another" : "the same"; })); });
}

/// Ranks of which another is gone: what is to be sent to it or received from it fails.
class LostRanks : public Ranks {
 public:
  explicit LostRanks(std::string_view id) : id_(id) {}
  int rank() const override { return 0; }
  int count() const override { return 2; }
  void send(int, ByteView) override { throw ResourceError(id_, "rank 1 is gone", {}, "go on with --resume"); }
  void receive(int from, std::span<unsigned char>) override { send(from, {}); }

 private:
  std::string id_;
};

TEST(TrainingErrors, W867_and_W869_leave_the_state_before_the_update) {
  for (const char* id : {"W867", "W869"}) {
    EXPECT_NE(errors_section(id), "");
    const LearningTask task = task_of("2-2");
    TrainingState state = initial_state(task, sgd(), 1, DType::f32);
    const auto before = state.parameters;
    LostRanks ranks(id);
    EXPECT_EQ(error_of([&] { train(task, sgd(), points(), {.batch = 2, .shards = 2}, state, {}, &ranks); }).id(), id);
    EXPECT_EQ(state.parameters, before);
    EXPECT_EQ(state.step, 0);
  }
}

TEST(TrainingErrors, W868_shards_that_cannot_be) {
  documented("W868", [] { check_shards(task_of("2-2"), points().train, {.shards = 0}, 1); });
  EXPECT_EQ(error_of([] { check_shards(task_of("2-2"), points().train, {.shards = 2}, 3); }).problem(),
            "3 processes cannot share 2 shards of an update");
}

TEST(TrainingErrors, W830_a_digit_that_does_not_exist) {
  std::vector<uint8_t> image(digit_pixels);
  documented("W830", [&] { draw_digit(10, 1, 0, DigitOptions::training(), image); });
}

TEST(TrainingErrors, W831_a_distortion_out_of_range) {
  DigitOptions options;
  options.noise = 2;
  documented("W831", [&] { validate(options); });
}

TEST(TrainingErrors, W832_a_negative_count) {
  documented("W832", [] { generate_digits(-1, 1, DigitOptions::training(), 0); });
}

}  // namespace
}  // namespace wengert
