// SPDX-License-Identifier: Apache-2.0
//
// Tables to train on.
#pragma once

#include <string>

namespace wengert {

/// Points in a ring and around it, with a header and a class in words.
inline std::string rings(int rows) {
  std::string text = "width,height,place\n";
  unsigned state = 1;
  const auto uniform = [&] {
    return static_cast<double>((state = state * 1103515245 + 12345) >> 8 & 0xffff) / 0x8000 - 1;
  };
  for (int k = 0; k < rows; ++k) {
    const double x = uniform(), y = uniform();
    text += std::to_string(x) + "," + std::to_string(y) + (x * x + y * y < 0.6 ? ",inside\n" : ",outside\n");
  }
  return text;
}

}  // namespace wengert
