// SPDX-License-Identifier: Apache-2.0
//
// safetensors: the size of a JSON header (u64, little-endian), the header (each array's type, shape and place), the
// arrays' bytes. Weights are kept in it.
// Source: https://github.com/huggingface/safetensors, "Format".
#pragma once

#include <utility>

#include "wengert/io/file.h"
#include "wengert/io/named_array.h"

namespace wengert {

/// What a safetensors file holds; both lists keep their order through a file.
struct Tensors {
  NamedArrays arrays;
  std::vector<std::pair<std::string, std::string>> metadata;
  friend bool operator==(const Tensors&, const Tensors&) = default;
};

/// Most bytes of a header, the format's own limit.
inline constexpr uint64_t longest_safetensors_header = 100'000'000;

/// Types F64, F32, I64 and BOOL; F16 and BF16 become f32, which holds all of their numbers. The arrays' places must fill the bytes after the header exactly, without overlap.
///
/// throws : UsageError W570 for an impossible header size, W571 for a header that lacks something or has the wrong kind
///          of value, W572 for another element type, W573 for places that overlap, leave gaps or do not fit the shape,
///          W543, W544 as in npy, W580 to W583 if the header is not JSON
Tensors parse_safetensors(ByteView bytes, std::string_view name);

/// throws : those of parse_safetensors, ResourceError W440 and W442
Tensors read_safetensors(const std::string& path, size_t limit = default_file_limit);

/// The safetensors form.
///
/// throws : UsageError W546 for two arrays, or two metadata, of one name; W574 for a name that is "__metadata__" or not
///          UTF-8; W570 for a header over the limit
Bytes safetensors_bytes(const Tensors& tensors);

/// Writes atomically, without a second copy of the arrays. throws : those of safetensors_bytes, ResourceError W441
void write_safetensors(const std::string& path, const Tensors& tensors);

}  // namespace wengert
