// SPDX-License-Identifier: Apache-2.0
#include "wengert/passes/batch.h"

#include <algorithm>
#include <fmt/format.h>
#include <memory>

#include "wengert/ir/primitive.h"
#include "wengert/passes/rewrite.h"
#include "wengert/primitives/control.h"
#include "wengert/primitives/rearrange.h"

namespace wengert {
namespace {

/// Bodies inside a batch are batched; their derivatives are the business of other transformations.
struct BatchedBodies : BodyTransforms {
  Program jvp(const Program& body, const std::vector<bool>&, std::vector<bool>&) const override { refuse(body); }
  Program transpose(const Program& body, const std::vector<bool>&, const std::vector<bool>&) const override {
    refuse(body);
  }
  Program batch(const Program& body, const std::vector<bool>& batched, int64_t size) const override {
    return wengert::batch(body, batched, size);
  }
  [[noreturn]] static void refuse(const Program& body) {
    throw InternalError("W907", fmt::format("a batching rule asked for a derivative of body \"{}\"", body.name()));
  }
};

class Batcher {
 public:
  Batcher(const Program& p, const std::vector<bool>& batched, int64_t size)
      : p_(p), size_(size), recording_(p.name()), now_(p.size(), Expr(0)), varies_(p.size(), false) {
    recording_.fixed_site = true;  // that of the line which is batched
    for (uint32_t k = 0; k < p.inputs(); ++k) {
      Type type = p.type(ValueId{k});
      if (batched[k]) type.shape = type.shape.with(0, size);
      now_[k] = recording_.input(type, std::string(p.value_name(ValueId{k})));
      varies_[k] = batched[k];
    }
  }

  Program operator()() {
    for_each_instruction(p_, [&](ValueId v) { record_again(v); });
    std::vector<Expr> outputs;
    for (ValueId v : p_.outputs()) {
      const Expr y = now_[index(v)];
      outputs.push_back(varies_[index(v)] ? y : broadcast_to({y, p_.site(v)}, p_.type(v).shape.with(0, size_)));
    }
    return recording_.finish(outputs);
  }

 private:
  void record_again(ValueId v) {
    recording_.site = p_.site(v);
    const Instruction line = p_[v];
    if (p_.is_constant(v)) return set(v, {constant(p_.constant(v))}, false);
    std::vector<Expr> operands;
    std::vector<bool> batched;
    for (ValueId operand : line.operands) {
      operands.push_back(now_[index(operand)]);
      batched.push_back(varies_[index(operand)]);
    }
    const bool varies = std::ranges::find(batched, true) != batched.end();
    if (!varies) return set(v, record_all(line.primitive, operands, line.attributes, p_.site(v)), false);
    if (line.primitive.is_guard()) refuse(v);
    auto results = by_rule(line, operands, batched);
    if (results.empty()) results = map(single(line), operands, batched, {}, size_, p_.site(v));
    set(v, results, true);
  }

  std::vector<Expr> by_rule(const Instruction& line, const std::vector<Expr>& operands,
                            const std::vector<bool>& batched) const {
    const auto flags = std::make_unique<bool[]>(batched.size());  // a span cannot look into std::vector<bool>
    std::ranges::copy(batched, flags.get());
    return line.primitive.batch({operands, {flags.get(), batched.size()}, size_, line.attributes, bodies_});
  }

  void set(ValueId v, const std::vector<Expr>& results, bool varies) {
    for (size_t k = 0; k < results.size(); ++k) {
      const size_t at = index(v) + k;
      now_[at] = results[k];
      varies_[at] = varies;
      const auto name = p_.value_name(ValueId{static_cast<uint32_t>(at)});
      ProgramBuilder& to = recording_.builder();
      if (!name.empty() && !p_.is_constant(v) && to.view().value_name(results[k].value()).empty())
        to.name_value(results[k].value(), std::string(name));
    }
  }

  /// The instruction as a Program of its own, for one point.
  Program single(const Instruction& line) const {
    Recording body(std::string(line.primitive.name));
    std::vector<Expr> operands;
    for (ValueId v : line.operands) operands.push_back(body.input(p_.type(v)));
    return body.finish(record_all(line.primitive, operands, line.attributes, p_.site(line.value)));
  }

  [[noreturn]] void refuse(ValueId v) const {
    throw UsageError(
        "W750", fmt::format("a guard cannot be batched: it may turn out differently at each of the {} points", size_),
        p_.where(v),
        "run the points through a Function, which parts them by outcome, or use select instead of a branch");
  }

  const Program p_;
  const int64_t size_;
  Recording recording_;
  std::vector<Expr> now_;
  std::vector<bool> varies_;
  BatchedBodies bodies_;
};

}  // namespace

Program batch(const Program& p, const std::vector<bool>& batched, int64_t size) {
  if (batched.size() != p.inputs() || size < 0)
    throw UsageError("W751",
                     fmt::format("program \"{}\" has {} inputs; a batch of {} points with {} flags was asked for",
                                 p.name(), p.inputs(), size, batched.size()),
                     {}, "give one flag an input and a size of 0 or more");
  return Batcher(p, batched, size)();
}

}  // namespace wengert
