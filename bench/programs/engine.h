// SPDX-License-Identifier: Apache-2.0
//
// The engine that all benches run Programs with, chosen in this one place.
#pragma once

#include <memory>

#include "wengert/exec/interpreter.h"

namespace wengert::bench {

inline constexpr const char* engine_name = "interpreter";
/// Whether it can be asked for the sizes of the literature; a slow one is left out where it would take minutes.
inline constexpr bool engine_is_fast = false;

inline std::unique_ptr<Executable> make_executable(const Program& program) {
  return std::make_unique<Interpreter>(program);
}

}  // namespace wengert::bench
