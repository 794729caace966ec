// SPDX-License-Identifier: Apache-2.0
#include "wengert/io/csv.h"

#include <fmt/format.h>

#include "wengert/base/error.h"
#include "wengert/io/utf8.h"

namespace wengert {
namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

size_t lines_before(std::string_view text) { return static_cast<size_t>(std::count(text.begin(), text.end(), '\n')); }

char separator_of(std::string_view text) {
  bool quoted = false, found[3] = {};
  constexpr std::string_view candidates = "\t;,";
  for (char c : text) {
    if (c == '"') quoted = !quoted;
    if (quoted) continue;
    if (c == '\n') break;
    if (const auto k = candidates.find(c); k != std::string_view::npos) found[k] = true;
  }
  for (size_t k = 0; k < candidates.size(); ++k)
    if (found[k]) return candidates[k];
  return ' ';
}

}  // namespace

std::string separator_name(char separator) {
  if (separator == ' ') return "blanks";
  if (separator == '\t') return "tab";
  return quote({&separator, 1});
}

CsvReader::CsvReader(std::string_view text, std::string name, const CsvOptions& options)
    : name_(std::move(name)), options_(options) {
  if (const auto c = static_cast<unsigned char>(options.separator);
      options.separator != '\0' && (c == '"' || c == '\n' || c == '\r' || c > 0x7e))
    throw UsageError("W596", fmt::format("{} cannot separate fields", separator_name(options.separator)), {},
                     "take \",\", \";\", a tab or blanks");
  expect_text(text, name_);
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  at_ = record_ = text.data();
  end_ = at_ + text.size();
  separator_ = options.separator;
  skip_empty_lines();
  if (separator_ == '\0') separator_ = separator_of({at_, static_cast<size_t>(end_ - at_)});
  for (char c : {separator_, '\n', '\r', '"', blanks() ? '\t' : separator_})
    ends_field_[static_cast<unsigned char>(c)] = true;
}

void CsvReader::fail(std::string_view id, const char* at, std::string what, std::string fix) const {
  const size_t line = line_ + lines_before({record_, static_cast<size_t>(at - record_)});
  throw UsageError(id, std::move(what), fmt::format("{}:{}, column {}", name_, line, fields_.size() + 1),
                   std::move(fix));
}

size_t CsvReader::line_of(size_t field) const {
  return line_ + lines_before({record_, static_cast<size_t>(begins_[field] - record_)});
}

std::string CsvReader::place(size_t field) const {
  return fmt::format("{}:{}, column {}", name_, line_of(field), field + 1);
}

bool CsvReader::take_newline() {
  if (*at_ == '\r') {
    if (at_ + 1 == end_ || at_[1] != '\n')
      fail("W594", at_, "a carriage return stands alone; lines end in LF or CRLF",
           "convert the line ends, or put the field in quotes");
    ++at_;
  }
  if (*at_ != '\n') return false;
  ++at_;
  ++next_line_;
  return true;
}

void CsvReader::skip_blanks() {
  while (at_ != end_ && (*at_ == ' ' || *at_ == '\t')) ++at_;
}

void CsvReader::skip_empty_lines() {
  fields_.clear();
  while (at_ != end_) {
    record_ = at_;
    line_ = next_line_;
    if (blanks()) skip_blanks();
    if (at_ != end_ && !take_newline()) return;
  }
}

bool CsvReader::next() {
  skip_empty_lines();
  if (at_ == end_) return false;
  begins_.clear();
  undoubled_.clear();
  read_record();
  if (first_count_ == 0) first_count_ = fields_.size();
  if (fields_.size() != first_count_) fail_on_count();
  return true;
}

void CsvReader::fail_on_count() const {
  const std::string what = fmt::format("{} field{} where the first line has {} (separated by {})", fields_.size(),
                                       fields_.size() == 1 ? "" : "s", first_count_, separator_name(separator_));
  throw UsageError("W592", what, fmt::format("{}:{}", name_, line_),
                   "complete the line, or name the separator if it is another");
}

void CsvReader::read_record() {
  for (;;) {
    if (fields_.size() == options_.columns)
      throw ResourceError("W595", fmt::format("a record has more than {} fields, the limit", options_.columns),
                          fmt::format("{}:{}", name_, line_),
                          "raise the limit if the file can be trusted, or write the table with its rows as lines");
    read_field();
    if (blanks()) skip_blanks();
    if (at_ == end_ || take_newline()) return;
    if (!blanks()) ++at_;
  }
}

const char* CsvReader::read_quoted() {
  const char* const begin = at_;
  std::string* undoubled = nullptr;
  for (const char* from = begin + 1;;) {
    const auto* quote_at = static_cast<const char*>(std::memchr(from, '"', static_cast<size_t>(end_ - from)));
    if (!quote_at)
      fail("W591", begin, "a quote is opened here and never closed",
           "close it; a quote inside a field is written twice");
    const std::string_view piece(from, static_cast<size_t>(quote_at - from));
    next_line_ += lines_before(piece);
    const bool doubled = quote_at + 1 != end_ && quote_at[1] == '"';
    if (doubled && !undoubled) undoubled = &undoubled_.emplace_back();
    if (undoubled) undoubled->append(piece).append(doubled ? 1 : 0, '"');
    if (!doubled) {
      add(begin, undoubled ? std::string_view(*undoubled) : piece);
      return quote_at + 1;
    }
    from = quote_at + 2;
  }
}

void CsvReader::read_field() {
  const char* const begin = at_;
  if (at_ != end_ && *at_ == '"') {
    at_ = read_quoted();
    if (at_ == end_ || ends_field_[static_cast<unsigned char>(*at_)]) return;
    fields_.pop_back();  // the error is in this column, not the next
    fail("W590", at_, fmt::format("{} follows a closing quote", quote({at_, 1})),
         "double the quotes inside a field: \"\"");
  }
  while (at_ != end_ && !ends_field_[static_cast<unsigned char>(*at_)]) ++at_;
  if (at_ != end_ && *at_ == '"')
    fail("W590", at_, "a quote stands inside a field that does not begin with one",
         "put the whole field in quotes and double those inside it; no blank may stand before the first");
  add(begin, {begin, static_cast<size_t>(at_ - begin)});
}

void CsvReader::add(const char* begin, std::string_view field) {
  begins_.push_back(begin);
  fields_.push_back(field);
}

}  // namespace wengert
