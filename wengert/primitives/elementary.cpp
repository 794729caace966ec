// SPDX-License-Identifier: Apache-2.0
#include "wengert/primitives/elementary.h"

#include <cmath>
#include <limits>

#include "wengert/primitives/arithmetic.h"
#include "wengert/primitives/select.h"

namespace wengert {

const Elementwise<1> exp_p{{
    .name = "exp",
    .kernel = [](auto x) { return exp(x); },
    .partials = [](auto, auto y) { return each(y); },
    .known = {{{0}, 1}, {{1}, 0x1.5bf0a8b145769p+1}},
    .samples = {{-3}, {0.5}, {2}}}};

const Elementwise<1> expm1_p{{
    .name = "expm1",
    .kernel = [](auto x) { return expm1(x); },
    .partials = [](auto x, auto) { return each(exp(x)); },  // y + 1 would lose every digit for x << 0
    .known = {{{0}, 0}, {{1}, 0x1.b7e151628aed3p+0}, {{0x1p-60}, 0x1p-60}},
    .samples = {{-3}, {0.5}, {2}}}};

const Elementwise<1> log_p{{
    .name = "log",
    .kernel = [](auto x) { return log(x); },
    .partials = [](auto x, auto) { return each(1 / x); },
    .known = {{{1}, 0}, {{2}, 0x1.62e42fefa39efp-1}},
    .samples = {{0.1}, {0.5}, {20}},
    .edges = {{{0}, {HUGE_VAL}}}}};

const Elementwise<1> log1p_p{{
    .name = "log1p",
    .kernel = [](auto x) { return log1p(x); },
    .partials = [](auto x, auto) { return each(1 / (1 + x)); },
    .known = {{{0}, 0}, {{1}, 0x1.62e42fefa39efp-1}, {{0x1p-60}, 0x1p-60}},
    .samples = {{-0.9}, {0.5}, {20}},
    .edges = {{{-1}, {HUGE_VAL}}}}};

const Elementwise<1> sqrt_p{{
    .name = "sqrt",
    .kernel = [](auto x) { return sqrt(x); },
    .partials = [](auto, auto y) { return each(0.5 / y); },
    .known = {{{4}, 2}, {{2}, 0x1.6a09e667f3bcdp+0}},
    .samples = {{0.1}, {0.5}, {20}},
    .edges = {{{0}, {HUGE_VAL}}},
    .note = "the partial at 0 is infinity, never a silent 0"}};

const Elementwise<1> cbrt_p{{
    .name = "cbrt",
    .kernel = [](auto x) { return cbrt(x); },
    .partials = [](auto, auto y) { return each(1 / (3 * y * y)); },
    .known = {{{8}, 2}, {{-27}, -3}, {{2}, 0x1.428a2f98d728bp+0}},
    .samples = {{-3}, {0.5}, {20}},
    .edges = {{{0}, {HUGE_VAL}}},
    .note = "the partial at 0 is infinity, never a silent 0"}};

const Elementwise<2> hypot_p{{
    .name = "hypot",
    .kernel = [](auto a, auto b) { return hypot(a, b); },
    .partials = [](auto a, auto b, auto y) {
      // Divided by the least number at the origin, where 0 / 0 would be NaN: 0 there, and its own slope infinite.
      const auto length = max(y, least_positive(y));
      return each(a / length, b / length);
    },
    .known = {{{3, 4}, 5}, {{-5, 12}, 13}, {{1, 1}, 0x1.6a09e667f3bcdp+0}},
    .samples = {{3, -2}, {-0.5, 0.25}, {1e-3, 7}},
    .edges = {{{0, 0}, {0, 0}}},
    .note = "the derivative at (0, 0) is 0, the least-norm subgradient; the second there is infinite"}};

const Elementwise<1> sin_p{{
    .name = "sin",
    .kernel = [](auto x) { return sin(x); },
    .partials = [](auto x, auto) { return each(cos(x)); },
    .joint = [](double x) { return ValueAndPartial{std::sin(x), std::cos(x)}; },  // compilers make it one sincos
    .known = {{{0}, 0}, {{1}, 0x1.aed548f090ceep-1}},
    .samples = {{-2}, {0.5}, {4}}}};

const Elementwise<1> cos_p{{
    .name = "cos",
    .kernel = [](auto x) { return cos(x); },
    .partials = [](auto x, auto) { return each(-sin(x)); },
    .joint = [](double x) { return ValueAndPartial{std::cos(x), -std::sin(x)}; },
    .known = {{{0}, 1}, {{1}, 0x1.14a280fb5068cp-1}},
    .samples = {{-2}, {0.5}, {4}}}};

const Elementwise<1> tan_p{{
    .name = "tan",
    .kernel = [](auto x) { return tan(x); },
    .partials = [](auto, auto y) { return each(1 + y * y); },
    .known = {{{0}, 0}, {{1}, 0x1.8eb245cbee3a6p+0}},
    .samples = {{-2}, {0.5}, {4}}}};

const Elementwise<1> asin_p{{
    .name = "asin",
    .kernel = [](auto x) { return asin(x); },
    .partials = [](auto x, auto) { return each(1 / sqrt((1 - x) * (1 + x))); },
    .known = {{{0}, 0}, {{0.5}, 0x1.0c152382d7366p-1}, {{-0.5}, -0x1.0c152382d7366p-1}},
    .samples = {{-0.9}, {0.1}, {0.6}},
    .edges = {{{1}, {HUGE_VAL}}, {{-1}, {HUGE_VAL}}}}};

const Elementwise<1> acos_p{{
    .name = "acos",
    .kernel = [](auto x) { return acos(x); },
    .partials = [](auto x, auto) { return each(-1 / sqrt((1 - x) * (1 + x))); },
    .known = {{{0}, 0x1.921fb54442d18p+0}, {{0.5}, 0x1.0c152382d7366p+0}, {{-0.5}, 0x1.0c152382d7366p+1}},
    .samples = {{-0.9}, {0.1}, {0.6}},
    .edges = {{{1}, {-HUGE_VAL}}, {{-1}, {-HUGE_VAL}}}}};

const Elementwise<1> atan_p{{
    .name = "atan",
    .kernel = [](auto x) { return atan(x); },
    .partials = [](auto x, auto) { return each(1 / (1 + x * x)); },
    .known = {{{0}, 0}, {{1}, 0x1.921fb54442d18p-1}},
    .samples = {{-3}, {0.5}, {20}}}};

const Elementwise<2> atan2_p{{
    .name = "atan2",
    .kernel = [](auto y, auto x) { return atan2(y, x); },
    .partials = [](auto y, auto x, auto) {
      const auto length = hypot(y, x);  // x^2 + y^2 would overflow from 1e154 on
      return each(x / length / length, -y / length / length);
    },
    .known = {{{1, 2}, 0x1.dac670561bb4fp-2}, {{1, -1}, 0x1.2d97c7f3321d2p+1}, {{0, 1}, 0}},
    .samples = {{1, 2}, {-0.5, 0.25}, {2, -3}, {-1, -4}},
    .note = "the derivative at (0, 0) is NaN: there is no angle to follow"}};

const Elementwise<1> sinh_p{{
    .name = "sinh",
    .kernel = [](auto x) { return sinh(x); },
    .partials = [](auto x, auto) { return each(cosh(x)); },
    .known = {{{0}, 0}, {{1}, 0x1.2cd9fc44eb982p+0}},
    .samples = {{-2}, {0.5}, {3}}}};

const Elementwise<1> cosh_p{{
    .name = "cosh",
    .kernel = [](auto x) { return cosh(x); },
    .partials = [](auto x, auto) { return each(sinh(x)); },
    .known = {{{0}, 1}, {{1}, 0x1.8b07551d9f550p+0}},
    .samples = {{-2}, {0.5}, {3}}}};

const Elementwise<1> tanh_p{{
    .name = "tanh",
    .kernel = [](auto x) { return tanh(x); },
    .partials = [](auto, auto y) { return each((1 - y) * (1 + y)); },  // 1 - y * y rounds y * y near |y| = 1
    .known = {{{0}, 0}, {{1}, 0x1.85efab514f394p-1}},
    .samples = {{-2}, {0.5}, {3}},
    .note = "the derivative (1 - y) (1 + y) reuses the result: its error is a rounding of 1, not of itself, where |y| is near 1"}};

const Elementwise<1> asinh_p{{
    .name = "asinh",
    .kernel = [](auto x) { return asinh(x); },
    .partials = [](auto x, auto) { return each(1 / hypot(x, 1.0)); },  // x * x would overflow from 1e154 on
    .known = {{{0}, 0}, {{1}, 0x1.c34366179d427p-1}},
    .samples = {{-2}, {0.5}, {30}}}};

const Elementwise<1> acosh_p{{
    .name = "acosh",
    .kernel = [](auto x) { return acosh(x); },
    .partials = [](auto x, auto) { return each(1 / (sqrt(x - 1) * sqrt(x + 1))); },  // NaN where the value is: x < 1
    .known = {{{2}, 0x1.5124271980435p+0}, {{1.25}, 0x1.62e42fefa39efp-1}},
    .samples = {{1.25}, {2}, {30}},
    .edges = {{{1}, {HUGE_VAL}}}}};

const Elementwise<1> atanh_p{{
    .name = "atanh",
    .kernel = [](auto x) { return atanh(x); },
    .partials = [](auto x, auto) { return each(1 / ((1 - x) * (1 + x))); },
    .known = {{{0}, 0}, {{0.5}, 0x1.193ea7aad030bp-1}},
    .samples = {{-0.9}, {0.1}, {0.6}},
    .edges = {{{1}, {HUGE_VAL}}, {{-1}, {HUGE_VAL}}}}};

// 0x1.20dd...p+0 is 2 / sqrt(pi).
const Elementwise<1> erf_p{{
    .name = "erf",
    .kernel = [](auto x) { return erf(x); },
    .partials = [](auto x, auto) { return each(0x1.20dd750429b6dp+0 * exp(-(x * x))); },
    .known = {{{0}, 0}, {{1}, 0x1.af767a741088bp-1}},
    .samples = {{-2}, {0.5}, {1}},
    .source = "AS64 7.1.1"}};

const Elementwise<1> erfc_p{{
    .name = "erfc",
    .kernel = [](auto x) { return erfc(x); },
    .partials = [](auto x, auto) { return each(-0x1.20dd750429b6dp+0 * exp(-(x * x))); },
    .known = {{{0}, 1}, {{1}, 0x1.4226162fbddd5p-3}, {{5}, 0x1.b0c1a759f7739p-40}},
    .samples = {{-2}, {0.5}, {1}},
    .source = "AS64 7.1.2"}};

const Elementwise<1> lgamma_p{{
    .name = "lgamma",
    .kernel = [](auto x) { return lgamma(x); },
    .partials = [](auto x, auto) { return each(polygamma(0, x)); },
    .known = {{{1}, 0}, {{5}, 0x1.96ca77c922cf9p+1}, {{0.5}, 0x1.250d048e7a1bdp-1}},
    .samples = {{0.3}, {2.5}, {20}, {-1.5}},
    .source = "AS64 6.3.1"}};

const Elementwise<2> polygamma_p{{
    .name = "polygamma",
    .kernel = [](auto n, auto x) { return polygamma(n, x); },
    .partials = [](auto n, auto x, auto) {
      return each(std::numeric_limits<double>::quiet_NaN(), polygamma(n + 1, x));
    },
    .known = {{{0, 1}, -0x1.2788cfc6fb619p-1}, {{1, 1}, 0x1.a51a6625307d3p+0}, {{2, 1}, -0x1.33ba004f00621p+1},
              {{1, 0.5}, 0x1.3bd3cc9be45dep+2}},
    .samples = {{0, 0.3}, {1, 2.5}, {3, 4}, {0, -1.5}},
    .edges = {{{1, 2}, {std::numeric_limits<double>::quiet_NaN(), -0x1.9dd002780310ap-2}}},
    .source = "AS64 6.4.1",
    .note = "the partial by the order n is NaN: n counts derivatives, and between the integers there is nothing"}};

}  // namespace wengert
