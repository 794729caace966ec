// SPDX-License-Identifier: Apache-2.0
#include "wengert/io/tensorboard.h"

#include <array>

#include "wengert/io/protobuf.h"

namespace wengert {
namespace {

/// The remainders of single bytes.
constexpr std::array<uint32_t, 256> crc_table = [] {
  std::array<uint32_t, 256> table{};
  for (uint32_t byte = 0; byte < 256; ++byte) {
    uint32_t rest = byte;
    for (int bit = 0; bit < 8; ++bit) rest = rest >> 1 ^ (rest & 1 ? 0x82f63b78 : 0);
    table[byte] = rest;
  }
  return table;
}();

/// A checksum of bytes that hold checksums themselves would be weak; hence the mask.
uint32_t masked_crc(ByteView bytes) {
  const uint32_t crc = crc32c(bytes);
  return (crc >> 15 | crc << 17) + 0xa282ead8;
}

constexpr size_t head_bytes = 12, tail_bytes = 4;  // around the bytes of a record

Bytes record(ByteView content) {
  Bytes bytes;
  append(bytes, uint64_t{content.size()}, ByteOrder::little);
  append(bytes, masked_crc(bytes), ByteOrder::little);
  append(bytes, content);
  append(bytes, masked_crc(content), ByteOrder::little);
  return bytes;
}

/// Bytes of the whole record that `file` begins with; 0: there is none.
size_t whole_record(ByteView file) {
  if (file.size() < head_bytes + tail_bytes) return 0;
  const auto length = load<uint64_t>(file.data(), ByteOrder::little);
  const auto crc_at = [&](size_t at) { return load<uint32_t>(file.data() + at, ByteOrder::little); };
  if (crc_at(8) != masked_crc(file.first(8)) || length > file.size() - head_bytes - tail_bytes) return 0;
  const auto size = static_cast<size_t>(length);
  return crc_at(head_bytes + size) == masked_crc(file.subspan(head_bytes, size)) ? head_bytes + size + tail_bytes : 0;
}

}  // namespace

uint32_t crc32c(ByteView bytes) {
  uint32_t crc = ~uint32_t{0};
  for (const unsigned char byte : bytes) crc = crc >> 8 ^ crc_table[(crc ^ byte) & 0xff];
  return ~crc;
}

Bytes first_event_record(double wall_time_s) {
  ProtobufWriter event;
  event.number(1, wall_time_s);
  event.text(3, "brain.Event:2");
  return record(event.result());
}

Bytes event_record(double wall_time_s, int64_t step, std::span<const EventScalar> scalars) {
  ProtobufWriter summary;
  for (const EventScalar& scalar : scalars) {
    ProtobufWriter value;
    value.text(1, scalar.tag);
    value.number(2, static_cast<float>(scalar.value));
    summary.message(1, value);
  }
  ProtobufWriter event;
  event.number(1, wall_time_s);
  event.integer(2, step);
  event.message(5, summary);
  return record(event.result());
}

std::optional<size_t> end_of_records(ByteView file, size_t count) {
  size_t end = 0;
  for (size_t k = 0; k < count; ++k) {
    const size_t size = whole_record(file.subspan(end));
    if (size == 0) return {};
    end += size;
  }
  return end;
}

}  // namespace wengert
