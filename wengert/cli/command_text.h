// SPDX-License-Identifier: Apache-2.0
//
// A command line as a reader would type it again.
#pragma once

#include <string>

#include "wengert/cli/verb.h"

namespace wengert::cli {

/// The word, in quotes where a shell would read it otherwise.
std::string shell_word(const std::string& word);

/// "wengert train data.csv --net '5-16 relu-3' --epochs 40": the verb, and what was given, in the order of its options.
std::string command_text(const Verb& verb, const Arguments& arguments);

}  // namespace wengert::cli
