// SPDX-License-Identifier: Apache-2.0
//
// Real as a drop-in for double: the same values, comparisons, conversions, limits, hashing and text.
#include "wengert/trace/real.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <map>
#include <numeric>
#include <sstream>
#include <unordered_map>
#include <vector>

#include "wengert/api/gradient.h"

namespace wengert {
namespace {

using testing::HasSubstr;

constexpr double infinity = std::numeric_limits<double>::infinity();
const double not_a_number = std::numeric_limits<double>::quiet_NaN();

static_assert(sizeof(Real) == 16);
static_assert(std::is_trivially_copyable_v<Real>);
static_assert(!std::is_convertible_v<Real, double>);
static_assert(std::is_convertible_v<double, Real> && std::is_convertible_v<int, Real>);

template <class F> std::string message_of(F f) {
  try {
    f();
  } catch (const Error& error) {
    return error.what();
  }
  return "no Error";
}

/// The derivative of f at x, where f's value is checked against the same template on doubles.
template <class F> double slope(F f, double x) {
  const auto [y, slope] = derivative(f, x);
  EXPECT_EQ(y, static_cast<double>(f(x)));
  return slope;
}

TEST(Real, computes_what_double_computes) {
  const auto f = [](auto x) {
    using std::exp, std::sqrt, std::pow, std::abs, std::cos;
    auto y = x;
    y += 2;
    y *= x;
    y -= 0.5 * x;
    y /= 3 + x;
    ++y;
    const auto old = y--;
    return exp(-y) + sqrt(pow(x, 3)) - abs(1 - x) * cos(old) + (+y);
  };
  for (double x : {0.3, 1.7}) {
    const double h = 1e-6, difference = (f(x + h) - f(x - h)) / (2 * h);
    EXPECT_NEAR(slope(f, x), difference, 1e-8);
  }
}

TEST(Real, a_plain_number_is_passive_and_records_nothing) {
  RealRecording recording;
  const Real x = recording.input(3);
  const Real a = 2, b = a * 4 + sin(a);
  EXPECT_TRUE(RealAccess::passive(b));
  EXPECT_EQ(recording.finish({&x, 1}).operations(), 0u);
}

TEST(Real, passive_arithmetic_works_without_a_recording) {
  const Real a = 2;
  EXPECT_EQ(value(a * a + 1), 5);
  EXPECT_EQ(value(max(a, 3)), 3);
  EXPECT_EQ(value(fma(a, a, a)), 6);
  EXPECT_TRUE(a < 3 && a == 2 && !(a != 2) && a >= 2 && a <= 2 && !(a > 2));
}

TEST(Real, comparisons_answer_as_those_of_double_also_for_nan) {
  const auto answers = [](auto a, auto b) { return std::vector<bool>{a<b, a <= b, a> b, a >= b, a == b, a != b}; };
  for (double a : {1.0, 2.0, not_a_number})
    for (double b : {1.0, 2.0, not_a_number}) {
      RealRecording recording;
      EXPECT_EQ(answers(recording.input(a), recording.input(b)), answers(a, b)) << a << " " << b;
      EXPECT_EQ(answers(recording.input(a), b), answers(a, b)) << a << " " << b;
    }
}

TEST(Real, steps_have_the_values_of_cmath_and_no_derivative) {
  for (double x : {-2.5, -2.0, -0.5, -0.2, 0.0, 0.49999999999999994, 0.5, 1.5, 2.7}) {
    EXPECT_EQ(slope(
                  [](auto v) {
                    using std::floor;
                    return floor(v);
                  },
                  x),
              0);
    EXPECT_EQ(slope(
                  [](auto v) {
                    using std::ceil;
                    return ceil(v);
                  },
                  x),
              0);
    EXPECT_EQ(slope(
                  [](auto v) {
                    using std::trunc;
                    return trunc(v);
                  },
                  x),
              0);
    EXPECT_EQ(slope(
                  [](auto v) {
                    using std::round;
                    return round(v);
                  },
                  x),
              0);
  }
  EXPECT_EQ(value(sign(Real(-3))), -1);
}

TEST(Real, extremes_pass_over_a_nan_only_as_fmax_and_fmin) {
  EXPECT_EQ(value(fmax(Real(not_a_number), 2)), 2);
  EXPECT_EQ(value(fmin(1, Real(not_a_number))), 1);
  EXPECT_TRUE(std::isnan(value(max(Real(not_a_number), 2))));
  EXPECT_EQ(slope(
                [](auto x) {
                  using std::fdim;
                  return fdim(x, 1.0);
                },
                3),
            1);
  EXPECT_EQ(slope(
                [](auto x) {
                  using std::fdim;
                  return fdim(x, 1.0);
                },
                0.5),
            0);
  EXPECT_EQ(slope(
                [](auto x) {
                  using std::copysign;
                  return copysign(x, -1.0);
                },
                0.5),
            -1);
}

TEST(Real, classification_is_that_of_the_value) {
  for (double x : {1.0, 0.0, infinity, -infinity, not_a_number, 1e-310}) {
    RealRecording recording;
    const Real r = recording.input(x);
    EXPECT_EQ(isnan(r), std::isnan(x));
    EXPECT_EQ(isinf(r), std::isinf(x));
    EXPECT_EQ(isfinite(r), std::isfinite(x));
    EXPECT_EQ(isnormal(r), std::isnormal(x));
    EXPECT_EQ(signbit(r), std::signbit(x) && !std::isnan(x));
  }
}

TEST(Real, converts_explicitly_only) {
  RealRecording recording;
  const Real x = recording.input(2.75);
  EXPECT_EQ(static_cast<double>(x), 2.75);
  EXPECT_EQ(static_cast<int>(x), 2);
  EXPECT_TRUE(static_cast<bool>(x));
  EXPECT_EQ(value(x), 2.75);
}

TEST(Real, limits_are_those_of_double) {
  using Limits = std::numeric_limits<Real>;
  EXPECT_TRUE(Limits::is_specialized && Limits::has_infinity && !Limits::is_integer);
  EXPECT_EQ(Limits::digits, 53);
  EXPECT_EQ(value(Limits::epsilon()), 0x1p-52);
  EXPECT_EQ(value(Limits::max()), std::numeric_limits<double>::max());
  EXPECT_EQ(value(Limits::infinity()), infinity);
  EXPECT_TRUE(isnan(Limits::quiet_NaN()));
}

TEST(Real, reads_and_writes_text_as_double_does) {
  std::istringstream in("2.5 x");
  Real x;
  in >> x;
  std::ostringstream out;
  out.precision(3);
  out << x * 2 << " " << Real(1) / 3;
  EXPECT_EQ(out.str(), "5 0.333");
  in >> x;
  EXPECT_TRUE(in.fail());
}

TEST(Real, lives_in_containers_and_algorithms) {
  const auto f = [](std::vector<Real>& x) {
    std::sort(x.begin(), x.end());
    std::map<Real, int> order{{x[0], 0}, {x[1], 1}};
    std::unordered_map<Real, int> places{{x[2], 7}};
    EXPECT_EQ(places.at(x[2]), 7);
    return std::inner_product(x.begin(), x.end(), x.begin(), Real(0)) +
           std::max(x[0], x[1]) * std::accumulate(x.begin(), x.end(), Real(0));
  };
  const auto [y, g] = gradient(f, {3, 1, 2});  // 14 + 2 * 6; sorted: 1 2 3
  EXPECT_EQ(y, 26);
  EXPECT_THAT(g, testing::ElementsAre(2 * 3 + 2, 2 * 1 + 2, 2 * 2 + 2 + 6));
}

TEST(Real, works_inside_std_complex) {
  const auto f = [](auto x, auto y) {
    using T = decltype(x);
    using std::real, std::imag;
    const std::complex<T> z(x, y), w = z * z + T(2) / z - z;
    const std::complex<T> v = exp(w) + log(z) + sqrt(z) * std::polar(x, y) + conj(w) / w + pow(z, 3);
    return abs(v) + arg(w) + norm(z) + real(v) * imag(w);
  };
  const auto [y, g] = gradient([&](Real a, Real b) { return f(a, b); }, {0.6, 0.4});
  EXPECT_NEAR(y, f(0.6, 0.4), 1e-13);
  const double h = 1e-6;
  EXPECT_NEAR(g[0], (f(0.6 + h, 0.4) - f(0.6 - h, 0.4)) / (2 * h), 1e-7);
  EXPECT_NEAR(g[1], (f(0.6, 0.4 + h) - f(0.6, 0.4 - h)) / (2 * h), 1e-7);
}

TEST(Real, stop_gradient_keeps_the_value_and_drops_the_derivative) {
  const auto [y, dy] = derivative([](Real x) { return x * stop_gradient(x); }, 3);
  EXPECT_EQ(y, 9);
  EXPECT_EQ(dy, 3);
}

/// The inline operators of real.h against the records, bit by bit.
TEST(Real, operators_have_the_values_of_their_records) {
  for (double a : {0.1, -3.7, 1e200})
    for (double b : {0.3, -1e-7, 2e150}) {
      const double x[] = {a, b};
      EXPECT_EQ(value(Real(a) + b), add_p.value(x));
      EXPECT_EQ(value(Real(a) - b), sub_p.value(x));
      EXPECT_EQ(value(Real(a) * b), mul_p.value(x));
      EXPECT_EQ(value(Real(a) / b), div_p.value(x));
      EXPECT_EQ(value(-Real(a)), neg_p.value(x));
    }
}

TEST(Real, W103_of_another_recording) {
  Real stray;
  {
    RealRecording recording("encoder");
    stray = recording.input(2.5);
  }
  RealRecording recording("decoder");
  const Real x = recording.input(1);
  EXPECT_THAT(
      message_of([&] { (void)(x * stray); }),
      HasSubstr("W103 usage: a Real of value 2.5 was used while recording \"decoder\"; it belongs to a recording"));
  EXPECT_THAT(message_of([&] { (void)(x * stray); }), HasSubstr("at mul of 1 and 2.5\n  fix: pass it as an input"));
  EXPECT_THAT(message_of([&] { (void)sin(stray); }), HasSubstr("W103"));
  EXPECT_THAT(message_of([&] { (void)(2 * stray); }), HasSubstr("W103"));
  EXPECT_THAT(message_of([&] { (void)fma(x, stray, 1); }), HasSubstr("W103"));
  EXPECT_THAT(message_of([&] { (void)(x < stray); }), HasSubstr("W103"));
  EXPECT_THAT(message_of([&] { recording.finish({&stray, 1}); }), HasSubstr("W103"));
}

TEST(Real, W103_of_a_finished_recording) {
  RealRecording recording;
  const Real x = recording.input(2);
  recording.finish({&x, 1});
  EXPECT_THAT(message_of([&] { (void)(x + 1); }),
              HasSubstr("W103 usage: a Real of value 2 was used while nothing is being recorded"));
  EXPECT_EQ(value(x), 2) << "reading a result is no error";
}

TEST(Real, W103_of_an_outer_recording) {
  const auto nested = [](Real x) { return Real(derivative([x](Real y) { return x * y; }, 1).derivative); };
  EXPECT_THAT(message_of([&] { derivative(nested, 2); }), HasSubstr("W103"));
}

}  // namespace
}  // namespace wengert
