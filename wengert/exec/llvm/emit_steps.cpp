// SPDX-License-Identifier: Apache-2.0
//
// One micro-operation at a time. An operation whose operands are the same in all lanes is computed once.
#include <llvm/IR/Intrinsics.h>

#include <algorithm>

#include "wengert/exec/llvm/emitter.h"
#include "wengert/exec/llvm/vector_functions.h"

namespace wengert::llvm_reading {

void Emitter::step(const MicroStep& s) {
  if (s.op >= Micro::load_real && s.op <= Micro::accumulate_real) return memory_step(s);
  if (s.op == Micro::native) return native(s.a);
  if (s.op >= Micro::copy_real && s.op <= Micro::copy_boolean) return copy(s);
  if ((s.op >= Micro::add && s.op <= Micro::round_single) || s.op == Micro::select_real || s.op == Micro::to_real) return real_step(s);
  if (s.op >= Micro::less && s.op <= Micro::logical_not) return boolean_step(s);
  integer_step(s);
}

void Emitter::memory_step(const MicroStep& s) {
  const Lane at = get(Kind::integer, s.b);
  const DType dtype = buffer_type(s.a).dtype;
  bool varies = false;
  switch (s.op) {
    case Micro::load_real: {
      llvm::Value* value = load(s.a, at, varies);
      llvm::Type* const element = real_type(s.to);
      if (value->getType()->getScalarType() != element) value = b_.CreateFPExt(value, varies ? wide(element) : element);
      return set(Kind::real, s.to, value, varies);
    }
    case Micro::load_integer: {
      llvm::Value* const value = load(s.a, at, varies);
      return set(Kind::integer, s.to, value, varies);
    }
    case Micro::load_boolean: {
      llvm::Value* const value = load(s.a, at, varies);
      return set(Kind::boolean, s.to, b_.CreateICmpNE(value, llvm::Constant::getNullValue(value->getType())), varies);
    }
    case Micro::store_real: return store(s.a, at, real(s.c, memory_type(dtype)), get(Kind::real, s.c).varies);
    case Micro::store_integer: {
      const Lane value = get(Kind::integer, s.c);
      return store(s.a, at, value.uniform() ? value.value : vector_of(value), !value.uniform());
    }
    case Micro::store_boolean: {
      const Lane value = get(Kind::boolean, s.c);
      return store(s.a, at, b_.CreateZExt(value.value, value.varies ? wide(b_.getInt8Ty()) : b_.getInt8Ty()), value.varies);
    }
    default: return accumulate(s);
  }
}

/// The lanes that do not count contribute 0.
llvm::Value* Emitter::active_or_zero(llvm::Value* value) {
  if (active_ == nullptr) return value;
  llvm::Value* const all = splat(value);
  return b_.CreateSelect(active_, all, llvm::Constant::getNullValue(all->getType()));
}

bool Emitter::is_sum_variable(uint32_t index) const { return std::ranges::find(sum_variables_, index) != sum_variables_.end(); }

/// Where the lanes' own sums for that buffer are, if they have any.
llvm::Value* Emitter::lane_sums(uint32_t buffer) {
  const auto place = workspace_.sums.find(sums_key(lane_loop_, buffer));
  if (place == workspace_.sums.end()) return nullptr;
  return bytes_from(is_in_block(lane_loop_) ? own_ : work_, place->second);
}

/// By halves: ((0 + 2) + (1 + 3)), the same however many threads there are.
llvm::Value* Emitter::one_of_lanes(llvm::Value* value, Micro how) {
  auto lanes = llvm::cast<llvm::FixedVectorType>(value->getType())->getNumElements();
  while (lanes > 1) {
    lanes /= 2;
    std::vector<int> low, high;
    for (unsigned k = 0; k < lanes; ++k) low.push_back(static_cast<int>(k)), high.push_back(static_cast<int>(k + lanes));
    llvm::Value *const a = b_.CreateShuffleVector(value, low), *const b = b_.CreateShuffleVector(value, high);
    value = how == Micro::add ? b_.CreateFAdd(a, b) : extremum(a, b, how == Micro::maximum);
  }
  return b_.CreateExtractElement(value, uint64_t{0});
}
llvm::Value* Emitter::sum_of_lanes(llvm::Value* value) { return one_of_lanes(value, Micro::add); }

void Emitter::accumulate(const MicroStep& s) {
  close_rows(s.a);
  llvm::Type* const element = memory_type(buffer_type(s.a).dtype);
  const Lane at = get(Kind::integer, s.b);
  llvm::Value* value = real(s.c, element);
  const bool own = is_private(s.a);
  if (lanes_ == 1 || own || (!at.varies && at.stride == 1)) {
    if (lanes_ > 1) value = own ? splat(value) : active_or_zero(splat(value));
    bool varies = false;
    llvm::Value* const before = load(s.a, at, varies);
    return store(s.a, at, b_.CreateFAdd(before, value), varies);
  }
  value = active_or_zero(splat(value));
  if (llvm::Value* const sums = at.uniform() ? lane_sums(s.a) : nullptr) {
    llvm::Value* const first = b_.CreateMul(at.value, b_.getInt64(static_cast<uint64_t>(lanes_)));
    llvm::Value* const place = b_.CreateInBoundsGEP(element, sums, first);
    const llvm::Align align(std::min<uint64_t>(bytes_of(buffer_type(s.a).dtype) * static_cast<uint64_t>(lanes_), 64));
    auto* const before = b_.CreateAlignedLoad(wide(element), place, align);
    mark(before, s.a);
    mark(b_.CreateAlignedStore(b_.CreateFAdd(before, value), place, align), s.a);
    return;
  }
  if (at.uniform()) {
    bool varies = false;
    const Lane one{at.value, false, 0};
    llvm::Value* const before = load(s.a, one, varies);
    return store(s.a, one, b_.CreateFAdd(before, sum_of_lanes(value)), false);
  }
  for (int k = 0; k < lanes_; ++k) {  // several lanes may mean one element
    llvm::Value* const place = address(s.a, lane_element(s.a, at, k));
    const llvm::Align align(bytes_of(buffer_type(s.a).dtype));
    auto* const before = b_.CreateAlignedLoad(element, place, align);
    mark(before, s.a);
    llvm::Value* const next = b_.CreateFAdd(before, b_.CreateExtractElement(value, static_cast<uint64_t>(k)));
    mark(b_.CreateAlignedStore(next, place, align), s.a);
  }
}

/// The library has the call and knows how many addresses it takes.
void Emitter::native(uint32_t number) {
  const NativeCall& call = kernel_.natives[number];
  llvm::IRBuilder<> entry(&function_->getEntryBlock(), function_->getEntryBlock().begin());
  auto* const addresses = entry.CreateAlloca(ptr_, entry.getInt64(call.buffers.size()));
  for (size_t k = 0; k < call.buffers.size(); ++k) {
    llvm::Value* const first = call.bases[k] == Place::nowhere ? b_.getInt64(0) : get(Kind::integer, call.bases[k]).value;
    b_.CreateStore(address(call.buffers[k], first), b_.CreateConstInBoundsGEP1_64(ptr_, addresses, k));
  }
  const auto callee = module_.getOrInsertFunction(call_native_name, llvm::FunctionType::get(b_.getVoidTy(), {ptr_, ptr_}, false));
  auto* const context = module_.getOrInsertGlobal("wengert_native_" + std::to_string(number), b_.getInt8Ty());
  b_.CreateCall(callee, {context, addresses});
}

void Emitter::copy(const MicroStep& s) {
  const Kind kind = form_of(s).to;
  Lane value = get(kind, s.a);
  if (kind == Kind::real) value.value = real(s.a, real_type(s.to));
  slot(kind, s.to) = value;
}

/// -x; of a sum that may be fused with a product, -(a b + c) is one operation, where a 0 may have the other sign.
llvm::Value* Emitter::negated(llvm::Value* x) {
  auto* const sum = llvm::dyn_cast<llvm::BinaryOperator>(x);
  if (request_.contract && sum != nullptr && sum->getOpcode() == llvm::Instruction::FAdd) sum->setHasNoSignedZeros(true);
  return b_.CreateFNeg(x);
}

/// b where it lies further or is NaN, else a, which may be NaN: so NaN comes through. The inner choice is one instruction.
llvm::Value* Emitter::extremum(llvm::Value* a, llvm::Value* b, bool largest) {
  llvm::Value* const further = largest ? b_.CreateFCmpOGT(b, a) : b_.CreateFCmpOLT(b, a);
  return b_.CreateSelect(b_.CreateFCmpUNO(b, b), b, b_.CreateSelect(further, b, a));
}

void Emitter::integer_to_real(const MicroStep& s) {
  const Lane from = get(Kind::integer, s.a);
  llvm::Type* const element = real_type(s.to);
  llvm::Value* const integer = from.uniform() ? from.value : vector_of(from);
  set(Kind::real, s.to, b_.CreateSIToFP(integer, from.uniform() ? element : wide(element)), !from.uniform());
}

void Emitter::real_step(const MicroStep& s) {
  if (s.op == Micro::to_real) return integer_to_real(s);
  uint32_t slots[3] = {};
  int count = 0;
  bool varies = false;
  for_each_operand(s, [&](Kind kind, uint32_t slot) {
    varies = varies || get(kind, slot).varies;
    if (kind == Kind::real) slots[count++] = slot;
  });
  llvm::Type* const computed = s.op == Micro::round_single ? real_type(s.a) : real_type(s.to);
  llvm::Value* x[3] = {};
  for (int k = 0; k < count; ++k) x[k] = varies ? splat(real(slots[k], computed)) : real(slots[k], computed);
  if (s.op == Micro::add && active_ != nullptr)  // a term of a sum over the lanes
    for (int k = 0; k < 2; ++k)
      if (is_sum_variable(slots[1 - k])) x[k] = active_or_zero(x[k]);
  set(Kind::real, s.to, real_result(s, x, varies), varies);
}

llvm::Value* Emitter::real_result(const MicroStep& s, llvm::Value* const* x, bool varies) {
  switch (s.op) {
    case Micro::add: return b_.CreateFAdd(x[0], x[1]);
    case Micro::subtract: return b_.CreateFSub(x[0], x[1]);
    case Micro::multiply: return b_.CreateFMul(x[0], x[1]);
    case Micro::divide: return b_.CreateFDiv(x[0], x[1]);
    case Micro::negate: return negated(x[0]);
    case Micro::fused_multiply_add: return b_.CreateIntrinsic(llvm::Intrinsic::fma, {x[0]->getType()}, {x[0], x[1], x[2]});
    case Micro::square_root: return b_.CreateUnaryIntrinsic(llvm::Intrinsic::sqrt, x[0]);
    case Micro::absolute: return b_.CreateUnaryIntrinsic(llvm::Intrinsic::fabs, x[0]);
    case Micro::floor: return b_.CreateUnaryIntrinsic(llvm::Intrinsic::floor, x[0]);
    case Micro::minimum: return extremum(x[0], x[1], false);
    case Micro::maximum: return extremum(x[0], x[1], true);
    case Micro::select_real: return b_.CreateSelect(get(Kind::boolean, s.a).value, x[0], x[1]);
    case Micro::call: return call(s, real_type(s.to), varies);
    default: break;  // round_single
  }
  llvm::Value* y = x[0];
  if (y->getType()->getScalarType() != f32_) y = b_.CreateFPTrunc(y, varies ? wide(f32_) : f32_);
  return real_type(s.to) == f64_ ? b_.CreateFPExt(y, varies ? wide(f64_) : f64_) : y;
}

void Emitter::boolean_step(const MicroStep& s) {
  const auto compare = [&](Kind kind, auto make) {
    Lane a = get(kind, s.a), b = get(kind, s.b);
    const bool varies = kind == Kind::integer ? !a.uniform() || !b.uniform() : a.varies || b.varies;
    llvm::Value *x = a.value, *y = b.value;
    if (kind == Kind::real) {
      llvm::Type* const element = (*request_.precisions)[s.a] == Precision::full || (*request_.precisions)[s.b] == Precision::full ? f64_ : f32_;
      x = real(s.a, element), y = real(s.b, element);
    }
    if (varies) {
      x = kind == Kind::integer ? vector_of(a) : splat(x);
      y = kind == Kind::integer ? vector_of(b) : splat(y);
    }
    set(Kind::boolean, s.to, make(x, y), varies);
  };
  using Value = llvm::Value*;
  switch (s.op) {
    case Micro::less: return compare(Kind::real, [&](Value x, Value y) { return b_.CreateFCmpOLT(x, y); });
    case Micro::less_equal: return compare(Kind::real, [&](Value x, Value y) { return b_.CreateFCmpOLE(x, y); });
    case Micro::equal: return compare(Kind::real, [&](Value x, Value y) { return b_.CreateFCmpOEQ(x, y); });
    case Micro::integer_less: return compare(Kind::integer, [&](Value x, Value y) { return b_.CreateICmpSLT(x, y); });
    case Micro::integer_equal: return compare(Kind::integer, [&](Value x, Value y) { return b_.CreateICmpEQ(x, y); });
    case Micro::logical_and: return compare(Kind::boolean, [&](Value x, Value y) { return b_.CreateAnd(x, y); });
    case Micro::logical_or: return compare(Kind::boolean, [&](Value x, Value y) { return b_.CreateOr(x, y); });
    default: {
      const Lane x = get(Kind::boolean, s.a);
      set(Kind::boolean, s.to, b_.CreateNot(x.value), x.varies);
    }
  }
}

namespace {

llvm::Value* integer_result(llvm::IRBuilder<>& b, Micro op, llvm::Value* x, llvm::Value* y) {
  const auto constant = [&](uint64_t value) { return llvm::ConstantInt::get(x->getType(), value); };
  const auto zero = constant(0), one = constant(1), minus_one = constant(~uint64_t{0});
  switch (op) {
    case Micro::integer_add: return b.CreateAdd(x, y);
    case Micro::integer_subtract: return b.CreateSub(x, y);
    case Micro::integer_multiply: return b.CreateMul(x, y);
    case Micro::integer_divide: {  // x / 0 = 0, and x / -1 = -x wraps around
      llvm::Value *const none = b.CreateICmpEQ(y, zero), *const turned = b.CreateICmpEQ(y, minus_one);
      llvm::Value* const divided = b.CreateSDiv(x, b.CreateSelect(b.CreateOr(none, turned), one, y));
      return b.CreateSelect(none, zero, b.CreateSelect(turned, b.CreateNeg(x), divided));
    }
    case Micro::integer_remainder: {
      llvm::Value* const none = b.CreateOr(b.CreateICmpEQ(y, zero), b.CreateICmpEQ(y, minus_one));
      return b.CreateSelect(none, zero, b.CreateSRem(x, b.CreateSelect(none, one, y)));
    }
    case Micro::bit_and: return b.CreateAnd(x, y);
    case Micro::bit_or: return b.CreateOr(x, y);
    case Micro::bit_xor: return b.CreateXor(x, y);
    case Micro::shift_left: return b.CreateShl(x, b.CreateAnd(y, constant(63)));
    default: return b.CreateLShr(x, b.CreateAnd(y, constant(63)));
  }
}

}  // namespace

void Emitter::integer_step(const MicroStep& s) {
  if (s.op == Micro::to_integer) {
    const Lane x = get(Kind::real, s.a);
    llvm::Type* const to = x.varies ? wide(i64_) : i64_;
    return set(Kind::integer, s.to, b_.CreateIntrinsic(llvm::Intrinsic::fptosi_sat, {to, x.value->getType()}, {x.value}), x.varies);
  }
  if (s.op == Micro::boolean_to_integer) {
    const Lane x = get(Kind::boolean, s.a);
    return set(Kind::integer, s.to, b_.CreateZExt(x.value, x.varies ? wide(i64_) : i64_), x.varies);
  }
  if (s.op == Micro::select_integer) {
    const Lane condition = get(Kind::boolean, s.a), x = get(Kind::integer, s.b), y = get(Kind::integer, s.c);
    const bool varies = condition.varies || !x.uniform() || !y.uniform();
    return set(Kind::integer, s.to, b_.CreateSelect(condition.value, varies ? vector_of(x) : x.value, varies ? vector_of(y) : y.value), varies);
  }
  const Lane x = get(Kind::integer, s.a), y = get(Kind::integer, s.b);
  if (x.uniform() && y.uniform()) return set(Kind::integer, s.to, integer_result(b_, s.op, x.value, y.value), false);
  const auto known = [](const Lane& lane) { return llvm::dyn_cast<llvm::ConstantInt>(lane.value); };
  std::optional<int64_t> stride;
  if (!x.varies && !y.varies) {
    if (s.op == Micro::integer_add) stride = x.stride + y.stride;
    if (s.op == Micro::integer_subtract) stride = x.stride - y.stride;
    if (s.op == Micro::integer_multiply && x.stride == 0 && known(x)) stride = known(x)->getSExtValue() * y.stride;
    if (s.op == Micro::integer_multiply && y.stride == 0 && known(y)) stride = known(y)->getSExtValue() * x.stride;
  }
  if (stride) slot(Kind::integer, s.to) = {integer_result(b_, s.op, x.value, y.value), false, *stride};
  else set(Kind::integer, s.to, integer_result(b_, s.op, vector_of(x), vector_of(y)), true);
}

/// A scalar function's double version, on one value of either width.
llvm::Value* Emitter::call_scalar(const ScalarFunction& f, llvm::Value* a, llvm::Value* b) {
  const auto full = [&](llvm::Value* x) { return x->getType() == f64_ ? x : b_.CreateFPExt(x, f64_); };
  std::vector<llvm::Type*> types(static_cast<size_t>(f.arity), f64_);
  auto callee = module_.getOrInsertFunction("wengert_" + std::string(f.name), llvm::FunctionType::get(f64_, types, false));
  llvm::cast<llvm::Function>(callee.getCallee())->addFnAttr(llvm::Attribute::NoUnwind);
  llvm::cast<llvm::Function>(callee.getCallee())->setDoesNotAccessMemory();
  std::vector<llvm::Value*> arguments{full(a)};
  if (f.arity == 2) arguments.push_back(full(b));
  llvm::Value* const y = b_.CreateCall(callee, arguments);
  return a->getType() == f64_ ? y : b_.CreateFPTrunc(y, f32_);
}

llvm::Value* Emitter::call(const MicroStep& s, llvm::Type* element, bool varies) {
  const ScalarFunction& f = functions[s.function];
  llvm::Value* const a = real(s.a, element);
  llvm::Value* const b = f.arity == 2 ? real(s.b, element) : nullptr;
  if (!varies) return call_scalar(f, a, b);
  llvm::Value *const x = splat(a), *const y = b == nullptr ? nullptr : splat(b);
  if (llvm::Value* const all = call_vector(b_, module_, f, request_.fast_math, x, y)) return all;
  llvm::Value* result = llvm::PoisonValue::get(wide(element));
  for (int k = 0; k < lanes_; ++k) {
    const auto lane = static_cast<uint64_t>(k);
    llvm::Value* const one = call_scalar(f, b_.CreateExtractElement(x, lane), y ? b_.CreateExtractElement(y, lane) : nullptr);
    result = b_.CreateInsertElement(result, one, lane);
  }
  return result;
}

}  // namespace wengert::llvm_reading
