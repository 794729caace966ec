// SPDX-License-Identifier: Apache-2.0
#include "wengert/primitives/arithmetic.h"

#include <cmath>

#include "wengert/primitives/elementary.h"
#include "wengert/primitives/select.h"

namespace wengert {

const Elementwise<2> add_p{{
    .name = "add",
    .kernel = [](auto a, auto b) { return a + b; },
    .partials = [](auto, auto, auto) { return each(1, 1); },
    .known = {{{1, 2}, 3}, {{-0.5, 0.5}, 0}},
    .samples = {{0.3, -2}, {1e10, 1}}}};

const Elementwise<2> sub_p{{
    .name = "sub",
    .kernel = [](auto a, auto b) { return a - b; },
    .partials = [](auto, auto, auto) { return each(1, -1); },
    .known = {{{1, 2}, -1}, {{3, 0.5}, 2.5}},
    .samples = {{0.3, -2}, {1e3, 1}}}};

const Elementwise<2> mul_p{{
    .name = "mul",
    .kernel = [](auto a, auto b) { return a * b; },
    .partials = [](auto a, auto b, auto) { return each(b, a); },
    .known = {{{3, 2}, 6}, {{-1.5, 4}, -6}},
    .samples = {{0.3, -2}, {0, 1}, {5, 7}}}};

const Elementwise<2> div_p{{
    .name = "div",
    .kernel = [](auto a, auto b) { return a / b; },
    .partials = [](auto, auto b, auto y) { return each(1 / b, -y / b); },
    .known = {{{3, 2}, 1.5}, {{-1, 4}, -0.25}},
    .samples = {{0.3, -2}, {0, 1}, {5, 7}}}};

const Elementwise<1> neg_p{{
    .name = "neg",
    .kernel = [](auto a) { return -a; },
    .partials = [](auto, auto) { return each(-1); },
    .known = {{{3}, -3}},
    .samples = {{0.3}, {-2}}}};

const Elementwise<2> pow_p{{
    .name = "pow",
    .kernel = [](auto x, auto y) { return pow(x, y); },
    .partials = [](auto x, auto y, auto z) {
      // By x at (0, 0): x^0 is 1 everywhere, so 0, where 0 * 0^-1 would be NaN. By y at x = 0 < y: the limit of z log x, 0;
      // at (0, 0) it stays -infinity, never a silent 0. With 1 for x there both come out, and no side of a select is NaN.
      const auto no_base = equal(x, 0);
      const auto by_x = y * pow(select(logical_and(no_base, equal(y, 0)), 1, x), y - 1);
      const auto by_y = z * log(select(logical_and(no_base, less(0, y)), 1, x));
      return each(by_x, by_y);
    },
    .known = {{{2, 3}, 8}, {{4, 0.5}, 2}, {{0, 2}, 0}, {{2, -1}, 0.5}},
    .samples = {{2, 3}, {0.5, -1.5}, {3, 0.25}, {1.5, 2}},
    .edges = {{{0, 2}, {0, 0}}, {{0, 1}, {1, 0}}, {{0, 0}, {0, -HUGE_VAL}}, {{0, -1}, {-HUGE_VAL, -HUGE_VAL}}},
    .note = "by y at (0, 0) the partial is -infinity, never a silent 0"}};

const Elementwise<3> fma_p{{
    .name = "fma",
    .kernel = [](auto a, auto b, auto c) { return fma(a, b, c); },
    .partials = [](auto a, auto b, auto, auto) { return each(b, a, 1); },
    .known = {{{3, 2, 1}, 7}},
    .samples = {{0.3, -2, 5}, {1, 4, -4.5}}}};

}  // namespace wengert
