// SPDX-License-Identifier: Apache-2.0
//
// Images as PNG, so that pages can carry them. source : W3C, "Portable Network Graphics", second edition
#pragma once

#include "wengert/io/bytes.h"

namespace wengert {

/// An 8-bit image. pixels : [height, width, channels], channels 1 (grey) or 3 (red, green, blue)
/// throws : ShapeError W856 if they are not that many, or there is none
Bytes png_of(int64_t width, int64_t height, int64_t channels, ByteView pixels);

/// RFC 4648, with padding: what a data: address holds.
std::string base64(ByteView bytes);

}  // namespace wengert
