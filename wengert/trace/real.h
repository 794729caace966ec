// SPDX-License-Identifier: Apache-2.0
//
// Real: a drop-in for double that records what is computed with it. It carries its value, so comparisons and `if` work;
// each comparison is recorded as a guard with its outcome. A Real made of a plain number is passive: nothing is
// recorded of what depends on passive numbers alone. A Real is a handle of 16 bytes to one value, never to a variable:
// copies, const, auto, x = x * x and x += y mean what they mean for double.
//
// Kinks and edges follow the records (half to each at a tie of max, 0 at the kink of abs, infinity at sqrt of 0).
#pragma once

#include <concepts>
#include <cstddef>
#include <functional>
#include <iosfwd>
#include <limits>
#include <type_traits>

#include "wengert/primitives/activation.h"
#include "wengert/primitives/arithmetic.h"
#include "wengert/primitives/elementary.h"
#include "wengert/primitives/select.h"
#include "wengert/trace/real_list.h"

namespace wengert {

class Real {
 public:
  constexpr Real() = default;  ///< 0, passive
  template <class T>
  requires std::is_arithmetic_v<T>
  constexpr Real(T number) : value_(static_cast<double>(number)) {}

  /// The number leaves the recording, as with value().
  template <std::floating_point T> explicit operator T() const { return static_cast<T>(taken()); }
  /// Truncated; the recording holds only where it truncates to the same integer.
  template <std::integral T>
  requires(!std::same_as<T, bool>) explicit operator T() const { return static_cast<T>(truncated()); }
  /// Not zero; a comparison like any other.
  explicit operator bool() const;

  Real& operator+=(const Real& b);
  Real& operator-=(const Real& b);
  Real& operator*=(const Real& b);
  Real& operator/=(const Real& b);
  Real& operator++() { return *this += 1; }
  Real& operator--() { return *this -= 1; }
  Real operator++(int) {
    const Real old = *this;
    ++*this;
    return old;
  }
  Real operator--(int) {
    const Real old = *this;
    --*this;
    return old;
  }

 private:
  friend struct RealAccess;
  constexpr Real(double value, uint32_t slot, uint32_t generation)
      : value_(value), slot_(slot), generation_(generation) {}
  double taken() const;
  double truncated() const;

  double value_ = 0;
  uint32_t slot_ = 0;
  uint32_t generation_ = 0;  // 0: passive
};

/// A Real with the line it was written on: the type of a comparison's operands, never of a variable.
struct SitedReal {
  Real real;
  Site site;
  SitedReal(const Real& r, Site s = Site::here()) : real(r), site(s) {}
  template <class T>
  requires std::is_arithmetic_v<T> SitedReal(T number, Site s = Site::here()) : real(number), site(s) {}
};

/// How Reals are recorded. Of interest to those who add operations.
struct RealAccess {
  static double value(const Real& x) { return x.value_; }
  static uint32_t slot(const Real& x) { return x.slot_; }
  static bool passive(const Real& x) { return x.generation_ == 0; }

  /// An operation on active operands of the open recording.
  [[gnu::always_inline]] static Real push(uint16_t code, double y, uint32_t a, uint32_t b) {
    make_room();
    return put(code, y, a, b);
  }
  [[gnu::always_inline]] static void make_room() {
    if (detail::real_cursor.next >= detail::real_cursor.end) [[unlikely]]
      if (!next_segment()) raise();
  }
  [[gnu::always_inline]] static Real put(uint16_t code, double y, uint32_t a, uint32_t b) {
    detail::RealCursor& c = detail::real_cursor;
    const size_t i = c.next++;
    c.code[i] = code;
    c.operands[i] = {a, b};
    c.value[i] = y;
    return {y, static_cast<uint32_t>(i), c.generation};
  }
  [[gnu::always_inline]] static Real unary(const Primitive& p, double y, const Real& a) {
    if (a.generation_ == detail::real_cursor.generation) [[likely]]
      return push(scalar_code(p.id, 1), y, a.slot_, 0);
    return a.generation_ == 0 ? Real(y) : foreign(p, a, a);
  }
  [[gnu::always_inline]] static Real binary(const Primitive& p, double y, const Real& a, const Real& b) {
    const uint32_t generation = detail::real_cursor.generation;
    if (a.generation_ == generation && b.generation_ == generation) [[likely]]
      return push(scalar_code(p.id, 3), y, a.slot_, b.slot_);
    if ((a.generation_ | b.generation_) == 0) return Real(y);
    const Real mix = mixed(p, y, a, b);
    if (mix.generation_ == 0) [[unlikely]]
      raise();
    return mix;
  }
  [[gnu::always_inline]] static Real binary(const Primitive& p, double y, const Real& a, double b) {
    if (a.generation_ == detail::real_cursor.generation) [[likely]]
      return push(scalar_code(p.id, 1), y, a.slot_, constant(b));
    return a.generation_ == 0 ? Real(y) : foreign(p, a, b);
  }
  [[gnu::always_inline]] static Real binary(const Primitive& p, double y, double a, const Real& b) {
    if (b.generation_ == detail::real_cursor.generation) [[likely]]
      return push(scalar_code(p.id, 2), y, constant(a), b.slot_);
    return b.generation_ == 0 ? Real(y) : foreign(p, a, b);
  }
  static Real ternary(const Primitive& p, double y, const Real& a, const Real& b, const Real& c);

  /// The record's own value, recorded.
  static Real apply(const Elementwise<1>& p, Real a);
  static Real apply(const Elementwise<2>& p, Real a, Real b);
  static Real apply(const Elementwise<3>& p, const Real& a, const Real& b, const Real& c);

  static bool compare(RealComparison how, bool outcome, const SitedReal& a, const SitedReal& b) {
    if ((a.real.generation_ | b.real.generation_) != 0) guard(how, outcome, a.real, b.real, a.site, false);
    return outcome;
  }
  static void guard(RealComparison how, bool outcome, const Real& a, const Real& b, Site site, bool pinned);
  static double take(const Real& x, Site site);
  static RealOutput output(const Real& x);  ///< throws : UsageError W103

 private:
  // The slow paths of inlined operations do not throw: they keep the error, say that they failed, and it is raised by
  // their caller. Across a call that may throw where something is to be destroyed, GCC keeps no number in a register,
  // and the next operation waits for memory (12 cycles instead of 3).
  [[gnu::cold]] static bool next_segment() noexcept;
  static Real mixed(const Primitive& p, double y, Real a, Real b) noexcept;  // by value: in registers
  static uint32_t new_constant(double value) noexcept;
  [[noreturn]] static void raise();
  static uint32_t constant(double value) {
    uint32_t place = detail::real_cursor.recording->known_place(value);
    if (place == RealRecording::no_place) [[unlikely]]
      if (place = new_constant(value); place == RealRecording::no_place) raise();
    return place;
  }
  static bool active(const Real& x);  ///< throws : UsageError W103
  [[noreturn]] static Real foreign(const Primitive& p, Real a, Real b);
};

[[gnu::always_inline]] inline Real operator+(const Real& a, const Real& b) {
  return RealAccess::binary(add_p, RealAccess::value(a) + RealAccess::value(b), a, b);
}
[[gnu::always_inline]] inline Real operator-(const Real& a, const Real& b) {
  return RealAccess::binary(sub_p, RealAccess::value(a) - RealAccess::value(b), a, b);
}
[[gnu::always_inline]] inline Real operator*(const Real& a, const Real& b) {
  return RealAccess::binary(mul_p, RealAccess::value(a) * RealAccess::value(b), a, b);
}
[[gnu::always_inline]] inline Real operator/(const Real& a, const Real& b) {
  return RealAccess::binary(div_p, RealAccess::value(a) / RealAccess::value(b), a, b);
}

// With a plain number: no second handle to look at.
template <class T>
concept RealNumber = std::is_arithmetic_v<T>;
[[gnu::always_inline]] inline Real operator+(const Real& a, RealNumber auto number) {
  const auto b = static_cast<double>(number);
  return RealAccess::binary(add_p, RealAccess::value(a) + b, a, b);
}
[[gnu::always_inline]] inline Real operator+(RealNumber auto number, const Real& b) {
  const auto a = static_cast<double>(number);
  return RealAccess::binary(add_p, a + RealAccess::value(b), a, b);
}
[[gnu::always_inline]] inline Real operator-(const Real& a, RealNumber auto number) {
  const auto b = static_cast<double>(number);
  return RealAccess::binary(sub_p, RealAccess::value(a) - b, a, b);
}
[[gnu::always_inline]] inline Real operator-(RealNumber auto number, const Real& b) {
  const auto a = static_cast<double>(number);
  return RealAccess::binary(sub_p, a - RealAccess::value(b), a, b);
}
[[gnu::always_inline]] inline Real operator*(const Real& a, RealNumber auto number) {
  const auto b = static_cast<double>(number);
  return RealAccess::binary(mul_p, RealAccess::value(a) * b, a, b);
}
[[gnu::always_inline]] inline Real operator*(RealNumber auto number, const Real& b) {
  const auto a = static_cast<double>(number);
  return RealAccess::binary(mul_p, a * RealAccess::value(b), a, b);
}
[[gnu::always_inline]] inline Real operator/(const Real& a, RealNumber auto number) {
  const auto b = static_cast<double>(number);
  return RealAccess::binary(div_p, RealAccess::value(a) / b, a, b);
}
[[gnu::always_inline]] inline Real operator/(RealNumber auto number, const Real& b) {
  const auto a = static_cast<double>(number);
  return RealAccess::binary(div_p, a / RealAccess::value(b), a, b);
}

inline Real operator-(const Real& a) { return RealAccess::unary(neg_p, -RealAccess::value(a), a); }
inline Real operator+(const Real& a) { return a; }

inline Real& Real::operator+=(const Real& b) { return *this = *this + b; }
inline Real& Real::operator-=(const Real& b) { return *this = *this - b; }
inline Real& Real::operator*=(const Real& b) { return *this = *this * b; }
inline Real& Real::operator/=(const Real& b) { return *this = *this / b; }

inline bool operator<(const SitedReal& a, const SitedReal& b) {
  return RealAccess::compare(RealComparison::less, RealAccess::value(a.real) < RealAccess::value(b.real), a, b);
}
inline bool operator<=(const SitedReal& a, const SitedReal& b) {
  return RealAccess::compare(RealComparison::less_equal, RealAccess::value(a.real) <= RealAccess::value(b.real), a, b);
}
inline bool operator==(const SitedReal& a, const SitedReal& b) {
  return RealAccess::compare(RealComparison::equal, RealAccess::value(a.real) == RealAccess::value(b.real), a, b);
}
inline bool operator>(const SitedReal& a, const SitedReal& b) { return b < a; }
inline bool operator>=(const SitedReal& a, const SitedReal& b) { return b <= a; }
inline bool operator!=(const SitedReal& a, const SitedReal& b) { return !(a == b); }

inline Real::operator bool() const { return *this != Real(0); }

/// The number, out of the recording: what is computed from it is not differentiated. The list then holds for this value
/// only: at another point a Program says so (W701) and a Function records anew. To keep the value in the recording and
/// only stop the derivative, use stop_gradient. Reals of finished recordings may be read freely.
inline double value(const SitedReal& x) { return RealAccess::take(x.real, x.site); }
/// The same value with derivative 0; recorded, so it follows x at other points.
Real stop_gradient(const Real& x);

// The elementary functions and activations of primitives/.
inline Real exp(const Real& x) { return RealAccess::apply(exp_p, x); }
inline Real expm1(const Real& x) { return RealAccess::apply(expm1_p, x); }
inline Real log(const Real& x) { return RealAccess::apply(log_p, x); }
inline Real log1p(const Real& x) { return RealAccess::apply(log1p_p, x); }
inline Real sqrt(const Real& x) { return RealAccess::apply(sqrt_p, x); }
inline Real cbrt(const Real& x) { return RealAccess::apply(cbrt_p, x); }
inline Real hypot(const Real& x, const Real& y) { return RealAccess::apply(hypot_p, x, y); }
inline Real pow(const Real& x, const Real& y) { return RealAccess::apply(pow_p, x, y); }
inline Real sin(const Real& x) { return RealAccess::apply(sin_p, x); }
inline Real cos(const Real& x) { return RealAccess::apply(cos_p, x); }
inline Real tan(const Real& x) { return RealAccess::apply(tan_p, x); }
inline Real asin(const Real& x) { return RealAccess::apply(asin_p, x); }
inline Real acos(const Real& x) { return RealAccess::apply(acos_p, x); }
inline Real atan(const Real& x) { return RealAccess::apply(atan_p, x); }
inline Real atan2(const Real& y, const Real& x) { return RealAccess::apply(atan2_p, y, x); }
inline Real sinh(const Real& x) { return RealAccess::apply(sinh_p, x); }
inline Real cosh(const Real& x) { return RealAccess::apply(cosh_p, x); }
inline Real tanh(const Real& x) { return RealAccess::apply(tanh_p, x); }
inline Real asinh(const Real& x) { return RealAccess::apply(asinh_p, x); }
inline Real acosh(const Real& x) { return RealAccess::apply(acosh_p, x); }
inline Real atanh(const Real& x) { return RealAccess::apply(atanh_p, x); }
inline Real erf(const Real& x) { return RealAccess::apply(erf_p, x); }
inline Real erfc(const Real& x) { return RealAccess::apply(erfc_p, x); }
inline Real lgamma(const Real& x) { return RealAccess::apply(lgamma_p, x); }
inline Real polygamma(const Real& n, const Real& x) { return RealAccess::apply(polygamma_p, n, x); }
inline Real digamma(const Real& x) { return polygamma(0, x); }
inline Real sigmoid(const Real& x) { return RealAccess::apply(sigmoid_p, x); }
inline Real softplus(const Real& x) { return RealAccess::apply(softplus_p, x); }
inline Real relu(const Real& x) { return RealAccess::apply(relu_p, x); }
inline Real leaky_relu(const Real& x, const Real& slope = 0.1) { return RealAccess::apply(leaky_relu_p, x, slope); }
inline Real elu(const Real& x, const Real& alpha = 1) { return RealAccess::apply(elu_p, x, alpha); }
inline Real gelu(const Real& x) { return RealAccess::apply(gelu_p, x); }
inline Real silu(const Real& x) { return RealAccess::apply(silu_p, x); }
inline Real abs(const Real& x) { return RealAccess::apply(abs_p, x); }
inline Real fabs(const Real& x) { return abs(x); }
inline Real max(const Real& a, const Real& b) { return RealAccess::apply(max_p, a, b); }
inline Real min(const Real& a, const Real& b) { return RealAccess::apply(min_p, a, b); }
inline Real clamp(const Real& x, const Real& low, const Real& high) { return min(max(x, low), high); }
inline Real fma(const Real& a, const Real& b, const Real& c) { return RealAccess::apply(fma_p, a, b, c); }

// What <cmath> has besides, made of the above. fmax and fmin pass a NaN over, as in <cmath>; by comparison.
inline Real log2(const Real& x) { return log(x) * 1.4426950408889634074; }
inline Real log10(const Real& x) { return log(x) * 0.43429448190325182765; }
inline Real exp2(const Real& x) { return pow(2, x); }
Real fmax(const Real& a, const Real& b);
Real fmin(const Real& a, const Real& b);
Real fdim(const Real& a, const Real& b);

// Steps: derivative 0, recorded, so that they follow x at other points.
Real floor(const Real& x);
Real sign(const Real& x);  ///< -1, 0, 1
inline Real ceil(const Real& x) { return -floor(-x); }
Real trunc(const Real& x);
Real round(const Real& x);  ///< half away from zero

// Questions about a value are comparisons: they are recorded as guards. signbit of -0 is false.
inline bool isnan(const SitedReal& x) { return x != x; }
inline bool isinf(const SitedReal& x) {
  return SitedReal(abs(x.real), x.site) == std::numeric_limits<double>::infinity();
}
inline bool isfinite(const SitedReal& x) {
  return SitedReal(abs(x.real), x.site) < std::numeric_limits<double>::infinity();
}
inline bool isnormal(const SitedReal& x) {
  return isfinite(x) && SitedReal(abs(x.real), x.site) >= std::numeric_limits<double>::min();
}
inline bool signbit(const SitedReal& x) { return x < 0; }
inline Real copysign(const SitedReal& x, const SitedReal& sign) {
  return signbit(x) == signbit(sign) ? x.real : -x.real;
}

/// As a double is written and read. Writing does not take the number out of the recording; what is read is passive.
std::ostream& operator<<(std::ostream& stream, const Real& x);
std::istream& operator>>(std::istream& stream, Real& x);

}  // namespace wengert

template <> class std::numeric_limits<wengert::Real> : public std::numeric_limits<double> {
  using Number = std::numeric_limits<double>;

 public:
  static constexpr wengert::Real min() noexcept { return Number::min(); }
  static constexpr wengert::Real max() noexcept { return Number::max(); }
  static constexpr wengert::Real lowest() noexcept { return Number::lowest(); }
  static constexpr wengert::Real epsilon() noexcept { return Number::epsilon(); }
  static constexpr wengert::Real round_error() noexcept { return Number::round_error(); }
  static constexpr wengert::Real infinity() noexcept { return Number::infinity(); }
  static constexpr wengert::Real quiet_NaN() noexcept { return Number::quiet_NaN(); }
  static constexpr wengert::Real signaling_NaN() noexcept { return Number::signaling_NaN(); }
  static constexpr wengert::Real denorm_min() noexcept { return Number::denorm_min(); }
};

/// A place in a hash table depends on the value, so the value is taken out of the recording (see value()).
template <> struct std::hash<wengert::Real> {
  size_t operator()(const wengert::Real& x) const { return std::hash<double>{}(wengert::value(x)); }
};
