// SPDX-License-Identifier: Apache-2.0
#include "wengert/train/sharded_updates.h"

#include <cmath>
#include <fmt/format.h>
#include <utility>

#include "wengert/primitives/sample.h"

namespace wengert {
namespace {

constexpr uint64_t randomness = 0x64726f70;  // a stream apart from those of starting values

/// What rank 0 tells the others.
struct Announcement {
  enum Kind : int64_t { over, an_update, a_failure };  // a_failure: over, and rank `number` is to say why
  int64_t kind = over;
  int64_t number = 0;  ///< of the update; of the rank
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

template <class T> void add_values(std::span<T> left, std::span<const T> right) {
  for (size_t i = 0; i < left.size(); ++i) left[i] += right[i];
}

/// Where shard `shard` of `shards` begins among n examples, or n shards' ranks among the ranks.
int64_t begin_of(int64_t shard, int64_t shards, int64_t n) { return shard * n / shards; }

Bytes said(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const Error& error) {
    return error_bytes(error);
  } catch (const std::exception& error) {
    return error_bytes(ResourceError("W401", fmt::format("a process of the training cannot go on: {}", error.what()),
                                     {}, "use smaller inputs"));
  }
}

void check_sizes(const LearningTask& task, int64_t examples, int64_t shards) {
  for (int64_t s = 0; s < shards && !task.net.statistics.empty(); ++s)
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
  const int64_t examples = options.examples_an_update();
  check_sizes(task, std::min(examples, train.count()), options.shards);
  if (const int64_t rest = train.count() % examples; rest > 0) check_sizes(task, rest, options.shards);
}

ShardedGradient::ShardedGradient(const LearningTask& task, const Dataset& train, const TrainingOptions& options,
                                 Ranks* ranks)
    : is_random_(task.net.is_random), shards_(options.shards), ranks_(ranks),
      keys_(Random(options.key).split(randomness)), train_(train), options_(options),
      batches_(
          train, [&task](const BatchType& type) { return gradient_step(task, type); }, 2000, options.compile) {
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

Array ShardedGradient::examples(std::span<const int64_t> numbers) const {
  Array x(Type{train_.x.dtype(), train_.x.shape().without(0).with(0, static_cast<int64_t>(numbers.size()))});
  gather(train_.x, numbers, x);
  if (options_.augment.changes()) augment(options_.augment, options_.key, epoch_, numbers, x);
  return x;
}

Array ShardedGradient::targets(std::span<const int64_t> numbers) const {
  Array y(Type{train_.y.dtype(), train_.y.shape().without(0).with(0, static_cast<int64_t>(numbers.size()))});
  gather(train_.y, numbers, y);
  return y;
}

ShardedGradient::Part ShardedGradient::computed(int64_t shard) {
  Part part;
  for (const Type& type : types_) part.arrays.emplace_back(type);
  try {
    const auto n = static_cast<int64_t>(numbers_.size());
    const auto own =
        numbers_.subspan(static_cast<size_t>(begin_of(shard, shards_, n)), static_cast<size_t>(rows(shard, shard + 1)));
    std::vector<ConstView> inputs;
    std::vector<View> outputs;
    for (const Array& a : parameters_) inputs.push_back(a.view());
    const Array x = examples(own), y = targets(own);
    inputs.insert(inputs.end(), {x.view(), y.view()});
    const Executable& step = batches_.executable(static_cast<int64_t>(own.size()));
    const Array share = Array::filled(types_.back(), static_cast<double>(own.size()) / static_cast<double>(n));
    inputs.push_back(share.view());
    std::optional<Array> key;
    if (is_random_) {
      const Random keys = keys_.split(static_cast<uint64_t>(update_)).split(static_cast<uint64_t>(shard));
      inputs.push_back(key.emplace(random_key(Random(keys).bits())).view());
    }
    for (Array& a : part.arrays) outputs.push_back(a.mutable_view());
    step.run(inputs, outputs);
  } catch (const std::exception&) {
    failure_ = std::current_exception();
    part.failed = ranks_ == nullptr ? 0 : ranks_->rank();
  }
  return part;
}

void ShardedGradient::add(Part& left, const Part& right) const {
  if (left.failed < 0) left.failed = right.failed;
  if (left.arrays.empty())
    left.arrays = right.arrays;
  else
    for (size_t k = 0; k < types_.size(); ++k) {
      if (types_[k].dtype == DType::f32)
        add_values(left.arrays[k].mutable_values<float>(), right.arrays[k].values<float>());
      else
        add_values(left.arrays[k].mutable_values<double>(), right.arrays[k].values<double>());
    }
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
  throw_error(ranks_->receive_text(failed), failed);
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
    : task_(task), ranks_(ranks), gradient_(task, train, options, ranks) {
  if (ranks != nullptr) ranks->are_serving = true;
  CompileOptions wish = options.compile;
  wish.expected_runs = 2000;
  wish.most_wall_s = HUGE_VAL;  // a limit would choose the engine by how busy the machine is
  update_ = compile(update_step(task, optimizer, train.x.dtype()), wish);
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
  const Measure result{sum[sum.size() - 2].item(), sum.back().item()};
  if (std::isfinite(result.loss)) apply(state, sum, rate, update);
  return result;
}

void ShardedUpdates::apply(TrainingState& state, std::vector<Array>& sum, double rate, int64_t update) {
  const size_t learned = task_.net.parameters.size();
  const Type scalar{sum.back().dtype(), {}};
  const Array scalars[] = {Array::filled(scalar, rate), Array::filled(scalar, static_cast<double>(update))};
  std::vector<Array*> places;  // of what changes
  for (size_t k = 0; k < learned; ++k) places.push_back(&state.parameters[k]);
  for (Array& a : state.optimizer) places.push_back(&a);
  if (next_.empty())
    for (const Array* a : places) next_.emplace_back(a->type());
  std::vector<ConstView> inputs;
  std::vector<View> outputs;
  for (const Array* a : places) inputs.push_back(a->view());
  for (size_t k = 0; k < learned; ++k) inputs.push_back(sum[k].view());
  for (const Array& a : scalars) inputs.push_back(a.view());
  for (Array& a : next_) outputs.push_back(a.mutable_view());
  update_->run(inputs, outputs);
  for (size_t k = 0; k < places.size(); ++k) std::swap(*places[k], next_[k]);
  for (size_t k = learned; k < state.parameters.size(); ++k) state.parameters[k] = std::move(sum[k]);
}

void release_ranks(Ranks& ranks) noexcept {
  if (!std::exchange(ranks.are_serving, false)) return;
  try {
    Announcement end;
    ranks.broadcast(bytes_of(end));
  } catch (const std::exception&) {  // who is gone needs no word
  }
}

void serve_updates(const LearningTask& task, const Dataset& train, const TrainingOptions& options, Ranks& ranks) {
  ShardedGradient gradient(task, train, options, &ranks);
  std::vector<Array> parameters;
  for (const ParameterSpec& spec : task.net.values()) parameters.emplace_back(Type{train.x.dtype(), spec.shape});
  for (;;) {
    Announcement next;
    ranks.broadcast(bytes_of(next));
    if (next.kind == Announcement::a_failure && next.number == ranks.rank())
      ranks.send_text(0, said(gradient.failure()));
    if (next.kind != Announcement::an_update) return;
    std::vector<int64_t> rows(static_cast<size_t>(next.rows));
    ranks.broadcast(bytes_of(rows));
    for (Array& a : parameters) ranks.broadcast(bytes_of(a));
    gradient(parameters, rows, next.number, next.epoch);
  }
}

}  // namespace wengert
