// SPDX-License-Identifier: Apache-2.0
//
// Updates whose examples are cut into a fixed number of shards:
//
//     g = sum_s (n_s / n) g_s        g_s: gradient of the mean over the n_s examples of shard s, regularizer included
//
// added in a fixed binary tree over the shards. Which process computed a shard is nowhere in it, so the weights have
// the same bits for any number of processes, one included. Layers that normalise do so within each shard, their
// statistics are the weighted means of the shards', and random numbers are drawn by (key, update, shard).
#pragma once

#include <exception>

#include "wengert/train/ranks.h"
#include "wengert/train/update_halves.h"

namespace wengert {

inline constexpr int64_t most_shards = 1024;

/// throws : UsageError W868 if there are fewer shards than processes, or none; W812 if a shard of a batch would be a single
///          example, and the net normalises by what that does not have (takes_single_example)
void check_shards(const LearningTask& task, const Dataset& train, const TrainingOptions& options, int ranks);

/// The gradient of an update, as a sum over shards: each rank computes neighbouring ones, and rank 0 has the sum.
class ShardedGradient {
 public:
  /// train, options : must outlive this. ranks: null: this process is alone
  ShardedGradient(const LearningTask& task, const Dataset& train, const TrainingOptions& options, Ranks* ranks);

  /// numbers : of the update's examples, which look as in this epoch (1, 2, ...) where pictures are augmented
  /// returns : on rank 0 the sum, [gradients..., statistics..., loss, score]; nothing elsewhere
  /// throws  : on rank 0 what running the Program throws, whichever rank it was; what Ranks throw
  std::vector<Array> operator()(std::span<const Array> parameters, std::span<const int64_t> numbers, int64_t update, int64_t epoch);
  /// The error of this rank in the last call, if there was one.
  std::exception_ptr failure() const { return failure_; }

  const CompileChoice* engine() const { return batches_.choice(); }

 private:
  struct Part {
    std::vector<Array> arrays = {};  ///< as of the sum; empty: no examples
    int failed = -1;                 ///< the rank whose error there is instead
  };
  int owner(int64_t shard) const;
  int64_t rows(int64_t first, int64_t last) const;
  Part sum(int64_t first, int64_t last);
  Part computed(int64_t shard);
  void add(Part& left, const Part& right) const;
  void send(int to, const Part& part);
  Part received(int from);
  /// Throws that rank's error.
  void throw_failure(int failed);

  std::vector<Type> types_;  ///< of what is summed
  size_t learned_;           ///< gradients among that; what follows but for the last two are statistics
  bool is_random_;
  int64_t shards_;
  Ranks* ranks_;
  Random keys_;
  const Dataset& train_;
  const TrainingOptions& options_;
  Batches batches_;
  std::span<const Array> parameters_ = {};
  std::span<const int64_t> numbers_ = {};
  int64_t update_ = 0, epoch_ = 0;
  std::exception_ptr failure_ = nullptr;
};

/// Whole updates, on rank 0; the others serve it meanwhile.
class ShardedUpdates {
 public:
  ShardedUpdates(const LearningTask& task, const Optimizer& optimizer, const Dataset& train,
                 const TrainingOptions& options, Ranks* ranks);
  /// Tells the other ranks that it is over.
  ~ShardedUpdates();
  ShardedUpdates(const ShardedUpdates&) = delete;
  ShardedUpdates& operator=(const ShardedUpdates&) = delete;

  /// Loss (a mean) and score (a sum) of the examples before the update.
  Measure operator()(TrainingState& state, std::span<const int64_t> numbers, double rate, int64_t update);
  const CompileChoice* engine() const { return gradient_.engine(); }

 private:
  void announce(const TrainingState& state, std::span<const int64_t> numbers, int64_t update);

  Ranks* ranks_;
  ShardedGradient gradient_;
  UpdateStep apply_;
};

/// Tells the other ranks, if they still serve, that it is over.
void release_ranks(Ranks& ranks) noexcept;

/// Of which data set a measure is.
enum class HeldOut : uint8_t { validation, test };

/// On rank 0, while the others serve: a measure of the set, each rank of every so-and-so-many-th part of it. The sums of the
/// parts are added up in their order, so that the result has the bits of one process.
///
/// evaluation : of that set. ranks : null: this process is alone
/// throws     : what running the Program throws, whichever rank it was; what Ranks throw
Measure shared_measure(Evaluation& evaluation, HeldOut set, std::span<const Array> parameters, Ranks* ranks);

/// What ranks other than 0 do while rank 0 trains: their shards of each update and their parts of what is measured, until it
/// is over. throws : ResourceError W867, W869
void serve_updates(const LearningTask& task, const Split& data, const TrainingOptions& options, Ranks& ranks);

}  // namespace wengert
