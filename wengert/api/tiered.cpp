// SPDX-License-Identifier: Apache-2.0
#include "wengert/api/tiered.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "wengert/api/engine_costs.h"
#include "wengert/exec/compiled.h"
#include "wengert/exec/interpreter.h"

namespace wengert {

Tiered::Tiered(Program program, double most_wall_s)
    : Executable(std::move(program)), interpreter_(std::make_unique<Interpreter>(this->program())), most_wall_s_(most_wall_s) {
  const EngineCosts costs = engine_costs(this->program());
  // As many runs are to be expected as there have been: twice the price is gained if it was right to buy.
  const auto runs_for = [&](int level) { return std::max(1.0, std::ceil(costs.compile_s(level) / std::max(costs.gain(1), 1e-12))); };
  level_ = costs.level(runs_for(-1));
  price_ = static_cast<int64_t>(std::min(runs_for(level_), 1e15));
}

Tiered::~Tiered() = default;

void Tiered::run(std::span<const ConstView> inputs, std::span<const View> outputs) const {
  if (const Executable* const code = compiled_.load(std::memory_order_acquire); code != nullptr) return code->run(inputs, outputs);
  const int64_t price = price_.load(std::memory_order_relaxed);
  if (price > 0 && runs_.fetch_add(1, std::memory_order_relaxed) + 1 == price) buy();
  interpreter_->run(inputs, outputs);
}

void Tiered::buy() const {
  const auto start = std::chrono::steady_clock::now();
  const auto too_long = [&] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() > most_wall_s_; };
  const CompiledOptions options{.level = level_, .lanes = false, .contract = false, .single = false, .scalars = false, .cancelled = too_long};
  try {
    if (Compiled::is_available()) bought_ = std::make_unique<Compiled>(program(), options);
  } catch (const Error& error) {
    if (error.id() != "W710" && error.id() != "W711") throw;
  }
  if (bought_ == nullptr) price_ = 0;
  else compiled_.store(bought_.get(), std::memory_order_release);
}

}  // namespace wengert
