// SPDX-License-Identifier: Apache-2.0
//
// NumPy's files: npy (one array), npz (a zip archive of them; npz.cpp).
// Source: NumPy Enhancement Proposal 1, "A Simple File Format for NumPy Arrays"; versions 1.0, 2.0 and 3.0.
#pragma once

#include "wengert/io/file.h"
#include "wengert/io/named_array.h"

namespace wengert {

/// The array of an npy file. Floats of 2 and 4 bytes become f32, of 8 bytes f64; all integers i64; bool stays. Either
/// byte order, C and Fortran order.
///
/// throws : UsageError W560 for another format or version, W561 for a wrong header, W562 for another element type,
///          W541 if the file ends early, W542 if it has too many bytes, W543 for an impossible shape, W544 for a value
///          that is no bool or over 2^63 - 1
Array parse_npy(ByteView bytes, std::string_view name);

/// throws : those of parse_npy, ResourceError W440 and W442
Array read_npy(const std::string& path, size_t limit = default_file_limit);

/// The npy form: version 1.0, little-endian, C order, elements aligned to 64 bytes.
Bytes npy_bytes(const Array& array);
/// Writes atomically. throws : ResourceError W441
void write_npy(const std::string& path, const Array& array);

/// The arrays of an npz archive, without the ".npy" of their names, in the order of its directory.
///
/// limit  : most bytes that all arrays together may take in npy form
/// throws : those of parse_npy; UsageError W563 for a damaged archive, W564 for features that are not read (zip64,
///          encryption, other compression), W565 for a wrong checksum, W540 for a damaged compressed stream, W546 for
///          two entries of one name; ResourceError W442 over the limit
NamedArrays parse_npz(ByteView bytes, std::string_view name, size_t limit = default_file_limit);

/// throws : those of parse_npz, ResourceError W440
NamedArrays read_npz(const std::string& path, size_t limit = default_file_limit);

enum class Compression : uint8_t { none, deflate };

/// The npz form; equal arrays give equal bytes (all dates are 1980-01-01).
///
/// throws : UsageError W546 for two arrays of one name, W564 for what needs zip64: 4 GiB, or 65535 arrays and more
Bytes npz_bytes(const NamedArrays& arrays, Compression compression = Compression::deflate);
/// Writes atomically. throws : those of npz_bytes, ResourceError W441
void write_npz(const std::string& path, const NamedArrays& arrays, Compression compression = Compression::deflate);

}  // namespace wengert
