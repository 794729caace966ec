// SPDX-License-Identifier: Apache-2.0
#include "wengert/exec/llvm/emitter.h"

#include <llvm/IR/MDBuilder.h>

#include <algorithm>
#include <set>

namespace wengert::llvm_reading {
namespace {

size_t aligned(size_t bytes) { return (bytes + 63) & ~size_t{63}; }

}  // namespace

std::vector<uint32_t> summed_buffers(const CodeRequest& request, uint32_t loop) {
  std::vector<uint32_t> buffers;
  for (const MemoryPlan::LaneSum& sum : request.memory->sums)
    if (sum.loop == loop) buffers.push_back(sum.buffer);
  return buffers;
}

BlockSums block_sums(const CodeRequest& request, const BlockedLoop& blocks) {
  BlockSums sums;
  for (uint32_t buffer : blocks.buffers) {
    sums.buffers.push_back(sums.bytes);
    const wengert::Type type = buffer_type(*request.kernel, buffer);
    sums.bytes += aligned(bytes_of(type.dtype) * static_cast<size_t>(elements_of(type)));
  }
  for (size_t k = 0; k < blocks.variables.size(); ++k) sums.variables.push_back(sums.bytes), sums.bytes += 8;
  sums.bytes = aligned(sums.bytes);
  return sums;
}

Workspace lay_out(const CodeRequest& request, const std::vector<Chunk>& chunks) {
  Workspace w;
  w.scratch = request.memory->scratch;
  w.bytes = request.memory->bytes;
  w.own_bytes = request.memory->own_bytes;
  for (const MemoryPlan::LaneSum& sum : request.memory->sums) w.sums.emplace(sums_key(sum.loop, sum.buffer), sum.offset);
  for (const CrossingRegister& r : crossing_registers(*request.kernel, chunks)) {
    w.kept(r.kind).emplace(r.slot, w.bytes);
    w.bytes += 8;
  }
  w.block_sums = w.bytes = aligned(w.bytes);
  for (const BlockedLoop& blocks : *request.blocks)
    w.bytes = std::max(w.bytes, w.block_sums + block_sums(request, blocks).bytes * static_cast<size_t>(blocks.blocks));
  return w;
}

Registers::Registers(const Kernel& kernel)
    : reals(kernel.reals + 1), integers(kernel.integers + 1), booleans(kernel.booleans + 1) {
  for (const auto& c : kernel.real_constants) real_constants.emplace(c.to, c.value);
  for (const auto& c : kernel.integer_constants) integer_constants.emplace(c.to, c.value);
  for (const auto& c : kernel.boolean_constants) boolean_constants.emplace(c.to, c.value);
}

Lane& Registers::slot(Kind kind, uint32_t index) {
  Lane& lane = of(kind)[index];
  if (lane.value == nullptr)
    (kind == Kind::real ? touched_reals : kind == Kind::integer ? touched_integers : touched_booleans).push_back(index);
  return lane;
}

void Registers::forget() {
  for (uint32_t k : touched_reals) reals[k] = {};
  for (uint32_t k : touched_integers) integers[k] = {};
  for (uint32_t k : touched_booleans) booleans[k] = {};
  touched_reals.clear(), touched_integers.clear(), touched_booleans.clear();
}

Emitter::Emitter(const CodeRequest& request, const Workspace& workspace, Registers& registers, llvm::Module& module)
    : request_(request), kernel_(*request.kernel), workspace_(workspace), module_(module),
      context_(module.getContext()), b_(context_), f64_(b_.getDoubleTy()), f32_(b_.getFloatTy()), i64_(b_.getInt64Ty()),
      i1_(b_.getInt1Ty()), ptr_(b_.getPtrTy()), registers_(registers) {
  if (request.contract) {
    llvm::FastMathFlags flags;
    flags.setAllowContract(true);
    b_.setFastMathFlags(flags);
  }
  make_scopes();
}

/// An access is told apart from those of every buffer that shares no memory with its own.
void Emitter::make_scopes() {
  const size_t outside = first_scratch(kernel_), buffers = outside + kernel_.scratch.size();
  if (request_.level == 0 || buffers > 64) return;
  llvm::MDBuilder metadata(context_);
  auto* const domain = metadata.createAnonymousAliasScopeDomain();
  std::vector<llvm::Metadata*> scopes;
  for (size_t k = 0; k < buffers; ++k) scopes.push_back(metadata.createAnonymousAliasScope(domain));
  for (size_t k = 0; k < buffers; ++k) {
    std::vector<llvm::Metadata*> others;
    for (size_t j = 0; j < buffers; ++j)
      if (j != k && !(j >= outside && k >= outside && request_.memory->overlap(j - outside, k - outside)))
        others.push_back(scopes[j]);
    scopes_.push_back(llvm::MDNode::get(context_, scopes[k]));
    others_.push_back(llvm::MDNode::get(context_, others));
  }
}

void Emitter::begin_function(const std::string& name, std::vector<llvm::Type*> arguments) {
  auto* const type = llvm::FunctionType::get(b_.getVoidTy(), arguments, false);
  function_ = llvm::Function::Create(type, llvm::Function::ExternalLinkage, name, module_);
  function_->addFnAttr(llvm::Attribute::NoUnwind);
  buffers_ = function_->getArg(0);
  work_ = function_->getArg(1);
  b_.SetInsertPoint(llvm::BasicBlock::Create(context_, "entry", function_));
  buffer_pointers_.clear();
}

void Emitter::emit(const Chunk& chunk, const std::string& name) {
  begin_function(name, {ptr_, ptr_});
  if (chunk.last - chunk.first == kernel_.steps.size())  // addresses are taken once, before every loop
    for (uint32_t k = 0; k < first_scratch(kernel_) + kernel_.scratch.size(); ++k) buffer(k);
  range(chunk.first, chunk.last);
  keep_for_other_chunks(chunk);
  b_.CreateRetVoid();
  registers_.forget();
}

void Emitter::keep_for_other_chunks(const Chunk& chunk) {
  std::set<std::pair<Kind, uint32_t>> done;
  for (uint32_t at = chunk.first; at < chunk.last; ++at) {
    const Kind kind = form_of(kernel_.steps[at]).to;
    const uint32_t index = kernel_.steps[at].to;
    if (kind == Kind::none) continue;
    const auto place = workspace_.kept(kind).find(index);
    if (place == workspace_.kept(kind).end() || !done.emplace(kind, index).second) continue;
    if (llvm::Value* const value = registers_.of(kind)[index].value)
      b_.CreateStore(value, bytes_from(work_, place->second));
  }
}

/// A register's value here: computed in this chunk, or a constant, or left in the workspace by another chunk.
Lane Emitter::get(Kind kind, uint32_t index) {
  Lane& lane = slot(kind, index);
  if (lane.value != nullptr) return lane;
  if (kind == Kind::real) {
    if (const auto c = registers_.real_constants.find(index); c != registers_.real_constants.end())
      return {number(c->second, real_type(index)), false, 0};
  } else if (kind == Kind::integer) {
    if (const auto c = registers_.integer_constants.find(index); c != registers_.integer_constants.end())
      return {b_.getInt64(static_cast<uint64_t>(c->second)), false, 0};
  } else if (const auto c = registers_.boolean_constants.find(index); c != registers_.boolean_constants.end()) {
    return {b_.getInt1(c->second), false, 0};
  }
  const auto& kept = workspace_.kept(kind);
  llvm::IRBuilder<>::InsertPointGuard guard(b_);
  auto& entry = function_->getEntryBlock();
  b_.SetInsertPoint(&entry, entry.getFirstInsertionPt());
  lane = {b_.CreateLoad(register_type(kind, index), bytes_from(work_, kept.at(index))), false, 0};
  return lane;
}

/// A real register with elements of type `element`, a vector in lanes if it varies.
llvm::Value* Emitter::real(uint32_t index, llvm::Type* element) {
  if (const auto c = registers_.real_constants.find(index);
      c != registers_.real_constants.end() && registers_.reals[index].value == nullptr)
    return number(c->second, element);
  llvm::Value* const value = get(Kind::real, index).value;
  llvm::Type* const now = value->getType();
  if (now->getScalarType() == element) return value;
  llvm::Type* const target = now->isVectorTy() ? wide(element) : element;
  return element == f64_ ? b_.CreateFPExt(value, target) : b_.CreateFPTrunc(value, target);
}

llvm::Type* Emitter::real_type(uint32_t index) {
  return (*request_.precisions)[index] == Precision::single ? f32_ : f64_;
}
llvm::Type* Emitter::register_type(Kind kind, uint32_t index) {
  return kind == Kind::real ? real_type(index) : kind == Kind::integer ? i64_ : i1_;
}
llvm::Value* Emitter::number(double value, llvm::Type* element) { return llvm::ConstantFP::get(element, value); }
llvm::Type* Emitter::wide(llvm::Type* element) const {
  return llvm::FixedVectorType::get(element, static_cast<unsigned>(lanes_));
}
llvm::Value* Emitter::splat(llvm::Value* value) {
  return value->getType()->isVectorTy() ? value : b_.CreateVectorSplat(static_cast<unsigned>(lanes_), value);
}

/// All lanes of a value as a vector.
llvm::Value* Emitter::vector_of(const Lane& lane) {
  if (lane.varies) return lane.value;
  llvm::Value* const same = splat(lane.value);
  if (lane.stride == 0) return same;
  std::vector<llvm::Constant*> steps;
  for (int k = 0; k < lanes_; ++k) steps.push_back(b_.getInt64(static_cast<uint64_t>(lane.stride * k)));
  return b_.CreateAdd(same, llvm::ConstantVector::get(steps));
}

/// Whether every lane has elements of its own there, side by side.
bool Emitter::is_private(uint32_t index) const {
  const size_t outside = first_scratch(kernel_);
  return lanes_ > 1 && index >= outside && kernel_.scratch_loop[index - outside] == lane_loop_;
}

llvm::Type* Emitter::memory_type(DType dtype) {
  return dtype == DType::f64 ? f64_ : dtype == DType::f32 ? f32_ : dtype == DType::i64 ? i64_ : b_.getInt8Ty();
}

llvm::Value* Emitter::buffer(uint32_t index) {
  auto& pointer = buffer_pointers_[index];
  if (pointer != nullptr) return pointer;
  llvm::IRBuilder<>::InsertPointGuard guard(b_);
  auto& entry = function_->getEntryBlock();
  b_.SetInsertPoint(&entry, entry.getFirstInsertionPt());
  const size_t outside = first_scratch(kernel_);
  if (index < outside)
    pointer = b_.CreateLoad(ptr_, b_.CreateConstInBoundsGEP1_64(ptr_, buffers_, index));
  else
    pointer = bytes_from(is_in_block(kernel_.scratch_loop[index - outside]) ? own_ : work_,
                         workspace_.scratch[index - outside]);
  return pointer;
}

llvm::Value* Emitter::address(uint32_t index, llvm::Value* element) {
  return b_.CreateInBoundsGEP(memory_type(buffer_type(index).dtype), buffer(index), element);
}

void Emitter::mark(llvm::Instruction* access, uint32_t index) {
  if (lanes_ > 1) ++accesses_[index];
  if (scopes_.empty()) return;
  access->setMetadata(llvm::LLVMContext::MD_alias_scope, scopes_[index]);
  access->setMetadata(llvm::LLVMContext::MD_noalias, others_[index]);
}

/// The element that lane number `lane` means.
llvm::Value* Emitter::lane_element(uint32_t index, const Lane& at, int lane) {
  llvm::Value* element = at.varies ? b_.CreateExtractElement(at.value, static_cast<uint64_t>(lane))
                         : at.stride == 0 || lane == 0
                             ? at.value
                             : b_.CreateAdd(at.value, b_.getInt64(static_cast<uint64_t>(at.stride * lane)));
  if (!is_private(index)) return element;
  return b_.CreateAdd(b_.CreateMul(element, b_.getInt64(static_cast<uint64_t>(lanes_))),
                      b_.getInt64(static_cast<uint64_t>(lane)));
}

llvm::Value* Emitter::load(uint32_t index, const Lane& at, bool& varies) {
  close_rows(index);
  llvm::Type* const element = memory_type(buffer_type(index).dtype);
  const llvm::Align align(bytes_of(buffer_type(index).dtype));
  const bool own = is_private(index);
  varies = lanes_ > 1 && (own || !at.uniform());
  if (!varies || (own && at.uniform()) || (!own && !at.varies && at.stride == 1)) {
    llvm::Value* const first = own ? b_.CreateMul(at.value, b_.getInt64(static_cast<uint64_t>(lanes_))) : at.value;
    auto* const value = b_.CreateAlignedLoad(varies ? wide(element) : element, address(index, first), align);
    mark(value, index);
    return value;
  }
  if (const auto e = row_element(index, at))
    if (llvm::Value* const column = load_of_row(*e)) return column;
  llvm::Value* gathered = llvm::PoisonValue::get(wide(element));
  for (int k = 0; k < lanes_; ++k) {
    auto* const value = b_.CreateAlignedLoad(element, address(index, lane_element(index, at, k)), align);
    mark(value, index);
    gathered = b_.CreateInsertElement(gathered, value, static_cast<uint64_t>(k));
  }
  return gathered;
}

void Emitter::store(uint32_t index, const Lane& at, llvm::Value* value, bool varies) {
  if (const auto e = row_element(index, at)) return store_in_row(*e, splat(value));
  close_rows(index);
  const llvm::Align align(bytes_of(buffer_type(index).dtype));
  const bool own = is_private(index);
  const bool vector = lanes_ > 1 && (own || !at.uniform());
  if (!vector || (own && at.uniform()) || (!own && !at.varies && at.stride == 1)) {
    llvm::Value* const first = own ? b_.CreateMul(at.value, b_.getInt64(static_cast<uint64_t>(lanes_))) : at.value;
    mark(b_.CreateAlignedStore(vector ? splat(value) : value, address(index, first), align), index);
    return;
  }
  for (int k = 0; k < lanes_; ++k) {
    llvm::Value* const one = varies ? b_.CreateExtractElement(value, static_cast<uint64_t>(k)) : value;
    mark(b_.CreateAlignedStore(one, address(index, lane_element(index, at, k)), align), index);
  }
}

}  // namespace wengert::llvm_reading
