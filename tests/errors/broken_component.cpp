// SPDX-License-Identifier: Apache-2.0
//
// A component that refuses every kernel, as LLVM would one that is wrong: what W908 is for.
#include "wengert/exec/llvm/component.h"

extern "C" {
void wengert_llvm_compile(const wengert::CodeRequest*, wengert::CodeResult* result) { result->error = "this component compiles nothing"; }
void wengert_llvm_release(void*) {}
int wengert_llvm_vector_bytes() { return 0; }
uint64_t wengert_llvm_layout() { return wengert::component_layout; }
const char* wengert_llvm_host() { return "none"; }
}
