// SPDX-License-Identifier: Apache-2.0
#include "wengert/exec/operation_count.h"

#include <algorithm>

#include "wengert/base/error.h"
#include "wengert/exec/lower.h"

namespace wengert {
namespace {

/// An integer register's value; `varies`: it is only that in the middle of a loop.
struct Value {
  int64_t value = 0;
  bool known = false, varies = false;
};

class Counter {
 public:
  explicit Counter(const Kernel& kernel) : kernel_(kernel), integers_(kernel.integers + 1) {
    for (const auto& c : kernel.integer_constants) integers_[c.to] = {c.value, true};
  }

  OperationCount operator()() {
    for (const MicroStep& s : kernel_.steps) visit(s);
    return count_;
  }

 private:
  void visit(const MicroStep& s) {
    if (s.op == Micro::loop) return begin_loop(s);
    if (s.op == Micro::end_loop) return times_.pop_back();
    const double times = times_.back();
    if (s.op >= Micro::load_real && s.op <= Micro::accumulate_real) count_.memory += times;
    if (s.op == Micro::accumulate_real || (s.op >= Micro::add && s.op <= Micro::maximum)) count_.arithmetic += times;
    if (s.op == Micro::call) count_.functions += times;
    if (s.op >= Micro::integer_add && s.op <= Micro::integer_remainder) integers_[s.to] = combined(s.op, integers_[s.a], integers_[s.b]);
    if (s.op == Micro::copy_integer || s.op == Micro::load_integer || s.op == Micro::select_integer || s.op == Micro::to_integer)
      integers_[s.to] = {};
  }

  void begin_loop(const MicroStep& s) {
    const Value extent = integers_[s.a];
    count_.exact &= extent.known && !extent.varies;
    const int64_t iterations = extent.known ? std::max<int64_t>(extent.value, 0) : 1;
    times_.push_back(times_.back() * static_cast<double>(iterations));
    integers_[s.to] = {iterations / 2, true, true};
  }

  static Value combined(Micro op, const Value& a, const Value& b) {
    Value result{0, a.known && b.known, a.varies || b.varies};
    const auto wide = static_cast<uint64_t>(a.value), by = static_cast<uint64_t>(b.value);
    if (op == Micro::integer_add)
      result.value = static_cast<int64_t>(wide + by);
    else if (op == Micro::integer_subtract)
      result.value = static_cast<int64_t>(wide - by);
    else if (op == Micro::integer_multiply)
      result.value = static_cast<int64_t>(wide * by);
    else if (b.value <= 0)
      result.known = false;
    else
      result.value = op == Micro::integer_divide ? a.value / b.value : a.value % b.value;
    return result;
  }

  const Kernel& kernel_;
  std::vector<Value> integers_;
  std::vector<double> times_{1};
  OperationCount count_;
};

}  // namespace

OperationCount count_operations(const Kernel& kernel) { return Counter(kernel)(); }

std::optional<OperationCount> operations_of(const Program& p) {
  try {
    return count_operations(lower_for_running(p, {.scheduled = false}).kernel);  // an order changes no count
  } catch (const UsageError&) {
    return {};
  }
}

}  // namespace wengert
