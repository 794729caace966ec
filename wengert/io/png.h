// SPDX-License-Identifier: Apache-2.0
//
// PNG files, by libpng: pictures as numbers and numbers as pictures. Of grey and of RGB pictures, with or without
// alpha; palettes and samples of 1, 2 and 4 bits are widened to 8, samples of 16 bits stay. Colour profiles and gamma
// are not applied: what is read are the numbers in the file. Source: W3C, "Portable Network Graphics (PNG)
// Specification (Second Edition)", 2003.
#pragma once

#include <vector>

#include "wengert/base/array.h"
#include "wengert/io/file.h"

namespace wengert {

struct Png {
  std::string name;                    ///< of the file, for messages
  Shape shape;                         ///< [height, width, channels]: 1 grey, 2 grey and alpha, 3 RGB, 4 RGB and alpha
  int depth = 8;                       ///< bits a sample: 8 or 16
  std::vector<uint16_t> samples = {};  ///< row by row, channels last

  int64_t height() const { return shape[0]; }
  int64_t width() const { return shape[1]; }
  int64_t channels() const { return shape[2]; }
  /// What a sample is multiplied by to lie in [0, 1].
  double scale() const { return depth == 16 ? 1.0 / 65535 : 1.0 / 255; }
};

/// limit  : most bytes of the samples
/// throws : UsageError W842 if the bytes are no PNG, are damaged (checksums are looked at) or end early; ResourceError W442
///          over the limit, before anything of that size is allocated
Png parse_png(ByteView bytes, const std::string& name, size_t limit = default_file_limit);

/// throws : those of parse_png, ResourceError W440 if the file cannot be read
Png read_png(const std::string& path, size_t limit = default_file_limit);

/// A picture [height, width] or [height, width, channels] with elements in [0, 1], 8 bits a sample, as a PNG file.
///
/// throws : ShapeError W843 for another shape, DomainError W844 for an element outside [0, 1]
Bytes png_bytes(const Array& picture);
/// Writes atomically. throws : those of png_bytes, ResourceError W441
void write_png(const std::string& path, const Array& picture);

}  // namespace wengert
