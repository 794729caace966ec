// SPDX-License-Identifier: Apache-2.0
//
// The engine that all benches run Programs with, chosen in this one place.
#pragma once

#include <memory>

#include "wengert/api/compile.h"

namespace wengert::bench {

inline constexpr const char* engine_name = "compiled";
/// Whether it can be asked for the sizes of the literature; a slow one is left out where it would take minutes.
inline constexpr bool engine_is_fast = true;

inline std::unique_ptr<Executable> make_executable(const Program& program, int threads = 1) {
  return compile(program, {.engine = Engine::compiled, .threads = threads});
}

}  // namespace wengert::bench
