// SPDX-License-Identifier: Apache-2.0
//
// Trainings that are killed (SIGKILL) 200 times, in the midst of updates and of snapshots: a whole snapshot is always
// there, at most one interval between two snapshots is lost, and the training that goes on ends with the bits of one
// that was never disturbed. Half of them as functions, whose progress is seen to the update; half as the tool.
#include <gtest/gtest.h>

#include <atomic>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../unit/cli/tool.h"
#include "../unit/train/training_cases.h"
#include "wengert/train/snapshot.h"

namespace wengert {
namespace {

constexpr int kills = 100;  // of each half
constexpr int64_t interval = 3, examples = 60, batch = 6, steps = examples / batch;

const Split& data() {
  static const Split split{two_moons(examples, DType::f32, 1), {}, two_moons(20, DType::f32, 2)};
  return split;
}

int64_t position(const TrainingState& state) { return state.epoch * steps + state.step; }

/// Goes on from the snapshot, if there is one, until `epochs`; tells the updates that are done, and writes after every
/// `interval` of them.
TrainingState trained(const std::string& path, int64_t epochs, std::atomic<int64_t>* done) {
  const Optimizer adam = parse_optimizer("adam");
  TrainingState state =
      std::filesystem::exists(path) ? read_snapshot(path).state : initial_state(small_net(), adam, 1, DType::f32);
  const auto on_step = [&](const TrainingState& s, int64_t) {
    if (done == nullptr) return;
    *done = position(s);
    if (*done % interval == 0) write_snapshot(path, {s});
  };
  train(small_net(), adam, data(),
        {.batch = batch, .epochs = epochs, .rate = 0.01, .compile = {.engine = Engine::interpreter}}, state,
        {.on_step = on_step});
  return state;
}

/// Runs `f` in a process of its own and kills it after `microseconds`.
template <class F> void run_and_kill(F f, int64_t microseconds) {
  const pid_t child = ::fork();
  if (child == 0) {
    f();
    ::_exit(0);
  }
  ::usleep(static_cast<useconds_t>(microseconds));
  ::kill(child, SIGKILL);
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << "it ended by itself, with status " << status;
}

TEST(KilledTraining, loses_at_most_one_interval_and_ends_with_the_bits_of_an_undisturbed_one) {
  const Folder folder;
  const std::string path = folder / "snapshot";
  void* const shared =
      ::mmap(nullptr, sizeof(std::atomic<int64_t>), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(shared, MAP_FAILED);
  auto* const done = new (shared) std::atomic<int64_t>(0);
  Random random(1);
  int64_t before = 0;
  for (int kill = 0; kill < kills; ++kill) {
    run_and_kill([&] { trained(path, INT64_MAX / steps, done); }, static_cast<int64_t>(random.uniform(0, 60'000)));
    const int64_t written =
        std::filesystem::exists(path) ? position(read_snapshot(path).state) : 0;  // throws if it is not whole
    ASSERT_GE(written, before) << "kill " << kill;
    ASSERT_GE(written, *done - interval) << "kill " << kill << ": more than an interval was lost";
    *done = before = written;
  }
  EXPECT_GT(before, 100 * interval) << "the trainings were killed before they did much";
  const int64_t epochs = before / steps + 2;
  const TrainingState parts = trained(path, epochs, done), whole = trained(folder / "none", epochs, nullptr);
  EXPECT_EQ(parts.parameters, whole.parameters);
  EXPECT_EQ(parts.optimizer, whole.optimizer);
  EXPECT_EQ(parts.best, whole.best);
  ::munmap(shared, sizeof(std::atomic<int64_t>));
}

/// The table of two_moons.
std::string table() {
  std::ostringstream text;
  text << "x,y,class\n";
  const Dataset& moons = data().train;
  for (int64_t k = 0; k < moons.count(); ++k)
    text << moons.x[2 * k] << "," << moons.x[2 * k + 1] << (moons.y[k] == 0 ? ",upper\n" : ",lower\n");
  return text.str();
}

TEST(KilledTraining, by_the_tool_can_always_be_resumed_and_ends_with_the_bytes_of_an_undisturbed_one) {
  const Folder folder;
  const std::string csv = folder.write("moons.csv", table()), snapshot = folder / "parts/snapshot.safetensors";
  const auto words = [&](const std::string& out, const std::string& epochs) {
    std::vector<std::string> all{"train",    csv,           "--epochs",         epochs,
                                 "-o",       folder / out,  "--batch",          "5",
                                 "--engine", "interpreter", "--snapshot-every", "4"};
    if (std::filesystem::exists(folder / out + "/snapshot.safetensors")) all.emplace_back("--resume");
    return all;
  };
  const auto start = [&] {  // instead of this process, a training without end
    std::vector<std::string> all = words("parts", "10000000");
    std::vector<char*> arguments{const_cast<char*>("wengert")};
    for (std::string& word : all) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    const int nowhere = ::open("/dev/null", O_WRONLY);
    ::dup2(nowhere, STDOUT_FILENO);
    ::dup2(nowhere, STDERR_FILENO);
    ::execv(WENGERT_TOOL, arguments.data());
  };
  Random random(2);
  int64_t epoch = 0, resumed = 0;
  for (int kill = 0; kill < kills; ++kill) {
    run_and_kill(start, static_cast<int64_t>(random.uniform(0, 150'000)));
    if (!std::filesystem::exists(snapshot)) continue;
    const TrainingState state = read_snapshot(snapshot).state;
    ASSERT_GE(state.epoch, epoch) << "kill " << kill;
    resumed += state.epoch > epoch;
    epoch = state.epoch;
  }
  EXPECT_GT(resumed, kills / 10) << "the trainings were killed before they did much";
  const std::string epochs = std::to_string(epoch + 2);
  const auto last = run_tool(words("parts", epochs));
  ASSERT_EQ(last.code, 0) << last.err;
  ASSERT_EQ(run_tool(words("whole", epochs)).code, 0);
  EXPECT_EQ(content_of(folder / "parts/weights.safetensors"), content_of(folder / "whole/weights.safetensors"));
}

}  // namespace
}  // namespace wengert
