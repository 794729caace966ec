// SPDX-License-Identifier: Apache-2.0
//
// The printed form: what it looks like, and that printer and reader are inverses of each other.
#include "wengert/ir/text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <cstring>
#include <limits>

#include "random_cases.h"
#include "random_program.h"
#include "wengert/base/random.h"
#include "wengert/ir/registry.h"
#include "wengert/ir/verify.h"
#include "wengert/primitives/primitives.h"
#include "wengert/trace/trace.h"

namespace wengert {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

double number_of_bits(uint64_t bits) { return std::bit_cast<double>(bits); }

/// Both directions of the promise, names included.
void expect_round_trip(const Program& program) {
  const std::string text = print(program);
  const Program again = parse(text);
  EXPECT_EQ(again, program) << text;
  EXPECT_EQ(again.name(), program.name());
  EXPECT_EQ(print(again), text);
  for (uint32_t i = 0; i < program.size(); ++i) EXPECT_EQ(again.value_name(ValueId{i}), program.value_name(ValueId{i}));
}

/// f() { %0 = constant ... }: the text of one line without its indentation.
std::string constant_line(const Array& value) {
  ProgramBuilder builder;
  const ValueId line = builder.constant(value);
  builder.literal(0.125);  // something unused, so that the line is not written in place
  const std::string text = print(builder.finish(std::vector{line}));
  const size_t begin = text.find("%0");
  return text.substr(begin, text.find('\n', begin) - begin);
}

TEST(Text, has_one_operation_a_line_and_numbers_are_lines) {
  const Program p = trace([](Expr x, Expr y) { return sin(x) * y + 2; }, {f64(), f64()}, "f", {"x", ""});
  EXPECT_EQ(print(p),
            "program f(x: f64[], %1: f64[]) {\n"
            "  %2 = sin x\n"
            "  %3 = mul %2 %1\n"
            "  %5 = add %3 2\n"  // line 4 is the constant
            "  return %5\n"
            "}\n");
  expect_round_trip(p);
}

TEST(Text, of_a_file_begins_with_the_format_version) {
  const Program p = trace([](Expr x) { return -x; }, {f64()});
  EXPECT_EQ(print_file(p), "wengert 1\n\n" + print(p));
  EXPECT_EQ(parse(print_file(p)), p);
}

TEST(Text, writes_constants_in_place_only_where_the_reader_would_put_them) {
  ProgramBuilder builder;
  const ValueId x = builder.input(f64());
  const ValueId early = builder.literal(3);
  const ValueId y = builder.append(*find_primitive("sin"), std::vector{x});
  const ValueId late = builder.literal(4);
  const ValueId z = builder.append(*find_primitive("fma"), std::vector{early, late, y});
  const ValueId unused = builder.literal(5);
  const Program p = builder.finish(std::vector{z, late, builder.literal(6)});
  EXPECT_EQ(index(unused), 5u);
  EXPECT_EQ(print(p),
            "program f(%0: f64[]) {\n"
            "  %1 = constant f64[] 3\n"
            "  %2 = sin %0\n"
            "  %4 = fma %1 4 %2\n"
            "  %5 = constant f64[] 5\n"
            "  return %4, 4, 6\n"
            "}\n");
  EXPECT_EQ(index(z), 4u);
}

TEST(Text, of_single_precision_numbers_has_a_suffix) {
  const Program p = trace([](Expr x) { return x * 0.1; }, {f32()});
  EXPECT_THAT(print(p), testing::HasSubstr("mul %0 0.1f32"));
  expect_round_trip(p);
}

TEST(Text, keeps_every_number_bit_for_bit) {
  for (double x :
       {0.0, -0.0, 1.0, 0.1, -1e300, 5e-324, -2.2250738585072014e-308, 1e16, infinity, -infinity, std::nan(""),
        -std::nan(""), number_of_bits(0x7ff8000000000001), number_of_bits(0xfff0000000000001)}) {
    ProgramBuilder builder;
    const ValueId in = builder.input(f64());
    const ValueId sum = builder.append(*find_primitive("add"), std::vector{builder.literal(x), in});
    expect_round_trip(builder.finish(std::vector{sum}));
    expect_round_trip(trace([&](Expr y) { return std::vector<Expr>{y, x}; }, {f64()}));
    expect_round_trip(trace([&](Expr) { return constant(Array({2}, {x, 1})); }, {f64()}));
    expect_round_trip(trace([&](Expr y) { return y * x; }, {f32()}));
  }
}

TEST(Text, of_constants_says_their_type) {
  EXPECT_EQ(constant_line(Array({2, 2}, {1, 2.5, -3, 4})), "%0 = constant f64[2,2] [[1, 2.5], [-3, 4]]");
  EXPECT_EQ(constant_line(Array({2, 2}, {1, 2, 3, 4}).as(DType::i64)), "%0 = constant i64[2,2] [[1, 2], [3, 4]]");
  EXPECT_EQ(constant_line(Array({2}, {0, 1}).as(DType::boolean)), "%0 = constant bool[2] [false, true]");
  EXPECT_EQ(constant_line(Array::filled(i64(), 7)), "%0 = constant i64[] 7");
  EXPECT_EQ(constant_line(Array(f64({1000, 1000}))), "%0 = constant f64[1000,1000] 0");
  EXPECT_EQ(constant_line(Array(f64({0, 1000}))), "%0 = constant f64[0,1000] []");
  EXPECT_EQ(constant_line(Array({2, 1, 2}, {1, 2, 3, 4})), "%0 = constant f64[2,1,2] [[[1, 2]], [[3, 4]]]");
}

TEST(Text, distinguishes_zero_from_minus_zero_in_arrays) {
  EXPECT_EQ(constant_line(Array({2}, {0, -0.0})), "%0 = constant f64[2] [0, -0]");
}

TEST(Text, of_arrays_beyond_the_budget_of_repeated_elements_is_still_exact) {
  ProgramBuilder builder;
  const ValueId a = builder.constant(Array(boolean({int64_t{1} << 24})));
  const ValueId b = builder.constant(Array(f64({3})));
  const Program p = builder.finish(std::vector{a, b});
  EXPECT_THAT(print(p), testing::HasSubstr("constant f64[3] [0, 0, 0]"));
  EXPECT_EQ(parse(print(p)), p);
}

/// The identity, with attributes of every kind that mean nothing.
const Composite decorated_p{{.name = "decorated",
                             .infer = [](const Signature& s) -> std::vector<Type> { return {s.operands[0]}; },
                             .attributes = {{"array", AttributeField::Kind::array, ""},
                                            {"dtype", AttributeField::Kind::dtype, ""},
                                            {"flag", AttributeField::Kind::flag, ""},
                                            {"integer", AttributeField::Kind::integer, ""},
                                            {"list", AttributeField::Kind::integers, ""},
                                            {"none", AttributeField::Kind::integers, ""},
                                            {"real", AttributeField::Kind::real, ""},
                                            {"scalar", AttributeField::Kind::array, ""},
                                            {"text", AttributeField::Kind::text, ""},
                                            {"two words", AttributeField::Kind::flag, ""}}}};

Program with_attributes(const Attributes& attributes) {
  ProgramBuilder builder;
  const ValueId x = builder.input(f64());
  return builder.finish(std::vector{builder.append(decorated_p, std::vector{x}, attributes)});
}

TEST(Text, tells_the_kinds_of_attributes_apart) {
  const Program p = with_attributes({{"array", Array({2}, {1, 2})},
                                     {"dtype", DType::f32},
                                     {"flag", true},
                                     {"integer", int64_t{2}},
                                     {"list", std::vector<int64_t>{1, -2}},
                                     {"none", std::vector<int64_t>{}},
                                     {"real", 2.0},
                                     {"scalar", Array(3.0)},
                                     {"text", std::string("a \"b\"\\\n\x01")},
                                     {"two words", false}});
  EXPECT_THAT(print(p),
              testing::HasSubstr(
                  "decorated{array=f64[2] [1, 2], dtype=f32, flag=true, integer=2, list=[1, -2], none=[], real=2.0, "
                  "scalar=f64[] 3, text=\"a \\\"b\\\"\\\\\\n\\x01\", `two words`=false} %0"));
  expect_round_trip(p);
}

TEST(Text, keeps_attributes_at_the_ends_of_their_ranges) {
  for (double x : {1e300, -0.0, 0.0, 1e20, infinity, -infinity, std::nan(""), 5e-324}) {
    expect_round_trip(with_attributes({{"real", x}}));
    EXPECT_EQ(std::signbit(parse(print(with_attributes({{"real", x}}))).attributes(ValueId{1}).real("real")),
              std::signbit(x));
  }
  for (int64_t n : {INT64_MIN, INT64_MAX, int64_t{0}}) expect_round_trip(with_attributes({{"integer", n}}));
}

TEST(Text, writes_nested_programs_before_their_use_and_equal_ones_once) {
  const auto body = [](double by) { return trace([=](Expr x) { return x * by; }, {f64()}, "body"); };
  const Program p = trace(
      [&](Expr x) {
        const std::vector<Expr> operands{x};
        const Expr doubled = call(body(2), operands)[0], tripled = call(body(3), operands)[0];
        const Expr five = doubled + tripled;
        return five + call(body(2), operands)[0];
      },
      {f64()}, "body");
  EXPECT_EQ(print(p),
            "program body_2(%0: f64[]) {\n  %2 = mul %0 2\n  return %2\n}\n\n"
            "program body_3(%0: f64[]) {\n  %2 = mul %0 3\n  return %2\n}\n\n"
            "program body(%0: f64[]) {\n"
            "  %1 = call{body=@body_2} %0\n"
            "  %2 = call{body=@body_3} %0\n"
            "  %3 = add %1 %2\n"
            "  %4 = call{body=@body_2} %0\n"
            "  %5 = add %3 %4\n"
            "  return %5\n"
            "}\n");
  expect_round_trip(p);
}

TEST(Text, has_all_results_of_an_instruction_on_its_line) {
  const Program step = trace([](Expr s, Expr x) { return std::pair(s * x, s + x); }, {f64(), f64()}, "step");
  const Program p =
      trace([&](Expr s, Expr x) { return scan(step, std::vector<Expr>{s}, std::vector<Expr>{x}); }, {f64(), f64({4})});
  EXPECT_THAT(print(p), testing::HasSubstr(
                            "  %2, %3 = scan{body=@step, carries=1, length=4, mapped=[1]} %0 %1\n  return %2, %3\n"));
  expect_round_trip(p);
}

TEST(Text, of_a_doubling_tower_of_programs_is_as_long_as_the_tower_is_high) {
  Program p = trace([](Expr x) { return x + x; }, {f64()}, "p0");
  for (int level = 1; level < 100; ++level)
    p = trace([&](Expr x) { return call(p, call(p, std::vector<Expr>{x})); }, {f64()}, "p" + std::to_string(level));
  const std::string text = print(p);
  EXPECT_EQ(print(parse(text)), text);
  verify(parse(text));
}

TEST(Text, puts_names_that_mean_something_else_in_backquotes) {
  const std::vector<std::string> names{
      "x", "hidden.weight", "sum", "return", "two words", "%3", "a`b\\c\n", "pi", "0", "Ä", "neg", "\xff\xc2\x85"};
  const Program p = trace(
      [](const std::vector<Expr>& x) {
        return std::vector<Expr>{-x[10], sum(x[0]), x[2] * -2};
      },
      std::vector<Type>(names.size(), f64({2})), "a program", names);
  EXPECT_THAT(print(p), testing::StartsWith(
                            "program `a program`(x: f64[2], hidden.weight: f64[2], `sum`: f64[2], `return`: f64[2], "
                            "`two words`: f64[2], `%3`: f64[2], `a\\`b\\\\c\\n`: f64[2], pi: f64[2], `0`: f64[2], "
                            "`Ä`: f64[2], `neg`: f64[2], `\\xff\\xc2\\x85`: f64[2]) {\n"));
  expect_round_trip(p);
}

TEST(Text, gives_a_second_value_of_one_name_its_number) {
  const Program p = trace([](Expr x, Expr y) { return x - y; }, {f64(), f64()}, "f", {"x", "x"});
  EXPECT_THAT(print(p), testing::HasSubstr("%2 = sub x %1"));
  EXPECT_EQ(parse(print(p)), p);
}

TEST(Text, of_programs_without_inputs_lines_or_results_is_read_back) {
  expect_round_trip(Program());
  expect_round_trip(ProgramBuilder("").finish({}));
  expect_round_trip(trace([](Expr) { return std::vector<Expr>{}; }, {f64()}));
  expect_round_trip(trace([](Expr x) { return std::vector<Expr>{x, x}; }, {i64({2, 0})}));
}

/// A well-typed list of elementwise operations with names, constants in odd places, and attributes nobody asks for.
Program random_list(Random& random) {
  ProgramBuilder builder("random");
  std::vector<ValueId> values;
  const Type type{random.below(2) == 0 ? DType::f64 : DType::f32, random.below(2) == 0 ? Shape{} : Shape{2}};
  for (uint64_t n = 1 + random.below(3); n > 0; --n)
    values.push_back(builder.input(type, random.below(2) == 0 ? "" : "in" + std::to_string(n)));
  for (uint64_t line = 0; line < random.below(40); ++line) {
    const auto any = [&] { return values[random.below(values.size())]; };
    const double number = std::ldexp(random.normal(), static_cast<int>(random.below(60)) - 30);
    switch (random.below(5)) {
      case 0: values.push_back(builder.append(*find_primitive("sin"), std::vector{any()})); break;
      case 1: values.push_back(builder.append(*find_primitive("mul"), std::vector{any(), any()})); break;
      case 2:
        values.push_back(builder.append(decorated_p, std::vector{any()},
                                        {{"integer", static_cast<int64_t>(line)}, {"real", number}}));
        break;
      case 3: builder.literal(number, type.dtype); break;
      default: values.push_back(builder.constant(Array::filled(type, number)));
    }
    if (random.below(4) == 0 && index(values.back()) >= 3 && builder.view().value_name(values.back()).empty())
      builder.name_value(values.back(), "v" + std::to_string(line));
  }
  return builder.finish(std::vector{values.back(), values.front(), values[values.size() / 2]});
}

TEST(Text, of_a_program_named_as_an_operation_stands_in_backquotes) {
  const Program p = trace([](Expr x) { return x * 2; }, {f64()}, "sin");
  EXPECT_THAT(print(p), testing::StartsWith("program `sin`("));
  expect_round_trip(p);
  expect_round_trip(trace([&](Expr x) { return call(p, std::vector<Expr>{x}); }, {f64()}, "mean"));
}

TEST(Text, of_random_programs_is_read_back_exactly) {
  Random random(17);
  for (int i = 0; i < 2000; ++i) expect_round_trip(random_list(random));
}

TEST(Text, of_random_programs_over_every_primitive_is_read_back_exactly) {
  for (uint64_t key = 0; key < random_cases(60); ++key) {
    const Program p = random_program(key, {.draws = 30, .dtype = key % 2 == 0 ? DType::f64 : DType::f32}).program;
    verify(p);
    expect_round_trip(p);
  }
}

TEST(Text, of_a_million_lines_is_read_in_linear_time) {
#ifdef WENGERT_SANITIZED
  GTEST_SKIP() << "sanitizers take the time";
#endif
  ProgramBuilder builder;
  ValueId y = builder.input(f64(), "x");
  const Primitive &mul = *find_primitive("mul"), &sin = *find_primitive("sin");
  for (int i = 0; i < 500000; ++i) y = builder.append(mul, std::vector{builder.append(sin, std::vector{y}), y});
  const Program p = builder.finish(std::vector{y});
  const std::string text = print(p);
  const auto start = std::chrono::steady_clock::now();
  const Program again = parse(text);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  EXPECT_EQ(again, p);
  RecordProperty("lines_per_second", static_cast<int>(1e6 / seconds));
  std::printf("%.0f lines a second\n", 1e6 / seconds);
  EXPECT_LT(seconds, 60) << "linear, so that even instrumented builds are far below";
}

}  // namespace
}  // namespace wengert
