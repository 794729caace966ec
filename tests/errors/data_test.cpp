// SPDX-License-Identifier: Apache-2.0
//
// W590 to W596 and W823 to W829: CSV texts, tables, and what can be learned from them.
#include "documented.h"
#include "folder.h"
#include "wengert/train/read_data.h"
#include "wengert/train/split.h"

namespace wengert {
namespace {

void read_all(std::string_view text, const CsvOptions& options = {}) {
  CsvReader reader(text, "a.csv", options);
  while (reader.next()) {
  }
}

/// Learns from all rows of a table.
void learn(std::string_view text, const DataOptions& options = {}) {
  std::vector<std::string> notes;
  const DataTable table = parse_table(text, "a.csv", options.format);
  const TableColumns columns = chosen_columns(table, options);
  const auto rows = usable_rows(table, columns, options.missing);
  Encoding encoding = described(table, columns, rows, options, notes);
  fit(encoding, table, columns, rows, options, notes);
}

TEST(DataErrors, W590_a_quote_out_of_place) {
  const Error error = documented("W590", [] { read_all("size,name\n5,5\" pipe\n"); });
  EXPECT_EQ(error.where(), "a.csv:2, column 2");
  EXPECT_EQ(error_of([] { read_all("\"a\"b\n"); }).problem(), "\"b\" follows a closing quote");
}

TEST(DataErrors, W591_a_quote_that_is_never_closed) {
  EXPECT_EQ(documented("W591", [] { read_all("size,name\n5,\"pipe\n6,bolt\n"); }).where(), "a.csv:2, column 2");
}

TEST(DataErrors, W592_lines_of_different_lengths) {
  EXPECT_EQ(documented("W592", [] { read_all("size,name\n5,pipe\n6\n"); }).where(), "a.csv:3");
  EXPECT_EQ(error_of([] { CsvText({"a", "b"}).row(1); }).id(), "W592");
}

TEST(DataErrors, W593_bytes_that_are_no_text) {
  EXPECT_EQ(documented("W593", [] { read_all("name\ncaf\xe9\n"); }).where(), "a.csv:2");
}

TEST(DataErrors, W594_a_lone_carriage_return) {
  EXPECT_EQ(documented("W594", [] { read_all("1,2\r3,4\r"); }).where(), "a.csv:1, column 3");
}

TEST(DataErrors, W595_more_fields_than_the_limit) {
  documented("W595", [] { read_all("1,2,3,4", {.columns = 3}); });
}

TEST(DataErrors, W596_a_separator_that_separates_nothing) {
  documented("W596", [] { read_all("a", {.separator = '"'}); });
  EXPECT_EQ(error_of([] { CsvText({"a"}, ' '); }).id(), "W596");
}

TEST(DataErrors, W823_columns_and_rows_that_are_not_there) {
  documented("W823", [] { learn("size,kind\n1,a\n2,b\n", {.targets = {"weight"}}); });
  EXPECT_EQ(error_of([] { parse_table("x,x\n1,2\n", "a.csv"); }).problem(), "two columns are named \"x\"");
  const int64_t rows[] = {0, 1};
  EXPECT_EQ(error_of([&] { split_rows(rows, {}, 2, {.test_rows = {2}}); }).id(), "W823");
}

TEST(DataErrors, W824_missing_cells) {
  EXPECT_EQ(documented("W824", [] { learn("size,kind\n1,a\n?,b\n"); }).where(), "a.csv:3, column 1 (\"size\")");
}

TEST(DataErrors, W825_a_cell_that_its_column_cannot_hold) {
  EXPECT_EQ(documented("W825", [] { learn("size,kind\n1,a\n2,b\n1O,b\n"); }).where(), "a.csv:4, column 1 (\"size\")");
}

TEST(DataErrors, W826_a_column_that_is_no_feature) {
  std::string text = "name,size,kind\n";
  for (char c = 'a'; c <= 'l'; ++c) text += std::string(1, c) + ",1," + (c % 2 ? "x" : "y") + "\n";
  EXPECT_EQ(documented("W826", [&] { learn(text); }).where(), "a.csv, column 1");
}

TEST(DataErrors, W827_nothing_to_learn_from) {
  documented("W827", [] { learn("size,kind\n1,a\n2,a\n"); });
}

TEST(DataErrors, W828_data_of_no_kind_that_is_read) {
  documented("W828", [] { read_data(std::vector<std::string>{"table.missing"}); });
  const InFolder here;
  here.write("weights.safetensors", "");
  documented("W828", [] { read_data(std::vector<std::string>{"weights.safetensors"}); });
}

TEST(DataErrors, W829_an_encoding_that_does_not_fit) {
  documented("W829", [] { encoding_from_json("{\"format\": \"wengert encoding 9\"}", "model.safetensors"); });
  EXPECT_EQ(error_of([] { Encoding().decoded_targets(Array(1.0)); }).id(), "W829");
}

/// Whatever bytes a table holds, an error repeats little of them, and only as printable characters.
TEST(DataErrors, are_short_and_printable) {
  const std::string wild(5000, '\x1b'), wide = "\xc3\xa9\x07";
  std::string header = wild;
  for (int k = 0; k < 200; ++k) header += "," + std::to_string(k) + wild;
  for (const std::string& text : {wild + ",y\n1,2\n" + wild + ",3\n4,5\n", wide + "," + wide + "\n1,2\n",
                                  "x,y\n1," + wild + "\n2," + wild + "\n", "\"" + wild + "\"" + wild}) {
    const std::string message = error_of([&] { learn(text); }).what();
    EXPECT_LT(message.size(), 2000u);
    for (char c : message) EXPECT_TRUE(c == '\n' || (c >= ' ' && c <= '~')) << static_cast<int>(c);
  }
  const Error error =
      error_of([&] { learn(header + "\n", {.format = {.header = Header::present}, .targets = {wild + "x"}}); });
  EXPECT_EQ(error.id(), "W823");
  EXPECT_LT(std::string(error.what()).size(), 2000u);
}

}  // namespace
}  // namespace wengert
