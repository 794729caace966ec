// SPDX-License-Identifier: Apache-2.0
//
// Where everything lies that a convolution reads and writes, in elements: made once for a shape, read by the kernels of
// convolve_blocks.h. These are compiled for several processors, so what they read is numbers and pointers: no function
// is shared between such files.
//
// Results y and x are sums of one form: an element of the result is a sum, over taps and channels of the source, each
// times a row of weights. Places of the result that have the same taps, as those in the middle, those at one border,
// and those of x at one remainder of the strides, are a class: so nothing is multiplied by padding.
#pragma once

#include <memory>

#include "wengert/exec/convolve.h"

namespace wengert {

/// Where a line of elements begins in one place and in another.
struct ConvolveLine {
  int64_t from, to;
};
/// So many elements of the source that follow each other, and the row of weights of the first one.
struct ConvolveRun {
  int64_t first, count, row;
};

template <class T> struct ConvolveList {
  const T* data = nullptr;
  int64_t size = 0;
};

struct ConvolveClass {
  ConvolveList<ConvolveLine>
      places;                      ///< from the first element of its taps in the source to its channels in the result
  ConvolveList<ConvolveRun> runs;  ///< of the taps; `first` counts from a place's `from`
};

struct ConvolvePlan {
  ConvolveShape::Result made = ConvolveShape::Result::y;
  int64_t batch = 0, groups = 0, c = 0, e = 0;
  int64_t source = 0, result = 0;  ///< elements of one array of the batch: of x and y, or y and x where x is made

  // Results y and x.
  int64_t inner = 0, outer = 0;     ///< channels of a group: summed over, of the result
  ConvolveList<int64_t> taps = {};  ///< of the weights in the order of their rows, each of which has `inner` of them
  ConvolveList<ConvolveClass> classes = {};

  // Result w. The source is read from a copy with padding around it, if there are copies.
  int64_t padded = 0,
          copied = 0;  ///< elements of the copy, and of each of its lines; 0: the source is read where it is
  ConvolveList<ConvolveLine> copies = {};
  ConvolveList<ConvolveLine> rows = {};  ///< of places: from the source, to y
  ConvolveList<int64_t> weights = {};    ///< for each tap and channel of a group: the element under place 0 of a row
  int64_t places = 0, step = 0;          ///< of a row: how many, and how far apart in the source
};

/// Null where its tables would be large: windows of thousands of taps, millions of places.
std::shared_ptr<const ConvolvePlan> plan_convolve(const ConvolveShape& shape);

/// Memory of this thread's own, kept from call to call (which: 0 or 1): fresh pages would cost as much as a small
/// convolution.
void* convolve_memory(int which, int64_t bytes);

}  // namespace wengert
