// SPDX-License-Identifier: Apache-2.0
//
// Program: the Wengert list (Wengert 1964). One elementary operation a line, each value assigned once, in an order in
// which every operand stands before its use. Inputs and constants are lines too, so a value and its instruction have the
// same number. An instruction with several results occupies that many consecutive lines: the first names the primitive,
// the rest are `result` lines that point back to it.
//
// A Program is immutable once finished and cheap to copy (copies share the list). The sharing is why this one class of
// ir/ holds a shared_ptr: bodies of loops are attributes, and every transformation would copy them otherwise.
//
// Memory: structure of arrays, 20 bytes for an instruction with two operands and no attributes.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "wengert/base/error.h"
#include "wengert/ir/attributes.h"

namespace wengert {

class Primitive;

/// Number of a value in its Program; index() makes it usable with arrays.
enum class ValueId : uint32_t {};
inline size_t index(ValueId value) { return static_cast<size_t>(value); }
inline constexpr ValueId no_value{0xffffffff};

/// One line, as a view into its Program.
struct Instruction {
  ValueId value;                      ///< its (first) result
  const Primitive& primitive;
  std::span<const ValueId> operands;
  const Attributes& attributes;
  int results;                        ///< 1 except for call, scan, map
};

class Program {
 public:
  Program();

  const std::string& name() const;
  size_t size() const;                              ///< lines: inputs, constants and operations
  size_t inputs() const;                            ///< the inputs are values 0 .. inputs() - 1
  std::span<const ValueId> outputs() const;

  Instruction operator[](ValueId value) const;
  const Primitive& primitive(ValueId value) const;
  std::span<const ValueId> operands(ValueId value) const;
  const Attributes& attributes(ValueId value) const;
  const Type& type(ValueId value) const;
  bool is_input(ValueId value) const { return wengert::index(value) < inputs(); }
  bool is_constant(ValueId value) const;
  /// The value of a constant line.
  Array constant(ValueId value) const;
  /// A scalar float constant without making an Array; NaN if the line is none.
  double literal(ValueId value) const;

  std::string_view value_name(ValueId value) const;  ///< the user's name, or empty
  Site site(ValueId value) const;                    ///< the user's source line, or none
  std::vector<Type> input_types() const;
  std::vector<Type> output_types() const;
  /// "%17 = matmul %12 %3 in program "loss"", with the source line in front where it is known: for messages. A line of a
  /// derivative says which line it comes from: "the derivative of sqrt at %5, in program "loss_grad"".
  std::string where(ValueId value) const;
  size_t bytes() const;                              ///< memory held by the list

  /// The same list under another name.
  Program renamed(std::string name) const;

  /// Same lines, constants, attributes and outputs; names and sites are not compared.
  friend bool operator==(const Program& a, const Program& b);

 private:
  friend class ProgramBuilder;
  struct List;
  std::shared_ptr<const List> list_;
};

/// Appends lines and finishes to a Program. Checks that operands stand before their use.
class ProgramBuilder {
 public:
  explicit ProgramBuilder(std::string name = "f");
  ~ProgramBuilder();
  ProgramBuilder(ProgramBuilder&&) noexcept;
  ProgramBuilder& operator=(ProgramBuilder&&) noexcept;

  /// Inputs come before every other line. throws : UsageError W104
  ValueId input(const Type& type, std::string name = {});
  ValueId constant(const Array& value);
  ValueId literal(double value, DType dtype = DType::f64);  ///< scalar constant; equal ones are one line
  /// One instruction; returns its first value, the others follow it. The result types come from primitive.infer.
  ValueId append(const Primitive& primitive, std::span<const ValueId> operands, const Attributes& attributes = {},
                 Site site = {});
  /// As append for one result of a type the caller vouches for: no inference, for replaying lines already checked.
  ValueId append_typed(const Primitive& primitive, std::span<const ValueId> operands, const Attributes& attributes,
                       std::span<const Type> results, Site site);
  void name_value(ValueId value, std::string name);

  size_t size() const;
  const Type& type(ValueId value) const;
  /// The list so far, as a Program to be looked at; valid until the next append.
  const Program& view() const { return view_; }

  Program finish(std::span<const ValueId> outputs);

 private:
  ValueId push(uint16_t primitive, const Type& type, std::span<const ValueId> operands, uint32_t attribute);
  Program view_;
  Program::List* list_;
  struct Lookup;
  std::unique_ptr<Lookup> lookup_;
};

}  // namespace wengert
