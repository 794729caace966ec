// SPDX-License-Identifier: Apache-2.0
//
// JSON texts: any bytes are read or refused; what was read survives writing.
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "wengert/base/error.h"
#include "wengert/io/json.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace wengert;
  try {
    const nlohmann::ordered_json value = parse_json(text_of({data, size}), "input");
    if (parse_json(value.dump(), "again") != value) std::abort();
  } catch (const UsageError&) {
  } catch (const ResourceError&) {
  }
  return 0;
}
