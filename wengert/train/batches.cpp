// SPDX-License-Identifier: Apache-2.0
#include "wengert/train/batches.h"

#include <cmath>

namespace wengert {
namespace {

size_t row_bytes(const Array& all) { return Type{all.dtype(), all.shape().without(0)}.bytes(); }

const std::byte* row(const Array& all, int64_t number) {
  return static_cast<const std::byte*>(all.view().data) + static_cast<size_t>(number) * row_bytes(all);
}

}  // namespace

Batches::Batches(const Dataset& data, MakeProgram make, double expected_runs, const CompileOptions& wish)
    : data_(data), make_(std::move(make)), options_(wish) {
  options_.expected_runs = expected_runs;
  options_.most_wall_s = HUGE_VAL;  // a limit would choose the engine by how busy the machine is
}
Batches::~Batches() = default;

Batches::Ready& Batches::ready(int64_t count) {
  const auto found = ready_.find(count);
  if (found != ready_.end()) return found->second;
  Ready ready{.type = batch_type(data_, count), .executable = {}, .choice = {}, .x = {}, .y = {}};
  ready.executable = compile(make_(ready.type), options_, &ready.choice);  // if it throws, nothing is kept
  return ready_.emplace(count, std::move(ready)).first->second;
}

const Executable& Batches::gathered(std::span<const int64_t> numbers, std::vector<ConstView>& inputs) {
  Ready& batch = ready(static_cast<int64_t>(numbers.size()));
  if (batch.x.type() != batch.type.x) {
    batch.x = Array(batch.type.x);
    batch.y = Array(batch.type.y);
  }
  gather(data_.x, numbers, batch.x);
  gather(data_.y, numbers, batch.y);
  inputs.insert(inputs.end(), {batch.x.view(), batch.y.view()});
  return *batch.executable;
}

const Executable& Batches::slice(int64_t first, int64_t count, std::vector<ConstView>& inputs) {
  const Ready& batch = ready(count);
  inputs.insert(inputs.end(), {ConstView{batch.type.x, row(data_.x, first)}, ConstView{batch.type.y, row(data_.y, first)}});
  return *batch.executable;
}

}  // namespace wengert
