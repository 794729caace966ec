// SPDX-License-Identifier: Apache-2.0
#include "wengert/optim/lbfgs.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <deque>
#include <fmt/format.h>
#include <numeric>

#include "wengert/base/choice.h"
#include "wengert/base/error.h"

namespace wengert {
namespace {

using Vector = std::vector<double>;

double dot(const Vector& a, const Vector& b) { return std::inner_product(a.begin(), a.end(), b.begin(), 0.0); }

/// y += factor x.
void add_scaled(Vector& y, double factor, const Vector& x) {
  for (size_t i = 0; i < y.size(); ++i) y[i] += factor * x[i];
}

double largest(const Vector& v) {
  double norm = 0;
  for (const double x : v) norm = std::max(norm, std::abs(x));
  return norm;
}

bool all_finite(const Vector& v) {
  return std::all_of(v.begin(), v.end(), [](double x) { return std::isfinite(x); });
}

/// The last steps s and changes of the gradient y, newest last.
class Memory {
 public:
  explicit Memory(size_t most) : most_(most) {}

  bool empty() const { return pairs_.empty(); }
  void clear() { pairs_.clear(); }
  /// Pairs of no positive curvature are left out: they would make the matrix indefinite.
  void add(Vector s, Vector y) {
    const double sy = dot(s, y);
    if (!(sy > 1e-16 * dot(y, y))) return;
    pairs_.push_back({std::move(s), std::move(y), 1 / sy});
    if (pairs_.size() > most_) pairs_.pop_front();
  }

  /// -H g, H being the inverse Hessian's approximation: algorithm 7.4, started from the multiple of the identity
  /// (7.20).
  Vector direction(const Vector& gradient) const {
    Vector q = gradient;
    Vector alpha(pairs_.size());
    for (size_t k = pairs_.size(); k-- > 0;) {
      alpha[k] = pairs_[k].rho * dot(pairs_[k].s, q);
      add_scaled(q, -alpha[k], pairs_[k].y);
    }
    const double gamma = pairs_.empty() ? 1 : 1 / (pairs_.back().rho * dot(pairs_.back().y, pairs_.back().y));
    for (double& x : q) x *= -gamma;
    for (size_t k = 0; k < pairs_.size(); ++k) {  // q is now negative, and so are both terms
      const double beta = pairs_[k].rho * dot(pairs_[k].y, q);
      add_scaled(q, -alpha[k] - beta, pairs_[k].s);
    }
    return q;
  }

 private:
  struct Pair {
    Vector s, y;
    double rho;  ///< 1 / (s y)
  };
  std::deque<Pair> pairs_;
  size_t most_;
};

/// The iteration with its state; run() goes through to a stop.
class Minimizer {
 public:
  Minimizer(const Objective& f, Vector x0, const LbfgsOptions& options)
      : f_(f), options_(options), memory_(options.memory), x_(std::move(x0)), gradient_(x_.size()) {
    value_ = evaluate(x_, gradient_);
    if (std::isfinite(value_) && all_finite(gradient_)) return;
    throw DomainError(
        "W850",
        fmt::format("the function to be minimized is not finite at the start: its value is {}, the largest entry of "
                    "its gradient {}",
                    shortest(value_), all_finite(gradient_) ? shortest(largest(gradient_)) : "not finite"),
        {}, "start from a point where the function and its gradient are finite");
  }

  Minimum run() {
    while (!stopped()) {
      const LineSearchResult line = search();
      if (line.found)
        accept(line);
      else if (!restart(line))
        break;
    }
    report_.value = value_;
    report_.gradient_norm = largest(gradient_);
    return {x_, gradient_, report_};
  }

 private:
  double evaluate(const Vector& x, Vector& gradient) {
    ++report_.evaluations;
    return f_(x, gradient);
  }

  bool stop(Stop stop, std::string why) {
    report_.stop = stop;
    report_.why = std::move(why);
    return true;
  }

  bool stopped() {
    const double norm = largest(gradient_);
    if (norm <= options_.gradient_tolerance)
      return stop(Stop::gradient_is_small, fmt::format("the largest entry of the gradient is {:.3g}", norm));
    if (options_.value_tolerance > 0 && last_decrease_ <= options_.value_tolerance * std::max(1.0, std::abs(value_)))
      return stop(Stop::value_stands_still,
                  fmt::format("the last step decreased the function by {:.3g}", last_decrease_));
    if (report_.iterations >= options_.most_iterations)
      return stop(Stop::iterations,
                  fmt::format("{} iterations were allowed; the largest entry of the gradient is {:.3g}",
                              report_.iterations, norm));
    if (report_.evaluations >= options_.most_evaluations)
      return stop(Stop::evaluations,
                  fmt::format("{} evaluations were allowed; the largest entry of the gradient is {:.3g}",
                              report_.evaluations, norm));
    return false;
  }

  /// The direction of the memory, or the steepest descent where rounding has left none of descent.
  LineSearchResult search() {
    direction_ = memory_.direction(gradient_);
    double slope = dot(direction_, gradient_);
    if (!(slope < 0) || !all_finite(direction_)) {
      memory_.clear();
      direction_ = memory_.direction(gradient_);
      slope = dot(direction_, gradient_);
    }
    if (!(slope < 0) || !std::isfinite(slope))
      return {{}, false, 0, fmt::format("the square of the gradient is {}", shortest(-slope))};
    LineSearchOptions line = options_.line;
    if (memory_.empty()) line.first_step = std::min(line.first_step, 1 / std::sqrt(-slope));  // a step of length 1
    return strong_wolfe([this](double step) { return trial(step); }, {0, value_, slope}, line);
  }

  LinePoint trial(double step) {
    trial_x_ = x_;
    add_scaled(trial_x_, step, direction_);
    trial_gradient_.assign(x_.size(), 0);
    const double value = evaluate(trial_x_, trial_gradient_);
    return {step, value, dot(trial_gradient_, direction_)};
  }

  /// Takes the point the search ended at, which is that of its last trial.
  void accept(const LineSearchResult& line) {
    ++report_.iterations;
    Vector s = direction_, y = trial_gradient_;
    for (double& each : s) each *= line.point.step;
    add_scaled(y, -1, gradient_);
    memory_.add(std::move(s), std::move(y));
    last_decrease_ = value_ - line.point.value;
    value_ = line.point.value;
    std::swap(x_, trial_x_);
    std::swap(gradient_, trial_gradient_);
  }

  bool restart(const LineSearchResult& line) {
    if (memory_.empty()) return !stop(Stop::line_search_failed, "along the steepest descent: " + line.reason);
    memory_.clear();
    ++report_.restarts;
    return true;
  }

  const Objective& f_;
  const LbfgsOptions& options_;
  Memory memory_;
  Vector x_, gradient_, direction_, trial_x_, trial_gradient_;
  double value_ = 0, last_decrease_ = HUGE_VAL;
  MinimizationReport report_;
};

}  // namespace

std::string to_string(Stop stop) {
  static constexpr std::array<const char*, 5> names{"the gradient is small", "the value stands still",
                                                    "most iterations", "most evaluations", "the line search failed"};
  return names[static_cast<size_t>(stop)];
}

Minimum lbfgs(const Objective& f, std::vector<double> x0, const LbfgsOptions& options) {
  check({"memory", {1, 1000, false, false, true}, 10.0}, static_cast<double>(options.memory));
  check({"gradient_tolerance", non_negative, 1e-8}, options.gradient_tolerance);
  check({"value_tolerance", non_negative, 0.0}, options.value_tolerance);
  check({"most_iterations", {0, 1e15, false, false, true}, 1000.0}, static_cast<double>(options.most_iterations));
  check({"most_evaluations", {1, 1e15, false, false, true}, 100000.0}, static_cast<double>(options.most_evaluations));
  return Minimizer(f, std::move(x0), options).run();
}

}  // namespace wengert
