// SPDX-License-Identifier: Apache-2.0
//
// Snapshots: all of a state comes back bit for bit; what is no snapshot, or a damaged one, is refused.
#include "wengert/train/snapshot.h"

#include <gtest/gtest.h>

#include <fstream>

#include "../io/files.h"
#include "training_cases.h"
#include "wengert/io/safetensors.h"

namespace wengert {
namespace {

TrainingState some_state() {
  const Split data{two_moons(50, DType::f32, 1), {}, two_moons(20, DType::f32, 3)};
  const Optimizer adam = parse_optimizer("adam");
  TrainingState state = initial_state(small_net(), adam, 1, DType::f32);
  int steps = 0;
  train(small_net(), adam, data, {.batch = 8, .epochs = 3}, state, {.stop = [&] { return ++steps == 10; }});
  return state;
}

TEST(Snapshot, gives_back_the_state_bit_for_bit) {
  const TemporaryFolder folder;
  const TrainingState state = some_state();
  write_snapshot(folder / "s", {state, {{"net", "2-16 tanh-2"}, {"rate", "0.1"}}});
  const Snapshot read = read_snapshot(folder / "s");
  EXPECT_EQ(read.state.parameters, state.parameters);
  EXPECT_EQ(read.state.optimizer, state.optimizer);
  EXPECT_EQ(read.state.best, state.best);
  EXPECT_EQ(read.state.best_epoch, state.best_epoch);
  EXPECT_EQ(read.state.epoch, state.epoch);
  EXPECT_EQ(read.state.step, state.step);
  EXPECT_EQ(read.state.loss_sum, state.loss_sum);
  EXPECT_EQ(read.state.score_sum, state.score_sum);
  ASSERT_EQ(read.state.reports.size(), state.reports.size());
  EXPECT_EQ(read.state.reports[0].validation->loss, state.reports[0].validation->loss);
  EXPECT_FALSE(read.state.reports[0].test.has_value());
  EXPECT_EQ(read.settings, (std::vector<std::pair<std::string, std::string>>{{"net", "2-16 tanh-2"}, {"rate", "0.1"}}));
}

std::string id_of(const std::string& path) {
  try {
    read_snapshot(path);
  } catch (const Error& error) {
    return error.id();
  }
  return "none";
}

TEST(Snapshot, refuses_what_is_none) {
  const TemporaryFolder folder;
  EXPECT_EQ(id_of(folder / "absent"), "W440");
  write_safetensors(folder / "weights", {.arrays = {{"w", Array(1.0)}}, .metadata = {{"format", "wengert"}}});
  EXPECT_EQ(id_of(folder / "weights"), "W860");
}

/// The snapshot with one array changed and, if asked, a checksum that fits it.
Tensors changed(const std::string& path, const std::string& name, const Array& value) {
  Tensors tensors = read_safetensors(path);
  for (NamedArray& a : tensors.arrays)
    if (a.name == name) a.array = value;
  return tensors;
}

TEST(Snapshot, notices_a_changed_array) {
  const TemporaryFolder folder;
  write_snapshot(folder / "s", {some_state()});
  write_safetensors(folder / "t", changed(folder / "s", "position", Array({1, 2, 3, 4, 1})));
  EXPECT_EQ(id_of(folder / "t"), "W861");
}

/// Not synced to disk, nor over an old file, which some file systems sync by themselves: for files by the thousand.
void write_quickly(const std::string& path, const Bytes& content) {
  std::filesystem::remove(path);
  std::ofstream(path, std::ios::binary).write(reinterpret_cast<const char*>(content.data()), static_cast<std::streamsize>(content.size()));
}

/// With any one bit of the file changed, and cut at any multiple of 16 bytes, `read` must refuse it.
void expect_every_damage_is_noticed(const std::string& path, const std::function<void(const std::string&)>& read) {
  const Bytes whole = read_file(path);
  const std::string copy = path + "-damaged";
  const auto refused = [&](const Bytes& content) {
    write_quickly(copy, content);
    const std::string message = message_of([&] { read(copy); });
    return message.starts_with("W5") || message.starts_with("W8");
  };
  for (size_t at = 0; at < whole.size(); ++at) {
    Bytes changed = whole;
    changed[at] ^= static_cast<unsigned char>(1U << at % 8);
    EXPECT_TRUE(refused(changed)) << "bit " << at % 8 << " of byte " << at;
    if (at % 16 == 0) {
      EXPECT_TRUE(refused(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(at)))) << at << " bytes";
    }
  }
  EXPECT_NO_THROW(read(path));
}

TEST(Snapshot, with_any_bit_changed_or_cut_anywhere_is_refused) {
  const TemporaryFolder folder;
  const LearningTask task = make_task({.input = "1", .layers = {{"2 tanh"}, {"1"}}}, false);
  const Optimizer method = parse_optimizer("gradient_descent");
  TrainingState state = initial_state(task, method, 1, DType::f32);
  train(task, method, {line(8, 1), {}, line(4, 2)}, {.batch = 4, .epochs = 1}, state);
  write_snapshot(folder / "s", {state, {{"net", "1-2 tanh-1"}, {"seed", "1"}}});
  expect_every_damage_is_noticed(folder / "s", read_snapshot);
}

TEST(Model, with_any_bit_changed_or_cut_anywhere_is_refused) {
  const TemporaryFolder folder;
  Model model{make_task({.input = "1", .layers = {{"2 tanh"}, {"1"}}}, false), {}, {}};
  model.parameters = model.task.net.initial_parameters(1, DType::f32);
  model.encoding.source = Encoding::Source::arrays;
  model.encoding.columns = 1;
  model.encoding.targets = {{.name = "y"}};
  model.encoding.example = {1};
  write_model(folder / "weights", model);
  expect_every_damage_is_noticed(folder / "weights", read_model);
}

TEST(Model, whose_examples_are_those_of_another_net_is_refused) {
  const TemporaryFolder folder;
  Model model{make_task({.input = "1", .layers = {{"2 tanh"}, {"3 softmax"}}}, true), {}, {}};
  model.parameters = model.task.net.initial_parameters(1, DType::f32);
  model.encoding.source = Encoding::Source::arrays;
  model.encoding.columns = 1;
  model.encoding.targets = {{.name = "y"}};
  model.encoding.example = {1};
  model.encoding.classes = {"a", "b"};
  const auto problem = [&] {
    write_model(folder / "weights", model);
    try {
      read_model(folder / "weights");
    } catch (const UsageError& error) {
      return std::string(error.id()) + " " + error.problem().substr(error.problem().rfind(": ") + 2);
    }
    return std::string("none");
  };
  EXPECT_EQ(problem(), "W822 there are 2 classes, the net tells 3 apart");
  model.encoding.classes.push_back("c");
  EXPECT_EQ(problem(), "none");
  model.encoding.example = {2};
  EXPECT_EQ(problem(), "W822 examples have 2 features, the net takes 1");
}

TEST(Snapshot, a_fingerprint_tells_other_data) {
  const Split data{two_moons(20), two_moons(10)}, other{two_moons(20, DType::f32, 2), two_moons(10)};
  EXPECT_EQ(fingerprint(data), fingerprint({two_moons(20), two_moons(10)}));
  EXPECT_NE(fingerprint(data), fingerprint(other));
  EXPECT_NE(fingerprint(data), fingerprint({two_moons(10), two_moons(20)}));
}

}  // namespace
}  // namespace wengert
