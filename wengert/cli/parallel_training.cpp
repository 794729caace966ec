// SPDX-License-Identifier: Apache-2.0
#include "wengert/cli/parallel_training.h"

#include <csignal>
#include <cstdio>
#include <fmt/format.h>

#include "wengert/train/sharded_updates.h"

namespace wengert::cli {
namespace {

constexpr int64_t usual_shards = 8;

}  // namespace

Option shards_option() {
  return {"--shards", "N",
          "Parts in which each update's gradient is summed, shared by the processes of mpirun (default: 8 under "
          "mpirun, else not in parts)"};
}

Team::Team() {
  const auto launch = launched();
  if (!launch || launch->count == 1) return;
  ranks_ = join_ranks(*launch);
  if (!serves()) return;
  // What rank 0 does not say, because it is gone, mpirun does.
  for (std::FILE* stream : {stdout, stderr})
    if (std::freopen("/dev/null", "w", stream) == nullptr) std::fclose(stream);
  std::signal(SIGINT, SIG_IGN);
  std::signal(SIGTERM, SIG_IGN);
}

Team::~Team() {
  if (ranks_ != nullptr) release_ranks(*ranks_);
}

bool Team::agree(const std::function<std::string()>& read) {
  if (ranks_ != nullptr) return wengert::agree(*ranks_, read);
  read();
  return true;
}

void take_shards(TrainingPlan& plan, const Arguments& arguments, const Dataset& train, Ranks* ranks) {
  if (plan.full_batch) {
    if (arguments.has("shards") || ranks != nullptr)
      throw UsageError("W868", "lbfgs takes all examples at once, in one process and one piece", {},
                       "start one process without --shards, or choose another optimizer");
    return;
  }
  plan.options.shards = arguments.has("shards") ? arguments.integer("shards") : launched() ? usual_shards : 0;
  plan.settings.emplace_back("shards", std::to_string(plan.options.shards));
  if (plan.options.shards != 0 || arguments.has("shards"))
    check_shards(plan.task, train, plan.options, ranks == nullptr ? 1 : ranks->count());
}

}  // namespace wengert::cli
