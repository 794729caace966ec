// SPDX-License-Identifier: Apache-2.0
//
// Text in UTF-8.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace wengert {

/// Bytes of the UTF-8 character at the start of `text`; 0 if there is none. Overlong forms and surrogates are none.
/// Source: Unicode 15, table 3-7.
size_t utf8_length(std::string_view text);

/// throws : UsageError W593 if the text is not UTF-8 or has a NUL byte, with the line in `name`
void expect_text(std::string_view text, const std::string& name);

}  // namespace wengert
