// SPDX-License-Identifier: Apache-2.0
//
// Loops: the variables that an iteration hands to the next are phis. A loop in lanes goes over its extent a vector at a
// time; where that does not come out even the last vector overlaps with the one before: what it stores again is the
// same, and lanes that were there already add nothing to sums. So no result depends on its place.
#include "wengert/exec/llvm/emitter.h"

#include "wengert/exec/loop_variables.h"

namespace wengert::llvm_reading {

void Emitter::range(uint32_t first, uint32_t last) {
  for (uint32_t at = first; at < last; ++at) {
    const MicroStep& s = kernel_.steps[at];
    if (s.op != Micro::loop) {
      step(s);
      continue;
    }
    const int lanes = (*request_.lanes)[at];
    close_rows();
    if (lanes > 1 && lanes_ == 1) lane_loop(at, lanes, {nullptr, get(Kind::integer, s.a).value});
    else loop(at);
    at = s.b;
  }
}

/// The registers assigned inside the loop at `at` that had a value before it.
std::vector<Emitter::Carried> Emitter::carried_by(uint32_t at) {
  std::vector<Carried> all;
  for (uint32_t inner = at + 1; inner < kernel_.steps[at].b; ++inner) {
    const MicroStep& s = kernel_.steps[inner];
    if (s.op < Micro::copy_real || s.op > Micro::copy_boolean) continue;
    const Kind kind = form_of(s).to;
    if (registers_.of(kind)[s.to].value == nullptr && !workspace_.kept(kind).contains(s.to)) continue;  // a variable of the body's own
    bool known = false;
    for (const Carried& c : all) known = known || (c.kind == kind && c.index == s.to);
    if (!known) all.push_back({kind, s.to, nullptr});
  }
  return all;
}

void Emitter::loop(uint32_t at) {
  const MicroStep& s = kernel_.steps[at];
  llvm::Value* const extent = get(Kind::integer, s.a).value;
  const auto* const known = llvm::dyn_cast<llvm::ConstantInt>(extent);
  if (known != nullptr && known->getSExtValue() <= 0) return;
  if (known != nullptr && known->isOne()) return once(at);
  auto carried = carried_by(at);
  run_body(at, {extent, nullptr, nullptr, known == nullptr}, carried);
}

/// The only iteration of a loop: no loop at all.
void Emitter::once(uint32_t at) {
  const MicroStep& s = kernel_.steps[at];
  slot(Kind::integer, s.to) = {b_.getInt64(0), false, 0};
  range(at + 1, s.b);
  close_rows();
}

/// The rounds of a loop in lanes one after the other, where these are few and short: channels, as of an image.
bool Emitter::write_out(uint32_t at, const Rounds& rounds, const std::vector<Carried>& carried) {
  constexpr uint64_t most_rounds = 3;
  constexpr uint32_t most_steps = 128;
  const MicroStep& s = kernel_.steps[at];
  const auto* const count = llvm::dyn_cast<llvm::ConstantInt>(rounds.count);
  if (count == nullptr || count->getZExtValue() > most_rounds || s.b - at > most_steps) return false;
  for (uint64_t round = 0; round < count->getZExtValue(); ++round) {
    set_lane_index(s.to, b_.getInt64(round), rounds);
    range(at + 1, s.b);
    close_rows();
  }
  for (const Carried& c : carried) slot(c.kind, c.index) = {vector_of(slot(c.kind, c.index)), true, 0};
  row_stores_.clear();  // so few are written through the caches
  streams_ = false;
  return true;
}

/// What a variable holds before the loop; in lanes always a vector.
Lane Emitter::initial_value(const Carried& c) {
  Lane lane = get(c.kind, c.index);
  if (c.kind == Kind::real) lane.value = real(c.index, real_type(c.index));
  return lanes_ > 1 ? Lane{vector_of(lane), true, 0} : lane;
}

/// In lanes: round * lanes, but no further than the place of the last whole vector; the lanes that a round before this one
/// had already do not count.
void Emitter::set_lane_index(uint32_t index, llvm::Value* round, const Rounds& rounds) {
  llvm::Value* first = b_.CreateMul(round, b_.getInt64(static_cast<uint64_t>(lanes_)));
  if (rounds.first != nullptr) first = b_.CreateAdd(rounds.first, first);
  llvm::Value* const base = b_.CreateSelect(b_.CreateICmpSLT(first, rounds.last_vector), first, rounds.last_vector);
  slot(Kind::integer, index) = {base, false, 1};
  if (active_ == nullptr) return;
  const Lane numbers{b_.getInt64(0), false, 1};
  active_ = b_.CreateICmpSGE(vector_of(numbers), b_.CreateVectorSplat(static_cast<unsigned>(lanes_), b_.CreateSub(first, base)));
}

void Emitter::run_body(uint32_t at, const Rounds& rounds, std::vector<Carried>& carried) {
  const MicroStep& s = kernel_.steps[at];
  auto* const body = llvm::BasicBlock::Create(context_, "loop", function_);
  auto* const after = llvm::BasicBlock::Create(context_, "after", function_);
  std::vector<Lane> initial;
  for (const Carried& c : carried) initial.push_back(initial_value(c));
  auto* const before = b_.GetInsertBlock();
  if (rounds.may_skip) b_.CreateCondBr(b_.CreateICmpSGT(rounds.count, b_.getInt64(0)), body, after);
  else b_.CreateBr(body);
  b_.SetInsertPoint(body);
  auto* const round = b_.CreatePHI(i64_, 2);
  round->addIncoming(b_.getInt64(0), before);
  for (size_t k = 0; k < carried.size(); ++k) {
    carried[k].phi = b_.CreatePHI(initial[k].value->getType(), 2);
    carried[k].phi->addIncoming(initial[k].value, before);
    slot(carried[k].kind, carried[k].index) = {carried[k].phi, initial[k].varies, 0};
  }
  if (rounds.last_vector != nullptr) set_lane_index(s.to, round, rounds);
  else slot(Kind::integer, s.to) = {rounds.first == nullptr ? round : b_.CreateAdd(rounds.first, round), false, 0};
  range(at + 1, s.b);
  close_rows();
  if (rounds.last_vector != nullptr) streams_ = stream_rows();
  llvm::Value* const next = b_.CreateAdd(round, b_.getInt64(1));
  finish_body(round, next, before, after, carried, initial, rounds.may_skip, b_.CreateICmpSLT(next, rounds.count));
}

void Emitter::finish_body(llvm::PHINode* round, llvm::Value* next, llvm::BasicBlock* before, llvm::BasicBlock* after,
                          const std::vector<Carried>& carried, const std::vector<Lane>& initial, bool may_skip, llvm::Value* again) {
  std::vector<llvm::Value*> ends;
  for (const Carried& c : carried) {
    const Lane lane = slot(c.kind, c.index);
    ends.push_back(lanes_ > 1 ? vector_of(lane) : lane.value);
  }
  auto* const end = b_.GetInsertBlock();
  round->addIncoming(next, end);
  for (size_t k = 0; k < carried.size(); ++k) carried[k].phi->addIncoming(ends[k], end);
  b_.CreateCondBr(again, round->getParent(), after);
  b_.SetInsertPoint(after);
  for (size_t k = 0; k < carried.size(); ++k) {
    llvm::Value* value = ends[k];
    if (may_skip) {
      auto* const merged = b_.CreatePHI(value->getType(), 2);
      merged->addIncoming(initial[k].value, before);
      merged->addIncoming(value, end);
      value = merged;
    }
    slot(carried[k].kind, carried[k].index) = {value, initial[k].varies, 0};
  }
}

/// body(i) for i = 0 .. count - 1, in the IR.
void Emitter::count_up(int64_t count, const std::function<void(llvm::Value* i)>& body) {
  auto* const before = b_.GetInsertBlock();
  auto* const inside = llvm::BasicBlock::Create(context_, "each", function_);
  auto* const after = llvm::BasicBlock::Create(context_, "all", function_);
  b_.CreateBr(inside);
  b_.SetInsertPoint(inside);
  auto* const i = b_.CreatePHI(i64_, 2);
  i->addIncoming(b_.getInt64(0), before);
  body(i);
  llvm::Value* const next = b_.CreateAdd(i, b_.getInt64(1));
  i->addIncoming(next, b_.GetInsertBlock());
  b_.CreateCondBr(b_.CreateICmpSLT(next, b_.getInt64(static_cast<uint64_t>(count))), inside, after);
  b_.SetInsertPoint(after);
}

std::vector<Emitter::LaneSums> Emitter::start_lane_sums(uint32_t at) {
  std::vector<LaneSums> all;
  for (uint32_t buffer : summed_buffers(request_, at)) {
    if (elements_of(buffer_type(buffer)) == 0) continue;
    llvm::Value* const place = lane_sums(buffer);
    const uint64_t bytes = static_cast<uint64_t>(elements_of(buffer_type(buffer))) * bytes_of(buffer_type(buffer).dtype) * static_cast<uint64_t>(lanes_);
    b_.CreateMemSet(place, b_.getInt8(0), bytes, llvm::MaybeAlign(64));
    all.push_back({buffer, place});
  }
  return all;
}

void Emitter::finish_lane_sums(const std::vector<LaneSums>& sums) {
  for (const LaneSums& sum : sums) {
    llvm::Type* const element = memory_type(buffer_type(sum.buffer).dtype);
    count_up(elements_of(buffer_type(sum.buffer)), [&](llvm::Value* i) {
      llvm::Value* const first = b_.CreateMul(i, b_.getInt64(static_cast<uint64_t>(lanes_)));
      llvm::Value* const lanes = b_.CreateAlignedLoad(wide(element), b_.CreateInBoundsGEP(element, sum.place, first), llvm::Align(8));
      llvm::Value* const to = address(sum.buffer, i);
      b_.CreateStore(b_.CreateFAdd(b_.CreateLoad(element, to), sum_of_lanes(lanes)), to);
    });
  }
}

void Emitter::lane_loop(uint32_t at, int lanes, const Iterations& iterations) {
  const auto extent = static_cast<uint64_t>(llvm::cast<llvm::ConstantInt>(get(Kind::integer, kernel_.steps[at].a).value)->getSExtValue());
  auto carried = carried_by(at);
  std::vector<llvm::Value*> before;
  for (const Carried& c : carried) before.push_back(real(c.index, real_type(c.index)));
  lanes_ = lanes;
  lane_loop_ = at;
  const auto width = static_cast<uint64_t>(lanes);
  row_stores_.clear(), accesses_.clear();
  const bool uneven = extent % width != 0;
  active_ = uneven ? b_.getTrue() : nullptr;  // computed anew each round
  std::vector<Micro> how;
  for (size_t k = 0; k < carried.size(); ++k) {
    const Carried& c = carried[k];
    how.push_back(*gathering_of(kernel_, at, c.index));
    if (how[k] == Micro::add) sum_variables_.push_back(c.index);
    llvm::Type* const type = wide(real_type(c.index));  // each lane starts a sum, or an extremum, of its own
    slot(Kind::real, c.index) = {how[k] == Micro::add ? llvm::Constant::getNullValue(type) : b_.CreateVectorSplat(static_cast<unsigned>(lanes), before[k]), true, 0};
  }
  const auto sums = start_lane_sums(at);
  llvm::Value* const count = iterations.first == nullptr ? iterations.last : b_.CreateSub(iterations.last, iterations.first);
  llvm::Value* const rounds = b_.CreateUDiv(b_.CreateAdd(count, b_.getInt64(width - 1)), b_.getInt64(width));
  const Rounds all{rounds, iterations.first, b_.CreateSub(iterations.last, b_.getInt64(width)), false};
  if (!write_out(at, all, carried)) run_body(at, all, carried);
  if (streams_) finish_streams();
  for (size_t k = 0; k < carried.size(); ++k) {
    llvm::Value* const gathered = one_of_lanes(slot(Kind::real, carried[k].index).value, how[k]);
    slot(Kind::real, carried[k].index) = {how[k] == Micro::add ? b_.CreateFAdd(before[k], gathered) : gathered, false, 0};
  }
  finish_lane_sums(sums);
  sum_variables_.clear();
  lanes_ = 1;
  lane_loop_ = Kernel::whole_run;
  active_ = nullptr;
}

}  // namespace wengert::llvm_reading
