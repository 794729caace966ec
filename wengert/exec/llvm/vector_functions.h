// SPDX-License-Identifier: Apache-2.0
//
// Elementary functions of whole vectors: glibc's libmvec (`fast`: up to 4 ulp) and SLEEF (under 1 ulp), found in their
// libraries when a kernel first asks for one.
#pragma once

#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/Module.h>

#include <string>

#include "wengert/kernel/functions.h"

namespace wengert::llvm_reading {

/// The vectors that this processor has, the widest: AVX-512, AVX2 with FMA, or NEON. `bytes` 0: none of these.
struct HostVectors {
  unsigned bytes = 0;
  const char* libmvec = "";  ///< what names of glibc's functions begin with
  const char* sleef = "";    ///< what names of SLEEF's functions end with
};
const HostVectors& host_vectors();

/// f(x[, y]) lane by lane, as calls that take a machine vector each; null if no library has f for this element type.
llvm::Value* call_vector(llvm::IRBuilder<>& b, llvm::Module& module, const ScalarFunction& f, bool fast, llvm::Value* x, llvm::Value* y);

/// The address of a function that call_vector called, or null.
void* vector_function_address(const std::string& name);

}  // namespace wengert::llvm_reading
