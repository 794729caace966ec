// SPDX-License-Identifier: Apache-2.0
//
// PNG files: any bytes are read or refused; what was read is made grey and small, and pictures of 8 bits are written
// back the same.
#include "refused.h"
#include "wengert/io/png.h"
#include "wengert/train/pictures.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace wengert;
  const auto png = read_or_refused([&] { return parse_png({data, size}, "input", 1 << 16); });
  if (!png) return 0;
  Array picture(Type{DType::f64, png->shape});
  const auto values = picture.mutable_values<double>();
  for (size_t k = 0; k < values.size(); ++k) values[k] = static_cast<double>(png->samples[k]) * png->scale();
  if (png->depth == 8 && parse_png(png_bytes(picture), "again").samples != png->samples) std::abort();
  const Array small = changed_picture(picture, {.grey = true, .height = 3, .width = 5});
  for (const double value : small.values<double>())
    if (!(value > -1e-9 && value < 1 + 1e-9)) std::abort();
  return 0;
}
