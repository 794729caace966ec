// SPDX-License-Identifier: Apache-2.0
//
// What the passes share: recording the lines of one Program again into another, with the operands replaced by what they
// became. Inputs stay, used or not; a user's names and source lines go with the values.
#pragma once

#include <functional>
#include <optional>
#include <unordered_map>
#include <vector>

#include "wengert/ir/primitive.h"

namespace wengert {

/// One Program being rewritten. The inputs are recorded by the constructor, those in `fixed` as constants.
class Rewriter {
 public:
  explicit Rewriter(const Program& from, std::span<const std::optional<Array>> fixed = {});

  const Program& from() const { return from_; }
  ProgramBuilder& to() { return to_; }
  /// What an old value became; no_value if nothing yet.
  ValueId operator[](ValueId old) const { return now_[index(old)]; }
  /// The new operands of an old line; valid until the next call.
  std::span<const ValueId> operands(ValueId old);
  /// Says that `old` became `now`, which takes its name if it has none.
  void set(ValueId old, ValueId now);
  /// Says so of every result of an instruction; `now` is its first.
  void set_all(ValueId old, int results, ValueId now);
  /// Records an old constant or instruction again, with its operands as they are now; no result is inferred again.
  ValueId copy(ValueId old);
  ValueId copy(ValueId old, const Attributes& attributes);
  Program finish();

 private:
  Program from_;
  ProgramBuilder to_;
  std::vector<ValueId> now_, operands_;
};

/// Records the lines of `body` with its inputs replaced by `inputs`; returns its outputs. Names stay behind, since a
/// body may be recorded more than once.
std::vector<ValueId> append_lines(const Program& body, std::span<const ValueId> inputs, ProgramBuilder& to);

/// `f(v)` for every line that is neither an input nor a further result, in order.
template <class F> void for_each_instruction(const Program& p, F f) {
  for (auto v = static_cast<uint32_t>(p.inputs()); v < p.size(); ++v)
    if (&p.primitive(ValueId{v}) != &result_p) f(ValueId{v});
}

/// The lines of `p` with other outputs.
Program with_outputs(const Program& p, std::span<const ValueId> outputs);

/// Whether a line of `p` or of a body in it is a guard.
bool has_guards(const Program& p);

/// The bodies in an instruction's attributes with a pass applied to each; a body shared by many instructions once.
class BodyRewriter {
 public:
  explicit BodyRewriter(std::function<Program(const Program&)> pass) : pass_(std::move(pass)) {}
  /// The attributes themselves where they hold no body; otherwise valid until the next call.
  const Attributes& operator()(const Attributes& attributes);

 private:
  std::function<Program(const Program&)> pass_;
  std::unordered_map<const Program*, NestedProgram> known_;
  Attributes changed_;
};

}  // namespace wengert
