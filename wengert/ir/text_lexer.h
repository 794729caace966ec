// SPDX-License-Identifier: Apache-2.0
//
// The words of the text form, and where they stand: what the reader of ir/text.h is built on.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "wengert/base/error.h"

namespace wengert::text {

/// A text being read; it can say where an offset lies.
class Source {
 public:
  /// A byte order mark in front, which some editors write, is no part of the text.
  Source(std::string_view text, std::string_view file)
      : text_(text.substr(text.starts_with("\xEF\xBB\xBF") ? 3 : 0)), file_(file) {}

  std::string_view text() const { return text_; }
  size_t line(size_t offset) const;
  /// "f.wl:3:8", the line's text (the part around the place if it is long), and a caret below.
  std::string place(size_t offset) const;
  [[noreturn]] void fail(std::string_view id, size_t offset, std::string problem, std::string fix) const;

 private:
  std::string_view text_, file_;
};

/// Part of a text for a message: one line of valid UTF-8 without control characters ('?' in their place), shortened.
std::string displayed(std::string_view text);

/// "did you mean ...?" with the known name nearest to `name`, or empty if none is near.
std::string did_you_mean(std::string_view name, const std::vector<std::string_view>& known);

struct Token {
  enum class Kind : uint8_t { end, name, quoted, label, number, string, sign };

  Kind kind = Kind::end;
  char sign = 0;  ///< of a sign: itself; 'l', 'g', 'q' for <= >= ==
  bool first_on_line = false;
  size_t at = 0;            ///< offset in the text
  std::string_view text;    ///< as written, quotes included; a label without its %
  std::string_view suffix;  ///< of a number: f64, f32 or i64

  bool is(char c) const { return kind == Kind::sign && sign == c; }
  bool is(std::string_view name) const { return kind == Kind::name && text == name; }
};

/// Reads word by word, one ahead.
class Lexer {
 public:
  explicit Lexer(const Source& source);

  const Source& source() const { return source_; }
  const Token& current() const { return current_; }
  const Token& ahead() const { return ahead_; }
  Token take();
  /// Takes the sign if it is next.
  bool accept(char sign);
  /// throws : UsageError W500 if it is not; `after` completes "expected ')' ..."
  Token expect(char sign, std::string_view after);
  /// "expected X, found Y" at the current word; without a `fix` of its own: to add X, or to remove Y.
  [[noreturn]] void unexpected(std::string_view expected, std::string fix = {}) const;
  size_t left() const { return source_.text().size() - current_.at; }  ///< characters from the current word on

 private:
  Token next();
  void skip_blanks(Token& token);
  void name(Token& token);
  void quoted(Token& token, char quote);
  void number(Token& token);
  void sign(Token& token);
  size_t skip_while(bool (*test)(char));
  char peek(size_t distance = 0) const;

  const Source& source_;
  size_t at_ = 0;
  Token current_, ahead_;
};

/// The text between quotes or backquotes, escapes resolved. throws : UsageError W501
std::string unescape(const Source& source, const Token& token);
/// The inverse, with the quotes.
std::string escape(std::string_view text, char quote);

/// Whether a word can stand for a value without backquotes, as far as its letters go.
bool is_identifier(std::string_view text);
/// Words with a meaning of their own: program return constant true false inf nan, and the dtypes.
bool is_keyword(std::string_view text);

}  // namespace wengert::text
