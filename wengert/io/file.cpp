// SPDX-License-Identifier: Apache-2.0
#include "wengert/io/file.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "wengert/base/error.h"
#include "wengert/io/compress.h"

namespace wengert {
namespace {

constexpr size_t most_per_call = size_t{1} << 30;  // Linux moves at most 2 GiB a call

std::string folder_of(const std::string& path) {
  const auto slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

std::string remedy(int code, const std::string& path) {
  switch (code) {
    case ENOENT: return "check the name; the folder " + folder_of(path) + " must exist";
    case ENOSPC:
    case EDQUOT: return "free some space on the disk of " + folder_of(path) + ", or write elsewhere";
    case EFBIG: return "raise the limit on file sizes (ulimit -f), or write elsewhere";
    case EACCES:
    case EPERM:
    case EROFS: return "choose a place you may use, or change its permissions";
    case EISDIR:
    case ENOTDIR: return "name a file in an existing folder";
    default: return "check that the disk, network or device behind it is in order";
  }
}

[[noreturn]] void fail(std::string_view id, std::string_view what, const std::string& path, int code) {
  throw ResourceError(id, fmt::format("cannot {} {}: {}", what, path, std::generic_category().message(code)), path,
                      remedy(code, path));
}
[[noreturn]] void cannot_read(const std::string& path, int code) { fail("W440", "read", path, code); }
[[noreturn]] void cannot_write(const std::string& path, int code, std::string_view step = "write") {
  fail("W441", step, path, code);
}

/// What is read, and how a limit is put to the reader.
struct Input {
  std::string name;
  size_t limit, most_per_call;
  std::string_view fix;
};

[[noreturn]] void over_limit(const Input& input, std::string_view size) {
  throw ResourceError("W442", fmt::format("{} has {} bytes; the limit is {}", input.name, size, input.limit),
                      input.name, std::string(input.fix));
}

/// A file descriptor closed at the end of its scope.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() { close(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int number() const { return number_; }
  explicit operator bool() const { return number_ >= 0; }
  /// False with errno set if the system reports a late error (network file systems do).
  bool close() {
    const int number = std::exchange(number_, -1);
    return number < 0 || ::close(number) == 0;
  }

 private:
  int number_;
};

void write_all(const Descriptor& file, std::span<const ByteView> parts, const std::string& path) {
  for (ByteView left : parts) {
    while (!left.empty()) {
      const ssize_t count = ::write(file.number(), left.data(), std::min(left.size(), most_per_call));
      if (count < 0 && errno != EINTR) cannot_write(path, errno);
      if (count > 0) left = left.subspan(static_cast<size_t>(count));
    }
  }
}

/// Where the bytes go: symbolic links followed, also one whose target does not exist yet.
std::string without_links(std::string path, const std::string& asked) {
  for (int links = 0; links < 40; ++links) {
    char target[4096];
    const ssize_t size = ::readlink(path.c_str(), target, sizeof target);
    if (size < 0) return path;
    if (static_cast<size_t>(size) == sizeof target) cannot_write(asked, ENAMETOOLONG);
    const std::string text(target, static_cast<size_t>(size));
    path = text.starts_with('/') ? text : folder_of(path) + "/" + text;
  }
  cannot_write(asked, ELOOP);
}

/// A file beside its target, removed unless it took the target's place.
class TemporaryFile {
 public:
  TemporaryFile(std::string target, mode_t mode) : target_(std::move(target)), file_(create(mode)) {}
  ~TemporaryFile() {
    if (!path_.empty()) ::unlink(path_.c_str());
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  const Descriptor& file() const { return file_; }

  /// The two syncs are what makes a power failure harmless: content before name, then the name.
  void take_place() {
    if (::fsync(file_.number()) != 0) cannot_write(target_, errno, "sync");
    if (!file_.close()) cannot_write(target_, errno);
    if (::rename(path_.c_str(), target_.c_str()) != 0) cannot_write(target_, errno, "replace");
    path_.clear();
    // A folder that may be written but not read cannot be opened, and some file systems cannot sync one (EINVAL).
    const Descriptor folder(::open(folder_of(target_).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (folder && ::fsync(folder.number()) != 0 && errno != EINVAL) cannot_write(target_, errno, "sync the folder of");
  }

 private:
  int create(mode_t mode) {
    static std::atomic<unsigned> count{0};
    for (;;) {  // a file of this name can only be left over from a killed process with the same number
      path_ = fmt::format("{}/.wengert-{}-{}.tmp", folder_of(target_), ::getpid(), count++);
      const int number = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
      if (number >= 0) return number;
      if (errno != EEXIST) cannot_write(target_, errno);
    }
  }

  std::string target_, path_;
  Descriptor file_;
};

/// Such a name stands for what the process has open; a file renamed over it would not reach the reader.
bool names_open_file(std::string_view path) {
  return path.starts_with("/dev/std") || path.starts_with("/dev/fd/") || path.starts_with("/proc/");
}

void write_directly(const std::string& path, std::span<const ByteView> parts) {
  Descriptor file(::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
  if (!file) cannot_write(path, errno);
  write_all(file, parts, path);
  if (!file.close()) cannot_write(path, errno);
}

void replace(const std::string& target, const struct stat& old, std::span<const ByteView> parts) {
  // Renaming needs leave for the folder only, so a file protected against writing must be asked.
  if (::faccessat(AT_FDCWD, target.c_str(), W_OK, AT_EACCESS) != 0) cannot_write(target, errno);
  const mode_t mode = old.st_mode & 0777;
  TemporaryFile temporary(target, 0600);
  const int number = temporary.file().number();
  write_all(temporary.file(), parts, target);
  // The owner first, since giving a file away may reset its mode. Only the superuser can always do it.
  const bool same_owner = ::fchown(number, old.st_uid, old.st_gid) == 0;
  const mode_t kept = same_owner ? mode : mode & 0707;  // the group is another: it gets nothing
  if (::fchmod(number, kept) != 0) cannot_write(target, errno, "keep the permissions of");
  temporary.take_place();
}

/// All of an open file as Bytes or a string; look(from, to) sees what each call has added.
template <class Content, class Look> Content read_all(int file, const Input& input, Look look) {
  struct stat status {};
  if (::fstat(file, &status) != 0) cannot_read(input.name, errno);
  if (S_ISDIR(status.st_mode)) cannot_read(input.name, EISDIR);
  const auto size = static_cast<uint64_t>(std::max<off_t>(status.st_size, 0));  // 0 for pipes and in /proc
  if (size > input.limit) over_limit(input, std::to_string(size));
  Content content(static_cast<size_t>(size) + 1, 0);  // one more to notice the end
  for (size_t used = 0;;) {
    const ssize_t count = ::read(file, content.data() + used, std::min(content.size() - used, input.most_per_call));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) cannot_read(input.name, errno);
    look(content.data() + used, content.data() + used + count);
    used += static_cast<size_t>(count);
    if (used > input.limit) over_limit(input, "more");
    if (count == 0) {
      content.resize(used);
      return content;
    }
    if (used == content.size()) content.resize(2 * used + 4096);
  }
}

std::string text_of(int file, const Input& input) {
  size_t offset = 0;
  return read_all<std::string>(file, input, [&](const char* from, const char* to) {
    const char* const nul = std::find(from, to, '\0');
    if (nul != to)
      refuse("W501", input.name, offset + static_cast<size_t>(nul - from),
             fmt::format("{} is not a text: it has a NUL byte", input.name),
             "name a text file, such as the .wl files that `wengert print` writes");
    offset += static_cast<size_t>(to - from);
  });
}

}  // namespace

Bytes read_file(const std::string& path, size_t limit) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) cannot_read(path, errno);
  const Input input{path, limit, most_per_call, "raise the limit if the file can be trusted"};
  return read_all<Bytes>(file.number(), input, [](const unsigned char*, const unsigned char*) {});
}

std::string read_text(const std::string& path, size_t limit) {
  constexpr size_t block = size_t{1} << 20;
  Input input{path, limit, block, "write what repeats once: programs that are called, or bodies of map and scan"};
  if (path == "-") {
    input.name = "standard input";
    return text_of(STDIN_FILENO, input);
  }
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) cannot_read(path, errno);
  return text_of(file.number(), input);
}

Bytes read_file_inflated(const std::string& path, size_t limit) {
  Bytes bytes = read_file(path, limit);
  return is_gzip(bytes) ? inflate_gzip(bytes, path, limit) : bytes;
}

void write_file_atomically(const std::string& path, std::span<const ByteView> parts) {
  struct stat old {};
  if (::stat(path.c_str(), &old) == 0) {
    if (S_ISDIR(old.st_mode)) cannot_write(path, EISDIR);
    if (!S_ISREG(old.st_mode) || names_open_file(path)) return write_directly(path, parts);
    return replace(without_links(path, path), old, parts);
  }
  if (errno != ENOENT || path.empty()) cannot_write(path, errno);
  TemporaryFile temporary(without_links(path, path), 0666);
  write_all(temporary.file(), parts, path);
  temporary.take_place();
}

}  // namespace wengert
