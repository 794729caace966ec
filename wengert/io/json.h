// SPDX-License-Identifier: Apache-2.0
//
// JSON texts that others wrote: read with bounds on depth and size, so that no text can exhaust the stack or the
// memory, and with errors that name line and column. Members keep their order; a key given twice is an error, since
// the two readings of such a text are how one file means different things to two programs.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "wengert/io/bytes.h"

namespace wengert {

struct JsonLimits {
  size_t bytes = size_t{64} << 20;
  size_t values = 4'000'000;  ///< numbers, texts, arrays, objects, ... together; each takes some 50 bytes of memory
  int depth = 64;             ///< arrays and objects inside each other; 1 admits one that holds no other
};

/// The value of a JSON text (RFC 8259, UTF-8).
///
/// name   : of the file or text, for messages
/// throws : UsageError W580 if it is not JSON, W581 if it is nested too deeply, W583 for a key given twice,
///          ResourceError W582 over the limits of bytes or values
nlohmann::ordered_json parse_json(std::string_view text, std::string_view name, const JsonLimits& limits = {});

}  // namespace wengert
