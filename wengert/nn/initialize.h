// SPDX-License-Identifier: Apache-2.0
//
// How parameters start. An initializer fills a whole array at once, since some (orthogonal, sparse) are no draws of
// single elements. It takes its numbers from the stream it is given alone, so equal keys give equal values.
//
// Fans: a weight has the shape [in, out]: fan_in = in, fan_out = out. Axes in front are a receptive field (convolution
// [height, width, in, out]) and multiply both. A maxout layer's weight [in, pieces * out] counts its columns. A vector
// has both fans equal to its length, a number 1.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "wengert/base/random.h"
#include "wengert/base/shape.h"

namespace wengert {

/// Fills the elements, row-major, of an array of that shape.
using Initializer = std::function<void(Random& random, const Shape& shape, std::span<double> elements)>;

struct Fans {
  double in = 1, out = 1;
};
Fans fans_of(const Shape& shape);

Initializer zeros_initializer();
Initializer constant_initializer(double value);
/// Uniform in [low, high). Rumelhart, Hinton and Williams 1986 start from (-0.3, 0.3).
/// throws : UsageError W811 unless low <= high
Initializer uniform_initializer(double low, double high);
Initializer normal_initializer(double mean, double deviation);
/// Uniform in +-sqrt(6 / (fan_in + fan_out)), for tanh and the like. source : GB10, eq. (16)
Initializer xavier_uniform();
/// Normal with variance 2 / (fan_in + fan_out). source : GB10, eq. (12)
Initializer xavier_normal();
/// Uniform with variance 2 / fan_in, that is in +-sqrt(6 / fan_in), for rectifiers. source : HZRS15, eq. (10)
Initializer he_uniform();
/// Normal with variance 2 / fan_in. source : HZRS15, eq. (10)
Initializer he_normal();
/// `gain` times a matrix whose columns (or rows, whichever are fewer) are orthonormal, uniform among all such; leading
/// axes are taken together as rows. By Gram and Schmidt, twice, on normal vectors; R of the factorization has a
/// positive diagonal, without which the distribution would not be uniform (Mezzadri 2007).
///
/// cost   : 4 max(rows, columns) min(rows, columns)^2 operations
/// source : SMG14, section 3
Initializer orthogonal_initializer(double gain = 1);
/// `incoming` weights a unit (a column) are standard normal, the others 0; all of them where there are fewer.
/// source : Martens 2010, section 5 (incoming = 15)
Initializer sparse_initializer(int64_t incoming = 15);

struct NamedInitializer {
  std::string text;  ///< canonical
  Initializer fill;
};
/// "zeros", "constant 0.1", "uniform -0.3 0.3", "normal 0 0.01", "xavier_uniform", "xavier_normal", "he_uniform",
/// "he_normal", "orthogonal gain=1.4", "sparse 15".
/// throws : UsageError W814 for an unknown one, W815 and W811 for its numbers
NamedInitializer parse_initializer(std::string_view text);

}  // namespace wengert
