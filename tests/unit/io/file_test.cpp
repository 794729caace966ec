// SPDX-License-Identifier: Apache-2.0
#include "wengert/io/file.h"

#include <csignal>
#include <set>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "files.h"
#include "wengert/io/compress.h"

namespace wengert {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

mode_t permissions(const std::string& path) {
  struct stat status {};
  EXPECT_EQ(::stat(path.c_str(), &status), 0);
  return status.st_mode & 07777;
}

/// Runs `f` in a process of its own, which ends with 0 if `f` returns true.
bool holds_in_child(const std::function<bool()>& f) {
  const pid_t child = ::fork();
  if (child == 0) {
    bool holds = false;
    try {
      holds = f();
    } catch (...) {
    }
    ::_exit(holds ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

TEST(ReadFile, returns_what_was_written) {
  const TemporaryFolder folder;
  for (const Bytes& content : {Bytes{}, bytes("one"), Bytes(1 << 20, 7)}) {
    write_file_atomically(folder / "a", content);
    EXPECT_EQ(read_file(folder / "a"), content);
  }
}

TEST(ReadFile, names_the_file_and_the_reason) {
  const TemporaryFolder folder;
  EXPECT_EQ(message_of([&] { read_file(folder / "none"); }),
            "W440 resource: cannot read " + folder / "none" + ": No such file or directory\n  at " + folder / "none" +
                "\n  fix: check the name; the folder " + folder.path() + " must exist");
  EXPECT_THAT(message_of([&] { read_file(folder.path()); }), HasSubstr("Is a directory"));
  EXPECT_THAT(message_of([&] { read_file(""); }), StartsWith("W440"));
}

TEST(ReadFile, keeps_to_its_limit) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "a", bytes("12345"));
  EXPECT_EQ(read_file(folder / "a", 5).size(), 5u);
  EXPECT_THAT(message_of([&] { read_file(folder / "a", 4); }),
              StartsWith("W442 resource: " + folder / "a" + " has 5 bytes; the limit is 4\n"));
  EXPECT_THAT(message_of([&] { read_file("/dev/zero", 100'000); }), HasSubstr("has more bytes; the limit is 100000"));
}

TEST(ReadText, returns_the_bytes_of_a_text) {
  const TemporaryFolder folder;
  for (const std::string& text : {std::string(), std::string("one\n"), std::string(3 << 20, 'x')}) {
    write_file_atomically(folder / "a", bytes(text));
    EXPECT_EQ(read_text(folder / "a"), text);
  }
}

TEST(ReadText, W501_names_the_first_NUL_byte) {
  const TemporaryFolder folder;
  for (const size_t offset : {size_t{0}, size_t{5}, size_t{2} << 20}) {
    write_file_atomically(folder / "a", joined({Bytes(offset, 'x'), Bytes(3, 0)}));
    EXPECT_EQ(message_of([&] { read_text(folder / "a"); }),
              "W501 usage: " + folder / "a" + " is not a text: it has a NUL byte\n  at byte " + std::to_string(offset) +
                  " of " + folder / "a" +
                  "\n  fix: name a text file, such as the .wl files that `wengert print` writes");
  }
}

TEST(ReadText, leaves_a_device_without_end_after_its_first_block) {
  EXPECT_THAT(message_of([&] { read_text("/dev/zero", size_t{1} << 60); }), HasSubstr("at byte 0 of /dev/zero"));
}

TEST(ReadText, keeps_to_its_limit_and_says_how_programs_get_shorter) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "a", bytes("12345"));
  EXPECT_EQ(read_text(folder / "a", 5), "12345");
  EXPECT_THAT(message_of([&] { read_text(folder / "a", 4); }),
              StartsWith("W442 resource: " + folder / "a" + " has 5 bytes; the limit is 4\n  at " + folder / "a" +
                         "\n  fix: write what repeats once"));
}

TEST(ReadFile, does_not_believe_a_sparse_files_size_without_the_limit) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "a", bytes("x"));
  ASSERT_EQ(::truncate((folder / "a").c_str(), off_t{1} << 40), 0);
  EXPECT_THAT(message_of([&] { read_file(folder / "a"); }), StartsWith("W442"));
}

TEST(ReadFile, reads_pipes_to_their_end) {
  const TemporaryFolder folder;
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
  const Bytes content(100'000, 3);
  const pid_t child = ::fork();
  if (child == 0) {
    write_file_atomically(folder / "pipe", content);
    ::_exit(0);
  }
  EXPECT_EQ(read_file(folder / "pipe"), content);
  ::waitpid(child, nullptr, 0);
}

TEST(ReadFile, inflates_by_content_not_by_name) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "plain.gz", bytes("plain"));
  write_file_atomically(folder / "packed", deflate_gzip(bytes("packed")));
  EXPECT_EQ(read_file_inflated(folder / "plain.gz"), bytes("plain"));
  EXPECT_EQ(read_file_inflated(folder / "packed"), bytes("packed"));
  EXPECT_EQ(read_file(folder / "packed"), deflate_gzip(bytes("packed")));
}

TEST(WriteFile, puts_parts_one_after_the_other) {
  const TemporaryFolder folder;
  const Bytes one = bytes("one"), none, two = bytes("two");
  write_file_atomically(folder / "a", std::vector<ByteView>{one, none, two});
  EXPECT_EQ(read_file(folder / "a"), bytes("onetwo"));
  EXPECT_EQ(folder.files(), 1u);
}

TEST(WriteFile, gives_a_new_file_the_usual_permissions_and_keeps_those_of_an_old_one) {
  const TemporaryFolder folder;
  const mode_t mask = ::umask(022);
  write_file_atomically(folder / "a", bytes("new"));
  ::umask(mask);
  EXPECT_EQ(permissions(folder / "a"), 0644u);
  ASSERT_EQ(::chmod((folder / "a").c_str(), 0751), 0);
  write_file_atomically(folder / "a", bytes("newer"));
  EXPECT_EQ(permissions(folder / "a"), 0751u);
}

TEST(WriteFile, follows_symbolic_links_and_leaves_them) {
  const TemporaryFolder folder;
  std::filesystem::create_directory(folder / "inner");
  std::filesystem::create_symlink("inner/target", folder / "link");
  std::filesystem::create_symlink(folder / "link", folder / "link to link");
  for (const char* content : {"first: the target does not exist", "second: it does"}) {
    write_file_atomically(folder / "link to link", bytes(content));
    EXPECT_EQ(read_file(folder / "inner/target"), bytes(content));
    EXPECT_TRUE(std::filesystem::is_symlink(folder / "link"));
    EXPECT_TRUE(std::filesystem::is_symlink(folder / "link to link"));
  }
  std::filesystem::create_symlink("circle", folder / "circle");
  EXPECT_THAT(message_of([&] { write_file_atomically(folder / "circle", Bytes{}); }), HasSubstr("symbolic links"));
}

TEST(WriteFile, writes_devices_directly) {
  write_file_atomically("/dev/null", bytes("nothing"));
  struct stat status {};
  ASSERT_EQ(::stat("/dev/null", &status), 0);
  EXPECT_TRUE(S_ISCHR(status.st_mode));
  EXPECT_THAT(message_of([] { write_file_atomically("/dev/full", bytes("x")); }),
              StartsWith("W441 resource: cannot write /dev/full: No space left on device\n  at /dev/full\n"
                         "  fix: free some space on the disk of /dev"));
}

TEST(WriteFile, names_the_file_and_the_reason) {
  const TemporaryFolder folder;
  EXPECT_THAT(message_of([&] { write_file_atomically(folder / "none/a", Bytes{}); }),
              HasSubstr("W441 resource: cannot write " + folder / "none/a" + ": No such file or directory"));
  EXPECT_THAT(message_of([&] { write_file_atomically(folder.path(), Bytes{}); }), HasSubstr("Is a directory"));
  EXPECT_THAT(message_of([&] { write_file_atomically("", Bytes{}); }), StartsWith("W441"));
  write_file_atomically(folder / "a", Bytes{});
  EXPECT_THAT(message_of([&] { write_file_atomically(folder / "a/b", Bytes{}); }), HasSubstr("Not a directory"));
}

TEST(WriteFile, leaves_the_old_file_and_nothing_else_when_it_fails) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "a", bytes("old"));
  EXPECT_TRUE(holds_in_child([&] {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{5000, 5000};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    return message_of([&] { write_file_atomically(folder / "a", Bytes(10'000)); }).find("File too large") !=
           std::string::npos;
  }));
  EXPECT_EQ(read_file(folder / "a"), bytes("old"));
  EXPECT_EQ(folder.files(), 1u);
}

TEST(WriteFile, respects_a_protected_file_and_a_protected_folder) {
  const TemporaryFolder folder;
  std::filesystem::create_directory(folder / "open");
  write_file_atomically(folder / "open/protected", bytes("old"));
  ::chmod((folder / "open/protected").c_str(), 0444);
  ::chmod((folder / "open").c_str(), 0777);
  ::chmod(folder.path().c_str(), 0555);
  EXPECT_TRUE(holds_in_child([&] {
    constexpr uid_t nobody = 65534;
    if (::geteuid() == 0 && ::seteuid(nobody) != 0) return false;
    for (const std::string& path : {folder / "open/protected", folder / "new"})
      if (message_of([&] { write_file_atomically(path, bytes("new")); }).find("Permission denied") == std::string::npos)
        return false;
    return true;
  }));
  ::chmod(folder.path().c_str(), 0755);
  EXPECT_EQ(read_file(folder / "open/protected"), bytes("old"));
  EXPECT_FALSE(std::filesystem::exists(folder / "new"));
}

/// A file whose bytes all say how many they are, so that a mixture of two shows.
Bytes telling_content(unsigned number) {
  return Bytes(1000 + 997 * size_t{number % 251}, static_cast<unsigned char>(number % 251));
}

TEST(WriteFile, leaves_a_whole_file_when_its_process_is_killed) {
  const TemporaryFolder folder;
  const std::string path = folder / "a";
  write_file_atomically(path, telling_content(0));
  std::set<unsigned char> seen;
  for (int round = 0; round < 40 || (round < 400 && seen.size() <= 3); ++round) {  // more where the machine is busy
    const pid_t child = ::fork();
    if (child == 0)
      for (unsigned number = 1;; ++number) write_file_atomically(path, telling_content(number));
    ::usleep(static_cast<useconds_t>(2000 + 711 * round));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    const Bytes content = read_file(path);
    ASSERT_FALSE(content.empty());
    ASSERT_EQ(content, telling_content(content[0])) << "after round " << round;
    seen.insert(content[0]);
  }
  EXPECT_GT(seen.size(), 3u) << "the children were killed before they wrote";
}

}  // namespace
}  // namespace wengert
