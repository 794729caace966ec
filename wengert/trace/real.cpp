// SPDX-License-Identifier: Apache-2.0
#include "wengert/trace/real.h"

#include <bit>
#include <cmath>
#include <exception>
#include <fmt/format.h>
#include <istream>
#include <ostream>
#include <utility>

#include "wengert/primitives/convert.h"

namespace wengert {
namespace {

/// What a slow path found wrong, until raise().
thread_local std::exception_ptr failure;

RealRecording& open_recording() { return *detail::real_cursor.recording; }

/// Records a function whose derivative is zero.
Real step(const Primitive& p, double y, const Real& x) { return RealAccess::unary(p, y, x); }

}  // namespace

bool RealAccess::next_segment() noexcept {
  RealRecording& recording = open_recording();
  try {
    recording.next_segment();
    return true;
  } catch (...) {
    failure = std::current_exception();
    return false;
  }
}

void RealAccess::raise() { std::rethrow_exception(std::exchange(failure, nullptr)); }

bool RealAccess::active(const Real& x) {
  if (x.generation_ == 0) return false;
  const detail::RealCursor& cursor = detail::real_cursor;
  if (x.generation_ == cursor.generation) return true;
  const std::string rest = "; it belongs to a recording that is finished, open further out, or of another thread";
  if (cursor.recording == nullptr)
    throw UsageError(
        "W103", fmt::format("a Real of value {} was used while nothing is being recorded{}", shortest(x.value_), rest),
        {}, "read finished results with value(x), or compute inside the recorded function");
  const std::string& name = cursor.recording->name();
  throw UsageError("W103",
                   fmt::format("a Real of value {} was used while recording \"{}\"{}", shortest(x.value_), name, rest),
                   {}, fmt::format("pass it as an input of \"{}\", or its number as value(x)", name));
}

Real RealAccess::foreign(const Primitive& p, Real a, Real b) {
  try {
    active(a);
    active(b);
  } catch (const Error& error) {
    error.rethrow_at(fmt::format("{} of {} and {}", p.name, shortest(a.value_), shortest(b.value_)));
  }
  throw InternalError("W905", "a Real was foreign and is no longer");
}

uint32_t RealAccess::new_constant(double value) noexcept {
  try {
    return open_recording().new_constant(value);
  } catch (...) {
    failure = std::current_exception();
    return RealRecording::no_place;
  }
}

Real RealAccess::mixed(const Primitive& p, double y, Real a, Real b) noexcept {
  const uint32_t generation = detail::real_cursor.generation;
  try {
    if (a.generation_ == generation && b.generation_ == 0)
      return push(scalar_code(p.id, 1), y, a.slot_, constant(b.value_));
    if (a.generation_ == 0 && b.generation_ == generation)
      return push(scalar_code(p.id, 2), y, constant(a.value_), b.slot_);
    foreign(p, a, b);
  } catch (...) {
    failure = std::current_exception();
  }
  return {};
}

Real RealAccess::ternary(const Primitive& p, double y, const Real& a, const Real& b, const Real& c) {
  if ((a.generation_ | b.generation_ | c.generation_) == 0) return y;
  const Real* const x[] = {&a, &b, &c};
  uint32_t place[3];
  unsigned mask = 0;
  for (unsigned k = 0; k < 3; ++k) {
    if (active(*x[k])) mask |= 1u << k;
  }
  for (unsigned k = 0; k < 3; ++k) place[k] = (mask >> k & 1) != 0 ? x[k]->slot_ : constant(x[k]->value_);
  make_room();  // it ends with room for a pair
  ++open_recording().extensions_;
  put(scalar_codes().extension, 0, place[2], 0);
  return put(scalar_code(p.id, mask), y, place[0], place[1]);
}

Real RealAccess::apply(const Elementwise<1>& p, Real a) {
  detail::RealCursor& cursor = detail::real_cursor;
  if (p.joint().both == nullptr || a.generation_ != cursor.generation) return unary(p, p.number()(a.value_), a);
  const ValueAndPartial both = p.joint().both(a.value_);
  make_room();
  cursor.kept[cursor.kept_count] = both.partial;
  return put(scalar_code(p.id, scalar_kept), both.value, a.slot_, cursor.kept_count++);
}

Real RealAccess::apply(const Elementwise<2>& p, Real a, Real b) {
  return binary(p, p.number()(a.value_, b.value_), a, b);
}

Real RealAccess::apply(const Elementwise<3>& p, const Real& a, const Real& b, const Real& c) {
  return ternary(p, p.number()(a.value_, b.value_, c.value_), a, b, c);
}

void RealAccess::guard(RealComparison how, bool outcome, const Real& a, const Real& b, Site site, bool pinned) {
  const bool a_active = active(a), b_active = active(b);
  const uint32_t left = a_active ? a.slot_ : constant(a.value_);
  const uint32_t right = b_active ? b.slot_ : constant(b.value_);
  open_recording().guard({left, right, 0, how, static_cast<uint8_t>(a_active | b_active << 1), outcome, pinned, site});
}

double RealAccess::take(const Real& x, Site site) {
  if (x.generation_ == 0 || x.generation_ != detail::real_cursor.generation) return x.value_;
  if (std::isnan(x.value_))
    guard(RealComparison::equal, false, x, x, site, true);
  else
    guard(RealComparison::equal, true, x, Real(x.value_), site, true);
  return x.value_;
}

RealOutput RealAccess::output(const Real& x) {
  try {
    return {active(x), x.slot_, x.value_};
  } catch (const Error& error) {
    error.rethrow_at("an output");
  }
}

double Real::taken() const { return RealAccess::take(*this, {}); }

double Real::truncated() const {
  const Real whole = trunc(*this);
  return RealAccess::take(whole, {});
}

Real stop_gradient(const Real& x) { return step(stop_gradient_p, RealAccess::value(x), x); }
Real floor(const Real& x) { return step(floor_p, std::floor(RealAccess::value(x)), x); }

Real sign(const Real& x) {
  const double v = RealAccess::value(x);
  return step(sign_p, v < 0 ? -1 : v > 0 ? 1 : v, x);
}

Real trunc(const Real& x) { return x < 0 ? ceil(x) : floor(x); }

Real round(const Real& x) {
  if (x < 0) return -round(-x);
  const Real low = floor(x);
  return x - low >= 0.5 ? low + 1 : low;
}

Real fmax(const Real& a, const Real& b) { return isnan(a) ? b : isnan(b) ? a : max(a, b); }
Real fmin(const Real& a, const Real& b) { return isnan(a) ? b : isnan(b) ? a : min(a, b); }
Real fdim(const Real& a, const Real& b) { return a <= b ? Real(0) : a - b; }

std::ostream& operator<<(std::ostream& stream, const Real& x) { return stream << RealAccess::value(x); }

std::istream& operator>>(std::istream& stream, Real& x) {
  double number;
  if (stream >> number) x = number;
  return stream;
}

}  // namespace wengert
