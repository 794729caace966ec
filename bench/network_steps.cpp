// SPDX-License-Identifier: Apache-2.0
//
// What does a training step of a convolutional, a recurrent and an attention net cost in f32: forward, loss, gradient
// and update? Beside libtorch, with the same layers on both sides, on one thread; and on two threads against one.
// (Not beside libtorch's two: its threads go on spinning into the other's turn.)
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "harness/report.h"
#include "peers/network_peers.h"
#include "programs/engine.h"
#include "programs/wengert_trainer.h"
#include "wengert/optim/first_order.h"

using namespace wengert;
using namespace wengert::bench;

namespace {

struct Named {
  std::string name, title, net;
  Type x;
  int64_t classes = 0;        ///< 0: values are learned, as many as the outputs
  double multiply_adds = 0;   ///< of a step: three products where a layer's input has a gradient, else two
};

const std::vector<Named> networks{
    {"lenet", "LeNet on 28x28, batch 64",
     "28x28x1 - conv 6 5 pad=2 relu - max_pool 2 - conv 16 5 relu - max_pool 2 - flatten - 120 relu - 84 relu - 10 softmax",
     f32({64, 28, 28, 1}), 10, 64 * (2 * 117600 + 3 * (240000 + 48000 + 10080 + 840.0))},
    {"resnet8", "ResNet-8 on 32x32, batch 32",
     "32x32x3 - conv 16 3 pad=1 - batch_norm - relu as a"
     " - conv 16 3 pad=1 - batch_norm - relu - conv 16 3 pad=1 - batch_norm - add a - relu as b"
     " - conv 32 3 pad=1 stride=2 - batch_norm - relu - conv 32 3 pad=1 - batch_norm as c"
     " - from b - conv 32 1 stride=2 - batch_norm - add c - relu as d"
     " - conv 64 3 pad=1 stride=2 - batch_norm - relu - conv 64 3 pad=1 - batch_norm as e"
     " - from d - conv 64 1 stride=2 - batch_norm - add e - relu - global_average_pool - 10 softmax",
     f32({32, 32, 32, 3}), 10, 32 * (2 * 442368 + 3 * (2 * 2359296 + 1179648 + 2359296 + 131072 + 1179648 + 2359296 + 131072 + 640.0))},
    {"lstm", "LSTM of 128, 65 features in and out, 100 steps, batch 32", "100x65 - lstm 128 - 65 softmax", f32({32, 100, 65}), 65,
     3200 * (2 * 65 * 512 + 3 * (128 * 512 + 128 * 65.0))},
    {"transformer", "causal transformer block of 128, 4 heads, 512 inside, 64 steps, batch 8", "64x128 - transformer 4 512 causal=1",
     f32({8, 64, 128}), 0, 3 * 512 * (128 * 384 + 2 * 64 * 128 + 128 * 128 + 2 * 128 * 512.0)},
};

const Named& network(const std::string& name) {
  const auto found = std::find_if(networks.begin(), networks.end(), [&](const Named& one) { return one.name == name; });
  if (found != networks.end()) return *found;
  std::fprintf(stderr, "no network is named %s; see --help\n", name.c_str());
  std::exit(2);
}

Parameter parameter(const Array& array) {
  const auto extents = array.type().shape.extents();
  return {{extents.begin(), extents.end()}, {array.values<float>().begin(), array.values<float>().end()}};
}

/// The batch and the state that all start from are Wengert's.
struct Start {
  LearningTask task;
  BatchType type;
  TrainingState state;
  Array x, y;
  double rate = 0.002;
};

Start start_of(const Named& named) {
  LearningTask task{parse_net(named.net), parse_loss(named.classes > 0 ? "cross_entropy" : "squared_error")};
  Shape rows = named.x.shape;
  while (rows.rank() > (task.net.steps > 0 ? 2 : 1)) rows = rows.without(rows.rank() - 1);
  const BatchType type{named.x, named.classes > 0 ? Type{DType::i64, rows} : named.x, named.classes};
  const TrainingState state = initial_state(task, parse_optimizer("sgd momentum=0"), 1, DType::f32);
  Array x(type.x), y(type.y);
  for (size_t i = 0; i < static_cast<size_t>(x.elements()); ++i)
    x.mutable_values<float>()[i] = static_cast<float>(std::sin(0.7 * static_cast<double>(i)));
  for (size_t i = 0; i < static_cast<size_t>(y.elements()); ++i) {
    if (named.classes > 0) y.mutable_values<int64_t>()[i] = static_cast<int64_t>(i) % named.classes;
    if (named.classes == 0) y.mutable_values<float>()[i] = static_cast<float>(std::cos(1.3 * static_cast<double>(i)));
  }
  return {std::move(task), type, state, x, y};
}

NetworkCase told(const Named& named, const Start& start) {
  NetworkCase c{named.name, {}, parameter(start.x), {}, {}, start.rate};
  for (size_t k = 0; k < start.task.net.parameters.size(); ++k) c.parameters.push_back(parameter(start.state.parameters[k]));
  if (named.classes > 0) c.labels.assign(start.y.values<int64_t>().begin(), start.y.values<int64_t>().end());
  if (named.classes == 0) c.targets = parameter(start.y).values;
  return c;
}

struct Side {
  std::string name;
  std::shared_ptr<Trainer> trainer;
};

Side wengert_side(const Named& named, int threads) {
  const Start start = start_of(named);
  return {std::string("Wengert ") + engine_name + (threads > 1 ? ", " + std::to_string(threads) + " threads" : ""),
          std::make_shared<WengertTrainer>(start.task, parse_optimizer("sgd momentum=0"), start.type, start.state, start.x, start.y, start.rate, threads)};
}

/// All libraries, Wengert last.
std::vector<Side> sides_of(const Named& named) {
  const Start start = start_of(named);
  std::vector<Side> sides;
  for (const NetworkPeer& peer : installed_network_peers()) sides.push_back({peer.name, peer.make(told(named, start))});
  sides.push_back(wengert_side(named, 1));
  return sides;
}

/// Ends the bench unless three steps of all change the parameters alike.
void check(const Named& named) {
  const std::vector<Side> sides = sides_of(named);
  const std::vector<double> expected = change(*sides.back().trainer, 3);
  for (size_t k = 0; k + 1 < sides.size(); ++k) {
    const double error = relative_error(change(*sides[k].trainer, 3), expected);
    if (error < 1e-3) continue;
    std::fprintf(stderr, "%s, %s: three steps change the parameters otherwise, by %.2g of the change\n", named.name.c_str(), sides[k].name.c_str(), error);
    std::exit(1);
  }
}

/// What `--alone NETWORK SIDE` does: prints by how many MB some steps by one side raise this process's peak.
int measure_memory(const std::string& network_name, size_t side) {
  const auto peak_mb = [] {
    rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_maxrss) / 1024;
  };
  const double before = peak_mb();
  const Named& named = network(network_name);
  const std::vector<NetworkPeer> peers = installed_network_peers();
  const auto trainer = side < peers.size() ? std::shared_ptr<Trainer>(peers[side].make(told(named, start_of(named)))) : wengert_side(named, 1).trainer;
  for (int step = 0; step < 5; ++step) trainer->step();
  std::printf("%.1f", peak_mb() - before);
  return 0;
}

/// The same in a process of its own.
double memory_mb(const Named& named, size_t side) {
  const std::string self = std::filesystem::read_symlink("/proc/self/exe"), command = "'" + self + "' --alone " + named.name + " " + std::to_string(side);
  FILE* const pipe = popen(command.c_str(), "r");
  double mb = 0;
  if (pipe == nullptr || std::fscanf(pipe, "%lf", &mb) != 1) mb = NAN;
  if (pipe != nullptr) pclose(pipe);
  return mb;
}

void compare(Report& report, const std::string& size) {
  const bool two = size.ends_with("x2");
  const Named& named = network(two ? size.substr(0, size.size() - 2) : size);
  check(named);
  const std::vector<Side> sides = two ? std::vector{wengert_side(named, 1), wengert_side(named, 2)} : sides_of(named);
  std::vector<Candidate> candidates;
  for (const Side& side : sides) candidates.push_back({side.name, [trainer = side.trainer] { trainer->step(); }});
  report.time(named.title + (two ? ", by the wall clock" : ""), candidates, 1, "step", {.multiply_adds = named.multiply_adds, .single = true},
              two ? wall_s : cpu_s);
  for (size_t k = 0; k < sides.size() && !two; ++k)
    report.note("peak memory beyond that at the start (libtorch is loaded then, LLVM is not), " + named.title + ", " + sides[k].name + ", MB", memory_mb(named, k));
}

const Question question{.name = "network_steps",
                        .text = "What does a training step of a convolutional, recurrent or attention net cost?",
                        .sizes = "lenet, resnet8, lstm, transformer; with x2 behind, such as resnet8x2: on two threads too",
                        .usual_sizes = {"lenet", "resnet8", "lstm", "transformer", "resnet8x2", "transformerx2"}};

}  // namespace

int main(int argc, char** argv) {
  if (argc == 4 && std::string(argv[1]) == "--alone") return measure_memory(argv[2], std::stoul(argv[3]));
  keep_libraries_to_one_thread(argv);
  return run_bench(argc, argv, question, compare);
}
