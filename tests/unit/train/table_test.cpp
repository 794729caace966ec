// SPDX-License-Identifier: Apache-2.0
//
// What a column of a table holds, and where.
#include "wengert/train/table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "wengert/base/error.h"

namespace wengert {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;
using Kind = DataColumn::Kind;

DataTable table(std::string_view text, const TableFormat& format = {}, const ColumnRoles& roles = {}) {
  return parse_table(text, "t.csv", format, roles);
}

std::string error_in(std::string_view text, const TableFormat& format = {}) {
  try {
    table(text, format);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(Table, finds_a_header_over_numbers) {
  EXPECT_TRUE(table("x,y\n1,a\n").header);
  EXPECT_FALSE(table("1,a\n2,b\n").header);
  EXPECT_FALSE(table("a,b\nc,d\n").header) << "nothing says that the first line is another than the rest";
  EXPECT_TRUE(table("x,y\n,a\n3,b\n").header) << "a missing cell says nothing";
  EXPECT_TRUE(table("x,y\n").rows() == 1) << "one line of text is a row unless it is said to be a header";
  EXPECT_TRUE(table("x\n1\n2\na\n", {}, [](const DataTable&) { return std::vector{ReadAs::ignored}; }).header)
      << "one wrong cell does not hide it";
  EXPECT_FALSE(table("").header);
}

TEST(Table, takes_the_header_that_is_said) {
  const DataTable with = table("1,2\n3,4\n", {.header = Header::present});
  EXPECT_EQ(with.columns[1].name, "2");
  EXPECT_THAT(with.columns[1].numbers, ElementsAre(4));
  const DataTable without = table("x,5\nz,4\n", {.header = Header::absent});
  EXPECT_EQ(without.columns[1].name, "column2");
  EXPECT_EQ(without.rows(), 2);
}

TEST(Table, names_columns_whose_header_is_empty) {
  EXPECT_EQ(table(",x\n1,2\n").columns[0].name, "column1");
  EXPECT_THAT(error_in("x,x\n1,2\n"), StartsWith("W823 usage: two columns are named \"x\"\n  at t.csv, column 2"));
}

TEST(Table, reads_numbers_in_all_their_forms) {
  const DataTable t = table("x\n1\n-2.5\n+3\n1e3\n.5\n5.\n\" 7 \"\n-0\n");
  EXPECT_THAT(t.columns[0].numbers, ElementsAre(1, -2.5, 3, 1000, 0.5, 5, 7, 0));
  EXPECT_FALSE(t.columns[0].whole);
  EXPECT_TRUE(table("x\n1\n-2\n+3\n").columns[0].whole);
  EXPECT_FALSE(table("x\n1\n2.0\n").columns[0].whole) << "2.0 is written as a measurement";
}

TEST(Table, numbers_categories_in_the_order_of_their_bytes) {
  const DataTable t = table("c,x\nred,1\nblue,2\n red ,3\n");
  EXPECT_EQ(t.columns[0].kind, Kind::category);
  EXPECT_THAT(t.columns[0].categories, ElementsAre("blue", "red"));
  EXPECT_THAT(t.columns[0].codes, ElementsAre(1, 0, 1));
}

TEST(Table, counts_missing_cells_and_knows_the_first) {
  const DataTable t = table("x,c\n1,a\n,NA\n3,\"\"\nnan,b\n?,b\n");
  EXPECT_EQ(t.columns[0].missing, 3);
  EXPECT_EQ(t.columns[0].first_missing, 1);
  EXPECT_TRUE(std::isnan(t.columns[0].numbers[1]));
  EXPECT_EQ(t.columns[1].missing, 2);
  EXPECT_THAT(t.columns[1].codes, ElementsAre(0, -1, -1, 1, 1));
}

TEST(Table, keeps_the_line_of_each_row) {
  const DataTable t = table("c,x\n\"a\nb\",1\n\nd,2\n");
  EXPECT_THAT(t.lines, ElementsAre(2, 5));
  EXPECT_EQ(t.place(1, 1), "t.csv:5, column 2 (\"x\")");
  EXPECT_EQ(table("1,2\n").place(0, 1), "t.csv:1, column 2");
}

TEST(Table, refuses_a_lone_text_among_numbers) {
  EXPECT_EQ(error_in("x,y\n1,2\n1O5,3\n4,5\n"),
            "W825 usage: \"1O5\" is no number, but 2 of the 3 cells of \"x\" are\n"
            "  at t.csv:3, column 1 (\"x\")\n"
            "  fix: correct the cell, leave it empty if it is unknown, or declare the column categorical");
  EXPECT_EQ(table("x\nA1\nB2\n7\n").columns[0].kind, Kind::category) << "mostly texts";
}

TEST(Table, refuses_numbers_that_are_not_finite) {
  for (const char* cell : {"inf", "-inf", "infinity", "1e999", "-1e999", "1e-999", "-nan"})
    EXPECT_THAT(error_in("x\n1\n" + std::string(cell) + "\n"),
                HasSubstr("is beyond the finite numbers of f64\n  at t.csv:3, column 1"))
        << cell;
  EXPECT_EQ(table("c,x\ninf,1\nsup,2\nmax,3\n").columns[0].kind, Kind::category) << "a word among words";
}

TEST(Table, refuses_decimal_commas) {
  EXPECT_THAT(
      error_in("x;y\n1,5;2\n-2,5;3\n"),
      StartsWith("W826 usage: the column \"x\" writes its numbers with a comma: \"1,5\"\n  at t.csv:2, column 1"));
}

TEST(Table, reads_columns_as_it_is_told) {
  const auto roles = [](const DataTable& names) {
    EXPECT_EQ(names.columns.size(), 3u);
    return std::vector{ReadAs::category, ReadAs::ignored, ReadAs::inferred};
  };
  const DataTable t = table("zip,junk,x\n01,1e999,2\n1,inf,3\n", {}, roles);
  EXPECT_THAT(t.columns[0].categories, ElementsAre("01", "1"));
  EXPECT_EQ(t.columns[1].kind, Kind::ignored);
}

TEST(Table, finds_columns_by_name_before_number) {
  const DataTable t = table("2,x,y\n5,6,7\n", {.header = Header::present});
  EXPECT_EQ(t.column("2"), 0u);
  EXPECT_EQ(t.column("3"), 2u);
  EXPECT_EQ(t.column("y"), 2u);
  for (const char* wrong : {"z", "0", "4", "-1", "", "3 "}) EXPECT_THROW(t.column(wrong), UsageError) << wrong;
}

TEST(Table, lists_at_most_five_names) {
  EXPECT_EQ(listed(std::vector<std::string>{"a", "b"}), "\"a\", \"b\"");
  EXPECT_EQ(listed(std::vector<std::string>(7, "a")), "\"a\", \"a\", \"a\", \"a\", \"a\" and 2 more");
}

}  // namespace
}  // namespace wengert
