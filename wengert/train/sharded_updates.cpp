// SPDX-License-Identifier: Apache-2.0
#include "wengert/train/sharded_updates.h"

#include <cmath>
#include <cstring>
#include <fmt/format.h>
#include <utility>

namespace wengert {
namespace {

/// What rank 0 tells the others.
struct Announcement {
  enum Kind : int64_t { over, an_update, a_measure, a_failure };  // a_failure: over, and rank `number` is to say why
  int64_t kind = over;
  int64_t number = 0;  ///< of the update; of the set; of the rank
  int64_t rows = 0;    ///< numbers of examples that follow
  int64_t epoch = 0;   ///< as which they look
};

std::span<unsigned char> bytes_of(Announcement& a) { return {reinterpret_cast<unsigned char*>(&a), sizeof a}; }
std::span<unsigned char> bytes_of(std::vector<int64_t>& numbers) {
  return {reinterpret_cast<unsigned char*>(numbers.data()), numbers.size() * sizeof(int64_t)};
}
std::span<unsigned char> bytes_of(Array& a) {
  return {static_cast<unsigned char*>(a.mutable_view().data), a.type().bytes()};
}
ByteView bytes_of(const Array& a) { return {static_cast<const unsigned char*>(a.view().data), a.type().bytes()}; }

/// Where shard `shard` of `shards` begins among n examples, or n shards' ranks among the ranks.
int64_t begin_of(int64_t shard, int64_t shards, int64_t n) { return shard * n / shards; }

/// In the array's own precision: statistics are weighted as the step weights gradients.
void multiply(Array& a, double factor) {
  if (a.dtype() == DType::f32)
    for (float& x : a.mutable_values<float>()) x *= static_cast<float>(factor);
  else
    for (double& x : a.mutable_values<double>()) x *= factor;
}

/// Of a net that cannot take a single example.
void check_sizes(int64_t examples, int64_t shards) {
  for (int64_t s = 0; s < shards; ++s)
    if (begin_of(s + 1, shards, examples) - begin_of(s, shards, examples) == 1)
      throw UsageError(
          "W812",
          fmt::format("a shard of a single example cannot be normalised: a batch of {} examples in {} shards has one",
                      examples, shards),
          {}, "take another --batch or --shards");
}

}  // namespace

void check_shards(const LearningTask& task, const Dataset& train, const TrainingOptions& options, int ranks) {
  if (options.shards < 1 || options.shards > most_shards)
    throw UsageError("W868", fmt::format("an update cannot be cut into {} shards", options.shards), {},
                     fmt::format("choose 1 to {}", most_shards));
  if (options.shards < ranks)
    throw UsageError("W868", fmt::format("{} processes cannot share {} shards of an update", ranks, options.shards), {},
                     fmt::format("give --shards {}, or start fewer processes", ranks));
  if (takes_single_example(task, train)) return;
  const int64_t examples = options.examples_an_update();
  check_sizes(std::min(examples, train.count()), options.shards);
  if (const int64_t rest = train.count() % examples; rest > 0) check_sizes(rest, options.shards);
}

ShardedGradient::ShardedGradient(const LearningTask& task, const Dataset& train, const TrainingOptions& options,
                                 Ranks* ranks)
    : learned_(task.net.parameters.size()), is_random_(task.net.is_random), shards_(options.shards), ranks_(ranks),
      keys_(update_keys(options)), train_(train), options_(options), batches_(gradient_batches(task, train, options)) {
  for (const ParameterSpec& spec : task.net.values()) types_.push_back({train.x.dtype(), spec.shape});
  types_.insert(types_.end(), 2, {train.x.dtype(), {}});  // loss and score
}

int ShardedGradient::owner(int64_t shard) const {
  if (ranks_ == nullptr) return 0;
  int rank = 0;  // ranks are few
  while (begin_of(rank + 1, ranks_->count(), shards_) <= shard) ++rank;
  return rank;
}

int64_t ShardedGradient::rows(int64_t first, int64_t last) const {
  const auto n = static_cast<int64_t>(numbers_.size());
  return begin_of(last, shards_, n) - begin_of(first, shards_, n);
}

/// The sum over shards first .. last - 1, on the rank that has `first`. Every rank walks the same tree.
ShardedGradient::Part ShardedGradient::sum(int64_t first, int64_t last) {
  const int own = ranks_ == nullptr ? 0 : ranks_->rank(), to = owner(first);
  if (rows(first, last) == 0 || own < to || own > owner(last - 1)) return {};
  if (last - first == 1) return computed(first);
  const int64_t middle = first + (last - first) / 2;
  const int from = owner(middle);
  Part left = sum(first, middle), right = sum(middle, last);
  if (rows(middle, last) == 0) return left;
  if (own == from && own != to) send(to, right);
  if (own == to && own != from) right = received(from);
  if (own == to) add(left, right);
  return own == to ? std::move(left) : Part{};
}

ShardedGradient::Part ShardedGradient::computed(int64_t shard) {
  Part part;
  try {
    const auto n = static_cast<int64_t>(numbers_.size());
    const auto own =
        numbers_.subspan(static_cast<size_t>(begin_of(shard, shards_, n)), static_cast<size_t>(rows(shard, shard + 1)));
    Array x = gathered(train_.x, own);
    const Array y = gathered(train_.y, own);
    if (options_.augment.changes()) augment(options_.augment, options_.key, epoch_, own, x);
    std::vector<ConstView> values;
    for (const Array& a : parameters_) values.push_back(a.view());
    UpdatePart examples{.x = x.view(), .y = y.view(), .share = static_cast<double>(own.size()) / static_cast<double>(n)};
    if (is_random_) examples.keys = keys_.split(static_cast<uint64_t>(update_)).split(static_cast<uint64_t>(shard));
    run_gradient_step(batches_.executable(static_cast<int64_t>(own.size())), values, examples, part.arrays);
    for (size_t k = learned_; k < parameters_.size(); ++k) multiply(part.arrays[k], examples.share);
  } catch (const std::exception&) {
    failure_ = std::current_exception();
    part.failed = ranks_ == nullptr ? 0 : ranks_->rank();
    part.arrays.clear();
    for (const Type& type : types_) part.arrays.emplace_back(type);  // something to be sent
  }
  return part;
}

void ShardedGradient::add(Part& left, const Part& right) const {
  if (left.failed < 0) left.failed = right.failed;
  if (left.arrays.empty())
    left.arrays = right.arrays;
  else
    for (size_t k = 0; k < types_.size(); ++k) add_to(left.arrays[k], right.arrays[k]);
}

void ShardedGradient::send(int to, const Part& part) {
  Announcement head{.number = part.failed};
  ranks_->send(to, bytes_of(head));
  for (const Array& a : part.arrays) ranks_->send(to, bytes_of(a));
}

ShardedGradient::Part ShardedGradient::received(int from) {
  Announcement head;
  ranks_->receive(from, bytes_of(head));
  Part part{.failed = static_cast<int>(head.number)};
  for (const Type& type : types_) ranks_->receive(from, bytes_of(part.arrays.emplace_back(type)));
  return part;
}

void ShardedGradient::throw_failure(int failed) {
  if (ranks_ != nullptr) {
    Announcement failure{.kind = Announcement::a_failure, .number = failed};
    ranks_->broadcast(bytes_of(failure));
  }
  if (failed == 0) std::rethrow_exception(failure_);
  understood(ranks_->receive_text(failed), failed);
}

std::vector<Array> ShardedGradient::operator()(std::span<const Array> parameters, std::span<const int64_t> numbers,
                                               int64_t update,
                                               int64_t epoch) {
  parameters_ = parameters, numbers_ = numbers, update_ = update, epoch_ = epoch, failure_ = nullptr;
  Part all = sum(0, shards_);
  if (all.failed >= 0 && (ranks_ == nullptr || ranks_->rank() == 0)) throw_failure(all.failed);
  return std::move(all.arrays);
}

ShardedUpdates::ShardedUpdates(const LearningTask& task, const Optimizer& optimizer, const Dataset& train,
                               const TrainingOptions& options, Ranks* ranks)
    : ranks_(ranks), gradient_(task, train, options, ranks), apply_(task, optimizer, train.x.dtype(), options) {
  if (ranks != nullptr) ranks->are_serving = true;
}

ShardedUpdates::~ShardedUpdates() {
  if (ranks_ != nullptr) release_ranks(*ranks_);
}

void ShardedUpdates::announce(const TrainingState& state, std::span<const int64_t> numbers, int64_t update) {
  if (ranks_ == nullptr) return;
  ranks_->are_serving = false;  // unless all goes well
  Announcement next{Announcement::an_update, update, static_cast<int64_t>(numbers.size()), state.epoch + 1};
  std::vector<int64_t> rows(numbers.begin(), numbers.end());
  ranks_->broadcast(bytes_of(next));
  ranks_->broadcast(bytes_of(rows));
  for (Array a : state.parameters) ranks_->broadcast(bytes_of(a));
}

Measure ShardedUpdates::operator()(TrainingState& state, std::span<const int64_t> numbers, double rate,
                                   int64_t update) {
  announce(state, numbers, update);
  std::vector<Array> sum = gradient_(state.parameters, numbers, update, state.epoch + 1);
  if (ranks_ != nullptr) ranks_->are_serving = true;
  const Measure result = measure_of(sum);
  if (std::isfinite(result.loss)) apply_(state, sum, rate, update);
  return result;
}

void release_ranks(Ranks& ranks) noexcept {
  if (!std::exchange(ranks.are_serving, false)) return;
  try {
    Announcement end;
    ranks.broadcast(bytes_of(end));
  } catch (const std::exception&) {  // who is gone needs no word
  }
}

namespace {

/// The sums of a rank's parts of the data, or its error.
Bytes measured(Evaluation& evaluation, std::span<const Array> parameters, const Ranks& ranks) {
  return said_by([&] {
    const auto sums = evaluation.sums(parameters, ranks.rank(), ranks.count());
    Bytes bytes(sums.size() * sizeof(Measure));
    if (!sums.empty()) std::memcpy(bytes.data(), sums.data(), bytes.size());  // of more ranks than parts some have none
    return bytes;
  });
}

std::vector<Measure> sums_of(const Bytes& bytes) {
  std::vector<Measure> sums(bytes.size() / sizeof(Measure));
  if (!bytes.empty()) std::memcpy(sums.data(), bytes.data(), bytes.size());
  return sums;
}

}  // namespace

Measure shared_measure(Evaluation& evaluation, HeldOut set, std::span<const Array> parameters, Ranks* ranks) {
  if (ranks == nullptr) return evaluation(parameters);
  ranks->are_serving = false;  // unless all goes well
  Announcement next{Announcement::a_measure, static_cast<int64_t>(set)};
  ranks->broadcast(bytes_of(next));
  for (Array a : parameters) ranks->broadcast(bytes_of(a));
  std::vector<Bytes> said{measured(evaluation, parameters, *ranks)};
  for (int rank = 1; rank < ranks->count(); ++rank) said.push_back(ranks->receive_text(rank));
  ranks->are_serving = true;
  std::vector<std::vector<Measure>> of_rank;
  for (size_t rank = 0; rank < said.size(); ++rank) of_rank.push_back(sums_of(understood(said[rank], static_cast<int>(rank))));
  std::vector<Measure> sums;  // part after part
  for (size_t part = 0; part / said.size() < of_rank[part % said.size()].size(); ++part) sums.push_back(of_rank[part % said.size()][part / said.size()]);
  return evaluation.total(sums);
}

void serve_updates(const LearningTask& task, const Split& data, const TrainingOptions& options, Ranks& ranks) {
  ShardedGradient gradient(task, data.train, options, &ranks);
  Evaluation sets[]{{task, data.validation, options.compile}, {task, data.test, options.compile}};
  std::vector<Array> parameters;
  for (const ParameterSpec& spec : task.net.values()) parameters.emplace_back(Type{data.train.x.dtype(), spec.shape});
  const auto receive_parameters = [&] {
    for (Array& a : parameters) ranks.broadcast(bytes_of(a));
  };
  for (;;) {
    Announcement next;
    ranks.broadcast(bytes_of(next));
    if (next.kind == Announcement::a_measure) {
      receive_parameters();
      ranks.send_text(0, measured(sets[next.number], parameters, ranks));
      continue;
    }
    if (next.kind == Announcement::a_failure && next.number == ranks.rank())
      ranks.send_text(0, said_by([&]() -> Bytes { std::rethrow_exception(gradient.failure()); }));
    if (next.kind != Announcement::an_update) return;
    std::vector<int64_t> rows(static_cast<size_t>(next.rows));
    ranks.broadcast(bytes_of(rows));
    receive_parameters();
    gradient(parameters, rows, next.number, next.epoch);
  }
}

}  // namespace wengert
