// SPDX-License-Identifier: Apache-2.0
//
// Whole files: read with a bound, written so that a crash leaves the old content or the new, never a mixture.
#pragma once

#include "wengert/io/bytes.h"

namespace wengert {

/// Most bytes a reader takes where the caller says nothing.
inline constexpr size_t default_file_limit = size_t{4} << 30;

/// The bytes of a file, pipe or device.
///
/// throws : ResourceError W440 if it cannot be read, W442 if it has more than `limit` bytes
Bytes read_file(const std::string& path, size_t limit = default_file_limit);

/// The text of a file, pipe or device, or of standard input for "-". A text has no NUL byte, so that of another kind of
/// file, or of a device without end, is left after its first block.
///
/// throws : UsageError W501 for a NUL byte; ResourceError W440, W442
std::string read_text(const std::string& path, size_t limit = default_file_limit);

/// The same, inflated if it is a gzip file (known by its first bytes, not its name); the limit bounds both sizes.
///
/// throws : ResourceError W440, W442; UsageError W540 for a damaged gzip file
Bytes read_file_inflated(const std::string& path, size_t limit = default_file_limit);

/// Replaces the content of `path` by `parts`, one after the other.
///
/// At every moment, also after a crash or a power failure, `path` is the old file or the whole new one. The bytes go to
/// a temporary file in the same folder, which is synced to disk and renamed; on an error it is removed and the old file
/// stays. A symbolic link is followed and stays a link. An existing file keeps its permissions, and its owner where the
/// system lets it; one that may not be written is left alone. Pipes and devices (/dev/stdout) are written directly.
/// Other hard links to an existing file keep the old content.
///
/// throws : ResourceError W441 with the path and the system's reason
void write_file_atomically(const std::string& path, std::span<const ByteView> parts);
inline void write_file_atomically(const std::string& path, ByteView bytes) {
  write_file_atomically(path, std::span<const ByteView>(&bytes, 1));
}

}  // namespace wengert
