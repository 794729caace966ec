// SPDX-License-Identifier: Apache-2.0
//
// Tiered: a Program that is interpreted until it has run so often that compiling it would have paid, and is compiled
// then. Nobody has to say how often it will run: whoever rents until the rent adds up to the price, and buys then, never
// pays more than twice what the best choice would have cost. (Karlin, Manasse, Rudolph, Sleator 1988, "Competitive snoopy
// caching": ski rental.)
#pragma once

#include <atomic>
#include <memory>
#include <mutex>

#include "wengert/exec/executable.h"

namespace wengert {

/// The machine code has the interpreter's bits, so nobody sees from the results which of the two has run; code that
/// `compile` makes is faster still (SIMD lanes, fused multiply-adds) and a few ulps away.
class Tiered : public Executable {
 public:
  /// most_wall_s : of compiling; then it stays interpreted
  explicit Tiered(Program program, double most_wall_s = 10);
  ~Tiered() override;

  using Executable::run;
  /// The run that finds that compiling has paid compiles; others that come meanwhile are interpreted.
  void run(std::span<const ConstView> inputs, std::span<const View> outputs) const override;

  bool is_compiled() const { return compiled_.load(std::memory_order_acquire) != nullptr; }
  /// Runs after which it is compiled; 0: it stays interpreted, since there is no compiler or it cannot be compiled.
  int64_t runs_before_compiling() const { return price_; }

 private:
  void buy() const;

  std::unique_ptr<const Executable> interpreter_;
  double most_wall_s_;
  int level_ = -1;
  mutable std::atomic<int64_t> price_, runs_ = 0;
  mutable std::unique_ptr<const Executable> bought_;
  mutable std::atomic<const Executable*> compiled_ = nullptr;
};

}  // namespace wengert
