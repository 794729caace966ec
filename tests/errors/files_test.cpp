// SPDX-License-Identifier: Apache-2.0
//
// W5xx: files of arrays whose errors the tool's commands (commands_test.cpp) do not show.
#include <nlohmann/json.hpp>

#include "documented.h"
#include "wengert/io/idx.h"
#include "wengert/io/json.h"
#include "wengert/io/npy.h"
#include "wengert/io/safetensors.h"

namespace wengert {
namespace {

const NamedArrays two_names{{"w", Array(1.0)}, {"b", Array(2.0)}};
const NamedArrays one_name{{"w", Array(1.0)}, {"w", Array(2.0)}};

TEST(FileErrors, W544_a_value_that_its_new_type_cannot_hold) {
  documented("W544", [] { idx_bytes(Array({2}, {1, 300})); });
}

TEST(FileErrors, W545_an_array_that_is_not_there) {
  documented("W545", [] { find(two_names, "weight"); });
}

TEST(FileErrors, W546_two_arrays_of_one_name) {
  const Error error = documented("W546", [] { npz_bytes(one_name); });
  EXPECT_EQ(error.where(), "an npz archive");
  EXPECT_EQ(error_of([] { safetensors_bytes({one_name, {}}); }).id(), "W546");
  EXPECT_EQ(error_of([] {
              safetensors_bytes({{}, {{"net", "2-1"}, {"net", "2-2"}}});
            }).problem(),
            "two metadata are named \"net\"");
}

TEST(FileErrors, W551_a_scale_for_integers) {
  const Idx labels = parse_idx(idx_bytes(Array({3}, {7, 8, 9})), "labels");
  const Error error = documented("W551", [&] { labels.array(DType::i64, 0.5); });
  EXPECT_EQ(error.where(), "labels");
}

TEST(FileErrors, W552_entries_that_are_not_there) {
  const Idx labels = parse_idx(idx_bytes(Array({3}, {7, 8, 9})), "labels");
  documented("W552", [&] { labels.rows(2, 2, DType::i64); });
}

TEST(FileErrors, W553_a_shape_that_idx_cannot_say) {
  documented("W553", [] { idx_bytes(Array(7.0)); });
}

TEST(FileErrors, W564_more_arrays_than_an_archive_holds) {
  NamedArrays many;
  for (int k = 0; k < 65535; ++k) many.push_back({std::to_string(k), two_names[0].array});
  documented("W564", [&] { npz_bytes(many); });
}

TEST(FileErrors, W565_a_changed_byte) {
  Bytes archive = npz_bytes({{"w", Array(f64({100}))}}, Compression::none);
  archive[500] ^= 1;
  const Error error = documented("W565", [&] { parse_npz(archive, "weights.npz"); });
  EXPECT_THAT(error.where(), testing::MatchesRegex("byte [0-9]+ of weights.npz"));
}

TEST(FileErrors, W574_a_name_that_is_taken_by_the_format) {
  documented("W574", [] { safetensors_bytes({{{"__metadata__", Array(1.0)}}, {}}); });
  EXPECT_EQ(error_of([] {
              safetensors_bytes({{{"\xff", Array(1.0)}}, {}});
            }).problem(),
            "\"\\xff\" is not UTF-8 and cannot stand in a safetensors file");
}

TEST(FileErrors, W582_more_values_than_the_limit) {
  const Error error = documented("W582", [] { parse_json("[1,2,3]", "sizes.json", {.values = 3}); });
  EXPECT_THAT(error.where(), HasSubstr("of sizes.json"));
  EXPECT_EQ(error_of([] { parse_json("[1,2,3]", "sizes.json", {.bytes = 5}); }).problem(),
            "sizes.json has 7 bytes of JSON; the limit is 5");
}

}  // namespace
}  // namespace wengert
