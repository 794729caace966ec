// SPDX-License-Identifier: Apache-2.0
#include "wengert/exec/interpreter.h"

#include <cmath>
#include <cstring>
#include <fmt/format.h>
#include <map>

#include "wengert/exec/native.h"
#include "wengert/exec/workspace_pool.h"
#include "wengert/ir/primitive.h"
#include "wengert/kernel/interpret.h"

namespace wengert {
namespace {

/// One instruction, ready: exactly one of loop, native, kernel and bodies is its way to run.
struct Step {
  ValueId value;
  uint32_t first_buffer;  ///< in Plan::buffers: the operands' values, then the results'
  uint32_t operands, results;
  Primitive::Loop loop = nullptr;
  int64_t count = 0;
  bool guard = false;
  const Kernel* kernel = nullptr;
  const NativeKernel* native = nullptr;
  const std::map<std::string, std::unique_ptr<Interpreter>, std::less<>>* bodies = nullptr;
};

}  // namespace

struct Interpreter::Plan {
  InterpreterOptions options;
  std::vector<Step> steps;
  std::vector<ValueId> buffers;
  std::vector<size_t> offset;                           // of each value in the arena
  std::vector<std::pair<ValueId, Array>> constants;
  size_t arena_bytes = 0, body_bytes = 0;
  std::vector<std::unique_ptr<Kernel>> kernels;
  std::vector<std::unique_ptr<NativeKernel>> natives;
  std::vector<std::unique_ptr<std::map<std::string, std::unique_ptr<Interpreter>, std::less<>>>> bodies;
  std::map<uint16_t, std::vector<size_t>> kernels_of;  // latest kernels of a primitive, for reuse
  std::vector<const Attributes*> kernel_attributes;

  mutable WorkspacePool<Workspace> workspaces;

  void lay_out(const Program& p);
  void prepare(const Program& p, const Instruction& line);
  const Kernel* kernel_for(const Instruction& line, std::span<const Type> operands, std::span<const Type> results);
};

struct Interpreter::Workspace {
  std::unique_ptr<std::byte[]> arena;
  std::vector<void*> pointers;  // of each value
  std::vector<void*> arguments;
  KernelInterpreter micro;

  explicit Workspace(const Plan& plan) : arena(new std::byte[plan.arena_bytes + 64]), pointers(plan.offset.size()) {
    auto base = reinterpret_cast<uintptr_t>(arena.get());
    base = (base + 63) & ~uintptr_t{63};
    for (size_t i = 0; i < pointers.size(); ++i) pointers[i] = reinterpret_cast<void*>(base + plan.offset[i]);
    for (const auto& [value, array] : plan.constants) pointers[index(value)] = const_cast<void*>(array.view().data);
  }
};

void Interpreter::Plan::lay_out(const Program& p) {
  offset.resize(p.size());
  for (uint32_t i = 0; i < p.size(); ++i) {
    const ValueId v{i};
    if (p.is_input(v)) continue;
    if (p.is_constant(v)) {
      constants.emplace_back(v, p.constant(v));
      continue;
    }
    const size_t bytes = p.type(v).bytes();
    if (bytes > 8) arena_bytes = (arena_bytes + 63) & ~size_t{63};
    offset[i] = arena_bytes;
    arena_bytes += (bytes + 7) & ~size_t{7};
  }
}

const Kernel* Interpreter::Plan::kernel_for(const Instruction& line, std::span<const Type> operands,
                                            std::span<const Type> results) {
  auto& known = kernels_of[line.primitive.id];
  for (size_t k : known)
    if (std::ranges::equal(kernels[k]->operands, operands) && *kernel_attributes[k] == line.attributes) return kernels[k].get();
  KernelBuilder builder(operands, results);
  line.primitive.kernel(builder, line.attributes);
  kernels.push_back(std::make_unique<Kernel>(builder.finish()));
  kernel_attributes.push_back(&line.attributes);
  if (known.size() == 8) known.erase(known.begin());
  known.push_back(kernels.size() - 1);
  return kernels.back().get();
}

void Interpreter::Plan::prepare(const Program& p, const Instruction& line) {
  Step step{.value = line.value, .first_buffer = static_cast<uint32_t>(buffers.size()),
            .operands = static_cast<uint32_t>(line.operands.size()), .results = static_cast<uint32_t>(line.results), .guard = line.primitive.is_guard()};
  std::vector<Type> operands, results;
  for (ValueId v : line.operands) {
    buffers.push_back(v);
    operands.push_back(p.type(v));
  }
  for (uint32_t k = 0; k < step.results; ++k) {
    buffers.push_back(ValueId{static_cast<uint32_t>(line.value) + k});
    results.push_back(p.type(buffers.back()));
  }
  if (!line.primitive.has_kernel()) {
    auto all = std::make_unique<std::map<std::string, std::unique_ptr<Interpreter>, std::less<>>>();
    for (const auto& [name, attribute] : line.attributes) {
      if (!std::holds_alternative<NestedProgram>(attribute)) continue;
      const auto& body = (*all)[name] = std::make_unique<Interpreter>(*std::get<NestedProgram>(attribute), options);
      body_bytes += body->workspace_bytes();
    }
    step.bodies = bodies.emplace_back(std::move(all)).get();
  } else if (const auto loop = options.reference ? nullptr : line.primitive.native_loop(results[0].dtype)) {
    step.loop = loop;
    step.count = results[0].elements();
  } else if (auto native = options.reference ? NativeKernel{} : native_kernel(line.primitive, operands, results, line.attributes)) {
    step.native = natives.emplace_back(std::make_unique<NativeKernel>(std::move(native))).get();
  } else {
    step.kernel = kernel_for(line, operands, results);
  }
  steps.push_back(step);
}

Interpreter::Interpreter(Program p, InterpreterOptions options) : Executable(std::move(p)) {
  auto plan = std::make_unique<Plan>();
  plan->options = options;
  plan->lay_out(program());
  for (uint32_t i = 0; i < program().size();) {
    const Instruction line = program()[ValueId{i}];
    i += static_cast<uint32_t>(line.results);
    if (line.primitive.family != Family::structure) plan->prepare(program(), line);
  }
  plan_ = std::move(plan);
}

Interpreter::~Interpreter() = default;

size_t Interpreter::workspace_bytes() const { return plan_->arena_bytes + plan_->body_bytes; }

namespace {

void run_bodies(const Step& step, const Program& p, std::span<void* const> arguments) {
  const Instruction line = p[step.value];
  std::vector<ConstView> in;
  std::vector<View> out;
  for (uint32_t k = 0; k < step.operands; ++k) in.push_back({p.type(line.operands[k]), arguments[k]});
  for (uint32_t k = 0; k < step.results; ++k)
    out.push_back({p.type(ValueId{static_cast<uint32_t>(step.value) + k}), arguments[step.operands + k]});
  line.primitive.run_bodies(in, out, line.attributes, [&](std::string_view name) -> BodyRunner {
    const Interpreter& body = *step.bodies->find(name)->second;
    return [&body](std::span<const ConstView> x, std::span<const View> y) { body.run(x, y); };
  });
}

void check_guard(const Step& step, const Program& p, const void* result) {
  if (*static_cast<const bool*>(result)) return;
  throw UsageError("W701", "a comparison turns out otherwise than when this Program was recorded, so its result would be that of the wrong branch",
                   p.where(p.operands(step.value)[0]), "use Function, which records the other branch, or record again at this point");
}

void check_nan(const Step& step, const Program& p, std::span<void* const> arguments) {
  const auto operands = p.operands(step.value);
  for (uint32_t k = 0; k < step.operands; ++k)
    if (has_nan({p.type(operands[k]), arguments[k]})) return;
  for (uint32_t k = 0; k < step.results; ++k) {
    if (!has_nan({p.type(ValueId{static_cast<uint32_t>(step.value) + k}), arguments[step.operands + k]})) continue;
    std::string values;
    for (uint32_t j = 0; j < step.operands; ++j)
      values += (values.empty() ? "" : ", ") + to_string(Array::from({p.type(operands[j]), arguments[j]}), 8);
    throw DomainError("W301", fmt::format("{} makes a NaN out of ({})", p.primitive(step.value).name, values), p.where(step.value),
                      "keep its operands inside its domain, or choose another branch with select before it");
  }
}

}  // namespace

void Interpreter::run(std::span<const ConstView> inputs, std::span<const View> outputs) const {
  check(inputs, outputs);
  auto workspace = plan_->workspaces.take(program(), plan_->arena_bytes, [&] { return std::make_unique<Workspace>(*plan_); });
  auto& pointers = workspace->pointers;
  auto& arguments = workspace->arguments;
  for (size_t k = 0; k < inputs.size(); ++k) pointers[k] = const_cast<void*>(inputs[k].data);
  for (const Step& step : plan_->steps) {
    arguments.clear();
    const ValueId* const buffers = plan_->buffers.data() + step.first_buffer;
    for (uint32_t k = 0; k < step.operands + step.results; ++k) arguments.push_back(pointers[index(buffers[k])]);
    if (step.loop) step.loop(arguments.data(), arguments[step.operands], step.count);
    else if (step.kernel) workspace->micro.run(*step.kernel, arguments);
    else if (step.native) (*step.native)(arguments);
    else run_bodies(step, program(), arguments);
    if (plan_->options.trap_nan) check_nan(step, program(), arguments);
    if (step.guard) check_guard(step, program(), arguments.back());
  }
  const auto results = program().outputs();
  for (size_t k = 0; k < outputs.size(); ++k)
    if (const size_t bytes = outputs[k].type.bytes()) std::memcpy(outputs[k].data, pointers[index(results[k])], bytes);
  plan_->workspaces.give_back(std::move(workspace));
}

std::vector<Array> evaluate(const Program& program, std::span<const Array> inputs, InterpreterOptions options) {
  return Interpreter(program, options).run(inputs);
}

std::vector<Array> evaluate(const Program& program, std::initializer_list<Array> inputs) {
  return evaluate(program, std::span(inputs.begin(), inputs.size()));
}

}  // namespace wengert
