// SPDX-License-Identifier: Apache-2.0
//
// npy files and npz archives (which begin with "PK"): any bytes are read or refused; what was read survives writing.
#include <cstdlib>

#include "wengert/base/error.h"
#include "wengert/io/npy.h"

namespace {

constexpr size_t limit = 1 << 20;

void one_array(wengert::ByteView input) {
  using namespace wengert;
  const Array array = parse_npy(input, "input");
  if (!(parse_npy(npy_bytes(array), "again") == array)) std::abort();
}

void archive(wengert::ByteView input) {
  using namespace wengert;
  const NamedArrays arrays = parse_npz(input, "input", limit);
  for (Compression compression : {Compression::none, Compression::deflate})
    if (parse_npz(npz_bytes(arrays, compression), "again", 16 * limit) != arrays) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  try {
    if (size >= 2 && data[0] == 'P' && data[1] == 'K')
      archive({data, size});
    else
      one_array({data, size});
  } catch (const wengert::UsageError&) {
  } catch (const wengert::ResourceError&) {
  }
  return 0;
}
