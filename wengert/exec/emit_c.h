// SPDX-License-Identifier: Apache-2.0
//
// A kernel as one self-contained C99 file (which is C++ too): no library but libm, no allocation, no recursion, loops
// as loops. Compiled without contraction of products and sums it gives the interpreter's results bit for bit:
//
//     int price(const double* x, const double* y, double* out, void* workspace);
//
// One pointer an input and an output, in the Program's order, row-major, of its types: double, float, int64_t, and
// unsigned char (0 or 1) for bool. The function returns 0, or 1 where a comparison turned out otherwise than when the
// Program was recorded: its outputs are then those of the wrong branch.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "wengert/base/array.h"
#include "wengert/ir/program.h"
#include "wengert/kernel/kernel.h"

namespace wengert {

/// What becomes a C function.
struct CFunction {
  std::string name = "f";             ///< any text
  std::string origin = {};            ///< for the comment at the top; any text, a line of it a line there
  const Kernel& kernel;               ///< operands: inputs, then constants; results: outputs, then failures
  std::vector<Array> constants = {};  ///< the values of the last operands
  std::vector<std::string> inputs = {}, outputs = {};  ///< names, any text; numbered where they are missing or empty
  bool has_failures = false;  ///< the last result is f64[1], not 0 if a guard turned out otherwise
};

/// Which entries of a matrix an output holds, in compressed rows: all in their order, or, `packed`, those that vary.
struct CPattern {
  int64_t rows = 0, columns = 0;
  std::vector<int64_t> row_start, column;
  bool packed = false;
  std::vector<int64_t> slot = {};     ///< of each entry: its place in the output; -1: it is constant
  std::vector<double> constant = {};  ///< of each entry: its number where it is constant
};

struct CTest {
  std::vector<Array> inputs, outputs;
  bool fails = false;  ///< the function is to return 1; outputs are not compared
};

struct EmitCOptions {
  std::string name = {};                  ///< of the function; empty: made of the CFunction's
  bool single = false;                    ///< all arithmetic, inputs and outputs in float
  std::vector<std::string> outputs = {};  ///< what outputs are called, any text; their names in the Program otherwise
  size_t scalar_lines = 0;  ///< small arrays become scalars where that takes at most so many operations (lower.h)
  bool batch = false;       ///< also NAME_batch and NAME_batch_rows, which run many points
  int lanes = 0;  ///< points at once there: 1, 2, 4, 8 or 16; 0: as many as fill 32 bytes, 4 doubles or 8 floats
  /// A kernel of more than ten times so many steps becomes functions of so many; 0: never. gcc 12 takes 0.15 ms a step
  /// at -O1 for 200, 0.26 ms for 500, and more than in proportion from there on.
  size_t part_steps = 200;
  std::optional<CPattern> pattern = {};  ///< of the Jacobian that the only output holds
  std::optional<CTest> test = {};        ///< for main() under NAME_SELF_TEST
  std::string origin = {};  ///< what the comment at the top says it is of; empty: a short Program as it is
};

struct EmittedC {
  std::string name;            ///< of the function
  std::string source, header;  ///< NAME.c and NAME.h; the source does not need the header
  std::string signature;       ///< "int f(const double* x, double* y, void* workspace)"
  size_t workspace_bytes = 0, batch_workspace_bytes = 0;
};

/// cost   : lower's, and a few passes over the kernel
/// throws : what lower throws; UsageError W716 for a number of lanes that is none, W720 for an options.name that is no
/// identifier, W721 for one that C or its library has taken
EmittedC emit_c(const Program& p, const EmitCOptions& options = {});
EmittedC emit_c(const CFunction& function, const EmitCOptions& options = {});

}  // namespace wengert
