// SPDX-License-Identifier: Apache-2.0
//
// The engines against each other: a Program made of the bytes, or a derivative of it, is run by the reference, by the
// interpreter's native loops and as machine code; see tests/support/engine_checks.h for what must agree and how far.
#include <cstdio>
#include <cstdlib>

#include "byte_program.h"
#include "engine_checks.h"
#include "wengert/exec/compiled.h"
#include "wengert/ir/text.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace wengert;
  if (size > 400) return 0;
  const ByteProgram r = program_of_bytes({data, size});
  if (!is_quick(r.program)) return 0;
  const ReferenceRun expected = reference_run(r.program, r.point);
  std::string problem = check_interpreter(r.program, r.point, expected);
  if (problem.empty() && Compiled::is_available()) {
    problem = check_compiled_bits(r.program, r.point, expected, static_cast<int>(size % 3));
    if (problem.empty()) problem = check_compiled(r.program, r.point, expected);
  }
  if (problem.empty()) return 0;
  std::fprintf(stderr, "%s\n%s", problem.c_str(), print(r.program).c_str());
  for (const Array& x : r.point) std::fprintf(stderr, "%s %s\n", to_string(x.type()).c_str(), to_string(x).c_str());
  std::abort();
}
