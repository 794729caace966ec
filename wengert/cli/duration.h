// SPDX-License-Identifier: Apache-2.0
//
// Durations as people read them.
#pragma once

#include <string>

namespace wengert::cli {

/// A measured time in three digits, "1.23 us", "45.0 ms"; from two minutes on "2 min 5 s", "3 h 20 min"; "-" for what was
/// not measured.
std::string duration_text(double seconds);

/// A time that is guessed, in whole seconds and no finer than it is worth: "12 s", "3 min 20 s", "21 min", "2 h 5 min".
std::string coarse_duration_text(double seconds);

}  // namespace wengert::cli
