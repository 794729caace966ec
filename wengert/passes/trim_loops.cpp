// SPDX-License-Identifier: Apache-2.0
#include "wengert/passes/trim_loops.h"

#include <algorithm>
#include <unordered_map>

#include "wengert/passes/rewrite.h"
#include "wengert/primitives/control.h"
#include "wengert/primitives/control_rules.h"

namespace wengert {
namespace {

Program trimmed(const Program& p, const Flags& wanted);

/// A loop with fewer operands and results: which stay, and the attributes that say so.
struct TrimmedLoop {
  Flags operands, results;
  Attributes attributes;
};

/// The inputs that some line or output reads; inputs without a flag are not asked about.
Flags read_inputs(const Program& p) {
  Flags read(p.inputs(), false);
  const auto reads = [&](ValueId v) {
    if (p.is_input(v)) read[index(v)] = true;
  };
  for (uint32_t i = 0; i < p.size(); ++i) std::ranges::for_each(p.operands(ValueId{i}), reads);
  std::ranges::for_each(p.outputs(), reads);
  return read;
}

/// `p` with the inputs marked alone; the others are not read.
Program with_inputs(const Program& p, const Flags& stay) {
  ProgramBuilder to(p.name());
  std::vector<ValueId> inputs(p.inputs(), no_value);
  for (uint32_t k = 0; k < p.inputs(); ++k)
    if (stay[k]) inputs[k] = to.input(p.type(ValueId{k}), std::string(p.value_name(ValueId{k})));
  return to.finish(append_lines(p, inputs, to));
}

TrimmedLoop trimmed_loop(const Instruction& line, Flags results) {
  const Attributes& old = line.attributes;
  const auto carries = old.has("carries") ? static_cast<size_t>(old.integer("carries")) : 0;
  std::fill_n(results.begin(), carries, true);
  const Program body = trimmed(old.program("body"), results);
  Flags operands = read_inputs(body);
  std::fill_n(operands.begin(), carries, true);
  TrimmedLoop loop{operands, results, old};
  loop.attributes.set("body", NestedProgram(with_inputs(body, operands)));
  const Flags sliced(operands.begin() + static_cast<int64_t>(carries), operands.end());
  loop.attributes.set("mapped", as_integers(chosen(flags(old, "mapped"), sliced)));
  if (old.has("summed")) loop.attributes.set("summed", as_integers(chosen(flags(old, "summed"), results)));
  return loop;
}

class Trimmer {
 public:
  explicit Trimmer(const Program& p) : p_(p), read_(p.size(), false), kept_(p.size(), false) {}

  Program operator()(const Flags& wanted) {
    find_needed(wanted);
    Rewriter rewriter(p_);
    BodyRewriter bodies(trim_loops);
    for_each_instruction(p_, [&](ValueId v) {
      if (!kept_[index(v)]) return;
      const auto loop = loops_.find(static_cast<uint32_t>(v));
      if (loop == loops_.end()) return void(rewriter.copy(v, bodies(p_.attributes(v))));
      record(rewriter, v, loop->second);
    });
    std::vector<ValueId> outputs;
    for (size_t k = 0; k < wanted.size(); ++k)
      if (wanted[k]) outputs.push_back(rewriter[p_.outputs()[k]]);
    return rewriter.to().finish(outputs);
  }

 private:
  /// One walk backwards: who is read decides what of a loop stays, and that what it reads.
  void find_needed(const Flags& wanted) {
    for (size_t k = 0; k < wanted.size(); ++k)
      if (wanted[k]) read_[index(p_.outputs()[k])] = true;
    for (size_t i = p_.size(); i-- > p_.inputs();) {
      const ValueId v{static_cast<uint32_t>(i)};
      if (&p_.primitive(v) == &result_p) continue;
      const Instruction line = p_[v];
      Flags results;
      for (size_t k = 0; k < static_cast<size_t>(line.results); ++k) results.push_back(read_[i + k]);
      if (guards_inside(line)) results.assign(results.size(), true);
      kept_[i] = line.primitive.is_guard() || std::ranges::find(results, true) != results.end();
      if (kept_[i]) read_operands(line, results);
    }
  }

  static bool guards_inside(const Instruction& line) {
    return std::ranges::any_of(line.attributes, [](const auto& entry) {
      const auto* body = std::get_if<NestedProgram>(&entry.second);
      return body != nullptr && has_guards(**body);
    });
  }

  void read_operands(const Instruction& line, const Flags& results) {
    const bool loop = &line.primitive == &map_p || &line.primitive == &scan_p;
    Flags operands(line.operands.size(), true);
    if (loop)
      operands = loops_.emplace(static_cast<uint32_t>(line.value), trimmed_loop(line, results)).first->second.operands;
    for (size_t k = 0; k < operands.size(); ++k)
      if (operands[k]) read_[index(line.operands[k])] = true;
  }

  void record(Rewriter& rewriter, ValueId v, const TrimmedLoop& loop) {
    std::vector<ValueId> operands;
    std::vector<Type> types;
    for (size_t k = 0; k < loop.operands.size(); ++k)
      if (loop.operands[k]) operands.push_back(rewriter[p_.operands(v)[k]]);
    for (uint32_t k = 0; k < loop.results.size(); ++k)
      if (loop.results[k]) types.push_back(p_.type(ValueId{static_cast<uint32_t>(v) + k}));
    ValueId now = rewriter.to().append_typed(p_.primitive(v), operands, loop.attributes, types, p_.site(v));
    for (uint32_t k = 0; k < loop.results.size(); ++k)
      if (loop.results[k]) {
        rewriter.set(ValueId{static_cast<uint32_t>(v) + k}, now);
        now = ValueId{static_cast<uint32_t>(now) + 1};
      }
  }

  const Program& p_;
  Flags read_;  // values that something kept reads
  Flags kept_;  // instructions
  std::unordered_map<uint32_t, TrimmedLoop> loops_;
};

/// `p` with the outputs marked alone.
Program trimmed(const Program& p, const Flags& wanted) { return Trimmer(p)(wanted); }

}  // namespace

Program trim_loops(const Program& p) { return trimmed(p, Flags(p.outputs().size(), true)); }

}  // namespace wengert
