// SPDX-License-Identifier: Apache-2.0
//
// What a fuzz target does with an error: an input may be refused, but with a message that can be read. Bytes of the
// input must not reach a terminal as they are, and a long input must not make a long message.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <string_view>

#include "wengert/base/error.h"

namespace wengert {

inline void expect_readable(const Error& error) {
  if (error.kind() == ErrorKind::internal) std::abort();
  const std::string_view message = error.what();
  const bool readable =
      std::all_of(message.begin(), message.end(), [](char c) { return c == '\n' || (c >= ' ' && c <= '~'); });
  if (!readable || message.size() > 2000) std::abort();
}

/// What `read` returns, or nothing if it refuses the input with a readable message.
template <class F> auto read_or_refused(F read) -> std::optional<decltype(read())> {
  try {
    return read();
  } catch (const Error& error) {
    expect_readable(error);
    return std::nullopt;
  }
}

}  // namespace wengert
