// SPDX-License-Identifier: Apache-2.0
#include "wengert/exec/llvm/vector_functions.h"

#include <dlfcn.h>

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

/// Vectors of AVX2: 4 doubles or 8 floats.
std::string libmvec_name(const ScalarFunction& f, bool single) {
  return std::string(single ? "_ZGVdN8v" : "_ZGVdN4v") + (f.arity == 2 ? "v_" : "_") + std::string(f.name) + (single ? "f" : "");
}
std::string sleef_name(const ScalarFunction& f, bool single) {
  const bool one_ulp = f.name != "erfc" && f.name != "hypot" && f.name != "sqrt";
  const char* const accuracy = f.name == "erfc" ? "_u15" : f.name == "hypot" ? "_u05" : one_ulp ? "_u10" : "";
  return "Sleef_" + std::string(f.name) + (single ? "f8" : "d4") + accuracy + "avx2";
}

/// The name of a function that is there.
std::string available_name(const ScalarFunction& f, bool single, bool fast) {
  const std::string first = fast ? libmvec_name(f, single) : sleef_name(f, single);
  const std::string second = fast ? sleef_name(f, single) : std::string();
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

}  // namespace

void* vector_function_address(const std::string& name) {
  void* const handle = name.starts_with("Sleef_") ? sleef() : libmvec();
  return handle == nullptr ? nullptr : dlsym(handle, name.c_str());
}

llvm::Value* call_vector(llvm::IRBuilder<>& b, llvm::Module& module, const ScalarFunction& f, bool fast, llvm::Value* x, llvm::Value* y) {
  auto* const type = llvm::cast<llvm::FixedVectorType>(x->getType());
  const bool single = type->getElementType()->isFloatTy();
  const unsigned width = single ? 8 : 4, lanes = type->getNumElements();
  const std::string name = available_name(f, single, fast);
  if (name.empty()) return nullptr;
  auto* const vector = llvm::FixedVectorType::get(type->getElementType(), width);
  const std::vector<llvm::Type*> types(static_cast<size_t>(f.arity), vector);
  auto callee = module.getOrInsertFunction(name, llvm::FunctionType::get(vector, types, false));
  llvm::cast<llvm::Function>(callee.getCallee())->addFnAttr(llvm::Attribute::NoUnwind);
  llvm::cast<llvm::Function>(callee.getCallee())->setDoesNotAccessMemory();
  llvm::Value* all = nullptr;
  for (unsigned first = 0; first < lanes; first += width) {
    std::vector<llvm::Value*> arguments{part(b, x, first, width)};
    if (f.arity == 2) arguments.push_back(part(b, y, first, width));
    llvm::Value* const some = part(b, b.CreateCall(callee, arguments), 0, std::min(width, lanes));
    if (lanes <= width) return some;
    std::vector<int> mask;
    for (unsigned k = 0; k < first + width; ++k) mask.push_back(static_cast<int>(k));
    all = all == nullptr ? some : b.CreateShuffleVector(all, some, mask);
  }
  return all;
}

}  // namespace wengert::llvm_reading
