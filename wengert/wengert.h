// SPDX-License-Identifier: Apache-2.0
//
// What a user needs, in one header:
//
//   trace                        a function of Exprs -> Program
//   Expr, Real, Function         what functions are written in, and a function recorded on demand
//   grad jvp vjp jacobian hessian hvp gauss_newton_product value_and_grad
//                                Program -> Program
//   planned_jacobian             the Jacobian by the fewest operations found
//   gradient, derivative         numbers at once, of a function of Reals
//   simplify, batch, scalarize   Program -> Program, same values
//   Interpreter, evaluate        Program -> numbers
//   compile                      Program -> machine code, where that pays
//   grad_check                   are they right?
//   print, parse                 Program <-> text
//   Array, f64, f32, i64, boolean, Error
#pragma once

#include "wengert/ad/derivatives.h"
#include "wengert/api/compile.h"
#include "wengert/api/function.h"
#include "wengert/api/gradient.h"
#include "wengert/api/planned_jacobian.h"
#include "wengert/check/grad_check.h"
#include "wengert/exec/interpreter.h"
#include "wengert/ir/text.h"
#include "wengert/passes/batch.h"
#include "wengert/passes/scalarize.h"
#include "wengert/passes/simplify.h"
#include "wengert/trace/trace.h"
