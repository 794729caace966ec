// SPDX-License-Identifier: Apache-2.0
//
// Tracing and running in one line, by the micro-operations of the records, for tests of single operations.
#pragma once

#include <ostream>
#include <vector>

#include "wengert/ad/derivatives.h"
#include "wengert/base/error.h"
#include "wengert/exec/interpreter.h"
#include "wengert/trace/trace.h"

namespace wengert {

template <class F> Program traced(F f, const std::vector<Array>& x) {
  std::vector<Type> types;
  for (const Array& array : x) types.push_back(array.type());
  return trace(f, types);
}

/// The first output of f at x.
template <class F> Array evaluated(F f, const std::vector<Array>& x) {
  return evaluate(traced(f, x), x, {.reference = true})[0];
}

/// The gradient of the scalar f at x by its first float input.
template <class F> Array gradient(F f, const std::vector<Array>& x) {
  return evaluate(grad(traced(f, x)), x, {.reference = true})[0];
}

/// The derivative of f at x along x_dot, one direction for each float input.
template <class F> Array tangent(F f, const std::vector<Array>& x, const std::vector<Array>& x_dot) {
  std::vector<Array> inputs = x;
  inputs.insert(inputs.end(), x_dot.begin(), x_dot.end());
  return evaluate(jvp(traced(f, x)), inputs, {.reference = true})[1];
}

/// Id of the error that recording f on these types ends with, or "none".
template <class F> std::string error_of(F f, const std::vector<Type>& types) {
  try {
    trace(f, types);
  } catch (const Error& error) {
    return error.id();
  }
  return "none";
}

inline void PrintTo(const Array& array, std::ostream* out) {
  *out << to_string(array.type()) << " " << to_string(array);
}

inline Array whole(Shape shape, const std::vector<int64_t>& values) { return Array::of<int64_t>(shape, values); }

}  // namespace wengert
