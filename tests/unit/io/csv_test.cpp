// SPDX-License-Identifier: Apache-2.0
#include "wengert/io/csv.h"

#include "files.h"

namespace wengert {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

using Record = std::vector<std::string>;

std::vector<Record> read(std::string_view text, const CsvOptions& options = {}) {
  CsvReader reader(text, "a.csv", options);
  std::vector<Record> records;
  while (reader.next()) records.emplace_back(reader.fields().begin(), reader.fields().end());
  return records;
}

std::string error_in(std::string_view text, const CsvOptions& options = {}) {
  return message_of([&] { read(text, options); });
}

TEST(Csv, separates_fields_and_keeps_their_blanks) {
  EXPECT_THAT(read("a, b ,\n1,2,3\n"), ElementsAre(Record{"a", " b ", ""}, Record{"1", "2", "3"}));
}

TEST(Csv, takes_quotes_off_and_what_they_hold_as_it_is) {
  EXPECT_THAT(read("\"a,b\",\"say \"\"yes\"\"\",\"\"\n\"two\nlines\",\"\"\"\",\"\r\"\n"),
              ElementsAre(Record{"a,b", "say \"yes\"", ""}, Record{"two\nlines", "\"", "\r"}));
}

TEST(Csv, takes_all_ways_to_end_a_line) {
  const std::vector<Record> expected{{"1", "2"}, {"3", "4"}};
  for (const char* text : {"1,2\n3,4\n", "1,2\n3,4", "1,2\r\n3,4\r\n", "1,2\r\n\r\n3,4\n\n\n", "\n\n1,2\n3,4",
                           "\xef\xbb\xbf"
                           "1,2\n3,4"})
    EXPECT_EQ(read(text), expected) << text;
}

TEST(Csv, an_empty_text_has_no_records) {
  for (const char* text : {"", "\n", "\r\n\n", "\xef\xbb\xbf"}) EXPECT_TRUE(read(text).empty());
}

TEST(Csv, keeps_a_last_empty_field) {
  EXPECT_THAT(read("1,"), ElementsAre(Record{"1", ""}));
  EXPECT_THAT(read(",\n"), ElementsAre(Record{"", ""}));
  EXPECT_THAT(read("\"\"\n\"\""), ElementsAre(Record{""}, Record{""}));
}

TEST(Csv, chooses_the_separator_by_the_first_line) {
  EXPECT_THAT(read("a;b\n1,5;2\n"), ElementsAre(Record{"a", "b"}, Record{"1,5", "2"}));
  EXPECT_THAT(read("a\tb c\n1\t2"), ElementsAre(Record{"a", "b c"}, Record{"1", "2"}));
  EXPECT_THAT(read("\"a;b\",c\n1,2"), ElementsAre(Record{"a;b", "c"}, Record{"1", "2"}));
  EXPECT_THAT(read("1 2\t3\n4\t5"), ElementsAre(Record{"1 2", "3"}, Record{"4", "5"}));
}

TEST(Csv, takes_runs_of_blanks_as_one_separator) {
  EXPECT_THAT(read("  1   2  \n\n   \n4 \"5 6\"\n"), ElementsAre(Record{"1", "2"}, Record{"4", "5 6"}));
  EXPECT_THAT(read(" 1 \t 2\t\r\n3\t4", {' '}), ElementsAre(Record{"1", "2"}, Record{"3", "4"}));
}

TEST(Csv, takes_the_separator_that_is_said) {
  EXPECT_THAT(read("a|b,c\n", {'|'}), ElementsAre(Record{"a", "b,c"}));
  EXPECT_THAT(error_in("a", {'"'}), StartsWith("W596 usage: \"\\\"\" cannot separate fields"));
  EXPECT_THAT(error_in("a", {'\n'}), StartsWith("W596"));
}

TEST(Csv, knows_the_line_of_every_record_and_field) {
  CsvReader reader("a,b\n\n\"1\n2\n\",\"3\n\"\n4,5", "a.csv");
  ASSERT_TRUE(reader.next() && reader.next());
  EXPECT_EQ(reader.line(), 3u);
  EXPECT_EQ(reader.place(0), "a.csv:3, column 1");
  EXPECT_EQ(reader.place(1), "a.csv:5, column 2");
  ASSERT_TRUE(reader.next());
  EXPECT_EQ(reader.place(1), "a.csv:7, column 2");
  EXPECT_FALSE(reader.next() || reader.next());
}

TEST(Csv, refuses_quotes_that_other_readers_guess_about) {
  EXPECT_THAT(
      error_in("a,b\n1,5\" pipe\n"),
      StartsWith("W590 usage: a quote stands inside a field that does not begin with one\n  at a.csv:2, column 2"));
  EXPECT_THAT(error_in("1, \"a,b\"\n"), StartsWith("W590"));
  EXPECT_THAT(error_in("\"a\"b,c\n"), StartsWith("W590 usage: \"b\" follows a closing quote\n  at a.csv:1, column 1"));
  EXPECT_THAT(error_in("a,b\n1,\"2\n3,4\n"),
              StartsWith("W591 usage: a quote is opened here and never closed\n  at a.csv:2, column 2"));
  EXPECT_THAT(error_in("\""), StartsWith("W591"));
}

TEST(Csv, refuses_lines_of_different_lengths) {
  EXPECT_THAT(error_in("a,b,c\n1,2,3\n\n1,2\n"),
              StartsWith("W592 usage: 2 fields where the first line has 3 (separated by \",\")\n  at a.csv:4\n"));
  EXPECT_THAT(error_in("a\tb\n1\n"), HasSubstr("1 field where the first line has 2 (separated by tab)"));
}

TEST(Csv, refuses_what_is_no_text) {
  EXPECT_THAT(error_in(std::string_view("1,2\n3,\0\n", 8)),
              StartsWith("W593 usage: a.csv has a NUL byte and is not a text\n  at a.csv:2"));
  EXPECT_THAT(error_in("a,b\n1,\xe9\n"), StartsWith("W593 usage: a.csv is not UTF-8: byte 6 is e9\n  at a.csv:2"));
  EXPECT_THAT(error_in("\xff\xfe"
                       "a"),
              HasSubstr("is text in UTF-16"));
  for (const char* bad : {"\x80", "\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80",
                          "\xf8\x88\x80\x80\x80", "\xe2\x82", "12345678\xff"})
    EXPECT_THAT(error_in(bad), StartsWith("W593")) << bad;
  for (const char* good : {"\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\x7f", "12345678\xc3\xa9"})
    EXPECT_EQ(read(good), std::vector<Record>{{good}});
}

TEST(Csv, refuses_a_lone_carriage_return) {
  EXPECT_THAT(error_in("a,b\r1,2\r"), StartsWith("W594 usage: a carriage return stands alone"));
  EXPECT_THAT(error_in("1,2\n3,4\r"), HasSubstr("at a.csv:2, column 3"));
}

TEST(Csv, bounds_the_fields_of_a_record) {
  EXPECT_NO_THROW(read("1,2,3", {',', 3}));
  EXPECT_THAT(error_in("1,2,3,4", {',', 3}),
              StartsWith("W595 resource: a record has more than 3 fields, the limit\n  at a.csv:1"));
}

TEST(Csv, reads_many_lines_and_long_quotes_in_linear_time) {
  std::string text, quoted = "\"";
  for (int i = 0; i < 300'000; ++i) text += "1,\"a\nb\"\n", quoted += "\"\"\n";
  EXPECT_EQ(read(text).size(), 300'000u);
  EXPECT_EQ(read(quoted + "\"").size(), 1u);
  EXPECT_THAT(error_in(std::string(2'000'000, ',').insert(0, "\"\n\n\n")), StartsWith("W591"));
}

TEST(Csv, writes_what_it_reads_back) {
  const std::vector<Record> rows{
      {"plain", "a,b", " blank "}, {"", "\"", "two\nlines"}, {"\r", "\xef\xbb\xbf", "a;b\t|"}};
  for (char separator : {',', ';', '\t'}) {
    CsvText text({"x", "y,;", "z"}, separator);
    for (const Record& row : rows) text.row_of(row);
    std::vector<Record> expected{{"x", "y,;", "z"}};
    expected.insert(expected.end(), rows.begin(), rows.end());
    EXPECT_EQ(read(text.text(), {separator}), expected);
  }
}

TEST(Csv, writes_numbers_in_their_shortest_form) {
  CsvText text({"epoch", "loss", "rate", "name"});
  text.row(1, 0.1, 0.1f, "a");
  text.row(int64_t{-2}, 1e300, 1.0, std::string("b,c"));
  EXPECT_EQ(text.text(), "epoch,loss,rate,name\n1,0.1,0.1,a\n-2,1e+300,1,\"b,c\"\n");
}

TEST(Csv, writes_a_table_of_one_empty_field) {
  CsvText text({"x"});
  text.row("");
  EXPECT_EQ(read(text.text()), (std::vector<Record>{{"x"}, {""}}));
}

TEST(Csv, refuses_to_write_ragged_rows_and_impossible_separators) {
  CsvText text({"a", "b"});
  EXPECT_THAT(message_of([&] { text.row(1); }),
              StartsWith("W592 usage: a row of 1 fields was given for a table of 2 columns"));
  for (char separator : {' ', '"', '\n', '\r', '\0'})
    EXPECT_THAT(message_of([&] { CsvText({"a"}, separator); }), StartsWith("W596"));
}

TEST(Csv, writes_files_atomically) {
  const TemporaryFolder folder;
  CsvText text({"a"});
  text.row(1);
  write_csv(folder / "a.csv", text);
  EXPECT_EQ(text_of(read_file(folder / "a.csv")), "a\n1\n");
  EXPECT_EQ(folder.files(), 1u);
}

TEST(Csv, reads_or_refuses_changed_bytes) {
  const auto check = [](const Bytes& text) { read(text_of(text)); };
  expect_no_crash_on_changed_bytes(bytes("a,\"b\n\"\"c\",d\r\n1,2,3\n\xc3\xa9,\"\",6"), check);
}

}  // namespace
}  // namespace wengert
