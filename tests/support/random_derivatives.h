// SPDX-License-Identifier: Apache-2.0
//
// Derivatives of random Programs against each other: <w, J v> = <J' w, v>, and elimination in several orders against
// forward mode, within 1e-13 times a condition number.
//
// The condition number of a dot product is measured. Every line of jvp(p) that depends on v is multiplied by 1 + d with
// its own d = +-2^-20, and so is every line of vjp(p) that depends on w; these lines are linear, so nothing else changes.
// What the product moves by, over 2^-20, is what a relative rounding error in every operation can do to it: the largest of
// several draws of signs and of v and w, per |v| |w|. The condition number of an entry of the Jacobian is its sum over all
// paths of the absolute products of partials (Bauer 1974), which bounds what any order of elimination can lose.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "random_program.h"

namespace wengert {

struct RandomDerivatives {
  int64_t programs = 0, dot_products = 0, eliminated_jacobians = 0;
  int64_t infinite = 0;  ///< Programs left out: a derivative is infinite at their point (0^y next to y = 0)
  size_t fewest_instructions = SIZE_MAX, most_instructions = 0;
  double worst_dot = 0, worst_entry = 0;                ///< |difference| / (1e-13 condition)
  std::map<std::string_view, int64_t> occurrences = {}; ///< of records, in lines that outputs depend on
  std::vector<std::string> failures = {};
};

/// Of `programs` random Programs, `products` dot products each; every fourth is also eliminated, in scalars.
RandomDerivatives check_random_derivatives(uint64_t programs, int products);

/// Instructions of p that its outputs depend on, those of nested Programs included, counted by record.
std::map<std::string_view, int64_t> live_instructions(const Program& p);

/// The derivative Program with each line that depends on an input from `first` on moved by a relative 2^-20, up or down.
Program perturbed(const Program& derivative, size_t first, Random& random);

/// Of a Program of scalars: sums over all paths of absolute products of partials, outputs by inputs, row-major.
std::vector<double> absolute_jacobian(const Program& p, const std::vector<Array>& x);

}  // namespace wengert
