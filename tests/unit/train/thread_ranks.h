// SPDX-License-Identifier: Apache-2.0
//
// Ranks that are threads of one process: what MPI does, for tests where there is none.
#pragma once

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "wengert/train/ranks.h"

namespace wengert {

/// The messages under way, by (from, to).
class Post {
 public:
  void send(int from, int to, ByteView bytes) {
    const std::lock_guard lock(mutex_);
    boxes_[{from, to}].emplace_back(bytes.begin(), bytes.end());
    arrived_.notify_all();
  }
  Bytes receive(int from, int to) {
    std::unique_lock lock(mutex_);
    auto& box = boxes_[{from, to}];
    arrived_.wait(lock, [&] { return !box.empty(); });
    Bytes bytes = std::move(box.front());
    box.pop_front();
    return bytes;
  }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::map<std::pair<int, int>, std::deque<Bytes>> boxes_;
};

class ThreadRanks final : public Ranks {
 public:
  ThreadRanks(Post& post, int rank, int count) : post_(post), rank_(rank), count_(count) {}

  int rank() const override { return rank_; }
  int count() const override { return count_; }
  void send(int to, ByteView bytes) override { post_.send(rank_, to, bytes); }
  void receive(int from, std::span<unsigned char> into) override {
    const Bytes bytes = post_.receive(from, rank_);
    if (bytes.size() != into.size()) throw InternalError("W960", "a message of another size than expected");
    std::copy(bytes.begin(), bytes.end(), into.begin());
  }

 private:
  Post& post_;
  int rank_, count_;
};

/// Runs `first` as rank 0 here, and `other` as each of the others in a thread of its own.
template <class First, class Other> void as_ranks(int count, First first, Other other) {
  Post post;
  std::vector<std::thread> threads;
  for (int rank = 1; rank < count; ++rank)
    threads.emplace_back([&post, &other, rank, count] {
      ThreadRanks ranks(post, rank, count);
      other(ranks);
    });
  ThreadRanks ranks(post, 0, count);
  first(ranks);
  for (std::thread& thread : threads) thread.join();
}

}  // namespace wengert
