// SPDX-License-Identifier: Apache-2.0
#include "wengert/io/append_file.h"

#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "wengert/base/error.h"

namespace wengert {
namespace {

[[noreturn]] void cannot_write(const std::string& path, int reason) {
  throw ResourceError("W441", fmt::format("cannot write {}: {}", path, std::strerror(reason)), path,
                      "check the name, or make room on the disk");
}

/// Whether the file begins with these bytes.
bool begins_with(int file, ByteView begin) {
  Bytes found(begin.size());
  size_t filled = 0;
  while (filled < found.size()) {
    const ssize_t got = ::pread(file, found.data() + filled, found.size() - filled, static_cast<off_t>(filled));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    filled += static_cast<size_t>(got);
  }
  return std::ranges::equal(found, begin);
}

}  // namespace

AppendFile::AppendFile(std::string path, ByteView begin)
    : path_(std::move(path)), file_(::open(path_.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666)) {
  if (file_ < 0) cannot_write(path_, errno);
  const bool kept = begins_with(file_, begin);
  if (::ftruncate(file_, kept ? static_cast<off_t>(begin.size()) : 0) != 0) {
    const int reason = errno;
    ::close(file_);
    cannot_write(path_, reason);
  }
  if (kept) return;
  try {
    write(begin);
  } catch (...) {
    ::close(file_);
    throw;
  }
}

AppendFile::~AppendFile() { ::close(file_); }

void AppendFile::write(ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) cannot_write(path_, errno);
    bytes = bytes.subspan(static_cast<size_t>(written));
  }
}

}  // namespace wengert
