// SPDX-License-Identifier: Apache-2.0
//
// Deliberately wrong rules. A derivative rule, once traced, is a Program; a mutation is one mechanical change of it: a
// sign, a factor, a dropped or added term, swapped operands, one operand in place of the result, the rule taken at
// another point, the other branch of a flag; in nested Programs too. A Mutant is a record with such a rule.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "wengert/ir/primitive.h"

namespace wengert {

struct Mutation {
  enum Kind { none, negate, scale_a_little, scale_by_two, drop, add_one, swap_operands, pass_operand, move_input, flip_flag, swap_outputs };
  Kind kind = none;
  size_t line = 0;               ///< of the rule; or which output, for a rule that returns an input
  size_t place = 0;              ///< first of the operands or outputs meant, or which flag
  bool at_output = false;
  std::vector<size_t> path = {}; ///< lines whose nested Program holds the line, from the outside in
};

std::string to_string(const Mutation& mutation);
/// Every mutation of a rule: those of each line, of each output that is an input, of each nested Program.
std::vector<Mutation> mutations_of(const Program& rule);
/// The rule with that change. A line that does not exist leaves it as it is.
Program mutated(const Program& rule, const Mutation& mutation);

/// p with the instructions of one record replaced by another's, in nested Programs too.
Program with_record(const Program& p, const Primitive& from, const Primitive& to);

/// A record like another, but for one change of one of its rules.
class Mutant : public Primitive {
 public:
  enum class Rule { partials, jvp, transpose };

  explicit Mutant(const Primitive& original);

  const Primitive& original;
  Rule rule = Rule::jvp;
  Mutation mutation;
  /// Which record is replaced by which in the traced JVP: this one by the mutant itself.
  const Primitive *inside_from = &original, *inside_to = this;
  /// The longest trace of each rule seen so far.
  const Program& seen(Rule which) const { return seen_[static_cast<size_t>(which)]; }

  std::span<const AttributeField> attributes() const override { return original.attributes(); }
  std::vector<Type> infer(const Signature& s) const override { return original.infer({original, s.operands, s.attributes}); }
  void kernel(KernelBuilder& k, const Attributes& attributes) const override { original.kernel(k, attributes); }
  bool has_kernel() const override { return original.has_kernel(); }
  Augmented augmented(std::span<const Expr> operands, const Attributes& attributes, Site site) const override {
    return original.augmented(operands, attributes, site);
  }
  Loop native_loop(DType dtype) const override { return original.native_loop(dtype); }
  void run_bodies(std::span<const ConstView> in, std::span<const View> out, const Attributes& attributes,
                  const std::function<BodyRunner(std::string_view)>& body) const override {
    original.run_bodies(in, out, attributes, body);
  }
  bool differentiable(int operand) const override { return original.differentiable(operand); }

  std::vector<Expr> partials(std::span<const Expr> operands, Expr result) const override;
  Tangents jvp(const JvpRule& given) const override;
  Tangents transpose(const TransposeRule& given) const override;

 private:
  Program changed(Rule which, Program traced) const;
  mutable Program seen_[3];
};

/// The Mutant of a record, made at the first call and registered like every record from then on.
Mutant& mutant_of(const Primitive& original);

}  // namespace wengert
