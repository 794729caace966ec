// SPDX-License-Identifier: Apache-2.0
#include "wengert/trace/real_list.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <fmt/format.h>

#include "wengert/ir/registry.h"
#include "wengert/trace/growing_array.h"
#include "wengert/trace/real.h"

namespace wengert {
namespace detail {

constinit thread_local RealCursor real_cursor;

struct RealBuffers {
  GrowingArray value{stagger(0)}, operands{stagger(1)}, code{stagger(2)}, kept{stagger(4)};
  size_t capacity = 0;  // of the first three, in entries
  std::vector<double> constants;
  std::vector<RealGuard> guards;
  std::vector<uint32_t> inputs;
  std::vector<std::pair<uint32_t, Site>> sites;  // from that entry on

  void grow(size_t entries) {
    if (entries <= capacity) return;
    const size_t wanted = std::max({entries, capacity * 2, size_t{4} * scalar_segment});
    value.resize(wanted * sizeof(double));
    operands.resize(wanted * sizeof(ScalarOperands));
    code.resize(wanted * sizeof(uint16_t));
    capacity = wanted;
  }
  void grow_kept(size_t partials) {
    const size_t before = kept.bytes() / sizeof(double);
    if (partials > before) kept.resize(std::max(partials, before * 2) * sizeof(double));
  }
  void aim(RealCursor& cursor) const {
    cursor.value = static_cast<double*>(value.data());
    cursor.operands = static_cast<ScalarOperands*>(operands.data());
    cursor.code = static_cast<uint16_t*>(code.data());
    cursor.kept = static_cast<double*>(kept.data());
  }
  void clear() {
    constants.clear();
    guards.clear();
    inputs.clear();
    sites.clear();
  }
};

namespace {

/// Buffers of finished recordings of this thread. A list that outlives the thread's store frees its own.
struct Store {
  static constexpr size_t most = 4;
  std::vector<std::unique_ptr<RealBuffers>> free;
  ~Store();
};
thread_local bool store_is_gone = false;
thread_local Store store;
Store::~Store() { store_is_gone = true; }

RealBuffers* take_buffers() {
  if (store_is_gone || store.free.empty()) return new RealBuffers;
  RealBuffers* const buffers = store.free.back().release();
  store.free.pop_back();
  return buffers;
}

uint32_t next_generation() {
  static std::atomic<uint32_t> last{0};
  for (;;) {
    const uint32_t generation = ++last;
    if (generation != 0 && generation != RealCursor{}.generation) return generation;
  }
}

}  // namespace

void ReturnBuffers::operator()(RealBuffers* buffers) const {
  std::unique_ptr<RealBuffers> owned(buffers);
  if (store_is_gone || store.free.size() == Store::most) return;
  owned->clear();
  store.free.push_back(std::move(owned));
}

}  // namespace detail

void free_recording_memory() {
  if (!detail::store_is_gone) detail::store.free.clear();
}

const ScalarCodes& scalar_codes() {
  static const ScalarCodes codes{scalar_code(constant_p.id, 0), scalar_code(input_p.id, 0),
                                 scalar_code(result_p.id, 0)};
  return codes;
}

RealList::RealList(std::string name) : buffers_(detail::take_buffers()), name_(std::move(name)) {}

std::span<const uint32_t> RealList::inputs() const { return buffers_->inputs; }
std::span<const RealGuard> RealList::guards() const { return buffers_->guards; }
const uint16_t* RealList::codes() const { return static_cast<const uint16_t*>(buffers_->code.data()); }
const ScalarOperands* RealList::operands() const {
  return static_cast<const ScalarOperands*>(buffers_->operands.data());
}
const double* RealList::values() const { return static_cast<const double*>(buffers_->value.data()); }
double* RealList::mutable_values() { return static_cast<double*>(buffers_->value.data()); }
std::span<const double> RealList::constants() const { return buffers_->constants; }
double* RealList::kept() const { return static_cast<double*>(buffers_->kept.data()); }

Site RealList::site(uint32_t slot) const {
  const auto& sites = buffers_->sites;
  const auto after = std::upper_bound(sites.begin(), sites.end(), slot,
                                      [](uint32_t entry, const auto& from) { return entry < from.first; });
  return after == sites.begin() ? Site{} : std::prev(after)->second;
}

std::string RealList::where(uint32_t slot) const {
  const uint16_t code = codes()[slot];
  const Primitive& p = *primitives()[scalar_primitive(code)];
  std::string text = to_string(site(slot));
  text += fmt::format("{}%{} = {}", text.empty() ? "" : ", ", slot, p.name);
  const uint32_t places[] = {operands()[slot].a, operands()[slot].b, slot == 0 ? 0 : operands()[slot - 1].a};
  for (unsigned k = 0; static_cast<int>(k) < std::min(p.arity, 3); ++k)
    text +=
        (scalar_active(code) >> k & 1) != 0 ? fmt::format(" %{}", places[k]) : " " + shortest(constants()[places[k]]);
  return text + fmt::format(" in recording \"{}\"", name_);
}

size_t RealList::bytes() const {
  const auto& b = *buffers_;
  return b.capacity * (sizeof(double) + sizeof(ScalarOperands) + sizeof(uint16_t)) + b.kept.bytes() +
         b.constants.capacity() * sizeof(double) + b.guards.capacity() * sizeof(RealGuard) +
         b.inputs.capacity() * sizeof(uint32_t);
}

RealRecording::RealRecording(std::string name, size_t limit)
    : list_(std::move(name)), outer_(detail::real_cursor), limit_(std::min(limit, most_operations)) {
  detail::RealBuffers& b = *list_.buffers_;
  b.constants.push_back(0.0);
  detail::real_cursor = {};
  detail::real_cursor.generation = detail::next_generation();
  detail::real_cursor.recording = this;
  next_segment();
}

RealRecording::~RealRecording() { close(); }

void RealRecording::close() {
  if (open_) detail::real_cursor = outer_;
  open_ = false;
}

void RealRecording::next_segment() {
  detail::RealCursor& cursor = detail::real_cursor;
  if (cursor.next >= limit_)
    throw ResourceError("W408",
                        fmt::format("recording \"{}\" has reached its limit of {} operations", list_.name_, limit_), {},
                        "raise the limit, or record a body once and loop over it with map, sum_map or scan");
  detail::RealBuffers& b = *list_.buffers_;
  try {
    b.grow(cursor.next + scalar_segment + 1);
    b.grow_kept(cursor.kept_count + scalar_segment);
  } catch (...) {
    b.aim(cursor);  // one array may have moved before another found no memory
    throw;
  }
  b.aim(cursor);
  RealAccess::put(scalar_codes().stop, 0, 0, 0);
  cursor.end = cursor.next + scalar_segment - 2;  // a pair fits before the next stop
  ++stops_;
}

void RealRecording::require_innermost(std::string_view act) const {
  if (open_ && detail::real_cursor.recording == this) return;
  throw UsageError("W150",
                   fmt::format("recording \"{}\" cannot {}: it is {}", list_.name_, act,
                               open_ ? "not the innermost one open on this thread" : "finished"),
                   {}, open_ ? "finish the recordings opened after it first" : "open a new RealRecording");
}

Real RealRecording::input(double value) {
  require_innermost("take an input");
  const Real x = RealAccess::push(scalar_codes().input, value, 0, 0);
  list_.buffers_->inputs.push_back(RealAccess::slot(x));
  return x;
}

std::vector<Real> RealRecording::inputs(std::span<const double> values) {
  std::vector<Real> x;
  x.reserve(values.size());
  for (double value : values) x.push_back(input(value));
  return x;
}

uint32_t RealRecording::new_constant(double value) {
  const auto bits = std::bit_cast<uint64_t>(value);
  auto& pool = list_.buffers_->constants;
  const auto place = static_cast<uint32_t>(pool.size());
  pool.push_back(value);
  known_[bits * 0x9e3779b97f4a7c15u >> 58] = {bits, place};
  return place;
}

void RealRecording::guard(RealGuard guard) {
  guard.position = static_cast<uint32_t>(detail::real_cursor.next);
  if (!guard.site && !list_.buffers_->sites.empty()) guard.site = list_.buffers_->sites.back().second;
  list_.buffers_->guards.push_back(guard);
  pinned_ += guard.pinned;
}

void RealRecording::begin_site(Site site) {
  list_.buffers_->sites.emplace_back(static_cast<uint32_t>(detail::real_cursor.next), site);
}

RealList RealRecording::finish(std::span<const Real> outputs) {
  require_innermost("be finished");
  for (const Real& y : outputs) list_.outputs_.push_back(RealAccess::output(y));
  RealAccess::put(scalar_codes().stop, 0, 0, 0);
  list_.entries_ = detail::real_cursor.next;
  list_.operations_ = list_.entries_ - stops_ - extensions_ - 1 - list_.buffers_->inputs.size();
  close();
  return std::move(list_);
}

RealSection::RealSection(Site site) {
  const detail::RealCursor& cursor = detail::real_cursor;
  if (cursor.recording == nullptr) return;
  generation_ = cursor.generation;
  outer_ = cursor.recording->list_.site(static_cast<uint32_t>(cursor.next));
  cursor.recording->begin_site(site);
}

RealSection::~RealSection() {
  const detail::RealCursor& cursor = detail::real_cursor;
  if (generation_ != 0 && generation_ == cursor.generation) cursor.recording->begin_site(outer_);
}

}  // namespace wengert
