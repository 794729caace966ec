// SPDX-License-Identifier: Apache-2.0
#include "wengert/passes/hoist.h"

#include <algorithm>

#include "wengert/passes/dead_code.h"
#include "wengert/passes/rewrite.h"
#include "wengert/passes/work.h"
#include "wengert/primitives/control.h"
#include "wengert/primitives/control_rules.h"
#include "wengert/primitives/rearrange.h"

namespace wengert {
namespace {

/// Whether running it at another place could be noticed.
bool is_movable(const Instruction& line) {
  if (line.primitive.is_guard()) return false;
  if (line.primitive.has_kernel()) return true;
  if (&line.primitive != &map_p && &line.primitive != &scan_p && &line.primitive != &call_p) return false;
  return !has_guards(line.attributes.program("body"));
}

/// What becomes of the lines of one body.
class Invariants {
 public:
  /// shared : the inputs that are the same at every point
  Invariants(const Program& body, const Flags& shared)
      : body_(body), moves_(body.size(), false), crosses_(body.size(), false), work_(body.size(), 0) {
    for (size_t k = 0; k < shared.size(); ++k) moves_[k] = shared[k];
    for_each_instruction(body, [&](ValueId v) { look_at(body[v]); });
    choose();
  }

  /// The values computed outside and read inside.
  std::vector<ValueId> crossing() const {
    std::vector<ValueId> values;
    for (uint32_t i = static_cast<uint32_t>(body_.inputs()); i < body_.size(); ++i)
      if (crosses_[i]) values.push_back(ValueId{i});
    return values;
  }

  /// (the inputs of the body) -> the values that cross.
  Program outside() const {
    Rewriter rewriter(body_);
    for_each_instruction(body_, [&](ValueId v) {
      if (moves_[index(v)]) rewriter.copy(v);
    });
    std::vector<ValueId> outputs;
    for (ValueId v : crossing()) outputs.push_back(rewriter[v]);
    return dead_code(rewriter.to().finish(outputs));
  }

  /// (the inputs of the body, the values that cross) -> what the body returns.
  Program inside() const {
    Rewriter rewriter(body_);
    for (ValueId v : crossing()) rewriter.set(v, rewriter.to().input(body_.type(v)));
    for_each_instruction(body_, [&](ValueId v) {
      if (stays(body_[v])) rewriter.copy(v);
    });
    return rewriter.finish();
  }

 private:
  bool stays(const Instruction& line) const { return needed_[index(line.value)]; }

  void look_at(const Instruction& line) {
    bool movable = is_movable(line);
    double work = work_of(body_, line);
    for (ValueId v : line.operands) {
      movable = movable && moves_[index(v)];
      work += work_[index(v)];
    }
    for (int k = 0; k < line.results; ++k) {
      moves_[index(line.value) + static_cast<size_t>(k)] = movable;
      work_[index(line.value) + static_cast<size_t>(k)] = movable ? work : 0;
    }
  }

  bool pays(const Instruction& line) const {
    double elements = 0;
    for (int k = 0; k < line.results; ++k)
      elements += static_cast<double>(
          body_.type(ValueId{static_cast<uint32_t>(index(line.value)) + static_cast<uint32_t>(k)}).elements());
    const bool only_renames =
        &line.primitive == &broadcast_p || &line.primitive == &reshape_p || body_.is_constant(line.value);
    return moves_[index(line.value)] && !only_renames && work_[index(line.value)] > elements;
  }

  /// Backwards: a line that is needed inside crosses if that pays, else it is needed with what it reads.
  void choose() {
    needed_.assign(body_.size(), false);
    std::vector<bool> read(body_.size(), false);
    for (ValueId v : body_.outputs()) read[index(v)] = true;
    for (size_t i = body_.size(); i-- > body_.inputs();) {
      const Instruction line = body_[ValueId{static_cast<uint32_t>(i)}];
      if (&line.primitive == &result_p) continue;
      bool wanted = line.primitive.is_guard();
      for (size_t k = 0; k < static_cast<size_t>(line.results); ++k) wanted = wanted || read[i + k];
      if (!wanted) continue;
      if (pays(line)) {
        for (size_t k = 0; k < static_cast<size_t>(line.results); ++k) crosses_[i + k] = read[i + k];
        continue;
      }
      needed_[i] = true;
      for (ValueId v : line.operands) read[index(v)] = true;
    }
  }

  const Program& body_;
  Flags moves_, crosses_, needed_;
  std::vector<double> work_;
};

/// The operands that every iteration sees alike.
Flags shared_operands(const Attributes& attributes) {
  Flags shared;
  if (attributes.has("carries")) shared.assign(static_cast<size_t>(attributes.integer("carries")), false);
  append(shared, negated(flags(attributes, "mapped")));
  return shared;
}

/// Records a loop with its invariants in front of it; returns its first result.
ValueId record_loop(Rewriter& rewriter, ValueId v, Attributes attributes) {
  const Instruction line = rewriter.from()[v];
  std::vector<ValueId> operands(rewriter.operands(v).begin(), rewriter.operands(v).end());
  const Invariants invariants(attributes.program("body"), shared_operands(attributes));
  if (!invariants.crossing().empty()) {
    const auto moved = append_lines(invariants.outside(), operands, rewriter.to());
    operands.insert(operands.end(), moved.begin(), moved.end());
    std::vector<int64_t> mapped = attributes.integers("mapped");
    mapped.resize(mapped.size() + moved.size(), 0);
    attributes.set("mapped", mapped);
    attributes.set("body", NestedProgram(invariants.inside()));
  }
  std::vector<Type> types;
  for (uint32_t k = 0; k < static_cast<uint32_t>(line.results); ++k)
    types.push_back(rewriter.from().type(ValueId{static_cast<uint32_t>(v) + k}));
  return rewriter.to().append_typed(line.primitive, operands, attributes, types, rewriter.from().site(v));
}

}  // namespace

Program hoist(const Program& p) {
  Rewriter rewriter(p);
  BodyRewriter bodies(hoist);
  for_each_instruction(p, [&](ValueId v) {
    const Instruction line = p[v];
    const Attributes& attributes = bodies(line.attributes);
    const bool loop = &line.primitive == &map_p || &line.primitive == &scan_p;
    if (!loop || attributes.integer("length") < 2) return void(rewriter.copy(v, attributes));
    rewriter.set_all(v, line.results, record_loop(rewriter, v, attributes));
  });
  return rewriter.finish();
}

}  // namespace wengert
