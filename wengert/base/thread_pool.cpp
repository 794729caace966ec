// SPDX-License-Identifier: Apache-2.0
#include "wengert/base/thread_pool.h"

#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <system_error>

namespace wengert {
namespace {

/// Never destroyed: code may run in destructors of others, after the threads have ended.
struct Shared {
  ThreadPool* pool = new ThreadPool;
  Shared() {
    // The threads are not in the child, and what they were at when it was made (a lock, a wait) would stay as it was.
    pthread_atfork(nullptr, nullptr, [] { of_process().pool = new ThreadPool; });
  }
  static Shared& of_process() {
    static Shared* const one = new Shared;
    return *one;
  }
};

/// Until ready(), but not for long. To be woken takes as long as a short piece of work, and the next one is often near:
/// between the products of a net.
template <class Ready> void linger(Ready ready) {
  constexpr auto long_enough = std::chrono::microseconds(100);
  const auto end = std::chrono::steady_clock::now() + long_enough;
  while (!ready() && std::chrono::steady_clock::now() < end) std::this_thread::yield();
}

struct StopAtExit {
  ~StopAtExit() { Shared::of_process().pool->stop(); }
};

}  // namespace

ThreadPool& ThreadPool::shared() {
  Shared& shared = Shared::of_process();
  static const StopAtExit stop_at_exit;
  return *shared.pool;
}

int ThreadPool::started() const {
  const std::lock_guard lock(mutex_);
  return static_cast<int>(threads_.size());
}

/// As many as the system gives; `mutex_` is held.
void ThreadPool::start(int threads) {
  while (!stopped_ && static_cast<int>(threads_.size()) < threads) {
    try {
      threads_.emplace_back([this] { help(); });
    } catch (const std::system_error&) {
      return;
    }
  }
}

void ThreadPool::run(size_t count, int threads, const Task& task) {
  if (threads <= 1 || count <= 1) {
    for (size_t index = 0; index < count; ++index) task(index, 0);
    return;
  }
  Job job{task, count, static_cast<int>(std::min<size_t>(static_cast<size_t>(threads), count))};
  {
    const std::lock_guard lock(mutex_);
    start(job.most_workers - 1);
    jobs_.push_back(&job);
    ++changes_;
  }
  for (int k = 1; k < job.most_workers; ++k) wake_.notify_one();
  work(job, 0);
  std::unique_lock lock(mutex_);
  std::erase(jobs_, &job);
  lock.unlock();
  linger([&] { return job.active == 0; });
  lock.lock();
  left_.wait(lock, [&] { return job.active == 0; });
  if (job.failure) std::rethrow_exception(job.failure);
}

/// Pieces are taken in order, so that those before one that failed are all done or under way.
void ThreadPool::work(Job& job, int worker) {
  for (size_t index = job.next++; index < job.count; index = job.next++) {
    try {
      job.task(index, worker);
    } catch (...) {
      job.next = job.count;
      const std::lock_guard lock(mutex_);
      if (index >= job.failed_at) continue;
      job.failed_at = index;
      job.failure = std::current_exception();
    }
  }
}

ThreadPool::Job* ThreadPool::job_in_need() {
  for (Job* job : jobs_)
    if (job->workers < job->most_workers && job->next < job->count) return job;
  return nullptr;
}

void ThreadPool::help() {
  std::unique_lock lock(mutex_);
  while (true) {
    Job* job = nullptr;
    if (!stopped_ && job_in_need() == nullptr) {
      const uint64_t seen = changes_;
      lock.unlock();
      linger([&] { return changes_ != seen; });
      lock.lock();
    }
    wake_.wait(lock, [&] { return stopped_ || (job = job_in_need()) != nullptr; });
    if (stopped_) return;
    const int worker = job->workers++;
    ++job->active;
    lock.unlock();
    work(*job, worker);
    lock.lock();
    if (--job->active == 0) left_.notify_all();
  }
}

void ThreadPool::stop() {
  std::vector<std::thread> threads;
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    ++changes_;
    threads.swap(threads_);
  }
  wake_.notify_all();
  for (std::thread& thread : threads) thread.join();
}

}  // namespace wengert
