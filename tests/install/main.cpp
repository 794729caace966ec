// SPDX-License-Identifier: Apache-2.0
//
// A program outside the tree: what an installed Wengert must compile, link and run. With the argument `compiler` it says
// which file compiled its Program.
#include <wengert/wengert.h>

#include <cstdio>
#include <fstream>
#include <string>

namespace {

/// The file of the component, once it is loaded; or why the Program is interpreted.
std::string compiler(const wengert::CompileChoice& choice) {
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);)
    if (line.ends_with("/libwengert_llvm.so")) return line.substr(line.find('/'));
  return choice.reason;
}

}  // namespace

int main(int count, char** words) {
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
  wengert::CompileChoice choice;
  const auto compiled = wengert::compile(grad(f), {.expected_runs = 1e9}, &choice);
  const wengert::Array same = compiled->run({wengert::Array({2}, {1, 1}), x})[0];
  std::printf("%s\n", to_string(same.as(wengert::DType::f32)).c_str());
  if (count > 1 && std::string(words[1]) == "compiler") std::printf("%s\n", compiler(choice).c_str());
}
