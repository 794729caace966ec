// SPDX-License-Identifier: Apache-2.0
//
// The component: kernels to IR, IR to objects, objects into this process by ORC. Memory is writable or executable, never
// both (JITLink). One engine for the process; a compilation has a library (JITDylib) of its own, which release() removes.
#include <llvm/Analysis/CGSCCPassManager.h>
#include <llvm/Analysis/LoopAnalysisManager.h>
#include <llvm/ExecutionEngine/Orc/CompileUtils.h>
#include <llvm/ExecutionEngine/Orc/LLJIT.h>
#include <llvm/IR/Verifier.h>
#include <llvm/Passes/PassBuilder.h>
#include <llvm/Support/CommandLine.h>
#include <llvm/Support/TargetSelect.h>
#include <llvm/Target/TargetMachine.h>
#include <llvm/TargetParser/Host.h>
#include <llvm/Transforms/InstCombine/InstCombine.h>
#include <llvm/Transforms/Scalar/EarlyCSE.h>
#include <llvm/Transforms/Scalar/LICM.h>
#include <llvm/Transforms/Scalar/LoopPassManager.h>

#include <map>
#include <mutex>
#include <set>

#include "wengert/exec/llvm/emitter.h"
#include "wengert/exec/llvm/vector_functions.h"

namespace wengert::llvm_reading {
namespace {

constexpr size_t chunks_of_a_module = 16;  // bounds the memory of IR and of machine code under construction

class Engine {
 public:
  Engine();
  void compile(const CodeRequest& request, CodeResult& result);
  void release(void* handle);
  int vector_bytes() const { return vector_bytes_; }

 private:
  using Object = std::unique_ptr<llvm::MemoryBuffer>;
  llvm::Expected<Object> object_of(const CodeRequest& request, const Workspace& workspace, std::span<const Chunk> chunks, size_t first, size_t all);
  void optimize(llvm::Module& module, llvm::TargetMachine& machine);
  void collect_externals(const llvm::Module& module, std::set<std::string>& names);
  llvm::Error define_externals(llvm::orc::JITDylib& library, const CodeRequest& request);
  llvm::Error link(const CodeRequest& request, std::vector<Object> objects, CodeResult& result);
  llvm::TargetMachine& machine(int level);

  std::unique_ptr<llvm::orc::LLJIT> jit_;
  std::unique_ptr<llvm::TargetMachine> machines_[3];
  std::optional<llvm::orc::JITTargetMachineBuilder> host_;
  std::set<std::string> externals_;
  uint64_t libraries_ = 0;
  int vector_bytes_ = 0;
  std::mutex mutex_;
};

std::string text_of(llvm::Error error) { return llvm::toString(std::move(error)); }

/// For what fails only where LLVM does not know this machine.
template <class T> T or_die(llvm::Expected<T> value) {
  if (value) return std::move(*value);
  llvm::report_fatal_error(value.takeError());
}

Engine::Engine() {
  llvm::InitializeNativeTarget();
  llvm::InitializeNativeTargetAsmPrinter();
  // The machine scheduler takes four fifths of the time on long lists and gains nothing that was measured.
  auto& options = llvm::cl::getRegisteredOptions();
  if (const auto found = options.find("enable-misched"); found != options.end())
    found->second->addOccurrence(0, "enable-misched", "false");
  host_ = or_die(llvm::orc::JITTargetMachineBuilder::detectHost());
  jit_ = or_die(llvm::orc::LLJITBuilder().setJITTargetMachineBuilder(*host_).setLinkProcessSymbolsByDefault(false).setPlatformSetUp(llvm::orc::setUpInactivePlatform).create());
  const auto features = llvm::sys::getHostCPUFeatures();
  const auto has = [&](const char* name) { return features.lookup(name); };
  vector_bytes_ = has("avx2") && has("fma") ? 32 : 0;
}

llvm::TargetMachine& Engine::machine(int level) {
  auto& made = machines_[level];
  if (made == nullptr) {
    auto builder = *host_;
    builder.setCodeGenOptLevel(level == 0 ? llvm::CodeGenOptLevel::None : level == 1 ? llvm::CodeGenOptLevel::Less : llvm::CodeGenOptLevel::Default);
    made = or_die(builder.createTargetMachine());
  }
  return *made;
}

void Engine::optimize(llvm::Module& module, llvm::TargetMachine& machine) {
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions_of;
  llvm::CGSCCAnalysisManager groups;
  llvm::ModuleAnalysisManager modules;
  llvm::PassBuilder builder(&machine);
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(groups);
  builder.registerFunctionAnalyses(functions_of);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions_of, groups, modules);
  llvm::FunctionPassManager passes;
  passes.addPass(llvm::EarlyCSEPass(true));
  passes.addPass(llvm::InstCombinePass());
  llvm::LoopPassManager hoist;
  hoist.addPass(llvm::LICMPass(llvm::LICMOptions()));
  passes.addPass(llvm::createFunctionToLoopPassAdaptor(std::move(hoist), true));
  passes.addPass(llvm::EarlyCSEPass(true));
  for (llvm::Function& f : module)
    if (!f.isDeclaration()) passes.run(f, functions_of);
}

/// Functions that a module calls and does not have.
void Engine::collect_externals(const llvm::Module& module, std::set<std::string>& names) {
  for (const llvm::Function& f : module)
    if (f.isDeclaration() && !f.isIntrinsic()) names.insert(f.getName().str());
  for (const llvm::GlobalVariable& g : module.globals()) names.insert(g.getName().str());
}

std::string chunk_name(const CodeRequest& request, size_t k) { return std::string(request.symbol) + "_" + std::to_string(k); }

/// The object of chunks [first, first + chunks.size()) of `all`; the last one has the entry, which runs them in order.
llvm::Expected<Engine::Object> Engine::object_of(const CodeRequest& request, const Workspace& workspace, std::span<const Chunk> chunks,
                                                 size_t first, size_t all) {
  llvm::LLVMContext context;
  llvm::Module module(request.symbol, context);
  llvm::TargetMachine& target = machine(request.level);
  module.setDataLayout(target.createDataLayout());
  module.setTargetTriple(target.getTargetTriple().str());
  Emitter emitter(request, workspace, module);
  for (size_t k = 0; k < chunks.size(); ++k) emitter.emit(chunks[k], chunk_name(request, first + k));
  if (first + chunks.size() == all) {
    llvm::IRBuilder<> b(context);
    auto* const type = llvm::FunctionType::get(b.getVoidTy(), {b.getPtrTy(), b.getPtrTy()}, false);
    auto* const entry = llvm::Function::Create(type, llvm::Function::ExternalLinkage, request.symbol, module);
    b.SetInsertPoint(llvm::BasicBlock::Create(context, "entry", entry));
    for (size_t k = 0; k < all; ++k)
      b.CreateCall(module.getOrInsertFunction(chunk_name(request, k), type), {entry->getArg(0), entry->getArg(1)});
    b.CreateRetVoid();
  }
#ifndef NDEBUG
  std::string problem;
  llvm::raw_string_ostream stream(problem);
  if (llvm::verifyModule(module, &stream)) return llvm::createStringError(llvm::inconvertibleErrorCode(), problem);
#endif
  if (getenv("WENGERT_DUMP_IR") != nullptr) module.print(llvm::errs(), nullptr);
  if (request.level == 2) optimize(module, target);
  collect_externals(module, externals_);
  return llvm::orc::SimpleCompiler(target)(module);
}

llvm::Error Engine::define_externals(llvm::orc::JITDylib& library, const CodeRequest& request) {
  llvm::orc::SymbolMap symbols;
  for (const std::string& name : externals_) {
    const void* address = nullptr;
    constexpr std::string_view native = "wengert_native_";
    if (name.starts_with(native)) {
      address = &request.kernel->natives[std::stoul(name.substr(native.size()))];
    } else if (name.starts_with("wengert_")) {
      for (const NamedFunction& f : request.functions)
        if (name.substr(8) == f.name) address = f.address;
    } else {
      address = vector_function_address(name);
    }
    if (address == nullptr) continue;  // a chunk of another module
    symbols[jit_->mangleAndIntern(name)] = {llvm::orc::ExecutorAddr::fromPtr(address), llvm::JITSymbolFlags::Exported | llvm::JITSymbolFlags::Callable};
  }
  // What the code generator calls by itself.
  const auto own = [&](const char* name, void* address) {
    symbols[jit_->mangleAndIntern(name)] = {llvm::orc::ExecutorAddr::fromPtr(address), llvm::JITSymbolFlags::Exported | llvm::JITSymbolFlags::Callable};
  };
  own("memset", reinterpret_cast<void*>(static_cast<void* (*)(void*, int, size_t)>(&memset)));
  own("memcpy", reinterpret_cast<void*>(static_cast<void* (*)(void*, const void*, size_t)>(&memcpy)));
  own("memmove", reinterpret_cast<void*>(static_cast<void* (*)(void*, const void*, size_t)>(&memmove)));
  own("fma", reinterpret_cast<void*>(static_cast<double (*)(double, double, double)>(&fma)));
  own("fmaf", reinterpret_cast<void*>(static_cast<float (*)(float, float, float)>(&fmaf)));
  own("floor", reinterpret_cast<void*>(static_cast<double (*)(double)>(&floor)));
  own("floorf", reinterpret_cast<void*>(static_cast<float (*)(float)>(&floorf)));
  return library.define(llvm::orc::absoluteSymbols(std::move(symbols)));
}

llvm::Error Engine::link(const CodeRequest& request, std::vector<Object> objects, CodeResult& result) {
  auto library = jit_->createJITDylib("wengert." + std::to_string(libraries_++));
  if (!library) return library.takeError();
  if (auto error = define_externals(*library, request)) return error;
  for (Object& object : objects)
    if (auto error = jit_->addObjectFile(*library, std::move(object))) return error;
  auto entry = jit_->lookup(*library, request.symbol);
  if (!entry) return entry.takeError();
  result.run = entry->toPtr<void (*)(void* const*, void*)>();
  result.handle = &*library;
  return llvm::Error::success();
}

void Engine::compile(const CodeRequest& request, CodeResult& result) {
  const std::lock_guard lock(mutex_);
  const auto chunks = chunks_of(*request.kernel, request.chunk);
  const Workspace workspace = lay_out(request, chunks);
  result.workspace_bytes = workspace.bytes;
  externals_.clear();
  std::vector<Object> objects;
  for (size_t first = 0; first < chunks.size(); first += chunks_of_a_module) {
    if (request.cancelled != nullptr && request.cancelled(request.context)) {
      result.given_up = true;
      return;
    }
    const size_t count = std::min(chunks_of_a_module, chunks.size() - first);
    auto object = object_of(request, workspace, std::span(chunks).subspan(first, count), first, chunks.size());
    if (!object) {
      result.error = text_of(object.takeError());
      return;
    }
    result.code_bytes += (*object)->getBufferSize();
    objects.push_back(std::move(*object));
  }
  if (auto error = link(request, std::move(objects), result)) result.error = text_of(std::move(error));
}

void Engine::release(void* handle) {
  const std::lock_guard lock(mutex_);
  auto& library = *static_cast<llvm::orc::JITDylib*>(handle);
  llvm::consumeError(jit_->getExecutionSession().removeJITDylib(library));
}

Engine& engine() {
  static Engine* const one = new Engine;  // kept until the process ends: code may run in destructors of others
  return *one;
}

}  // namespace
}  // namespace wengert::llvm_reading

extern "C" {
__attribute__((visibility("default"))) void wengert_llvm_compile(const wengert::CodeRequest* request, wengert::CodeResult* result) {
  wengert::llvm_reading::engine().compile(*request, *result);
}
__attribute__((visibility("default"))) void wengert_llvm_release(void* handle) { wengert::llvm_reading::engine().release(handle); }
__attribute__((visibility("default"))) int wengert_llvm_vector_bytes() { return wengert::llvm_reading::engine().vector_bytes(); }
}
