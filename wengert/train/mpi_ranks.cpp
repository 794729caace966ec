// SPDX-License-Identifier: Apache-2.0
//
// Ranks over MPI. Who waits looks whether the others of its machine still live, so that a process that died is named at
// once, and does not wait for what cannot come when the run is to end.
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <dlfcn.h>
#include <fmt/format.h>
#include <unistd.h>

#include "wengert/base/component.h"
#include "wengert/train/mpi/component.h"
#include "wengert/train/ranks.h"

namespace wengert {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto between_looks = std::chrono::milliseconds(20), patience_at_the_end = std::chrono::milliseconds(300);

const MpiDoor& door() {
  static const OpenedComponent opened = open_component("libwengert_mpi.so", "WENGERT_MPI", true);
  const auto open =
      opened.handle == nullptr ? nullptr : reinterpret_cast<OpenMpiDoor>(dlsym(opened.handle, mpi_door_symbol));
  if (open == nullptr || open()->layout != mpi_door_layout) {
    const std::string reason = opened.handle == nullptr ? opened.reason : "it is of another version";
    throw ResourceError(
        "W865",
        fmt::format(
            "this is one of several processes of a training, and the component that speaks MPI cannot be loaded: {}",
            reason),
        {}, "install libopenmpi-dev and build again, or start one process, without mpirun");
  }
  return *open();
}

/// A process of the training, as others see it.
struct Process {
  char host[64] = {};
  int64_t number = 0;
};

Process this_process() {
  Process process;
  ::gethostname(process.host, sizeof process.host - 1);
  process.number = ::getpid();
  return process;
}

class MpiRanks final : public Ranks {
 public:
  explicit MpiRanks(const Launch& launch) : door_(door()) {
    check(door_.start(&rank_, &count_), "join the other processes");
    if (count_ != launch.count)
      throw ResourceError(
          "W869",
          fmt::format("MPI cannot join the other processes: mpirun started {}, MPI sees {}", launch.count, count_), {},
          "use the mpirun of the MPI that Wengert was built with");
    introduce();
  }
  ~MpiRanks() override {
    if (!is_lost_) door_.finish();
  }

  int rank() const override { return rank_; }
  int count() const override { return count_; }
  void send(int to, ByteView bytes) override {
    begin(to);
    check(door_.send(to, bytes.data(), bytes.size(), &give_up, this), "send to another process");
  }
  void receive(int from, std::span<unsigned char> into) override {
    begin(from);
    check(door_.receive(from, into.data(), into.size(), &give_up, this), "receive from another process");
  }

 private:
  /// Everybody learns where everybody is.
  void introduce() {
    std::vector<Process> all(static_cast<size_t>(count_));
    all[static_cast<size_t>(rank_)] = this_process();
    const auto bytes_at = [&](int k, int n) {
      return std::span(reinterpret_cast<unsigned char*>(&all[static_cast<size_t>(k)]),
                       sizeof(Process) * static_cast<size_t>(n));
    };
    if (rank_ > 0) send(0, bytes_at(rank_, 1));
    for (int k = 1; rank_ == 0 && k < count_; ++k) receive(k, bytes_at(k, 1));
    broadcast(bytes_at(0, count_));
    processes_ = std::move(all);
  }

  void begin(int other) { other_ = other, gone_ = -1, ending_since_ = {}, looked_ = Clock::now(); }

  static bool give_up(void* context) { return static_cast<MpiRanks*>(context)->look(); }
  bool look() {
    const auto now = Clock::now();
    if (now - looked_ < between_looks) return false;
    looked_ = now;
    for (size_t k = 0; k < processes_.size(); ++k)
      if (is_gone(processes_[k])) gone_ = static_cast<int>(k);
    if (gone_ >= 0) return true;
    if (!is_ending || !is_ending()) return false;
    if (!ending_since_) ending_since_ = now;
    return now - *ending_since_ > patience_at_the_end;
  }
  bool is_gone(const Process& p) const {
    const Process& own = processes_[static_cast<size_t>(rank_)];
    return std::strcmp(p.host, own.host) == 0 && ::kill(static_cast<pid_t>(p.number), 0) != 0 && errno == ESRCH;
  }

  void check(const char* problem, const char* doing) {
    if (problem == nullptr) return;
    is_lost_ = true;
    if (std::strcmp(problem, given_up_text) != 0)
      throw ResourceError("W869", fmt::format("MPI cannot {}: {}", doing, problem), {},
                          "see what mpirun says; go on with --resume");
    if (gone_ >= 0) {
      const Process& p = processes_[static_cast<size_t>(gone_)];
      throw ResourceError("W867", fmt::format("rank {} (process {} on {}) is gone", gone_, p.number, p.host), {},
                          remedy);
    }
    throw ResourceError("W867", fmt::format("rank {} does not answer, and this run was told to end", other_), {},
                        remedy);
  }
  static constexpr char remedy[] =
      "see what mpirun and the system say of it (was there enough memory?), and go on with --resume";

  const MpiDoor& door_;
  int rank_ = 0, count_ = 1, other_ = 0, gone_ = -1;
  bool is_lost_ = false;
  std::vector<Process> processes_ = {};
  std::optional<Clock::time_point> ending_since_ = {};
  Clock::time_point looked_ = {};
};

}  // namespace

std::unique_ptr<Ranks> join_ranks(const Launch& launch) { return std::make_unique<MpiRanks>(launch); }

}  // namespace wengert
