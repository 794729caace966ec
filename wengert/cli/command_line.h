// SPDX-License-Identifier: Apache-2.0
//
// The command line, read by the records of the verbs. The one file that includes CLI11 is this one's source.
#pragma once

#include <span>

#include "wengert/cli/verb.h"

namespace wengert::cli {

/// The arguments of `verb`. A word that begins with a minus and is no option but part of a formula ("-x*y") is a
/// positional argument; so is every word behind "--".
///
/// throws : UsageError W601 for an unknown option, W602 for a missing or wrong value, W603 for a missing or surplus
///          argument
Arguments parse_arguments(const Verb& verb, std::span<const std::string> words);

/// The verb of that name. throws : UsageError W600, with the nearest name
const Verb& find_verb(std::string_view name);

}  // namespace wengert::cli
