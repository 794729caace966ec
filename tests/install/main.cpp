// SPDX-License-Identifier: Apache-2.0
//
// A program outside the tree: what an installed Wengert must compile, link and run.
#include <wengert/wengert.h>

#include <cstdio>

int main() {
  const wengert::Array x({2, 2}, {1, 2, 3, 4});
  std::printf("%s\n", to_string(x.as(wengert::DType::f32)).c_str());
  try {
    (void)x.reshaped({3});
  } catch (const wengert::ShapeError& error) {
    std::printf("%s\n", error.id().c_str());
  }
  // By name, so the registry must hold every family although the program uses none of them.
  const wengert::Program f = wengert::parse_formula("logsumexp(x) + log_determinant(a)",
                                                    {{"x", wengert::f64({2})}, {"a", wengert::f64({2, 2})}});
  const wengert::Array x_bar = evaluate(grad(f), {wengert::Array({2}, {1, 1}), x})[0];
  std::printf("%s\n", to_string(x_bar.as(wengert::DType::f32)).c_str());
}
