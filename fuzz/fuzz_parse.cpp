// SPDX-License-Identifier: Apache-2.0
//
// Wengert texts: any bytes are read or refused, as a file and as a formula; what was read is well-formed, and printing
// and reading it again changes nothing. Messages can be read.
#include <cstdlib>
#include <string>
#include <unordered_map>

#include "wengert/ir/text.h"
#include "wengert/ir/verify.h"

namespace {

using namespace wengert;

/// Lines with those of nested Programs wherever they are used: comparing takes as long.
double expanded_lines(const Program& program, std::unordered_map<const void*, double>& known) {
  const auto [place, added] = known.try_emplace(&program.name(), 0);
  if (!added) return place->second;
  double lines = static_cast<double>(program.size());
  for (uint32_t i = 0; i < program.size(); ++i)
    for (const auto& [name, value] : program.attributes(ValueId{i}))
      if (const auto* nested = std::get_if<NestedProgram>(&value)) lines += expanded_lines(**nested, known);
  return known[&program.name()] = lines;
}

void check(const Program& program) {
  verify(program);
  const std::string text = print(program);
  const Program again = parse(text);
  if (print(again) != text || print(parse(print_file(program))) != text) std::abort();
  std::unordered_map<const void*, double> known;
  if (expanded_lines(program, known) < 1e6 && !(again == program)) std::abort();
}

/// One line of what is wrong, one of the place, two of the text, one of the remedy; no control characters.
void expect_readable(const Error& error) {
  const std::string message = error.what();
  if (error.kind() == ErrorKind::internal || message.size() > 2000) std::abort();
  for (char c : message)
    if (c != '\n' && (static_cast<unsigned char>(c) < ' ' || c == 0x7f)) std::abort();
}

template <class F> void read_or_refuse(F read) {
  try {
    read();
  } catch (const Error& error) {
    expect_readable(error);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  std::vector<Program> programs;
  read_or_refuse([&] { programs = parse_programs(text, "input"); });
  read_or_refuse([&] { programs.push_back(parse_formula(text)); });
  for (const Program& program : programs) check(program);
  return 0;
}
