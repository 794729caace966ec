// SPDX-License-Identifier: Apache-2.0
//
// IDX files: any bytes are read or refused; what was read converts, and bytes that were u8 are written back the same.
#include "refused.h"
#include "wengert/io/idx.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace wengert;
  constexpr size_t limit = 1 << 20;
  const auto idx = read_or_refused([&] { return parse_idx(Bytes(data, data + size), "input", limit); });
  if (!idx) return 0;
  idx->array(DType::f32, 1.0 / 255);
  idx->rows(idx->shape[0] / 2, idx->shape[0] - idx->shape[0] / 2, DType::f64);
  read_or_refused([&] { return idx->array(DType::i64); });
  read_or_refused([&] { return idx->array(DType::boolean); });
  if (idx->type == IdxType::u8) {
    const Idx again = parse_idx(idx_bytes(idx->shape, idx->bytes), "again");
    if (again.shape != idx->shape || again.bytes != idx->bytes) std::abort();
  }
  return 0;
}
