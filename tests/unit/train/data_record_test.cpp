// SPDX-License-Identifier: Apache-2.0
//
// What a model file says of the data of its training.
#include "wengert/train/data_record.h"

#include <gtest/gtest.h>

#include "folder.h"
#include "wengert/base/error.h"

namespace wengert {
namespace {

std::string table_of(int rows) {
  std::string text = "a;b;c\n";
  for (int k = 0; k < rows; ++k) text += std::to_string(k * k % 17) + ";" + std::to_string(k % 5) + ";" + (k % 3 ? "x\n" : "y\n");
  return text;
}

TEST(DataRecord, comes_back_from_its_text) {
  DataRecord record{.options = {.format = {.separator = ';', .header = Header::present},
                                .targets = {"c"},
                                .ignored = {"b"},
                                .missing = Missing::drop,
                                .task = Task::classes,
                                .standardize = false,
                                .test = 0.3,
                                .validation = 0.1,
                                .key = 7},
                    .examples = 30,
                    .fingerprint = "1+2"};
  EXPECT_EQ(to_json(record_from_json(to_json(record), "it")), to_json(record));
  record.options.sequence = 64, record.options.test_paths = {"b.csv"}, record.options.test_rows = {1, 2}, record.options.standardize = {};
  EXPECT_EQ(to_json(record_from_json(to_json(record), "it")), to_json(record));
}

TEST(DataRecord, that_makes_no_sense_is_refused) {
  const std::string good = to_json(DataRecord{});
  const auto id_with = [&](const std::string& from, const std::string& to) {
    std::string text = good;
    text.replace(text.find(from), from.size(), to);
    try {
      record_from_json(text, "it");
    } catch (const Error& error) {
      return std::string(error.id());
    }
    return std::string("none");
  };
  EXPECT_EQ(id_with("\"test\":0.2", "\"test\":0.2"), "none");
  for (const auto& [from, to] : {std::pair("\"test\":0.2", "\"test\":1.5"), std::pair("\"error\"", "\"guess\""), std::pair("data 1", "data 2"),
                                 std::pair("\"seed\":1", "\"seed\":[]"), std::pair("\"sequence\":0", "\"sequence\":-1"), std::pair("\"learn\"", "\"lean\"")})
    EXPECT_EQ(id_with(from, to), "W829") << to;
}

TEST(DataRecord, parts_the_same_data_in_the_same_way_and_refuses_others) {
  const Folder folder;
  const std::vector<std::string> paths{folder.write("t.csv", table_of(60))};
  const DataOptions options{.ignored = {"b"}, .dtype = DType::f64, .test = 0.25, .validation = 0.1, .key = 5};
  const TrainingData data = read_data(paths, options);
  const DataRecord record = record_from_json(to_json(record_of(options, data.split)), "it");
  EXPECT_EQ(record.examples, 60);
  EXPECT_EQ(read_parts(paths, record, data.encoding, DType::f64).test.x, data.split.test.x);
  folder.write("t.csv", table_of(61));
  EXPECT_THROW(read_parts(paths, record, data.encoding, DType::f64), UsageError);
}

}  // namespace
}  // namespace wengert
