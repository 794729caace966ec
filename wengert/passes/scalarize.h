// SPDX-License-Identifier: Apache-2.0
//
// Arrays to scalars: every element becomes a value of its own, so that elimination sees every path.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "wengert/base/array.h"
#include "wengert/ir/program.h"

namespace wengert {

/// A Program of scalars and the arrays it stands for. Its inputs are the elements of the first input, row-major, then
/// those of the second, and so on; its outputs likewise. `x[1,2]` is called x_1_2.
struct Scalarized {
  Program program;
  std::vector<Type> inputs, outputs;  ///< of the Program it was made from

  /// The inputs of `program` out of those of the original, and the original's outputs out of those of `program`.
  /// throws : ShapeError W207 for wrong counts or types
  std::vector<Array> split(std::span<const Array> arrays) const;
  std::vector<Array> join(std::span<const Array> scalars) const;
};

/// `p` with scalars in place of arrays; simplified, without dead code.
///
/// An elementwise instruction becomes the same on each element. Any other is read from its kernel: each micro-operation
/// on reals is an instruction, what is known is computed now. Calls are inlined, scan and map unrolled. Kernels compute
/// in f64, so f32 programs get conversions at the same places. Values are those of `p`, up to what simplify.h states.
/// Derivatives agree wherever the composite primitives have one; at a kink or pole (norm at 0) theirs may be a stated
/// choice, and the scalars' is that of the steps.
///
/// limit  : lines of the scalar Program before dead code goes, elements held at a time
/// throws : UsageError W160 if an integer that steers a kernel (an index, a pivot, a key) is known only at run time; fix
///          integer inputs with fix_inputs. UsageError W161 for a primitive without a kernel, or with a derivative of the
///          user's own. ResourceError W450 beyond `limit`, before the memory is used
Scalarized scalarize(const Program& p, size_t limit = 1'000'000);

}  // namespace wengert
