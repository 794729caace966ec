// SPDX-License-Identifier: Apache-2.0
//
// Loops cut into blocks (exec/blocks). Each is a function of its own, called once a block by the library, in any order
// and thread: what it reads of the chunks before is in the workspace, what belongs to an iteration is in the caller's
// own memory, and what it adds up is kept in the block's place until the blocks are added up, the first one first.
#include "wengert/exec/llvm/emitter.h"

namespace wengert::llvm_reading {

/// Whether a loop is that whose block is being emitted, or inside it.
bool Emitter::is_in_block(uint32_t loop) const {
  return blocks_ != nullptr && loop != Kernel::whole_run && loop >= blocks_->loop &&
         loop < kernel_.steps[blocks_->loop].b;
}

/// The iteration that a block begins with: a multiple of the lanes, so that vectors overlap in the last block alone;
/// the last one takes what is left over.
llvm::Value* Emitter::start_of_block(const BlockedLoop& blocks, llvm::Value* block) {
  const int64_t lanes = std::max<int64_t>((*request_.lanes)[blocks.loop], 1);
  llvm::Value* const vectors = b_.getInt64(static_cast<uint64_t>(blocks.extent / lanes));
  llvm::Value* const before =
      b_.CreateUDiv(b_.CreateMul(vectors, block), b_.getInt64(static_cast<uint64_t>(blocks.blocks)));
  return b_.CreateMul(before, b_.getInt64(static_cast<uint64_t>(lanes)));
}

/// Sums of the block's own, in place of those of the whole loop.
void Emitter::start_block_sums(const BlockedLoop& blocks, llvm::Value* block) {
  const BlockSums sums = block_sums(request_, blocks);
  llvm::Value* const start = b_.CreateInBoundsGEP(b_.getInt8Ty(), bytes_from(work_, workspace_.block_sums),
                                                  b_.CreateMul(block, b_.getInt64(sums.bytes)));
  for (size_t k = 0; k < blocks.buffers.size(); ++k) {
    const wengert::Type& type = buffer_type(blocks.buffers[k]);
    llvm::Value* const place = buffer_pointers_[blocks.buffers[k]] = bytes_from(start, sums.buffers[k]);
    b_.CreateMemSet(place, b_.getInt8(0), static_cast<uint64_t>(elements_of(type)) * bytes_of(type.dtype),
                    llvm::MaybeAlign(64));
  }
  for (uint32_t variable : blocks.variables) slot(Kind::real, variable) = {number(0, real_type(variable)), false, 0};
}

void Emitter::finish_block_sums(const BlockedLoop& blocks, llvm::Value* block) {
  const BlockSums sums = block_sums(request_, blocks);
  llvm::Value* const start = b_.CreateInBoundsGEP(b_.getInt8Ty(), bytes_from(work_, workspace_.block_sums),
                                                  b_.CreateMul(block, b_.getInt64(sums.bytes)));
  for (size_t k = 0; k < blocks.variables.size(); ++k)
    b_.CreateStore(slot(Kind::real, blocks.variables[k]).value, bytes_from(start, sums.variables[k]));
}

void Emitter::emit_block(const Chunk& chunk, const std::string& name) {
  const BlockedLoop& blocks = *chunk.blocks;
  begin_function(name, {ptr_, ptr_, ptr_, i64_});
  own_ = function_->getArg(2);
  blocks_ = &blocks;
  llvm::Value* const block = function_->getArg(3);
  start_block_sums(blocks, block);
  llvm::Value* const next = b_.CreateAdd(block, b_.getInt64(1));
  llvm::Value* const end = b_.getInt64(static_cast<uint64_t>(blocks.extent));
  llvm::Value* const is_last = b_.CreateICmpEQ(next, b_.getInt64(static_cast<uint64_t>(blocks.blocks)));
  const Iterations iterations{start_of_block(blocks, block),
                              b_.CreateSelect(is_last, end, start_of_block(blocks, next))};
  if (const int lanes = (*request_.lanes)[blocks.loop]; lanes > 1) {
    lane_loop(blocks.loop, lanes, iterations);
  } else {
    auto carried = carried_by(blocks.loop);
    run_body(blocks.loop, {b_.CreateSub(iterations.last, iterations.first), iterations.first, nullptr, false}, carried);
  }
  finish_block_sums(blocks, block);
  b_.CreateRetVoid();
  registers_.forget();
  blocks_ = nullptr, own_ = nullptr;
}

void Emitter::emit_sums_of_blocks(const Chunk& chunk, const std::string& name) {
  const BlockedLoop& blocks = *chunk.blocks;
  const BlockSums sums = block_sums(request_, blocks);
  begin_function(name, {ptr_, ptr_});
  count_up(blocks.blocks, [&](llvm::Value* block) {
    llvm::Value* const start = b_.CreateInBoundsGEP(b_.getInt8Ty(), bytes_from(work_, workspace_.block_sums),
                                                    b_.CreateMul(block, b_.getInt64(sums.bytes)));
    const auto add = [&](llvm::Type* element, llvm::Value* to, llvm::Value* from) {
      b_.CreateStore(b_.CreateFAdd(b_.CreateLoad(element, to), b_.CreateLoad(element, from)), to);
    };
    for (size_t k = 0; k < blocks.buffers.size(); ++k) {
      const uint32_t number = blocks.buffers[k];
      if (elements_of(buffer_type(number)) == 0) continue;
      llvm::Type* const element = memory_type(buffer_type(number).dtype);
      llvm::Value* const from = bytes_from(start, sums.buffers[k]);
      count_up(elements_of(buffer_type(number)),
               [&](llvm::Value* i) { add(element, address(number, i), b_.CreateInBoundsGEP(element, from, i)); });
    }
    for (size_t k = 0; k < blocks.variables.size(); ++k)
      add(real_type(blocks.variables[k]), bytes_from(work_, workspace_.real.at(blocks.variables[k])),
          bytes_from(start, sums.variables[k]));
  });
  b_.CreateRetVoid();
  registers_.forget();
}

}  // namespace wengert::llvm_reading
