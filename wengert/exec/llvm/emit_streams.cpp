// SPDX-License-Identifier: Apache-2.0
//
// Results past the caches. A store to a line that is in no cache reads the line first and writes it back later: twice
// the traffic, and what was in the cache is lost. A loop in lanes that writes whole rows of a large result writes them
// to the stack instead, and at the end of a round moves them out with stores that go straight to memory.
#include <algorithm>
#include <llvm/IR/IntrinsicsX86.h>
#include <llvm/IR/MDBuilder.h>
#include <llvm/TargetParser/Triple.h>
#include <map>

#include "wengert/exec/llvm/emitter.h"

namespace wengert::llvm_reading {
namespace {

constexpr int64_t most_staged_bytes = 8 << 10;  // of the first-level cache, beside what the loop reads

}  // namespace

/// Whether stores to a buffer may go past the caches: a result, large, on a processor that has such stores.
bool Emitter::may_stream(uint32_t index) const {
  if (request_.stream_bytes < 0 || index < kernel_.operands.size() || index >= first_scratch(kernel_)) return false;
  const auto bytes = static_cast<uint64_t>(elements_of(buffer_type(index))) * bytes_of(buffer_type(index).dtype);
  return lanes_ * bytes_of(buffer_type(index).dtype) == 32 && bytes >= static_cast<uint64_t>(request_.stream_bytes) &&
         llvm::Triple(module_.getTargetTriple()).isX86();
}

/// A store of `count` elements of rows, from the one at row.base + first on.
void Emitter::mark_row_store(llvm::StoreInst* store, const RowElement& row, int64_t first, int64_t count) {
  mark(store, row.buffer);
  if (may_stream(row.buffer)) row_stores_.push_back({store, row, first, count});
}

/// Rows of `lanes_` points whose every element is stored once in the block of code that ends here, and that nothing else
/// in the loop has touched.
std::vector<Emitter::RowStores> Emitter::whole_rows() {
  std::map<uint32_t, RowStores> by_buffer;
  for (const RowStore& store : row_stores_) {
    RowStores& rows = by_buffer[store.row.buffer];
    if (rows.stores.empty()) rows.row = store.row;
    const bool here = store.instruction->getParent() == b_.GetInsertBlock();
    rows.whole = rows.whole && here && store.row.base == rows.row.base && store.row.stride == rows.row.stride;
    rows.stores.push_back(store);
  }
  std::vector<RowStores> result;
  for (auto& [buffer, rows] : by_buffer) {
    const auto bytes = static_cast<uint64_t>(rows.row.stride * lanes_) * bytes_of(buffer_type(buffer).dtype);
    std::ranges::sort(rows.stores, {}, &RowStore::first);
    int64_t next = 0;
    for (const RowStore& store : rows.stores) {
      rows.whole = rows.whole && store.first == next;
      next += store.count;
    }
    if (rows.whole && next == rows.row.stride * lanes_ && bytes <= most_staged_bytes && accesses_[buffer] == rows.stores.size())
      result.push_back(std::move(rows));
  }
  return result;
}

/// At the end of a round: turns the stores of whole rows to the stack, and moves the rows out. Whether there were any.
bool Emitter::stream_rows() {
  auto all = whole_rows();
  for (const RowStores& rows : all) {
    llvm::Type* const element = memory_type(buffer_type(rows.row.buffer).dtype);
    llvm::IRBuilder<> entry(&function_->getEntryBlock(), function_->getEntryBlock().getFirstInsertionPt());
    auto* const staged = entry.CreateAlloca(llvm::ArrayType::get(element, static_cast<uint64_t>(rows.row.stride * lanes_)));
    staged->setAlignment(llvm::Align(64));
    for (const RowStore& store : rows.stores) {
      llvm::IRBuilder<> before(store.instruction);
      store.instruction->setOperand(llvm::StoreInst::getPointerOperandIndex(),
                                    before.CreateConstInBoundsGEP1_64(element, staged, static_cast<uint64_t>(store.first)));
      store.instruction->setMetadata(llvm::LLVMContext::MD_alias_scope, nullptr);
      store.instruction->setMetadata(llvm::LLVMContext::MD_noalias, nullptr);
    }
    move_out(rows.row, staged);
  }
  row_stores_.clear();
  return !all.empty();
}

/// Such stores want addresses that a vector's size divides; a result that lies elsewhere, or the last rows of a number
/// that no vector divides, are stored as always.
void Emitter::move_out(const RowElement& row, llvm::Value* staged) {
  llvm::Type* const element = memory_type(buffer_type(row.buffer).dtype);
  llvm::Value* const to = row_address(row, 0, 0);
  auto* const past = llvm::BasicBlock::Create(context_, "past", function_);
  auto* const through = llvm::BasicBlock::Create(context_, "through", function_);
  auto* const moved = llvm::BasicBlock::Create(context_, "moved", function_);
  b_.CreateCondBr(b_.CreateIsNull(b_.CreateAnd(b_.CreatePtrToInt(to, i64_), b_.getInt64(31))), past, through);
  for (auto* const block : {past, through}) {
    b_.SetInsertPoint(block);
    count_up(row.stride, [&](llvm::Value* i) {
      llvm::Value* const at = b_.CreateMul(i, b_.getInt64(static_cast<uint64_t>(lanes_)));
      auto* const vector = b_.CreateAlignedLoad(wide(element), b_.CreateInBoundsGEP(element, staged, at), llvm::Align(32));
      const llvm::Align align(block == past ? 32 : bytes_of(buffer_type(row.buffer).dtype));
      auto* const store = b_.CreateAlignedStore(vector, b_.CreateInBoundsGEP(element, to, at), align);
      if (block != past) return;
      auto* const one = llvm::ConstantAsMetadata::get(b_.getInt32(1));
      store->setMetadata(llvm::LLVMContext::MD_nontemporal, llvm::MDNode::get(context_, one));
    });
    b_.CreateBr(moved);
  }
  b_.SetInsertPoint(moved);
}

/// Stores past the caches are not in order with others until then.
void Emitter::finish_streams() { b_.CreateIntrinsic(b_.getVoidTy(), llvm::Intrinsic::x86_sse_sfence, {}); }

}  // namespace wengert::llvm_reading
