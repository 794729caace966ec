// SPDX-License-Identifier: Apache-2.0
//
// Every error of the reader: its id, its place, and what it proposes; and that no text makes it fail in another way.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "wengert/base/random.h"
#include "wengert/ir/text.h"
#include "wengert/trace/trace.h"

namespace wengert {
namespace {

using testing::HasSubstr;

/// What the reader says of a text; fails if it says nothing.
std::string message(std::string_view text) {
  try {
    parse(text, "f.wl");
  } catch (const Error& error) {
    EXPECT_NE(error.fix(), "") << error.what();
    return error.what();
  }
  ADD_FAILURE() << "no error in: " << text;
  return {};
}

/// The same for lines inside `program f(x, y: f64[2]) {...}`.
std::string message_of_line(const std::string& line) {
  return message("program f(x, y: f64[2]) {\n  " + line + "\n  return x\n}");
}

std::string formula_message(std::string_view formula) {
  try {
    parse_formula(formula);
  } catch (const Error& error) {
    EXPECT_NE(error.fix(), "") << error.what();
    return error.what();
  }
  ADD_FAILURE() << "no error in: " << formula;
  return {};
}

TEST(TextError, shows_the_line_and_the_place) {
  EXPECT_EQ(message("program f(x1, x2) {\n  v1 = mul x1 x2\n  v2 = sin(x3)\n  return v2\n}\n"),
            "W503 usage: no value is named x3\n"
            "  at f.wl:3:12\n"
            "        v2 = sin(x3)\n"
            "                 ^\n"
            "  fix: did you mean \"x1\"?");
}

TEST(TextError, counts_columns_in_characters_and_shortens_long_lines) {
  EXPECT_THAT(message("program f(`äöü`) { return y }"),
              HasSubstr("f.wl:1:27\n      program f(`äöü`) { return y }\n                                ^"));
  const std::string text = "program f(x) { return x" + std::string(500, ' ') + "$" + std::string(500, ' ') + "}";
  EXPECT_THAT(message(text), HasSubstr("f.wl:1:524\n      ..." + std::string(80, ' ') + "$" + std::string(39, ' ') +
                                       "...\n" + std::string(89, ' ') + "^"));
}

TEST(TextError, shows_no_control_characters_and_no_malformed_utf_8) {
  EXPECT_THAT(message("program f(x) { return `\x1b[2J\xff\xc2\x9b` }"),
              testing::AllOf(HasSubstr("no value is named `?[2J???`\n"), HasSubstr("return ` [2J   ` }\n")));
  std::string many = "a = concatenate{axis=5}";
  for (int i = 0; i < 1000; ++i) many += " x";
  EXPECT_THAT(message_of_line(many), HasSubstr("f64[], f64[], ... 1000 in all)"));
  EXPECT_LT(message_of_line(many).size(), 1000);
  const std::string long_name(1000000, 'n');
  EXPECT_LT(message("program f(x) { return " + long_name + " }").size(), 1000);
  EXPECT_LT(message("program f(x) { y = x " + long_name + " }").size(), 1000);
}

TEST(TextError, W500_says_what_was_expected_and_found) {
  EXPECT_THAT(message(""), HasSubstr("W500 usage: expected 'program', found the end of the text\n  at f.wl:1:1"));
  EXPECT_THAT(message("program (x) {"), HasSubstr("expected the name of the program, found '('"));
  EXPECT_THAT(message("program f x"), HasSubstr("expected '(' after the name of the program, found 'x'"));
  EXPECT_THAT(message("program f(3"), HasSubstr("expected the name of an input, found 3"));
  EXPECT_THAT(message("program f(x: real)"),
              HasSubstr("expected a type (f64, f32, i64 or bool, with extents as in f64[2,3]), found 'real'"));
  EXPECT_THAT(message("program f(x) x"), HasSubstr("expected '{' before the lines"));
  EXPECT_THAT(message_of_line("= 3"), HasSubstr("expected a line `name = ...` or `return ...`, found '='"));
  EXPECT_THAT(message_of_line("a + b"), HasSubstr("expected '=' after a, found '+'"));
  EXPECT_THAT(message_of_line("a = x x"), HasSubstr("expected an operator or the end of the line, found 'x'"));
  EXPECT_THAT(message_of_line("a = mul x (x)"), HasSubstr("expected a value or a number, found '('"));
  EXPECT_THAT(message_of_line("a = (x"), HasSubstr("expected ')' to close the '(' of line 2"));
  EXPECT_THAT(message_of_line("a = sin(x"), HasSubstr("expected ',' or ')' in the call of sin"));
  EXPECT_THAT(message_of_line("a = x *"), HasSubstr("expected a value, a number, a function or '(', found 'return'"));
  EXPECT_THAT(message_of_line("a = sin{axes=} x"), HasSubstr("expected the value of an attribute"));
  EXPECT_THAT(message_of_line("a = sin{axes=[1;2]} x"), HasSubstr("expected ',' or ']' in a list of integers"));
  EXPECT_THAT(message_of_line("return = x"), HasSubstr("found '='"));
  EXPECT_THAT(message_of_line("true = x"), HasSubstr("true has a meaning of its own"));
  EXPECT_THAT(formula_message("x\n-y"), HasSubstr("a line cannot begin with -"));
  EXPECT_THAT(formula_message("sin x"), HasSubstr("expected an operator, ',' or the end of the formula, found 'x'"));
  EXPECT_THAT(formula_message("sin(x"), HasSubstr("\n  fix: the text breaks off here: add what is missing"));
  EXPECT_THAT(formula_message("x + )"), HasSubstr("\n  fix: add what is missing before ')', or remove it"));
}

TEST(TextError, W501_names_characters_and_unfinished_text) {
  EXPECT_THAT(message_of_line("a = x $ y"), HasSubstr("W501 usage: '$' has no meaning here"));
  EXPECT_THAT(message_of_line("a = x \xe2\x88\x92 y"), HasSubstr("W501 usage: '\xe2\x88\x92' has no meaning here"));
  EXPECT_THAT(message_of_line("a = x \xff y"), HasSubstr("W501 usage: byte 0xff has no meaning here"));
  EXPECT_THAT(message_of_line("a = sin{t=\"abc} x"), HasSubstr("W501 usage: the text in \" has no end on its line"));
  EXPECT_THAT(message_of_line("a = sin{t=\"\\q\"} x"), HasSubstr("W501 usage: no escape begins like this"));
  EXPECT_THAT(message_of_line("a = sin{t=\"\\x4\"} x"), HasSubstr("W501"));
}

TEST(TextError, W502_is_about_numbers) {
  EXPECT_THAT(message_of_line("a = 2x"), HasSubstr("W502 usage: a number cannot end in \"x\""));
  EXPECT_THAT(message_of_line("a = 2x"), HasSubstr("for a product write 2 * x"));
  EXPECT_THAT(message_of_line("a = x + 1e400"), HasSubstr("W502 usage: 1e400 is outside the range of f64"));
  EXPECT_THAT(message_of_line("a = x + 1e40f32"), HasSubstr("1e40 is outside the range of f32"));
  EXPECT_THAT(message_of_line("a = constant i64[] 9223372036854775808"), HasSubstr("is outside the range of i64"));
  EXPECT_THAT(message_of_line("a = constant i64[] 2.5"), HasSubstr("expected an integer, found 2.5"));
  EXPECT_THAT(message_of_line("a = constant f64[] 2f32"), HasSubstr("expected a number of f64, found 2f32"));
  EXPECT_THAT(message_of_line("a = nan(0x7ff0000000000000)"), HasSubstr("the bits of an f64 that is not a number"));
  EXPECT_THAT(message_of_line("a = 0x10"), HasSubstr("W502"));
  EXPECT_THAT(message_of_line("%99999999999999999999 = x"), HasSubstr("W502 usage: the label has too many digits"));
}

TEST(TextError, W503_knows_near_names) {
  EXPECT_THAT(message("program f(weight) { return wieght }"), HasSubstr("W503 usage: no value is named wieght"));
  EXPECT_THAT(message("program f(weight) { return wieght }"), HasSubstr("did you mean \"weight\"?"));
  EXPECT_THAT(message("program f(Weight) { return weight }"), HasSubstr("did you mean \"Weight\"?"));
  EXPECT_THAT(message_of_line("a = %7"), HasSubstr("W503 usage: %7 has no value here"));
  EXPECT_THAT(message_of_line("a = x + sin"), HasSubstr("sin is a function: write sin(x)"));
  EXPECT_THAT(message_of_line("a = x + a"), HasSubstr("no value is named a"));
}

TEST(TextError, W504_knows_near_functions) {
  EXPECT_THAT(message_of_line("a = sni(x)"), HasSubstr("W504 usage: no function is named sni"));
  EXPECT_THAT(message_of_line("a = sni(x)"), HasSubstr("did you mean \"sin\"?"));
  EXPECT_THAT(message_of_line("a = sinn(x)"), HasSubstr("did you mean \"sin\"?"));  // not sign, as near but less alike
  EXPECT_THAT(message_of_line("a = mull x x"), HasSubstr("did you mean \"mul\"?"));
  EXPECT_THAT(message_of_line("a = frobnicate(x)"), HasSubstr("`wengert primitives` lists the functions"));
  EXPECT_THAT(message_of_line("a = x(x)"), HasSubstr("x is a value, not a function"));
  EXPECT_THAT(message_of_line("a = mean x"), HasSubstr("its operands stand in parentheses"));
  EXPECT_THAT(message_of_line("a = clamp(x, 0, 1, axis=2)"), HasSubstr("W504 usage: clamp takes no attributes"));
  for (std::string name : {"input", "constant", "result"})
    EXPECT_THAT(message_of_line("a = " + name + "(x)"), HasSubstr("W504 usage: no function is named " + name));
}

TEST(TextError, W505_is_about_what_is_there_already) {
  EXPECT_THAT(message_of_line("x = sin(x)"), HasSubstr("W505 usage: x has a value already, from line 1"));
  EXPECT_THAT(message_of_line("%1 = sin(x); %1 = x"), HasSubstr("W505 usage: %1 has a value already, from line 2"));
  EXPECT_THAT(message("program f(x, `x`) { return x }"), HasSubstr("W505"));
  EXPECT_THAT(message_of_line("a = sum{axes=[0], axes=[1]} y"),
              HasSubstr("W505 usage: the attribute axes is given twice"));
  EXPECT_THAT(message("program f(x) { return x }\nprogram f(x) { return x }"),
              HasSubstr("W505 usage: a program f stands on line 1 already"));
}

TEST(TextError, W506_counts_operands_and_results) {
  EXPECT_THAT(message_of_line("a = sin(x, x)"), HasSubstr("W506 usage: sin takes 1 operand, 2 are given"));
  EXPECT_THAT(message_of_line("a = mul x"), HasSubstr("W506 usage: mul takes 2 operands, 1 is given"));
  EXPECT_THAT(message_of_line("a = mul x"), HasSubstr("\n  fix: write mul(x, y)"));
  EXPECT_THAT(message_of_line("a = clamp(x)"), HasSubstr("W506 usage: clamp takes 3 operands, 1 is given"));
  EXPECT_THAT(message_of_line("a, b = sin x"), HasSubstr("W506 usage: 2 names for 1 result"));
  const std::string two = "program g(x) { return x, x }\nprogram f(x) { ";
  EXPECT_THAT(message(two + "a = g(x); return a }"), HasSubstr("W506 usage: 1 name for 2 results"));
  EXPECT_THAT(message(two + "return g(x) + 1 }"), HasSubstr("W506 usage: 2 results cannot be one operand"));
  EXPECT_THAT(message("program g(x) { return }\nprogram f(x) { a = g(x); return a }"),
              HasSubstr("W507 usage: call has no result here"));
}

TEST(TextError, W506_proposes_nested_calls_where_an_operation_has_two_operands) {
  EXPECT_THAT(message_of_line("a = max(x, x, x)"),
              HasSubstr("fix: for more than two, nest the calls: max(max(x, y), z)"));
}

TEST(TextError, W515_refuses_attributes_that_an_operation_does_not_take) {
  EXPECT_THAT(message_of_line("a = sum{axs=[0]}(y)"),
              testing::AllOf(HasSubstr("W515 usage: sum takes no attribute \"axs\"\n  at f.wl:2:7"),
                             HasSubstr("fix: did you mean \"axes\"?")));
  EXPECT_THAT(message_of_line("a = logsumexp(y, axis=0)"), HasSubstr("did you mean \"axes\"?"));
  EXPECT_THAT(message_of_line("a = norm(y, axis=0)"), HasSubstr("W515 usage: norm takes no attribute \"axis\""));
  EXPECT_THAT(message_of_line("a = matmul(y, y, transpose_A=true)"), HasSubstr("did you mean \"transpose_a\"?"));
  EXPECT_THAT(message_of_line("a = transpose(x, perm=[0])"), HasSubstr("fix: its attributes are order"));
  EXPECT_THAT(message_of_line("a = sin{foo=3} x"), HasSubstr("W515 usage: sin takes no attribute \"foo\""));
  EXPECT_THAT(message_of_line("a = sin{foo=3} x"), HasSubstr("fix: leave it out"));
  EXPECT_THAT(message_of_line("a = mean(y, axs=[0])"), HasSubstr("W515"));
  EXPECT_THAT(message_of_line("a = sum{axis=0} y"), HasSubstr("W515")) << "in the printed form too";
}

TEST(TextError, W206_wants_each_axis_once) {
  EXPECT_THAT(message_of_line("a = sum{axes=[0,0]}(y)"),
              HasSubstr("W206 shape: sum needs each axis once in axes=[0, 0]"));
  EXPECT_THAT(message_of_line("a = sum(y, axes=[0,-1])"), HasSubstr("W206"));
  EXPECT_THAT(message_of_line("a = reverse(y, axes=[0,0])"), HasSubstr("W206 shape: reverse needs each axis once"));
}

TEST(TextError, W516_refuses_programs_named_as_operations) {
  EXPECT_THAT(
      message("program sin(x) { return x*2 }\nprogram f(x) { return sin(x) }"),
      testing::AllOf(HasSubstr("W516 usage: a program cannot be named sin, which is an operation\n  at f.wl:1:9"),
                     HasSubstr("fix: give it another name, such as my_sin")));
  EXPECT_THAT(message("program mean(x) { return x }"), HasSubstr("W516"));
}

TEST(TextError, W120_wants_a_rule_for_a_custom_derivative) {
  EXPECT_THAT(message("program g(x) { return x*x }\nprogram f(x) {\n  y = custom{body=@g}(x)\n  return y\n}"),
              testing::AllOf(HasSubstr("W120 usage: custom needs a derivative rule"), HasSubstr("f.wl:3:7")));
  EXPECT_THAT(message("program g(x) { return x*x }\nprogram f(x) { return custom{body=@g, jvp=@g}(x) }"),
              HasSubstr("W208 shape: the JVP of \"g\" must map"));
}

TEST(TextError, says_what_other_notations_are_called_here) {
  EXPECT_THAT(formula_message("x**2"), HasSubstr("W500 usage: ** is no operator\n  at formula:1:2"));
  EXPECT_THAT(formula_message("x**2"), HasSubstr("fix: a power is written with ^, as in x^2"));
  for (const char* product : {"2(x)", "x y", "sin(2(x))", "(x y)", "(x)(y)"})
    EXPECT_THAT(formula_message(product), HasSubstr("fix: for a product write *, as in 2*x")) << product;
  EXPECT_THAT(formula_message("x[0]"), HasSubstr("fix: an element is gather(x, 0i64), a part is slice("));
  EXPECT_THAT(formula_message("x != y"), HasSubstr("fix: x differs from y where logical_not(x == y)"));
  EXPECT_THAT(formula_message("x && y"), HasSubstr("logical_and(x, y)"));
}

TEST(TextError, W502_tells_too_small_from_too_large) {
  EXPECT_THAT(formula_message("x*1e-400"), HasSubstr("W502 usage: 1e-400 is too small for f64"));
  EXPECT_THAT(formula_message("x*0.0000000001e-320"), HasSubstr("too small"));
  EXPECT_THAT(formula_message("x*1e-50f32"), HasSubstr("1e-50 is too small for f32"));
  EXPECT_THAT(formula_message("x*1e99999999999999999999"), HasSubstr("outside the range"));
  EXPECT_THAT(formula_message("x*1e-99999999999999999999"), HasSubstr("too small"));
}

TEST(TextError, W205_or_W206_rather_than_an_integer_that_f64_rounds) {
  EXPECT_THROW(parse_formula("n == 9007199254740993", {{"n", i64()}}), ShapeError);
  EXPECT_NO_THROW(parse_formula("n == 9007199254740991", {{"n", i64()}}));
}

TEST(Text, may_begin_with_a_byte_order_mark) {
  EXPECT_EQ(print(parse("\xEF\xBB\xBFprogram f(x) { return x }")), "program f(x: f64[]) {\n  return x\n}\n");
  EXPECT_THAT(message("\xEF\xBB\xBFprogram f(x) { return y }"), HasSubstr("f.wl:1:23\n      program"));
}

TEST(TextError, W507_says_that_a_brace_is_missing_at_the_end) {
  EXPECT_THAT(message("program f(x) {\n  return x\n"), HasSubstr("W507 usage: '}' is missing at the end of the text"));
  EXPECT_THAT(message("program f(x) {\n  y = x\n"), HasSubstr("W507 usage: the text ends inside the program"));
}

TEST(TextError, W507_wants_a_result_at_the_end) {
  EXPECT_THAT(message("program f(x) { y = x }"), HasSubstr("W507 usage: the program ends without a result"));
  EXPECT_THAT(message("program f(x) { return x; y = x }"), HasSubstr("W507 usage: expected '}' after the results"));
  EXPECT_THAT(message("program f(x) {"), HasSubstr("W507"));
  EXPECT_THAT(formula_message("# nothing"), HasSubstr("W507 usage: the formula is empty"));
}

TEST(TextError, W508_counts_the_entries_of_arrays) {
  EXPECT_THAT(message_of_line("a = constant f64[3] [1, 2]"),
              HasSubstr("W508 usage: axis 0 of an array f64[3] needs 3 entries, found 2"));
  EXPECT_THAT(message_of_line("a = constant f64[2] [1, 2, 3]"),
              HasSubstr("W508 usage: axis 0 of an array f64[2] needs 2 entries, found more"));
  EXPECT_THAT(message_of_line("a = constant f64[2,2] [[1, 2], [3]]"),
              HasSubstr("W508 usage: axis 1 of an array f64[2,2] needs 2 entries, found 1"));
  EXPECT_THAT(message_of_line("a = constant f64[281474976710656] [1, 2]"),
              HasSubstr("W508 usage: an array f64[281474976710656] has 281474976710656 elements"));
}

TEST(TextError, W509_is_about_the_format_version) {
  EXPECT_THAT(message("wengert 2\nprogram f(x) { return x }"),
              HasSubstr("W509 usage: the text has format version 2, this library reads version 1"));
  EXPECT_EQ(print(parse("wengert 1 program f(x) { return x }")), "program f(x: f64[]) {\n  return x\n}\n");
}

TEST(TextError, W510_is_about_programs_that_are_not_there) {
  EXPECT_THAT(message("program step(x) { return x }\nprogram f(x) { a = call{body=@stp} x; return a }"),
              HasSubstr("W510 usage: no program @stp stands above this line"));
  EXPECT_THAT(message("program step(x) { return x }\nprogram f(x) { a = call{body=@stp} x; return a }"),
              HasSubstr("did you mean \"step\"?"));
  EXPECT_THAT(message("program f(x) { a = call{body=@f} x; return a }"), HasSubstr("W510"));
}

TEST(TextError, W513_bounds_what_little_text_can_ask_for) {
  EXPECT_THAT(message_of_line("a = constant f64[281474976710656] 0"),
              HasSubstr("W513 resource: an array f64[281474976710656] of equal elements is too large"));
  EXPECT_THAT(message_of_line("a = constant bool[16000000] true; b = constant bool[16000000] true"), HasSubstr("W513"));
}

TEST(TextError, W514_bounds_nesting) {
  for (const std::string open : {"(", "sin(", "-(", "2^", "-"}) {
    std::string deep;
    for (int i = 0; i < 100000; ++i) deep += open;
    EXPECT_THAT(message("program f(x) { return " + deep),
                HasSubstr("W514 resource: the expression is nested more than 200 deep"));
  }
  std::string tower = "program p0(x) { return x }\n";
  for (int i = 1; i < 300; ++i)
    tower += "program p" + std::to_string(i) + "(x) { return p" + std::to_string(i - 1) + "(x) }\n";
  EXPECT_THAT(message(tower), HasSubstr("W514 resource: programs are nested more than 200 deep"));
  std::string many = "program f(x) { a = sin{";
  for (int i = 0; i < 2000; ++i) many += "a" + std::to_string(i) + "=1, ";
  EXPECT_THAT(message(many), HasSubstr("W514 resource: an instruction has at most 1000 attributes"));
}

TEST(TextError, of_a_primitives_type_rule_has_the_place_too) {
  EXPECT_THAT(message_of_line("a = add x y"), testing::AllOf(HasSubstr("W206 shape: "), HasSubstr("f.wl:2:7")));
  EXPECT_THAT(message("program f(a: f64[2], b: f64[3]) { return a + b }"),
              testing::AllOf(HasSubstr("W203 shape: "), HasSubstr("f.wl:1:44")));
  EXPECT_THAT(message_of_line("a = reshape(y)"), testing::AllOf(HasSubstr("W120 usage: "), HasSubstr("f.wl:2:7")));
  EXPECT_THAT(message("program f(x: f64[1,1,1,1,1,1,1,1,1]) { return x }"),
              testing::AllOf(HasSubstr("W202 shape: "), HasSubstr("f.wl:1:14")));
}

TEST(Text, that_is_cut_off_or_changed_anywhere_is_read_or_refused) {
  const std::string text =
      "wengert 1\nprogram g(x: f64[], y: f64[2]) {\n  %2 = constant f64[2,2] [[1, -2e5], [nan, inf]]\n  `a b` = "
      "sum{axes=[0], t=\"q\\n\"} y\n"
      "  return x, `a b`\n}\nprogram f(x) {\n  v, w = call{body=@g} x, 1\n  return (v + 2f32*pi)^w\n}\n";
  for (size_t length = 0; length <= text.size(); ++length) try {
      parse(text.substr(0, length));
    } catch (const Error&) {
    }
  Random random(3);
  for (int i = 0; i < 5000; ++i) {
    std::string changed = text;
    for (uint64_t k = 0; k <= random.below(3); ++k)
      changed[random.below(changed.size())] = text[random.below(text.size())];
    try {
      print(parse(changed));
    } catch (const Error&) {
    }
  }
}

}  // namespace
}  // namespace wengert
