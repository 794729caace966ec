// SPDX-License-Identifier: Apache-2.0
//
// Numbers, types, arrays and attributes as text, written and read: the parts of ir/text.h that are no operations.
#pragma once

#include <map>
#include <string>
#include <unordered_map>

#include "wengert/ir/program.h"
#include "wengert/ir/text_lexer.h"

namespace wengert::text {

// Writing.

/// Shortest text that reads back as the same bits; a NaN other than the usual one shows them.
std::string real_text(double value);
std::string real_text(float value);
/// The same with a point or an exponent, so that it is no integer.
std::string pointed_text(double value);
/// An identifier as it is, any other name, and one with a meaning of its own, in backquotes.
std::string name_text(std::string_view name, bool means_something = false);

/// Elements that arrays of equal elements, written as one number, may have in all in one text: the one case in which
/// little text asks for much memory. Writer and reader count alike, and the writer falls back to all elements.
class RepeatBudget {
 public:
  bool take(int64_t elements) {
    if (elements > left_) return false;
    left_ -= elements;
    return true;
  }
  int64_t left() const { return left_; }

 private:
  int64_t left_ = int64_t{1} << 24;
};

/// "f64[2,2] [[1, 2], [3, 4]]", "f64[64,64] 0", "i64[] 3", "f64[0,3] []".
void append_array(std::string& text, const Array& array, RepeatBudget& budget);

/// What nested Programs are called in the text being written.
using NestedNames = std::map<const void*, std::string>;
/// Programs that share their list have one identity.
inline const void* identity(const Program& program) { return &program.name(); }

/// "{axes=[0], scale=2.0}", or nothing for no attributes.
void append_attributes(std::string& text, const Attributes& attributes, const NestedNames& nested,
                       RepeatBudget& budget);

// Reading.

/// Programs read so far, by name.
struct ReadProgram {
  Program program;
  int depth = 1;  ///< 1 without nested Programs; bounded, since destruction recurses
  size_t at = 0;
};
struct ReadPrograms {
  std::unordered_map<std::string, ReadProgram> by_name;
  RepeatBudget budget;
  int depth = 1;  ///< of the Program being read

  /// throws : UsageError W510 for an unknown name, ResourceError W514 for too deep a nesting
  const Program& use(const Lexer& lexer, const Token& at, const std::string& name);
};

/// An optional minus and digits. throws : UsageError W500, W502
int64_t read_integer(Lexer& lexer);
/// An optional minus and a number, inf, nan or nan(bits). T is double or float. throws : UsageError W500, W502
template <class T> T read_real(Lexer& lexer);
/// Whether a decimal number, "12.5e-400", lies below 1: what is out of range is too small then, not too large.
bool is_below_one(std::string_view digits);
/// "f64" or "f64[2,3]". throws : UsageError W500, ShapeError W202
Type read_type(Lexer& lexer);
/// What follows the type of an array constant. throws : UsageError W508, ResourceError W513, and as read_real
Array read_array(Lexer& lexer, const Type& type, RepeatBudget& budget);
/// A name in letters or backquotes. throws : UsageError W500 "expected `what`"
std::string read_name(Lexer& lexer, std::string_view what);
/// The value after "name=".
AttributeValue read_attribute(Lexer& lexer, ReadPrograms& programs);
/// "{...}" if there is one. throws : UsageError W505 for a name given twice
Attributes read_attributes(Lexer& lexer, ReadPrograms& programs);
void set_attribute(Attributes& attributes, Lexer& lexer, ReadPrograms& programs);

}  // namespace wengert::text
