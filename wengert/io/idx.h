// SPDX-License-Identifier: Apache-2.0
//
// IDX files, the format of MNIST: two zero bytes, a type code, the number of axes, their extents (u32), the elements in
// row-major order; all numbers big-endian. Gzip files are recognised by their content.
// Source: Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits", section on file formats.
#pragma once

#include "wengert/base/array.h"
#include "wengert/io/file.h"

namespace wengert {

enum class IdxType : uint8_t { u8 = 0x08, i8 = 0x09, i16 = 0x0b, i32 = 0x0c, f32 = 0x0d, f64 = 0x0e };

/// An IDX file as it is stored. Images in bytes take a quarter of the memory of f32, so batches are converted when
/// they are needed:
///
///     const Idx images = read_idx("train-images-idx3-ubyte.gz");
///     const Array batch = images.rows(0, 64, DType::f32, 1.0 / 255);  // f32[64,28,28], from 0 to 1
struct Idx {
  std::string name;  ///< of the file, for messages
  IdxType type = IdxType::u8;
  Shape shape;
  Bytes bytes;  ///< the elements, big-endian

  /// All elements, each times `scale`.
  ///
  /// throws : UsageError W551 for a scale with i64 or bool, W544 for a value these cannot hold (2.5 as i64, 2 as bool)
  Array array(DType dtype, double scale = 1) const;

  /// The same of `count` entries of the first axis, from `first`. throws : also UsageError W552 if they do not exist
  Array rows(int64_t first, int64_t count, DType dtype, double scale = 1) const;
};

/// throws : UsageError W550 if the bytes are not IDX, W541 if they end early, W542 if there are too many, W543 for an
///          impossible shape, W540 for a damaged gzip file; ResourceError W442 over the limit
Idx parse_idx(Bytes bytes, std::string name, size_t limit = default_file_limit);

/// throws : those of parse_idx, ResourceError W440 if the file cannot be read
Idx read_idx(const std::string& path, size_t limit = default_file_limit);

/// The IDX form of u8 elements. throws : UsageError W553 if there is no axis, an extent is over 2^32 - 1 or the count
/// of values is not the shape's
Bytes idx_bytes(const Shape& shape, ByteView values);
/// The same of an array times `scale`, rounded to nearest. throws : also UsageError W544 for a value outside 0..255
Bytes idx_bytes(const Array& array, double scale = 1);

/// Writes atomically; gzip if the name ends in ".gz". throws : those of idx_bytes, ResourceError W441
void write_idx(const std::string& path, const Shape& shape, ByteView values);
void write_idx(const std::string& path, const Array& array, double scale = 1);

}  // namespace wengert
