// SPDX-License-Identifier: Apache-2.0
//
// safetensors files: any bytes are read or refused; what was read survives writing.
#include "refused.h"
#include "wengert/io/safetensors.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace wengert;
  const auto tensors = read_or_refused([&] { return parse_safetensors({data, size}, "input"); });
  if (tensors && parse_safetensors(safetensors_bytes(*tensors), "again") != *tensors) std::abort();
  return 0;
}
