// SPDX-License-Identifier: Apache-2.0
#include "wengert/exec/llvm/vector_functions.h"

#include <dlfcn.h>
#include <llvm/TargetParser/Host.h>
#include <llvm/TargetParser/Triple.h>

namespace wengert::llvm_reading {
namespace {

void* library(const char* name) { return dlopen(name, RTLD_NOW | RTLD_LOCAL); }
void* libmvec() {
  static void* const handle = library("libmvec.so.1");
  return handle;
}
void* sleef() {
  static void* const handle = library("libsleef.so.3");
  return handle;
}

/// By the vector function ABIs of x86-64 and AArch64: the letter of the instruction set, N (no mask), the lanes, v for each operand.
std::string libmvec_name(const ScalarFunction& f, bool single) {
  const HostVectors& host = host_vectors();
  return host.libmvec + std::to_string(host.bytes / (single ? 4 : 8)) + (f.arity == 2 ? "vv_" : "v_") + std::string(f.name) + (single ? "f" : "");
}
std::string sleef_name(const ScalarFunction& f, bool single) {
  const bool one_ulp = f.name != "erfc" && f.name != "hypot" && f.name != "sqrt";
  const char* const accuracy = f.name == "erfc" ? "_u15" : f.name == "hypot" ? "_u05" : one_ulp ? "_u10" : "";
  const HostVectors& host = host_vectors();
  return "Sleef_" + std::string(f.name) + (single ? "f" : "d") + std::to_string(host.bytes / (single ? 4 : 8)) + accuracy + host.sleef;
}

/// The name of a function that is there. glibc's exp of f32 leaves results that are no normal numbers to one call a lane
/// (34 ns a vector on [-120, 0], where SLEEF takes 9.6; on [-5, 5] 7.4 and 6.7), and those are common: masked scores.
std::string available_name(const ScalarFunction& f, bool single, bool fast) {
  const bool sleef_first = !fast || (single && f.name == "exp");
  const std::string first = sleef_first ? sleef_name(f, single) : libmvec_name(f, single);
  const std::string second = !fast ? std::string() : sleef_first ? libmvec_name(f, single) : sleef_name(f, single);
  for (const std::string& name : {first, second})
    if (!name.empty() && vector_function_address(name) != nullptr) return name;
  return {};
}

/// Elements [first, first + count) of a vector; beyond its end the last one again.
llvm::Value* part(llvm::IRBuilder<>& b, llvm::Value* x, unsigned first, unsigned count) {
  const unsigned lanes = llvm::cast<llvm::FixedVectorType>(x->getType())->getNumElements();
  if (first == 0 && count == lanes) return x;
  std::vector<int> mask;
  for (unsigned k = 0; k < count; ++k) mask.push_back(static_cast<int>(std::min(first + k, lanes - 1)));
  return b.CreateShuffleVector(x, mask);
}

HostVectors vectors_of_host() {
  const llvm::Triple triple(llvm::sys::getProcessTriple());
  if (triple.isAArch64()) return {16, "_ZGVnN", "advsimd"};
  const auto has = [features = llvm::sys::getHostCPUFeatures()](const char* name) { return features.lookup(name); };
  if (triple.getArch() != llvm::Triple::x86_64) return {};
  if (has("avx512f") && has("avx512dq") && has("avx512vl")) return {64, "_ZGVeN", "avx512f"};
  if (has("avx2") && has("fma")) return {32, "_ZGVdN", "avx2"};
  return {};
}

}  // namespace

const HostVectors& host_vectors() {
  static const HostVectors one = vectors_of_host();
  return one;
}

void* vector_function_address(const std::string& name) {
  void* const handle = name.starts_with("Sleef_") ? sleef() : libmvec();
  return handle == nullptr ? nullptr : dlsym(handle, name.c_str());
}

llvm::Value* call_vector(llvm::IRBuilder<>& b, llvm::Module& module, const ScalarFunction& f, bool fast, llvm::Value* x, llvm::Value* y) {
  auto* const type = llvm::cast<llvm::FixedVectorType>(x->getType());
  const bool single = type->getElementType()->isFloatTy();
  if (host_vectors().bytes == 0) return nullptr;
  const unsigned width = host_vectors().bytes / (single ? 4 : 8), lanes = type->getNumElements();
  const std::string name = available_name(f, single, fast);
  if (name.empty()) return nullptr;
  auto* const vector = llvm::FixedVectorType::get(type->getElementType(), width);
  const std::vector<llvm::Type*> types(static_cast<size_t>(f.arity), vector);
  auto callee = module.getOrInsertFunction(name, llvm::FunctionType::get(vector, types, false));
  llvm::cast<llvm::Function>(callee.getCallee())->addFnAttr(llvm::Attribute::NoUnwind);
  llvm::cast<llvm::Function>(callee.getCallee())->setDoesNotAccessMemory();
  llvm::Value* all = llvm::PoisonValue::get(type);
  for (unsigned first = 0; first < lanes; first += width) {
    std::vector<llvm::Value*> arguments{part(b, x, first, width)};
    if (f.arity == 2) arguments.push_back(part(b, y, first, width));
    llvm::Value* const some = part(b, b.CreateCall(callee, arguments), 0, std::min(width, lanes));
    if (lanes <= width) return some;
    all = b.CreateInsertVector(type, all, some, b.getInt64(first));
  }
  return all;
}

}  // namespace wengert::llvm_reading
