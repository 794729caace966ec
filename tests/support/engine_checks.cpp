// SPDX-License-Identifier: Apache-2.0
#include "engine_checks.h"

#include <algorithm>
#include <cmath>

#include "noisy_kernel.h"
#include "wengert/exec/compiled.h"
#include "wengert/exec/interpreter.h"
#include "wengert/exec/lower.h"
#include "wengert/kernel/functions.h"

namespace wengert {
namespace {

constexpr int readings = 6;
constexpr size_t most_steps = 6000;

/// Equal numbers; NaN equals NaN, whichever it is, and the signs of zeros count.
bool same(double a, double b) { return a != a ? b != b : a == b && std::signbit(a) == std::signbit(b); }

std::string difference(std::string_view engine, size_t output, int64_t element, double found, double expected,
                       double allowed) {
  return std::string(engine) + ": output " + std::to_string(output) + " element " + std::to_string(element) + " is " +
         shortest(found) + ", expected " + shortest(expected) + " within " + shortest(allowed);
}

std::string compare_bits(std::string_view engine, const std::vector<Array>& found, const std::vector<Array>& expected) {
  for (size_t k = 0; k < expected.size(); ++k)
    for (int64_t i = 0; i < expected[k].elements(); ++i)
      if (!same(found[k][i], expected[k][i])) return difference(engine, k, i, found[k][i], expected[k][i], 0);
  return {};
}

std::string compare_near(std::string_view engine, const Program& p, const std::vector<Array>& x,
                         const std::vector<Array>& found, const std::vector<Array>& expected) {
  if (compare_bits(engine, found, expected).empty()) return {};
  const auto allowed = allowed_errors(p, x, expected);
  for (size_t k = 0; k < expected.size(); ++k)
    for (int64_t i = 0; i < expected[k].elements(); ++i) {
      const double a = found[k][i], b = expected[k][i], most = allowed[k][static_cast<size_t>(i)];
      const bool agree = same(a, b) || std::isinf(most) || std::abs(a - b) <= most;
      if (!agree) return difference(engine, k, i, a, b, most);
    }
  return {};
}

/// The same error, or outputs to be compared.
template <class Run> std::string checked(std::string_view engine, const ReferenceRun& expected, Run run) {
  std::string error;
  try {
    const std::string problem = run();
    if (expected.error.empty()) return problem;
  } catch (const Error& e) {
    if (e.kind() == ErrorKind::internal) throw;
    error = e.id();
    if (error == "W710") return {};  // no Program but code: nothing but the interpreter runs it
  }
  if (error == expected.error) return {};
  return std::string(engine) + " ended with \"" + error + "\", expected \"" + expected.error + "\"";
}

}  // namespace

ReferenceRun reference_run(const Program& p, const std::vector<Array>& x) {
  try {
    return {evaluate(p, x, {.reference = true})};
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::internal) throw;
    return {{}, std::string(error.id())};
  }
}

std::string check_interpreter(const Program& p, const std::vector<Array>& x, const ReferenceRun& expected) {
  return checked("interpreter", expected,
                 [&] { return compare_near("interpreter", p, x, evaluate(p, x), expected.outputs); });
}

std::string check_compiled_bits(const Program& p, const std::vector<Array>& x, const ReferenceRun& expected,
                                int level) {
  const std::string name = "compiled at level " + std::to_string(level);
  const CompiledOptions exact{
      .level = level, .lanes = false, .contract = false, .single = false, .natives = false, .scalars = false};
  return checked(name, expected, [&] { return compare_bits(name, Compiled(p, exact).run(x), expected.outputs); });
}

std::string check_compiled(const Program& p, const std::vector<Array>& x, const ReferenceRun& expected) {
  return checked("compiled", expected,
                 [&] { return compare_near("compiled", p, x, Compiled(p).run(x), expected.outputs); });
}

std::vector<std::vector<double>> allowed_errors(const Program& p, const std::vector<Array>& x,
                                                const std::vector<Array>& expected) {
  const LoweredProgram lowered = lower(p);
  std::vector<std::vector<double>> farthest;
  for (const Array& y : expected) farthest.emplace_back(static_cast<size_t>(y.elements()), 0);
  for (uint64_t key = 0; key < readings; ++key) {
    const auto moved = read_with_noise(lowered, x, key);
    for (size_t k = 0; k < expected.size(); ++k)
      for (int64_t i = 0; i < expected[k].elements(); ++i) {
        double& most = farthest[k][static_cast<size_t>(i)];
        const double distance = std::abs(moved[k][i] - expected[k][i]);
        const bool discrete = !is_float(expected[k].dtype());
        if (same(moved[k][i], expected[k][i])) continue;
        most = discrete || !std::isfinite(distance) ? INFINITY : std::max(most, distance);
      }
  }
  for (size_t k = 0; k < expected.size(); ++k)
    for (int64_t i = 0; i < expected[k].elements(); ++i) {
      const bool single = expected[k].dtype() == DType::f32;
      const double ulp = single ? 0x1p-23 : 0x1p-52, least = single ? 0x1p-149 : 0x1p-1074;
      double& most = farthest[k][static_cast<size_t>(i)];
      if (is_float(expected[k].dtype())) most = 16 * most + 4 * std::max(ulp * std::abs(expected[k][i]), least);
    }
  return farthest;
}

bool is_quick(const Program& p) {
  try {
    return lower(p).kernel.steps.size() <= most_steps;
  } catch (const UsageError& error) {
    return error.id() == "W710";
  }
}

}  // namespace wengert
