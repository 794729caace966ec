// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "wengert/base/array.h"
#include "wengert/base/error.h"
#include "wengert/io/csv.h"

namespace wengert {
namespace {

/// Blanks at the ends are quoted since some readers drop them, and a field that is all of its line since an empty line
/// is no record.
bool needs_quotes(std::string_view field, char separator, bool alone) {
  if (field.empty()) return alone;
  const char special[] = {separator, '"', '\n', '\r', '\0'};
  const auto blank = [](char c) { return c == ' ' || c == '\t'; };
  return field.find_first_of(special) != std::string_view::npos || blank(field.front()) || blank(field.back()) ||
         field.starts_with("\xef\xbb\xbf");
}

}  // namespace

CsvText::CsvText(std::span<const std::string> header, char separator) : columns_(header.size()), separator_(separator) {
  if (separator == ' ' || separator == '"' || separator == '\n' || separator == '\r' || separator <= '\0')
    throw UsageError("W596", fmt::format("{} cannot separate fields", separator_name(separator)), {},
                     "take \",\", \";\" or a tab");
  row_of(header);
}

std::string CsvText::text_of_field(double value) { return shortest(value); }
std::string CsvText::text_of_field(float value) { return shortest(value); }

void CsvText::row_of(std::span<const std::string> fields) {
  if (fields.size() != columns_ || fields.empty())
    throw UsageError("W592",
                     fmt::format("a row of {} fields was given for a table of {} columns", fields.size(), columns_), {},
                     "give one for each column");
  for (size_t k = 0; k < fields.size(); ++k) {
    if (k > 0) text_ += separator_;
    if (!needs_quotes(fields[k], separator_, columns_ == 1)) {
      text_ += fields[k];
      continue;
    }
    text_ += '"';
    for (char c : fields[k]) text_.append(c == '"' ? 2 : 1, c);
    text_ += '"';
  }
  text_ += '\n';
}

void write_csv(const std::string& path, const CsvText& text) { write_file_atomically(path, bytes_of(text.text())); }

}  // namespace wengert
