// SPDX-License-Identifier: Apache-2.0
//
// The list that scalarize writes: elements known now or scalars of the new Program, recorded through the Simplifier.
#pragma once

#include <span>
#include <vector>

#include "wengert/passes/simplify_rules.h"

namespace wengert {

/// One element of an array: a scalar of the list, or a number known now (reals in `real`, i64 and bool in `integer`).
struct Element {
  ValueId value = no_value;
  double real = 0;
  int64_t integer = 0;
  bool known() const { return value == no_value; }
};
using Elements = std::vector<Element>;

Elements elements_of(const Array& array);

class ScalarList {
 public:
  ScalarList(const std::string& name, size_t limit) : limit_(limit), to_(name), simplifier_(to_) {}

  ProgramBuilder& to() { return to_; }
  Simplifier& simplifier() { return simplifier_; }

  /// throws : ResourceError W450 if `more` lines, elements or loop steps would go beyond the limit
  void reserve(size_t more) const;
  /// An instruction with scalar results; returns them.
  Elements make(const Primitive& primitive, std::span<const ValueId> operands, const Attributes& attributes,
                int results);
  Element make(const Primitive& primitive, std::initializer_list<ValueId> operands, const Attributes& attributes = {}) {
    return make(primitive, std::span(operands.begin(), operands.size()), attributes, 1)[0];
  }
  /// The line of an element of a `dtype` array.
  ValueId value(const Element& element, DType dtype);
  /// A float scalar as another float dtype.
  Element converted(const Element& element, DType dtype);

 private:
  Element element(ValueId value) const;

  size_t limit_;
  ProgramBuilder to_;
  Simplifier simplifier_;
};

/// The results of an instruction by reading its kernel on elements.
///
/// operands, types: as the instruction's; an operand without derivative passes none here either
/// where          : of the instruction, for messages
/// throws         : UsageError W160, ResourceError W450
std::vector<Elements> read_kernel(ScalarList& list, const PendingLine& line, const Kernel& kernel,
                                  std::vector<Elements> operands, const std::string& where);

/// The results of an instruction without bodies: the same one on each element where that is possible, else its kernel.
///
/// throws : UsageError W160, W161, ResourceError W450
std::vector<Elements> scalar_instruction(ScalarList& list, const Program& p, const Instruction& line,
                                         std::vector<Elements> operands);

std::vector<Type> result_types(const Program& p, const Instruction& line);

}  // namespace wengert
