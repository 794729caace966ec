// SPDX-License-Identifier: Apache-2.0
#include "objectives/mixture.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "wengert/base/random.h"

namespace wengert::bench {
namespace {

double logsumexp(std::span<const double> x) {
  const double largest = *std::max_element(x.begin(), x.end());
  double sum = 0;
  for (const double value : x) sum += std::exp(value - largest);
  return largest + std::log(sum);
}

/// y = Q z; Q by its diagonal and the rows below it.
void times_factor(int64_t d, const double* diagonal, const double* below, const double* z, double* y) {
  for (int64_t i = 0; i < d; below += i, ++i) {
    double sum = diagonal[i] * z[i];
    for (int64_t j = 0; j < i; ++j) sum += below[j] * z[j];
    y[i] = sum;
  }
}

/// What the points share: diagonals of the factors, and alpha_k + sum q_k.
struct Shared {
  std::vector<double> diagonal, offset;

  explicit Shared(const Mixture& mix) : diagonal(mix.mean.size()), offset(mix.alpha) {
    const int64_t d = mix.dimensions;
    for (int64_t k = 0; k < mix.components; ++k)
      for (int64_t i = 0; i < d; ++i) {
        const double q = mix.factor[static_cast<size_t>(k * mix.factor_size() + i)];
        diagonal[static_cast<size_t>(k * d + i)] = std::exp(q);
        offset[static_cast<size_t>(k)] += q;
      }
  }
};

/// The terms of one point; z and y ([K, d]) are kept for its derivative.
void point_terms(const Mixture& mix, const Shared& shared, const double* x, double* z, double* y, double* terms) {
  const int64_t d = mix.dimensions;
  for (int64_t k = 0; k < mix.components; ++k, z += d, y += d) {
    for (int64_t i = 0; i < d; ++i) z[i] = x[i] - mix.mean[static_cast<size_t>(k * d + i)];
    times_factor(d, shared.diagonal.data() + k * d, mix.factor.data() + k * mix.factor_size() + d, z, y);
    double square = 0;
    for (int64_t i = 0; i < d; ++i) square += y[i] * y[i];
    terms[k] = shared.offset[static_cast<size_t>(k)] - 0.5 * square;
  }
}

double prior(const Mixture& mix, const Shared& shared) {
  double sum = 0;
  for (int64_t k = 0; k < mix.components; ++k) {
    const double* const q = mix.factor.data() + k * mix.factor_size();
    double square = 0, log_determinant = 0;
    for (int64_t i = 0; i < mix.dimensions; ++i) {
      const double diagonal = shared.diagonal[static_cast<size_t>(k * mix.dimensions + i)];
      square += diagonal * diagonal, log_determinant += q[i];
    }
    for (int64_t i = mix.dimensions; i < mix.factor_size(); ++i) square += q[i] * q[i];
    sum += 0.5 * mix.gamma * mix.gamma * square - static_cast<double>(mix.m) * log_determinant;
  }
  return sum;
}

/// Partials of one point and one component, with weight p, added up.
void add_component(int64_t d, double p, const double* diagonal, const double* below, const double* z, const double* y,
                   double* by_mean, double* by_diagonal, double* by_below) {
  for (int64_t i = 0; i < d; below += i, by_below += i, ++i) {
    const double scaled = p * y[i];
    by_diagonal[i] -= scaled * z[i];
    by_mean[i] += scaled * diagonal[i];
    for (int64_t j = 0; j < i; ++j) {
      by_below[j] -= scaled * z[j];
      by_mean[j] += scaled * below[j];
    }
  }
}

/// From partials by the diagonal exp(q) to partials by q, with what comes of sum q_k and of the prior; alpha's too.
void finish(const Mixture& mix, const Shared& shared, double lse_alpha, double* by_alpha, double* by_factor) {
  const double square_gamma = mix.gamma * mix.gamma, n = static_cast<double>(mix.points);
  for (int64_t k = 0; k < mix.components; ++k, by_factor += mix.factor_size()) {
    const double* const q = mix.factor.data() + k * mix.factor_size();
    for (int64_t i = 0; i < mix.dimensions; ++i) {
      const double e = shared.diagonal[static_cast<size_t>(k * mix.dimensions + i)];
      by_factor[i] = by_factor[i] * e + by_alpha[k] + square_gamma * e * e - static_cast<double>(mix.m);
    }
    for (int64_t i = mix.dimensions; i < mix.factor_size(); ++i) by_factor[i] += square_gamma * q[i];
  }
  for (int64_t k = 0; k < mix.components; ++k)
    by_alpha[k] -= n * std::exp(mix.alpha[static_cast<size_t>(k)] - lse_alpha);
}

}  // namespace

Mixture make_mixture(int64_t dimensions, int64_t components, int64_t points, uint64_t key) {
  Random random(key);
  Mixture mix;
  mix.dimensions = dimensions, mix.components = components, mix.points = points;
  const auto draw = [&](std::vector<double>& values, int64_t count, double scale) {
    for (int64_t i = 0; i < count; ++i) values.push_back(scale * random.normal());
  };
  draw(mix.alpha, components, 1);
  draw(mix.mean, components * dimensions, 1);
  draw(mix.factor, components * mix.factor_size(), 0.3 / std::sqrt(static_cast<double>(dimensions)));
  draw(mix.x, points * dimensions, 1);
  return mix;
}

double mixture_constant(const Mixture& mix) {
  const double d = static_cast<double>(mix.dimensions), freedom = d + static_cast<double>(mix.m) + 1;
  double log_gamma = 0.25 * d * (d - 1) * std::log(std::numbers::pi);
  for (int64_t j = 0; j < mix.dimensions; ++j) log_gamma += std::lgamma(0.5 * (freedom - static_cast<double>(j)));
  const double normalisation = freedom * d * (std::log(mix.gamma) - 0.5 * std::numbers::ln2) - log_gamma;
  return -0.5 * static_cast<double>(mix.points) * d * std::log(2 * std::numbers::pi) -
         static_cast<double>(mix.components) * normalisation;
}

double log_likelihood(const Mixture& mix) {
  const Shared shared(mix);
  std::vector<double> z(mix.mean.size()), y(z), terms(mix.alpha.size());
  double sum = 0;
  for (int64_t i = 0; i < mix.points; ++i) {
    point_terms(mix, shared, mix.x.data() + i * mix.dimensions, z.data(), y.data(), terms.data());
    sum += logsumexp(terms);
  }
  return sum - static_cast<double>(mix.points) * logsumexp(mix.alpha) + prior(mix, shared) + mixture_constant(mix);
}

double log_likelihood_gradient(const Mixture& mix, std::span<double> gradient) {
  const Shared shared(mix);
  const int64_t d = mix.dimensions, size = mix.factor_size();
  std::vector<double> z(mix.mean.size()), y(z), terms(mix.alpha.size());
  std::fill(gradient.begin(), gradient.end(), 0.0);
  double* const by_alpha = gradient.data();
  double* const by_mean = by_alpha + mix.components;
  double* const by_factor = by_mean + mix.components * d;
  double sum = 0;
  for (int64_t i = 0; i < mix.points; ++i) {
    point_terms(mix, shared, mix.x.data() + i * d, z.data(), y.data(), terms.data());
    const double lse = logsumexp(terms);
    sum += lse;
    for (int64_t k = 0; k < mix.components; ++k) {
      const double p = std::exp(terms[static_cast<size_t>(k)] - lse);
      by_alpha[k] += p;
      add_component(d, p, shared.diagonal.data() + k * d, mix.factor.data() + k * size + d, z.data() + k * d,
                    y.data() + k * d, by_mean + k * d, by_factor + k * size, by_factor + k * size + d);
    }
  }
  const double lse_alpha = logsumexp(mix.alpha);
  finish(mix, shared, lse_alpha, by_alpha, by_factor);
  return sum - static_cast<double>(mix.points) * lse_alpha + prior(mix, shared) + mixture_constant(mix);
}

}  // namespace wengert::bench
