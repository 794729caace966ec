// SPDX-License-Identifier: Apache-2.0
//
// RealList: the Wengert list of a function of doubles at one point, as `Real` records it: 18 bytes an operation (code,
// two operands, value) in three arrays that only grow and are kept from one recording to the next; 26 bytes where the
// partial is computed with the value and kept (sin, cos). Comparisons lie beside it as guards. The entries are those of
// primitives/scalar_step.h: inputs, operations, extensions (the third operand of the operation after them) and stops.
//
// RealRecording: the list that is open on this thread. Nested recordings shade outer ones; there is no process-wide
// list.
#pragma once

#include <array>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "wengert/base/error.h"
#include "wengert/primitives/scalar_step.h"

namespace wengert {

class Real;
class RealRecording;

enum class RealComparison : uint8_t { less, less_equal, equal };

/// A comparison and how it turned out. Operands are slots where `active` says so, else places in the pool of constants.
struct RealGuard {
  uint32_t a, b;
  uint32_t position;  ///< the entries before it were recorded earlier
  RealComparison comparison;
  uint8_t active;  ///< bit 0: a, bit 1: b
  bool outcome;
  bool pinned;  ///< the number was taken out of the recording: the list holds for this value only
  Site site;
};

/// A result: a slot, or a number that depends on no input.
struct RealOutput {
  bool active;
  uint32_t slot;
  double value;
};

namespace detail {
struct RealBuffers;
struct ReturnBuffers {
  void operator()(RealBuffers* buffers) const;
};
}  // namespace detail

/// A finished list. Its memory goes back to the thread's store when it dies, for the next recording.
class RealList {
 public:
  const std::string& name() const { return name_; }
  size_t entries() const { return entries_; }  ///< one past the last; stops and extensions included
  std::span<const uint32_t> inputs() const;    ///< slots
  std::span<const RealOutput> outputs() const { return outputs_; }
  std::span<const RealGuard> guards() const;

  const uint16_t* codes() const;
  const ScalarOperands* operands() const;
  const double* values() const;
  double* mutable_values();  ///< for replay
  std::span<const double> constants() const;
  double* kept() const;  ///< partials computed with the values; written by replay alone
  void set_output_value(size_t k, double value) { outputs_[k].value = value; }

  Site site(uint32_t slot) const;  ///< of the RealSection it was recorded in, or none
  /// "%17 = mul %12 %3 in recording "f"": for messages. Inputs and constants are written with their values.
  std::string where(uint32_t slot) const;
  size_t operations() const { return operations_; }  ///< entries that compute something
  size_t bytes() const;                              ///< memory held, room for growth included

 private:
  friend class RealRecording;
  explicit RealList(std::string name);

  std::unique_ptr<detail::RealBuffers, detail::ReturnBuffers> buffers_;
  std::vector<RealOutput> outputs_;
  size_t entries_ = 0, operations_ = 0;
  std::string name_;
};

/// Frees the memory that this thread keeps for its next recordings.
void free_recording_memory();

/// Codes of entries that are no operation of a record.
struct ScalarCodes {
  uint16_t stop, input, extension;
};
const ScalarCodes& scalar_codes();

namespace detail {

/// Where the open recording of this thread stands; without one its generation is that of no Real.
struct RealCursor {
  size_t next = 0, end = 0;  ///< entries from `end` on need next_segment() first
  double* value = nullptr;
  ScalarOperands* operands = nullptr;
  uint16_t* code = nullptr;
  uint32_t generation = 0xffffffff;
  uint32_t kept_count = 0;
  double* kept = nullptr;  ///< has room for a partial an entry up to `end`
  RealRecording* recording = nullptr;
};

// Initial-exec: one instruction to reach it, also from a shared library.
extern constinit thread_local RealCursor real_cursor __attribute__((tls_model("initial-exec")));

}  // namespace detail

class RealRecording {
 public:
  static constexpr size_t most_operations = 0xffff'0000;

  /// limit : operations after which recording stops with W408
  explicit RealRecording(std::string name = "f", size_t limit = most_operations);
  ~RealRecording();
  RealRecording(const RealRecording&) = delete;
  RealRecording& operator=(const RealRecording&) = delete;

  /// throws : UsageError W150 unless this is the innermost open recording
  Real input(double value);
  std::vector<Real> inputs(std::span<const double> values);

  /// Closes the recording; its Reals are dead from here on.
  /// throws : UsageError W103 if an output is not of it, W150 unless this is the innermost open recording
  RealList finish(std::span<const Real> outputs);

  const std::string& name() const { return list_.name_; }
  size_t pinned() const { return pinned_; }  ///< numbers taken out of the recording so far

 private:
  friend struct RealAccess;
  friend class RealSection;
  void close();
  void require_innermost(std::string_view act) const;  ///< throws : UsageError W150
  void next_segment();                                 ///< throws : ResourceError W408, W401
  static constexpr uint32_t no_place = 0xffff'ffff;
  /// The place of a number in the pool if it was used lately.
  uint32_t known_place(double value) const {
    const auto bits = std::bit_cast<uint64_t>(value);
    const KnownConstant& known = known_[bits * 0x9e3779b97f4a7c15u >> 58];
    return known.bits == bits ? known.place : no_place;
  }
  uint32_t new_constant(double value);
  void guard(RealGuard guard);  ///< the position is filled in
  void begin_site(Site site);

  struct KnownConstant {
    uint64_t bits;
    uint32_t place;
  };

  RealList list_;
  detail::RealCursor outer_;
  size_t limit_;
  size_t pinned_ = 0, stops_ = 0, extensions_ = 0;
  bool open_ = true;
  std::array<KnownConstant, 64> known_{};  // by hash; all zero says, rightly, that 0.0 is in place 0
};

/// Operations recorded while it lives are ascribed to the line it stands on, in messages and in the Program.
class RealSection {
 public:
  explicit RealSection(Site site = Site::here());
  ~RealSection();
  RealSection(const RealSection&) = delete;
  RealSection& operator=(const RealSection&) = delete;

 private:
  uint32_t generation_ = 0;
  Site outer_;
};

}  // namespace wengert
