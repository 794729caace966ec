// SPDX-License-Identifier: Apache-2.0
//
// safetensors files: any bytes are read or refused; what was read survives writing.
#include <cstdlib>

#include "wengert/base/error.h"
#include "wengert/io/safetensors.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace wengert;
  try {
    const Tensors tensors = parse_safetensors({data, size}, "input");
    if (parse_safetensors(safetensors_bytes(tensors), "again") != tensors) std::abort();
  } catch (const UsageError&) {
  } catch (const ResourceError&) {
  }
  return 0;
}
