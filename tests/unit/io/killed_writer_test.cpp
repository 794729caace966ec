// SPDX-License-Identifier: Apache-2.0
//
// A process that dies between any two system calls of a replacement, or in the midst of one, leaves the old file or the
// new one. The kernel ends it at a given place: at entry to a system call (seccomp), or where a file gets longer than
// it may be (RLIMIT_FSIZE).
#include <csignal>
#include <cstddef>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "files.h"

namespace wengert {
namespace {

/// The signal that ended a process that ran `f`; 0 if it ended by itself, -1 if with another exit code than 0.
int signal_of(const std::function<void()>& f) {
  const pid_t child = ::fork();
  if (child == 0) {
    f();
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  if (WIFSIGNALED(status)) return WTERMSIG(status);
  return WEXITSTATUS(status) == 0 ? 0 : -1;
}

/// From now on the system call `number` ends this process before it does anything. False where the kernel cannot.
bool die_at(long number) {
  sock_filter program[] = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<unsigned>(offsetof(seccomp_data, nr))),
                           BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<unsigned>(number), 0, 1),
                           BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
                           BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
  const sock_fprog filter{std::size(program), program};
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

std::vector<std::pair<const char*, long>> calls_of_a_replacement() {
  std::vector<std::pair<const char*, long>> calls{
      {"openat", SYS_openat}, {"write", SYS_write}, {"fchown", SYS_fchown},       {"fchmod", SYS_fchmod},
      {"fsync", SYS_fsync},   {"close", SYS_close}, {"renameat2", SYS_renameat2}, {"renameat", SYS_renameat}};
#ifdef SYS_rename
  calls.emplace_back("rename", SYS_rename);
#endif
  return calls;
}

TEST(KilledWriter, leaves_the_old_file_whichever_system_call_it_dies_at) {
  const TemporaryFolder folder;
  const std::string path = folder / "a";
  const Bytes before(3000, 'o'), after(5000, 'n');
  int deaths = 0;
  for (const auto& [name, number] : calls_of_a_replacement()) {
    write_file_atomically(path, before);
    const long call = number;
    const int signal = signal_of([&] {
      if (!die_at(call)) ::_exit(0);
      write_file_atomically(path, after);
    });
    EXPECT_TRUE(signal == SIGSYS || signal == 0) << name << " " << signal;
    const Bytes now = read_file(path);
    EXPECT_TRUE(signal == SIGSYS ? now == before : now == before || now == after) << name;
    deaths += signal == SIGSYS;
  }
  if (deaths == 0) GTEST_SKIP() << "this system lets no process choose the call that it dies at";
  EXPECT_GE(deaths, 5) << "opening, writing, syncing, closing and renaming are calls";
}

TEST(KilledWriter, leaves_the_new_file_if_it_dies_when_the_name_is_there) {
  const TemporaryFolder folder;
  const std::string path = folder / "a";
  write_file_atomically(path, Bytes(3000, 'o'));
  EXPECT_EQ(signal_of([&] {
              write_file_atomically(path, Bytes(5000, 'n'));
              ::kill(::getpid(), SIGKILL);
            }),
            SIGKILL);
  EXPECT_EQ(read_file(path), Bytes(5000, 'n'));
}

TEST(KilledWriter, leaves_the_old_file_whichever_byte_it_dies_at) {
  const TemporaryFolder folder;
  const std::string path = folder / "a";
  const Bytes before(3000, 'o'), head(1000, 'n'), tail(1000, 'm');
  write_file_atomically(path, before);
  for (rlim_t most = 0; most < 2000; most += 40) {
    const int signal = signal_of([&] {
      ::signal(SIGXFSZ, SIG_DFL);
      const rlimit none{0, 0}, limit{most, most};
      ::setrlimit(RLIMIT_CORE, &none);
      ::setrlimit(RLIMIT_FSIZE, &limit);
      const ByteView parts[] = {head, tail};
      write_file_atomically(path, parts);
    });
    EXPECT_EQ(signal, SIGXFSZ) << most;
    ASSERT_EQ(read_file(path), before) << most;
  }
}

}  // namespace
}  // namespace wengert
