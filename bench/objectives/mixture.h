// SPDX-License-Identifier: Apache-2.0
//
// Log-likelihood of a mixture of Gaussians with a Wishart prior on the precisions, as the ADBench suite has it.
// Component k has the weight softmax(alpha)_k, the mean mu_k and the precision Q_k^T Q_k, where Q_k is lower triangular
// with exp(q_k) on its diagonal and l_k below it:
//
//   L = sum_i logsumexp_k(alpha_k + sum q_k - |Q_k (x_i - mu_k)|^2 / 2) - n logsumexp(alpha)
//       - n d log(2 pi) / 2 + sum_k (gamma^2 (|exp q_k|^2 + |l_k|^2) / 2 - m sum q_k) + constant
//
// The suite adds the prior with this sign. `factor` holds q_k, then l_k row by row, where the suite has columns.
// Source: Srajer, Kukelova, Fitzgibbon 2018, "A benchmark of selected algorithmic differentiation tools on some
// problems in computer vision and machine learning", section 4.1.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace wengert::bench {

struct Mixture {
  int64_t dimensions = 0, components = 0, points = 0;  ///< d, K, n
  std::vector<double> alpha;                           ///< [K]
  std::vector<double> mean;                            ///< [K, d]
  std::vector<double> factor;                          ///< [K, d + d (d - 1) / 2]
  std::vector<double> x;                               ///< [n, d]
  double gamma = 1;
  int64_t m = 0;

  int64_t factor_size() const { return dimensions + dimensions * (dimensions - 1) / 2; }
  int64_t parameters() const { return components * (1 + dimensions + factor_size()); }
};

Mixture make_mixture(int64_t dimensions, int64_t components, int64_t points, uint64_t key);

/// What does not depend on the parameters: -n d log(2 pi) / 2, less K times the prior's normalisation.
double mixture_constant(const Mixture& mixture);

/// L, in plain loops.
double log_likelihood(const Mixture& mixture);

/// L and its gradient by alpha, mean and factor, one behind the other, derived by hand: with weights p_ik (the softmax
/// of component k at point i) and y = Q_k (x_i - mu_k), the partials of a point are p_ik by alpha_k and by every q_k,
/// p_ik Q_k^T y by mu_k, and -p_ik y (x_i - mu_k)^T by Q_k.
double log_likelihood_gradient(const Mixture& mixture, std::span<double> gradient);

}  // namespace wengert::bench
