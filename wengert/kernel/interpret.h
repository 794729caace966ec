// SPDX-License-Identifier: Apache-2.0
//
// Reading 1 of 3 of the micro-operations, and the reference for the others: step by step. The reading is a template over
// what a real number is: `double` runs a kernel on buffers; the scalarize pass reads the same list with Programs'
// expressions in place of numbers. Integers that steer loops are always numbers.
#pragma once

#include <span>
#include <vector>

#include "wengert/base/array.h"
#include "wengert/kernel/kernel.h"

namespace wengert {

/// Runs `kernel` on memory. buffers: operands, then results, of the kernel's types and not overlapping a result.
/// Registers and scratch are kept between runs. cost: one dispatch a micro-operation.
class KernelInterpreter {
 public:
  void run(const Kernel& kernel, std::span<void* const> buffers);

 private:
  std::span<void* const> with_scratch(const Kernel& kernel, std::span<void* const> buffers);

  std::vector<double> reals_, scratch_;
  std::vector<int64_t> integers_;
  std::vector<uint8_t> booleans_;
  std::vector<void*> buffers_;
};

/// Integer micro-operations, the same in every reading: wrap-around arithmetic, x/0 = x%0 = 0, shifts modulo 64.
int64_t integer_value(Micro op, int64_t a, int64_t b);

/// A reading: `Domain` has types Real and Boolean, storage real(slot), integer(slot), boolean(slot), and
/// load/store/call/round_single/native; arithmetic on Real is found by overloading. See KernelInterpreter and passes/scalarize.
template <class Domain>
void interpret(const Kernel& kernel, Domain& d) {
  for (const auto& c : kernel.real_constants) d.real(c.to) = c.value;
  for (const auto& c : kernel.integer_constants) d.integer(c.to) = c.value;
  for (const auto& c : kernel.boolean_constants) d.boolean(c.to) = c.value;
  const MicroStep* const steps = kernel.steps.data();
  const size_t count = kernel.steps.size();
  for (size_t at = 0; at < count; ++at) {
    const MicroStep& s = steps[at];
    switch (s.op) {
      case Micro::loop:
        d.integer(s.to) = 0;
        if (d.integer(s.a) <= 0) at = s.b;
        break;
      case Micro::end_loop:
        if (++d.integer(s.to) < d.integer(s.a)) at = s.b;
        break;
      case Micro::load_real: d.real(s.to) = d.load_real(s.a, d.integer(s.b)); break;
      case Micro::load_integer: d.integer(s.to) = d.load_integer(s.a, d.integer(s.b)); break;
      case Micro::load_boolean: d.boolean(s.to) = d.load_boolean(s.a, d.integer(s.b)); break;
      case Micro::store_real: d.store_real(s.a, d.integer(s.b), d.real(s.c)); break;
      case Micro::store_integer: d.store_integer(s.a, d.integer(s.b), d.integer(s.c)); break;
      case Micro::store_boolean: d.store_boolean(s.a, d.integer(s.b), d.boolean(s.c)); break;
      case Micro::accumulate_real: d.store_real(s.a, d.integer(s.b), d.load_real(s.a, d.integer(s.b)) + d.real(s.c)); break;
      case Micro::native: d.native(kernel.natives[s.a]); break;
      case Micro::copy_real: d.real(s.to) = d.real(s.a); break;
      case Micro::copy_integer: d.integer(s.to) = d.integer(s.a); break;
      case Micro::copy_boolean: d.boolean(s.to) = d.boolean(s.a); break;
      case Micro::add: d.real(s.to) = d.real(s.a) + d.real(s.b); break;
      case Micro::subtract: d.real(s.to) = d.real(s.a) - d.real(s.b); break;
      case Micro::multiply: d.real(s.to) = d.real(s.a) * d.real(s.b); break;
      case Micro::divide: d.real(s.to) = d.real(s.a) / d.real(s.b); break;
      case Micro::negate: d.real(s.to) = -d.real(s.a); break;
      case Micro::fused_multiply_add: d.real(s.to) = fma(d.real(s.a), d.real(s.b), d.real(s.c)); break;
      case Micro::square_root: d.real(s.to) = sqrt(d.real(s.a)); break;
      case Micro::absolute: d.real(s.to) = abs(d.real(s.a)); break;
      case Micro::floor: d.real(s.to) = floor(d.real(s.a)); break;
      case Micro::minimum: d.real(s.to) = min(d.real(s.a), d.real(s.b)); break;
      case Micro::maximum: d.real(s.to) = max(d.real(s.a), d.real(s.b)); break;
      case Micro::call: d.real(s.to) = d.call(functions[s.function], d.real(s.a), d.real(s.b)); break;
      case Micro::round_single: d.real(s.to) = d.round_single(d.real(s.a)); break;
      case Micro::less: d.boolean(s.to) = less(d.real(s.a), d.real(s.b)); break;
      case Micro::less_equal: d.boolean(s.to) = less_equal(d.real(s.a), d.real(s.b)); break;
      case Micro::equal: d.boolean(s.to) = equal(d.real(s.a), d.real(s.b)); break;
      case Micro::integer_less: d.boolean(s.to) = d.integer(s.a) < d.integer(s.b); break;
      case Micro::integer_equal: d.boolean(s.to) = d.integer(s.a) == d.integer(s.b); break;
      case Micro::logical_and: d.boolean(s.to) = logical_and(d.boolean(s.a), d.boolean(s.b)); break;
      case Micro::logical_or: d.boolean(s.to) = logical_or(d.boolean(s.a), d.boolean(s.b)); break;
      case Micro::logical_not: d.boolean(s.to) = logical_not(d.boolean(s.a)); break;
      case Micro::select_real: d.real(s.to) = select(d.boolean(s.a), d.real(s.b), d.real(s.c)); break;
      case Micro::select_integer: d.integer(s.to) = d.choose(d.boolean(s.a), d.integer(s.b), d.integer(s.c)); break;
      case Micro::to_real: d.real(s.to) = static_cast<double>(d.integer(s.a)); break;
      case Micro::to_integer: d.integer(s.to) = d.truncate(d.real(s.a)); break;
      case Micro::boolean_to_integer: d.integer(s.to) = d.choose(d.boolean(s.a), 1, 0); break;
      default: d.integer(s.to) = integer_value(s.op, d.integer(s.a), d.integer(s.b)); break;
    }
  }
}

}  // namespace wengert
