// SPDX-License-Identifier: Apache-2.0
//
// Texts made from the records of the verbs: --help, the man page, and the completions of three shells.
#pragma once

#include "wengert/cli/terminal.h"
#include "wengert/cli/verb.h"

namespace wengert::cli {

/// The verbs in a line each.
std::string tool_help(const Palette& palette);
/// One verb: its use, options and examples.
std::string verb_help(const Verb& verb, const Palette& palette);

/// The same as JSON.
std::string help_json();
std::string help_json(const Verb& verb);

/// wengert(1) in the man macros.
std::string man_page();

/// The completion script of "bash", "zsh" or "fish". throws : UsageError W602 for another shell
std::string completion(std::string_view shell);

/// "wengert grad PROGRAM [options]".
std::string synopsis(const Verb& verb);

}  // namespace wengert::cli
