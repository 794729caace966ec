// SPDX-License-Identifier: Apache-2.0
//
// JSON texts: any bytes are read or refused; what was read survives writing.
#include <nlohmann/json.hpp>

#include "refused.h"
#include "wengert/io/json.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace wengert;
  const auto value = read_or_refused([&] { return parse_json(text_of({data, size}), "input"); });
  if (value && parse_json(value->dump(), "again") != *value) std::abort();
  return 0;
}
