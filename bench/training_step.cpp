// SPDX-License-Identifier: Apache-2.0
//
// What does a training step cost: forward, loss, gradient and update of a dense net in f32, on one thread? The
// yardstick is the first library that is there and can do the case.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "harness/report.h"
#include "peers/training_peers.h"
#include "programs/engine.h"
#include "programs/wengert_trainer.h"
#include "wengert/optim/first_order.h"

using namespace wengert;
using namespace wengert::bench;

namespace {

/// A case as Wengert's own texts say it.
struct Named {
  std::string size;
  std::vector<int64_t> widths;
  int64_t batch;
  Unit unit = Unit::relu;
  Goal goal = Goal::cross_entropy;
  Method method = Method::gradient_descent;
};

const std::vector<Named> cases{
    {"xor", {2, 2, 1}, 4, Unit::tanh, Goal::squared},
    {"tanh64", {64, 64, 64, 10}, 32, Unit::tanh, Goal::squared},
    {"relu64", {64, 64, 64, 10}, 32},
    {"relu64x128", {64, 64, 64, 10}, 128},
    {"deep64", {64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 10}, 32},
    {"digits", {784, 512, 256, 10}, 128, Unit::relu, Goal::cross_entropy, Method::adam},
};

LearningTask learning_task(const Named& named) {
  std::string text = std::to_string(named.widths[0]);
  for (size_t k = 1; k < named.widths.size(); ++k) {
    text += "-" + std::to_string(named.widths[k]);
    if (k + 1 < named.widths.size()) text += named.unit == Unit::relu ? " relu" : " tanh";
  }
  return {parse_net(text), parse_loss(named.goal == Goal::squared ? "squared_error" : "cross_entropy")};
}

struct Side {
  std::string name;
  std::shared_ptr<Trainer> trainer;
};

/// What all start from: the data and the state are Wengert's.
struct Start {
  TrainingCase told;
  std::shared_ptr<Trainer> wengert;
};

Start start_of(const Named& named) {
  const LearningTask task = learning_task(named);
  const Optimizer optimizer = parse_optimizer(named.method == Method::adam ? "adam" : "sgd momentum=0");
  const bool classes = named.goal == Goal::cross_entropy;
  const double rate = named.method == Method::adam ? 0.001 : 0.1;
  const BatchType type{f32({named.batch, named.widths[0]}),
                       classes ? i64({named.batch}) : f32({named.batch, named.widths.back()}),
                       classes ? named.widths.back() : 0};
  const TrainingState state = initial_state(task, optimizer, 1, DType::f32);
  TrainingCase told{named.size, named.widths, named.unit, named.goal, named.method, named.batch,
                    rate,       {},           {},         {},         {},           {}};
  for (size_t k = 0; k < state.parameters.size(); ++k) {
    const auto values = state.parameters[k].values<float>();
    (k % 2 == 0 ? told.weights : told.biases).emplace_back(values.begin(), values.end());
  }
  Array x(type.x), y(type.y);
  for (int64_t i = 0; i < x.elements(); ++i)
    x.mutable_values<float>()[static_cast<size_t>(i)] =
        static_cast<float>(0.3 * std::sin(0.7 * static_cast<double>(i)));
  told.x.assign(x.values<float>().begin(), x.values<float>().end());
  for (int64_t i = 0; i < y.elements(); ++i) {
    const auto at = static_cast<size_t>(i);
    if (classes) told.labels.push_back(y.mutable_values<int64_t>()[at] = i % named.widths.back());
    if (!classes)
      told.targets.push_back(y.mutable_values<float>()[at] =
                                 static_cast<float>(0.5 * std::cos(1.3 * static_cast<double>(i))));
  }
  return {told, std::make_shared<WengertTrainer>(task, optimizer, type, state, x, y, rate)};
}

/// All that can do the case, Wengert last.
std::vector<Side> sides_of(const Named& named) {
  const Start start = start_of(named);
  std::vector<Side> sides;
  for (const TrainingPeer& peer : installed_training_peers())
    if (std::shared_ptr<Trainer> trainer = peer.make(start.told)) sides.push_back({peer.name, trainer});
  sides.push_back({std::string("Wengert ") + engine_name, start.wengert});
  return sides;
}

/// Ends the bench unless three steps of all change the parameters alike.
void check(const Named& named, double tolerance) {
  const std::vector<Side> sides = sides_of(named);
  const std::vector<double> expected = change(*sides.back().trainer, 3);
  for (const Side& side : sides) {
    const double error = side.trainer == sides.back().trainer ? 0 : relative_error(change(*side.trainer, 3), expected);
    if (error < tolerance) continue;
    std::fprintf(stderr, "%s, %s: three steps change the parameters otherwise, by %.2g of the change\n",
                 named.size.c_str(), side.name.c_str(), error);
    std::exit(1);
  }
}

std::string title_of(const Named& named) {
  std::string title;
  for (const int64_t width : named.widths) title += (title.empty() ? "" : "-") + std::to_string(width);
  title += named.unit == Unit::relu ? " relu" : " tanh";
  title += named.goal == Goal::squared ? ", squared error" : ", cross-entropy";
  title += named.method == Method::adam ? ", Adam" : "";
  return title + ", batch " + std::to_string(named.batch);
}

/// Three products of matrices a layer, of which the first needs two; and with Adam the parameters and what is kept of
/// them, read and written.
Work least_work(const Named& named) {
  int64_t weights = 0;
  for (size_t k = 1; k < named.widths.size(); ++k) weights += named.widths[k - 1] * named.widths[k];
  const int64_t products = (3 * weights - named.widths[0] * named.widths[1]) * named.batch;
  return {.multiply_adds = static_cast<double>(products),
          .bytes = named.method == Method::adam ? 24.0 * static_cast<double>(weights) : 0,
          .single = true};
}

void compare(Report& report, const std::string& size) {
  const auto named = std::find_if(cases.begin(), cases.end(), [&](const Named& one) { return one.size == size; });
  if (named == cases.end()) {
    std::fprintf(stderr, "no case is named %s; see --help\n", size.c_str());
    std::exit(2);
  }
  Named plain = *named;
  plain.method = Method::gradient_descent;
  check(plain, 1e-3);
  // Adam divides by roots of squares of gradients: those that are nearly zero show where a library adds its epsilon.
  if (named->method == Method::adam) check(*named, 0.1);
  std::vector<Candidate> candidates;
  for (const Side& side : sides_of(*named))
    candidates.push_back({side.name, [trainer = side.trainer] { trainer->step(); }});
  report.time(title_of(*named), candidates, 1, "step", least_work(*named));
}

const Question question{
    .name = "training_step",
    .text = "What does a training step cost?",
    .sizes =
        "xor (2-2-1, batch 4), tanh64, relu64 (64-64-64-10, batch 32), relu64x128 (batch 128), deep64 (ten layers), "
        "digits (784-512-256-10, Adam, batch 128)",
    .usual_sizes = {"xor", "tanh64", "relu64", "relu64x128", "deep64", "digits"}};

}  // namespace

int main(int argc, char** argv) {
  keep_libraries_to_one_thread(argv);
  return run_bench(argc, argv, question, compare);
}
