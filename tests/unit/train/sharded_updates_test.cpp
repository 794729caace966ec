// SPDX-License-Identifier: Apache-2.0
//
// Updates in shards: the same bits for any number of ranks, near those of one piece, and errors that reach rank 0.
#include "wengert/train/sharded_updates.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>

#include "thread_ranks.h"
#include "training_cases.h"

namespace wengert {
namespace {

using testing::HasSubstr;

const Split& moons() {
  static const Split split{two_moons(50, DType::f32, 1), two_moons(30, DType::f32, 2), two_moons(20, DType::f32, 3)};
  return split;
}

/// Normalised and random: statistics and keys by shard matter.
const LearningTask& whole_zoo() {
  static const LearningTask task =
      make_task({.input = "2",
                 .layers = {{"12"}, {"batch_norm"}, {"tanh"}, {"dropout 0.3"}, {"2 softmax"}},
                 .regularize = "l2 0.001"},
                true);
  return task;
}

TrainingOptions usual(int64_t shards) {
  return {.batch = 20, .epochs = 3, .rate = 0.01, .shards = shards, .compile = {.engine = Engine::interpreter}};
}

TrainingState trained(const LearningTask& task, const TrainingOptions& options, Ranks* ranks = nullptr) {
  const Optimizer adam = parse_optimizer("adam");
  TrainingState state = initial_state(task, adam, options.key, DType::f32);
  train(task, adam, moons(), options, state, {}, ranks);
  return state;
}

TrainingState trained_by(int count, const LearningTask& task, const TrainingOptions& options) {
  TrainingState state;
  as_ranks(
      count, [&](Ranks& ranks) { state = trained(task, options, &ranks); },
      [&](Ranks& ranks) { serve_updates(task, moons(), options, ranks); });
  return state;
}

TEST(ShardedUpdates, give_the_same_bits_for_any_number_of_ranks) {
  for (const int64_t shards : {4, 5}) {
    const TrainingState alone = trained(whole_zoo(), usual(shards));
    for (int count = 1; count <= 4; ++count) {
      const TrainingState shared = trained_by(count, whole_zoo(), usual(shards));
      EXPECT_EQ(shared.parameters, alone.parameters) << count << " ranks, " << shards << " shards";
      EXPECT_EQ(shared.optimizer, alone.optimizer) << count << " ranks, " << shards << " shards";
      EXPECT_EQ(shared.reports.back().train.loss, alone.reports.back().train.loss);
    }
  }
}

TEST(ShardedUpdates, are_those_of_one_piece_but_for_rounding) {
  TrainingOptions whole = usual(0);
  whole.batch = 7;
  const TrainingState expected = trained(small_net(), whole);
  for (const int64_t shards : {1, 3, 16}) {  // more shards than examples, too
    TrainingOptions options = whole;
    options.shards = shards;
    const TrainingState state = trained(small_net(), options);
    for (size_t k = 0; k < state.parameters.size(); ++k)
      for (int64_t i = 0; i < state.parameters[k].elements(); ++i)
        EXPECT_NEAR(state.parameters[k][i], expected.parameters[k][i], 2e-4) << shards;
    EXPECT_NEAR(state.reports.back().train.score, expected.reports.back().train.score, 0.021);
  }
}

TEST(ShardedUpdates, of_accumulated_batches_are_those_of_one_batch_as_large_on_any_number_of_ranks) {
  TrainingOptions large = usual(4), small = usual(4);
  small.batch = 5, small.accumulate = 4;
  const TrainingState expected = trained(whole_zoo(), large);
  EXPECT_EQ(trained(whole_zoo(), small).parameters, expected.parameters);
  for (int count = 2; count <= 3; ++count)
    EXPECT_EQ(trained_by(count, whole_zoo(), small).parameters, expected.parameters) << count << " ranks";
}

TEST(ShardedUpdates, are_near_accumulated_batches_in_one_piece) {
  TrainingOptions whole = usual(0);
  whole.batch = 5, whole.accumulate = 4;
  TrainingOptions options = whole;
  options.shards = 4;
  const TrainingState expected = trained(small_net(), whole), state = trained(small_net(), options);
  for (size_t k = 0; k < state.parameters.size(); ++k)
    for (int64_t i = 0; i < state.parameters[k].elements(); ++i)
      EXPECT_NEAR(state.parameters[k][i], expected.parameters[k][i], 2e-4);
}

TEST(ShardedUpdates, change_examples_as_updates_in_one_piece_do) {
  TrainingOptions whole = usual(0);
  whole.augment = parse_augmentation("noise 0.3");
  TrainingOptions options = whole;
  options.shards = 4;
  const TrainingState expected = trained(small_net(), whole), state = trained(small_net(), options);
  EXPECT_NEAR(state.reports.back().train.loss, expected.reports.back().train.loss, 1e-4);
  EXPECT_NE(state.parameters, trained(small_net(), usual(4)).parameters) << "noise counts";
  for (size_t k = 0; k < state.parameters.size(); ++k)
    for (int64_t i = 0; i < state.parameters[k].elements(); ++i)
      EXPECT_NEAR(state.parameters[k][i], expected.parameters[k][i], 2e-4);
  EXPECT_EQ(trained_by(3, small_net(), options).parameters, state.parameters);
}

/// What rank 0 measures together with others, each of which has what `theirs` says.
Measure measured_by(int count, const Dataset& data, const std::function<const Split&(int)>& theirs, std::string& message) {
  Measure measure;
  const TrainingState state = initial_state(small_net(), parse_optimizer("sgd"), 1, DType::f32);
  as_ranks(
      count,
      [&](Ranks& ranks) {
        Evaluation evaluation(small_net(), data);
        try {
          measure = shared_measure(evaluation, HeldOut::validation, state.parameters, &ranks);
        } catch (const Error& error) {
          message = error.what();
        }
        release_ranks(ranks);
      },
      [&](Ranks& ranks) { serve_updates(small_net(), theirs(ranks.rank()), usual(count), ranks); });
  return measure;
}

TEST(Measures, shared_by_any_number_of_ranks_have_the_bits_of_one) {
  for (const int64_t n : {20, 500, 1730}) {  // parts of 500
    const Split data{two_moons(50), {}, two_moons(n, DType::f32, 4)};
    const Measure alone = Evaluation(small_net(), data.validation)(initial_state(small_net(), parse_optimizer("sgd"), 1, DType::f32).parameters);
    for (int count = 1; count <= 5; ++count) {
      std::string message;
      const Measure shared = measured_by(count, data.validation, [&](int) -> const Split& { return data; }, message);
      EXPECT_EQ(shared.loss, alone.loss) << n << " examples by " << count << message;
      EXPECT_EQ(shared.score, alone.score) << n << " examples by " << count;
    }
  }
}

TEST(Measures, end_with_the_error_of_the_rank_that_has_one) {
  const Split data{two_moons(50), {}, two_moons(1730, DType::f32, 4)};
  Split bad = data;
  bad.validation.x = Array(Type{DType::f32, {1730, 3}});
  std::string message;
  measured_by(3, data.validation, [&](int rank) -> const Split& { return rank == 2 ? bad : data; }, message);
  EXPECT_THAT(message, HasSubstr("rank 2\n"));
}

TEST(Measures, that_fail_leave_a_state_that_can_be_gone_on_with) {
  const Split data{two_moons(50), {}, two_moons(1730, DType::f32, 4)};
  Split bad = data;
  bad.validation.x = Array(Type{DType::f32, {1730, 3}});
  const Optimizer adam = parse_optimizer("adam");
  TrainingState state = initial_state(small_net(), adam, 1, DType::f32), whole = state;
  as_ranks(
      3, [&](Ranks& ranks) { EXPECT_THROW(train(small_net(), adam, data, usual(3), state, {}, &ranks), Error); },
      [&](Ranks& ranks) { serve_updates(small_net(), ranks.rank() == 2 ? bad : data, usual(3), ranks); });
  EXPECT_EQ(state.epoch, 0);
  EXPECT_TRUE(state.reports.empty());
  train(small_net(), adam, data, usual(3), state);
  train(small_net(), adam, data, usual(3), whole);
  EXPECT_EQ(state.parameters, whole.parameters);
  EXPECT_EQ(state.best, whole.best);
}

TEST(ShardedUpdates, of_another_number_of_shards_are_others) {
  EXPECT_NE(trained(whole_zoo(), usual(4)).parameters, trained(whole_zoo(), usual(5)).parameters);
}

std::string id_of(const std::function<void()>& f) {
  try {
    f();
  } catch (const Error& error) {
    return error.id();
  }
  return "none";
}

TEST(ShardedUpdates, refuse_fewer_shards_than_ranks_and_shards_that_cannot_be_normalised) {
  EXPECT_EQ(id_of([] { check_shards(whole_zoo(), moons().train, usual(4), 5); }), "W868");
  EXPECT_EQ(id_of([] { check_shards(whole_zoo(), moons().train, usual(0), 1); }), "W868");
  EXPECT_EQ(id_of([] { check_shards(whole_zoo(), moons().train, usual(most_shards + 1), 1); }), "W868");
  EXPECT_EQ(id_of([] { check_shards(whole_zoo(), moons().train, usual(20), 1); }), "W812") << "shards of one example";
  EXPECT_EQ(id_of([] { check_shards(whole_zoo(), moons().train, usual(8), 1); }), "W812") << "the last batch has 10";
  EXPECT_EQ(id_of([] { check_shards(small_net(), moons().train, usual(20), 20); }), "none");
  const Dataset pictures{.x = Array(f32({40, 16})), .y = Array(i64({40})), .classes = 2};
  const LearningTask by_places = make_task({.input = "4x4x1", .layers = {{"conv 2 3"}, {"batch_norm"}, {"flatten"}, {"2 softmax"}}}, true);
  EXPECT_EQ(id_of([&] { check_shards(by_places, pictures, usual(20), 1); }), "none") << "a picture has many values a channel";
}

TEST(Ranks, pass_a_broadcast_on_to_all) {
  for (int count = 1; count <= 9; ++count) {
    std::vector<Bytes> got(static_cast<size_t>(count));
    const auto take = [&](Ranks& ranks) {
      got[static_cast<size_t>(ranks.rank())] = ranks.broadcast_text(ranks.rank() == 0 ? Bytes{1, 2, 3} : Bytes{});
    };
    as_ranks(count, take, take);
    for (const Bytes& bytes : got) EXPECT_EQ(bytes, (Bytes{1, 2, 3})) << count;
  }
}

/// What rank 0 throws when each rank prepares by `prepare(rank)`; how many ranks were told that all is well.
std::pair<std::string, int> agreed(int count, const std::function<std::string(int)>& prepare) {
  std::string message = "none";
  std::atomic<int> well = 0;
  as_ranks(
      count,
      [&](Ranks& ranks) {
        try {
          well += agree(ranks, [&] { return prepare(0); });
        } catch (const Error& error) {
          message = error.what();
        }
      },
      [&](Ranks& ranks) { well += agree(ranks, [&] { return prepare(ranks.rank()); }); });
  return {message, well};
}

TEST(Ranks, agree_on_what_they_read_or_end_with_the_first_error) {
  EXPECT_EQ(agreed(4, [](int) { return "the same"; }), (std::pair<std::string, int>{"none", 4}));
  const auto [other, none] = agreed(3, [](int rank) { return rank == 2 ? "another" : "the same"; });
  EXPECT_THAT(other, HasSubstr("W866 usage: rank 2 has other data or settings than rank 0"));
  EXPECT_EQ(none, 0);
  const auto [error, nobody] = agreed(4, [](int rank) -> std::string {
    if (rank >= 2) throw ResourceError("W440", "cannot read x", "x", "check the name");
    return "the same";
  });
  EXPECT_EQ(error, "W440 resource: cannot read x\n  at x, on rank 2\n  fix: check the name");
  EXPECT_EQ(nobody, 0);
  const auto [foreign, no_rank] = agreed(3, [](int rank) -> std::string {
    if (rank == 1) throw std::runtime_error("a library gave up");
    return "the same";
  });
  EXPECT_THAT(foreign, HasSubstr("W401 resource: a process of the training cannot go on: a library gave up\n  at rank 1"));
  EXPECT_EQ(no_rank, 0);
}

TEST(ShardedUpdates, end_on_all_ranks_when_one_of_them_fails) {
  Split bad = moons();  // of rank 2: features that do not fit
  bad.train.x = Array(Type{DType::f32, {50, 3}});
  std::string message = "none";
  const LearningTask& task = small_net();
  as_ranks(
      3,
      [&](Ranks& ranks) {
        try {
          trained(task, usual(4), &ranks);
        } catch (const Error& error) {
          message = error.what();
        }
      },
      [&](Ranks& ranks) { serve_updates(task, ranks.rank() == 2 ? bad : moons(), usual(4), ranks); });
  EXPECT_THAT(message, HasSubstr("rank 2\n"));
}

}  // namespace
}  // namespace wengert
