// SPDX-License-Identifier: Apache-2.0
//
// The list of a recording: entries, guards, constants, growth, limits, nesting.
#include "wengert/trace/real_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "wengert/exec/sweep.h"
#include "wengert/trace/growing_array.h"
#include "wengert/trace/record.h"

namespace wengert {
namespace {

using testing::HasSubstr;

template <class F> std::string message_of(F f) {
  try {
    f();
  } catch (const Error& error) {
    return error.what();
  }
  return "no Error";
}

TEST(RealList, has_one_entry_an_operation_and_18_bytes_each) {
  const size_t n = 1'000'000;
  const RealList list = record_list(
      [&](std::vector<Real>& x) {
        Real y = x[0];
        for (size_t k = 0; k < n; ++k) y = y * x[1];
        return y;
      },
      std::vector<double>{1, 1});
  EXPECT_EQ(list.operations(), n);
  EXPECT_LE(list.entries(), n + n / 1000 + 10);
  EXPECT_LE(list.bytes(), 2 * 18 * n + 18 * 4096) << "growth by doubling leaves at most as much free";
}

TEST(RealList, takes_26_bytes_where_the_partial_is_kept) {
  const size_t n = 1'000'000;
  free_recording_memory();
  const RealList list = record_list(
      [&](std::vector<Real>& x) {
        Real y = x[0];
        for (size_t k = 0; k < n; ++k) y = sin(y);
        return y;
      },
      std::vector<double>{1});
  EXPECT_EQ(list.operations(), n);
  EXPECT_LE(list.bytes(), 2 * 26 * n + 26 * 4096) << "growth by doubling leaves at most as much free";
}

TEST(RealList, keeps_equal_constants_once) {
  const RealList list = record_list(
      [](std::vector<Real>& x) {
        Real y = x[0];
        for (int k = 0; k < 1000; ++k) y = y * 0.5 + 3.0;
        return y;
      },
      std::vector<double>{1});
  EXPECT_EQ(list.operations(), 2000u);
  EXPECT_LE(list.constants().size(), 3u) << "0 is always there";
}

TEST(RealList, three_operands_take_two_entries_anywhere_in_a_segment) {
  for (size_t shift = 0; shift < 4; ++shift) {
    RealList list = record_list(
        [&](std::vector<Real>& x) {
          Real y = x[0];
          for (size_t k = 0; k < shift; ++k) y = y + 1;
          for (int k = 0; k < 3000; ++k) y = fma(y, x[1], x[2]);
          return y;
        },
        std::vector<double>{1, 1, 2});
    EXPECT_EQ(list.operations(), 3000 + shift);
    EXPECT_EQ(list.outputs()[0].value, 6001.0 + static_cast<double>(shift));
    double x_bar[3];
    const double one = 1;
    reverse_sweep(list, {&one, 1}, x_bar);
    EXPECT_EQ(x_bar[0], 1);
    EXPECT_EQ(x_bar[2], 3000);
    replay(list, std::vector<double>{2, 1, 0});
    EXPECT_EQ(list.outputs()[0].value, 2.0 + static_cast<double>(shift));
  }
}

TEST(RealList, comparisons_of_active_values_are_guards_with_their_line) {
  int line = 0;
  const RealList list = record_list(
      [&](std::vector<Real>& x) {
        line = __LINE__ + 1;
        if (x[0] < 2) return x[0];
        return Real(2) > 1 ? x[1] : x[0];
      },
      std::vector<double>{3, 4});
  ASSERT_EQ(list.guards().size(), 1u);
  EXPECT_FALSE(list.guards()[0].outcome);
  EXPECT_EQ(list.guards()[0].site.line, line);
  EXPECT_THAT(to_string(list.guards()[0].site), HasSubstr("real_list_test.cpp:"));
}

TEST(RealList, sections_name_the_line_of_what_they_enclose) {
  int line = 0;
  const RealList list = record_list(
      [&](std::vector<Real>& x) {
        const Real a = x[0] * x[0];
        line = __LINE__ + 1;
        const RealSection section;
        return a + x[1];
      },
      std::vector<double>{3, 4});
  const uint32_t sum = list.outputs()[0].slot;
  EXPECT_EQ(list.site(sum).line, line);
  EXPECT_FALSE(list.site(sum - 1));
  EXPECT_THAT(list.where(sum), HasSubstr("= add %"));
  EXPECT_THAT(list.where(sum), HasSubstr("in recording \"f\""));
}

TEST(RealList, nested_recordings_shade_outer_ones) {
  RealRecording outer("outer");
  const Real x = outer.input(2);
  Real y = x * x;
  {
    RealRecording inner("inner");
    const Real u = inner.input(5);
    const Real v = u * u;
    EXPECT_EQ(inner.finish({&v, 1}).operations(), 1u);
  }
  y = y * x;
  EXPECT_EQ(outer.finish({&y, 1}).operations(), 2u);
}

TEST(RealList, an_exception_closes_the_recording) {
  const auto thrower = [](std::vector<Real>& x) -> Real { throw std::runtime_error(x.empty() ? "" : "mine"); };
  EXPECT_THROW(record_list(thrower, std::vector<double>{1}), std::runtime_error);
  EXPECT_EQ(record_list([](std::vector<Real>& x) { return x[0] + 1; }, std::vector<double>{1}).operations(), 1u);
}

TEST(RealList, an_error_caught_inside_leaves_the_recording_usable) {
  Real dead;
  record_list([&](std::vector<Real>& x) { return dead = x[0] * 2; }, std::vector<double>{1});
  const RealList list = record_list(
      [&](std::vector<Real>& x) {
        EXPECT_THAT(message_of([&] { x[0] = x[0] * dead; }), HasSubstr("W103"));
        EXPECT_THAT(message_of([&] { x[0] = dead + 1; }), HasSubstr("W103"));
        return x[0] * 3 + 1;
      },
      std::vector<double>{5});
  EXPECT_EQ(list.outputs()[0].value, 16);
  EXPECT_EQ(list.operations(), 2u);
}

TEST(RealList, memory_is_kept_for_the_next_recording_and_given_back_on_demand) {
  const auto f = [](std::vector<Real>& x) {
    for (int k = 0; k < 100'000; ++k) x[0] = x[0] + x[1];
    return x[0];
  };
  const double* first = record_list(f, std::vector<double>{1, 2}).values();
  EXPECT_EQ(record_list(f, std::vector<double>{1, 2}).values(), first);
  free_recording_memory();
  EXPECT_EQ(record_list(f, std::vector<double>{1, 2}).outputs()[0].value, 200'001);
}

TEST(RealList, threads_record_side_by_side) {
  std::vector<double> results(4);
  std::vector<std::thread> threads;
  for (size_t t = 0; t < results.size(); ++t)
    threads.emplace_back([&, t] {
      results[t] = record_list(
                       [](std::vector<Real>& x) {
                         Real y = x[0];
                         for (int k = 0; k < 10'000; ++k) y = y + x[0];
                         return y;
                       },
                       std::vector<double>{static_cast<double>(t)})
                       .outputs()[0]
                       .value;
    });
  for (auto& thread : threads) thread.join();
  EXPECT_THAT(results, testing::ElementsAre(0, 10'001, 20'002, 30'003));
}

TEST(RealList, W408_the_limit_of_operations) {
  const auto endless = [](std::vector<Real>& x) {
    for (;;) x[0] = x[0] + 1;
    return x[0];
  };
  EXPECT_THAT(
      message_of([&] { record_list(endless, std::vector<double>{1}, "loop", 10'000); }),
      HasSubstr("W408 resource: recording \"loop\" has reached its limit of 10000 operations\n  fix: raise the limit"));
}

TEST(RealList, W401_no_memory_for_more) {
  EXPECT_THAT(message_of([] { detail::GrowingArray(0).resize(size_t{1} << 60); }),
              HasSubstr("W401 resource: no memory for"));
}

TEST(RealList, W150_a_recording_that_is_not_the_innermost) {
  RealRecording outer("outer");
  RealRecording inner("inner");
  EXPECT_THAT(
      message_of([&] { outer.input(1); }),
      HasSubstr(
          "W150 usage: recording \"outer\" cannot take an input: it is not the innermost one open on this thread"));
  EXPECT_THAT(message_of([&] { outer.finish({}); }), HasSubstr("cannot be finished"));
  inner.finish({});
  EXPECT_THAT(message_of([&] { inner.finish({}); }), HasSubstr("it is finished"));
}

}  // namespace
}  // namespace wengert
