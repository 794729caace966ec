// SPDX-License-Identifier: Apache-2.0
#include "wengert/io/named_array.h"

#include <algorithm>
#include <fmt/format.h>
#include <unordered_set>

#include "wengert/base/error.h"
#include "wengert/io/bytes.h"

namespace wengert {

const Array& find(const NamedArrays& arrays, std::string_view name) {
  const auto found = std::find_if(arrays.begin(), arrays.end(), [&](const auto& entry) { return entry.name == name; });
  if (found != arrays.end()) return found->array;
  constexpr size_t most = 20;
  std::vector<std::string> names;
  for (const NamedArray& entry : arrays) {
    if (names.size() == most) break;
    names.push_back(quote(entry.name));
  }
  throw UsageError("W545",
                   fmt::format("there is no array {}; there are {} arrays: {}{}", quote(name), arrays.size(),
                               fmt::join(names, ", "), arrays.size() > most ? ", ..." : ""),
                   {}, "use one of these names, or another file");
}

void expect_distinct_names(const NamedArrays& arrays, std::string_view where) {
  std::unordered_set<std::string_view> names;
  for (const NamedArray& entry : arrays)
    if (!names.insert(entry.name).second)
      throw UsageError("W546", fmt::format("two arrays are named {}", quote(entry.name)), std::string(where),
                       "give each array a name of its own");
}

}  // namespace wengert
