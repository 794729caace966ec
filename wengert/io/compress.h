// SPDX-License-Identifier: Apache-2.0
//
// Compression by zlib: gzip files (RFC 1952), raw deflate streams (RFC 1951, in zip archives) and their checksum. A
// stream says nothing reliable about its inflated size, so every inflation has a bound.
#pragma once

#include "wengert/io/bytes.h"

namespace wengert {

/// CRC-32 of gzip and zip (polynomial 0x04c11db7, reflected).
uint32_t crc32(ByteView bytes);

/// Whether the bytes begin like a gzip file.
bool is_gzip(ByteView bytes);

/// The content of a gzip file of one or several members.
///
/// name   : of the file, for messages
/// limit  : most bytes the content may have
/// throws : UsageError W540 if the stream is damaged or cut short, ResourceError W442 over the limit
Bytes inflate_gzip(ByteView bytes, std::string_view name, size_t limit);

/// A gzip file of one member; equal bytes give equal files (no time stamp).
Bytes deflate_gzip(ByteView bytes);

/// The content of a raw deflate stream that must fill exactly `size` bytes and use all of `bytes`.
///
/// offset : where the stream begins in file `name`, for messages
/// throws : UsageError W540; also if `size` is more than any stream of this length can hold
Bytes inflate_raw(ByteView bytes, uint64_t size, std::string_view name, size_t offset);

/// A raw deflate stream.
Bytes deflate_raw(ByteView bytes);

}  // namespace wengert
