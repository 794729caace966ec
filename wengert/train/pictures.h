// SPDX-License-Identifier: Apache-2.0
//
// Pictures made alike: grey instead of coloured, and of one size. A picture is float[height, width, channels].
#pragma once

#include <string_view>

#include "wengert/base/array.h"

namespace wengert {

/// How pictures are made alike when they are read.
struct PictureOptions {
  bool grey = false;
  int64_t height = 0, width = 0;  ///< 0: as they are
  bool changes() const { return grey || height > 0; }
  friend bool operator==(const PictureOptions&, const PictureOptions&) = default;
};

/// "28x28", height and width. throws : UsageError W838
PictureOptions parse_picture_size(std::string_view text);

/// Luma 0.299 R + 0.587 G + 0.114 B; what alpha lets through is white paper. [h, w, 1 to 4] -> [h, w, 1]
/// source : ITU-R BT.601, section 2.5.1
Array grey_picture(const Array& picture);

/// Bilinear; where pixels become fewer, each is the mean of those it stands for, weighted by a triangle. A picture of
/// that size already is left as it is.
///
/// height, width : at least 1
/// cost          : h w (height + ...) about 4 operations an input or output pixel, whichever are more
Array resized_picture(const Array& picture, int64_t height, int64_t width);

/// Grey first, then the size.
Array changed_picture(Array picture, const PictureOptions& options);

}  // namespace wengert
