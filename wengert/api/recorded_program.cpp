// SPDX-License-Identifier: Apache-2.0
#include "wengert/api/recorded_program.h"

#include <algorithm>
#include <bit>
#include <fmt/format.h>

#include "wengert/ad/derivatives.h"
#include "wengert/api/gradient.h"
#include "wengert/api/planned_jacobian.h"
#include "wengert/api/tiered.h"
#include "wengert/passes/batch.h"
#include "wengert/passes/dead_code.h"
#include "wengert/passes/rewrite.h"

namespace wengert {
namespace {

/// Points run at once: enough to spread the cost of dispatch, few enough that values stay in the cache.
constexpr size_t largest_block = 256;

/// The Program with some of its outputs only. Not simplified: a comparison of values that differ in the last bit from
/// those of the recording could come out otherwise at the very point of the recording.
Program with_outputs(const Program& p, size_t first, size_t count) {
  Rewriter rewriter(p);
  for_each_instruction(p, [&](ValueId v) { rewriter.copy(v); });
  std::vector<ValueId> outputs;
  for (ValueId v : p.outputs().subspan(first, count)) outputs.push_back(rewriter[v]);
  return dead_code(rewriter.to().finish(outputs));
}

/// One block: `points` row-major [count, inputs], count <= block; missing points repeat the last. Results likewise.
template <class T>
void run_block(const Executable& executable, size_t block, std::span<const double> points, size_t count,
               std::span<T> results) {
  const size_t n = points.size() / count, m = results.size() / count;
  const Type column = block == 1 ? f64() : f64({static_cast<int64_t>(block)});
  std::vector<double> in(n * block);
  const auto out = std::make_unique<T[]>(m * block);
  std::vector<ConstView> inputs;
  std::vector<View> outputs;
  for (size_t j = 0; j < n; ++j) {
    for (size_t k = 0; k < block; ++k) in[j * block + k] = points[std::min(k, count - 1) * n + j];
    inputs.push_back({column, in.data() + j * block});
  }
  for (size_t i = 0; i < m; ++i) outputs.push_back({{dtype_of<T>::value, column.shape}, out.get() + i * block});
  executable.run(inputs, outputs);
  for (size_t k = 0; k < count; ++k)
    for (size_t i = 0; i < m; ++i) results[k * m + i] = out[i * block + k];
}

}  // namespace

RecordedProgram::RecordedProgram(const RealList& list, int64_t jacobian_work)
    : open_(to_open_program(list)), outputs_(list.outputs().size()), jacobian_work_(jacobian_work),
      guards_(list.guards().begin(), list.guards().end()) {
  try {
    detail::require_recorded(list);
  } catch (const UsageError& error) {
    detached_ = error;
  }
}

Program RecordedProgram::program_for(Purpose purpose) const {
  const Program& all = open_.program;
  switch (purpose) {
    case Purpose::values: return with_outputs(all, 0, outputs_);
    case Purpose::conditions: return with_outputs(all, outputs_, open_.outcomes.size());
    case Purpose::gradient: return wengert::value_and_grad(with_outputs(all, 0, outputs_));
    case Purpose::jacobian: break;
  }
  return planned_jacobian(with_outputs(all, 0, outputs_), {}, {.work = jacobian_work_});
}

const Executable& RecordedProgram::executable(Purpose purpose, size_t block) const {
  const std::lock_guard lock(mutex_);
  auto& place = executables_[{purpose, block}];
  if (!place) {
    Program p = program_for(purpose);
    if (block > 1) p = batch(p, std::vector<bool>(p.inputs(), true), static_cast<int64_t>(block));
    place = std::make_unique<Tiered>(std::move(p));
  }
  return *place;
}

size_t RecordedProgram::results(Purpose purpose) const {
  switch (purpose) {
    case Purpose::values: return outputs_;
    case Purpose::conditions: return open_.outcomes.size();
    case Purpose::gradient: return 1 + inputs();
    case Purpose::jacobian: break;
  }
  return outputs_ * inputs();
}

template <class T>
void RecordedProgram::run_blocks(Purpose purpose, std::span<const double> points, size_t count,
                                 std::span<T> all) const {
  const size_t n = inputs(), m = results(purpose);
  for (size_t done = 0; done < count;) {
    const size_t block = std::min(std::bit_ceil(count - done), largest_block), now = std::min(block, count - done);
    run_block(executable(purpose, block), block, points.subspan(done * n, now * n), now,
              all.subspan(done * m, now * m));
    done += now;
  }
}

std::vector<bool> RecordedProgram::holds_at(std::span<const double> points, size_t count) const {
  std::vector<bool> holds(count, true);
  const size_t m = open_.outcomes.size();
  if (m == 0) return holds;
  const auto found = std::make_unique<bool[]>(count * m);
  run_blocks(Purpose::conditions, points, count, std::span(found.get(), count * m));
  for (size_t k = 0; k < count; ++k)
    holds[k] = std::equal(open_.outcomes.begin(), open_.outcomes.end(), found.get() + k * m);
  return holds;
}

std::vector<double> RecordedProgram::run(Purpose purpose, std::span<const double> points, size_t count) const {
  if (purpose != Purpose::values && detached_) throw *detached_;
  std::vector<double> all(count * results(purpose));
  run_blocks(purpose, points, count, std::span(all));
  return all;
}

std::string RecordedProgram::first_difference(const RecordedProgram& other) const {
  const auto name = [](std::string_view what, const RealGuard& guard, size_t k) {
    const std::string line = to_string(guard.site);
    return line.empty() ? fmt::format("{} {}", what, k) : fmt::format("{} at {}", what, line);
  };
  const size_t common = std::min(guards_.size(), other.guards_.size());
  for (size_t k = 0; k < common; ++k)
    if (guards_[k].outcome != other.guards_[k].outcome) return name("the comparison", guards_[k], k);
  for (size_t k = 0; k < guards_.size(); ++k)
    if (guards_[k].pinned) return name("the number taken out of the recording", guards_[k], k);
  return guards_.empty() ? "the function itself, which does not only depend on its inputs"
                         : name("the number compared with", guards_.back(), guards_.size() - 1);
}

}  // namespace wengert
