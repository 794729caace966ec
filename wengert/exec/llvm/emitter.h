// SPDX-License-Identifier: Apache-2.0
//
// Reading 3 of 3 of the micro-operations: LLVM IR. Registers are SSA values; the variables of a loop are its phis. In a
// loop that runs in lanes a register is one value for all lanes or a vector with an element a lane; an integer that
// counts up by a fixed stride from lane to lane is kept as its first value and the stride, so that memory is read and
// written a vector at a time. A long list is cut into functions of some thousand steps; what one of them leaves for
// another is in the workspace.
#pragma once

#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/Module.h>

#include <functional>
#include <memory>
#include <optional>
#include <unordered_map>

#include "wengert/exec/llvm/component.h"

namespace wengert::llvm_reading {

inline uint64_t bytes_of(DType dtype) { return dtype == DType::boolean ? 1 : dtype == DType::f32 ? 4 : 8; }

/// As Shape::elements, which is in the library.
inline int64_t elements_of(const wengert::Type& type) {
  int64_t count = 1;
  for (int64_t extent : type.shape) count *= extent;
  return count;
}

/// Which register, over all three kinds.
enum class Kind : uint8_t { real, integer, boolean };

/// A register's value. `stride`: of an integer, from lane to lane (value: lane 0's).
struct Lane {
  llvm::Value* value = nullptr;
  bool varies = false;
  int64_t stride = 0;
  bool uniform() const { return !varies && stride == 0; }
};

/// Steps [first, last) that become one function.
struct Chunk { uint32_t first, last; };
/// The chunks of a kernel: cut outside of loops, at most `steps` long where no loop is longer.
std::vector<Chunk> chunks_of(const Kernel& kernel, uint32_t steps);

/// Where everything that outlives a chunk lies in the workspace, by bytes from its start.
struct Workspace {
  std::vector<size_t> scratch;                                  // of each scratch buffer
  std::unordered_map<uint64_t, size_t> sums;                    // a sum for each lane: of (loop, buffer)
  std::unordered_map<uint32_t, size_t> real, integer, boolean;  // registers read by another chunk than that which writes them
  size_t bytes = 0;
};
Workspace lay_out(const CodeRequest& request, const std::vector<Chunk>& chunks);

/// The memory outside of iterations that a loop in lanes adds to at places common to all lanes: each lane gets sums of
/// its own, added up after the loop. Not those that are larger than a cache.
std::vector<uint32_t> summed_buffers(const CodeRequest& request, uint32_t loop);
inline uint64_t sums_key(uint32_t loop, uint32_t buffer) { return uint64_t{loop} << 32 | buffer; }

/// Does `visit(kind, register, written)` for every register a step reads or writes.
template <class Visit> void for_each_register(const MicroStep& step, Visit visit);

class Emitter {
 public:
  Emitter(const CodeRequest& request, const Workspace& workspace, llvm::Module& module);
  /// void NAME(ptr buffers, ptr workspace) for the steps of a chunk.
  void emit(const Chunk& chunk, const std::string& name);

 private:
  // emitter.cpp: functions, registers, memory
  Lane& slot(Kind kind, uint32_t index);
  Lane get(Kind kind, uint32_t index);
  llvm::Value* real(uint32_t index, llvm::Type* element);
  llvm::Value* vector_of(const Lane& lane);
  void set(Kind kind, uint32_t index, llvm::Value* value, bool varies) { slot(kind, index) = {value, varies, 0}; }
  llvm::Type* real_type(uint32_t index);
  llvm::Type* register_type(Kind kind, uint32_t index);
  llvm::Value* number(double value, llvm::Type* element);
  llvm::Value* splat(llvm::Value* value);
  llvm::Type* wide(llvm::Type* element) const;
  llvm::Value* buffer(uint32_t index);
  const wengert::Type& buffer_type(uint32_t index) const;
  bool is_private(uint32_t buffer) const;
  llvm::Type* memory_type(DType dtype);
  llvm::Value* address(uint32_t buffer, llvm::Value* element);
  llvm::Value* lane_element(uint32_t buffer, const Lane& index, int lane);
  llvm::Value* load(uint32_t buffer, const Lane& index, bool& varies);
  void store(uint32_t buffer, const Lane& index, llvm::Value* value, bool varies);
  void mark(llvm::Instruction* access, uint32_t buffer);
  void keep_for_other_chunks(const Chunk& chunk);

  // emit_steps.cpp: one micro-operation
  void step(const MicroStep& s);
  void real_step(const MicroStep& s);
  llvm::Value* real_result(const MicroStep& s, llvm::Value* const* x, bool varies);
  void integer_to_real(const MicroStep& s);
  void integer_step(const MicroStep& s);
  void boolean_step(const MicroStep& s);
  void memory_step(const MicroStep& s);
  void accumulate(const MicroStep& s);
  void native(uint32_t number);
  void copy(const MicroStep& s);
  llvm::Value* call(const MicroStep& s, llvm::Type* element, bool varies);
  llvm::Value* call_scalar(const ScalarFunction& f, llvm::Value* a, llvm::Value* b);
  llvm::Value* extremum(llvm::Value* a, llvm::Value* b, bool largest);
  llvm::Value* active_or_zero(llvm::Value* value);
  bool is_sum_variable(uint32_t index) const;
  llvm::Value* sum_of_lanes(llvm::Value* value);
  llvm::Value* lane_sums(uint32_t buffer);

  // emit_loops.cpp
  void range(uint32_t first, uint32_t last);
  void loop(uint32_t at);
  void lane_loop(uint32_t at, int lanes);
  struct LaneSums { uint32_t buffer; llvm::Value* place; };
  std::vector<LaneSums> start_lane_sums(uint32_t at);
  void finish_lane_sums(const std::vector<LaneSums>& sums);
  void count_up(int64_t count, const std::function<void(llvm::Value* i)>& body);
  struct Carried { Kind kind; uint32_t index; llvm::PHINode* phi; };
  std::vector<Carried> carried_by(uint32_t at);
  Lane initial_value(const Carried& c);
  void set_lane_index(uint32_t index, llvm::Value* round, llvm::Value* last);
  void run_body(uint32_t at, llvm::Value* last, llvm::Value* count, std::vector<Carried>& carried, bool may_skip);
  void finish_body(llvm::PHINode* round, llvm::Value* next, llvm::BasicBlock* before, llvm::BasicBlock* after,
                   const std::vector<Carried>& carried, const std::vector<Lane>& initial, bool may_skip, llvm::Value* again);

  const CodeRequest& request_;
  const Kernel& kernel_;
  const Workspace& workspace_;
  llvm::Module& module_;
  llvm::LLVMContext& context_;
  llvm::IRBuilder<> b_;
  llvm::Type *f64_, *f32_, *i64_, *i1_, *ptr_;
  llvm::Function* function_ = nullptr;
  llvm::Value *buffers_ = nullptr, *work_ = nullptr;
  std::vector<Lane> reals_, integers_, booleans_;
  std::vector<uint32_t> touched_real_, touched_integer_, touched_boolean_;  // to be forgotten after the chunk
  std::unordered_map<uint32_t, double> real_constants_;
  std::unordered_map<uint32_t, int64_t> integer_constants_;
  std::unordered_map<uint32_t, bool> boolean_constants_;
  std::unordered_map<uint32_t, llvm::Value*> buffer_pointers_;
  std::vector<llvm::MDNode*> scopes_, others_;
  int lanes_ = 1;
  uint32_t lane_loop_ = Kernel::whole_run;
  std::vector<uint32_t> sum_variables_;  // registers that the loop in lanes adds to
  llvm::Value* active_ = nullptr;  // mask of the lanes that count in sums; null: all
};

template <class Visit> void for_each_register(const MicroStep& s, Visit visit) {
  const auto reals = [&](auto... slots) { (visit(Kind::real, slots, false), ...); };
  const auto integers = [&](auto... slots) { (visit(Kind::integer, slots, false), ...); };
  const auto booleans = [&](auto... slots) { (visit(Kind::boolean, slots, false), ...); };
  const auto writes = [&](Kind kind) { visit(kind, s.to, true); };
  switch (s.op) {
    case Micro::loop: case Micro::end_loop: integers(s.a); writes(Kind::integer); break;
    case Micro::load_real: integers(s.b); writes(Kind::real); break;
    case Micro::load_integer: integers(s.b); writes(Kind::integer); break;
    case Micro::load_boolean: integers(s.b); writes(Kind::boolean); break;
    case Micro::store_real: case Micro::accumulate_real: integers(s.b); reals(s.c); break;
    case Micro::store_integer: integers(s.b, s.c); break;
    case Micro::store_boolean: integers(s.b); booleans(s.c); break;
    case Micro::fused_multiply_add: reals(s.a, s.b, s.c); writes(Kind::real); break;
    case Micro::native: break;  // its bases are constants, or made in the loop around it, which no chunk cuts
    case Micro::copy_real: case Micro::negate: case Micro::square_root: case Micro::absolute: case Micro::floor:
    case Micro::round_single: reals(s.a); writes(Kind::real); break;
    case Micro::call:
      reals(s.a);
      if (functions[s.function].arity == 2) reals(s.b);
      writes(Kind::real);
      break;
    case Micro::add: case Micro::subtract: case Micro::multiply: case Micro::divide: case Micro::minimum: case Micro::maximum:
      reals(s.a, s.b); writes(Kind::real); break;
    case Micro::less: case Micro::less_equal: case Micro::equal: reals(s.a, s.b); writes(Kind::boolean); break;
    case Micro::integer_less: case Micro::integer_equal: integers(s.a, s.b); writes(Kind::boolean); break;
    case Micro::logical_and: case Micro::logical_or: booleans(s.a, s.b); writes(Kind::boolean); break;
    case Micro::copy_boolean: case Micro::logical_not: booleans(s.a); writes(Kind::boolean); break;
    case Micro::select_real: booleans(s.a); reals(s.b, s.c); writes(Kind::real); break;
    case Micro::select_integer: booleans(s.a); integers(s.b, s.c); writes(Kind::integer); break;
    case Micro::copy_integer: integers(s.a); writes(Kind::integer); break;
    case Micro::to_real: integers(s.a); writes(Kind::real); break;
    case Micro::to_integer: reals(s.a); writes(Kind::integer); break;
    case Micro::boolean_to_integer: booleans(s.a); writes(Kind::integer); break;
    default: integers(s.a, s.b); writes(Kind::integer); break;
  }
}

}  // namespace wengert::llvm_reading
