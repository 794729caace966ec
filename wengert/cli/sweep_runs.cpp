// SPDX-License-Identifier: Apache-2.0
#include "wengert/cli/sweep_runs.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include "wengert/base/error.h"
#include "wengert/cli/interrupt.h"
#include "wengert/cli/training_files.h"
#include "wengert/io/file.h"

namespace wengert::cli {
namespace {

using Json = nlohmann::json;

std::string in(const SweepRun& run, const char* name) { return (std::filesystem::path(run.folder) / name).string(); }

Json parsed(const std::string& path) {
  if (!std::filesystem::is_regular_file(path)) return Json::value_t::discarded;
  const Bytes bytes = read_file(path);
  return Json::parse(bytes.begin(), bytes.end(), nullptr, false);
}

/// The last lines of what a process said, where it left no result.
std::string last_words(const SweepRun& run, int status) {
  std::string text;
  if (std::filesystem::is_regular_file(in(run, "messages.txt")))
    text = std::string(text_of(read_file(in(run, "messages.txt"))));
  while (!text.empty() && text.back() == '\n') text.pop_back();
  if (text.size() > 300) text = "..." + text.substr(text.size() - 297);
  const std::string how = WIFSIGNALED(status) ? fmt::format("ended by signal {}", WTERMSIG(status))
                                              : fmt::format("ended with exit code {}", WEXITSTATUS(status));
  return text.empty() ? how : how + ": " + text;
}

double number(const Json& object, const std::string& key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_number() ? found->get<double>()
                                                     : std::nan("");  // what is not finite is null
}

void read_epochs(const Json& result, SweepRun& run, std::string& score) {
  const Json& epochs = result.at("epochs");
  run.epochs = static_cast<int64_t>(epochs.size());
  run.best_epoch = result.value("best_epoch", int64_t{0});
  run.wall_s = 0;
  run.validation_curve.clear();
  for (const Json& epoch : epochs) {
    run.wall_s += number(epoch, "wall_s");
    run.validation_curve.push_back(number(epoch, "validation_loss"));
  }
  const Json& best = epochs.at(static_cast<size_t>(std::max<int64_t>(1, run.best_epoch) - 1));
  score = best.contains("validation_accuracy") ? "accuracy" : "rmse";
  run.validation_loss = number(best, "validation_loss");
  run.validation_score = number(best, "validation_" + score);
  if (result.contains("test_" + score)) run.test_score = number(result, "test_" + score);
}

/// In the child: nothing but system calls, until it is the tool.
[[noreturn]] void become(const char* const* words, const char* out, const char* messages, pid_t parent,
                         const sigset_t& mask) {
  for (const int signal : {SIGINT, SIGTERM}) ::signal(signal, SIG_DFL);
  ::sigprocmask(SIG_SETMASK, &mask, nullptr);
  ::setpgid(0, 0);  // an interrupt of the terminal goes to the sweep, which passes on one
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() != parent) ::_exit(127);
  const int null = ::open("/dev/null", O_RDONLY), to = ::open(out, O_WRONLY | O_CREAT | O_TRUNC, 0666),
            errors = ::open(messages, O_WRONLY | O_CREAT | O_TRUNC, 0666);
  if (null < 0 || to < 0 || errors < 0 || ::dup2(null, 0) < 0 || ::dup2(to, 1) < 0 || ::dup2(errors, 2) < 0)
    ::_exit(126);
  ::execv("/proc/self/exe", const_cast<char* const*>(words));
  ::_exit(127);
}

/// The process; negative, with errno, if there can be none.
pid_t start(const SweepRun& run) {
  make_folder(run.folder);
  std::vector<std::string> words{"wengert"};
  words.insert(words.end(), run.words.begin(), run.words.end());
  if (std::filesystem::exists(in(run, "snapshot.safetensors"))) words.emplace_back("--resume");
  std::vector<const char*> pointers;
  for (const std::string& word : words) pointers.push_back(word.c_str());
  pointers.push_back(nullptr);
  const std::string out = in(run, "result.json.part"), messages = in(run, "messages.txt");
  sigset_t interrupts, before;  // one that comes now must not be lost in the sweep's own handler, in the child
  ::sigemptyset(&interrupts), ::sigaddset(&interrupts, SIGINT), ::sigaddset(&interrupts, SIGTERM);
  ::sigprocmask(SIG_BLOCK, &interrupts, &before);
  const pid_t parent = ::getpid(), child = ::fork();
  if (child == 0) become(pointers.data(), out.c_str(), messages.c_str(), parent, before);
  const int reason = errno;
  ::sigprocmask(SIG_SETMASK, &before, nullptr);
  errno = reason;
  return child;
}

/// Processes under way; none is left behind, whatever happens.
class Processes {
 public:
  Processes() = default;
  Processes(const Processes&) = delete;
  Processes& operator=(const Processes&) = delete;
  ~Processes() {
    interrupt();
    for (const auto& [child, run] : running_) ::waitpid(child, nullptr, 0);
  }

  size_t count() const { return running_.size(); }
  /// Returns whether there is one.
  bool begin(SweepRun& run) {
    const pid_t child = start(run);
    if (child < 0) {
      run.state = SweepRun::State::failed;
      run.error = fmt::format("no process could be started: {}", std::strerror(errno));
      return false;
    }
    running_.emplace_back(child, &run);
    run.state = SweepRun::State::running;
    return true;
  }
  /// Asks all, once, to end in good order.
  void interrupt() {
    if (interrupted_) return;
    interrupted_ = true;
    for (const auto& [child, run] : running_) ::kill(child, SIGINT);
  }
  /// One that has ended, and how; nothing if all are under way.
  std::optional<std::pair<SweepRun*, int>> ended() {
    for (size_t k = 0; k < running_.size(); ++k) {
      int status = 0;
      if (::waitpid(running_[k].first, &status, WNOHANG) != running_[k].first) continue;
      SweepRun* const run = running_[k].second;
      running_.erase(running_.begin() + static_cast<std::ptrdiff_t>(k));
      return std::pair(run, status);
    }
    return {};
  }

 private:
  std::vector<std::pair<pid_t, SweepRun*>> running_;
  bool interrupted_ = false;
};

void close_run(SweepRun& run, int status, std::string& score) {
  std::error_code ignored;
  std::filesystem::rename(in(run, "result.json.part"), in(run, "result.json"), ignored);
  const bool stopped = (WIFEXITED(status) && WEXITSTATUS(status) == exit_interrupted) ||
                       (WIFSIGNALED(status) && WTERMSIG(status) == SIGINT);
  if (read_result(run, score) || stopped) {
    if (stopped) run.state = SweepRun::State::interrupted;
    return;
  }
  run.state = SweepRun::State::failed;
  if (run.error.empty()) run.error = last_words(run, status);
}

}  // namespace

bool read_result(SweepRun& run, std::string& score) {
  const Json result = parsed(in(run, "result.json"));
  run.error.clear();
  if (result.is_discarded() || !result.is_object()) return false;
  if (const auto error = result.find("error"); error != result.end()) {
    run.error = fmt::format("{} {}", error->value("id", ""), error->value("problem", ""));
    return false;
  }
  if (result.value("interrupted", true) || !result.contains("epochs") || result.at("epochs").empty()) return false;
  read_epochs(result, run, score);
  run.state = SweepRun::State::finished;
  return true;
}

bool run_all(std::vector<SweepRun>& runs, int64_t jobs, std::string& score,
             const std::function<void(const SweepRun&)>& ended) {
  std::vector<SweepRun*> waiting;
  for (SweepRun& run : runs)
    if (!read_result(run, score)) waiting.push_back(&run);
  const Interrupt interrupt;
  Processes processes;
  for (size_t next = 0; next < waiting.size() || processes.count() > 0;) {
    if (interrupt.requested()) {
      processes.interrupt();
      next = waiting.size();
    }
    while (next < waiting.size() && processes.count() < static_cast<size_t>(jobs)) {
      SweepRun& run = *waiting[next++];
      if (!processes.begin(run)) ended(run);
    }
    if (processes.count() == 0) continue;
    const auto over = processes.ended();
    if (!over) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
      continue;
    }
    close_run(*over->first, over->second, score);
    ended(*over->first);
  }
  return interrupt.requested();
}

}  // namespace wengert::cli
