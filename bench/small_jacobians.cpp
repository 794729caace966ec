// SPDX-License-Identifier: Apache-2.0
//
// What do the value and the Jacobian of a small function cost a point, at very many points? The Roe flux (3 x 6) and
// the reprojection residual of bundle adjustment (2 x 15), in cache (512 points over and over) and streamed (2^20
// points): plain function (1x), derivative by hand, by hand in vectors of four points, by other libraries, by Wengert
// as a loop over columns or rows of points. Besides, J'J and J'r of all points, from a stored Jacobian and in one pass.
#include <cstdio>
#include <numeric>

#include "harness/limits.h"
#include "harness/report.h"
#include "objectives/bundle_adjustment.h"
#include "objectives/columns.h"
#include "objectives/normal_equations.h"
#include "objectives/roe_flux.h"
#include "peers/peers.h"
#include "programs/hand_written.h"
#include "programs/runner.h"
#include "programs/small_jacobians.h"
#include "wengert/ad/normal_equations.h"
#include "wengert/ad/sparse_jacobian.h"

using namespace wengert;
using namespace wengert::bench;

namespace {

/// A small function in all its forms.
struct Small {
  std::string name;
  int64_t inputs, varying, values;
  std::vector<double> rows;  ///< [count, inputs]
  void (*plain)(int64_t count, const double* rows, double* value);
  void (*by_hand)(int64_t count, const double* rows, double* value, double* jacobian);
  void (*by_hand_avx2)(Layout layout, int64_t count, const double* points, double* value, double* jacobian);
  Jacobians Peer::*by_peer;
  Program program, hand_written;
};

Small roe_case(int64_t count) {
  return {"Roe flux",
          6,
          6,
          3,
          make_roe_points(count, 1),
          roe_values,
          roe_jacobians,
          roe_jacobians_avx2,
          &Peer::roe_flux,
          roe_flux_program(),
          hand_written_roe_jacobian()};
}

Small reprojection_case(int64_t count) {
  return {"reprojection",
          17,
          15,
          2,
          bundle_points(make_bundle_adjustment(count, 2)),
          reprojection_values,
          reprojection_jacobians,
          reprojection_jacobians_avx2,
          &Peer::reprojection,
          reprojection_program(),
          hand_written_reprojection_jacobian()};
}

/// One Small at `count` points: the candidates, and what the first of them (the derivative by hand) gave.
class Comparison {
 public:
  Comparison(const Small& small, int64_t count) : small_(small), count_(count) {
    value_ = buffer(small.values), jacobian_ = buffer(small.values * small.varying);
    candidates_.push_back({"plain function, value alone",
                           [this, to = buffer(small.values)] { small_.plain(count_, small_.rows.data(), to->data()); },
                           true});
    check_by_differences();
    add("by hand", [this](double* f, double* j) { small_.by_hand(count_, small_.rows.data(), f, j); });
    if (has_avx2()) {
      add_avx2("by hand, AVX2, columns", Layout::padded_columns);
      add_avx2("by hand, AVX2, blocks of 4 points", Layout::blocks);
    } else {
      std::printf("by hand, AVX2: left out, this processor lacks AVX2 or FMA\n");
    }
  }

  void add_peers() {
    for (const Peer& peer : installed_peers())
      add(peer.name,
          [this, run = peer.*small_.by_peer](double* f, double* j) { run(count_, small_.rows.data(), f, j); });
  }

  void add_programs() {
    const auto by = [&](bench::Accumulation how) {
      return value_and_jacobian(small_.program, places(small_.varying), how);
    };
    add_program("reverse, columns", over_columns(by(bench::Accumulation::reverse), count_), true);
    add_program("reverse, rows", over_rows(by(bench::Accumulation::reverse), count_, small_.values), false);
    add_program("Markowitz, columns", over_columns(by(bench::Accumulation::markowitz), count_), true);
    add_program("list by hand, columns", over_columns(small_.hand_written, count_), true);
  }

  /// Entries that are the same at every point are left out, those that are one value stored once.
  void add_packed() {
    std::vector<size_t> wrt(places(small_.varying));
    std::iota(wrt.begin(), wrt.end(), size_t{0});
    const SparseJacobian packed = sparse_jacobian(small_.program, wrt);
    const auto runner = std::make_shared<Runner>(over_columns(values_and_packed(small_.program, packed.values), count_), columns());
    runner->run();
    const auto width = places(packed.pattern.slots), row = places(small_.values * small_.varying);
    std::vector<double> dense(row * places(count_));
    for (size_t point = 0; point < places(count_); ++point) {
      const auto entries = packed.pattern.entries(runner->output(1).subspan(point * width, width));
      const Sparsity& at = packed.pattern.sparsity;
      for (size_t i = 0; i < places(at.rows); ++i)
        for (auto k = places(at.row_start[i]); k < places(at.row_start[i + 1]); ++k)
          dense[point * row + i * places(at.columns) + places(at.column[k])] = entries[k];
    }
    require_same("packed", runner->output(0), dense);
    const std::string what = ": the " + std::to_string(packed.pattern.slots) + " entries that vary, rows";
    candidates_.push_back({std::string("Wengert ") + engine_name + what, [=] { runner->run(); }, true});
  }

  /// J'J, J'r and r'r/2, added up over the points.
  void add_normal_equations() {
    const int64_t n = small_.varying;
    const auto sums = std::make_shared<std::vector<double>>(places(n * (n + 1) / 2 + n + 1));
    const Buffer f = buffer(small_.values), j = buffer(small_.values * n);
    const auto stored = [=, this] {
      small_.by_hand(count_, small_.rows.data(), f->data(), j->data());
      add_up_normal_equations(count_, small_.values, n, f->data(), j->data(), sums->data());
    };
    stored();
    candidates_.push_back({"J'J and J'r: by hand, J stored, then multiplied", stored, true});
    std::vector<size_t> wrt(places(n));
    std::iota(wrt.begin(), wrt.end(), size_t{0});
    const auto runner = std::make_shared<Runner>(summed_over_columns(normal_equations(small_.program, wrt), count_), columns());
    runner->run();
    require_close(small_.name + ", J'J and J'r", runner->outputs_from(0), *sums, 1e-9);
    candidates_.push_back({std::string("Wengert ") + engine_name + ": J'J and J'r, J not stored", [=] { runner->run(); }, true});
  }

  const std::vector<Candidate>& candidates() const { return candidates_; }

 private:
  using Buffer = std::shared_ptr<std::vector<double>>;
  Buffer buffer(int64_t width) const { return std::make_shared<std::vector<double>>(places(width * count_)); }
  static size_t places(int64_t count) { return static_cast<size_t>(count); }

  void require_same(const std::string& name, std::span<const double> value, std::span<const double> jacobian) const {
    require_close(small_.name + ", " + name + ", value", value, *value_, 1e-10);
    require_close(small_.name + ", " + name + ", Jacobian", jacobian, *jacobian_, 1e-9);
  }

  /// The derivative by hand against the plain function and its central differences, at the first points.
  void check_by_differences() {
    small_.by_hand(count_, small_.rows.data(), value_->data(), jacobian_->data());
    const int64_t count = std::min<int64_t>(count_, 4096), values = small_.values, varying = small_.varying;
    const std::vector<double> rows(small_.rows.begin(), small_.rows.begin() + count * small_.inputs);
    std::vector<double> low(places(count * values)), high = low, differences(places(count * values * varying));
    small_.plain(count, rows.data(), low.data());
    require_close(small_.name + ", plain value", low, std::span(*value_).first(low.size()), 1e-10);
    for (int64_t j = 0; j < varying; ++j) {
      const double step = 1e-5;
      std::vector<double> above = rows, below = rows;
      for (size_t at = places(j); at < rows.size(); at += places(small_.inputs)) above[at] += step, below[at] -= step;
      small_.plain(count, above.data(), high.data());
      small_.plain(count, below.data(), low.data());
      for (size_t row = 0; row < low.size(); ++row)
        differences[row * places(varying) + places(j)] = (high[row] - low[row]) / (2 * step);
    }
    require_close(small_.name + ", differences", differences, std::span(*jacobian_).first(differences.size()), 1e-6);
  }

  void add(const std::string& name, const std::function<void(double*, double*)>& run) {
    const Buffer f = buffer(small_.values), j = buffer(small_.values * small_.varying);
    run(f->data(), j->data());
    require_same(name, *f, *j);
    candidates_.push_back({name, [=] { run(f->data(), j->data()); }});
  }

  void add_avx2(const std::string& name, Layout layout) {
    const Places from{layout, count_, small_.inputs}, to{layout, count_, small_.values};
    const Places entries{layout, count_, small_.values * small_.varying};
    const auto x = std::make_shared<std::vector<double>>(from_rows(small_.rows, from));
    const auto f = std::make_shared<std::vector<double>>(to.size()),
               j = std::make_shared<std::vector<double>>(entries.size());
    const auto run = [=, this] { small_.by_hand_avx2(layout, count_, x->data(), f->data(), j->data()); };
    run();
    require_same(name, to_rows(*f, to), to_rows(*j, entries));
    candidates_.push_back({name, run});
  }

  /// The points, an array each input.
  std::vector<Array> columns() const {
    const auto all = transposed(small_.rows, count_, small_.inputs);
    std::vector<Array> inputs;
    for (int64_t k = 0; k < small_.inputs; ++k)
      inputs.push_back(Array::of<double>({count_}, std::span(all).subspan(places(k * count_), places(count_))));
    return inputs;
  }

  void add_program(const std::string& name, const Program& program, bool by_columns) {
    const Array rows({count_, small_.inputs}, small_.rows);
    auto runner = std::make_shared<Runner>(program, by_columns ? columns() : std::vector{rows});
    runner->run();
    auto all = runner->outputs_from(0);
    const size_t values = places(small_.values * count_);
    const std::span<const double> f(all.data(), values), j(all.data() + values, all.size() - values);
    if (by_columns)
      require_same(name, transposed(f, small_.values, count_), transposed(j, small_.values * small_.varying, count_));
    else
      require_same(name, f, j);
    candidates_.push_back({std::string("Wengert ") + engine_name + ": " + name, [=] { runner->run(); }});
  }

  const Small& small_;
  int64_t count_;
  Buffer value_, jacobian_;
  std::vector<Candidate> candidates_;
};

void note_operations(Report& report, const std::string& name, const Program& p) {
  const OperationCount n = count_operations(p);
  report.note(
      name,
      {{"multiply", n.multiply}, {"add", n.add}, {"divide", n.divide}, {"function", n.function}, {"other", n.other}});
}

void note_operations(Report& report, const Small& small) {
  note_operations(report, small.name + ", operations of the function", small.program);
  note_operations(report, small.name + ", operations by hand", small.hand_written);
  for (const auto& [name, how] : {std::pair{"reverse", bench::Accumulation::reverse},
                                  {"forward", bench::Accumulation::forward},
                                  {"Markowitz", bench::Accumulation::markowitz}})
    note_operations(report, small.name + ", operations " + name,
                    value_and_jacobian(small.program, static_cast<size_t>(small.varying), how));
}

/// The operations of the list by hand, all of them fused in pairs; the numbers read and written, where caches are too
/// small.
Work least_work(const Small& small, int64_t count) {
  const auto points = static_cast<double>(count);
  const double bytes = 8 * static_cast<double>(small.inputs + small.values * (1 + small.varying)) * points;
  return {.multiply_adds = 0.5 * static_cast<double>(count_operations(small.hand_written).arithmetic()) * points,
          .bytes = bytes > 32e6 ? bytes : 0};
}

const Question question{.name = "small_jacobians",
                        .text = "What do the value and the Jacobian of a small function cost a point?",
                        .sizes = "the number of points, a multiple of 4: 512 stays in cache, 1048576 is streamed",
                        .usual_sizes = {"512", "1048576"}};

}  // namespace

int main(int argc, char** argv) {
  const Options options = parse_options(argc, argv, question);
  Report report(question, options);
  for (const Small& small : {roe_case(4), reprojection_case(4)}) note_operations(report, small);
  for (const std::string& size : options.sizes) {
    const int64_t count = (parse_size(size, 1)[0] + 3) / 4 * 4;
    for (const Small& small : {roe_case(count), reprojection_case(count)}) {
      Comparison comparison(small, count);
      comparison.add_peers();
      if (engine_is_fast || count <= 65536) comparison.add_programs(), comparison.add_packed(), comparison.add_normal_equations();
      report.time(small.name + ", " + std::to_string(count) + " points", comparison.candidates(),
                  static_cast<double>(count), "point", least_work(small, count));
    }
  }
  report.write();
}
