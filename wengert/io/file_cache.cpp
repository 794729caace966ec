// SPDX-License-Identifier: Apache-2.0
#include "wengert/io/file_cache.h"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

#include "wengert/base/error.h"
#include "wengert/io/compress.h"
#include "wengert/io/file.h"

namespace wengert {
namespace {

namespace fs = std::filesystem;

std::string header_of(std::string_view key, ByteView bytes) {
  return fmt::format("wengert blob 1\n{}\n{:08x} {:016x}\n", key, crc32(bytes), bytes.size());
}

}  // namespace

FileCache::FileCache(std::string folder, size_t most_bytes) : folder_(std::move(folder)), most_bytes_(most_bytes) {}

/// Keys are names of files as they are where they are short and plain; others are refused.
std::string FileCache::path_of(std::string_view key) const {
  const auto plain = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '-' || c == '_'; };
  if (key.empty() || key.size() > 120 || !std::ranges::all_of(key, plain)) return {};
  return folder_ + "/" + std::string(key);
}

/// Ours and writable by nobody else: what lies there will be run.
bool FileCache::is_ours() const {
  struct stat info {};
  return ::stat(folder_.c_str(), &info) == 0 && S_ISDIR(info.st_mode) && info.st_uid == ::geteuid() && (info.st_mode & 022) == 0;
}

std::optional<Bytes> FileCache::find(std::string_view key) const {
  const std::string path = path_of(key);
  if (path.empty() || !is_ours()) return {};
  try {
    if (!fs::is_regular_file(path)) return {};
    Bytes file = read_file(path, most_bytes_);
    const std::string_view text = text_of(file);
    size_t end = 0;
    for (int lines = 0; lines < 3; ++lines) {
      end = text.find('\n', end);
      if (end == std::string_view::npos || end > 400) return {};
      ++end;
    }
    const ByteView bytes(file.data() + end, file.size() - end);
    if (header_of(key, bytes) != text.substr(0, end)) return {};
    fs::last_write_time(path, fs::file_time_type::clock::now());
    return Bytes(bytes.begin(), bytes.end());
  } catch (const std::exception&) {
    return {};
  }
}

void FileCache::keep(std::string_view key, ByteView bytes) const {
  const std::string path = path_of(key);
  if (path.empty() || bytes.size() > most_bytes_ / 4) return;
  try {
    if (!fs::exists(folder_)) {
      fs::create_directories(folder_);
      fs::permissions(folder_, fs::perms::owner_all);
    }
    if (!is_ours()) return;
    const std::string header = header_of(key, bytes);
    const ByteView parts[] = {bytes_of(header), bytes};
    write_file_atomically(path, parts);
    shrink();
  } catch (const std::exception&) {
    // a full disk, or a folder that is gone: it is made again next time
  }
}

void FileCache::shrink() const {
  struct File { fs::file_time_type used; size_t bytes; fs::path path; };
  std::vector<File> files;
  size_t all = 0;
  for (const auto& entry : fs::directory_iterator(folder_)) {
    if (!entry.is_regular_file()) continue;
    files.push_back({entry.last_write_time(), static_cast<size_t>(entry.file_size()), entry.path()});
    all += files.back().bytes;
  }
  std::ranges::sort(files, {}, &File::used);
  for (const File& file : files) {
    if (all <= most_bytes_) return;
    std::error_code gone_already;
    fs::remove(file.path, gone_already);
    all -= file.bytes;
  }
}

}  // namespace wengert
