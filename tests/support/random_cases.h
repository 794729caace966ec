// SPDX-License-Identifier: Apache-2.0
//
// How many random cases a test draws: a quarter with sanitizers, under which each takes ten times as long and which
// judge where memory is read and written; the values are judged by the other builds, of all cases.
#pragma once

#include <cstdint>

namespace wengert {

constexpr uint64_t random_cases(uint64_t all) {
#ifdef WENGERT_SANITIZED
  return (all + 3) / 4;
#else
  return all;
#endif
}

}  // namespace wengert
