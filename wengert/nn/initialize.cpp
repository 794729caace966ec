// SPDX-License-Identifier: Apache-2.0
#include "wengert/nn/initialize.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <numeric>
#include <vector>

#include "wengert/base/array.h"
#include "wengert/base/choice.h"
#include "wengert/base/error.h"

namespace wengert {
namespace {

using Numbers = std::span<const double>;
using Vector = std::vector<double>;

/// Every element drawn alone by draw(random, fans).
template <class Draw> Initializer each_element(Draw draw) {
  return [draw](Random& random, const Shape& shape, std::span<double> elements) {
    const Fans fans = fans_of(shape);
    for (double& x : elements) x = draw(random, fans);
  };
}

Initializer uniform_of_variance(double (*variance)(const Fans&)) {
  return each_element([variance](Random& random, const Fans& fans) {
    const double bound = std::sqrt(3 * variance(fans));
    return random.uniform(-bound, bound);
  });
}

Initializer normal_of_variance(double (*variance)(const Fans&)) {
  return each_element(
      [variance](Random& random, const Fans& fans) { return std::sqrt(variance(fans)) * random.normal(); });
}

double xavier_variance(const Fans& fans) { return 2 / (fans.in + fans.out); }
double he_variance(const Fans& fans) { return 2 / fans.in; }

double dot(const Vector& a, const Vector& b) { return std::inner_product(a.begin(), a.end(), b.begin(), 0.0); }

/// Takes out of v what lies along the earlier vectors and makes it a unit vector. Twice, since one pass leaves errors
/// that grow with the angle lost ("twice is enough").
void make_orthonormal(Vector& v, std::span<const Vector> earlier) {
  for (int pass = 0; pass < 2; ++pass)
    for (const Vector& u : earlier) {
      const double along = dot(u, v);
      for (size_t i = 0; i < v.size(); ++i) v[i] -= along * u[i];
    }
  const double length = std::sqrt(dot(v, v));
  for (double& x : v) x /= length;
}

/// `count` orthonormal vectors of `length` elements, uniform among all such.
std::vector<Vector> orthonormal_vectors(Random& random, size_t count, size_t length) {
  std::vector<Vector> vectors(count, Vector(length));
  for (size_t k = 0; k < count; ++k) {
    for (double& x : vectors[k]) x = random.normal();
    make_orthonormal(vectors[k], std::span(vectors).first(k));
  }
  return vectors;
}

const std::vector<Maker<Initializer>>& makers() {
  static const std::vector<Maker<Initializer>> all{
      {{"zeros"}, [](Numbers) { return zeros_initializer(); }},
      {{"constant", {{"value", any_number}}}, [](Numbers n) { return constant_initializer(n[0]); }},
      {{"uniform", {{"low", any_number}, {"high", any_number}}},
       [](Numbers n) { return uniform_initializer(n[0], n[1]); }},
      {{"normal", {{"mean", any_number, 0.0}, {"deviation", non_negative, 1.0}}},
       [](Numbers n) { return normal_initializer(n[0], n[1]); }},
      {{"xavier_uniform"}, [](Numbers) { return xavier_uniform(); }},
      {{"xavier_normal"}, [](Numbers) { return xavier_normal(); }},
      {{"he_uniform"}, [](Numbers) { return he_uniform(); }},
      {{"he_normal"}, [](Numbers) { return he_normal(); }},
      {{"orthogonal", {{"gain", any_number, 1.0}}}, [](Numbers n) { return orthogonal_initializer(n[0]); }},
      {{"sparse", {{"incoming", counts, 15.0}}},
       [](Numbers n) { return sparse_initializer(static_cast<int64_t>(n[0])); }}};
  return all;
}

}  // namespace

Fans fans_of(const Shape& shape) {
  if (shape.rank() == 0) return {};
  const auto last = static_cast<double>(shape.back());
  if (shape.rank() == 1) return {last, last};
  double field = 1;
  for (int axis = 0; axis < shape.rank() - 2; ++axis) field *= static_cast<double>(shape[axis]);
  return {field * static_cast<double>(shape[shape.rank() - 2]), field * last};
}

Initializer zeros_initializer() { return constant_initializer(0); }

Initializer constant_initializer(double value) {
  return [value](Random&, const Shape&, std::span<double> elements) {
    std::fill(elements.begin(), elements.end(), value);
  };
}

Initializer uniform_initializer(double low, double high) {
  if (!(low <= high) || !std::isfinite(high - low))
    throw UsageError(
        "W811",
        fmt::format("the bounds of a uniform initializer are {} and {}; the second must not be below the first",
                    shortest(low), shortest(high)),
        {}, "write the lower bound first, such as \"uniform -0.3 0.3\"");
  return each_element([low, high](Random& random, const Fans&) { return random.uniform(low, high); });
}

Initializer normal_initializer(double mean, double deviation) {
  check({"mean", any_number, 0.0}, mean);
  check({"deviation", non_negative, 1.0}, deviation);
  return each_element([mean, deviation](Random& random, const Fans&) { return mean + deviation * random.normal(); });
}

Initializer xavier_uniform() { return uniform_of_variance(xavier_variance); }
Initializer xavier_normal() { return normal_of_variance(xavier_variance); }
Initializer he_uniform() { return uniform_of_variance(he_variance); }
Initializer he_normal() { return normal_of_variance(he_variance); }

Initializer orthogonal_initializer(double gain) {
  check({"gain", any_number, 1.0}, gain);
  return [gain](Random& random, const Shape& shape, std::span<double> elements) {
    if (elements.empty()) return;
    const size_t columns = shape.rank() == 0 ? 1 : static_cast<size_t>(shape.back());
    const size_t rows = elements.size() / columns;
    const bool tall = rows >= columns;
    const auto vectors = orthonormal_vectors(random, std::min(rows, columns), std::max(rows, columns));
    for (size_t i = 0; i < rows; ++i)
      for (size_t j = 0; j < columns; ++j) elements[i * columns + j] = gain * (tall ? vectors[j][i] : vectors[i][j]);
  };
}

Initializer sparse_initializer(int64_t incoming) {
  check({"incoming", counts, 15.0}, static_cast<double>(incoming));
  return [incoming](Random& random, const Shape& shape, std::span<double> elements) {
    std::fill(elements.begin(), elements.end(), 0.0);
    if (elements.empty()) return;
    const size_t columns = shape.rank() == 0 ? 1 : static_cast<size_t>(shape.back());
    std::vector<size_t> rows(elements.size() / columns);
    std::iota(rows.begin(), rows.end(), size_t{0});
    const size_t count = std::min(rows.size(), static_cast<size_t>(incoming));
    for (size_t unit = 0; unit < columns; ++unit)
      for (size_t k = 0; k < count; ++k) {  // the first steps of a shuffle: `count` rows without repetition
        std::swap(rows[k], rows[k + random.below(rows.size() - k)]);
        elements[rows[k] * columns + unit] = random.normal();
      }
  };
}

NamedInitializer parse_initializer(std::string_view text) {
  auto [fill, canonical] = make_chosen(text, "initializer", makers());
  return {canonical, fill};
}

}  // namespace wengert
