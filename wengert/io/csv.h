// SPDX-License-Identifier: Apache-2.0
//
// CSV: lines of separated fields, read one record at a time from a text in memory, in linear time. A field that begins
// with a quote may hold separators, newlines and doubled quotes. Lines end in LF or CRLF; empty lines are skipped.
// What other readers guess (a quote inside a field, a lone carriage return, a line with another number of fields) is an
// error with file, line and column, because each guess turns one table silently into another.
// Source: RFC 4180; also read: other separators, a byte order mark, a last line without newline.
#pragma once

#include <concepts>
#include <deque>

#include "wengert/io/file.h"

namespace wengert {

struct CsvOptions {
  /// Between two fields. '\0': the first of tab, `;` and `,` that the first line holds outside quotes, or else blanks.
  /// ' ': any number of blanks and tabs, also before and after all fields.
  char separator = '\0';
  size_t columns = 100'000;  ///< most fields a record may have
};

/// The records of a CSV text, in order:
///
///     CsvReader reader(text, "iris.data");
///     while (reader.next())
///       for (std::string_view field : reader.fields()) ...
class CsvReader {
 public:
  /// text   : must outlive the reader, as must what `fields` returns
  /// name   : of the file, for messages
  /// throws : UsageError W593 if the text is not UTF-8 or has a NUL byte, W596 for a separator that cannot be one
  CsvReader(std::string_view text, std::string name, const CsvOptions& options = {});

  /// Reads the next record; false at the end of the text.
  ///
  /// cost   : its length
  /// throws : UsageError W590 for a quote out of place, W591 for one that is never closed, W592 if it has not as many
  ///          fields as the first, W594 for a lone carriage return; ResourceError W595 for too many fields
  bool next();

  /// The fields of this record, without quotes; blanks belong to them. Valid until `next`.
  std::span<const std::string_view> fields() const { return fields_; }
  size_t line() const { return line_; }  ///< in which this record begins, from 1
  /// The line in which a field begins: not the record's where a field before it holds newlines.
  size_t line_of(size_t field) const;
  /// "iris.data:12, column 3" of a field, columns from 1.
  std::string place(size_t field) const;
  char separator() const { return separator_; }
  const std::string& name() const { return name_; }

 private:
  void skip_empty_lines();
  void read_record();
  void read_field();
  const char* read_quoted();  ///< returns what follows the closing quote
  void add(const char* begin, std::string_view field);
  bool blanks() const { return separator_ == ' '; }
  bool take_newline();
  void skip_blanks();
  [[noreturn]] void fail_on_count() const;
  [[noreturn]] void fail(std::string_view id, const char* at, std::string what, std::string fix) const;

  const char *at_, *end_;
  const char* record_;  ///< where this record begins
  std::string name_;
  CsvOptions options_;
  char separator_;
  bool ends_field_[256] = {};  ///< bytes at which a field without quotes stops
  std::vector<std::string_view> fields_;
  std::vector<const char*> begins_;    ///< of the fields in the text
  std::deque<std::string> undoubled_;  ///< fields whose doubled quotes were made single
  size_t line_ = 0, next_line_ = 1, first_count_ = 0;
};

/// "," or a name, for messages: "tab", "blanks".
std::string separator_name(char separator);

/// Rows for a CSV file. A field is put in quotes where it must be; what is written is read back the same.
///
///     CsvText metrics({"epoch", "loss"});
///     metrics.row(1, 0.25);
///     write_csv("metrics.csv", metrics);
class CsvText {
 public:
  /// throws : UsageError W596 for a separator that cannot be one (blanks neither)
  explicit CsvText(std::span<const std::string> header, char separator = ',');
  explicit CsvText(std::initializer_list<std::string> header, char separator = ',')
      : CsvText(std::span<const std::string>(header.begin(), header.size()), separator) {}

  /// Texts, integers, and floats in their shortest form. throws : UsageError W592 unless there is one for each column
  template <class... Fields> void row(const Fields&... fields) {
    const std::string texts[] = {text_of_field(fields)...};
    row_of(texts);
  }
  void row_of(std::span<const std::string> fields);
  const std::string& text() const { return text_; }

 private:
  static std::string text_of_field(std::string_view text) { return std::string(text); }
  static std::string text_of_field(double value);
  static std::string text_of_field(float value);
  template <std::integral T> static std::string text_of_field(T value) { return std::to_string(value); }

  size_t columns_;
  char separator_;
  std::string text_;
};

/// Writes atomically. throws : ResourceError W441
void write_csv(const std::string& path, const CsvText& text);

}  // namespace wengert
