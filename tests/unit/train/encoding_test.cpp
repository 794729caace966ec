// SPDX-License-Identifier: Apache-2.0
//
// What an Encoding makes of a table, and that it makes the same of rows seen later.
#include "wengert/train/encoding.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "wengert/base/error.h"

namespace wengert {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

struct Learned {
  Encoding encoding;
  Dataset data;
  std::vector<std::string> notes;
};

/// Learns from all rows, or from the first few.
Learned learn(std::string_view text, DataOptions options = {}, size_t training_rows = SIZE_MAX) {
  options.dtype = DType::f64;
  Learned result;
  const DataTable table = parse_table(text, "t.csv", options.format);
  const TableColumns columns = chosen_columns(table, options);
  const auto rows = usable_rows(table, columns, options.missing);
  result.encoding = described(table, columns, rows, options, result.notes);
  fit(result.encoding, table, columns, std::span(rows).first(std::min(rows.size(), training_rows)), options,
      result.notes);
  result.data = encoded(table, columns, rows, result.encoding, options.dtype);
  return result;
}

Dataset encode(const Encoding& encoding, std::string_view text, DType dtype = DType::f64) {
  const DataTable table = parse_table_for(encoding, text, "new.csv");
  const TableColumns columns = matching_columns(table, encoding);
  return encoded(table, columns, usable_rows(table, columns, Missing::fill), encoding, dtype);
}

template <class F> std::string message_of(F f) {
  try {
    f();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}
std::string error_in(std::string_view text, const DataOptions& options = {}) {
  return message_of([&] { learn(text, options); });
}

const DataOptions plain{.standardize = false};
const std::string flowers = "size,colour,kind\n1,red,rose\n3,blue,iris\n5,red,rose\n7,blue,iris\n";

TEST(Encoding, takes_the_last_column_as_target_and_texts_as_features_of_0_and_1) {
  const Learned learned = learn(flowers, plain);
  EXPECT_EQ(learned.data.x, Array({4, 3}, {1, 0, 1, 3, 1, 0, 5, 0, 1, 7, 1, 0}));
  EXPECT_THAT(learned.data.y.values<int64_t>(), ElementsAre(1, 0, 1, 0));
  EXPECT_THAT(learned.data.class_names, ElementsAre("iris", "rose"));
  EXPECT_THAT(learned.data.feature_names, ElementsAre("size", "colour=blue", "colour=red"));
  EXPECT_THAT(learned.data.target_names, ElementsAre("kind"));
}

TEST(Encoding, standardizes_numbers_and_leaves_features_of_categories) {
  const Learned learned = learn(flowers);
  const double d = std::sqrt(5);  // of 1, 3, 5, 7 about 4
  EXPECT_EQ(learned.data.x, Array({4, 3}, {-3 / d, 0, 1, -1 / d, 1, 0, 1 / d, 0, 1, 3 / d, 1, 0}));
}

TEST(Encoding, is_fitted_on_the_training_rows_alone) {
  const Learned learned = learn("x,y\n1,0.5\n3,1.5\n100,200.5\n", {}, 2);
  EXPECT_THAT(learned.encoding.means, ElementsAre(2));
  EXPECT_THAT(learned.encoding.deviations, ElementsAre(1));
  EXPECT_EQ(learned.data.x[2], 98);
  EXPECT_EQ(learned.encoding.targets[0].mean, 1);
}

TEST(Encoding, standardizes_values_and_gives_them_back) {
  const Learned learned = learn("x,y\n1,10.5\n2,20.5\n4,60.5\n");
  EXPECT_FALSE(learned.data.is_classification());
  EXPECT_EQ(learned.data.y.type(), f64({3, 1}));
  EXPECT_NEAR(learned.data.y[0] + learned.data.y[1] + learned.data.y[2], 0, 1e-15);
  const Array back = learned.encoding.decoded_targets(learned.data.y);
  EXPECT_NEAR(back[0], 10.5, 1e-13);
  EXPECT_NEAR(back[2], 60.5, 1e-13);
}

TEST(Encoding, takes_several_targets) {
  const Learned learned = learn("x,a,b\n1,10,20\n2,30,40\n", {.targets = {"b", "2"}, .standardize = false});
  EXPECT_EQ(learned.data.y, Array({2, 2}, {20, 10, 40, 30}));
  EXPECT_THAT(learned.data.target_names, ElementsAre("b", "a"));
}

TEST(Encoding, takes_few_integers_as_classes_and_says_so) {
  const std::string text = "x,y\n1,-1\n2,3\n3,3\n4,-1\n";
  const Learned learned = learn(text);
  EXPECT_THAT(learned.data.y.values<int64_t>(), ElementsAre(0, 1, 1, 0));
  EXPECT_THAT(learned.data.class_names, ElementsAre("-1", "3"));
  EXPECT_THAT(learned.notes,
              Contains(HasSubstr("the target \"y\" holds 2 different integers, which are taken as classes")));
  EXPECT_FALSE(learn(text, {.task = Task::values}).data.is_classification());
  EXPECT_FALSE(learn("x,y\n1,-1.0\n2,3.0\n3,3.0\n4,-1.0\n").data.is_classification());
  EXPECT_FALSE(learn("x,y\n1,1\n2,2\n3,3\n").data.is_classification()) << "each but once";
  EXPECT_TRUE(learn("x,y\n1,1.0\n2,2.0\n3,3.0\n", {.task = Task::classes}).data.is_classification());
}

TEST(Encoding, knows_a_numeric_class_in_any_form) {
  const Encoding encoding = learn("x,y\n1,0\n2,3\n3,3\n4,0\n").encoding;
  EXPECT_THAT(encode(encoding, "x,y\n1,3.0\n2,-0\n").y.values<int64_t>(), ElementsAre(1, 0));
}

TEST(Encoding, refuses_missing_cells_and_says_how_many) {
  EXPECT_EQ(error_in("x,c,y\n1,a,0.5\n,?,1.5\n3,,2.5\n"),
            "W824 usage: 3 cells of t.csv are missing, in 2 columns; here is the first\n"
            "  at t.csv:3, column 1 (\"x\")\n"
            "  fix: complete the table, or have such rows dropped or such cells filled");
}

TEST(Encoding, drops_rows_with_missing_cells) {
  const Learned learned =
      learn("x,c,y\n1,a,0.5\n,b,1.5\n3,,2.5\n4,a,\n5,a,4.5\n", {.missing = Missing::drop, .standardize = false});
  EXPECT_EQ(learned.data.count(), 2);
  EXPECT_THAT(error_in("x,y\n,1\n2,\n", {.missing = Missing::drop}),
              HasSubstr("W827 usage: every row of t.csv has a missing cell"));
}

TEST(Encoding, fills_numbers_by_the_mean_and_texts_by_a_category_of_their_own) {
  const Learned learned =
      learn("x,c,y\n1,a,0.5\n,b,1.5\n3,,2.5\n8,a,3.5\n", {.missing = Missing::fill, .standardize = false}, 3);
  EXPECT_EQ(learned.data.x, Array({4, 4}, {1, 1, 0, 0, 2, 0, 1, 0, 3, 0, 0, 1, 8, 1, 0, 0}))
      << "2 is the mean of the training rows 1 and 3";
  EXPECT_THAT(learned.data.feature_names, ElementsAre("x", "c=a", "c=b", "c="));
  EXPECT_EQ(encode(learned.encoding, "x,c\n,\n").x, Array({1, 4}, {2, 0, 0, 1}));
  EXPECT_THAT(error_in("x,y\n1,\n2,3\n", {.missing = Missing::fill}), HasSubstr("a target cannot be filled"));
}

TEST(Encoding, notes_constant_columns_and_divides_them_by_1) {
  const Learned learned = learn("x,z,y\n5,1,0.5\n5,2,1.5\n5,4,2.5\n");
  EXPECT_EQ(learned.encoding.deviations[0], 1);
  EXPECT_EQ(learned.data.x[0], 0);
  EXPECT_THAT(learned.notes,
              ElementsAre("constant in the training rows, so that nothing can be learned from them: \"x\""));
}

TEST(Encoding, notes_a_column_that_counts_the_rows) {
  std::string text = "id,x,y\n";
  for (int k = 0; k < 12; ++k)
    text += std::to_string(k) + "," + std::to_string(k * k) + ",0." + std::to_string(k) + "\n";
  EXPECT_THAT(learn(text).notes, ElementsAre(HasSubstr("the column \"id\" counts the rows")));
}

TEST(Encoding, refuses_columns_that_cannot_be_features) {
  std::string names = "name,x,y\n";
  for (char c = 'a'; c < 'm'; ++c) names += std::string(1, c) + ",1,0." + std::to_string(c) + "\n";
  EXPECT_THAT(
      error_in(names),
      StartsWith("W826 usage: the column \"name\" has 12 different texts in 12 rows, as names or numbers of rows have\n"
                 "  at t.csv, column 1\n  fix: leave it out (ignored)"));
  EXPECT_EQ(learn(names, {.ignored = {"name"}}).data.features(), 1);
  EXPECT_THAT(error_in("c,y\na,1\nb,2\nc,3\n", {.most_categories = 2}),
              HasSubstr("has 3 categories; at most 2 are encoded"));
  EXPECT_THAT(error_in("x,z,y\n,1,2\n?,2,3\n", {.missing = Missing::fill}),
              HasSubstr("W826 usage: the column \"x\" has no value in any row"));
  EXPECT_THAT(error_in("x,y\n1e308,1\n-1e308,2\n"), HasSubstr("W826 usage: the column \"x\" has numbers so large"));
}

TEST(Encoding, refuses_what_cannot_be_learned) {
  EXPECT_THAT(error_in(""), StartsWith("W827 usage: t.csv is empty"));
  EXPECT_THAT(error_in("x,y\n", {.format = {.header = Header::present}}), StartsWith("W827 usage: t.csv has no rows"));
  EXPECT_THAT(error_in("x\n1\n2\n"), StartsWith("W827 usage: t.csv has 1 column; nothing is left to learn from"));
  EXPECT_THAT(error_in("x,y\n1,a\n2,a\n"), StartsWith("W827 usage: all 2 rows have the class \"a\""));
  EXPECT_THAT(error_in("x,y\n1,a\n2,b\n", {.task = Task::values}), StartsWith("W827 usage: the target \"y\" is text"));
  EXPECT_THAT(error_in("x,y\n1,1.5\n2,2\n", {.task = Task::classes}),
              StartsWith("W827 usage: the target \"y\" has numbers that are not whole"));
  EXPECT_THAT(error_in("x,y,z\n1,1,2\n2,2,3\n", {.targets = {"y", "z"}, .task = Task::classes}),
              HasSubstr("classes are learned from one"));
}

TEST(Encoding, refuses_columns_that_are_not_there) {
  EXPECT_EQ(error_in(flowers, {.targets = {"weight"}}),
            "W823 usage: there is no column \"weight\" in t.csv, which has 3: \"size\", \"colour\", \"kind\"\n"
            "  fix: give a name of its first line or a number from 1 to 3");
  EXPECT_THAT(error_in(flowers, {.targets = {"kind"}, .ignored = {"3"}}),
              HasSubstr("W823 usage: the column \"kind\" of t.csv is named twice"));
  EXPECT_THAT(error_in(flowers, {.categorical = {"4"}}), HasSubstr("W823"));
}

TEST(Encoding, finds_the_columns_of_new_rows_by_name) {
  const Encoding encoding = learn(flowers, plain).encoding;
  const Dataset data = encode(encoding, "colour,extra,size\nblue,x,9\n");
  EXPECT_EQ(data.x, Array({1, 3}, {9, 1, 0}));
  EXPECT_FALSE(data.has_targets());
  EXPECT_EQ(data.rows(std::vector<int64_t>{0, 0}).count(), 2);
  EXPECT_THAT(
      message_of([&] { encode(encoding, "colour,length\nblue,9\n"); }),
      HasSubstr(
          "W823 usage: new.csv lacks 1 of the columns that were trained on: \"size\"; it has \"colour\", \"length\""));
}

TEST(Encoding, finds_the_columns_of_new_rows_by_number_where_there_are_no_names) {
  const Encoding encoding = learn("a,1,2\nb,3,4\na,5,7\n", {.targets = {"1"}, .standardize = false}).encoding;
  EXPECT_EQ(encode(encoding, "b,1,2\n").x, Array({1, 2}, {1, 2}));
  EXPECT_TRUE(encode(encoding, "b,1,2\n").has_targets());
  EXPECT_EQ(encode(encoding, "8,9\n").x, Array({1, 2}, {8, 9}));
  EXPECT_THAT(
      message_of([&] { encode(encoding, "8\n"); }),
      HasSubstr("W823 usage: new.csv has 1 column; the table that was trained on had 3, 2 without its targets"));
}

TEST(Encoding, refuses_new_rows_that_it_cannot_say) {
  const Encoding encoding = learn(flowers).encoding;
  const auto error = [&](const char* text, DType dtype = DType::f64) {
    return message_of([&] { encode(encoding, text, dtype); });
  };
  EXPECT_THAT(error("size,colour\n1,red\n2,green\n"),
              StartsWith("W825 usage: \"green\" is no category of \"colour\", which has 2: \"blue\", \"red\"\n  at "
                         "new.csv:3, column 2 (\"colour\")"));
  EXPECT_THAT(error("size,colour,kind\n1,red,tulip\n"),
              StartsWith("W825 usage: \"tulip\" is no class of \"kind\", which has 2: \"iris\", \"rose\""));
  EXPECT_THAT(
      error("size,colour\nlarge,red\n"),
      StartsWith("W825 usage: \"large\" is no number; \"size\" was trained on as numbers\n  at new.csv:2, column 1"));
  EXPECT_THAT(
      error("size,colour\n,red\n"),
      StartsWith("W824 usage: a cell of \"size\" is missing, and nothing was fitted to stand for it\n  at new.csv:2"));
  EXPECT_THAT(error("size,colour\n2,\n"), StartsWith("W824 usage: a cell of \"colour\" is missing"));
  EXPECT_THAT(error("size,colour\n1e200,red\n", DType::f32),
              HasSubstr("beyond f32\n  at new.csv:2, column 1 (\"size\")"));
  EXPECT_EQ(error("size,colour\n1e200,red\n"), "no error");
}

TEST(Encoding, survives_as_json) {
  for (const Learned& learned : {learn(flowers), learn("x,y\n0.1,1e-300\n0.7,3\n", {.missing = Missing::fill}),
                                 learn("1;\"a \"\"b\"\"\"\n2;\xc3\xa9\n", plain)}) {
    const Encoding again = encoding_from_json(to_json(learned.encoding), "model");
    EXPECT_EQ(again, learned.encoding);
    EXPECT_EQ(to_json(again), to_json(learned.encoding));
  }
  const Encoding again = encoding_from_json(to_json(learn(flowers).encoding), "model");
  EXPECT_EQ(encode(again, flowers).x, learn(flowers).data.x);
}

/// The JSON of `flowers` with one part of its text replaced.
std::string damaged(const std::string& part, const std::string& by) {
  std::string json = to_json(learn(flowers).encoding);
  const auto at = json.find(part);
  EXPECT_NE(at, std::string::npos) << part << " in " << json;
  return message_of([&] { encoding_from_json(json.replace(at, part.size(), by), "model"); });
}

TEST(Encoding, refuses_json_that_is_no_encoding) {
  EXPECT_EQ(damaged("\"columns\":3", "\"columns\":3.5"),
            "W829 usage: model is no encoding: \"columns\" of it is no integer from 0 to 1000000000\n"
            "  fix: train again; the file was damaged or written by another program");
  for (auto [part, by] : {std::pair{"\"source\":\"table\"", "\"source\":\"sql\""},
                          {"encoding 1", "encoding 2"},
                          {"\"header\":true", "\"header\":1"},
                          {"\"number\":1", "\"number\":4"},
                          {"\"number\":1", "\"number\":2"},
                          {"\"blue\",\"red\"", "\"red\",\"red\""},
                          {"\"blue\",\"red\"", "\"red\""},
                          {"\"blue\",", "7,"},
                          {"\"fill\":null", "\"fill\":\"0\""},
                          {"\"example\":[3]", "\"example\":[]"},
                          {"\"example\":[3]", "\"example\":[3,0]"},
                          {"\"example\":[3]", "\"example\":[4294967296,4294967296]"},
                          {"\"means\":[4.0", "\"means\":[4.0,5"},
                          {"\"deviations\":[", "\"deviations\":[0,"},
                          {"\"classes\":", "\"class\":"},
                          {"{\"format\"", "[1,{\"format\""}})
    EXPECT_THAT(damaged(part, by), testing::AnyOf(StartsWith("W829 usage: model is no encoding: "), StartsWith("W580")))
        << part << " -> " << by;
  EXPECT_THAT(message_of([] { encoding_from_json("[]", "model"); }),
              HasSubstr("W829 usage: model is no encoding: it is no object"));
}

}  // namespace
}  // namespace wengert
