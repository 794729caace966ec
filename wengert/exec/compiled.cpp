// SPDX-License-Identifier: Apache-2.0
#include "wengert/exec/compiled.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <filesystem>
#include <fmt/format.h>

#include "wengert/base/component.h"
#include "wengert/base/thread_pool.h"
#include "wengert/exec/code_key.h"
#include "wengert/exec/interpreter.h"
#include "wengert/exec/llvm/component.h"
#include "wengert/exec/lower.h"
#include "wengert/exec/workspace_pool.h"
#include "wengert/ir/primitive.h"

namespace wengert {
namespace {

/// The component, loaded once.
struct Component {
  CompileCode compile = nullptr;
  ReleaseCode release = nullptr;
  int vector_bytes = 0;
  std::string host, reason;

  Component() {
    const OpenedComponent opened = open_component("libwengert_llvm.so", "WENGERT_LLVM");
    reason = opened.reason;
    void* const handle = opened.handle;
    if (handle == nullptr) return;
    compile = reinterpret_cast<CompileCode>(dlsym(handle, compile_code_symbol));
    release = reinterpret_cast<ReleaseCode>(dlsym(handle, release_code_symbol));
    const auto bytes = reinterpret_cast<VectorBytes>(dlsym(handle, vector_bytes_symbol));
    const auto layout = reinterpret_cast<LayoutNumber>(dlsym(handle, layout_symbol));
    if (compile == nullptr || release == nullptr || bytes == nullptr || layout == nullptr ||
        layout() != component_layout) {
      reason = "it is of another version";
      compile = nullptr;
      return;
    }
    vector_bytes = bytes();
    if (const auto text = reinterpret_cast<HostText>(dlsym(handle, host_symbol))) host = text();
  }
};

const Component& component() {
  static const Component one;
  return one;
}

double call_log_gamma(double x) { return log_gamma(x); }
double call_polygamma(double n, double x) { return polygamma(n, x); }

/// What a library call threw on this thread: compiled code lets nothing pass.
thread_local std::exception_ptr native_failure;

void call_native(const NativeCall* call, void* const* addresses) noexcept {
  try {
    call->function({addresses, call->buffers.size()});
  } catch (...) {
    if (!native_failure) native_failure = std::current_exception();
  }
}

void throw_native_failure() {
  if (native_failure) std::rethrow_exception(std::exchange(native_failure, nullptr));
}

/// What a run hands to its loops that are cut into blocks.
struct BlockContext {
  int threads;
  std::byte* own;  // memory of worker 0, behind it that of the others
  size_t own_bytes;
  std::exception_ptr failure = nullptr;
};

void run_blocks(BlockContext* context, RunBlock run, void* const* buffers, void* workspace, int64_t blocks) noexcept {
  if (context->failure) return;
  const auto one = [&](size_t block, int worker) {
    run(buffers, workspace, context->own + static_cast<size_t>(worker) * context->own_bytes,
        static_cast<int64_t>(block));
    throw_native_failure();
  };
  try {
    if (context->threads > 1) return ThreadPool::shared().run(static_cast<size_t>(blocks), context->threads, one);
    for (int64_t block = 0; block < blocks; ++block) one(static_cast<size_t>(block), 0);
  } catch (...) {
    context->failure = std::current_exception();
  }
}

using One = double (*)(double);
using Two = double (*)(double, double);
template <class F> const void* address(F f) { return reinterpret_cast<const void*>(f); }

/// The functions of kernel/functions.h as C has them; code that calls one that is missing cannot be linked (W908), and
/// the tests compile every record.
std::vector<NamedFunction> scalar_functions() {
  return {{"exp", address<One>(std::exp)},       {"expm1", address<One>(std::expm1)},
          {"log", address<One>(std::log)},       {"log1p", address<One>(std::log1p)},
          {"cbrt", address<One>(std::cbrt)},     {"pow", address<Two>(std::pow)},
          {"hypot", address<Two>(std::hypot)},   {"sin", address<One>(std::sin)},
          {"cos", address<One>(std::cos)},       {"tan", address<One>(std::tan)},
          {"asin", address<One>(std::asin)},     {"acos", address<One>(std::acos)},
          {"atan", address<One>(std::atan)},     {"atan2", address<Two>(std::atan2)},
          {"sinh", address<One>(std::sinh)},     {"cosh", address<One>(std::cosh)},
          {"tanh", address<One>(std::tanh)},     {"asinh", address<One>(std::asinh)},
          {"acosh", address<One>(std::acosh)},   {"atanh", address<One>(std::atanh)},
          {"erf", address<One>(std::erf)},       {"erfc", address<One>(std::erfc)},
          {"lgamma", address(call_log_gamma)},   {"polygamma", address(call_polygamma)},
          {"call_native", address(call_native)}, {"run_blocks", address(run_blocks)}};
}

bool has_loops(const Kernel& kernel) {
  return std::ranges::find(kernel.steps, Micro::loop, &MicroStep::op) != kernel.steps.end();
}

/// Objects one after the other, each behind its size as eight bytes.
std::string joined(const std::vector<std::string>& objects) {
  std::string all;
  for (const std::string& object : objects) {
    const uint64_t size = object.size();
    all.append(reinterpret_cast<const char*>(&size), sizeof size).append(object);
  }
  return all;
}

/// Empty if it does not come out even.
std::vector<std::string> parted(std::string_view all) {
  std::vector<std::string> objects;
  while (!all.empty()) {
    uint64_t size = 0;
    if (all.size() < sizeof size) return {};
    std::memcpy(&size, all.data(), sizeof size);
    all.remove_prefix(sizeof size);
    if (size > all.size()) return {};
    objects.emplace_back(all.substr(0, size));
    all.remove_prefix(size);
  }
  return objects;
}

/// By what the cache holds, if it does and that can be linked; else by compiling, and the cache gets the result.
bool compile_with(const CodeCache* cache, CodeRequest& request, CodeResult& result) {
  if (cache == nullptr) {
    component().compile(&request, &result);
    return false;
  }
  const std::string key = code_key(request, component().host);
  if (const auto kept = cache->find(key)) {
    request.objects = parted(*kept);
    if (!request.objects.empty()) component().compile(&request, &result);
    if (result.run != nullptr) return true;
    if (result.handle != nullptr) component().release(result.handle);
    result = {};
    request.objects.clear();
  }
  component().compile(&request, &result);
  if (result.run != nullptr) cache->keep(key, joined(result.objects));
  return false;
}

int threads_of(const CompiledOptions& options) {
  if (options.threads < 0 || options.threads > most_threads)
    throw UsageError("W715", fmt::format("compiled code cannot run on {} threads", options.threads), {},
                     fmt::format("ask for 1 to {}, or for 0, which is one a processor", most_threads));
  return options.threads > 0
             ? options.threads
             : std::max(1, std::min(static_cast<int>(std::thread::hardware_concurrency()), most_threads));
}

int vector_bytes_of(const CompiledOptions& options) {
  if (!options.lanes) return 0;
  if (options.vector_bytes == -1) return component().vector_bytes;
  if (options.vector_bytes != 16 && options.vector_bytes != 32 && options.vector_bytes != 64)
    throw UsageError(
        "W724", fmt::format("vectors of {} bytes were asked for", options.vector_bytes), {},
        "16, 32 and 64 bytes are what processors have; -1 takes this one's; without vectors: lanes = false");
  return options.vector_bytes;
}

/// Results of at least so many bytes are stored past the caches: more than a processor's share of them. What the system says
/// of the last-level cache is no help, since others may share it (on one machine it names eight times what a core can use).
constexpr int64_t usual_stream_bytes = 4 << 20;

constexpr size_t most_steps_optimized = 20'000;  // beyond, level 1 and 2 take more than a second

int level_for(const Kernel& kernel) {
  if (kernel.steps.size() > most_steps_optimized) return 0;
  return has_loops(kernel) ? 2 : 1;
}

/// Whether an f64 is made of an f32 somewhere in p. Kernels do not say where that was: what they make of f32s would all be
/// computed in f32. (Composite operations on f32 alone are meant to be.)
bool widens(const Program& p) {
  for (uint32_t i = 0; i < p.size(); ++i) {
    const ValueId v{i};
    if (p.is_input(v) || p.is_constant(v)) continue;
    for (const auto& [name, value] : p.attributes(v))
      if (const auto* body = std::get_if<NestedProgram>(&value); body != nullptr && widens(**body)) return true;
    const bool from_single = std::ranges::any_of(p.operands(v), [&](ValueId x) { return p.type(x).dtype == DType::f32; });
    if (from_single && p.primitive(v).family != Family::control && p.type(v).dtype == DType::f64) return true;
  }
  return false;
}

/// What is decided about a kernel before it is compiled.
struct KernelPlan {
  std::vector<Precision> precisions;
  std::vector<uint8_t> lanes;
  std::vector<BlockedLoop> blocks;
  MemoryPlan memory;
};

KernelPlan plan_kernel(const LoweredProgram& lowered, const CompiledOptions& options) {
  const Kernel& kernel = lowered.kernel;
  KernelPlan plan;
  plan.precisions = options.single ? real_precisions(kernel) : std::vector(kernel.reals + 1, Precision::full);
  plan.lanes = plan_lanes(kernel, plan.precisions, {.vector_bytes = vector_bytes_of(options)});
  plan.blocks = plan_blocks(kernel, plan.lanes, {.any_sums = options.lanes, .counts = static_cast<uint32_t>(lowered.failures())});
  MemoryOptions memory{.lanes = &plan.lanes, .share = options.share_memory};
  for (const BlockedLoop& loop : plan.blocks) memory.own_loops.push_back(loop.loop);
  plan.memory = plan_memory(kernel, memory);
  return plan;
}

}  // namespace

struct Compiled::Code {
  LoweredProgram lowered;
  CompiledOptions options;
  CodeResult result;
  int level = 0, most_lanes = 1, most_blocks = 1, threads = 1;
  std::vector<int> loop_lanes;
  size_t workspace_bound = 0, workspace_unshared = 0;
  bool from_cache = false;

  /// What the component is asked for; refers to this and to `plan`.
  CodeRequest request(const KernelPlan& plan) {
    CodeRequest request;
    request.kernel = &lowered.kernel, request.precisions = &plan.precisions, request.lanes = &plan.lanes;
    request.memory = &plan.memory, request.blocks = &plan.blocks;
    request.functions = scalar_functions();
    request.level = level;
    request.chunk = level == 0 ? 1000 : 3000;
    request.contract = options.contract;
    request.stream_bytes = options.stream_bytes >= 0 ? options.stream_bytes : usual_stream_bytes;
    request.fast_math = options.math == MathLibrary::fast;
    if (!options.cancelled) return request;
    request.cancelled = [](void* asked) { return (*static_cast<std::function<bool()>*>(asked))(); };
    request.context = &options.cancelled;
    return request;
  }

  /// Memory of one run; 64-byte aligned from `start` on.
  struct Workspace {
    std::unique_ptr<std::byte[]> memory;
    std::byte* start;
    explicit Workspace(size_t bytes)
        : memory(std::make_unique_for_overwrite<std::byte[]>(bytes + 64)),
          start(reinterpret_cast<std::byte*>((reinterpret_cast<uintptr_t>(memory.get()) + 63) & ~uintptr_t{63})) {}
  };
  mutable WorkspacePool<Workspace> workspaces;

  /// That can have a block at the same time.
  int workers() const { return std::min(threads, most_blocks); }
  size_t bytes() const { return result.workspace_bytes + static_cast<size_t>(workers()) * result.own_bytes; }

  void run(void* const* buffers, std::byte* workspace) const {
    if (most_blocks == 1 && lowered.kernel.natives.empty())
      return result.run(buffers, workspace, nullptr);  // nothing that could fail
    BlockContext context{workers(), workspace + result.workspace_bytes, result.own_bytes};
    result.run(buffers, workspace, &context);
    if (context.failure) std::rethrow_exception(context.failure);
    if (!lowered.kernel.natives.empty()) throw_native_failure();
  }

  ~Code() {
    if (result.handle != nullptr) component().release(result.handle);
  }
};

bool Compiled::is_available(std::string* reason) {
  if (reason != nullptr) *reason = component().reason;
  return component().compile != nullptr;
}

Compiled::Compiled(Program p, CompiledOptions options) : Executable(std::move(p)) {
  if (std::string reason; !is_available(&reason))
    throw UsageError("W712", fmt::format("the compiler is not there: {}", reason), {},
                     "install LLVM 19 (llvm-19-dev) and build again, set WENGERT_LLVM to the path of libwengert_llvm.so, or use the interpreter");
  auto code = std::make_unique<Code>();
  code->options = options;
  code->options.single = options.single && !widens(program());
  code->threads = threads_of(options);
  LowerOptions lowering{.natives = options.natives};
  if (!options.scalars) lowering.scalar_lines = lowering.scalar_body_lines = 0;
  code->lowered = lower_for_running(program(), lowering);
  const KernelPlan plan = plan_kernel(code->lowered, code->options);
  code->level = options.level >= 0 ? options.level : level_for(code->lowered.kernel);
  std::ranges::copy_if(plan.lanes, std::back_inserter(code->loop_lanes), [](uint8_t width) { return width > 0; });
  for (int width : code->loop_lanes) code->most_lanes = std::max(code->most_lanes, width);
  for (const BlockedLoop& loop : plan.blocks) code->most_blocks = std::max(code->most_blocks, static_cast<int>(loop.blocks));
  CodeRequest request = code->request(plan);
  code->from_cache = compile_with(options.cache, request, code->result);
  code->result.objects = {};
  code->workspace_bound = code->result.workspace_bytes - (plan.memory.bytes - plan.memory.bound);
  code->workspace_unshared = code->result.workspace_bytes - plan.memory.bytes + plan.memory.unshared;
  code->lowered.kernel.steps = {};  // as long as the list; library calls are still needed
  if (code->result.given_up)
    throw ResourceError("W711", fmt::format("compiling program \"{}\" was given up", program().name()), {},
                        "run it by the interpreter, or allow more time");
  if (!code->result.error.empty())
    throw InternalError("W908", fmt::format("program \"{}\" could not be compiled: {}", program().name(), code->result.error));
  code_ = std::move(code);
}

Compiled::~Compiled() = default;

size_t Compiled::workspace_bytes() const { return code_->bytes(); }
size_t Compiled::workspace_bound() const { return code_->workspace_bound; }
size_t Compiled::workspace_unshared() const { return code_->workspace_unshared; }
size_t Compiled::code_bytes() const { return code_->result.code_bytes; }
int Compiled::level() const { return code_->level; }
bool Compiled::from_cache() const { return code_->from_cache; }
int Compiled::most_lanes() const { return code_->most_lanes; }
const std::vector<int>& Compiled::loop_lanes() const { return code_->loop_lanes; }
int Compiled::threads() const { return code_->threads; }
int Compiled::most_blocks() const { return code_->most_blocks; }
int Compiled::vector_bytes() { return component().vector_bytes; }

void Compiled::run(std::span<const ConstView> inputs, std::span<const View> outputs) const {
  check(inputs, outputs);
  constexpr size_t few = 32;
  void* on_stack[few];
  std::vector<void*> more;
  const size_t count = inputs.size() + code_->lowered.constants.size() + outputs.size() + 1;
  if (count > few) more.resize(count);
  void** const buffers = count > few ? more.data() : on_stack;
  size_t at = 0;
  for (const ConstView& x : inputs) buffers[at++] = const_cast<void*>(x.data);
  for (const Array& x : code_->lowered.constants) buffers[at++] = const_cast<void*>(x.view().data);
  for (const View& y : outputs) buffers[at++] = y.data;
  double failures = 0;
  buffers[at] = &failures;
  const size_t bytes = code_->bytes();
  auto workspace = code_->workspaces.take(program(), bytes, [&] { return std::make_unique<Code::Workspace>(bytes); });
  code_->run(buffers, workspace->start);
  code_->workspaces.give_back(std::move(workspace));
  const bool nan = code_->options.trap_nan && std::ranges::any_of(outputs, has_nan);
  // The interpreter knows the line and says it; or finds that by its own rounding nothing is wrong, and its results
  // count.
  if (failures != 0 || nan) Interpreter(program(), {.trap_nan = code_->options.trap_nan}).run(inputs, outputs);
}

}  // namespace wengert
