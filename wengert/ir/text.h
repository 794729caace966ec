// SPDX-License-Identifier: Apache-2.0
//
// The text form of Programs (files named *.wl), which docs/language.md describes for its users. Printer and reader are
// exact inverses of each other:
//
//   parse(print(p)) == p      same lines in the same places, types, attributes, constants bit for bit; the names too,
//                             but for a second value of the same name, which becomes %N
//   print(parse(t)) == t      for every t that was printed
//
// What the printer writes has one operation a line:
//
//   wengert 1                                    format version (print_file only; the reader can do without)
//
//   program step(s: f64[], x: f64[]) {           nested Programs come before their use
//     %2 = mul s x
//     return %2
//   }
//
//   program f(x: f64[3], %1: f64[]) {            inputs with their types
//     y = mul %1 2                               a name the user gave; the number 2 is line 2
//     %4 = sum{axes=[0]} x                       other values are %N, N = their line in the Program
//     %5 = constant f64[2,2] [[1, 2], [3, 4]]    arrays, and numbers that do not come right before their first use,
//     %6 = constant f64[64,64] 0                   have lines of their own; equal elements are written once
//     %7, %8 = scan{body=@step, length=10} y x   several results
//     return %4, y
//   }
//
// Attribute values: integers, reals (with a point, an exponent, inf or nan), true and false, dtypes, [1, 2], "text",
// f64[2] [1, 2], @program. A NaN other than the usual one shows its bits: nan(0x7ff8000000000001). Numbers of f32
// have a suffix: 2f32. Names that are no identifiers, or that mean something else, stand in backquotes: `layer 1`.
// Text in quotes and backquotes knows the escapes \\ \" \` \n \t \r \x41. Comments run from # to the end of the line.
//
// The reader also takes formulas, with the usual precedence:
//
//   program f(x1, x2) {              without a type: f64[]
//     v1 = x1 * x2                   + - * / and ^ (right associative, before unary minus), < <= > >= ==
//     v3 = v1 * sin(v1)              every primitive is a function, and so is every Program above this one
//     s = sum(x, axes=[0])           attributes among the arguments, or sum{axes=[0]}(x)
//     return cos(v3), exp(v3)        statements end at the end of the line or at a semicolon; a line that ends in
//   }                                an operator or inside parentheses goes on
//
// Operators and elementwise functions broadcast, numbers take the dtype of what they are combined with, `sum(x)` sums
// over all axes, `pi` and `e` are the numbers unless something has that name. In the printed form (`mul x 2`) nothing
// is converted, and a Program without results is written and read (`return` alone), for the tool to refuse. An
// operation takes the attributes of its record, and no others. A value is assigned once; %N is a label like any other,
// the printer numbers anew.
//
// Reading takes time and memory linear in the length of the text, whatever the text is.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "wengert/ir/program.h"

namespace wengert {

/// The Program as text, the Programs nested in it before it (their names made unique, equal ones once).
std::string print(const Program& program);
/// The same below the line `wengert 1`: what a file should hold.
std::string print_file(const Program& program);

/// The last Program of a text; the others are there to be used by it.
///
/// file   : a name for messages
/// throws : UsageError W500-W510, W515-W516, ResourceError W513-W514, and what the primitives' type rules throw, each
/// with file,
///          line, column and the line itself
Program parse(std::string_view text, std::string_view file = "text");
/// All Programs of a text, in order. throws : as parse
std::vector<Program> parse_programs(std::string_view text, std::string_view file = "text");

/// An input of a formula.
struct FormulaInput {
  std::string name;
  Type type;
};

/// The Program of a formula such as "x*sin(y)", or of several: "r = x^2 + y^2, sqrt(r), 1/r". Definitions and results
/// are separated by commas, semicolons or line ends; without a result the last definition is it.
///
/// inputs : these come first, in this order, used or not; further free variables follow as f64[] in order of appearance
/// throws : as parse
Program parse_formula(std::string_view formula, const std::vector<FormulaInput>& inputs = {},
                      const std::string& name = "f");

}  // namespace wengert
