// SPDX-License-Identifier: Apache-2.0
//
// Threads of the process, for work that falls into pieces. They are started when somebody first asks for more than one,
// are shared by all who ask, sleep where there is nothing to do for a while, and are joined when the process ends. Who asks works as well, so that
// nothing waits for a thread that is busy elsewhere, or that could not be started.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace wengert {

class ThreadPool {
 public:
  /// Piece `index` done by `worker`: pieces of one worker are done one after the other.
  using Task = std::function<void(size_t index, int worker)>;

  /// That of the process; a process forked off gets one of its own.
  static ThreadPool& shared();

  ThreadPool() = default;
  ~ThreadPool() { stop(); }
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  /// task(index, worker) for index = 0 .. count - 1, each once, in any order, by at most `threads` workers (numbered
  /// from 0, the caller). Several callers at once share the threads; a task may call run itself.
  ///
  /// cost   : with one thread or one piece, calls; else some microseconds to wake the others
  /// throws : what the piece of the lowest index that threw has thrown; pieces behind it may have been left out
  void run(size_t count, int threads, const Task& task);

  /// Ends the threads; from then on callers work alone.
  void stop();
  int started() const;  ///< threads

 private:
  struct Job {
    const Task& task;
    size_t count;
    int most_workers;
    std::atomic<size_t> next = 0;
    int workers = 1;              // that joined
    std::atomic<int> active = 0;  // that have not left yet, the caller apart
    size_t failed_at = SIZE_MAX;
    std::exception_ptr failure = nullptr;
  };

  void start(int threads);
  void help();
  void work(Job& job, int worker);
  Job* job_in_need();

  mutable std::mutex mutex_;
  std::condition_variable wake_, left_;
  std::vector<std::thread> threads_;
  std::vector<Job*> jobs_;            // of callers that have not returned
  std::atomic<uint64_t> changes_ = 0;  // of jobs_ and stopped_, that may concern a thread that waits
  bool stopped_ = false;
};

}  // namespace wengert
