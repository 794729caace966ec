// SPDX-License-Identifier: Apache-2.0
//
// The Program a verb works on, from a .wl file, from standard input, or from a formula in its place; and the point at
// which it is evaluated.
#pragma once

#include "wengert/cli/context.h"
#include "wengert/cli/values.h"
#include "wengert/ir/program.h"

namespace wengert::cli {

/// PROGRAM --program --at --types --precision: what every verb on Programs takes.
std::vector<Option> program_options();
/// `first` followed by `more`.
std::vector<Option> joined(std::vector<Option> first, const std::vector<Option>& more);
/// --trap-nan, for verbs that run something.
Option trap_nan_option();
Option wrt_option();
Option emit_option();

/// A Program with values for the inputs that --at names.
struct Point {
  Program program;
  std::vector<NamedValue> given;

  /// The value of every input. throws : UsageError W604 that names those without one; ShapeError W607
  std::vector<Array> inputs() const;
};

/// The Program of the command line. The inputs of a formula have the types of --types or of the values given, and are
/// f64 scalars otherwise.
///
/// throws : UsageError W606 for a value or a type of what is no input, W608 for an unknown --program, W609 for a path
///          that is no file, W611 for --types or --precision with a file; what the parser and the file reader throw
///
/// typed_by_precision: false where --precision is about something else than the types of a formula
Point load(Context& context, bool typed_by_precision = true);

/// throws : UsageError W606 for an option that names what is not among `names`; with the nearest of them, or all
[[noreturn]] void unknown_name(std::string_view option, std::string_view name, std::string_view what,
                               const std::vector<std::string>& names);

/// The inputs that --wrt names, by number; empty if there is none. throws : UsageError W606
std::vector<size_t> varying(const Context& context, const Program& program);

/// What inputs and outputs are called: the user's name, or "%0"; for outputs "f", or "f[0]", "f[1]" where there are
/// several, f being the Program's name.
std::string input_name(const Program& program, size_t k);
std::string output_name(const Program& program, size_t k);

/// A note for each output that is no float: derivatives leave it out.
void note_without_derivative(Context& context, const Program& program);

/// Values for `names` out of an option like --v or --seed: those given, fitted to their types.
///
/// missing: false: others are zero; true: all must be there
/// throws : UsageError W604 (missing), W606 (no such name); ShapeError W607
std::vector<Array> vectors(const Context& context, std::string_view option, const std::vector<std::string>& names,
                           const std::vector<Type>& types, bool all);

}  // namespace wengert::cli
