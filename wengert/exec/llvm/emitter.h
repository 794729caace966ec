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

#include "wengert/exec/chunks.h"
#include "wengert/exec/llvm/component.h"
#include "wengert/kernel/step_form.h"

namespace wengert::llvm_reading {

inline uint64_t bytes_of(DType dtype) { return dtype == DType::boolean ? 1 : dtype == DType::f32 ? 4 : 8; }

/// As Shape::elements, which is in the library.
inline int64_t elements_of(const wengert::Type& type) {
  int64_t count = 1;
  for (int64_t extent : type.shape) count *= extent;
  return count;
}

using Kind = RegisterKind;

/// A register's value. `stride`: of an integer, from lane to lane (value: lane 0's).
struct Lane {
  llvm::Value* value = nullptr;
  bool varies = false;
  int64_t stride = 0;
  bool uniform() const { return !varies && stride == 0; }
};

/// Where everything that outlives a chunk lies in the workspace, by bytes from its start; what belongs to an iteration
/// of a loop that is cut into blocks is in the worker's own memory, by bytes from that one's start.
struct Workspace {
  std::vector<size_t> scratch;                // of each scratch buffer
  std::unordered_map<uint64_t, size_t> sums;  // a sum for each lane: of (loop, buffer)
  std::unordered_map<uint32_t, size_t> real, integer,
      boolean;            // registers read by another chunk than that which writes them
  size_t block_sums = 0;  // those of the blocks of the loop that is running
  size_t bytes = 0, own_bytes = 0;

  const std::unordered_map<uint32_t, size_t>& kept(RegisterKind kind) const {
    return kind == RegisterKind::real ? real : kind == RegisterKind::integer ? integer : boolean;
  }
  std::unordered_map<uint32_t, size_t>& kept(RegisterKind kind) {
    return kind == RegisterKind::real ? real : kind == RegisterKind::integer ? integer : boolean;
  }
};
Workspace lay_out(const CodeRequest& request, const std::vector<Chunk>& chunks);

/// What a block adds up: buffers and variables, by bytes from the start of its sums.
struct BlockSums {
  std::vector<size_t> buffers, variables;
  size_t bytes = 0;  // of one block
};
BlockSums block_sums(const CodeRequest& request, const BlockedLoop& blocks);

/// The buffers of which each lane of that loop gets sums of its own, added up after the loop. plan_lanes bounds their
/// size.
std::vector<uint32_t> summed_buffers(const CodeRequest& request, uint32_t loop);
inline uint64_t sums_key(uint32_t loop, uint32_t buffer) { return uint64_t{loop} << 32 | buffer; }

/// The values and constants of all registers, for one chunk after the other.
struct Registers {
  explicit Registers(const Kernel& kernel);
  std::vector<Lane> reals, integers, booleans;
  std::vector<uint32_t> touched_reals, touched_integers, touched_booleans;  ///< to be forgotten after the chunk
  std::unordered_map<uint32_t, double> real_constants;
  std::unordered_map<uint32_t, int64_t> integer_constants;
  std::unordered_map<uint32_t, bool> boolean_constants;

  std::vector<Lane>& of(Kind kind) { return kind == Kind::real ? reals : kind == Kind::integer ? integers : booleans; }
  Lane& slot(Kind kind, uint32_t index);
  void forget();
};

class Emitter {
 public:
  Emitter(const CodeRequest& request, const Workspace& workspace, Registers& registers, llvm::Module& module);
  /// void NAME(ptr buffers, ptr workspace) for the steps of a chunk.
  void emit(const Chunk& chunk, const std::string& name);
  /// void NAME(ptr buffers, ptr workspace, ptr own, i64 block) for a block of the chunk's loop.
  void emit_block(const Chunk& chunk, const std::string& name);
  /// void NAME(ptr buffers, ptr workspace), which adds up what the blocks have added up.
  void emit_sums_of_blocks(const Chunk& chunk, const std::string& name);

 private:
  // emitter.cpp: functions, registers, memory
  void make_scopes();
  void begin_function(const std::string& name, std::vector<llvm::Type*> arguments);
  llvm::Value* bytes_from(llvm::Value* start, size_t bytes) {
    return b_.CreateConstInBoundsGEP1_64(b_.getInt8Ty(), start, bytes);
  }
  Lane& slot(Kind kind, uint32_t index) { return registers_.slot(kind, index); }
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
  const wengert::Type& buffer_type(uint32_t index) const { return wengert::buffer_type(kernel_, index); }
  bool is_private(uint32_t buffer) const;
  llvm::Type* memory_type(DType dtype);
  llvm::Value* address(uint32_t buffer, llvm::Value* element);
  llvm::Value* lane_element(uint32_t buffer, const Lane& index, int lane);
  llvm::Value* load(uint32_t buffer, const Lane& index, bool& varies);
  void store(uint32_t buffer, const Lane& index, llvm::Value* value, bool varies);
  void mark(llvm::Instruction* access, uint32_t buffer);
  void keep_for_other_chunks(const Chunk& chunk);

  // emit_rows.cpp: elements of rows, some neighbours at once
  struct RowElement { uint32_t buffer; llvm::Value* base; int64_t stride, place; };  ///< at base + place + stride * lane
  struct RowPart { RowElement row; std::vector<llvm::Value*> columns; };             ///< an element of each lane, from row.place on
  std::optional<RowElement> row_element(uint32_t buffer, const Lane& index) const;
  llvm::Value* row_address(const RowElement& e, int64_t place, int lane);
  RowPart& part_of(std::vector<RowPart>& parts, const RowElement& e, int64_t first, int64_t width);
  llvm::Value* load_of_row(const RowElement& e);
  void store_in_row(const RowElement& e, llvm::Value* value);
  void store_part(RowPart& part);
  void store_lanes(const RowElement& e, llvm::Value* value);
  bool share_memory(uint32_t a, uint32_t b) const;
  void close_rows(std::optional<uint32_t> buffer = {});

  // emit_streams.cpp: whole rows of large results
  struct RowStore { llvm::StoreInst* instruction; RowElement row; int64_t first, count; };  ///< elements from row.base on
  struct RowStores { RowElement row; std::vector<RowStore> stores; bool whole = true; };
  bool may_stream(uint32_t buffer) const;
  void mark_row_store(llvm::StoreInst* store, const RowElement& row, int64_t first, int64_t count);
  std::vector<RowStores> whole_rows();
  bool stream_rows();
  void move_out(const RowElement& row, llvm::Value* staged);
  void finish_streams();

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
  llvm::Value* negated(llvm::Value* x);
  llvm::Value* extremum(llvm::Value* a, llvm::Value* b, bool largest);
  llvm::Value* active_or_zero(llvm::Value* value);
  bool is_sum_variable(uint32_t index) const;
  llvm::Value* one_of_lanes(llvm::Value* value, Micro how);
  llvm::Value* sum_of_lanes(llvm::Value* value);
  llvm::Value* lane_sums(uint32_t buffer);

  // emit_loops.cpp
  void range(uint32_t first, uint32_t last);
  /// Iterations [first, last) of a loop; first: null for 0.
  struct Iterations {
    llvm::Value *first, *last;
  };
  void loop(uint32_t at);
  void once(uint32_t at);
  void lane_loop(uint32_t at, int lanes, const Iterations& iterations);
  struct LaneSums {
    uint32_t buffer;
    llvm::Value* place;
  };
  std::vector<LaneSums> start_lane_sums(uint32_t at);
  void finish_lane_sums(const std::vector<LaneSums>& sums);
  void count_up(int64_t count, const std::function<void(llvm::Value* i)>& body);
  struct Carried {
    Kind kind;
    uint32_t index;
    llvm::PHINode* phi;
  };
  std::vector<Carried> carried_by(uint32_t at);
  Lane initial_value(const Carried& c);
  /// `count` rounds, the first of them at iteration `first` (null: 0); `last_vector`, in lanes: where the last whole
  /// one is.
  struct Rounds {
    llvm::Value *count, *first, *last_vector;
    bool may_skip;
  };
  void set_lane_index(uint32_t index, llvm::Value* round, const Rounds& rounds);
  bool write_out(uint32_t at, const Rounds& rounds, const std::vector<Carried>& carried);
  void run_body(uint32_t at, const Rounds& rounds, std::vector<Carried>& carried);
  void finish_body(llvm::PHINode* round, llvm::Value* next, llvm::BasicBlock* before, llvm::BasicBlock* after,
                   const std::vector<Carried>& carried, const std::vector<Lane>& initial, bool may_skip,
                   llvm::Value* again);

  // emit_blocks.cpp: loops cut into blocks
  bool is_in_block(uint32_t loop) const;
  llvm::Value* start_of_block(const BlockedLoop& blocks, llvm::Value* block);
  void start_block_sums(const BlockedLoop& blocks, llvm::Value* block);
  void finish_block_sums(const BlockedLoop& blocks, llvm::Value* block);

  const CodeRequest& request_;
  const Kernel& kernel_;
  const Workspace& workspace_;
  llvm::Module& module_;
  llvm::LLVMContext& context_;
  llvm::IRBuilder<> b_;
  llvm::Type *f64_, *f32_, *i64_, *i1_, *ptr_;
  llvm::Function* function_ = nullptr;
  llvm::Value *buffers_ = nullptr, *work_ = nullptr, *own_ = nullptr;
  const BlockedLoop* blocks_ = nullptr;  // whose block is being emitted
  Registers& registers_;
  std::unordered_map<uint32_t, llvm::Value*> buffer_pointers_;
  std::vector<llvm::MDNode*> scopes_, others_;
  int lanes_ = 1;
  uint32_t lane_loop_ = Kernel::whole_run;
  std::vector<uint32_t> sum_variables_;  // registers that the loop in lanes adds to
  std::vector<RowPart> open_rows_, loaded_rows_;  // kept back; at hand
  std::vector<RowStore> row_stores_;              // of the loop in lanes, to results that may go past the caches
  bool streams_ = false;                          // whether it has such
  std::unordered_map<uint32_t, size_t> accesses_;  // of the loop in lanes, by buffer
  llvm::Value* active_ = nullptr;        // mask of the lanes that count in sums; null: all
};

}  // namespace wengert::llvm_reading
