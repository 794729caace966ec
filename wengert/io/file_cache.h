// SPDX-License-Identifier: Apache-2.0
//
// FileCache: a folder of blobs by key, for what can be made again. A blob that is damaged, cut short or of another key is
// not found, so several processes may use one folder, and anything in it may be deleted at any time.
//
// A file: "wengert blob 1\n", the key, "\n", crc32 and size of the bytes in hexadecimal, "\n", the bytes.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "wengert/io/bytes.h"

namespace wengert {

class FileCache {
 public:
  /// most_bytes : of the folder; beyond, the files not used for longest go. The folder is made when something is kept,
  ///              readable by its owner alone.
  explicit FileCache(std::string folder, size_t most_bytes = size_t{256} << 20);

  /// Never throws: what cannot be read is not there.
  std::optional<Bytes> find(std::string_view key) const;
  /// Never throws: what cannot be written is not kept. A folder that others may write to is not used.
  void keep(std::string_view key, ByteView bytes) const;

 private:
  std::string path_of(std::string_view key) const;
  bool is_ours() const;
  void shrink() const;

  std::string folder_;
  size_t most_bytes_;
};

}  // namespace wengert
