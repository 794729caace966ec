// SPDX-License-Identifier: Apache-2.0
//
// ProtobufWriter: the wire format of Protocol Buffers, as far as files of others need it. A message is a sequence of
// fields, each a key (number * 8 + wire type) and its value; a message within a message is its bytes.
// source : Protocol Buffers documentation, "Encoding"
#pragma once

#include <string_view>

#include "wengert/io/bytes.h"

namespace wengert {

class ProtobufWriter {
 public:
  /// Integers, enumerations and bools; negative numbers take ten bytes, as the format wants.
  void varint(uint32_t field, int64_t value) {
    key(field, 0);
    number(static_cast<uint64_t>(value));
  }
  void float64(uint32_t field, double value) {
    key(field, 1);
    append(bytes_, std::bit_cast<uint64_t>(value), ByteOrder::little);
  }
  void float32(uint32_t field, float value) {
    key(field, 5);
    append(bytes_, std::bit_cast<uint32_t>(value), ByteOrder::little);
  }
  void bytes(uint32_t field, ByteView value) {
    key(field, 2);
    number(value.size());
    append(bytes_, value);
  }
  void text(uint32_t field, std::string_view value) { bytes(field, bytes_of(value)); }
  void message(uint32_t field, const ProtobufWriter& inner) { bytes(field, inner.bytes_); }

  const Bytes& str() const { return bytes_; }

 private:
  void key(uint32_t field, uint32_t wire_type) { number(uint64_t{field} << 3 | wire_type); }
  /// Seven bits a byte, the lowest first; the eighth says that more follow.
  void number(uint64_t value) {
    for (; value >= 0x80; value >>= 7) bytes_.push_back(static_cast<unsigned char>(value | 0x80));
    bytes_.push_back(static_cast<unsigned char>(value));
  }

  Bytes bytes_;
};

}  // namespace wengert
