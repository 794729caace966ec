// SPDX-License-Identifier: Apache-2.0
//
// The component: kernels to IR, IR to objects, objects into this process by ORC. Memory is writable or executable, never
// both (JITLink). One engine for the process; a compilation has a library (JITDylib) of its own, which release() removes.
#include <llvm/Analysis/CGSCCPassManager.h>
#include <llvm/Analysis/LoopAnalysisManager.h>
#include <llvm/Config/llvm-config.h>
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

#include <cmath>
#include <cstring>
#include <mutex>

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
  const char* host() const { return host_text_.c_str(); }

 private:
  using Object = std::unique_ptr<llvm::MemoryBuffer>;
  llvm::Expected<Object> object_of(const CodeRequest& request, const Workspace& workspace, Registers& registers, std::span<const Chunk> chunks,
                                   size_t first, size_t count);
  void optimize(llvm::Module& module, llvm::TargetMachine& machine);
  bool make_objects(const CodeRequest& request, const std::vector<Chunk>& chunks, const Workspace& workspace, CodeResult& result);
  llvm::Error link(const CodeRequest& request, const std::vector<std::string>& objects, CodeResult& result);
  llvm::TargetMachine& machine(int level) { return *machines_[level]; }
  llvm::Error start();

  std::unique_ptr<llvm::orc::LLJIT> jit_;
  std::unique_ptr<llvm::TargetMachine> machines_[3];
  std::optional<llvm::orc::JITTargetMachineBuilder> host_;
  uint64_t libraries_ = 0;
  std::string host_text_, problem_;
  std::mutex mutex_;
};

std::string text_of(llvm::Error error) { return llvm::toString(std::move(error)); }


Engine::Engine() {
  llvm::InitializeNativeTarget();
  llvm::InitializeNativeTargetAsmPrinter();
  // The machine scheduler takes four fifths of the time on long lists and gains nothing that was measured.
  auto& options = llvm::cl::getRegisteredOptions();
  if (const auto found = options.find("enable-misched"); found != options.end())
    found->second->addOccurrence(0, "enable-misched", "false");
  if (auto error = start()) problem_ = text_of(std::move(error));
}

/// Fails where LLVM does not know this machine.
llvm::Error Engine::start() {
  auto host = llvm::orc::JITTargetMachineBuilder::detectHost();
  if (!host) return host.takeError();
  host_ = *host;
  constexpr llvm::CodeGenOptLevel levels[] = {llvm::CodeGenOptLevel::None, llvm::CodeGenOptLevel::Less, llvm::CodeGenOptLevel::Default};
  for (size_t level = 0; level < 3; ++level) {
    auto builder = *host_;
    auto made = builder.setCodeGenOptLevel(levels[level]).createTargetMachine();
    if (!made) return made.takeError();
    machines_[level] = std::move(*made);
  }
  auto jit = llvm::orc::LLJITBuilder()
                 .setJITTargetMachineBuilder(*host_)
                 .setLinkProcessSymbolsByDefault(false)
                 .setPlatformSetUp(llvm::orc::setUpInactivePlatform)
                 .create();
  if (!jit) return jit.takeError();
  jit_ = std::move(*jit);
  host_text_ = std::string("LLVM ") + LLVM_VERSION_STRING + " " + host_->getCPU() + " " + host_->getFeatures().getString();
  return llvm::Error::success();
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

std::string chunk_name(const CodeRequest& request, size_t k) { return std::string(request.symbol) + "_" + std::to_string(k); }
std::string sums_name(const CodeRequest& request, size_t k) { return chunk_name(request, k) + "_sums"; }

bool has_sums(const BlockedLoop& blocks) { return !blocks.buffers.empty() || !blocks.variables.empty(); }

/// void SYMBOL(ptr buffers, ptr workspace, ptr context), which runs the chunks in order.
void emit_entry(const CodeRequest& request, std::span<const Chunk> chunks, llvm::Module& module) {
  llvm::IRBuilder<> b(module.getContext());
  const auto type = [&](std::vector<llvm::Type*> arguments) { return llvm::FunctionType::get(b.getVoidTy(), arguments, false); };
  llvm::Type *const ptr = b.getPtrTy(), *const i64 = b.getInt64Ty();
  auto* const entry = llvm::Function::Create(type({ptr, ptr, ptr}), llvm::Function::ExternalLinkage, request.symbol, module);
  llvm::Value *const buffers = entry->getArg(0), *const workspace = entry->getArg(1), *const context = entry->getArg(2);
  b.SetInsertPoint(llvm::BasicBlock::Create(module.getContext(), "entry", entry));
  for (size_t k = 0; k < chunks.size(); ++k) {
    const BlockedLoop* const blocks = chunks[k].blocks;
    if (blocks == nullptr) {
      b.CreateCall(module.getOrInsertFunction(chunk_name(request, k), type({ptr, ptr})), {buffers, workspace});
      continue;
    }
    auto run = module.getOrInsertFunction(chunk_name(request, k), type({ptr, ptr, ptr, i64}));
    const auto run_all = module.getOrInsertFunction(run_blocks_name, type({ptr, ptr, ptr, ptr, i64}));
    b.CreateCall(run_all, {context, run.getCallee(), buffers, workspace, b.getInt64(static_cast<uint64_t>(blocks->blocks))});
    if (has_sums(*blocks)) b.CreateCall(module.getOrInsertFunction(sums_name(request, k), type({ptr, ptr})), {buffers, workspace});
  }
  b.CreateRetVoid();
}

/// The object of chunks [first, first + count); the last one has the entry.
llvm::Expected<Engine::Object> Engine::object_of(const CodeRequest& request, const Workspace& workspace, Registers& registers,
                                                 std::span<const Chunk> chunks, size_t first, size_t count) {
  llvm::LLVMContext context;
  llvm::Module module(request.symbol, context);
  llvm::TargetMachine& target = machine(request.level);
  module.setDataLayout(target.createDataLayout());
  module.setTargetTriple(target.getTargetTriple().str());
  Emitter emitter(request, workspace, registers, module);
  for (size_t k = first; k < first + count; ++k) {
    if (chunks[k].blocks == nullptr) {
      emitter.emit(chunks[k], chunk_name(request, k));
      continue;
    }
    emitter.emit_block(chunks[k], chunk_name(request, k));
    if (has_sums(*chunks[k].blocks)) emitter.emit_sums_of_blocks(chunks[k], sums_name(request, k));
  }
  if (first + count == chunks.size()) emit_entry(request, chunks, module);
#ifndef NDEBUG
  std::string problem;
  llvm::raw_string_ostream stream(problem);
  if (llvm::verifyModule(module, &stream)) return llvm::createStringError(llvm::inconvertibleErrorCode(), problem);
#endif
  if (request.level == 2) optimize(module, target);
  return llvm::orc::SimpleCompiler(target)(module);
}

/// What compiled code refers to: scalar functions, library calls, vector functions, and what the code generator calls by
/// itself. Nothing else of the process is visible to it.
class Externals : public llvm::orc::DefinitionGenerator {
 public:
  explicit Externals(const CodeRequest& request) : request_(request) {}

  llvm::Error tryToGenerate(llvm::orc::LookupState&, llvm::orc::LookupKind, llvm::orc::JITDylib& library, llvm::orc::JITDylibLookupFlags,
                            const llvm::orc::SymbolLookupSet& names) override {
    llvm::orc::SymbolMap symbols;
    for (const auto& [name, flags] : names)
      if (const void* const found = address(std::string(*name)))
        symbols[name] = {llvm::orc::ExecutorAddr::fromPtr(found), llvm::JITSymbolFlags::Exported | llvm::JITSymbolFlags::Callable};
    return symbols.empty() ? llvm::Error::success() : library.define(llvm::orc::absoluteSymbols(std::move(symbols)));
  }

 private:
  const void* address(const std::string& name) const {
    constexpr std::string_view native = "wengert_native_", own = "wengert_";
    if (name.starts_with(native)) {
      const size_t number = std::strtoull(name.c_str() + native.size(), nullptr, 10);
      return number < request_.kernel->natives.size() ? &request_.kernel->natives[number] : nullptr;
    }
    if (name.starts_with(own)) {
      for (const NamedFunction& f : request_.functions)
        if (name.substr(own.size()) == f.name) return f.address;
      return nullptr;
    }
    if (name.starts_with("_ZGV") || name.starts_with("Sleef_")) return vector_function_address(name);
    return of_code_generator(name);
  }

  static const void* of_code_generator(const std::string& name) {
    const auto address = [](auto f) { return reinterpret_cast<const void*>(f); };
    if (name == "memset") return address(static_cast<void* (*)(void*, int, size_t)>(&memset));
    if (name == "memcpy") return address(static_cast<void* (*)(void*, const void*, size_t)>(&memcpy));
    if (name == "memmove") return address(static_cast<void* (*)(void*, const void*, size_t)>(&memmove));
    if (name == "fma") return address(static_cast<double (*)(double, double, double)>(&fma));
    if (name == "fmaf") return address(static_cast<float (*)(float, float, float)>(&fmaf));
    if (name == "floor") return address(static_cast<double (*)(double)>(&floor));
    if (name == "floorf") return address(static_cast<float (*)(float)>(&floorf));
    return nullptr;
  }

  const CodeRequest& request_;
};

/// Everything is looked up here, so that the request need not outlive the call.
llvm::Error Engine::link(const CodeRequest& request, const std::vector<std::string>& objects, CodeResult& result) {
  auto library = jit_->createJITDylib("wengert." + std::to_string(libraries_++));
  if (!library) return library.takeError();
  result.handle = &*library;
  auto& externals = library->addGenerator(std::make_unique<Externals>(request));
  for (const std::string& object : objects)
    if (auto error = jit_->addObjectFile(*library, llvm::MemoryBuffer::getMemBufferCopy(object))) return error;
  auto entry = jit_->lookup(*library, request.symbol);
  library->removeGenerator(externals);
  if (!entry) return entry.takeError();
  result.run = entry->toPtr<void (*)(void* const*, void*, void*)>();
  return llvm::Error::success();
}

/// False if it was given up, or failed.
bool Engine::make_objects(const CodeRequest& request, const std::vector<Chunk>& chunks, const Workspace& workspace, CodeResult& result) {
  Registers registers(*request.kernel);
  for (size_t first = 0; first < chunks.size(); first += chunks_of_a_module) {
    result.given_up = request.cancelled != nullptr && request.cancelled(request.context);
    if (result.given_up) return false;
    const size_t count = std::min(chunks_of_a_module, chunks.size() - first);
    auto object = object_of(request, workspace, registers, chunks, first, count);
    if (!object) {
      result.error = text_of(object.takeError());
      return false;
    }
    result.objects.push_back((*object)->getBuffer().str());
  }
  return true;
}

void Engine::compile(const CodeRequest& request, CodeResult& result) {
  const std::lock_guard lock(mutex_);
  if (!problem_.empty()) {
    result.error = problem_;
    return;
  }
  const auto chunks = chunks_of(*request.kernel, request.chunk, *request.blocks);
  const Workspace workspace = lay_out(request, chunks);
  result.workspace_bytes = workspace.bytes;
  result.own_bytes = workspace.own_bytes;
  if (!request.objects.empty()) result.objects = request.objects;
  else if (!make_objects(request, chunks, workspace, result)) return;
  for (const std::string& object : result.objects) result.code_bytes += object.size();
  if (auto error = link(request, result.objects, result)) result.error = text_of(std::move(error));
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
__attribute__((visibility("default"))) const char* wengert_llvm_host() { return wengert::llvm_reading::engine().host(); }
__attribute__((visibility("default"))) uint64_t wengert_llvm_layout() { return wengert::component_layout; }
__attribute__((visibility("default"))) int wengert_llvm_vector_bytes() { return static_cast<int>(wengert::llvm_reading::host_vectors().bytes); }
}
