// SPDX-License-Identifier: Apache-2.0
//
// Bytes as text, for pages that carry pictures.
#pragma once

#include <string>

#include "wengert/io/bytes.h"

namespace wengert {

/// With padding: what a data: address holds. source : RFC 4648, section 4
std::string base64(ByteView bytes);

}  // namespace wengert
