// SPDX-License-Identifier: Apache-2.0
#include "wengert/io/base64.h"

namespace wengert {

std::string base64(ByteView bytes) {
  static constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (size_t k = 0; k < bytes.size(); k += 3) {
    const size_t count = std::min<size_t>(3, bytes.size() - k);
    uint32_t three = 0;
    for (size_t i = 0; i < 3; ++i) three = three << 8 | (i < count ? bytes[k + i] : 0);
    for (size_t i = 0; i < 4; ++i) text += i <= count ? digits[three >> (18 - 6 * i) & 63] : '=';
  }
  return text;
}

}  // namespace wengert
