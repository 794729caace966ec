// SPDX-License-Identifier: Apache-2.0
//
// The name of machine code in a cache: 128 bits of everything that it depends on.
#pragma once

#include <string>
#include <string_view>

#include "wengert/exec/llvm/component.h"

namespace wengert {

/// 32 hexadecimal digits. Two requests with the same key have the same code: kernel, precisions, lanes, options, and
/// `host`. (Not cryptographic: a cache is written and read by one user.)
std::string code_key(const CodeRequest& request, std::string_view host);

}  // namespace wengert
