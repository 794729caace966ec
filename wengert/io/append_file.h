// SPDX-License-Identifier: Apache-2.0
//
// A file that grows while others read it, such as a log.
#pragma once

#include "wengert/io/bytes.h"

namespace wengert {

class AppendFile {
 public:
  /// Opens `path` with `begin` as its content: where the file has it in its first bytes already, what follows is cut
  /// off and nothing is written, so that a reader under way finds its place again.
  ///
  /// throws : ResourceError W441
  AppendFile(std::string path, ByteView begin);
  ~AppendFile();
  AppendFile(const AppendFile&) = delete;
  AppendFile& operator=(const AppendFile&) = delete;

  /// Handed to the system before it returns: a reader sees all of it, also after this process is killed.
  /// throws : ResourceError W441
  void write(ByteView bytes);

 private:
  std::string path_;
  int file_;
};

}  // namespace wengert
