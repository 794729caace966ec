// SPDX-License-Identifier: Apache-2.0
//
// IDX files: any bytes are read or refused; what was read converts, and bytes that were u8 are written back the same.
#include <cstdlib>

#include "wengert/base/error.h"
#include "wengert/io/idx.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace wengert;
  constexpr size_t limit = 1 << 20;
  try {
    const Idx idx = parse_idx(Bytes(data, data + size), "input", limit);
    if (idx.type == IdxType::u8) {
      const Idx again = parse_idx(idx_bytes(idx.shape, idx.bytes), "again", limit + 64);
      if (again.shape != idx.shape || again.bytes != idx.bytes) std::abort();
    }
    idx.array(DType::f32, 1.0 / 255);
    idx.rows(0, idx.shape[0] / 2, DType::f64);
    idx.array(DType::i64);
  } catch (const UsageError&) {
  } catch (const ResourceError&) {
  }
  return 0;
}
