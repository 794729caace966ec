// SPDX-License-Identifier: Apache-2.0
//
// Every candidate for matrix products against sums in f64 from the left: extents from 0, transposes, dtypes, batches,
// rows with gaps, adding to C, NaN and infinity; and what choose_matmul promises of bits, threads and libraries.
#include "wengert/exec/matmul.h"

#include <dlfcn.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <thread>

#include "wengert/base/error.h"
#include "wengert/base/random.h"
#include "wengert/exec/matmul_own.h"

namespace wengert {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();

std::string name_of(const MatmulShape& s) {
  std::ostringstream text;
  text << to_string(s.dtype) << " " << s.count << " x " << s.m << "," << s.k << "," << s.n
       << (s.transpose_a ? " T" : " -") << (s.transpose_b ? "T" : "-") << (s.accumulate ? " added" : "");
  return text.str();
}

/// Operands of a shape (numbers of one kind, with `dense` resolved), and what is expected of C.
template <class T> struct Case {
  MatmulShape s;
  std::vector<T> a, b, c;

  explicit Case(const MatmulShape& shape, uint64_t key = 1) : s(matmul_candidates()[0].kernel(shape).shape) {
    Random random(key);
    const auto fill = [&](std::vector<T>& x, int64_t next, int64_t rows, int64_t row) {
      x.resize(static_cast<size_t>((s.count - 1) * next + rows * row + 1));
      for (T& value : x) value = static_cast<T>(random.uniform(-1, 1));
    };
    fill(a, s.next_a, s.transpose_a ? s.k : s.m, s.row_a);
    fill(b, s.next_b, s.transpose_b ? s.n : s.k, s.row_b);
    fill(c, s.next_c, s.m, s.row_c);
  }

  T left(int64_t q, int64_t i, int64_t p) const {
    return a[static_cast<size_t>(q * s.next_a + (s.transpose_a ? p * s.row_a + i : i * s.row_a + p))];
  }
  const T* right(int64_t q, int64_t p) const { return b.data() + q * s.next_b + (s.transpose_b ? p : p * s.row_b); }

  /// C as the reference has it, what lies between its rows untouched.
  std::vector<double> expected() const {
    std::vector<double> y(c.begin(), c.end());
    const int64_t step = s.transpose_b ? s.row_b : 1;
    for (int64_t q = 0; q < s.count; ++q)
      for (int64_t i = 0; i < s.m; ++i) {
        double* const row = y.data() + q * s.next_c + i * s.row_c;
        if (!s.accumulate) std::fill_n(row, s.n, 0.0);
        for (int64_t p = 0; p < s.k; ++p) {
          const double factor = left(q, i, p);
          const T* b_j = right(q, p);
          for (int64_t j = 0; j < s.n; ++j, b_j += step) row[j] += factor * static_cast<double>(*b_j);
        }
      }
    return y;
  }

  std::vector<T> run(const MatmulKernel& kernel) const {
    std::vector<T> y = c;
    kernel(a.data(), b.data(), y.data());
    return y;
  }
};

/// Both as numbers, or both NaN, to the rounding of k terms; the very bits if `exact`.
template <class T>
testing::AssertionResult agrees(const Case<T>& x, const MatmulKernel& kernel, bool exact,
                                const std::vector<double>& expected) {
  const auto y = x.run(kernel);
  const double epsilon = std::numeric_limits<T>::epsilon() * (exact ? 0.0 : 4.0 * static_cast<double>(x.s.k + 1));
  for (size_t i = 0; i < y.size(); ++i) {
    const auto found = static_cast<double>(y[i]), wanted = static_cast<double>(static_cast<T>(expected[i]));
    const bool same = found == wanted || (std::isnan(found) && std::isnan(wanted));
    if (!same && !(std::abs(found - wanted) <= epsilon * (1 + std::abs(wanted))))
      return testing::AssertionFailure() << name_of(x.s) << ": element " << i << " is " << found << ", expected "
                                         << wanted;
  }
  return testing::AssertionSuccess();
}

template <class T> void check_candidates(const Case<T>& x) {
  const auto expected = x.expected();
  for (const auto& candidate : matmul_candidates()) {
    const bool exact = candidate.name.find("exact") != candidate.name.npos && !x.s.accumulate;
    const auto kernel = candidate.kernel(x.s);
    if (!kernel) continue;
    ASSERT_TRUE(agrees(x, kernel, exact, expected)) << candidate.name;
  }
  const bool exact = x.s.multiplications() <= exact_multiplications && !x.s.accumulate;
  ASSERT_TRUE(agrees(x, choose_matmul(x.s), exact, expected)) << "chosen";
}

/// For both dtypes and all four transposes.
template <class F> void for_each_kind(MatmulShape s, F f) {
  for (const bool a : {false, true})
    for (const bool b : {false, true}) {
      s.transpose_a = a;
      s.transpose_b = b;
      s.dtype = DType::f64;
      f(Case<double>(s));
      s.dtype = DType::f32;
      f(Case<float>(s));
    }
}

const auto check = [](const auto& x) { check_candidates(x); };

TEST(Matmul, of_every_small_extent_agrees_with_the_reference) {
  for (const int64_t m : {0, 1, 2, 3, 5, 9})
    for (const int64_t k : {0, 1, 2, 7, 8, 19})
      for (const int64_t n : {0, 1, 2, 3, 4, 7, 8, 13, 25, 33, 70})
        for (const bool accumulate : {false, true})
          for_each_kind({.m = m, .n = n, .k = k, .accumulate = accumulate}, check);
}

// Larger than the stretches of k, the blocks of rows, and what is read without a panel.
TEST(Matmul, of_more_than_a_block_agrees_with_the_reference) {
  for (const auto& [m, k, n] :
       {std::array{1, 700, 130}, {150, 450, 1}, {3, 500, 31}, {160, 230, 31}, {26, 33, 600}, {300, 5, 100}})
    for_each_kind({.m = m, .n = n, .k = k}, check);
  for_each_kind({.m = 31, .n = 41, .k = 500, .accumulate = true}, check);
}

TEST(Matmul, where_the_library_is_better_agrees_with_the_reference) {
  for_each_kind({.m = 4, .n = 1600, .k = 1000}, check);
}

TEST(Matmul, of_a_batch_agrees_with_the_reference) {
  for (const int64_t count : {0, 1, 3})
    for (const auto& [m, k, n] : {std::array{4, 3, 5}, {1, 20, 30}, {30, 20, 1}, {20, 11, 29}})
      for_each_kind({.m = m, .n = n, .k = k, .count = count}, check);
}

TEST(Matmul, may_take_one_operand_for_all_of_a_batch) {
  for_each_kind({.m = 9, .n = 17, .k = 12, .count = 4, .next_b = 0}, check);
  for_each_kind({.m = 9, .n = 17, .k = 12, .count = 4, .next_a = 0}, check);
}

TEST(Matmul, leaves_what_lies_between_rows_alone) {
  for (const auto& [m, k, n] : {std::array{4, 3, 5}, {1, 20, 30}, {30, 20, 1}, {20, 11, 29}, {50, 90, 40}})
    for_each_kind({.m = m, .n = n, .k = k, .row_a = 101, .row_b = 102, .row_c = 103, .count = 2, .next_c = 5300},
                  check);
}

// The order in which B is read does not change a sum: where both are our own kernels, not a bit differs.
template <class T> void check_packed(const Case<T>& x) {
  const PackedMatmul packed = choose_packed_matmul(x.s);
  if (!packed && avx2_matmul() == nullptr) return;  // without AVX2 the library is better
  ASSERT_TRUE(packed) << name_of(x.s);
  const auto own = matmul_candidates()[0].kernel(x.s);
  std::vector<T> panels(static_cast<size_t>(packed.elements()), static_cast<T>(nan)), y = x.c;
  packed.pack(x.b.data(), panels.data());
  packed(x.a.data(), panels.data(), y.data());
  EXPECT_EQ(y, x.run(own)) << name_of(x.s);
  ASSERT_TRUE(agrees(x, choose_matmul(x.s), false, x.expected())) << "chosen";
}

TEST(Matmul, of_an_operand_that_is_packed_once_has_the_same_bits) {
  for (const auto& [m, k, n] : {std::array{5, 300, 77}, {64, 230, 100}, {150, 225, 128}, {33, 500, 41}})
    for_each_kind({.m = m, .n = n, .k = k}, [](const auto& x) { check_packed(x); });
  for_each_kind({.m = 7, .n = 90, .k = 240, .accumulate = true}, [](const auto& x) { check_packed(x); });
  for_each_kind({.m = 8, .n = 70, .k = 260, .row_a = 301, .row_b = 302, .row_c = 103}, [](const auto& x) { check_packed(x); });
}

TEST(Matmul, packs_no_operand_that_is_read_where_it_lies) {
  EXPECT_FALSE(choose_packed_matmul({.m = 64, .n = 10, .k = 20}));
  EXPECT_FALSE(choose_packed_matmul({.m = 2, .n = 500, .k = 500}));
  EXPECT_FALSE(choose_packed_matmul({.m = 64, .n = 500, .k = 500, .count = 3}));
  EXPECT_FALSE(choose_packed_matmul({.m = 4, .n = 300, .k = 200, .transpose_b = true}));
}

TEST(Matmul, does_not_read_what_it_overwrites) {
  for (const auto& [m, k, n] : {std::array{4, 3, 5}, {1, 20, 30}, {30, 20, 1}, {4, 0, 3}, {33, 270, 29}})
    for_each_kind({.m = m, .n = n, .k = k}, [](auto x) {
      std::fill(x.c.begin(), x.c.end(), nan);
      check_candidates(x);
    });
}

// 0 times infinity is NaN: no candidate may pass over zeros.
TEST(Matmul, hands_nan_and_infinity_on) {
  for (const auto& [m, k, n] : {std::array{2, 2, 3}, {1, 20, 30}, {30, 20, 1}, {33, 27, 29}, {3, 40, 11}})
    for (const double special : {nan, infinity})
      for_each_kind({.m = m, .n = n, .k = k}, [special](auto x) {
        for (size_t i = 0; i < x.a.size(); i += 3) x.a[i] = 0;
        x.b[x.b.size() / 2] = static_cast<typename decltype(x.b)::value_type>(special);
        check_candidates(x);
        std::swap(x.a[x.a.size() / 3], x.b[x.b.size() / 2]);
        check_candidates(x);
      });
}

TEST(Matmul, gives_equal_rows_for_equal_rows) {
  for (const auto& [m, k, n] : {std::array{3, 4, 5}, {33, 27, 29}, {5, 300, 11}, {90, 300, 100}})
    for (const bool transpose_b : {false, true}) {
      Case<double> x({.m = m, .n = n, .k = k, .transpose_b = transpose_b});
      for (size_t i = static_cast<size_t>(k); i < static_cast<size_t>(m * k); ++i)
        x.a[i] = x.a[i - static_cast<size_t>(k)];
      const auto y = x.run(choose_matmul(x.s));
      for (size_t i = static_cast<size_t>(n); i < static_cast<size_t>(m * n); ++i)
        ASSERT_EQ(y[i], y[i - static_cast<size_t>(n)]);
    }
}

TEST(Matmul, gives_the_same_bits_in_every_thread) {
  for (const auto& [m, k, n] : {std::array{4, 2, 2}, {33, 270, 129}, {200, 500, 600}}) {
    const Case<double> x({.m = m, .n = n, .k = k});
    const MatmulKernel kernel = choose_matmul(x.s);
    const auto expected = x.run(kernel);
    std::vector<std::vector<double>> found(4);
    std::vector<std::thread> threads;
    for (auto& y : found) threads.emplace_back([&] { y = x.run(kernel); });
    for (auto& thread : threads) thread.join();
    for (const auto& y : found) EXPECT_EQ(y, expected);
  }
}

TEST(Matmul, refuses_what_is_no_product_of_floats) {
  using testing::HasSubstr;
  const auto message = [](const MatmulShape& s) -> std::string {
    try {
      choose_matmul(s);
    } catch (const InternalError& error) {
      return error.what();
    }
    return "no error";
  };
  EXPECT_THAT(message({.dtype = DType::i64, .m = 2, .n = 2, .k = 2}),
              HasSubstr("W930 internal: a matrix product of i64"));
  EXPECT_THAT(message({.m = 2, .n = 2, .k = -2}), HasSubstr("[2, -2] x [-2, 2]"));
  EXPECT_THAT(message({.m = 2, .n = 2, .k = 3, .row_a = 2}), HasSubstr("rows 2 2 2 elements apart"));
  EXPECT_THAT(message({.m = 2, .n = 3, .k = 2, .count = 2, .next_c = 5}), HasSubstr("W930"));
}

/// Whether OpenBLAS is in this process.
bool openblas_loaded() { return dlopen("libopenblas.so.0", RTLD_NOW | RTLD_NOLOAD) != nullptr; }

/// Runs `body` in a process of its own, where no library was loaded yet.
template <class F> void in_new_process(F body) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        body();
        std::exit(testing::Test::HasFailure() ? 1 : 0);
      },
      testing::ExitedWithCode(0), "");
}

TEST(MatmulLibraryDeathTest, is_loaded_for_the_first_large_product_only) {
  in_new_process([] {
    unsetenv("WENGERT_BLAS");
    choose_matmul({.m = 4, .n = 2, .k = 2});
    choose_matmul({.m = 1, .n = 1000, .k = 1000});
    EXPECT_FALSE(openblas_loaded());
    choose_matmul({.m = 1000, .n = 1000, .k = 1000});
    EXPECT_TRUE(openblas_loaded()) << "is libopenblas.so.0 here?";
  });
}

TEST(MatmulLibraryDeathTest, may_be_missing) {
  in_new_process([] {
    setenv("WENGERT_BLAS", "none", 1);
    const Case<double> x({.m = 4, .n = 1600, .k = 1000});
    EXPECT_TRUE(agrees(x, choose_matmul(x.s), false, x.expected()));
    EXPECT_FALSE(matmul_candidates().back().kernel(x.s));
    EXPECT_FALSE(openblas_loaded());
  });
}

}  // namespace
}  // namespace wengert
