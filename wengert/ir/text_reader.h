// SPDX-License-Identifier: Apache-2.0
//
// ProgramReader: one Program of a text being recorded, statement by statement. Its parts: statements (text_parse.cpp),
// expressions (text_formula.cpp), and functions that stand for several operations (text_functions.cpp).
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "wengert/ir/primitive.h"
#include "wengert/ir/text_values.h"

namespace wengert::text {

/// What an expression stands for: a line of the Program, or a number that becomes a line where it is first used.
struct Operand {
  ValueId value = no_value;  ///< no_value: a number
  double number = 0;
  std::optional<DType> dtype;  ///< of a number written with its dtype
  int results = 1;             ///< of the instruction; several cannot be an operand
  size_t at = 0;               ///< offset in the text

  bool is_number() const { return value == no_value; }
};

/// What is called: a primitive, a function of text_functions.cpp, or a Program above, with its attributes.
struct Head {
  Token name;
  const Primitive* primitive = nullptr;
  Attributes attributes = {};
};

/// Values by name and by label.
class Scope {
 public:
  /// null if there is none. A name written in backquotes where it was defined, and that is a primitive's, is found in
  /// backquotes only: bare, it means the primitive.
  const Operand* find(const Source& source, const Token& token) const;
  /// throws : UsageError W505 if it has a value already
  void define(const Source& source, const Token& token, const Operand& operand);
  bool has_bare(std::string_view name) const;
  std::vector<std::string_view> names() const;

 private:
  struct Named {
    Operand operand;
    bool quoted;
    size_t at;
  };
  struct Label {
    Operand operand;
    size_t at = 0;
    bool defined = false;
  };
  const Named* named(const Source& source, const Token& token) const;
  Label* label(const Source& source, const Token& token, bool make);

  std::unordered_map<std::string_view, Named> names_;
  std::deque<std::string> unescaped_;         // names that do not stand in the text as they are
  std::vector<Label> labels_;                 // small labels, the usual ones
  std::unordered_map<uint64_t, Label> rare_;  // labels far larger than their number
};

class ProgramReader {
 public:
  ProgramReader(Lexer& lexer, ReadPrograms& programs, std::string name);

  // Statements (text_parse.cpp).
  void input(const Token& name, const Type& type);
  void body();     ///< statements in braces; sets the outputs
  void formula();  ///< definitions and results up to the end of the text
  Program finish();

  // Recording, for text_functions.cpp.
  /// One instruction: numbers take the others' dtype, elementwise operands broadcast.
  Operand record(const Head& head, std::vector<Operand> operands);
  Operand record(const Head& like, std::string_view primitive, std::vector<Operand> operands,
                 Attributes attributes = {});
  ValueId line(const Operand& operand, DType dtype = DType::f64);  ///< where it stands; a number is put there
  const Type& type(const Operand& operand) const { return builder_.type(operand.value); }
  const Source& source() const { return lexer_.source(); }

 private:
  // Statements.
  Operand definition();  ///< name, ... = right side
  Operand right_side();
  void assign(const std::vector<Token>& targets, const Operand& operand, size_t lines_before);
  void end_of_statement();
  void end_of_program();  ///< the brace after the results
  Operand constant_line(const Token& head);
  Operand instruction(const Head& head);

  // Expressions.
  Operand expression(int least, std::optional<Operand> first = {});
  Operand unary();
  Operand primary();
  Operand number();
  Operand call(Head head);
  Operand apply(const Head& head, std::vector<Operand> operands);
  Operand named();
  Operand negated(Operand operand, const Token& minus);
  Operand atom();  ///< an operand of the printed form
  Head head();
  /// A remedy where an operand stands instead of an operator, or nothing.
  std::string missing_operator() const;
  bool goes_on() const { return open_ > 0 || !lexer_.current().first_on_line; }
  [[noreturn]] void unknown_value(const Token& token) const;
  [[noreturn]] void unknown_function(const Token& token) const;

  Operand append(const Head& head, const std::vector<Operand>& operands);
  void check_count(const Head& head, size_t operands) const;
  std::vector<Operand> aligned(const Head& head, std::vector<Operand> operands);
  /// Runs f; an error gets this place if it has none.
  template <class F> auto placed(size_t at, F f) const;

  Lexer& lexer_;
  ReadPrograms& programs_;
  ProgramBuilder builder_;
  Scope scope_;
  std::vector<ValueId> outputs_;
  int open_ = 0;   // parentheses around the current word
  int depth_ = 0;  // of the recursion
};

/// The record of that name, or null; unlike find_primitive it takes no lock after the first time, and it does not know
/// the lines `input`, `constant` and `result`.
const Primitive* operation(std::string_view name);

/// A function that stands for several operations, or for one with attributes left out; null if there is none.
/// It returns no value where the call as it is written is meant.
using Function = std::optional<Operand> (*)(ProgramReader& reader, const Head& head, std::vector<Operand>& operands);
Function find_function(std::string_view name);
/// throws : UsageError W506 for `given` operands of a function that takes `count`
[[noreturn]] void wrong_count(const Source& source, const Token& name, std::string_view function, size_t count,
                              size_t given);
std::vector<std::string_view> function_names();
/// The record whose attributes a function takes: that of its own name, of another for some that have none.
std::string_view attributes_of(std::string_view function);
/// Whether a name means an operation or a function of the text form, so that no Program can be called by it.
bool means_function(std::string_view name);

}  // namespace wengert::text
