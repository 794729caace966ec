// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "wengert/base/choice.h"
#include "wengert/base/error.h"

namespace wengert {
namespace {

const std::vector<Choice> table{{"plain"},
                                {"wave", {{"height", positive}, {"phase", any_number, 0.5}, {"count", counts, 2.0}}}};

std::vector<double> numbers_of(const std::string& text) { return choose(text, "shape", table).numbers; }

TEST(Choice, settings_come_by_place_and_by_name) {
  EXPECT_EQ(choose("plain", "shape", table).place, 0u);
  const std::vector<double> all{3, -1, 4};
  EXPECT_EQ(numbers_of("wave 3 -1 4"), all);
  EXPECT_EQ(numbers_of("wave 3 count=4 phase=-1"), all);
  EXPECT_EQ(numbers_of("  wave  height = 3   phase -1 count 4 "), all);
  EXPECT_EQ(numbers_of("wave 3 count 4 -1"), all) << "places are counted without the named ones";
}

TEST(Choice, what_is_not_given_is_as_usual) { EXPECT_EQ(numbers_of("wave 1e-3"), (std::vector<double>{1e-3, 0.5, 2})); }

TEST(Choice, the_canonical_text_reads_back_the_same) {
  for (const char* text : {"wave 3", "wave 3 phase=0.25", "wave 1e-05 phase=-1 count=7"}) {
    const Chosen chosen = choose(text, "shape", table);
    EXPECT_EQ(describe(table[1], chosen.numbers), text);
  }
  EXPECT_EQ(describe(table[1], numbers_of("wave 3 0.5 2")), "wave 3");
}

TEST(Choice, intervals_know_their_ends) {
  EXPECT_TRUE(below_one.contains(0) && !below_one.contains(1) && !below_one.contains(-1e-9));
  EXPECT_TRUE(positive.contains(1e-300) && !positive.contains(0));
  EXPECT_TRUE(counts.contains(1) && !counts.contains(1.5) && !counts.contains(0));
  for (const double x : {HUGE_VAL, -HUGE_VAL, std::nan("")}) EXPECT_FALSE(any_number.contains(x));
  EXPECT_EQ(to_string(below_one), "[0, 1)");
  EXPECT_EQ(to_string(positive), "(0, infinity)");
}

}  // namespace
}  // namespace wengert
