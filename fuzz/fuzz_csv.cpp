// SPDX-License-Identifier: Apache-2.0
//
// CSV texts: any bytes are read or refused; what was read survives writing. Read as a table they are encoded or
// refused, and so are the same rows by the encoding that was written and read again, to the same numbers.
#include "refused.h"
#include "wengert/train/encoding.h"

namespace {

using namespace wengert;
using Records = std::vector<std::vector<std::string>>;

Records records_of(std::string_view text, const CsvOptions& options) {
  CsvReader reader(text, "input", options);
  Records records;
  while (reader.next()) {
    records.emplace_back(reader.fields().begin(), reader.fields().end());
    reader.place(reader.fields().size() - 1);
  }
  return records;
}

void expect_survival(const Records& records) {
  if (records.empty()) return;
  CsvText text(records[0]);
  for (size_t k = 1; k < records.size(); ++k) text.row_of(records[k]);
  if (records_of(text.text(), {','}) != records) std::abort();
}

/// All rows for training: their encoding and their numbers.
std::pair<Encoding, Dataset> learned(std::string_view text, const DataOptions& options) {
  std::vector<std::string> notes;
  const DataTable table = parse_table(text, "input", options.format);
  const TableColumns columns = chosen_columns(table, options);
  const auto rows = usable_rows(table, columns, options.missing);
  Encoding encoding = described(table, columns, rows, options, notes);
  fit(encoding, table, columns, rows, options, notes);
  Dataset data = encoded(table, columns, rows, encoding, options.dtype);
  return {std::move(encoding), std::move(data)};
}

void expect_same_again(std::string_view text, const DataOptions& options, const Encoding& encoding,
                       const Dataset& data) {
  const Encoding again = encoding_from_json(to_json(encoding), "again");
  if (!(again == encoding)) std::abort();
  TableFormat format = options.format;
  format.header = encoding.header ? Header::present : Header::absent;
  const DataTable table = parse_table_for(again, text, "input", format);
  const TableColumns columns = matching_columns(table, again);
  const Dataset same = encoded(table, columns, usable_rows(table, columns, options.missing), again, options.dtype);
  if (!(same.x == data.x && same.y == data.y)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text = text_of({data, size});
  for (char separator : {'\0', ' '})
    if (const auto records = read_or_refused([&] { return records_of(text, {separator}); })) expect_survival(*records);
  for (Missing missing : {Missing::refuse, Missing::drop, Missing::fill}) {
    DataOptions options;
    options.missing = missing;
    options.dtype = missing == Missing::drop ? DType::f64 : DType::f32;
    if (const auto result = read_or_refused([&] { return learned(text, options); }))
      expect_same_again(text, options, result->first, result->second);
  }
  return 0;
}
