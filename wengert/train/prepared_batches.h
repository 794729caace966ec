// SPDX-License-Identifier: Apache-2.0
//
// Batches made ready by a second thread while the step before runs: their rows gathered and augmented. Two wait at
// most. Where examples are only copied, a batch costs less than handing it over, so this is for augmented ones.
#pragma once

#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

#include "wengert/train/dataset.h"

namespace wengert {

/// The batches of an epoch, one after the other.
class PreparedBatches {
 public:
  /// The two arrays of a batch, and which examples it holds.
  struct Batch {
    std::vector<int64_t> numbers;
    Array x, y;
  };

  /// What is done to the gathered rows x of these examples in this epoch; it is called by one thread at a time.
  using Change = std::function<void(int64_t epoch, std::span<const int64_t> numbers, Array& x)>;

  /// data  : must outlive this
  /// ahead : prepared by a second thread; the batches are the same without
  PreparedBatches(const Dataset& data, Change change, bool ahead)
      : data_(data), change_(std::move(change)), ahead_(ahead) {}
  ~PreparedBatches() { stop(); }
  PreparedBatches(const PreparedBatches&) = delete;

  /// From now on `next` hands out the examples `order`, `batch` at a time, in their versions of this epoch. What was
  /// begun before is given up.
  void begin(std::vector<int64_t> order, int64_t batch, int64_t epoch);

  /// The next batch, of which `begin` knows how many there are; valid until the next call.
  /// throws : what went wrong while it was made
  const Batch& next();

  /// Ends the second thread; called by the destructor.
  void stop();

 private:
  static constexpr size_t most_waiting = 2;

  Batch made(size_t first);
  void fill();  // what the second thread does

  const Dataset& data_;
  Change change_;
  bool ahead_;
  std::vector<int64_t> order_ = {};
  size_t batch_ = 0, at_ = 0;  // at_: of the next batch to be made
  int64_t epoch_ = 0;
  Batch current_;

  std::mutex mutex_ = {};
  std::condition_variable changed_ = {};
  std::deque<Batch> waiting_ = {};
  std::exception_ptr failure_ = {};
  bool stopping_ = false;
  std::thread thread_ = {};
};

}  // namespace wengert
