// SPDX-License-Identifier: Apache-2.0
//
// What every reading of a kernel needs to know of its steps without carrying them out: which fields are registers, of
// which kind, and what lies behind a buffer's number.
#pragma once

#include "wengert/kernel/kernel.h"

namespace wengert {

enum class RegisterKind : uint8_t { none, real, integer, boolean };

/// Which fields of a MicroStep are registers, of which kind. (A native call's are in Kernel::natives.)
struct StepForm {
  RegisterKind to = RegisterKind::none, a = RegisterKind::none, b = RegisterKind::none, c = RegisterKind::none;
  bool buffer = false;  ///< `a` is a buffer
  bool effect = false;  ///< stays although it has no result
};
StepForm form_of(const MicroStep& step);

/// visit(kind, slot) for every register that a step reads.
template <class Visit> void for_each_operand(const MicroStep& step, Visit visit) {
  const StepForm form = form_of(step);
  if (form.a != RegisterKind::none) visit(form.a, step.a);
  if (form.b != RegisterKind::none) visit(form.b, step.b);
  if (form.c != RegisterKind::none) visit(form.c, step.c);
}

/// Buffers from this number on are scratch.
inline size_t first_scratch(const Kernel& kernel) { return kernel.operands.size() + kernel.results.size(); }

/// The type of a buffer by its number: operands, then results, then scratch.
inline const Type& buffer_type(const Kernel& kernel, uint32_t buffer) {
  const size_t operands = kernel.operands.size(), scratch = first_scratch(kernel);
  return buffer < operands ? kernel.operands[buffer] : buffer < scratch ? kernel.results[buffer - operands] : kernel.scratch[buffer - scratch];
}

}  // namespace wengert
