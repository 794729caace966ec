// SPDX-License-Identifier: Apache-2.0
#include "wengert/base/thread_pool.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <stdexcept>
#include <string>

namespace wengert {
namespace {

TEST(ThreadPool, does_every_piece_once) {
  ThreadPool pool;
  for (int threads : {1, 2, 3, 8})
    for (size_t count : {0u, 1u, 2u, 7u, 500u}) {
      std::vector<std::atomic<int>> done(count);
      pool.run(count, threads, [&](size_t index, int) { ++done[index]; });
      for (size_t k = 0; k < count; ++k) EXPECT_EQ(done[k], 1) << k << " of " << count << " by " << threads;
    }
}

TEST(ThreadPool, starts_no_thread_before_it_is_asked_for_two) {
  ThreadPool pool;
  EXPECT_EQ(pool.started(), 0);
  pool.run(100, 1, [](size_t, int) {});
  pool.run(1, 4, [](size_t, int) {});
  EXPECT_EQ(pool.started(), 0);
  pool.run(3, 8, [](size_t, int) {});
  EXPECT_EQ(pool.started(), 2);
}

TEST(ThreadPool, a_worker_does_one_piece_at_a_time) {
  ThreadPool pool;
  std::vector<std::atomic<int>> busy(4);
  std::atomic<int> wrong = 0;
  pool.run(2000, 4, [&](size_t, int worker) {
    if (worker < 0 || worker >= 4 || ++busy[static_cast<size_t>(worker)] != 1) ++wrong;
    --busy[static_cast<size_t>(worker)];
  });
  EXPECT_EQ(wrong, 0);
}

TEST(ThreadPool, what_the_first_piece_to_fail_threw_reaches_the_caller) {
  ThreadPool pool;
  for (int threads : {1, 4})
    for (int k = 0; k < 50; ++k) {
      std::string caught;
      try {
        pool.run(100, threads, [](size_t index, int) {
          if (index % 10 == 7) throw std::runtime_error(std::to_string(index));
        });
      } catch (const std::runtime_error& error) {
        caught = error.what();
      }
      EXPECT_EQ(caught, "7");
    }
}

TEST(ThreadPool, several_callers_share_it_and_tasks_may_ask_it_themselves) {
  ThreadPool pool;
  std::atomic<int> sum = 0;
  std::vector<std::thread> callers;
  for (int c = 0; c < 4; ++c)
    callers.emplace_back([&] {
      for (int k = 0; k < 20; ++k)
        pool.run(8, 3,
                 [&](size_t, int) { pool.run(5, 2, [&](size_t index, int) { sum += static_cast<int>(index); }); });
    });
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(sum, 4 * 20 * 8 * 10);
  EXPECT_LE(pool.started(), 2);
}

TEST(ThreadPool, callers_work_alone_when_it_has_stopped) {
  ThreadPool pool;
  pool.run(10, 3, [](size_t, int) {});
  pool.stop();
  std::atomic<int> done = 0;
  pool.run(10, 3, [&](size_t, int) { ++done; });
  EXPECT_EQ(done, 10);
  EXPECT_EQ(pool.started(), 0);
}

#ifndef WENGERT_SANITIZED
TEST(ThreadPool, a_process_that_is_forked_off_has_one_of_its_own) {
  ThreadPool::shared().run(10, 3, [](size_t, int) {});
  const pid_t child = fork();
  if (child == 0) {
    std::atomic<int> done = 0;
    ThreadPool::shared().run(10, 3, [&](size_t, int) { ++done; });
    _exit(done == 10 && ThreadPool::shared().started() == 2 ? 0 : 1);
  }
  int status = -1;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
}
#endif

}  // namespace
}  // namespace wengert
