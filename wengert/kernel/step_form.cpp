// SPDX-License-Identifier: Apache-2.0
#include "wengert/kernel/step_form.h"

namespace wengert {
namespace {

constexpr RegisterKind none = RegisterKind::none, real = RegisterKind::real, integer = RegisterKind::integer,
                       flag = RegisterKind::boolean;

constexpr StepForm real_form(int operands) {
  return {real, real, operands > 1 ? real : none, operands > 2 ? real : none};
}

}  // namespace

StepForm form_of(const MicroStep& step) {
  switch (step.op) {
    case Micro::loop: return {.to = integer, .a = integer, .effect = true};
    case Micro::native: return {.effect = true};
    case Micro::end_loop: return {.a = integer, .effect = true};
    case Micro::load_real: return {.to = real, .b = integer, .buffer = true};
    case Micro::load_integer: return {.to = integer, .b = integer, .buffer = true};
    case Micro::load_boolean: return {.to = flag, .b = integer, .buffer = true};
    case Micro::store_real:
    case Micro::accumulate_real: return {.b = integer, .c = real, .buffer = true, .effect = true};
    case Micro::store_integer: return {.b = integer, .c = integer, .buffer = true, .effect = true};
    case Micro::store_boolean: return {.b = integer, .c = flag, .buffer = true, .effect = true};
    case Micro::copy_integer: return {.to = integer, .a = integer};
    case Micro::copy_boolean: return {.to = flag, .a = flag};
    case Micro::logical_not: return {.to = flag, .a = flag};
    case Micro::copy_real:
    case Micro::negate:
    case Micro::square_root:
    case Micro::absolute:
    case Micro::floor:
    case Micro::round_single: return real_form(1);
    case Micro::call: return real_form(functions[step.function].arity);
    case Micro::add:
    case Micro::subtract:
    case Micro::multiply:
    case Micro::divide:
    case Micro::minimum:
    case Micro::maximum: return real_form(2);
    case Micro::fused_multiply_add: return real_form(3);
    case Micro::less:
    case Micro::less_equal:
    case Micro::equal: return {.to = flag, .a = real, .b = real};
    case Micro::integer_less:
    case Micro::integer_equal: return {.to = flag, .a = integer, .b = integer};
    case Micro::logical_and:
    case Micro::logical_or: return {.to = flag, .a = flag, .b = flag};
    case Micro::select_real: return {.to = real, .a = flag, .b = real, .c = real};
    case Micro::select_integer: return {.to = integer, .a = flag, .b = integer, .c = integer};
    case Micro::to_real: return {.to = real, .a = integer};
    case Micro::to_integer: return {.to = integer, .a = real};
    case Micro::boolean_to_integer: return {.to = integer, .a = flag};
    default: return {.to = integer, .a = integer, .b = integer};
  }
}

}  // namespace wengert
