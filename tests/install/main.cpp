// SPDX-License-Identifier: Apache-2.0
//
// A program outside the tree: what an installed Wengert must compile, link and run.
#include <wengert/base/array.h>
#include <wengert/base/error.h>

#include <cstdio>

int main() {
  const wengert::Array x({2, 2}, {1, 2, 3, 4});
  std::printf("%s\n", to_string(x.as(wengert::DType::f32)).c_str());
  try {
    (void)x.reshaped({3});
  } catch (const wengert::ShapeError& error) {
    std::printf("%s\n", error.id().c_str());
  }
}
