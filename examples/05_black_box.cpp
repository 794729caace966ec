// SPDX-License-Identifier: Apache-2.0
//
// A function of a C library, of which nothing is known but its own derivative code, as an operation in a Program:
// Foreign makes operations of both, custom_vjp joins them. A wrong derivative code is found by grad_check and named.
#include <cmath>
#include <cstdio>

#include "wengert/primitives/foreign.h"
#include "wengert/wengert.h"

using namespace wengert;

// The black box: in[3] -> out[2], and its VJP: in[3], out_bar[2] -> in_bar[3].
extern "C" void reactor(const double* in, double* out) {
  out[0] = in[0] * std::exp(-in[1] / in[2]);
  out[1] = in[0] * in[0] + in[1];
}
extern "C" void reactor_vjp(const double* in, const double* out_bar, double* in_bar) {
  const double rate = std::exp(-in[1] / in[2]);
  in_bar[0] = rate * out_bar[0] + 2 * in[0] * out_bar[1];
  in_bar[1] = -in[0] / in[2] * rate * out_bar[0] + out_bar[1];
  in_bar[2] = in[0] * in[1] / (in[2] * in[2]) * rate * out_bar[0];
}

// As operations: result types by operand types, and the call. Records are globals, and have names of their own.
const Foreign reactor_p(
    "reactor", 1,
    [](const Signature& s) {
      s.require(s.operands[0] == f64({3}), "an f64[3]");
      return std::vector{f64({2})};
    },
    [](std::span<const ConstView> in, std::span<const View> out) { reactor(in[0].as<double>(), out[0].as<double>()); });
const Foreign reactor_vjp_p(
    "reactor_vjp", 2, [](const Signature& s) { return std::vector{s.operands[0]}; },
    [](std::span<const ConstView> in, std::span<const View> out) {
      reactor_vjp(in[0].as<double>(), in[1].as<double>(), out[0].as<double>());
    });

/// |reactor(x^2) - target|^2 with the given derivative code.
Program loss(const Program& vjp) {
  const Program body = trace([](Expr x) { return reactor_p(x); }, {f64({3})}, "reactor");
  return trace(
      [&](Expr x) {
        const Expr y = custom_vjp(body, vjp, {{x * x}})[0], off = y - constant(Array({1.0, 2.0}));
        return sum(off * off);
      },
      {f64({3})}, "loss", {"x"});
}

int main() {
  const std::vector<Array> x{Array({1.0, 0.5, 2.0})};
  // A VJP rule takes the operands, the results, and a cotangent for each result.
  const std::vector<Type> types{f64({3}), f64({2}), f64({2})};
  const Program right = trace([](Expr in, Expr, Expr out_bar) { return reactor_vjp_p(in, {out_bar}); }, types, "rule");
  const auto g = evaluate(grad(loss(right)), x)[0];
  std::printf("gradient (%.4f, %.4f, %.4f), %s\n", g[0], g[1], g[2],
              grad_check(loss(right), x).passed ? "checked" : "wrong");
  // gradient (-6.2277, -1.4715, -0.0071), checked

  // A derivative code with a mistake runs, but does not pass.
  const Program wrong =
      trace([](Expr in, Expr, Expr out_bar) { return 2 * reactor_vjp_p(in, {out_bar}); }, types, "rule");
  const auto report = grad_check(loss(wrong), x);
  std::printf("%s: the derivative of %s\n", report.passed ? "checked" : "wrong", report.where.c_str());
  // wrong: the derivative of 05_black_box.cpp:44, %2 = custom %1 in program "loss"

  // One with the wrong shape does not even run.
  try {
    loss(trace([](Expr in, Expr, Expr out_bar) { return sum(reactor_vjp_p(in, {out_bar})); }, types, "rule"));
  } catch (const Error& error) {
    std::puts(error.what());
    // W208 shape: the VJP of "reactor" must map (f64[3], f64[2], f64[2]) to (f64[3]); "rule" maps (f64[3], f64[2],
    // f64[2]) to (f64[])
    //   at 05_black_box.cpp:44, custom %1 in program "loss"
  }
}
