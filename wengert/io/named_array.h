// SPDX-License-Identifier: Apache-2.0
//
// Arrays with names, in an order that is kept: what an npz archive and a safetensors file hold.
#pragma once

#include <vector>

#include "wengert/base/array.h"

namespace wengert {

struct NamedArray {
  std::string name;
  Array array;
  friend bool operator==(const NamedArray&, const NamedArray&) = default;
};
using NamedArrays = std::vector<NamedArray>;

/// The array of that name. throws : UsageError W545 with the names there are
const Array& find(const NamedArrays& arrays, std::string_view name);

/// throws : UsageError W546 if two arrays have one name; `where` is a file, for messages
void expect_distinct_names(const NamedArrays& arrays, std::string_view where);

}  // namespace wengert
