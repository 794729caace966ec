// SPDX-License-Identifier: Apache-2.0
//
// Optimizers made of optimizers: clipped gradients, groups of parameters with rates and decays of their own, averages
// of the weights. They compose in any order:
//
//     averaged(clip_norm(grouped(adamw(0.01), {{"layer1.*", 0}, {"layer2.*", 0.1}}), 1), Averaging::polyak(1000))
//
// The text of the result tells all, so that a training goes on with the same one only.
#pragma once

#include <optional>

#include "wengert/optim/optimizer.h"

namespace wengert {

/// All gradients together, seen as one vector g, are shortened to length `most` where they are longer: g most / |g|.
/// The direction stays. Those of frozen parameters do not count.
///
/// most   : > 0, or UsageError W811
/// cost   : 3 operations an element
/// source : PMB13, algorithm 1
Optimizer clip_norm(Optimizer optimizer, double most);

/// Each element of a gradient is brought into [-most, most]; the direction changes.
/// most : > 0, or UsageError W811.  source : GBC16, section 10.11.1
Optimizer clip_value(Optimizer optimizer, double most);

/// What holds for the parameters whose names a pattern matches.
struct ParameterGroup {
  std::string pattern;               ///< "layer1.*": * stands for any characters, ? for one; the whole name
  double rate = 1;                   ///< factor on the learning rate, >= 0; 0 freezes
  std::optional<double> decay = {};  ///< >= 0; none: as the optimizer does
};

/// A parameter belongs to the first group that matches; without one it is updated as before. Frozen ones keep their
/// bits, and their optimizer's state its zeros. A decay is decoupled (LH19, algorithms 1 and 2): step - r decay theta,
/// r the rate with the group's factor, on weights, not on biases (Given::decays); the optimizer's own, adamw's, is left
/// out for it.
///
/// throws : UsageError W811 for a factor or decay out of range; in update_all W834 for a pattern that matches no
///          parameter
Optimizer grouped(Optimizer optimizer, std::vector<ParameterGroup> groups);

/// Whether the pattern stands for the name. cost : at most their lengths' product
bool matches(std::string_view pattern, std::string_view name);

/// How parameters are averaged over the steps t = 1, 2, ...
struct Averaging {
  enum class Kind { exponential, polyak };
  Kind kind = Kind::exponential;
  double decay = 0.999;  ///< exponential: [0, 1), that of the old in a step
  double start = 1;      ///< polyak: the first step whose parameters count, 1, 2, ...; before, the average is the last

  /// (1 - d) sum_k d^(t-k) theta_k / (1 - d^t): unbiased from the first step on.  source : KB15, section 3, as for m
  static Averaging exponential(double decay = 0.999) { return {Kind::exponential, decay, 1}; }
  /// The mean of theta_start, ..., theta_t: with a constant or cyclic rate from there on, what is called SWA where it
  /// is taken once an epoch.  source : PJ92, eq. (2); IPGVW18, algorithm 1
  static Averaging polyak(double start = 1) { return {Kind::polyak, 0, start}; }
};

/// The same steps, and one slot more, the last: the average of each parameter over them, which is for testing and use.
/// Statistics of batch normalization belong to the last parameters, not to the average: they have to be taken anew.
///
/// throws : UsageError W811 for numbers out of range
Optimizer averaged(Optimizer optimizer, const Averaging& averaging = {});

}  // namespace wengert
