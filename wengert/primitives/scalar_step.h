// SPDX-License-Identifier: Apache-2.0
//
// Steps of a scalar list: an elementwise record's rules instantiated for double, as threaded code. A list of scalars is
// a structure of arrays (operation, operands, value); a step does what one entry asks for and calls the next entry's
// step as its last act, which an optimizing compiler makes a jump. `stop` entries, at most scalar_segment apart, return
// to the caller: so the stack stays bounded where a call remains a call.
//
//   reverse   x_bar_k += y_bar * partial_k,   y_bar := 0        entries downward
//   forward   y_dot = sum_k partial_k * x_dot_k                 entries upward
//   replay    y = value(x)                                      entries upward
//
// An operand is a slot of the list (active) or a place in the pool of constants (passive); which of them, is part of
// the operation's code, so a passive operand costs no partial. A third operand lies in the entry before. Where value
// and partial are cheaper together than apart (sin and cos), the list keeps the partial: its place is the second
// operand.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace wengert {

struct ScalarOperands {
  uint32_t a = 0, b = 0;
};

struct ScalarSweep;

/// y_bar: reverse sweeps only, the cotangent of entry i. The step before hands it over, since it may just have computed
/// it: a chain need not wait for its way through memory (3.1 against 4.1 ns an operation).
using ScalarStep = size_t (*)(size_t i, const uint16_t* code, const ScalarOperands* operands, double* value,
                              double* derivative, const ScalarSweep& sweep, double y_bar);

/// What all steps of one sweep share.
struct ScalarSweep {
  const ScalarStep* steps;  ///< by code
  const double* constants;
  ScalarStep irregular;  ///< reverse: the cotangent is zero; forward: the tangent is NaN. Both need a second look.
  double* kept;          ///< partials that were computed with the values; replay computes them again
};

/// Entry i's step.
inline size_t scalar_step(size_t i, const uint16_t* code, const ScalarOperands* operands, double* value,
                          double* derivative, const ScalarSweep& sweep, double y_bar) {
  return sweep.steps[code[i]](i, code, operands, value, derivative, sweep, y_bar);
}

/// What a joint rule gives.
struct ValueAndPartial {
  double value, partial;
};

/// The three steps of one operation and one set of active operands.
struct ScalarSteps {
  ScalarStep reverse = nullptr, forward = nullptr, replay = nullptr;
};

/// Entries between two stops.
inline constexpr size_t scalar_segment = 1024;

/// The code of an operation: its record's number, and a bit for each active operand.
inline constexpr unsigned scalar_operands_max = 3;
constexpr uint16_t scalar_code(uint16_t primitive, unsigned active) {
  return static_cast<uint16_t>(primitive << scalar_operands_max | active);
}
constexpr uint16_t scalar_primitive(uint16_t code) { return code >> scalar_operands_max; }
/// In place of the active operands: the only operand is active, the partial is kept.
inline constexpr unsigned scalar_kept = 3;
constexpr unsigned scalar_active(uint16_t code) { return code & ((1u << scalar_operands_max) - 1); }

namespace detail {

template <int N> std::array<uint32_t, N> scalar_slots(size_t i, const ScalarOperands* operands) {
  if constexpr (N == 1)
    return {operands[i].a};
  else if constexpr (N == 2)
    return {operands[i].a, operands[i].b};
  else
    return {operands[i].a, operands[i].b, operands[i - 1].a};
}

/// Calls the rule F on the operands' values, and `more`.
template <class F, unsigned active, size_t... K, class... More>
auto scalar_call(std::index_sequence<K...>, const std::array<uint32_t, sizeof...(K)>& slot, const double* value,
                 const double* constants, More... more) {
  return F{}(((active >> K & 1) != 0 ? value[slot[K]] : constants[slot[K]])..., more...);
}

/// The partials of an entry by its record's rule F.
template <class F, int N, unsigned active> struct ComputedPartials {
  auto operator()(size_t i, const std::array<uint32_t, N>& slot, const ScalarOperands*, const double* value,
                  const ScalarSweep& sweep) const {
    return scalar_call<F, active>(std::make_index_sequence<N>(), slot, value, sweep.constants, value[i]);
  }
};

struct KeptPartials {
  auto operator()(size_t i, const std::array<uint32_t, 1>&, const ScalarOperands* operands, const double*,
                  const ScalarSweep& sweep) const {
    return std::array{sweep.kept[operands[i].b]};
  }
};

template <class Partials, int N, unsigned active>
size_t reverse_step(size_t i, const uint16_t* code, const ScalarOperands* operands, double* value, double* derivative,
                    const ScalarSweep& sweep, double y_bar) {
  if (std::bit_cast<uint64_t>(y_bar) << 1 == 0) [[unlikely]]
    return sweep.irregular(i, code, operands, value, derivative, sweep, y_bar);
  derivative[i] = 0;
  const auto slot = scalar_slots<N>(i, operands);
  const auto partial = Partials{}(i, slot, operands, value, sweep);
  double x_bar[N];
  for (size_t k = 0; k < N; ++k)
    if ((active >> k & 1) != 0) x_bar[k] = derivative[slot[k]] += y_bar * partial[k];
  i -= N == 3 ? 2 : 1;
  for (size_t k = N; k-- > 0;)  // the last one written is the one that counts where operands are the same
    if ((active >> k & 1) != 0 && slot[k] == i)
      return scalar_step(i, code, operands, value, derivative, sweep, x_bar[k]);
  return scalar_step(i, code, operands, value, derivative, sweep, derivative[i]);
}

template <class Partials, int N, unsigned active>
size_t forward_step(size_t i, const uint16_t* code, const ScalarOperands* operands, double* value, double* derivative,
                    const ScalarSweep& sweep, double y_bar) {
  const auto slot = scalar_slots<N>(i, operands);
  const auto partial = Partials{}(i, slot, operands, value, sweep);
  double y_dot = 0;
  for (size_t k = 0; k < N; ++k)
    if ((active >> k & 1) != 0) y_dot += partial[k] * derivative[slot[k]];
  derivative[i] = y_dot;
  if (y_dot != y_dot) [[unlikely]]
    return sweep.irregular(i, code, operands, value, derivative, sweep, y_bar);
  return scalar_step(i + 1, code, operands, value, derivative, sweep, y_bar);
}

template <class F, int N, unsigned active>
size_t replay_step(size_t i, const uint16_t* code, const ScalarOperands* operands, double* value, double* derivative,
                   const ScalarSweep& sweep, double y_bar) {
  const auto slot = scalar_slots<N>(i, operands);
  value[i] = static_cast<double>(scalar_call<F, active>(std::make_index_sequence<N>(), slot, value, sweep.constants));
  return scalar_step(i + 1, code, operands, value, derivative, sweep, y_bar);
}

template <class F>
size_t kept_replay_step(size_t i, const uint16_t* code, const ScalarOperands* operands, double* value,
                        double* derivative, const ScalarSweep& sweep, double y_bar) {
  const ValueAndPartial both = F{}(value[operands[i].a]);
  value[i] = both.value;
  sweep.kept[operands[i].b] = both.partial;
  return scalar_step(i + 1, code, operands, value, derivative, sweep, y_bar);
}

}  // namespace detail

/// A value rule's replay steps, by active operands; none where a list cannot hold it (more than three operands).
template <class F, int N> constexpr std::array<ScalarStep, 8> replay_steps() {
  std::array<ScalarStep, 8> steps{};
  if constexpr (N <= static_cast<int>(scalar_operands_max)) [&]<size_t... M>(std::index_sequence<M...>) {
      ((steps[M + 1] = &detail::replay_step<F, N, M + 1>), ...);
    }
  (std::make_index_sequence<(1u << N) - 1>());
  return steps;
}

/// A partials rule's reverse and forward steps, by active operands.
template <class F, int N> constexpr std::array<ScalarSteps, 8> derivative_steps() {
  std::array<ScalarSteps, 8> steps{};
  if constexpr (N <= static_cast<int>(scalar_operands_max)) [&]<size_t... M>(std::index_sequence<M...>) {
      ((steps[M + 1] = {&detail::reverse_step<detail::ComputedPartials<F, N, M + 1>, N, M + 1>,
                        &detail::forward_step<detail::ComputedPartials<F, N, M + 1>, N, M + 1>, nullptr}),
       ...);
    }
  (std::make_index_sequence<(1u << N) - 1>());
  return steps;
}

/// The steps of an operation of one operand whose partial is kept; F computes it with the value.
template <class F> constexpr ScalarSteps kept_steps() {
  return {&detail::reverse_step<detail::KeptPartials, 1, 1>, &detail::forward_step<detail::KeptPartials, 1, 1>,
          &detail::kept_replay_step<F>};
}

}  // namespace wengert
