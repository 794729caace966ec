// SPDX-License-Identifier: Apache-2.0
//
// npy files and npz archives (which begin with "PK"): any bytes are read or refused; what was read survives writing.
#include "refused.h"
#include "wengert/io/npy.h"

namespace {

void one_array(wengert::ByteView input) {
  using namespace wengert;
  const auto array = read_or_refused([&] { return parse_npy(input, "input"); });
  if (array && !(parse_npy(npy_bytes(*array), "again") == *array)) std::abort();
}

void archive(wengert::ByteView input) {
  using namespace wengert;
  const auto arrays = read_or_refused([&] { return parse_npz(input, "input", 1 << 20); });
  if (!arrays) return;
  for (Compression compression : {Compression::none, Compression::deflate})
    if (parse_npz(npz_bytes(*arrays, compression), "again") != *arrays) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size >= 2 && data[0] == 'P' && data[1] == 'K')
    archive({data, size});
  else
    one_array({data, size});
  return 0;
}
