// SPDX-License-Identifier: Apache-2.0
#include "wengert/io/json.h"

#include <nlohmann/json.hpp>

#include "files.h"

namespace wengert {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::string error_in(std::string_view text, const JsonLimits& limits = {}) {
  return message_of([&] { parse_json(text, "a.json", limits); });
}

TEST(Json, keeps_values_and_their_order) {
  const std::string text = R"({"z":[1,-2,0.1,18446744073709551615,true,false,null],"a":{"t":"é\n"},"":[],"o":{}})";
  EXPECT_EQ(parse_json(text, "a.json").dump(), text);
}

TEST(Json, takes_a_lone_value_and_space_around_it) { EXPECT_EQ(parse_json(" \n 17\t", "a.json"), 17); }

TEST(Json, names_line_and_column_of_a_mistake) {
  EXPECT_EQ(error_in("{\n  \"a\": [1,\n    2 3]\n}"),
            "W580 usage: a.json is not JSON: unexpected number literal; expected ']'\n"
            "  at line 3, column 7 of a.json\n"
            "  fix: correct the text there");
}

TEST(Json, refuses_what_is_not_json) {
  for (const char* text :
       {"",         " ",           "{",  "[1,]", "{\"a\"}", "{a:1}", "nul", "[1] 2", "// c\n1", "\"\x01\"",
        "\"\xff\"", "\"\\ud800\"", "01", "+1",   "1e999",   "NaN",   "'a'", "[1}",   "\"open",  "{\"a\":1,}"})
    EXPECT_THAT(error_in(text), StartsWith("W580 usage: a.json is not JSON: ")) << text;
}

TEST(Json, does_not_repeat_raw_bytes_of_the_text) {
  for (const char* text : {"[\"\x1b[31m\xff\"]", "[\"; last read: '; expected \xff\"\xff", "[1 \"; expected \xff\"]"}) {
    const std::string message = error_in(text);
    EXPECT_EQ(message.find('\x1b'), std::string::npos) << message;
    EXPECT_EQ(message.find('\xff'), std::string::npos) << message;
  }
  EXPECT_LT(error_in(std::string(100'000, '9')).size() + error_in("[" + std::string(100'000, 'x')).size(), 500u);
}

TEST(Json, bounds_its_depth) {
  JsonLimits limits;
  limits.depth = 2;
  EXPECT_NO_THROW(parse_json("[[1],[2],{}]", "a.json", limits));
  EXPECT_THAT(error_in("[[1],\n[{}]]", limits),
              StartsWith("W581 usage: a.json nests more than 2 arrays and objects\n  at line 2, column 2 of a.json"));
  EXPECT_THAT(error_in(std::string(10'000'000, '[')), StartsWith("W581"));
}

TEST(Json, bounds_its_bytes_and_values) {
  JsonLimits limits;
  limits.bytes = 7;
  limits.values = 3;
  EXPECT_NO_THROW(parse_json("[1,  2]", "a.json", limits));
  EXPECT_THAT(error_in("[1,   2]", limits), StartsWith("W582 resource: a.json has 8 bytes of JSON; the limit is 7"));
  EXPECT_THAT(error_in("[1,2,3]", limits), StartsWith("W582 resource: a.json has more than 3 JSON values"));
}

TEST(Json, refuses_a_key_given_twice) {
  EXPECT_THAT(error_in("{\"a\": 1,\n \"a\": 2}"),
              StartsWith("W583 usage: the key \"a\" occurs twice in one object\n  at line 2, column 4 of a.json"));
  EXPECT_NO_THROW(parse_json(R"({"a": {"a": 1}, "b": {"a": 1}})", "a.json"));
}

TEST(Json, takes_many_keys_in_linear_time) {
  std::string text = "{";
  for (int i = 0; i < 200'000; ++i) text += (i > 0 ? ",\"" : "\"") + std::to_string(i) + "\":0";
  EXPECT_EQ(parse_json(text + "}", "a.json").size(), 200'000u);  // minutes if each searched all before it
}

TEST(Json, refuses_every_prefix_of_an_object) {
  expect_no_prefix_is_read(bytes(R"({"a": [1, 2.5e3, "t\u00e9"], "b": {"c": null}})"),
                           [](const Bytes& text) { parse_json(text_of(text), "a.json"); });
}

}  // namespace
}  // namespace wengert
