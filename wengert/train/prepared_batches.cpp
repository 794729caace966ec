// SPDX-License-Identifier: Apache-2.0
#include "wengert/train/prepared_batches.h"

#include <algorithm>
#include <system_error>

namespace wengert {

void PreparedBatches::begin(std::vector<int64_t> order, int64_t batch, int64_t epoch) {
  stop();
  order_ = std::move(order);
  batch_ = static_cast<size_t>(batch), at_ = 0;
  epoch_ = epoch;
  if (!ahead_) return;
  try {
    thread_ = std::thread([this] { fill(); });
  } catch (const std::system_error&) {
    ahead_ = false;  // no thread is to be had: later, but the same
  }
}

PreparedBatches::Batch PreparedBatches::made(size_t first) {
  const auto numbers = std::span(order_).subspan(first, std::min(batch_, order_.size() - first));
  Batch batch{{numbers.begin(), numbers.end()}, gathered(data_.x, numbers), gathered(data_.y, numbers)};
  change_(epoch_, batch.numbers, batch.x);
  return batch;
}

void PreparedBatches::fill() {
  for (; at_ < order_.size(); at_ += batch_) {
    std::optional<Batch> batch;
    std::exception_ptr failure;
    try {
      batch = made(at_);
    } catch (...) {
      failure = std::current_exception();
    }
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return stopping_ || waiting_.size() < most_waiting; });
    if (stopping_) return;
    failure_ = failure;
    if (batch) waiting_.push_back(std::move(*batch));
    changed_.notify_all();
    if (failure) return;
  }
}

const PreparedBatches::Batch& PreparedBatches::next() {
  if (!ahead_) {
    current_ = made(at_);
    at_ += batch_;
    return current_;
  }
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return failure_ || !waiting_.empty(); });
  if (waiting_.empty()) std::rethrow_exception(failure_);
  current_ = std::move(waiting_.front());
  waiting_.pop_front();
  changed_.notify_all();
  return current_;
}

void PreparedBatches::stop() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }
  thread_.join();
  stopping_ = false;
  waiting_.clear();
  failure_ = nullptr;
}

}  // namespace wengert
