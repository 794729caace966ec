// SPDX-License-Identifier: Apache-2.0
#include "wengert/ir/text_lexer.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace wengert::text {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_word(char c) { return is_letter(c) || is_digit(c); }
unsigned char byte(std::string_view text, size_t at) {
  return at < text.size() ? static_cast<unsigned char>(text[at]) : 0;
}

/// Bytes of the UTF-8 character at `at` if it can be shown; 0 if it is malformed or a control character.
size_t shown_length(std::string_view text, size_t at) {
  const unsigned char first = byte(text, at), second = byte(text, at + 1);
  if (first < 0x80) return first >= 0x20 && first != 0x7f;
  const size_t length = first < 0xc2 || first > 0xf4 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  for (size_t i = 1; i < length; ++i)
    if ((byte(text, at + i) & 0xc0) != 0x80) return 0;
  const bool overlong = (first == 0xe0 && second < 0xa0) || (first == 0xf0 && second < 0x90);
  const bool beyond = (first == 0xed && second >= 0xa0) || (first == 0xf4 && second >= 0x90);  // surrogates, U+110000
  const bool control = first == 0xc2 && second < 0xa0;
  return overlong || beyond || control ? 0 : length;
}

/// The characters of a text as they are shown; `for_others` in place of those that are not.
std::vector<std::string_view> shown_characters(std::string_view text, std::string_view for_others) {
  std::vector<std::string_view> result;
  for (size_t i = 0; i < text.size();) {
    const size_t length = shown_length(text, i);
    result.push_back(length == 0 ? for_others : text.substr(i, length));
    i += std::max<size_t>(length, 1);
  }
  return result;
}

/// What a message shows of a word.
std::string shown(const Token& token) {
  if (token.kind == Token::Kind::end) return "the end of the text";
  const std::string text = displayed(token.text);
  if (token.kind == Token::Kind::label) return "%" + text;
  if (token.kind == Token::Kind::number) return text + displayed(token.suffix);
  return token.kind == Token::Kind::string || token.kind == Token::Kind::quoted ? text : fmt::format("'{}'", text);
}

int hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/// The character at `at`, or its byte in hexadecimal.
std::string character_at(std::string_view text, size_t at) {
  const size_t length = shown_length(text, at);
  return length == 0 ? fmt::format("byte 0x{:02x}", byte(text, at)) : fmt::format("'{}'", text.substr(at, length));
}

/// A remedy for a character that is an operator elsewhere.
std::string meant_by(char c, char next) {
  if (c == '!' && next == '=') return "x differs from y where logical_not(x == y)";
  if (c == '!') return "for not write logical_not(x)";
  if (c == '&') return "for and write logical_and(x, y)";
  return "operators are + - * / ^ < <= > >= ==; names with other characters stand in `backquotes`";
}

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return result;
}

/// Insertions, deletions, replacements and swaps of neighbours from one word to the other.
size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<size_t>> cost(a.size() + 1, std::vector<size_t>(b.size() + 1));
  for (size_t i = 0; i <= a.size(); ++i) cost[i][0] = i;
  for (size_t j = 0; j <= b.size(); ++j) cost[0][j] = j;
  for (size_t i = 1; i <= a.size(); ++i)
    for (size_t j = 1; j <= b.size(); ++j) {
      cost[i][j] = std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1, cost[i - 1][j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
    }
  return cost[a.size()][b.size()];
}

}  // namespace

size_t Source::line(size_t offset) const {
  return 1 + static_cast<size_t>(std::count(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(offset), '\n'));
}

std::string Source::place(size_t offset) const {
  constexpr size_t before = 80, after = 40;                                  // characters shown
  const size_t start = offset == 0 ? 0 : text_.rfind('\n', offset - 1) + 1;  // npos + 1 is 0
  const size_t end = std::min({text_.find('\n', offset), text_.size(), offset + 4 * after + 4});
  size_t column = 0, from = start;
  for (size_t i = start; i < offset; i += std::max<size_t>(shown_length(text_, i), 1)) ++column;
  for (size_t skipped = before; skipped < column; ++skipped) from += std::max<size_t>(shown_length(text_, from), 1);
  const auto characters = shown_characters(text_.substr(from, end - from), " ");
  std::string part = from > start ? "..." : "";
  const std::string caret(part.size() + std::min(column, before), ' ');
  const size_t most = std::min(column, before) + after;
  for (size_t i = 0; i < std::min(characters.size(), most); ++i) part += characters[i];
  if (characters.size() > most) part += "...";
  return fmt::format("{}:{}:{}\n      {}\n      {}^", file_, line(offset), column + 1, part, caret);
}

void Source::fail(std::string_view id, size_t offset, std::string problem, std::string fix) const {
  throw UsageError(id, std::move(problem), place(offset), std::move(fix));
}

std::string displayed(std::string_view text) {
  constexpr size_t most = 60;
  std::string result;
  const auto characters = shown_characters(text.substr(0, 4 * most + 4), "?");
  for (size_t i = 0; i < std::min(characters.size(), most); ++i) result += characters[i];
  return characters.size() > most ? result + "..." : result;
}

std::string did_you_mean(std::string_view name, const std::vector<std::string_view>& known) {
  constexpr size_t longest = 64;
  if (name.size() > longest) return {};
  const std::string meant = lower(name);
  const auto shared = [&](const std::string& other) {  // letters at the front
    return std::mismatch(meant.begin(), meant.end(), other.begin(), other.end()).first - meant.begin();
  };
  size_t least = (name.size() + 1) / 3 + 1;
  std::string_view nearest;
  for (std::string_view candidate : known) {
    if (std::max(name.size(), candidate.size()) - std::min(name.size(), candidate.size()) > least) continue;
    const std::string other = lower(candidate);
    const size_t distance = edit_distance(meant, other);
    if (distance > least || (distance == least && (nearest.empty() || shared(other) <= shared(lower(nearest)))))
      continue;
    least = distance;
    nearest = candidate;
  }
  return nearest.empty() ? std::string{} : fmt::format("did you mean \"{}\"?", displayed(nearest));
}

Lexer::Lexer(const Source& source) : source_(source) {
  current_ = next();
  current_.first_on_line = true;
  ahead_ = next();
}

Token Lexer::take() {
  const Token taken = current_;
  current_ = ahead_;
  if (ahead_.kind != Token::Kind::end) ahead_ = next();
  return taken;
}

bool Lexer::accept(char sign) {
  if (!current_.is(sign)) return false;
  take();
  return true;
}

Token Lexer::expect(char sign, std::string_view after) {
  if (!current_.is(sign)) unexpected(fmt::format("'{}' {}", sign, after));
  return take();
}

void Lexer::unexpected(std::string_view expected, std::string fix) const {
  if (fix.empty())
    fix = current_.kind == Token::Kind::end
              ? "the text breaks off here: add what is missing"
              : fmt::format("add what is missing before {}, or remove it", shown(current_));
  source_.fail("W500", current_.at, fmt::format("expected {}, found {}", expected, shown(current_)), std::move(fix));
}

char Lexer::peek(size_t distance) const {
  const std::string_view text = source_.text();
  return at_ + distance < text.size() ? text[at_ + distance] : '\0';
}

size_t Lexer::skip_while(bool (*test)(char)) {
  const size_t start = at_;
  const std::string_view text = source_.text();
  while (at_ < text.size() && test(text[at_])) ++at_;
  return at_ - start;
}

void Lexer::skip_blanks(Token& token) {
  const std::string_view text = source_.text();
  while (at_ < text.size()) {
    const char c = text[at_];
    if (c == '#')
      at_ = std::min(text.find('\n', at_), text.size());
    else if (c == '\n')
      token.first_on_line = true, ++at_;
    else if (c == ' ' || c == '\t' || c == '\r')
      ++at_;
    else
      break;
  }
}

Token Lexer::next() {
  Token token;
  skip_blanks(token);
  token.at = at_;
  const std::string_view text = source_.text();
  if (at_ == text.size()) return token;
  const char c = text[at_];
  if (is_letter(c))
    name(token);
  else if (is_digit(c) || (c == '.' && is_digit(peek(1))))
    number(token);
  else if (c == '"' || c == '`')
    quoted(token, c);
  else
    sign(token);
  return token;
}

void Lexer::name(Token& token) {
  token.kind = Token::Kind::name;
  do skip_while(is_word);
  while (peek() == '.' && is_letter(peek(1)) && ++at_);
  token.text = source_.text().substr(token.at, at_ - token.at);
}

void Lexer::quoted(Token& token, char quote) {
  const std::string_view text = source_.text();
  for (++at_; at_ < text.size() && text[at_] != quote && text[at_] != '\n'; ++at_)
    if (text[at_] == '\\' && at_ + 1 < text.size()) ++at_;
  if (at_ >= text.size() || text[at_] != quote)
    source_.fail("W501", token.at, fmt::format("the text in {} has no end on its line", quote),
                 fmt::format("close it with {}", quote));
  ++at_;
  token.kind = quote == '"' ? Token::Kind::string : Token::Kind::quoted;
  token.text = text.substr(token.at, at_ - token.at);
}

void Lexer::number(Token& token) {
  token.kind = Token::Kind::number;
  const bool bits = peek() == '0' && peek(1) == 'x';
  if (bits) {
    at_ += 2;
    skip_while([](char c) { return hex_digit(c) >= 0; });
  } else {
    skip_while(is_digit);
    if (peek() == '.') ++at_, skip_while(is_digit);
    const bool exponent = peek() == 'e' || peek() == 'E';
    if (exponent && is_digit(peek(1)))
      ++at_, skip_while(is_digit);
    else if (exponent && (peek(1) == '+' || peek(1) == '-') && is_digit(peek(2)))
      at_ += 2, skip_while(is_digit);
  }
  token.text = source_.text().substr(token.at, at_ - token.at);
  const size_t start = at_;
  skip_while(is_word);
  token.suffix = source_.text().substr(start, at_ - start);
  if (token.suffix.empty() || token.suffix == "f64" || token.suffix == "f32" || token.suffix == "i64") return;
  source_.fail("W502", token.at, fmt::format("a number cannot end in \"{}\"", displayed(token.suffix)),
               fmt::format("for a product write {} * {}; the suffixes are f64, f32 and i64", displayed(token.text),
                           displayed(token.suffix)));
}

void Lexer::sign(Token& token) {
  const std::string_view text = source_.text();
  const char c = text[at_];
  if (c == '%' && is_digit(peek(1))) {
    ++at_;
    skip_while(is_digit);
    token.kind = Token::Kind::label;
    token.text = text.substr(token.at + 1, at_ - token.at - 1);
    return;
  }
  const bool two = peek(1) == '=' && (c == '<' || c == '>' || c == '=');
  if (!two && std::string_view("(){}[],;:=+-*/^<>@|").find(c) == std::string_view::npos)
    source_.fail("W501", at_, character_at(text, at_) + " has no meaning here", meant_by(c, peek(1)));
  token.kind = Token::Kind::sign;
  token.sign = !two ? c : c == '<' ? 'l' : c == '>' ? 'g' : 'q';
  at_ += two ? 2 : 1;
  token.text = text.substr(token.at, at_ - token.at);
}

std::string unescape(const Source& source, const Token& token) {
  const std::string_view text = token.text.substr(1, token.text.size() - 2);
  std::string result;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      result += text[i];
      continue;
    }
    static constexpr std::string_view letters = "\\\"`ntr", meanings = "\\\"`\n\t\r";
    const char c = text[++i];  // the lexer saw to it that something follows a backslash
    const size_t known = letters.find(c);
    const bool hex = c == 'x' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 && hex_digit(text[i + 2]) >= 0;
    if (known == std::string_view::npos && !hex)
      source.fail("W501", token.at + i, "no escape begins like this", R"(the escapes are \\ \" \` \n \t \r and \x41)");
    result += hex ? static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2])) : meanings[known];
    if (hex) i += 2;
  }
  return result;
}

std::string escape(std::string_view text, char quote) {
  std::string result(1, quote);
  for (size_t i = 0; i < text.size();) {
    const char c = text[i];
    const size_t length = shown_length(text, i);
    if (c == quote || c == '\\')
      result += '\\', result += c;
    else if (c == '\n')
      result += "\\n";
    else if (length == 0)
      result += fmt::format("\\x{:02x}", byte(text, i));
    else
      result += text.substr(i, length);
    i += std::max<size_t>(length, 1);
  }
  return result += quote;
}

bool is_identifier(std::string_view text) {
  bool starts = true;  // a letter must come: at the front, and behind a dot
  for (char c : text) {
    if (starts ? !is_letter(c) : !is_word(c) && c != '.') return false;
    starts = c == '.';
  }
  return !starts;
}

bool is_keyword(std::string_view text) {
  static constexpr std::array<std::string_view, 11> words{"program", "return", "constant", "true", "false", "inf",
                                                          "nan",     "f64",    "f32",      "i64",  "bool"};
  return std::find(words.begin(), words.end(), text) != words.end();
}

}  // namespace wengert::text
