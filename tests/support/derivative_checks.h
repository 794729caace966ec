// SPDX-License-Identifier: Apache-2.0
//
// The checks behind "never a silently wrong derivative", each on one Program at one point. What each is blind to:
//
//   value_is_known                  blind to derivatives
//   tangents_match_differences      a wrong value with a matching derivative
//   pullback_is_transpose           a wrong partial that both directions share
//   second_order_agrees             what the first derivatives are blind to
//
// They return a message with numbers where they fail, and are used on the records (tests/primitives), on deliberately
// wrong ones (mutants_test.cpp) and on random Programs.
#pragma once

#include <gtest/gtest.h>

#include "derivative_cases.h"
#include "wengert/base/random.h"

namespace wengert {

/// |a - b| <= tolerance (1 + |b|); NaN equals NaN, infinities themselves.
bool close(double a, double b, double tolerance);
testing::AssertionResult all_close(const std::vector<double>& found, const std::vector<double>& expected, double tolerance);
testing::AssertionResult all_close(const std::vector<Array>& found, const std::vector<Array>& expected, double tolerance);

/// Every element of the float arrays, one after the other.
std::vector<double> flat(std::span<const Array> arrays);
/// Arrays of these types, integers zero, floats normal.
std::vector<Array> random_values(const std::vector<Type>& types, Random& random);
std::vector<Array> joined(std::vector<Array> a, const std::vector<Array>& b);

/// The outputs of jvp(p) that are tangents, along x_dot; those of vjp(p) that are cotangents.
std::vector<Array> tangents(const Program& p, const std::vector<Array>& x, const std::vector<Array>& x_dot);
std::vector<Array> cotangents(const Program& p, const std::vector<Array>& x, const std::vector<Array>& y_bar);
/// Entries as by jacobian(p), as one matrix, row-major: elements of all outputs by elements of all float inputs.
std::vector<double> dense(const std::vector<Array>& entries, const std::vector<Type>& outputs, const std::vector<Type>& inputs);
/// x -> sum over all float outputs of w y, with fixed weights w between 0.5 and 1.5.
Program weighted_sum(const Program& p);

testing::AssertionResult value_is_known(const Case& c);
testing::AssertionResult native_equals_reference(const Case& c);
testing::AssertionResult tangents_match_differences(const Case& c);
testing::AssertionResult pullback_is_transpose(const Case& c);
testing::AssertionResult both_modes_give_one_jacobian(const Case& c);
/// Of weighted_sum: the gradient's tangents match differences of the gradient; forward over reverse equals reverse over
/// forward; the Hessian is symmetric.
testing::AssertionResult second_order_agrees(const Case& c);
testing::AssertionResult text_round_trips(const Case& c);
/// batch(p) with all inputs batched and with each alone, at three points near by, equals running p three times.
testing::AssertionResult batch_equals_looping(const Case& c);
/// The values and, along forward, reverse and Markowitz orders, the Jacobian. scalarizable: set to whether it is.
testing::AssertionResult elimination_agrees(const Case& c, bool& scalarizable);
/// The partials stated at kinks are those of jacobian(p), in both modes; `p` is the record alone, on scalars.
testing::AssertionResult edges_are_as_stated(const Program& p, const std::vector<StatedPartials>& edges);

}  // namespace wengert
