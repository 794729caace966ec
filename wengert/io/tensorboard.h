// SPDX-License-Identifier: Apache-2.0
//
// Curves as TensorBoard reads them: an event file is a sequence of records, each an Event message that holds values of
// scalars at a step. A record is its length (u64), the masked CRC-32C of the length, the bytes, and the masked CRC-32C
// of the bytes, all little-endian; so a file can be appended to, and what was cut off is found. source : TensorFlow,
// tensorflow/core/lib/io/record_writer.cc and core/util/event.proto, framework/summary.proto
#pragma once

#include <optional>

#include "wengert/io/bytes.h"

namespace wengert {

/// Castagnoli's CRC-32 (polynomial 0x1edc6f41, reflected).
uint32_t crc32c(ByteView bytes);

struct EventScalar {
  std::string tag;   ///< "loss/train"; what stands before the slash is a section of the page
  double value = 0;  ///< kept as f32
};

/// The record that every event file begins with. wall_time_s : since 1970
Bytes first_event_record(double wall_time_s);
/// A record with values at a step.
Bytes event_record(double wall_time_s, int64_t step, std::span<const EventScalar> scalars);

/// Where the first `count` records of a file end; nothing if fewer are there whole.
std::optional<size_t> end_of_records(ByteView file, size_t count);

}  // namespace wengert
