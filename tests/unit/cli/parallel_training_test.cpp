// SPDX-License-Identifier: Apache-2.0
//
// wengert train in several processes, where there is an mpirun and the component was built: equal bytes for any number
// of them, one that is killed, and errors. Shards without MPI, anywhere.
#include <csignal>

#include "tool.h"
#include "wengert/train/snapshot.h"

namespace wengert {
namespace {

using testing::HasSubstr;

std::string table() {
  std::string text = "x,y,side\n";
  unsigned state = 1;
  const auto uniform = [&] {
    return static_cast<double>((state = state * 1103515245 + 12345) >> 8 & 0xffff) / 0x8000 - 1;
  };
  for (int k = 0; k < 100; ++k) {
    const double x = uniform(), y = uniform();
    text += std::to_string(x) + "," + std::to_string(y) + (x * y > 0 ? ",same\n" : ",other\n");
  }
  return text;
}

constexpr char mpirun[] =
    "OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 timeout 100 mpirun --oversubscribe --quiet";

/// Whether this machine trains in several processes.
bool has_mpi() {
#ifdef WENGERT_SANITIZED
  return false;  // MPI itself leaks
#endif
  static const bool has =
      std::filesystem::exists(std::filesystem::path(WENGERT_TOOL).parent_path() / "libwengert_mpi.so") &&
      std::system((std::string(mpirun) + " -n 2 true > /dev/null 2>&1").c_str()) == 0;
  return has;
}

std::vector<std::string> training(const Folder& folder, const std::string& out) {
  return {"train",    folder / "table.csv",
          "--net",    "2 - 12 - batch_norm - tanh - dropout 0.1 - 2 softmax",
          "--epochs", "4",
          "--batch",  "40",
          "--rate",   "0.01",
          "--engine", "interpreter",
          "-o",       folder / out};
}

Outcome run_processes(int count, const std::vector<std::string>& words) {
  return run_tool(words, {}, std::string(mpirun) + " -n " + std::to_string(count) + " ");
}

TEST(ParallelTraining, leaves_the_bytes_of_one_process_with_as_many_shards) {
  if (!has_mpi()) GTEST_SKIP() << "there is no mpirun, or no component that speaks MPI";
  const Folder folder;
  folder.write("table.csv", table());
  auto alone = training(folder, "alone");
  alone.insert(alone.end(), {"--shards", "8"});
  ASSERT_EQ(run_tool(alone).code, 0);
  for (int count = 1; count <= 4; ++count) {
    const auto shared = run_processes(count, training(folder, "shared"));
    ASSERT_EQ(shared.code, 0) << shared.err;
    EXPECT_EQ(content_of(folder / "shared/weights.safetensors"), content_of(folder / "alone/weights.safetensors"))
        << count << " processes";
    EXPECT_THAT(shared.out, HasSubstr("test accuracy"));
    EXPECT_EQ(shared.out.find("test accuracy"), shared.out.rfind("test accuracy")) << "one process prints";
  }
}

TEST(ParallelTraining, of_accumulated_batches_leaves_the_bytes_of_one_process) {
  if (!has_mpi()) GTEST_SKIP() << "there is no mpirun, or no component that speaks MPI";
  const Folder folder;
  folder.write("table.csv", table());
  const auto accumulated = [&](const std::string& out) {
    auto words = training(folder, out);
    words.insert(words.end(), {"--shards", "4", "--accumulate", "2"});
    words[7] = "20";  // examples a batch
    return words;
  };
  ASSERT_EQ(run_tool(accumulated("alone")).code, 0);
  const auto shared = run_processes(2, accumulated("shared"));
  ASSERT_EQ(shared.code, 0) << shared.err;
  EXPECT_EQ(content_of(folder / "shared/weights.safetensors"), content_of(folder / "alone/weights.safetensors"));
}

TEST(ParallelTraining, ends_with_the_error_of_rank_0_and_its_exit_code) {
  if (!has_mpi()) GTEST_SKIP() << "there is no mpirun, or no component that speaks MPI";
  const Folder folder;
  folder.write("table.csv", table());
  auto words = training(folder, "out");
  words[1] = folder / "none.csv";
  const auto missing = run_processes(2, words);
  EXPECT_EQ(missing.code, 2) << missing.err;
  EXPECT_THAT(missing.err, HasSubstr("W828"));
  EXPECT_EQ(missing.err.find("W828"), missing.err.rfind("W828")) << "one process prints";
  words = training(folder, "out");
  words.insert(words.end(), {"--shards", "1"});
  EXPECT_THAT(run_processes(2, words).err, HasSubstr("W868 usage: 2 processes cannot share 1 shards of an update"));
}

TEST(ParallelTraining,
     whose_worker_is_killed_ends_with_a_message_and_a_snapshot_that_another_number_of_processes_goes_on_with) {
  if (!has_mpi()) GTEST_SKIP() << "there is no mpirun, or no component that speaks MPI";
  const Folder folder;
  folder.write("table.csv", table());
  auto words = training(folder, "parts");
  words[5] = "1000000";  // epochs: without end
  // Rank 1 is killed as soon as rank 0 has written a snapshot.
  const auto killed = folder.write("killed.sh",
                                   "if [ \"$OMPI_COMM_WORLD_RANK\" = 1 ]; then\n"
                                   "  (i=0; while [ $i -lt 3000 ] && [ ! -e '" +
                                       folder / "parts/snapshot.safetensors" +
                                       "' ]; do sleep 0.01; i=$((i + 1)); done\n"
                                       "   kill -s KILL $$) </dev/null >/dev/null 2>&1 &\n"
                                       "fi\n"
                                       "exec \"$@\"\n");
  const auto lost = run_tool(words, {}, std::string(mpirun) + " -n 2 sh " + killed + " ");
  EXPECT_NE(lost.code, 0);
  EXPECT_THAT(lost.err, HasSubstr("W867 resource: rank 1 (process "));
  const TrainingState state = read_snapshot(folder / "parts/snapshot.safetensors").state;
  const std::string epochs = std::to_string(state.epoch + 2);
  words[5] = epochs;
  words.emplace_back("--resume");
  const auto resumed = run_processes(3, words);
  ASSERT_EQ(resumed.code, 0) << resumed.err;
  auto whole = training(folder, "whole");
  whole[5] = epochs;
  whole.insert(whole.end(), {"--shards", "8"});
  ASSERT_EQ(run_tool(whole).code, 0);
  EXPECT_EQ(content_of(folder / "parts/weights.safetensors"), content_of(folder / "whole/weights.safetensors"));
}

TEST(ParallelTraining, is_refused_where_the_component_is_missing) {
  const Folder folder;
  folder.write("table.csv", table());
  const auto outcome =
      run_tool(training(folder, "out"), {}, "OMPI_COMM_WORLD_RANK=1 OMPI_COMM_WORLD_SIZE=2 WENGERT_MPI=/nonexistent ");
  EXPECT_EQ(outcome.code, 5);
  EXPECT_THAT(outcome.err, HasSubstr("W865"));
  EXPECT_FALSE(std::filesystem::exists(folder / "out"));
}

TEST(ParallelTraining, goes_on_only_with_as_many_shards) {
  const Folder folder;
  folder.write("table.csv", table());
  auto words = training(folder, "out");
  words.insert(words.end(), {"--shards", "3"});
  ASSERT_EQ(run_tool(words).code, 0);
  words.back() = "4";
  words.emplace_back("--resume");
  EXPECT_EQ(error_id(words, 2), "W862");
}

}  // namespace
}  // namespace wengert
