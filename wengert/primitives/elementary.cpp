// SPDX-License-Identifier: Apache-2.0
#include "wengert/primitives/elementary.h"

#include "wengert/primitives/arithmetic.h"
#include "wengert/primitives/select.h"

namespace wengert {

const Elementwise<1> exp_p{{
    .name = "exp",
    .kernel = [](auto x) { return exp(x); },
    .partials = [](auto, auto y) { return each(y); },
    .known = {{{0}, 1}, {{1}, 0x1.5bf0a8b145769p+1}},
    .samples = {{-3}, {0.5}, {2}}}};

const Elementwise<1> log_p{{
    .name = "log",
    .kernel = [](auto x) { return log(x); },
    .partials = [](auto x, auto) { return each(1 / x); },
    .known = {{{1}, 0}, {{2}, 0x1.62e42fefa39efp-1}},
    .samples = {{0.1}, {0.5}, {20}}}};

const Elementwise<1> sqrt_p{{
    .name = "sqrt",
    .kernel = [](auto x) { return sqrt(x); },
    .partials = [](auto, auto y) { return each(0.5 / y); },
    .known = {{{4}, 2}, {{2}, 0x1.6a09e667f3bcdp+0}},
    .samples = {{0.1}, {0.5}, {20}},
    .edges = {{{0}, {HUGE_VAL}}},
    .note = "the partial at 0 is infinity, never a silent 0"}};

const Elementwise<1> sin_p{{
    .name = "sin",
    .kernel = [](auto x) { return sin(x); },
    .partials = [](auto x, auto) { return each(cos(x)); },
    .known = {{{0}, 0}, {{1}, 0x1.aed548f090ceep-1}},
    .samples = {{-2}, {0.5}, {4}}}};

const Elementwise<1> cos_p{{
    .name = "cos",
    .kernel = [](auto x) { return cos(x); },
    .partials = [](auto x, auto) { return each(-sin(x)); },
    .known = {{{0}, 1}, {{1}, 0x1.14a280fb5068cp-1}},
    .samples = {{-2}, {0.5}, {4}}}};

}  // namespace wengert
