// SPDX-License-Identifier: Apache-2.0
//
// Are convolutions by our own kernels as fast as a library's? The layers of LeNet and of a small residual net, forward
// and both gradients, in f32 and [batch, height, width, channels]; oneDNN, where it is installed (libdnnl-dev), in the
// same layout, with weights laid out as it likes them, and with all arrays so ("free": what copying between layouts
// takes is not counted). Results are compared first. All take turns R times, one thread, in processor time; the best
// turn counts.
//
//   bench_convolve [R = 15] [RESULT.json]
#include <time.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <vector>

#ifdef WENGERT_BENCH_DNNL
#include <dnnl.hpp>
#endif

#include "harness/measure.h"
#include "wengert/base/random.h"
#include "wengert/exec/convolve.h"

namespace {

using wengert::ConvolveShape;
using Result = ConvolveShape::Result;
using Call = std::function<void()>;

struct Layer {
  int64_t batch, size, channels, out, taps, padding, stride;
};

constexpr Layer layers[] = {{64, 28, 1, 6, 5, 2, 1},   {64, 14, 6, 16, 5, 0, 1},  {32, 32, 3, 16, 3, 1, 1},
                            {32, 32, 16, 16, 3, 1, 1}, {32, 16, 32, 32, 3, 1, 1}, {32, 8, 64, 64, 3, 1, 1},
                            {32, 32, 16, 32, 3, 1, 2}, {32, 32, 16, 32, 1, 0, 2}, {32, 16, 32, 64, 3, 1, 2}};

/// x, w and y, of which one is the result.
struct Arrays {
  std::vector<float> x, w, y;
  std::vector<float>& result(Result r) { return r == Result::x ? x : r == Result::w ? w : y; }
};

ConvolveShape shape_of(const Layer& l, Result result) {
  const int64_t places = (l.size + 2 * l.padding - l.taps) / l.stride + 1;
  const wengert::ConvolveAxis axis{l.size, l.taps, places, l.stride, l.padding, 1};
  return {.result = result, .batch = l.batch, .c = l.channels, .e = l.out, .axes = {axis, axis}};
}

Arrays arrays_of(const Layer& l) {
  const int64_t places = shape_of(l, Result::y).axes[0].places;
  Arrays a{std::vector<float>(static_cast<size_t>(l.batch * l.size * l.size * l.channels)),
           std::vector<float>(static_cast<size_t>(l.taps * l.taps * l.channels * l.out)),
           std::vector<float>(static_cast<size_t>(l.batch * places * places * l.out))};
  wengert::Random random(7);
  for (auto* all : {&a.x, &a.w, &a.y})
    for (float& value : *all) value = static_cast<float>(random.uniform() - 0.5);
  return a;
}

Call own(const wengert::ConvolveKernel& kernel, Result r, Arrays& a) {
  if (!kernel) return {};
  return [kernel, r, &a] {
    kernel(r == Result::x ? a.y.data() : a.x.data(), r == Result::w ? a.y.data() : a.w.data(), a.result(r).data());
  };
}

#ifdef WENGERT_BENCH_DNNL
dnnl::engine& cpu() {
  static dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  return engine;
}
dnnl::stream& in_order() {
  static dnnl::stream stream(cpu());
  return stream;
}

/// A call of oneDNN with weights as it likes them; `plain`: the arrays are a's own, and its weights are copied there or
/// back.
Call bound(const dnnl::primitive& p, const dnnl::memory& w, int w_argument,
           std::unordered_map<int, dnnl::memory> arguments, const dnnl::memory& own_w, Result r, bool plain) {
  arguments[w_argument] = w;
  const auto copy = [](dnnl::memory from, dnnl::memory to) { dnnl::reorder(from, to).execute(in_order(), from, to); };
  return [=] {
    if (plain && r != Result::w) copy(own_w, w);
    p.execute(in_order(), arguments);
    if (plain && r == Result::w) copy(w, own_w);
    in_order().wait();
  };
}

/// oneDNN's own choice of a kernel. Where all arrays are in its own layouts they are never filled: only the time
/// counts.
Call onednn(const Layer& l, Result r, Arrays& a, bool free_layout) {
  using namespace dnnl;
  using Tag = memory::format_tag;
  const auto f32 = memory::data_type::f32;
  const int64_t places = shape_of(l, r).axes[0].places;
  const Tag outer = free_layout ? Tag::any : Tag::nhwc;
  const memory::dims w_dims{l.out, l.channels, l.taps, l.taps}, stride{l.stride, l.stride},
      padding{l.padding, l.padding};
  const memory::desc x({l.batch, l.channels, l.size, l.size}, f32, outer), w(w_dims, f32, Tag::any);
  const memory::desc y({l.batch, l.out, places, places}, f32, outer);
  const auto in = [&](const memory::desc& d, std::vector<float>& own) {
    return free_layout ? memory(d, cpu()) : memory(d, cpu(), own.data());
  };
  const memory own_w({w_dims, f32, Tag::hwio}, cpu(), a.w.data());
  const auto kind = algorithm::convolution_direct;
  const convolution_forward::primitive_desc f({prop_kind::forward_training, kind, x, w, y, stride, padding, padding},
                                              cpu());
  if (r == Result::y)
    return bound(convolution_forward(f), {f.weights_desc(), cpu()}, DNNL_ARG_WEIGHTS,
                 {{DNNL_ARG_SRC, in(f.src_desc(), a.x)}, {DNNL_ARG_DST, in(f.dst_desc(), a.y)}}, own_w, r,
                 !free_layout);
  if (r == Result::x) {
    const convolution_backward_data::primitive_desc d({kind, x, w, y, stride, padding, padding}, cpu(), f);
    return bound(convolution_backward_data(d), {d.weights_desc(), cpu()}, DNNL_ARG_WEIGHTS,
                 {{DNNL_ARG_DIFF_SRC, in(d.diff_src_desc(), a.x)}, {DNNL_ARG_DIFF_DST, in(d.diff_dst_desc(), a.y)}},
                 own_w, r, !free_layout);
  }
  const convolution_backward_weights::primitive_desc d({kind, x, w, y, stride, padding, padding}, cpu(), f);
  return bound(convolution_backward_weights(d), {d.diff_weights_desc(), cpu()}, DNNL_ARG_DIFF_WEIGHTS,
               {{DNNL_ARG_SRC, in(d.src_desc(), a.x)}, {DNNL_ARG_DIFF_DST, in(d.diff_dst_desc(), a.y)}}, own_w, r,
               !free_layout);
}
#else
Call onednn(const Layer&, Result, Arrays&, bool) { return {}; }
#endif

double seconds(const Call& call) {
  const auto now = [] {
    timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
  };
  const double start = now();
  call();
  return now() - start;
}

void compare(const std::vector<float>& found, const std::vector<float>& expected, const char* name) {
  double worst = 0, largest = 0;
  for (size_t i = 0; i < found.size(); ++i) {
    worst = std::max(worst, std::abs(static_cast<double>(found[i]) - static_cast<double>(expected[i])));
    largest = std::max(largest, std::abs(static_cast<double>(expected[i])));
  }
  if (worst <= 1e-4 * largest) return;
  std::fprintf(stderr, "%s is wrong by %g of %g\n", name, worst, largest);
  std::exit(1);
}

/// GFLOP/s of every way to compute one of a layer's three.
nlohmann::json measure(const Layer& l, Result r, int repetitions) {
  Arrays a = arrays_of(l), reference = arrays_of(l);
  struct Way {
    const char* name;
    Call call;
    double best_s = INFINITY;
  };
  std::vector<Way> ways;
  for (const auto& candidate : wengert::convolve_candidates())
    ways.push_back({candidate.name.data(), own(candidate.kernel(shape_of(l, r)), r, a)});
  ways.push_back({"oneDNN", onednn(l, r, a, false)});
  own(wengert::convolve_candidates()[1].kernel(shape_of(l, r)), r, reference)();
  for (const Way& way : ways) {
    if (!way.call) continue;
    way.call();
    compare(a.result(r), reference.result(r), way.name);
  }
  ways.push_back({"oneDNN free", onednn(l, r, a, true)});
  for (int turn = 0; turn < repetitions; ++turn)
    for (Way& way : ways)
      if (way.call) way.best_s = std::min(way.best_s, seconds(way.call));
  nlohmann::json line;
  for (const Way& way : ways) {
    const double gflops = 2e-9 * shape_of(l, r).multiplications() / way.best_s;
    std::printf(" %9.1f", gflops);
    if (way.call) line[way.name] = gflops;
  }
  return line;
}

}  // namespace

int main(int argc, char** argv) {
  wengert::bench::keep_libraries_to_one_thread(argv);
  const int repetitions = argc > 1 ? std::atoi(argv[1]) : 15;
  std::printf("GFLOP/s, best of %d turns, one thread\n%-42s %9s %9s %9s %9s\n", repetitions, "", "own", "portable",
              "oneDNN", "free");
  nlohmann::json lines = nlohmann::json::array();
  for (const Layer& l : layers)
    for (const auto& [r, name] :
         {std::pair{Result::y, "forward"}, {Result::x, "gradient by x"}, {Result::w, "gradient by w"}}) {
      std::printf("%2d x %2d^2 x %2d -> %2d, %dx%d stride %d, %-13s", static_cast<int>(l.batch),
                  static_cast<int>(l.size), static_cast<int>(l.channels), static_cast<int>(l.out),
                  static_cast<int>(l.taps), static_cast<int>(l.taps), static_cast<int>(l.stride), name);
      nlohmann::json line = measure(l, r, repetitions);
      line.update({{"batch", l.batch},
                   {"size", l.size},
                   {"channels", l.channels},
                   {"out", l.out},
                   {"taps", l.taps},
                   {"stride", l.stride},
                   {"what", name}});
      lines.push_back(line);
      std::printf("\n");
      std::fflush(stdout);
    }
  if (argc > 2) std::ofstream(argv[2]) << lines.dump(2) << "\n";
}
