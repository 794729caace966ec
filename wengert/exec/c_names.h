// SPDX-License-Identifier: Apache-2.0
//
// Names, comments and numbers of an emitted C file. Names of a Program may be any text: what comes out of here is an
// identifier of C99 and C++, or the inside of a comment, whatever went in; nothing of a file becomes code.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>

namespace wengert {

/// Letters, digits and _, no digit at the beginning.
bool is_c_identifier(std::string_view text);
/// A keyword of C or C++, a name of the C library, or one that the language keeps for itself (a leading _).
bool is_reserved_in_c(std::string_view identifier);

/// `text` as an identifier: other signs become _, those beyond ASCII their number (u03b8); reserved names, and words in
/// capitals, which may be macros, end in _.
/// `fallback` where nothing is left.
std::string c_identifier(std::string_view text, std::string_view fallback);

/// `text` as the inside of a comment, on one line, in printable ASCII; it cannot end the comment.
std::string c_comment(std::string_view text);

/// A number as C reads it back, exactly: 0.1, 3.0, -INFINITY; rounded, with the suffix f, for a float.
std::string c_real(double value, bool single);
std::string c_integer(int64_t value);

/// Identifiers of one scope, no two of them equal, none of those that the writer makes for registers (r12, i3).
class CNames {
 public:
  /// c_identifier(text, fallback), with a number behind it where it is taken.
  std::string take(std::string_view text, std::string_view fallback);

 private:
  std::set<std::string> taken_;
};

}  // namespace wengert
