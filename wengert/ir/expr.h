// SPDX-License-Identifier: Apache-2.0
//
// Expr: a handle to a value of the Program under construction on this thread. It knows its type and never computes. A
// plain number is an Expr too, a literal, that takes the dtype and shape of what it is combined with. A handle carries
// the generation of its recording, so one from elsewhere is found at its first use; there is no process-wide list.
#pragma once

#include <concepts>
#include <span>
#include <vector>

#include "wengert/ir/program.h"

namespace wengert {

class Expr {
 public:
  /// A literal.
  template <class T> requires std::is_arithmetic_v<T>
  Expr(T literal) : literal_(static_cast<double>(literal)) {}
  Expr(ValueId value, uint32_t generation) : value_(value), generation_(generation) {}

  bool is_literal() const { return generation_ == 0; }
  double literal() const { return literal_; }
  uint32_t generation() const { return generation_; }

  /// The value in the current recording. throws : UsageError W103 if it belongs to another one
  ValueId value() const;
  /// Its type; a literal is a scalar of the recording's default float.
  const Type& type() const;
  const Shape& shape() const { return type().shape; }
  int rank() const { return shape().rank(); }

  /// An Expr has no value while it is recorded, so it cannot steer an `if`.
  template <class T = void> explicit operator bool() const {
    static_assert(!std::is_same_v<T, T>, "an Expr has no value while it is recorded: use select(condition, a, b)");
    return false;
  }

 private:
  double literal_ = 0;
  ValueId value_ = no_value;
  uint32_t generation_ = 0;
};

/// An Expr together with the line it was written on: the type of a first parameter, never of a variable.
struct Sited {
  Expr expr;
  Site site;
  Sited(Expr e, Site s = Site::here()) : expr(e), site(s) {}
  template <class T> requires std::is_arithmetic_v<T>
  Sited(T literal, Site s = Site::here()) : expr(literal), site(s) {}
  operator Expr() const { return expr; }
};

/// The recording that is open on this thread; opened by trace() and by transformations, nested ones shade outer ones.
class Recording {
 public:
  explicit Recording(std::string name = "f", DType default_float = DType::f64);
  ~Recording();
  Recording(const Recording&) = delete;
  Recording& operator=(const Recording&) = delete;

  /// throws : UsageError W102 if none is open
  static Recording& current();

  ProgramBuilder& builder() { return builder_; }
  Expr expr(ValueId value) const { return {value, generation_}; }
  Expr input(const Type& type, std::string name = {}) { return expr(builder_.input(type, std::move(name))); }
  /// The line a value stands on; makes a constant of a literal. throws : UsageError W103
  ValueId value(const Expr& e, Site site = {});
  Program finish(std::span<const Expr> outputs);

  DType default_float;  ///< what a lone literal becomes
  Site site;            ///< used for lines recorded without one of their own
  /// Whether all lines get `site`: the library records them on behalf of a line of the user's, and no place in its own
  /// source says anything to him. Recordings opened within do the same.
  bool fixed_site = false;

 private:
  ProgramBuilder builder_;
  uint32_t generation_;
  Recording* outer_;
};

/// Appends one instruction to the current recording; literals become constants of the default float.
/// throws : what primitive.infer throws, with the source line added; UsageError W103
std::vector<Expr> record_all(const Primitive& primitive, std::span<const Expr> operands, const Attributes& attributes = {},
                             Site site = {});
Expr record(const Primitive& primitive, std::initializer_list<Expr> operands, const Attributes& attributes = {},
            Site site = {});

/// Records the lines of `program` again with `inputs` for its inputs; returns its outputs.
/// throws : ShapeError W207 for a wrong number or type of inputs
std::vector<Expr> replay(const Program& program, std::span<const Expr> inputs);
/// The same, returning every line's value.
std::vector<Expr> replay_lines(const Program& program, std::span<const Expr> inputs);

/// A constant in the current recording.
Expr constant(const Array& value);
Expr zeros(const Type& type);

}  // namespace wengert
