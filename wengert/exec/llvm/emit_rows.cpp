// SPDX-License-Identifier: Apache-2.0
//
// Rows of points in lanes. Element c of a row is `stride` apart from lane to lane, so a lane at a time it would be
// loaded and stored alone; as many neighbours of a row as there are lanes are loaded or stored together, and transposed
// in registers: log2(lanes) shuffles a vector in place of `lanes` moves.
#include <algorithm>
#include <llvm/Analysis/VectorUtils.h>

#include "wengert/exec/llvm/emitter.h"

namespace wengert::llvm_reading {
namespace {

/// Rows to columns or back, by exchanging blocks of 1, 2, 4 ... lanes.
void transpose(llvm::IRBuilder<>& b, std::vector<llvm::Value*>& rows) {
  const size_t n = rows.size();
  for (size_t block = 1; block < n; block *= 2) {
    std::vector<int> low, high;
    for (size_t k = 0; k < n; ++k) {
      const bool second = (k & block) != 0;
      low.push_back(static_cast<int>(second ? n + k - block : k));
      high.push_back(static_cast<int>(second ? n + k : k + block));
    }
    for (size_t k = 0; k < n; ++k) {
      if ((k & block) != 0) continue;
      llvm::Value *const x = rows[k], *const y = rows[k + block];
      rows[k] = b.CreateShuffleVector(x, y, low);
      rows[k + block] = b.CreateShuffleVector(x, y, high);
    }
  }
}

}  // namespace

/// Where an element lies that is as far from the next lane's as one row is long; nothing for any other.
std::optional<Emitter::RowElement> Emitter::row_element(uint32_t index, const Lane& at) const {
  const bool real = is_float(buffer_type(index).dtype);
  if (lanes_ < 2 || at.varies || at.stride < lanes_ || is_private(index) || !real) return {};
  RowElement e{index, at.value, at.stride, 0};
  while (const auto* const sum = llvm::dyn_cast<llvm::BinaryOperator>(e.base)) {
    if (sum->getOpcode() != llvm::Instruction::Add) break;
    const auto* const step = llvm::dyn_cast<llvm::ConstantInt>(sum->getOperand(1));
    if (step == nullptr) break;
    e.place += step->getSExtValue();
    e.base = sum->getOperand(0);
  }
  if (e.place < 0 || e.place >= e.stride) return {};
  return e;
}

llvm::Value* Emitter::row_address(const RowElement& e, int64_t place, int lane) {
  return address(e.buffer, b_.CreateAdd(e.base, b_.getInt64(static_cast<uint64_t>(place + e.stride * lane))));
}

/// The neighbours [first, first + width) of e's row.
Emitter::RowPart& Emitter::part_of(std::vector<RowPart>& parts, const RowElement& e, int64_t first, int64_t width) {
  for (RowPart& part : parts)
    if (part.row.buffer == e.buffer && part.row.base == e.base && part.row.stride == e.stride &&
        part.row.place == first)
      return part;
  RowPart& part = parts.emplace_back(RowPart{e, std::vector<llvm::Value*>(static_cast<size_t>(width), nullptr)});
  part.row.place = first;
  return part;
}

/// An element of an operand, which nothing writes: with its neighbours, that are at hand from then on. Those of a row's
/// end overlap with others before them.
llvm::Value* Emitter::load_of_row(const RowElement& e) {
  if (e.buffer >= kernel_.operands.size()) return nullptr;
  RowPart& part = part_of(loaded_rows_, e, std::min(e.place - e.place % lanes_, e.stride - lanes_), lanes_);
  if (part.columns[0] == nullptr) {
    const DType dtype = buffer_type(e.buffer).dtype;
    for (int k = 0; k < lanes_; ++k) {
      auto* const row = b_.CreateAlignedLoad(wide(memory_type(dtype)), row_address(e, part.row.place, k),
                                             llvm::Align(bytes_of(dtype)));
      mark(row, e.buffer);
      part.columns[static_cast<size_t>(k)] = row;
    }
    transpose(b_, part.columns);
  }
  return part.columns[static_cast<size_t>(e.place - part.row.place)];
}

/// Keeps an element back until its neighbours are there too; at a row's end they may be fewer than there are lanes.
void Emitter::store_in_row(const RowElement& e, llvm::Value* value) {
  for (const RowPart& part : open_rows_)
    if (part.row.buffer != e.buffer && share_memory(part.row.buffer, e.buffer)) {
      close_rows(part.row.buffer);
      break;
    }
  const int64_t first = e.place - e.place % lanes_;
  RowPart& part = part_of(open_rows_, e, first, std::min<int64_t>(lanes_, e.stride - first));
  auto& place = part.columns[static_cast<size_t>(e.place - first)];
  if (place != nullptr) store_lanes(e, place);  // written twice: in that order
  place = value;
  for (const llvm::Value* column : part.columns)
    if (column == nullptr) return;
  store_part(part);
  open_rows_.erase(open_rows_.begin() + (&part - open_rows_.data()));
}

void Emitter::store_part(RowPart& part) {
  const llvm::Align align(bytes_of(buffer_type(part.row.buffer).dtype));
  const auto width = static_cast<int>(part.columns.size());
  part.columns.resize(static_cast<size_t>(lanes_), llvm::PoisonValue::get(part.columns[0]->getType()));
  transpose(b_, part.columns);
  for (int k = 0; k < lanes_; ++k) {
    llvm::Value* row = part.columns[static_cast<size_t>(k)];
    if (width == 1) row = b_.CreateExtractElement(row, uint64_t{0});
    else if (width < lanes_) row = b_.CreateShuffleVector(row, llvm::createSequentialMask(0, static_cast<unsigned>(width), 0));
    mark_row_store(b_.CreateAlignedStore(row, row_address(part.row, part.row.place, k), align), part.row, part.row.place + part.row.stride * k, width);
  }
}

void Emitter::store_lanes(const RowElement& e, llvm::Value* value) {
  const llvm::Align align(bytes_of(buffer_type(e.buffer).dtype));
  for (int k = 0; k < lanes_; ++k)
    mark_row_store(b_.CreateAlignedStore(b_.CreateExtractElement(value, static_cast<uint64_t>(k)), row_address(e, e.place, k), align), e,
                   e.place + e.stride * k, 1);
}

bool Emitter::share_memory(uint32_t a, uint32_t b) const {
  const size_t scratch = first_scratch(kernel_);
  return a == b || (std::min(a, b) >= scratch && request_.memory->overlap(a - scratch, b - scratch));
}

/// Stores what was kept back for that buffer or another one in its place, before it is read or written otherwise; for all where a block of code
/// ends.
void Emitter::close_rows(std::optional<uint32_t> buffer) {
  std::vector<RowPart> left;
  for (RowPart& part : open_rows_) {
    if (buffer && !share_memory(*buffer, part.row.buffer)) {
      left.push_back(std::move(part));
      continue;
    }
    RowElement e = part.row;
    for (llvm::Value* column : part.columns) {
      if (column != nullptr) store_lanes(e, column);
      ++e.place;
    }
  }
  open_rows_ = std::move(left);
  if (!buffer) loaded_rows_.clear();
}

}  // namespace wengert::llvm_reading
