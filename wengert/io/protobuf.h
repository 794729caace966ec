// SPDX-License-Identifier: Apache-2.0
//
// Messages of Protocol Buffers, written. A message is a row of fields, each a key (number of the field times 8, plus how
// it is stored) and its content: a varint, four or eight bytes, or bytes with their count in front. That is the whole format, and
// the library that generates code for it (a compiler, a run-time library, generated headers, versions that must match)
// would be more than what it does here.
// Source: https://protobuf.dev/programming-guides/encoding
#pragma once

#include <bit>

#include "wengert/io/bytes.h"

namespace wengert {

class ProtobufWriter {
 public:
  void integer(uint32_t field, int64_t value) {
    key(field, 0);
    varint(static_cast<uint64_t>(value));
  }
  void number(uint32_t field, float value) {
    key(field, 5);
    append(bytes_, std::bit_cast<uint32_t>(value), ByteOrder::little);
  }
  void number(uint32_t field, double value) {
    key(field, 1);
    append(bytes_, std::bit_cast<uint64_t>(value), ByteOrder::little);
  }
  void bytes(uint32_t field, ByteView content) {
    key(field, 2);
    varint(content.size());
    append(bytes_, content);
  }
  void text(uint32_t field, std::string_view content) { bytes(field, bytes_of(content)); }
  void message(uint32_t field, const ProtobufWriter& content) { bytes(field, content.bytes_); }

  const Bytes& result() const { return bytes_; }

 private:
  void key(uint32_t field, uint32_t how) { varint(field << 3 | how); }
  void varint(uint64_t value) {
    for (; value >= 0x80; value >>= 7) bytes_.push_back(static_cast<unsigned char>(value | 0x80));
    bytes_.push_back(static_cast<unsigned char>(value));
  }

  Bytes bytes_;
};

}  // namespace wengert
